//! The output and exit code for every sample, at every width.
//!
//! `BLESS=1 cargo test cli::` rewrites the golden files; review the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::columns::columns;
use crate::folder::Folder;
use crate::program::{Run, finish, program, run, samples};
use chatlog::finding::Rule;

/// The golden files of each sample are named after its stem: `plain-chat.show.txt`.
fn stem(sample: &str) -> &str {
    let name = sample.strip_prefix("samples/").unwrap_or(sample);
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

/// The name of every golden file, with the arguments of its run.
fn goldens() -> BTreeMap<String, Vec<String>> {
    let mut goldens = BTreeMap::new();
    let mut add = |name: String, arguments: &str, sample: &str| {
        let mut arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        arguments.push(sample.to_owned());
        let before = goldens.insert(name.clone(), arguments);
        assert!(before.is_none(), "two golden files are named {name}");
    };
    for sample in samples() {
        let stem = stem(&sample);
        add(
            format!("{stem}.show.txt"),
            "show --width 80 --color never",
            &sample,
        );
        add(
            format!("{stem}.validate.txt"),
            "validate --format json",
            &sample,
        );
    }
    for (name, arguments, sample) in VARIATIONS {
        let sample = format!("samples/{sample}");
        add(format!("{}.{name}.txt", stem(&sample)), arguments, &sample);
    }
    goldens
}

/// Other ways to show some of the samples.
#[rustfmt::skip]
const VARIATIONS: &[(&str, &str, &str)] = &[
    ("30-columns", "show --width 30 --color never", "every-content-type.json"),
    ("40-columns", "show --width 40 --color never", "every-content-type.json"),
    ("60-columns", "show --width 60 --color never", "every-content-type.json"),
    ("120-columns", "show --width 120 --color never", "every-content-type.json"),
    ("200-columns", "show --width 200 --color never", "every-content-type.json"),
    ("30-columns", "show --width 30 --color never", "wide-text.json"),
    ("40-columns", "show --width 40 --color never", "wide-text.json"),
    ("120-columns", "show --width 120 --color never", "wide-text.json"),
    ("120-columns", "show --width 120 --color never", "half-broken.json"),
    ("colour", "show --width 80 --color always", "every-content-type.json"),
    ("colour", "show --width 80 --color always", "half-broken.json"),
    ("colour", "show --width 80 --color always", "hostile-text.json"),
    ("30-columns-colour", "show --width 30 --color always", "hostile-text.json"),
    ("json", "show --format json", "every-content-type.json"),
    ("json", "show --format json", "half-broken.json"),
    ("json", "show --format json", "hostile-text.json"),
    ("json", "show --format json", "odd-numbers.json"),
    ("json", "show --format json", "archive.ndjson"),
    ("text", "show --format text", "every-content-type.json"),
    ("text", "show --format text", "handed-over.json"),
    ("text", "show --format text", "hostile-text.json"),
    ("text", "show --format text", "archive.ndjson"),
    ("markdown", "show --format markdown", "every-content-type.json"),
    ("markdown", "show --format markdown", "handed-over.json"),
    ("markdown", "show --format markdown", "hostile-text.json"),
    ("markdown", "show --format markdown", "not-json.txt"),
    ("html", "show --format html", "two-days.json"),
    ("html", "show --format html", "half-broken.json"),
    ("html", "show --format html", "hostile-text.json"),
    ("summary", "show --width 80 --color never --only summary", "handed-over.json"),
    ("transcript", "show --width 80 --color never --only transcript", "handed-over.json"),
    ("summary-json", "show --format json --only summary", "two-days.json"),
    ("by-time", "show --width 80 --color never --only transcript --sort time", "out-of-order.json"),
    ("berlin", "show --width 80 --color never --tz Europe/Berlin", "two-days.json"),
    ("berlin-json", "show --format json --only transcript --tz Europe/Berlin", "two-days.json"),
    ("jakarta", "show --width 80 --color never --tz Asia/Jakarta", "plain-chat.json"),
    ("human", "validate --width 80 --color never", "plain-chat.json"),
    ("human", "validate --width 80 --color never", "half-broken.json"),
    ("human", "validate --width 80 --color never", "archive.ndjson"),
    ("40-columns", "show --width 40 --color never", "other-notifications.ndjson"),
    ("colour", "show --width 80 --color always", "other-notifications.ndjson"),
    ("text", "show --format text", "other-notifications.ndjson"),
    ("markdown", "show --format markdown", "other-notifications.ndjson"),
    ("html", "show --format html", "other-notifications.ndjson"),
    ("json", "show --format json", "other-notifications.ndjson"),
    ("human", "validate --width 80 --color never", "other-notifications.ndjson"),
    ("quiet", "validate --width 80 --color never -q", "archive.ndjson"),
    ("list-60-columns", "list --width 60 --color never", "every-rule.ndjson"),
    ("list-80-columns", "list --width 80 --color never", "every-rule.ndjson"),
    ("list-120-columns", "list --width 120 --color never", "every-rule.ndjson"),
    ("list-200-columns", "list --width 200 --color never", "every-rule.ndjson"),
    ("list-80-columns", "list --width 80 --color never", "wide-text.json"),
    ("list-120-columns", "list --width 120 --color never", "other-notifications.ndjson"),
    ("list-berlin", "list --width 80 --color never --tz Europe/Berlin", "two-days.json"),
    ("list-columns", "list --width 80 --color never --columns status,start,workflow_id,messages", "handed-over.json"),
    ("list-colour", "list --width 120 --color always", "hostile-text.json"),
    ("list-colour", "list --width 80 --color always", "every-rule.ndjson"),
    ("list-json", "list --format json", "hostile-text.json"),
    ("list-json", "list --format json", "handed-over.json"),
    ("list-csv", "list --format csv", "hostile-text.json"),
    ("list-csv", "list --format csv", "other-notifications.ndjson"),
    ("list-sorted", "list --width 80 --color never --sort first_words:desc --top 5", "every-rule.ndjson"),
];

fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// A run as a golden file has it: the exit code, standard output, and standard error if there is any.
fn written(run: &Run) -> String {
    let trouble = if run.stderr.is_empty() {
        String::new()
    } else {
        format!("--- standard error\n{}", run.stderr)
    };
    format!("exit code {}\n{}{trouble}", run.code, run.stdout)
}

/// The place where two texts start to differ, for people to read.
fn difference(want: &str, got: &str) -> String {
    let pairs = want.chars().zip(got.chars());
    let same: String = pairs
        .take_while(|(want, got)| want == got)
        .map(|(same, _)| same)
        .collect();
    let line = same.lines().count().max(1);
    // A line of JSON is long: a little of what comes before, and of what comes then.
    let before = same.char_indices().rev().nth(20).map_or(0, |(at, _)| at);
    let around = |text: &str| text[before..].chars().take(120).collect::<String>();
    format!("line {line}\n  - {:?}\n  + {:?}", around(want), around(got))
}

#[test]
fn every_sample_prints_what_its_golden_files_hold() {
    let folder = golden_folder();
    let bless = env::var_os("BLESS").is_some();
    let goldens = goldens();
    let mut differences = Vec::new();
    for (name, arguments) in &goldens {
        let got = written(&run(arguments));
        let path = folder.join(name);
        let want = fs::read_to_string(&path).unwrap_or_default();
        if bless {
            fs::write(&path, got).expect("the golden file can be written");
        } else if want != got {
            differences.push(format!("{name} {}", difference(&want, &got)));
        }
    }
    for entry in fs::read_dir(folder).expect("there are golden files") {
        let path = entry.expect("the folder can be read").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // The formats of findings have golden files, and a test, of their own.
        if path.is_dir() || name.starts_with('.') || goldens.contains_key(&name) {
            continue;
        }
        if bless {
            fs::remove_file(path).expect("the golden file can be removed");
        } else {
            differences.push(format!("{name} belongs to no sample"));
        }
    }
    assert!(
        differences.is_empty(),
        "{}\nif that is right: BLESS=1 cargo test cli::",
        differences.join("\n")
    );
}

#[test]
fn there_is_a_sample_for_every_rule() {
    let run = run(["validate", "--format", "json", "samples/every-rule.ndjson"]);
    let rules: Vec<String> = run
        .stdout
        .lines()
        .map(|line| {
            let report: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
            let findings = report["findings"].as_array().expect("there are findings");
            let names = findings.iter().map(|finding| finding["rule"].as_str());
            names
                .map(Option::unwrap_or_default)
                .collect::<Vec<_>>()
                .join(", ")
        })
        .collect();
    // What breaks a contract depends on the contract, and a signature on the secret.
    let known = Rule::ALL
        .iter()
        .filter(|rule| **rule != Rule::Contract && !rule.is_about_signature());
    let known: Vec<&str> = known.map(|rule| rule.name()).collect();
    assert_eq!(rules, known);
}

/// The lines of every table. A body without a session shows its findings instead.
fn table_lines(output: &str) -> impl Iterator<Item = &str> {
    let mut is_table = true;
    output.lines().filter(move |line| {
        is_table |= line.starts_with('╶');
        is_table &= !line.starts_with("error[") && !line.starts_with("warning[");
        is_table
    })
}

#[test]
fn tables_are_straight_at_every_width() {
    let mut arguments = vec![
        "show".to_owned(),
        "--color=never".to_owned(),
        "--width".to_owned(),
    ];
    let place = arguments.len();
    arguments.push(String::new());
    arguments.extend(samples());
    // Nothing changes but the room from there on.
    for width in (40..=110).chain((111..=200).step_by(9)) {
        arguments[place] = width.to_string();
        let run = run(&arguments);
        let (mut bars, mut said) = (BTreeSet::new(), 0);
        for line in table_lines(&run.stdout) {
            assert!(columns(line) <= width, "at {width} columns: {line}");
            if line.starts_with('╶') {
                assert_eq!(columns(line), width, "{line}");
                // A transcript has columns of its own.
                assert!(bars.len() <= 1, "{bars:?} at {width} columns: {line}");
                bars.clear();
            }
            if let Some((before, _)) = line.split_once('▏') {
                bars.insert(columns(before));
                said += 1;
            }
        }
        assert!(said > 200, "{said} lines of messages at {width} columns");
    }
}

/// What people write in scripts whose letters terminals measure in different ways.
const WRITTEN: [&str; 14] = [
    "漢字テスト ｶﾅ 한국어 \u{1112}\u{1161}\u{11ab}",
    "family 👨‍👩‍👧 cook 👩🏽‍🍳 hand 👍🏽 fire ❤️‍🔥",
    "flags 🇮🇩🇩🇪 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 🏳️‍🌈",
    "keys 1️⃣ 2️⃣ #️⃣ and ❤️ ❤ ☎️ ☕ ☕️ ⌚ ©️ © …",
    "नमस्ते क्षत्रिय क्‍ष",
    "বাংলা தமிழ் മലയാളം ಕನ್ನಡ",
    "สวัสดีครับ กำ น้ำ ລາວ",
    "ကြောင်း မြန်မာ ខ្មែរ བོད",
    "السلام عليكم لا إله الأول",
    "سلام، می‌خواهم زمان تحویل را",
    "שָׁלוֹם עֲלֵיכֶם",
    "e\u{301}a\u{308}\u{304}o\u{302}\u{301}",
    "ⵏ⵿ⴾ ꓹꓼ 𐰲𐰃",
    "Здравствуйте, ώρα, Việt",
];

#[test]
fn no_script_takes_more_columns_than_there_are() {
    let folder = Folder::new("cli-scripts");
    let messages =
        WRITTEN.map(|text| serde_json::json!({"content": {"type": "text", "text": text}}));
    folder.write(
        "a.json",
        serde_json::json!({"messages": messages}).to_string(),
    );
    for width in 40..=120 {
        let run = folder.chatlog(&format!("show --color never --width {width} a.json"));
        let rows: Vec<_> = table_lines(run.text()).collect();
        assert!(rows.len() > WRITTEN.len(), "{rows:?}");
        for row in rows {
            assert!(columns(row) <= width, "at {width} columns: {row}");
        }
    }
}

/// What a terminal shows of a line with styles and hyperlinks, and the targets of its links.
fn without_escapes(line: &str) -> (String, Vec<&str>) {
    let (mut shown, mut targets) = (String::new(), Vec::new());
    let mut rest = line;
    while let Some((before, escape)) = rest.split_once('\u{1b}') {
        shown += before;
        let is_link = escape.starts_with("]8;;");
        let end = if is_link { "\u{1b}\\" } else { "m" };
        let (body, after) = escape
            .split_once(end)
            .expect("the sequence ends on its line");
        targets.extend(body.strip_prefix("]8;;"));
        rest = after;
    }
    (shown + rest, targets)
}

#[test]
fn a_hyperlink_stays_on_its_line_and_in_its_cell() {
    for width in ["30", "40", "60", "80", "120"] {
        let arguments = ["--color=always", "--hyperlinks=always", "--width", width];
        let sample = "samples/every-content-type.json";
        let run = run(["show", sample].iter().chain(&arguments));
        let mut links = 0;
        for line in run.stdout.lines() {
            let (shown, targets) = without_escapes(line);
            // Each link is turned off before the next one and at the end of the line.
            for link in targets.chunks(2) {
                assert!(
                    link[0].starts_with("https://") && link[1..] == [""],
                    "{line:?}"
                );
                links += 1;
            }
            let is_row = shown.starts_with(['╭', '│', '├', '╰']);
            assert!(!is_row || columns(&shown).to_string() == width, "{shown}");
        }
        // Five media and a map.
        assert_eq!(links, 6, "at {width} columns");
    }
}

#[test]
fn a_narrow_terminal_gets_lines() {
    for width in ["1", "20", "29"] {
        let run = run([
            "show",
            "--color=never",
            "--width",
            width,
            "samples/plain-chat.json",
        ]);
        assert_eq!(run.code, 0);
        assert!(
            run.stdout
                .contains("\n ▏ Great! Please bring your insurance card.\n"),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn colour_changes_no_letter() {
    for width in ["30", "40", "60", "80", "120"] {
        for sample in samples() {
            let [plain, coloured] = ["never", "always"]
                .map(|when| run(["show", "--width", width, "--color", when, &sample]).stdout);
            assert_eq!(
                without_colours(&coloured),
                plain,
                "{sample} at {width} columns"
            );
        }
    }
}

/// The text without the sequences that set colours.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_digit() && c != ';');
        let (_, rest) = piece.split_at(end.unwrap_or(piece.len()));
        plain.push_str(rest.strip_prefix('m').expect("only colours are set"));
    }
    plain
}

#[test]
fn colours_are_for_those_who_want_them() {
    let is_coloured = |flag: &[&str], environment: &[(&str, &str)]| {
        let mut command = program(["show", "samples/plain-chat.json"]);
        let run = finish(command.args(flag).envs(environment.iter().copied()));
        assert_eq!(run.code, 0);
        run.stdout.contains('\u{1b}')
    };
    let forced = ("CLICOLOR_FORCE", "1");
    // Standard output is not a terminal here.
    assert!(!is_coloured(&[], &[]));
    assert!(is_coloured(&[], &[forced]));
    assert!(!is_coloured(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!is_coloured(&[], &[("CLICOLOR_FORCE", "")]));
    assert!(!is_coloured(&[], &[forced, ("NO_COLOR", "1")]));
    assert!(is_coloured(&[], &[forced, ("NO_COLOR", "")]));
    assert!(is_coloured(&["--color=auto"], &[forced]));
    assert!(is_coloured(
        &["--color=always"],
        &[("NO_COLOR", "1"), ("TERM", "dumb")]
    ));
    assert!(!is_coloured(&["--color=never"], &[forced]));
    assert!(is_coloured(&[], &[forced, ("TERM", "dumb")]));
    assert!(!is_coloured(&[], &[("TERM", "dumb")]));
}

#[test]
fn the_worst_input_decides_the_exit_code_and_stops_no_other() {
    let (good, bad, gone) = (
        "samples/plain-chat.json",
        "samples/half-broken.json",
        "samples/gone.json",
    );
    for command in ["show", "validate"] {
        let case = |inputs: &[&str], code: i32| {
            let run = run([&[command], inputs].concat());
            assert_eq!(run.code, code, "{command} {inputs:?}: {}", run.stderr);
            run
        };
        case(&[good], 0);
        case(&[good, good], 0);
        case(&[good, bad], 1);
        case(&[bad, good], 1);
        let run = case(&[gone, bad, good], 2);
        assert!(run.stdout.contains("half-broken.json"), "{}", run.stdout);
        assert!(
            run.stderr
                .starts_with("chatlog: samples/gone.json: cannot read: "),
            "{}",
            run.stderr
        );
        assert_eq!(run.stderr.lines().count(), 1);
    }
}

#[test]
fn warnings_are_no_failure() {
    for sample in ["duplicate-keys", "empty-transcript", "out-of-order"] {
        let run = run(["validate", &format!("samples/{sample}.json")]);
        assert!(run.stdout.contains("warning"), "{sample}: {}", run.stdout);
        assert_eq!(run.code, 0, "{sample}");
    }
}

#[test]
fn quiet_says_nothing_of_good_inputs() {
    let run = run([
        "validate",
        "-q",
        "samples/plain-chat.json",
        "samples/handed-over.json",
    ]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", "")
    );
}

#[test]
fn what_cannot_be_asked_for_ends_with_2() {
    for (arguments, mention) in [
        (&["show", "--width", "0", "x"][..], "--width"),
        (&["show", "--format", "xml", "x"], "xml"),
        (&["show", "--only", "nothing", "x"], "nothing"),
        (&["show", "--color", "often", "x"], "often"),
        (
            &["show", "--tz", "Nowhere/Land", "samples/plain-chat.json"],
            "Nowhere/Land",
        ),
        (&["show", "--max-size", "0", "x"], "--max-size"),
        (&["shwo"], "show"),
        (&["--nonsense"], "--nonsense"),
        // Standard input is not a terminal here, and means `show`.
        (&[], "is empty"),
    ] {
        let run = run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(
            run.stderr.contains(mention),
            "{arguments:?}: {}",
            run.stderr
        );
    }
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["help"],
        &["show", "--help"],
        &["check", "-h"],
    ] {
        let run = run(arguments);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!run.stdout.is_empty(), "{arguments:?}");
    }
}
