//! Bad input of every kind: the program prints a clear message, exits with the right code, loses
//! nothing, sends no control characters to the terminal, and never panics.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

use crate::program::{Run, program, run, samples};
use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::json::Document;
use chatlog::notification::Session;
use chatlog::{Origin, Text, inspect};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Runs the program with these bytes on its standard input.
pub(crate) fn run_on(input: impl Into<Vec<u8>>, arguments: &[&str]) -> Run {
    let input = input.into();
    let mut child = program(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A program that has seen enough closes the pipe.
    let writer = thread::spawn(move || stdin.write_all(&input).is_ok());
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("writing does not panic");
    Run {
        code: output.status.code().expect("no signal ends the program"),
        stdout: String::from_utf8(output.stdout).expect("the program writes UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("the program writes UTF-8"),
    }
}

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("hostile")
        .join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the last run's folder can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// The text of a good notification, in one line.
fn good() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/plain-chat.json");
    fs::read_to_string(path)
        .expect("there is a plain chat")
        .trim_end()
        .to_owned()
}

/// A good notification with one thing in it replaced.
#[track_caller]
fn good_but(what: &str, by: &str) -> String {
    let good = good();
    assert!(good.contains(what), "nothing to replace: {what}");
    good.replacen(what, by, 1)
}

/// Asserts that the output has no characters that act on a terminal, except line ends.
#[track_caller]
fn assert_inert(run: &Run) {
    for output in [&run.stdout, &run.stderr] {
        let mut previous = ' ';
        for c in output.chars() {
            let acts = match c.general_category() {
                GeneralCategory::Control => c != '\n',
                // Joins emoji and letters of some scripts.
                GeneralCategory::Format => {
                    c != '\u{200d}' && !(c == '\u{200c}' && previous.is_alphabetic())
                }
                GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => true,
                _ => false,
            };
            assert!(!acts, "{c:?} in {output}");
            previous = c;
        }
    }
}

/// The output without colour sequences: digits and semicolons between `ESC [` and `m`.
fn without_colours(run: &Run) -> Run {
    let plain = |text: &str| {
        let mut plain = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            let numbers = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
            plain.push_str(before);
            // Anything else stays, and is found.
            rest = numbers.strip_prefix('m').unwrap_or_else(|| {
                plain.push('\u{1b}');
                after
            });
        }
        plain + rest
    };
    Run {
        code: run.code,
        stdout: plain(&run.stdout),
        stderr: plain(&run.stderr),
    }
}

const WAYS: [&[&str]; 5] = [
    &["show"],
    &["show", "--width=30"],
    &["show", "--format=json"],
    &["validate"],
    &["validate", "--format=json"],
];

/// The outputs of all commands for an input. Asserts that none acts on a terminal.
fn in_every_way(input: &[u8]) -> [Run; 5] {
    WAYS.map(|way| {
        let run = run_on(input, way);
        assert_inert(&run);
        run
    })
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = folder("unreadable");
    let path = |name: &str, bytes: Option<&[u8]>| {
        let path = folder.join(name);
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).expect("a file can be written");
        }
        path.into_os_string()
            .into_string()
            .expect("names are plain")
    };
    fs::create_dir(folder.join("none")).expect("a folder can be made");
    fs::create_dir(folder.join("other")).expect("a folder can be made");
    path("other/README.md", Some(b"nothing to see"));
    path("other/.json", Some(b"{}"));
    for (input, what) in [
        (path("gone.json", None), "cannot read: "),
        (path("empty.json", Some(b"")), "is empty"),
        (path("blank.json", Some(b" \r\n\t\n ")), "is empty"),
        (path("mark.json", Some(b"\xef\xbb\xbf\n")), "is empty"),
        (path("none", None), "holds no delivery"),
        (path("other", None), "holds no delivery"),
    ] {
        for way in WAYS {
            let run = run(way.iter().copied().chain([input.as_str()]));
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{way:?} {input}");
            let want = format!("chatlog: {input}: {what}");
            assert!(run.stderr.starts_with(&want), "{way:?}: {}", run.stderr);
            assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        }
    }
    let run = run_on("", &["show"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.starts_with("chatlog: -: is empty"),
        "{}",
        run.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_does_not_stop_the_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("forbidden");
    let forbidden = folder.join("a.json");
    fs::write(&forbidden, good()).expect("a file can be written");
    fs::write(folder.join("b.json"), good()).expect("a file can be written");
    let nobody = fs::Permissions::from_mode(0o000);
    fs::set_permissions(&forbidden, nobody).expect("it is ours");
    if fs::read(&forbidden).is_ok() {
        // The superuser may read anything.
        return;
    }
    let folder = folder.to_str().expect("names are plain");
    let run = run(["validate", folder]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("a.json: cannot read: "),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("1 delivery"), "{}", run.stdout);
}

#[test]
fn json_of_another_kind_is_no_notification() {
    for (input, want) in [
        ("[]", "not a notification: an array"),
        ("[1, 2]", "not a notification: an array"),
        ("\"x\"", "not a notification: the string `x`"),
        ("3", "not a notification: the number `3`"),
        ("null", "not a notification: null"),
        ("true", "not a notification: `true`"),
        ("{}", "not a notification: an object without"),
        (
            r#"{"name": "webhook-receiver", "version": "1.4.0"}"#,
            "not a notification: an object without",
        ),
    ] {
        for run in in_every_way(input.as_bytes()) {
            assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{input}");
            assert!(
                run.stdout.contains("not-a-notification"),
                "{input}: {}",
                run.stdout
            );
            assert!(run.stdout.contains(want), "{input}: {}", run.stdout);
            assert_eq!(
                run.stdout.matches("not a notification").count(),
                1,
                "{input}"
            );
        }
    }
}

/// The part of a JSON report that these tests look at.
#[derive(Deserialize)]
struct Report {
    findings: Vec<Finding>,
    session: Option<ShownSession>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    rule: String,
    pointer: String,
    line: Option<usize>,
    column: Option<usize>,
}

#[derive(Deserialize)]
struct ShownSession {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    text: String,
}

/// The JSON reports on an input.
fn reports(input: impl Into<Vec<u8>>) -> Vec<Report> {
    let run = run_on(input, &["show", "--format=json"]);
    assert_inert(&run);
    let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    run.stdout.lines().map(read).collect()
}

#[test]
fn text_that_is_no_json_is_placed() {
    for (input, line, column) in [
        ("{\"callee\": +1}", 1, 12),
        ("{\n  'callee': 1}", 2, 3),
        ("{\"callee\":\"a\tb\"}", 1, 13),
        ("{\"callee\": \"é\" x}", 1, 16),
        ("{\"callee\": \"1\"", 1, 15),
        ("INFO got {\"callee\": \"1\"", 1, 1),
    ] {
        let reports = reports(input);
        assert_eq!(reports.len(), 1, "{input}");
        let no_json = reports[0]
            .findings
            .iter()
            .find(|finding| finding.rule == "not-json");
        let place = no_json.map(|finding| (finding.line, finding.column));
        assert_eq!(place, Some((Some(line), Some(column))), "{input}");
        for run in in_every_way(input.as_bytes()) {
            assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{input}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_hide_nothing() {
    let good = good();
    let (before, after) = good.split_once("Is there parking?").expect("somebody asks");
    let broken = [
        before.as_bytes(),
        b"Is \xff there \xc3 parking?",
        after.as_bytes(),
    ]
    .concat();
    let reports_of_broken = reports(broken.clone());
    let session = reports_of_broken[0]
        .session
        .as_ref()
        .expect("there is a session");
    assert_eq!(session.messages.len(), 8);
    assert_eq!(
        session.messages[4].text,
        "Is \u{fffd} there \u{fffd} parking?"
    );
    let findings = &reports_of_broken[0].findings;
    let place = (
        findings[0].rule.as_str(),
        findings[0].line,
        findings[0].column,
    );
    let column = before.chars().count() + "Is ".len() + 1;
    assert_eq!(
        (place, findings.len()),
        (("not-json", Some(1), Some(column)), 1)
    );
    for run in in_every_way(&broken) {
        assert_eq!(run.code, 1);
    }
    // At the start, and nothing else.
    for input in [&b"\xff"[..], b"\xff{}"] {
        for run in in_every_way(input) {
            assert!(matches!(run.code, 1 | 2), "{}", run.stdout);
            assert!(run.stdout.contains("not-json") || !run.stderr.is_empty());
        }
    }
    // Like any other characters before a notification, this one is passed over.
    let behind = [b"\x80", good.as_bytes()].concat();
    for run in in_every_way(&behind) {
        assert_eq!(run.code, 0, "{}", run.stdout);
    }
}

#[test]
fn halves_of_characters_hide_nothing() {
    let halves = good_but(
        "\"text\":\"Thanks!\"",
        r#""text":"a\ud83d b \udc00","\ud83d":"\ude00""#,
    );
    let halves = halves.replacen("\"variables\":{", r#""variables":{"\ud83d":["\udc00"],"#, 1);
    let reports = reports(halves.clone());
    let session = reports[0].session.as_ref().expect("there is a session");
    assert!(
        session.messages[6].text.starts_with("a\u{fffd} b \u{fffd}"),
        "{}",
        session.messages[6].text
    );
    let no_json = reports[0]
        .findings
        .iter()
        .filter(|finding| finding.rule == "not-json");
    let pointers: Vec<_> = no_json.map(|finding| finding.pointer.as_str()).collect();
    assert!(
        pointers.contains(&"/messages/6/content/text"),
        "{pointers:?}"
    );
    assert!(pointers.contains(&"/variables"), "{pointers:?}");
    for run in in_every_way(halves.as_bytes()) {
        assert_eq!(run.code, 1);
        // Programs refuse a line with half a character in it, however it is written.
        for line in run
            .stdout
            .lines()
            .filter(|line| line.starts_with("{\"source\""))
        {
            let read = serde_json::from_str::<Value>(line);
            assert!(read.is_ok(), "{read:?}: {line}");
        }
    }
}

#[test]
fn depth_is_no_danger() {
    const DEPTH: usize = 100_000;
    let arrays = "[".repeat(DEPTH) + &"]".repeat(DEPTH);
    let objects = "{\"a\":".repeat(DEPTH) + "1" + &"}".repeat(DEPTH);
    for deep in [&arrays, &objects] {
        for (input, code) in [
            (
                good_but(
                    "\"variables\":{",
                    &format!("\"variables\":{{\"deep\":{deep},"),
                ),
                0,
            ),
            (
                good_but(
                    "\"text\":\"Thanks!\"",
                    &format!("\"text\":\"Thanks!\",\"deep\":{deep}"),
                ),
                0,
            ),
            (
                good_but("\"talk_round\":3", &format!("\"talk_round\":{deep}")),
                1,
            ),
            (deep.clone(), 1),
            (deep[..deep.len() / 2].to_owned(), 1),
            (format!("[{deep}"), 1),
        ] {
            for way in [&["show"][..], &["show", "--format=json"], &["validate"]] {
                let run = run_on(input.as_str(), way);
                let start: String = input.chars().take(40).collect();
                assert_eq!(
                    (run.code, run.stderr.as_str()),
                    (code, ""),
                    "{way:?} {start}"
                );
            }
        }
    }
}

#[test]
fn a_string_may_be_long() {
    const SIZE: usize = 20_000_000;
    let input = good_but("Thanks!", &"x".repeat(SIZE));
    let validate = run_on(input.as_str(), &["validate", "-q"]);
    assert_eq!(
        (
            validate.code,
            validate.stdout.as_str(),
            validate.stderr.as_str()
        ),
        (0, "", "")
    );
    let json = run_on(input.as_str(), &["show", "--format=json"]);
    // As text, and as it was received.
    assert!(json.stdout.len() > 2 * SIZE);
    // Drawing takes longer: a twentieth has to do.
    let input = good_but("Thanks!", &"x".repeat(SIZE / 20));
    let table = run_on(input.as_str(), &["show", "--width=80", "--full-text"]);
    let drawn = table.stdout.matches('x').count();
    assert!(drawn >= SIZE / 20, "{drawn}");
}

#[test]
fn messages_may_be_many() {
    const COUNT: usize = 100_000;
    let message = |number: usize| {
        format!(
            "{{\"msg_id\":\"{number}\",\"sender_type\":\"user\",\"timestamp\":1740968105,\
             \"status\":\"read\",\"content\":{{\"type\":\"text\",\"text\":\"a\"}}}},"
        )
    };
    let many: String = (0..COUNT).map(message).collect();
    let input = good_but("\"messages\":[", &format!("\"messages\":[{many}"));
    let validate = run_on(input.as_str(), &["validate"]);
    assert_eq!(validate.code, 0, "{}", validate.stdout);
    let shown = run_on(
        input,
        &[
            "show",
            "--only=transcript",
            "--details",
            "--width=80",
            "--color=never",
        ],
    );
    let numbers = shown
        .stdout
        .lines()
        .filter(|line| line.starts_with(" #1000"));
    // From 1000 to 1009 in six columns, and 10000 to 10009, and 100000 to 100008.
    assert_eq!(numbers.count(), 1 + 10 + 9);
}

#[test]
fn numbers_of_any_size_are_kept_or_noted() {
    for (number, is_seconds) in [
        ("1740968105", true),
        ("1740968105.0", true),
        ("1.740968105e9", true),
        ("-0", true),
        ("0", true),
        ("1e400", false),
        ("18446744073709551616", false),
        ("1.5", false),
        ("-1", false),
    ] {
        let input = good_but(
            "\"timestamp\":1740968289",
            &format!("\"timestamp\":{number}"),
        );
        let input = input.replacen(
            "\"variables\":{",
            &format!("\"variables\":{{\"n\":{number},"),
            1,
        );
        let run = run_on(input.as_str(), &["validate"]);
        assert_eq!(run.code, i32::from(!is_seconds), "{number}: {}", run.stdout);
        let json = run_on(input.as_str(), &["show", "--format=json"]);
        assert!(
            json.stdout.contains(&format!("\"n\":{number},")),
            "{number}: {}",
            json.stdout
        );
    }
}

#[test]
fn strangers_act_on_no_terminal() {
    let mut plain = 0;
    for sample in samples() {
        for way in WAYS {
            let run = run(way.iter().copied().chain([sample.as_str()]));
            assert_inert(&run);
            let coloured =
                crate::program::run(way.iter().copied().chain(["--color=always", &sample]));
            assert_inert(&without_colours(&coloured));
            plain += run.stdout.len();
        }
    }
    assert!(plain > 100_000);
    // Of JSON, programs read what was received.
    let json = run(["show", "--format=json", "samples/hostile-text.json"]);
    let report: Report = serde_json::from_str(&json.stdout).expect("it is JSON");
    let said: Vec<_> = report.session.expect("there is a session").messages;
    assert!(
        said[1].text.starts_with("\u{1b}[2J\u{1b}[31mred"),
        "{:?}",
        said[1].text
    );
    assert!(
        said[6].text.contains("\u{202e}evitca\u{202c}"),
        "{:?}",
        said[6].text
    );
}

#[test]
fn arguments_act_on_no_terminal() {
    for hostile in [
        "\u{1b}[31mx",
        "a\rb",
        "\u{202e}x",
        "\u{9b}31m",
        "x\ny",
        "\u{1b}]52;c;x\u{7}",
    ] {
        for arguments in [
            &["show", hostile][..],
            &["show", "--tz", hostile, "samples/plain-chat.json"],
        ] {
            let run = run(arguments);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
            assert!(!run.stderr.is_empty());
            assert_inert(&run);
        }
    }
}

#[cfg(unix)]
#[test]
fn file_names_act_on_no_terminal() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder("names");
    for (number, name) in [
        &b"\x1b[31mred.json"[..],
        b"a\nb\r.json",
        "\u{202e}nosj.json".as_bytes(),
        "\u{9b}31m.json".as_bytes(),
        b"\xff\xfe.json",
    ]
    .into_iter()
    .enumerate()
    {
        let body = if number % 2 == 0 {
            good()
        } else {
            "{".to_owned()
        };
        fs::write(folder.join(OsStr::from_bytes(name)), body).expect("it is a name");
    }
    for way in WAYS {
        let run = run(way.iter().map(OsStr::new).chain([folder.as_os_str()]));
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{way:?}");
        assert_inert(&run);
    }
    let json = run([
        OsStr::new("validate"),
        OsStr::new("--format=json"),
        folder.as_os_str(),
    ]);
    assert_eq!(json.stdout.lines().count(), 5);
    assert!(
        json.stdout.contains("\\u001b[31mred.json\",\"index\":1"),
        "{}",
        json.stdout
    );
}

/// Inspects bytes with the library, as the program does. Returns the ids of the messages.
fn ids(bytes: &[u8]) -> Vec<Option<String>> {
    let record = Record {
        bytes,
        terminator: b"",
        is_whole: false,
        start: Position::START,
    };
    let origin = Origin {
        source: Text::from("-"),
        index: 1,
    };
    let capture = deliveries(&record, &CaptureOptions::default());
    let mut ids = Vec::new();
    for delivery in &capture.deliveries {
        let document = Document::new(&delivery.body);
        let report = inspect(
            &origin,
            delivery,
            &document,
            &chatlog::InspectOptions::default(),
        );
        assert_eq!(report.positions().len(), report.findings.len());
        let messages = report
            .session
            .as_ref()
            .map(Session::messages)
            .unwrap_or_default();
        let id = |text: &Text<'_>| text.as_str().to_owned();
        ids.extend(
            messages
                .iter()
                .map(|message| message.msg_id.as_ref().map(id)),
        );
    }
    ids
}

/// Where each message of a notification ends in its text.
fn ends_of_messages(text: &str) -> Vec<usize> {
    #[derive(Deserialize)]
    struct Messages<'a> {
        #[serde(borrow, default)]
        messages: Vec<&'a RawValue>,
    }
    let Ok(Messages { messages }) = serde_json::from_str(text) else {
        return Vec::new();
    };
    let end = |message: &&RawValue| {
        let message = message.get();
        message.as_ptr() as usize + message.len() - text.as_ptr() as usize
    };
    messages.iter().map(end).collect()
}

#[test]
fn a_sample_cut_at_any_byte_keeps_the_messages_before() {
    let samples = samples();
    let cut_all = |samples: &[String]| {
        let mut cuts = 0;
        for sample in samples {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(sample);
            let text = fs::read_to_string(path).expect("samples are text");
            // Of an archive, a line is as much as is read at once; one place in an indentation is
            // like the next, and half of the time.
            let text = match text.lines().nth(1) {
                Some(line) if sample.ends_with(".ndjson") => line.to_owned(),
                _ => text.lines().map(str::trim_start).collect(),
            };
            let (whole, ends) = (ids(text.as_bytes()), ends_of_messages(&text));
            for cut in 0..text.len() {
                let kept = ids(&text.as_bytes()[..cut]);
                let complete = ends.iter().filter(|end| **end <= cut).count();
                let is_kept = kept.get(..complete) == whole.get(..complete);
                assert!(is_kept, "{sample} cut at byte {cut}: {kept:?}");
                cuts += 1;
            }
        }
        cuts
    };
    let (one, other) = samples.split_at(samples.len() / 2);
    let cuts = thread::scope(|scope| {
        let one = scope.spawn(|| cut_all(one));
        cut_all(other) + one.join().expect("no cut panics")
    });
    assert!(cuts > 30_000, "{cuts}");
}

#[test]
fn the_program_says_where_a_sample_was_cut() {
    for sample in [
        "handed-over.json",
        "wide-text.json",
        "hostile-text.json",
        "array.json",
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("samples")
            .join(sample);
        let bytes = fs::read(path).expect("there is such a sample");
        for tenth in 1..10 {
            for run in in_every_way(&bytes[..bytes.len() * tenth / 10]) {
                assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{sample}");
                assert!(run.stdout.contains("not-json"), "{sample}: {}", run.stdout);
            }
        }
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_trouble() {
    // More than any pipe holds.
    let arguments = ["show"]
        .into_iter()
        .chain(std::iter::repeat_n("samples/handed-over.json", 50));
    let mut child = program(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let mut reader = BufReader::new(child.stdout.take().expect("it is piped"));
    reader.read_line(&mut line).expect("there is a line");
    assert!(line.starts_with("╶─ 1 of 50 · samples/handed-over.json ─"));
    drop(reader);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}

#[test]
fn a_stream_is_shown_as_it_arrives() {
    for arguments in [&["show", "--format=json"][..], &["show", "--width=80"]] {
        let mut child = program(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("it is piped");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        for _ in 0..3 {
            writeln!(stdin, "{}", good()).expect("the program reads");
            stdin.flush().expect("the program reads");
            // The pipe stays open: reading would hang were the session held back.
            let mut line = String::new();
            while !line.contains("Thanks!") {
                line.clear();
                assert!(stdout.read_line(&mut line).expect("it is text") > 0);
            }
        }
        drop(stdin);
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("it is text");
        assert_eq!(child.wait().expect("the program ends").code(), Some(0));
    }
}

#[test]
fn a_broken_record_never_hides_the_next() {
    let good = good();
    for broken in [
        "{",
        "{\"messages\":[{\"content\":{\"text\":\"",
        "}",
        "]",
        "\"",
        "{\"a\":}",
        "<html>502 Bad Gateway</html>",
        "[",
        "null",
        "\u{1b}[31m",
        "{\"a\":1",
    ] {
        for end in ["\n", "\r\n"] {
            let input = format!("{good}{end}{broken}{end}{good}{end}{broken}{end}{good}");
            let whole = reports(input)
                .iter()
                .filter(|report| report.findings.is_empty())
                .filter(|report| {
                    report
                        .session
                        .as_ref()
                        .is_some_and(|session| session.messages.len() == 8)
                })
                .count();
            assert_eq!(whole, 3, "{broken:?} {end:?}");
        }
    }
}
