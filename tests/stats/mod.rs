//! `stats`: its totals are those of an independent count, however the archive was divided, and however
//! much of each session was read.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::folder::{Folder, Run, run};

const SAMPLES: [&str; 5] = [
    include_str!("../samples/every-content-type.json"),
    include_str!("../samples/handed-over.json"),
    include_str!("../samples/plain-chat.json"),
    include_str!("../samples/two-days.json"),
    include_str!("../samples/out-of-order.json"),
];

fn chatlog(folder: &Folder, arguments: &[&str], stdin: &str) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    run(command.args(arguments), stdin.as_bytes())
}

fn totals(folder: &Folder, arguments: &[&str], stdin: &str) -> Value {
    let run = chatlog(
        folder,
        &[&["stats", "--format", "json"], arguments].concat(),
        stdin,
    );
    assert_eq!((run.code, &*run.stderr), (0, ""), "{arguments:?}");
    serde_json::from_str(run.text()).expect("one line of JSON")
}

/// The `number`-th of many sessions that differ in what is counted.
fn session(number: usize) -> Value {
    let mut session: Value = serde_json::from_str(SAMPLES[number % 5]).expect("JSON");
    let reasons = ["robot", "agent", "error", "expire", "user"];
    session["call_id"] = json!(format!("call-{number}"));
    session["session_end_reason"] = json!(reasons[number * number % 5]);
    session["intention"] = [json!("A"), json!("B"), json!(""), Value::Null][number % 4].clone();
    session["workflow_name"] = json!(format!("Workflow {}", number % 13));
    session["talk_round"] = json!(number % 17);
    let end = format!(
        "2025-10-{:02}T{:02}:10:{:02}Z",
        1 + number % 28,
        number % 24,
        number % 60
    );
    session["session_start_time"] = json!(format!(
        "2025-10-{:02}T{:02}:00:00Z",
        1 + number % 28,
        number % 24
    ));
    session["session_end_time"] = json!(end);
    session
}

fn archive(count: usize) -> String {
    (0..count)
        .map(|number| format!("{}\n", session(number)))
        .collect()
}

/// Counts of values, most of them of a field.
#[derive(Default)]
struct Counts(BTreeMap<Option<String>, u64>);

impl Counts {
    fn add(&mut self, value: &Value) {
        let value = value.as_str().filter(|value| !value.is_empty());
        *self.0.entry(value.map(str::to_owned)).or_default() += 1;
    }

    #[track_caller]
    fn are(&self, rows: &Value) {
        let rows = rows.as_array().expect("rows").iter();
        let row = |row: &Value| {
            let value = row["value"].as_str().map(str::to_owned);
            (value, row["count"].as_u64().expect("a count"))
        };
        assert_eq!(rows.map(row).collect::<BTreeMap<_, _>>(), self.0);
    }
}

/// That quantiles are those of the numbers: exactly, or within one percent.
#[track_caller]
fn has_quantiles(found: &Value, mut numbers: Vec<u64>) {
    numbers.sort_unstable();
    assert_eq!(found["count"], numbers.len() as u64);
    assert_eq!(found["min"], numbers[0]);
    assert_eq!(found["max"], numbers[numbers.len() - 1]);
    for (name, percent) in [("median", 50), ("p90", 90), ("p99", 99)] {
        let exact = numbers[(numbers.len() * percent).div_ceil(100) - 1];
        let found = found[name].as_u64().expect("a number");
        assert!(
            found.abs_diff(exact) * 100 <= exact,
            "{name}: {found} for {exact}"
        );
    }
}

#[test]
fn totals_are_those_of_an_independent_count() {
    let folder = Folder::new("stats-count");
    let sessions: Vec<_> = (0..700).map(session).collect();
    folder.write("a.ndjson", archive(700));
    let found = totals(&folder, &["a.ndjson"], "");
    let mut by: BTreeMap<&str, Counts> = BTreeMap::new();
    let [mut senders, mut types, mut days] = [(); 3].map(|()| Counts::default());
    let (mut messages, mut handed_over, mut sent, mut read) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut durations = Vec::new();
    for session in &sessions {
        for field in [
            "session_end_reason",
            "intention",
            "channel",
            "workflow_name",
        ] {
            by.entry(field).or_default().add(&session[field]);
        }
        let [start, end] = ["session_start_time", "session_end_time"]
            .map(|field| session[field].as_str().expect("a time"));
        days.add(&json!(start[..10]));
        let seconds = |time: &str| {
            time[14..16].parse::<u64>().expect("minutes") * 60
                + time[17..19].parse::<u64>().expect("seconds")
        };
        durations.push((seconds(end) - seconds(start)) * 1000);
        let list = session["messages"].as_array().expect("messages");
        messages += list.len() as u64;
        let is_taken_over =
            |it: &Value| it["content"]["system"]["type"] == "conversation.take_over";
        handed_over += u64::from(list.iter().any(is_taken_over));
        for message in list {
            senders.add(&message["sender_type"]);
            types.add(&message["content"]["type"]);
            if ["chatbot", "robot", "agent"]
                .iter()
                .any(|it| message["sender_type"] == *it)
            {
                sent += 1;
                read += u64::from(message["status"] == "read");
            }
        }
    }
    for (field, counts) in by {
        counts.are(&found["sessions_by"][field]);
    }
    days.are(&found["sessions_by"]["day"]);
    senders.are(&found["messages_by"]["sender_type"]);
    types.are(&found["messages_by"]["type"]);
    assert_eq!(found["sessions"], 700);
    assert_eq!(found["messages"], messages);
    assert_eq!(found["handed_over"], handed_over);
    assert_eq!(found["outgoing"], json!({"messages": sent, "read": read}));
    has_quantiles(&found["duration_ms"], durations);
    let rounds = sessions
        .iter()
        .map(|it| it["talk_round"].as_u64().expect("a number"));
    has_quantiles(&found["talk_round"], rounds.collect());
}

#[test]
fn picks_and_replies_are_those_of_the_conversation() {
    let folder = Folder::new("stats-said");
    let found = totals(&folder, &[], SAMPLES[1]);
    assert_eq!(
        found["picks"],
        json!([
            {"template": null, "interactive": "button", "picked": "Talk to a person", "count": 1},
            {"template": null, "interactive": "list", "picked": "Afternoon", "count": 1},
            {"template": "order_packed_v3", "interactive": null, "picked": "Another day", "count": 1},
        ])
    );
    assert_eq!(
        found["first_response_ms"]["robot"]["counts"],
        json!([[2000, 1]])
    );
    assert_eq!(
        found["first_response_ms"]["agent"]["counts"],
        json!([[18_000, 1]])
    );
    assert_eq!(
        found["last_message"],
        json!([{"sender_type": "user", "type": "text", "count": 1}])
    );
}

#[test]
fn totals_do_not_depend_on_workers_or_parts() {
    let folder = Folder::new("stats-parts");
    let archive = archive(1500);
    folder.write("a.ndjson", &archive);
    let by = ["--by", "workflow_name,day"];
    let whole = totals(&folder, &[&by[..], &["a.ndjson"]].concat(), "");
    for jobs in ["1", "2", "5"] {
        let arguments = [&by[..], &["--jobs", jobs, "a.ndjson"]].concat();
        assert_eq!(totals(&folder, &arguments, ""), whole, "{jobs}");
    }
    let lines: Vec<_> = archive.split_inclusive('\n').collect();
    for cut in [1, 127, 129, 1499] {
        let (one, other) = lines.split_at(cut);
        let parts = [one, other].map(|part| {
            let part = totals(&folder, &by, &part.concat());
            format!("{part}\n")
        });
        let merged = totals(&folder, &["--merge"], &parts.concat());
        assert_eq!(merged, whole, "{cut}");
    }
}

/// What was read of each session does not matter: the outline gives the same totals as everything.
#[test]
fn the_outline_of_a_session_is_enough_to_count_it() {
    let folder = Folder::new("stats-outline");
    let mutated = (0..SAMPLES.len(), any::<prop::sample::Index>(), 0..6_usize);
    let mutated = prop::collection::vec(mutated, 8).prop_map(|mutations| {
        let mutate = |(sample, at, kind): (usize, prop::sample::Index, usize)| {
            let session: Value = serde_json::from_str(SAMPLES[sample]).expect("JSON");
            let text = session.to_string();
            // Before a comma between members or items, more or less.
            let commas: Vec<_> = text.match_indices(",\"").map(|(at, _)| at).collect();
            let at = commas[at.index(commas.len())];
            let (before, after) = text.split_at(at);
            match kind {
                0 => format!("{before},\"status\":7{after}"),
                1 => format!("{before},\"content\":{{\"type\":\"text\",\"text\":\"x\"}}{after}"),
                2 => format!("{before},\"messages\":[]{after}"),
                3 => before.to_owned(),
                4 => format!("{before},\"sender_type\":null,\"unknown\":[{{}},1e400]{after}"),
                _ => text,
            }
        };
        let lines: Vec<_> = mutations.into_iter().map(mutate).collect();
        lines.join("\n")
    });
    let outcome = TestRunner::new(Config::with_cases(60)).run(&mutated, |archive| {
        folder.write("a.ndjson", archive);
        let outline = totals(&folder, &["a.ndjson"], "");
        let mut full = totals(&folder, &["--findings", "a.ndjson"], "");
        prop_assert!(full["findings"].is_array());
        full["findings"] = Value::Null;
        prop_assert_eq!(outline, full);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn the_screen_is_as_agreed() {
    let folder = Folder::new("stats-screen");
    folder.write("a.ndjson", archive(400));
    for (name, arguments) in [
        ("60-columns", "--width 60"),
        ("80-columns", "--width 80"),
        ("120-columns", "--width 120"),
        ("findings", "--width 80 --findings"),
        ("by-workflow", "--width 100 --by workflow_name"),
        (
            "by-day",
            "--width 80 --by day,session_end_reason --limit 40",
        ),
        ("csv", "--format csv"),
        ("by-csv", "--format csv --by intention,hour --limit 30"),
    ] {
        let run = folder.chatlog(&format!("stats {arguments} a.ndjson"));
        assert_eq!((run.code, &*run.stderr), (0, ""), "{name}");
        let path = format!(
            "{}/tests/golden/stats/{name}.txt",
            env!("CARGO_MANIFEST_DIR")
        );
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &run.stdout).expect("a file");
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            run.text().replace('\r', ""),
            golden.replace('\r', ""),
            "{path}; BLESS=1 accepts it"
        );
        let width = arguments
            .strip_prefix("--width ")
            .and_then(|it| it.split(' ').next());
        let width = width.map_or(usize::MAX, |width| width.parse().expect("a number"));
        let longest = run.text().lines().map(|line| line.chars().count()).max();
        assert!(longest.is_some_and(|longest| longest <= width), "{name}");
    }
}

#[test]
fn an_archive_without_sessions_has_totals_too() {
    let folder = Folder::new("stats-empty");
    let other = r#"{"workflow_id": "7", "workflow_name": "reminder", "status": "done"}"#;
    folder.write("a.ndjson", format!("{other}\n[]\n"));
    let run = folder.chatlog("stats a.ndjson");
    run.is(0, &["Sessions   0 · 2 other deliveries"]);
    assert_eq!(totals(&folder, &["a.ndjson"], "")["without_session"], 2);
    folder
        .chatlog("stats missing.ndjson")
        .is(2, &["missing.ndjson"]);
}

#[test]
fn an_unreadable_and_a_hostile_file_do_not_keep_others_from_being_counted() {
    let folder = Folder::new("stats-folder");
    for number in 0..20 {
        folder.write(&format!("in/{number:02}.json"), session(number).to_string());
    }
    // Gzip that breaks off, and a body that is deep, not text and full of escape sequences.
    folder.write(
        "in/03-cut.json.gz",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab",
    );
    let hostile = [
        b"{\"call_id\":\"\x1b[2J\xff\",".to_vec(),
        b"[".repeat(100_000),
    ]
    .concat();
    folder.write("in/07-hostile.json", hostile);
    for (arguments, rows) in [
        ("stats --format json", 1),
        ("list --format json", 21),
        ("export --table sessions", 21),
        ("show --format json", 21),
        ("validate --format json", 21),
    ] {
        let run = folder.chatlog(&format!("{arguments} in"));
        run.is(2, &["03-cut.json.gz"]);
        assert_eq!(run.text().lines().count(), rows, "{arguments}");
        assert!(
            !run.text().contains('\u{1b}') && !run.stderr.contains('\u{1b}'),
            "{arguments}"
        );
    }
    let run = folder.chatlog("stats --format json in");
    let totals: Value = serde_json::from_str(run.text()).expect("JSON");
    assert_eq!(
        totals["sessions"], 21,
        "the hostile one is a broken session"
    );
}

#[test]
fn strangers_do_not_make_totals_large_or_act_on_the_terminal() {
    let folder = Folder::new("stats-hostile");
    let line = |number: usize| {
        let name = format!("\u{1b}[31m{number}{}", "x".repeat(500));
        let session = json!({"workflow_name": name, "messages": [], "session_end_reason": "user"});
        format!("{session}\n")
    };
    folder.write("a.ndjson", (0..12_000).map(line).collect::<String>());
    let found = totals(&folder, &["--jobs", "1", "a.ndjson"], "");
    let rows = found["sessions_by"]["workflow_name"]
        .as_array()
        .expect("rows");
    assert_eq!(rows.len(), 10_001);
    assert_eq!(rows[10_000], json!({"others": true, "count": 2000}));
    assert!(found.to_string().len() < 10_000 * 400);
    assert_eq!(totals(&folder, &["--jobs", "3", "a.ndjson"], ""), found);
    let screen = folder.chatlog("stats --by workflow_name a.ndjson");
    assert!(!screen.text().contains('\u{1b}'), "{}", screen.text());
}

#[test]
fn what_is_not_totals_is_not_merged() {
    let folder = Folder::new("stats-merge");
    folder.write("a.ndjson", archive(3));
    folder.write(
        "one.json",
        folder.chatlog("stats --format json a.ndjson").stdout,
    );
    let by_day = folder
        .chatlog("stats --format json --by day a.ndjson")
        .stdout;
    folder.write("day.json", by_day);
    folder.write("cut.json", &folder.read("one.json")[..100]);
    let less = folder.read("one.json").replace("\"picks\"", "\"pix\"");
    folder.write("less.json", less);
    for (arguments, words) in [
        ("a.ndjson", "a.ndjson: not totals: `sessions_by` is missing"),
        ("one.json cut.json", "cut.json: not JSON"),
        ("less.json", "less.json: not totals: `picks` is missing"),
        (
            "one.json day.json",
            "day.json: its groups are by other fields",
        ),
        ("gone.json", "gone.json: cannot read"),
    ] {
        folder
            .chatlog(&format!("stats --merge {arguments}"))
            .is(2, &[words]);
    }
    folder
        .chatlog("stats --merge one.json one.json")
        .is(0, &["Sessions   6"]);
}

#[test]
fn duplicates_are_counted_and_listed_and_the_last_one_counts() {
    let folder = Folder::new("stats-duplicates");
    let mut changed = session(1);
    changed["intention"] = json!("changed");
    let lines = [session(0), session(1), session(2), session(0), changed];
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    folder.write("a.ndjson", &lines);
    let found = totals(&folder, &["a.ndjson"], "");
    let listed = json!([{"name": "a.ndjson#5", "first": "a.ndjson#2"}]);
    let duplicates = json!({"same": 1, "different": 1, "listed": listed});
    assert_eq!(
        (&found["sessions"], &found["duplicates"]),
        (&json!(5), &duplicates)
    );
    let found = totals(&folder, &["--dedupe", "a.ndjson"], "");
    assert_eq!(
        (&found["sessions"], &found["duplicates"]),
        (&json!(3), &duplicates)
    );
    let kept = folder.chatlog("validate --dedupe --format json a.ndjson");
    let indices = kept.text().lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        line["index"].as_u64().expect("a number")
    });
    assert_eq!(indices.collect::<Vec<_>>(), [3, 4, 5]);
    let list = folder.chatlog("list --dedupe --format csv --columns intention a.ndjson");
    assert!(list.text().contains("changed"), "{}", list.text());
    let piped = chatlog(&folder, &["stats", "--dedupe"], &lines);
    piped.is(
        2,
        &["--dedupe reads its input twice, and standard input can be read only once"],
    );
}
