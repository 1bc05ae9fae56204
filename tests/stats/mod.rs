//! `stats`: its totals are those of an independent count, however the archive was divided, and however
//! much of each session was read.

mod count;
mod screen;

use std::fs;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use self::count::Count;
use crate::folder::{Folder, Run, run};

const SAMPLES: [&str; 5] = [
    include_str!("../../samples/every-content-type.json"),
    include_str!("../../samples/handed-over.json"),
    include_str!("../../samples/plain-chat.json"),
    include_str!("../../samples/two-days.json"),
    include_str!("../../samples/out-of-order.json"),
];

/// Runs the program without a secret.
fn chatlog(folder: &Folder, arguments: &[&str], stdin: &str) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    run(command.args(arguments), stdin.as_bytes())
}

fn totals(folder: &Folder, arguments: &[&str], stdin: &str) -> Value {
    let arguments = [&["stats", "--format", "json"], arguments].concat();
    let run = chatlog(folder, &arguments, stdin);
    assert_eq!((run.code, &*run.stderr), (0, ""), "{arguments:?}");
    serde_json::from_str(run.text()).expect("one line of JSON")
}

/// The `number`-th of many sessions that differ in what is counted, some of them odd.
fn session(number: usize) -> Value {
    let mut session: Value = serde_json::from_str(SAMPLES[number % 5]).expect("JSON");
    let reasons = ["robot", "agent", "error", "expire", "user"];
    session["call_id"] = json!(format!("call-{number}"));
    session["session_end_reason"] = json!(reasons[number * number % 5]);
    session["intention"] = [json!("A"), json!("B"), json!(" "), Value::Null][number % 4].clone();
    session["workflow_name"] = json!(format!("Workflow {}", number % 13));
    session["talk_round"] = json!(number % 17);
    let (day, hour) = (1 + number % 28, number % 24);
    session["session_start_time"] = json!(format!("2025-10-{day:02}T{hour:02}:00:00Z"));
    let (minute, second) = (number % 50, number % 60);
    let end = format!("2025-10-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    session["session_end_time"] = json!(end);
    let message = number % 5;
    match number % 11 {
        0 => session["session_end_time"] = json!("2025-09-01T00:00:00Z"),
        1 => session["session_start_time"] = Value::Null,
        2 => session["talk_round"] = json!(-1),
        3 => session["messages"] = json!([]),
        4 => session["messages"][message]["sender_type"] = json!("bot"),
        5 => session["messages"][message]["sender_type"] = json!(""),
        6 => session["messages"][message]["reply"] = Value::Null,
        7 => session["messages"][message]["timestamp"] = json!(2_000_000_000),
        _ => {}
    }
    session
}

fn lines(sessions: &[Value]) -> String {
    let line = |session: &Value| format!("{session}\n");
    sessions.iter().map(line).collect()
}

fn archive(count: usize) -> String {
    lines(&(0..count).map(session).collect::<Vec<_>>())
}

/// Notifications as `chatlog sample` makes them up, one a line.
fn sampled(count: usize) -> String {
    let folder = Folder::new(&format!("stats-sample-{count}"));
    let count = count.to_string();
    let run = chatlog(&folder, &["sample", "--count", &count, "--seed", "3"], "");
    run.text().to_owned()
}

#[test]
fn totals_are_those_of_an_independent_count() {
    let folder = Folder::new("stats-count");
    let by = ["workflow_name", "hour"];
    for archive in [archive(20), archive(700), sampled(1200)] {
        folder.write("a.ndjson", &archive);
        let found = totals(&folder, &["--by", &by.join(","), "a.ndjson"], "");
        let session = |line: &str| serde_json::from_str(line).expect("JSON");
        let sessions: Vec<Value> = archive.split_terminator('\n').map(session).collect();
        Count::of(&sessions, &by).is(&found, &by);
    }
}

#[test]
fn picks_and_replies_are_those_of_the_conversation() {
    let folder = Folder::new("stats-said");
    let found = totals(&folder, &[], SAMPLES[1]);
    let pick = |template: Option<&str>, interactive: Option<&str>, picked: &str| json!({"template": template, "interactive": interactive, "picked": picked, "count": 1});
    let picks = [
        pick(None, Some("button"), "Talk to a person"),
        pick(None, Some("list"), "Afternoon"),
        pick(Some("order_packed_v3"), None, "Another day"),
    ];
    assert_eq!(found["picks"], json!(picks));
    let responses = &found["first_response_ms"];
    assert_eq!(responses["robot"]["counts"], json!([[2000, 1]]));
    assert_eq!(responses["agent"]["counts"], json!([[18_000, 1]]));
    let last = json!([{"sender_type": "user", "type": "text", "count": 1}]);
    assert_eq!(found["last_message"], last);
}

/// A pick in a long session is found as in a short one, and in a time that people wait for.
#[test]
fn picks_of_a_long_session_are_found_at_once() {
    let folder = Folder::new("stats-long");
    let offer = json!({"type": "interactive", "interactive": {"type": "list"}});
    let offer = json!({"msg_id": "offer", "sender_type": "robot", "content": offer});
    let pick = |number: usize| {
        let id = if number == 0 {
            "offer".to_owned()
        } else {
            format!("gone-{number}")
        };
        let content = json!({"type": "interactive", "text": "Yes"});
        json!({"msg_id": format!("pick-{number}"), "sender_type": "user", "content": content,
               "reply": {"msg_id": id}})
    };
    let messages: Vec<_> = (0..60_000).map(pick).chain([offer]).collect();
    let session = json!({"call_id": "1", "session_end_reason": "user", "messages": messages});
    let found = totals(&folder, &[], &lines(&[session]));
    assert_eq!(found["picks"][0]["count"], 59_999);
    assert_eq!(found["picks"][1]["interactive"], "list");
}

#[test]
fn totals_do_not_depend_on_workers() {
    let folder = Folder::new("stats-workers");
    folder.write("a.ndjson", archive(1500));
    folder.write("b.ndjson", sampled(300));
    for arguments in [
        "--format json",
        "--format json --by workflow_name,day --findings",
        "--format csv",
        "--width 120",
    ] {
        let printed = ["1", "2", "4"].map(|jobs| {
            folder
                .chatlog(&format!(
                    "stats --jobs {jobs} {arguments} a.ndjson b.ndjson"
                ))
                .stdout
        });
        assert!(printed.iter().all(|it| *it == printed[0]), "{arguments}");
    }
}

/// Totals of parts, merged in any order of merging, are those of the whole.
#[test]
fn totals_do_not_depend_on_parts() {
    let folder = Folder::new("stats-parts");
    let archive = archive(400);
    let lines: Vec<_> = archive.split_inclusive('\n').collect();
    let by = ["--by", "workflow_name,day"];
    let whole = totals(&folder, &by, &archive);
    let cuts = (1..200_usize, 200..lines.len());
    let outcome = TestRunner::new(Config::with_cases(8)).run(&cuts, |cuts| {
        let parts = [&lines[..cuts.0], &lines[cuts.0..cuts.1], &lines[cuts.1..]];
        let [one, two, three] = parts.map(|part| totals(&folder, &by, &part.concat()));
        let merge = |parts: &[&Value]| {
            let parts: Vec<_> = parts.iter().map(ToString::to_string).collect();
            totals(&folder, &["--merge"], &parts.join("\n"))
        };
        prop_assert_eq!(&merge(&[&one, &two, &three]), &whole);
        prop_assert_eq!(&merge(&[&one, &merge(&[&two, &three])]), &whole);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

/// A body that is broken in one way, as its sender or a disk may break it.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let samples = fs::read_dir("samples").expect("the tests run beside them");
    let is_json = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "json");
    let mut samples: Vec<_> = samples
        .map(|it| it.expect("a sample").path())
        .filter(is_json)
        .collect();
    samples.sort();
    (prop::sample::select(samples), any::<Index>(), 0..8_usize).prop_map(|(sample, at, kind)| {
        let mut body = fs::read(sample).expect("a sample");
        let members: Vec<_> = body
            .windows(2)
            .enumerate()
            .filter(|(_, it)| *it == b",\n")
            .collect();
        let member = members
            .get(at.index(members.len().max(1)))
            .map_or(0, |(at, _)| *at);
        let inserted = match kind {
            0 => r#","status":7"#,
            1 => r#","content":{"type":"text","text":"x"}"#,
            2 => r#","messages":[]"#,
            3 => r#","sender_type":null,"unknown":[{},1e400]"#,
            4 => r#","timestamp":"soon","talk_round":[]"#,
            _ => "",
        };
        let at = at.index(body.len());
        match kind {
            5 => body.truncate(at),
            6 => body[at] ^= 1 << (at % 8),
            7 => body[at] = b'"',
            _ => drop(body.splice(member..member, inserted.bytes())),
        }
        body
    })
}

/// How much was read of each session does not matter: the outline gives the same totals as everything.
#[test]
fn the_outline_of_a_session_is_enough_to_count_it() {
    let folder = Folder::new("stats-outline");
    let both = |input: &str| {
        let [outline, mut full] = [
            &["--by", "intention,day"][..],
            &["--by", "intention,day", "--findings"],
        ]
        .map(|arguments| {
            let arguments = [&["stats", "--format", "json", input], arguments].concat();
            let run = chatlog(&folder, &arguments, "");
            serde_json::from_slice::<Value>(&run.stdout).expect("JSON")
        });
        assert!(
            full["findings"].is_array() || full["without_session"] == 0 && full["sessions"] == 0
        );
        full["findings"] = Value::Null;
        (outline, full)
    };
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let (outline, full) = both(samples);
    assert_eq!(outline, full);
    let bodies = prop::collection::vec(broken(), 8);
    let outcome = TestRunner::new(Config::with_cases(40)).run(&bodies, |bodies| {
        for (number, body) in bodies.iter().enumerate() {
            folder.write(&format!("in/{number}.json"), body);
        }
        let (outline, full) = both("in");
        prop_assert_eq!(outline, full);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn no_more_than_ten_thousand_names_are_told_apart() {
    let folder = Folder::new("stats-names");
    let session = |number: usize| {
        let name = format!("{number}{}", "x".repeat(500));
        json!({"workflow_name": name, "messages": [], "session_end_reason": "user"})
    };
    let sessions: Vec<_> = (0..12_000).map(session).collect();
    folder.write("a.ndjson", lines(&sessions));
    let by = ["--by", "workflow_name", "a.ndjson"];
    let found = totals(&folder, &[&by[..], &["--jobs", "1"]].concat(), "");
    let rows = found["sessions_by"]["workflow_name"]
        .as_array()
        .expect("rows");
    assert_eq!(rows.len(), 10_001);
    assert_eq!(rows[10_000], json!({"others": true, "count": 2000}));
    let groups = found["groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 10_001);
    assert_eq!(
        (&groups[10_000]["others"], &groups[10_000]["sessions"]),
        (&json!(true), &json!(2000))
    );
    assert_eq!(
        totals(&folder, &[&by[..], &["--jobs", "3"]].concat(), ""),
        found
    );
    assert_eq!(totals(&folder, &["--merge"], &found.to_string()), found);
    folder
        .chatlog("stats a.ndjson")
        .is(0, &["more than 9,990 more"]);
    let note = "2,000 sessions in further groups, which are not told apart";
    folder
        .chatlog("stats --by workflow_name a.ndjson")
        .is(0, &["9,900 more groups", note]);
}

#[test]
fn what_is_not_totals_is_not_merged() {
    let folder = Folder::new("stats-merge");
    folder.write("a.ndjson", archive(300));
    let of = |arguments: &str| folder.chatlog(&format!("stats --format json {arguments} a.ndjson"));
    let one = of("").text().to_owned();
    folder.write("one.json", &one);
    folder.write("day.json", of("--by day").stdout);
    folder.write("two.json", format!("{one}\n{{\"sessions\": 3}}"));
    folder.write("cut.json", &one[..100]);
    folder.write("none.json", "");
    folder.write("less.json", one.replace("\"picks\"", "\"pix\""));
    let changed = |name: &str, pointer: &str, value: Value| {
        let mut totals: Value = serde_json::from_str(&one).expect("JSON");
        *totals.pointer_mut(pointer).expect("a place") = value;
        folder.write(name, totals.to_string());
    };
    changed("count.json", "/sessions_by/intention/1/count", json!(-1));
    changed("huge.json", "/picks/0/count", json!(u64::MAX));
    changed("swapped.json", "/duration_ms/min", json!(u64::MAX));
    changed("counts.json", "/talk_round/counts/0/1", json!(u64::MAX));
    for (arguments, words) in [
        (
            "a.ndjson",
            "a.ndjson#1: not totals: `sessions_by` is missing",
        ),
        (
            "one.json two.json",
            "two.json#2: not totals: `sessions_by` is missing",
        ),
        ("one.json cut.json", "cut.json#1: not JSON: EOF"),
        ("none.json", "there are no totals in the input"),
        ("less.json", "less.json#1: not totals: `picks` is missing"),
        (
            "count.json",
            "`sessions_by.intention[1].count` is missing or not what",
        ),
        ("huge.json", "`picks[0].count` is missing"),
        ("swapped.json", "`duration_ms` is missing"),
        ("counts.json", "`talk_round` is missing"),
        (
            "one.json day.json",
            "day.json#1: its groups are by day, those before by nothing",
        ),
        ("gone.json", "gone.json: cannot read"),
    ] {
        let merged = folder.chatlog(&format!("stats --merge {arguments}"));
        merged.is(2, &[words]);
        assert_eq!(merged.text(), "", "{arguments}");
    }
    // What was not counted cannot be left out any more.
    for option in [
        "--since 7d",
        "--dedupe",
        "--by day",
        "--tz local",
        "--findings",
    ] {
        let merged = folder.chatlog(&format!("stats --merge {option} one.json"));
        merged.is(2, &["'--merge' cannot be used with"]);
    }
    let merged = folder.chatlog("stats --merge one.json one.json");
    merged.is(0, &["Sessions     600"]);
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
fn duplicates_are_counted_and_listed_and_the_last_one_counts() {
    let folder = Folder::new("stats-duplicates");
    let mut changed = session(1);
    changed["intention"] = json!("changed");
    let lines = lines(&[session(0), session(1), session(2), session(0), changed]);
    folder.write("a.ndjson", &lines);
    let listed = json!([{"name": "a.ndjson#5", "first": "a.ndjson#2"}]);
    let duplicates = json!({"same": 1, "different": 1, "listed": listed});
    for (arguments, sessions) in [(&["a.ndjson"][..], 5), (&["--dedupe", "a.ndjson"], 3)] {
        let found = totals(&folder, arguments, "");
        assert_eq!(
            (&found["sessions"], &found["duplicates"]),
            (&json!(sessions), &duplicates)
        );
    }
    let words = [
        "2 · 1 with the same body, 1 with another one",
        "a.ndjson#5 after a.ndjson#2",
    ];
    folder.chatlog("stats a.ndjson").is(0, &words);
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

#[test]
fn of_a_message_of_an_unknown_type_nothing_is_understood_in_any_reading() {
    let folder = Folder::new("stats-unknown-type");
    let body = r#"{"call_id": "1", "session_end_reason": "agent", "messages": [{"sender_type": "system",
        "timestamp": 1, "content": {"type": "sytem", "system": {"type": "conversation.take_over"}}}]}"#;
    folder.write("a.json", body);
    let totals = |arguments: &str| -> Value {
        let run = folder.chatlog(&format!("stats --format json {arguments} a.json"));
        serde_json::from_str(run.text()).expect("JSON")
    };
    for arguments in ["", "--findings", "--contains x"] {
        assert_eq!(totals(arguments)["handed_over"], 0, "{arguments}");
    }
    let mut hostile = totals("");
    hostile["sessions_by"]["day"][0]["value"] = json!("\u{1b}]0;x\u{7}");
    let hostile = hostile.to_string();
    folder.write("t.json", hostile);
    let screen = folder.chatlog("stats --merge t.json");
    assert!(screen.text().contains("\\u{1b}") && !screen.text().contains('\u{1b}'));
}
