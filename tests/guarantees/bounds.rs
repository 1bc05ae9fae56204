//! Memory and time are bounded by the input.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::folder::{Folder, Run, run};

/// Runs the program with these arguments, split at spaces.
fn chatlog(folder: &Folder, arguments: &str) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    run(command.args(arguments.split(' ')), b"")
}

/// The findings in a line of `validate --format json`.
#[derive(Debug, Deserialize)]
struct Line {
    findings: Vec<Finding>,
    findings_omitted: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Finding {
    rule: String,
    pointer: String,
    message: String,
}

fn line(run: &Run) -> Line {
    serde_json::from_str(run.text()).expect("one line of JSON")
}

/// Many items with commas between them.
fn listed(count: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<_> = (0..count).map(item).collect();
    items.join(",")
}

fn empty_messages(count: usize) -> String {
    format!(r#"{{"messages":[{}]}}"#, listed(count, |_| "{}".to_owned()))
}

#[test]
fn of_each_rule_a_hundred_findings_are_kept_and_all_are_counted() {
    let folder = Folder::new("bounds-counted");
    folder.write("body.json", empty_messages(30_000));
    let run = chatlog(&folder, "validate --format json body.json");
    let Line {
        findings,
        findings_omitted,
    } = line(&run);
    // 21 fields that the session lacks, and 4 of each message.
    assert_eq!(findings.len(), 100);
    let omitted = BTreeMap::from([("missing-field".to_owned(), 120_021 - 100)]);
    assert_eq!(findings_omitted, omitted);
    let places: Vec<_> = findings.iter().map(|finding| &*finding.pointer).collect();
    assert_eq!(places[..21], [""; 21], "the session comes first");
    assert_eq!(places[21..25], ["/messages/0"; 4]);
    assert_eq!(places[99], "/messages/19");
    chatlog(&folder, "validate body.json").is(
        1,
        &[
            "… and 119921 more missing-field in this delivery",
            "1 delivery: 120021 errors\n",
        ],
    );
    chatlog(&folder, "show --only summary body.json").is(1, &["Errors", "missing-field ×120021"]);
}

#[test]
fn levels_hold_for_findings_that_are_only_counted() {
    let folder = Folder::new("bounds-levels");
    folder.write("body.json", empty_messages(1_000));
    chatlog(&folder, "validate -W missing-field body.json").is(0, &["1 delivery: 4021 warnings\n"]);
    chatlog(&folder, "validate -W missing-field --strict body.json")
        .is(1, &["1 delivery: 4021 errors\n"]);
    let run = chatlog(&folder, "validate -A missing-field body.json");
    run.is(0, &["1 delivery: no problems\n"]);
    let run = chatlog(&folder, "validate -A missing-field --format json body.json");
    assert!(line(&run).findings_omitted.is_empty());
}

/// Findings of many rules, noted in another order than that of the document: about objects when
/// these end, and about contents when their types are known.
fn nested_findings() -> String {
    let message = |number: usize| {
        match number % 4 {
        0 => r#"{"reply":{"content":{"media":{"x":1,"y":2},"new":3,"type":"text"},"other":{}},
            "content":{"system":{"z":1},"media":{"y":1},"template":{"k":{"a":1,"a":2}},"type":"text","contacts":[{"q":1}]}}"#
            .to_owned(),
        // Nothing is known of its content: what looks wrong in it is forgiven.
        1 => r#"{"content":{"media":5,"text":7,"location":{"x":1},"type":"hologram"},"timestamp":"x"}"#.to_owned(),
        2 => r#"{"content":{"interactive":{"action":{"buttons":[1,{"x":2}],"new":1},"type":"odd"},"type":"interactive"}}"#
            .to_owned(),
        _ => r#"{"status":"lost","timestamp":1e400,"msg_id":"\ud800"}"#.to_owned(),
    }
    };
    format!(
        r#"{{"other":{{"a":1,"a":1}},"messages":[{}],"other":1}}"#,
        listed(40, message)
    )
}

#[test]
fn the_findings_that_are_kept_are_the_first_in_the_document() {
    let folder = Folder::new("bounds-first");
    folder.write("body.json", nested_findings());
    let validate = |limit: usize| {
        let run = chatlog(
            &folder,
            &format!("validate --format json --max-findings {limit} body.json"),
        );
        line(&run)
    };
    let all = validate(0);
    assert!(all.findings_omitted.is_empty());
    assert!(all.findings.len() > 300);
    for limit in 1..12 {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut first = all.findings.clone();
        first.retain(|finding| {
            let count = counts.entry(finding.rule.clone()).or_default();
            *count += 1;
            *count <= limit
        });
        counts.retain(|_, count| *count > limit);
        for count in counts.values_mut() {
            *count -= limit;
        }
        let some = validate(limit);
        assert_eq!(some.findings, first, "{limit}");
        assert_eq!(some.findings_omitted, counts, "{limit}");
    }
}

#[test]
fn a_long_text_is_shortened_on_screen_and_nowhere_else() {
    const SIZE: usize = 1_000_000;
    let folder = Folder::new("bounds-text");
    let text = "x".repeat(SIZE);
    folder.write(
        "body.json",
        format!(
            r#"{{"messages":[{{"content":{{"type":"text","text":"{text}"}}}},{{"content":{{"type":"text","text":"bye"}}}}]}}"#
        ),
    );
    let count = |run: &Run| run.text().matches('x').count();
    let shown = chatlog(&folder, "show --only transcript body.json");
    shown.is(1, &["… 934.4 kB more (--full-text shows all)", "bye"]);
    assert!((64 * 1024..65 * 1024).contains(&count(&shown)));
    let narrow = chatlog(&folder, "show --width 30 --only transcript body.json");
    assert!(count(&narrow) < 65 * 1024);
    let full = chatlog(
        &folder,
        "show --full-text --width 30 --only transcript body.json",
    );
    assert!(count(&full) >= SIZE);
    let json = chatlog(&folder, "show --format json body.json");
    assert!(count(&json) >= 2 * SIZE, "as text and as content");
}

#[test]
fn whatever_is_long_is_shortened_on_screen() {
    let folder = Folder::new("bounds-values");
    let long = "y".repeat(200_000);
    let many = listed(20_000, |number| format!(r#""k{number}":"{number}""#));
    let senders = listed(200, |number| {
        format!(r#"{{"sender_type":"s{number}","content":{{"type":"t{number}"}}}}"#)
    });
    let mut body = String::from("{");
    for name in [
        "status",
        "session_end_reason",
        "intention",
        "callee",
        "channel",
        "channel_id",
        "workflow_name",
        "workflow_id",
        "call_id",
        "session_start_time",
        "unknown",
    ] {
        write!(body, r#""{name}":"{long}","#).expect("a string takes everything");
    }
    write!(
        body,
        r#""{long}":{{"a":1,"a":2}},"ner_slots":{{"slot":"{long}"}},"event_label":{{{many}}},"variables":{{"{long}":1}},
        "messages":[{{"msg_id":"1","status":"{long}","sender_type":"{long}","new":"{long}","content":{{{many},"type":"{long}"}}}},
        {{"reply":{{"msg_id":"{long}","sender_type":"{long}","content":{{"type":"text","text":"{long}"}}}}}},{senders}]}}"#
    )
    .expect("a string takes everything");
    folder.write("body.json", body);
    for width in [29, 100] {
        let run = chatlog(&folder, &format!("show --width {width} body.json"));
        let rows = run.text().len();
        assert!(rows < 2_000_000, "{rows} bytes are shown");
        run.is(1, &["more (--full-text shows all)", "yyy… · "]);
    }
    let full = chatlog(&folder, "show --width 30 --full-text body.json");
    assert!(full.text().len() > 3_000_000);
}

/// The peak memory of a run, in bytes.
#[cfg(target_os = "linux")]
fn peak(folder: &Folder, arguments: &str) -> usize {
    use std::process::Stdio;
    use std::time::Duration;

    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    let mut child = command
        .args(arguments.split(' '))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut peak = 0;
    while child.try_wait().expect("it can be waited for").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok());
        peak = kib.map_or(peak, |kib| 1024 * kib);
        std::thread::sleep(Duration::from_millis(1));
    }
    peak
}

/// Bodies of very many small values, with their numbers of messages and keys.
#[cfg(target_os = "linux")]
fn large_bodies() -> Vec<(usize, String)> {
    const COUNT: usize = 20_000;
    let key = |number: usize| format!(r#""k{number}":1"#);
    let same_key = |_| key(1);
    let message = |number: usize| {
        format!(
            r#"{{"msg_id":"{number}","sender_type":"user","timestamp":{number},"status":"read","content":{{"type":"text","text":"so many words"}}}}"#
        )
    };
    let (keys, same_keys) = (listed(COUNT, key), listed(COUNT, same_key));
    let messages = listed(COUNT, message);
    let text = "x".repeat(5_000_000);
    // Each place of a finding is inside a long key.
    let (long_key, few_keys) = ("x".repeat(500_000), listed(1_000, same_key));
    vec![
        (COUNT, empty_messages(COUNT)),
        (COUNT, format!("{{{keys}}}")),
        (COUNT, format!(r#"{{"ner_slots":{{{keys}}}}}"#)),
        (COUNT, format!("{{{same_keys}}}")),
        (COUNT, format!(r#"{{"messages":[{messages}]}}"#)),
        (
            1,
            format!(r#"{{"messages":[{{"content":{{"type":"text","text":"{text}"}}}}]}}"#),
        ),
        (
            1_000,
            format!(r#"{{"variables":{{"{long_key}":{{{few_keys}}}}}}}"#),
        ),
    ]
}

#[test]
#[cfg(target_os = "linux")]
fn peak_memory_is_bounded_by_the_input_and_its_messages_and_keys() {
    let folder = Folder::new("bounds-memory");
    for (number, (count, body)) in large_bodies().iter().enumerate() {
        folder.write("body.json", body);
        let bound = 8 * body.len() + 256 * count + (32 << 20);
        for command in [
            "validate --strict body.json",
            "show body.json",
            "show --format json body.json",
        ] {
            let peak = peak(&folder, command);
            assert!(peak <= bound, "{number}, {command}: {peak} > {bound}");
        }
    }
}
