//! `chatlog list`: a row for each session, for people and for programs.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::Value;

use crate::columns::columns;
use crate::folder::Folder;
use crate::program::{Run, program, run, samples};

/// What hostile people would say: it acts on a terminal, a spreadsheet, a CI log or the grid.
const HOSTILE: [&str; 12] = [
    "\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[31m",
    "=HYPERLINK(\"http://evil\";\"x\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1",
    "\r=1\n=2",
    "a\",\"b\n::error::x",
    "\u{202e}evil\u{2066}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "سلام لا 漢字 👩‍🚀 नमस्ते กำ",
    "::error::x ##[error]y",
];

/// A folder with a session for each hostile text, which stands wherever a stranger can write.
fn hostile(name: &str) -> Folder {
    let folder = Folder::new(name);
    let session = |said: &&str| {
        serde_json::json!({
            "callee": said, "workflow_name": said, "session_end_reason": said, "intention": said,
            "channel": said, "session_start_time": "2025-10-20T01:00:00Z",
            "session_end_time": "2025-10-20T01:00:09.5Z", "talk_round": 3,
            "messages": [
                {"sender_type": "user", "content": {"type": "text", "text": said}},
                {"sender_type": "system", "content": {"type": "system", "system":
                    {"type": "conversation.take_over", "to_seat_id": said}}},
            ],
        })
    };
    let lines: Vec<String> = HOSTILE
        .iter()
        .map(|it| session(it).to_string() + "\n")
        .collect();
    folder.write("a.ndjson", lines.concat());
    folder
}

/// Runs `list` on all samples.
fn list(arguments: &str) -> Run {
    let arguments = arguments.split_whitespace().map(str::to_owned);
    run(["list".to_owned()]
        .into_iter()
        .chain(arguments)
        .chain(samples()))
}

fn json(lines: &str) -> Vec<Value> {
    let lines = lines.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The cells of CSV, and the header.
fn csv(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let records = reader
        .records()
        .map(|it| it.expect("as wide as the header"));
    records
        .map(|it| it.iter().map(str::to_owned).collect())
        .collect()
}

/// Whether a table is a grid: no line is wider than it should be, and above the first letter of each
/// heading there are blanks in front of every cell.
#[track_caller]
fn is_grid(table: &str, width: usize) {
    let (heading, rows) = table.split_once('\n').expect("a heading");
    let starts: BTreeSet<usize> = heading
        .match_indices("  ")
        .map(|(at, _)| at + 2)
        .filter(|at| !heading[*at..].starts_with(' '))
        .collect();
    // All but numbers start below their heading.
    let is_left = |at: &&usize| {
        !["Duration", "Rounds", "Messages"]
            .iter()
            .any(|it| heading[**at..].starts_with(it))
    };
    for row in rows.lines().filter(|row| row.contains('#')) {
        assert!(columns(row) <= width, "at {width} columns: {row}");
        for start in starts.iter().filter(is_left) {
            let mut filled = 0;
            let before = row.char_indices().find(|(at, _)| {
                filled = columns(&row[..*at]);
                filled >= *start
            });
            if let Some((at, _)) = before {
                assert_eq!(filled, *start, "at {width} columns: {row}");
                assert!(row[..at].ends_with("  "), "at {width} columns: {row}");
            }
        }
    }
}

#[test]
fn a_table_is_a_grid_that_fits_whatever_people_write() {
    let folder = hostile("list-grid");
    for width in (30..=130).chain([150, 200, 250]) {
        is_grid(
            &list(&format!("--width {width} --color never")).stdout,
            width,
        );
        let run = folder.chatlog(&format!("list --width {width} --color never a.ndjson"));
        is_grid(run.text(), width);
        let rows = run.text().lines().filter(|line| line.contains('#'));
        assert_eq!(rows.count(), HOSTILE.len());
        assert!(
            !run.text().contains(['\u{1b}', '\r', '\u{202e}']),
            "{:?}",
            run.text()
        );
    }
}

#[test]
fn columns_are_left_out_in_the_order_that_the_help_states() {
    let help = run(["list", "--help"]).stdout;
    let (_, order) = help.split_once("in this order:").expect("an order");
    let (order, _) = order.split_once('.').expect("a sentence");
    let mut stated: Vec<&str> = order.split(',').map(str::trim).collect();
    stated.retain(|column| *column != "verdict");
    let headings = |width: usize| -> BTreeSet<&str> {
        let run = run([
            "list",
            "--width",
            &width.to_string(),
            "samples/plain-chat.json",
        ]);
        let heading = run.stdout.lines().next().expect("a heading").to_owned();
        let names = [
            ("Rounds", "rounds"),
            ("Messages", "messages"),
            ("Intention", "intention"),
            ("Hand-over", "hand_over"),
            ("Workflow", "workflow"),
            ("Findings", "findings"),
            ("Duration", "duration"),
            ("Callee", "callee"),
            ("Start", "start"),
            ("End", "end_reason"),
        ];
        names
            .into_iter()
            .filter(|(it, _)| heading.contains(it))
            .map(|(_, it)| it)
            .collect()
    };
    let mut shown = headings(250);
    let mut left_out = Vec::new();
    for width in (30..250).rev() {
        let now = headings(width);
        assert!(now.is_subset(&shown), "at {width} columns");
        left_out.extend(shown.difference(&now).copied());
        shown = now;
    }
    assert_eq!(left_out, stated);
    assert!(headings(80).is_superset(&["callee", "start", "end_reason"].into()));
}

#[test]
fn csv_holds_what_json_holds() {
    let folder = hostile("list-csv");
    let [raw, lines] = ["csv --raw", "json"].map(|format| {
        let run = folder.chatlog(&format!("list --format {format} a.ndjson"));
        run.text().to_owned()
    });
    let records = csv(&raw);
    let objects = json(&lines);
    assert_eq!(records.len(), 1 + objects.len());
    for (record, object) in records[1..].iter().zip(&objects) {
        assert_eq!(
            record.len(),
            object.as_object().map_or(0, serde_json::Map::len)
        );
        for (key, cell) in records[0].iter().zip(record) {
            let want = match &object[key] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(*cell, want, "{key}");
        }
    }
    assert_eq!(objects[0]["duration_seconds"], 9.5);
    assert_eq!(objects[0]["first_user_text"], HOSTILE[0]);
}

#[test]
fn no_cell_is_a_formula_and_nothing_acts_on_the_terminal() {
    let folder = hostile("list-formulas");
    for format in ["csv", "json"] {
        let run = folder.chatlog(&format!("list --format {format} a.ndjson"));
        assert!(
            !run.text().contains(['\u{1b}', '\u{7}', '\u{202e}']),
            "{:?}",
            run.text()
        );
    }
    let run = folder.chatlog("list --format csv a.ndjson");
    for cell in csv(run.text()).concat() {
        assert!(
            !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
            "{cell:?}"
        );
    }
}

#[test]
fn the_name_of_a_row_is_what_show_takes() {
    let folder = Folder::new("list-names");
    folder.write(
        "in/a.ndjson",
        std::fs::read("samples/archive.ndjson").expect("a sample"),
    );
    folder.write(
        "in/b.json",
        std::fs::read("samples/plain-chat.json").expect("a sample"),
    );
    let rows = json(folder.chatlog("list --format json in").text());
    assert_eq!(rows.len(), 5);
    let table = folder.chatlog("list --width 100 in");
    let names = table
        .text()
        .lines()
        .filter_map(|line| line.get(1..)?.split(' ').next());
    for (row, name) in rows.iter().zip(names.skip(1)) {
        let id = &row["call_id"];
        let shown = json(folder.chatlog(&format!("show --format json {name}")).text());
        assert_eq!(shown.len(), 1, "{name}");
        assert_eq!(&shown[0]["session"]["summary"]["call_id"], id);
        assert_eq!(
            name,
            format!(
                "{}#{}",
                row["source"].as_str().unwrap_or_default(),
                row["index"]
            )
        );
    }
}

#[test]
fn rows_are_shown_as_they_arrive() {
    for format in ["table", "json", "csv"] {
        let mut child = program(["list", "--format", format])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut heading = usize::from(format != "json");
        for callee in ["+62800", "+62801", "+62802"] {
            writeln!(stdin, r#"{{"callee": "{callee}", "messages": []}}"#).expect("it reads");
            // It has to come now: standard input is still open.
            let line = stdout.by_ref().nth(std::mem::take(&mut heading));
            let line = line.expect("a line").expect("text");
            assert!(line.contains(callee), "{line}");
        }
        drop(stdin);
        let closing: Vec<String> = stdout.map(|line| line.expect("text")).collect();
        let want: &[&str] = if format == "table" {
            &[" 3 sessions, 3 with errors (!)"]
        } else {
            &[]
        };
        assert_eq!(closing, want);
        child.wait().expect("it ends");
    }
}

#[test]
fn sorting_and_the_first_few_of_it() {
    let by = |arguments: &str| -> Vec<Value> {
        let run = list(&format!("--format json {arguments}"));
        json(&run.stdout)
    };
    let all = by("--sort duration:desc");
    assert_eq!(by("--sort duration:desc --top 4"), all[..4]);
    let seconds: Vec<_> = all
        .iter()
        .map(|row| row["duration_seconds"].as_f64())
        .collect();
    let known = seconds.iter().flatten().count();
    assert!(
        seconds[..known].is_sorted_by(|one, other| one >= other),
        "{seconds:?}"
    );
    assert!(seconds[known..].iter().all(Option::is_none), "{seconds:?}");
    // What has no name of its own in the row is sorted by, too.
    assert_eq!(by("--sort channel").len(), all.len());
    let first = list("--sort start --top 2 --width 120").stdout;
    let closing = first.lines().last().expect("a line");
    assert!(closing.starts_with(" the first 2 of "), "{closing}");
}

#[test]
fn columns_are_those_that_were_chosen() {
    let sample = "samples/handed-over.json";
    let run = run([
        "list",
        sample,
        "--columns",
        "status,session_start_time,start,hand_over",
        "--format",
        "json",
    ]);
    let want = r#"{"status":"closed","session_start_time":"2025-10-20T01:00:00Z","handover_agent":"seat-07","handover_number":11}"#;
    assert_eq!(run.stdout.trim_end(), want);
    for (arguments, code, words) in [
        ("--columns first_word", 2, "did you mean `first_words`?"),
        ("--columns x", 2, "expected one of name, kind, start"),
        ("--sort durations", 2, "did you mean `duration`?"),
        (
            "--sort start:down",
            2,
            "expected `asc` or `desc` after the colon",
        ),
        ("--top 3", 2, "--sort <NAME[:desc]>"),
        ("--raw", 2, "use it with --format csv"),
    ] {
        let run = list(arguments);
        assert_eq!(run.code, code, "{arguments}");
        assert!(run.stderr.contains(words), "{arguments}: {}", run.stderr);
    }
}

#[test]
fn a_list_ends_as_show_does_and_hides_whom_it_should() {
    for sample in samples() {
        let [listed, shown] = ["list", "show"].map(|command| run([command, &sample]));
        assert_eq!(listed.code, shown.code, "{sample}");
    }
    let sample = "samples/handed-over.json";
    for format in ["table", "json", "csv"] {
        let run = run([
            "list", "--redact", "--width", "200", "--format", format, sample,
        ]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(!run.stdout.contains("628000000042"), "{}", run.stdout);
    }
    // Verdicts are listed if they can be told.
    let folder = Folder::new("list-verdicts");
    folder.write("a.json", std::fs::read(sample).expect("a sample"));
    let signed = folder.chatlog("list --width 120 --color never a.json");
    signed.is(1, &["Signature", "missing"]);
    folder
        .chatlog("list --verdict valid a.json")
        .is(0, &["nothing matches, of 1 delivery"]);
}
