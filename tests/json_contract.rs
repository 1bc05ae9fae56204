//! The contract with programs: every key of `--format json`, and the meaning of its value.
//!
//! The structs here are the contract. A key that is renamed, removed or added without a change here
//! fails a test.

use std::collections::BTreeMap;
use std::fs;

use crate::program::{Run, run};
use chatlog::finding::Rule;
use chatlog::notification::ContentType;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    source: String,
    index: usize,
    capture: Capture,
    signature: Signature,
    errors_allowed: Option<usize>,
    findings: Vec<Finding>,
    findings_omitted: BTreeMap<String, usize>,
    session: Option<Session>,
    other_notification: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Validated {
    source: String,
    index: usize,
    capture: Capture,
    errors_allowed: Option<usize>,
    findings: Vec<Finding>,
    findings_omitted: BTreeMap<String, usize>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Capture {
    format: String,
    fidelity: String,
    line: usize,
    #[serde(deserialize_with = "present")]
    method: Option<String>,
    #[serde(deserialize_with = "present")]
    target: Option<String>,
    #[serde(deserialize_with = "present")]
    received_at: Option<String>,
    headers: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    verdict: String,
    #[serde(deserialize_with = "present")]
    scheme: Option<String>,
    #[serde(deserialize_with = "present")]
    scheme_source: Option<String>,
    header: String,
    #[serde(deserialize_with = "present")]
    header_source: Option<String>,
    #[serde(deserialize_with = "present")]
    reason: Option<String>,
    hints: Vec<Hint>,
    #[serde(deserialize_with = "present")]
    secret: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what is promised is that it is there")]
struct Hint {
    code: String,
    message: String,
    #[serde(deserialize_with = "present")]
    difference: Option<Difference>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what is promised is that it is there")]
struct Difference {
    offset: usize,
    before: String,
    received: String,
    signed: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    rule: String,
    severity: String,
    pointer: String,
    #[serde(deserialize_with = "present")]
    line: Option<usize>,
    #[serde(deserialize_with = "present")]
    column: Option<usize>,
    body_line: Option<usize>,
    body_column: Option<usize>,
    message: String,
    #[serde(deserialize_with = "present")]
    help: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    summary: Option<Summary>,
    messages: Option<Vec<Message>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the scalars are compared by their names")]
struct Summary {
    #[serde(deserialize_with = "present")]
    workflow_id: Option<String>,
    #[serde(deserialize_with = "present")]
    workflow_name: Option<String>,
    #[serde(deserialize_with = "present")]
    nodetask_id: Option<String>,
    #[serde(deserialize_with = "present")]
    nodetask_name: Option<String>,
    #[serde(deserialize_with = "present")]
    waba_task_id: Option<String>,
    #[serde(deserialize_with = "present")]
    wfdetail_uuid: Option<String>,
    #[serde(deserialize_with = "present")]
    timestamp: Option<i64>,
    #[serde(deserialize_with = "present")]
    channel: Option<String>,
    #[serde(deserialize_with = "present")]
    channel_id: Option<String>,
    #[serde(deserialize_with = "present")]
    callee: Option<String>,
    #[serde(deserialize_with = "present")]
    call_id: Option<String>,
    #[serde(deserialize_with = "present")]
    robot_id: Option<String>,
    #[serde(deserialize_with = "present")]
    status: Option<String>,
    #[serde(deserialize_with = "present")]
    session_start_time: Option<String>,
    #[serde(deserialize_with = "present")]
    session_end_time: Option<String>,
    #[serde(deserialize_with = "present")]
    session_end_reason: Option<String>,
    #[serde(deserialize_with = "present")]
    intention: Option<String>,
    #[serde(deserialize_with = "present")]
    talk_round: Option<Box<RawValue>>,
    #[serde(deserialize_with = "present")]
    duration_seconds: Option<f64>,
    messages: usize,
    by_sender: BTreeMap<String, usize>,
    by_type: BTreeMap<String, usize>,
    #[serde(deserialize_with = "present")]
    ner_slots: Option<Box<RawValue>>,
    #[serde(deserialize_with = "present")]
    event_label: Option<Box<RawValue>>,
    #[serde(deserialize_with = "present")]
    variables: Option<Box<RawValue>>,
    #[serde(deserialize_with = "present")]
    handover: Option<Handover>,
    #[serde(deserialize_with = "present")]
    first_user_text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Handover {
    #[serde(deserialize_with = "present")]
    agent: Option<String>,
    index: usize,
    #[serde(deserialize_with = "present")]
    time: Option<String>,
}

/// The fields of a summary that are copied from the notification.
const RECEIVED: [&str; 21] = [
    "workflow_id",
    "workflow_name",
    "nodetask_id",
    "nodetask_name",
    "waba_task_id",
    "wfdetail_uuid",
    "timestamp",
    "channel",
    "channel_id",
    "callee",
    "call_id",
    "robot_id",
    "status",
    "session_start_time",
    "session_end_time",
    "session_end_reason",
    "intention",
    "talk_round",
    "ner_slots",
    "event_label",
    "variables",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    index: usize,
    #[serde(deserialize_with = "present")]
    msg_id: Option<String>,
    #[serde(deserialize_with = "present")]
    sender_type: Option<String>,
    #[serde(deserialize_with = "present")]
    timestamp: Option<i64>,
    #[serde(deserialize_with = "present")]
    time: Option<String>,
    #[serde(deserialize_with = "present")]
    status: Option<String>,
    #[serde(rename = "type", deserialize_with = "present")]
    kind: Option<String>,
    text: String,
    plain: String,
    #[serde(deserialize_with = "present")]
    content: Option<Box<RawValue>>,
    #[serde(deserialize_with = "present")]
    reply: Option<Reply>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    #[serde(deserialize_with = "present")]
    msg_id: Option<String>,
    #[serde(deserialize_with = "present")]
    index: Option<usize>,
}

/// A key that is always present, though its value may be null.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// The samples that hold a delivery.
fn samples() -> impl Iterator<Item = String> {
    let samples = crate::program::samples().into_iter();
    samples.filter(|sample| sample != "samples/not-json.txt")
}

/// The lines that the program printed, one object each.
fn lines<T: DeserializeOwned>(run: &Run) -> Vec<T> {
    assert_eq!(run.stderr, "");
    assert!(run.stdout.ends_with('\n'), "the last line ends");
    let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    run.stdout.lines().map(read).collect()
}

fn show(sample: &str, arguments: &[&str]) -> Run {
    run([&["show", "--format", "json", sample], arguments].concat())
}

/// The file as text, without a byte order mark.
fn text_of(sample: &str) -> String {
    let path = format!("{}/{sample}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).expect("samples are text");
    text.trim_start_matches('\u{feff}').to_owned()
}

/// The text of each delivery of a sample, found in the simplest way that works for samples.
fn records(sample: &str) -> Vec<String> {
    let text = text_of(sample);
    if sample.ends_with(".ndjson") {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        return lines.map(str::to_owned).collect();
    }
    if let Ok(items) = serde_json::from_str::<Vec<Box<RawValue>>>(&text) {
        return items.iter().map(ToString::to_string).collect();
    }
    let values = serde_json::Deserializer::from_str(&text).into_iter::<Box<RawValue>>();
    let values: Result<Vec<_>, _> = values.collect();
    values.map_or_else(
        |_| vec![text.clone()],
        |values| values.iter().map(ToString::to_string).collect(),
    )
}

/// The value that a JSON Pointer names; of equal keys the last.
fn lookup(record: &str, pointer: &str) -> Option<Box<RawValue>> {
    let mut value = serde_json::from_str::<Box<RawValue>>(record).ok()?;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        value = if value.get().starts_with('{') {
            let mut members: BTreeMap<String, Box<RawValue>> =
                serde_json::from_str(value.get()).ok()?;
            members.remove(&step)?
        } else {
            let mut items: Vec<Box<RawValue>> = serde_json::from_str(value.get()).ok()?;
            let index: usize = step.parse().ok().filter(|index| *index < items.len())?;
            items.swap_remove(index)
        };
    }
    Some(value)
}

/// Compares as values; if a number is too large for that, character by character.
fn is_same(one: &RawValue, other: &RawValue) -> bool {
    let values = [one, other].map(|json| serde_json::from_str::<Value>(json.get()));
    if let [Ok(one), Ok(other)] = values {
        return one == other;
    }
    let letters = |json: &RawValue| json.get().replace(char::is_whitespace, "");
    letters(one) == letters(other)
}

/// The value that starts at a line and a column of a text.
fn value_at(text: &str, line: usize, column: usize) -> Option<Box<RawValue>> {
    let line_start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let (offset, _) = text[line_start..].char_indices().nth(column - 1)?;
    let rest = &text[line_start + offset..];
    let mut values = serde_json::Deserializer::from_str(rest).into_iter();
    values.next()?.ok()
}

#[test]
fn the_keys_are_those_promised() {
    for sample in samples() {
        let shown = show(&sample, &[]);
        let validated = run(["validate", "--format", "json", &sample]);
        assert_eq!(shown.code, validated.code, "{sample}");
        let (shown, validated) = (lines::<Shown>(&shown), lines::<Validated>(&validated));
        assert_eq!(shown.len(), records(&sample).len(), "{sample}");
        assert_eq!(shown.len(), validated.len(), "{sample}");
        for (number, (shown, validated)) in shown.iter().zip(&validated).enumerate() {
            assert_eq!(shown.source, sample);
            assert_eq!(validated.source, sample);
            assert_eq!([shown.index, validated.index], [number + 1; 2], "{sample}");
            assert_eq!(shown.capture, validated.capture, "{sample}");
            assert_eq!([shown.errors_allowed, validated.errors_allowed], [None; 2]);
            assert_eq!(shown.findings, validated.findings, "{sample}");
            assert!(shown.findings_omitted.is_empty(), "{sample}");
            assert!(validated.findings_omitted.is_empty(), "{sample}");
            assert_eq!(
                (&*shown.capture.format, &*shown.capture.fidelity),
                ("body", "exact")
            );
            assert_eq!(shown.signature.verdict, "unchecked");
            let chosen = (
                shown.signature.scheme_source.as_deref(),
                &*shown.signature.header,
                shown.signature.header_source.as_deref(),
            );
            assert_eq!(chosen, (None, "X-AIRudder-Sign", None));
            assert!(shown.signature.scheme.is_some() && shown.signature.reason.is_some());
            assert!(shown.signature.secret.is_none() && shown.signature.hints.is_empty());
        }
    }
}

#[test]
fn findings_that_are_omitted_are_counted_by_their_rules() {
    for sample in samples() {
        let report = |options: &[&str]| {
            let arguments = [&["validate", "--format", "json", &sample], options].concat();
            lines::<Validated>(&run(arguments))
        };
        let all = report(&["--max-findings", "0"]);
        for (all, some) in all.iter().zip(report(&["--max-findings", "2"])) {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            let mut kept = Vec::new();
            for finding in &all.findings {
                let count = counts.entry(finding.rule.clone()).or_default();
                *count += 1;
                if *count <= 2 {
                    kept.push(finding);
                }
            }
            counts.retain(|_, count| {
                *count = count.saturating_sub(2);
                *count > 0
            });
            assert_eq!(some.findings.iter().collect::<Vec<_>>(), kept, "{sample}");
            assert_eq!(some.findings_omitted, counts, "{sample}");
            assert!(all.findings_omitted.is_empty(), "{sample}");
        }
    }
}

#[test]
fn a_finding_has_a_known_rule_and_the_place_of_the_value_it_names() {
    for sample in samples() {
        let text = text_of(&sample);
        let run = run(["validate", "--format", "json", &sample]);
        let reports = lines::<Validated>(&run);
        let mut any_error = false;
        for (report, record) in reports.iter().zip(records(&sample)) {
            for finding in &report.findings {
                let rule = Rule::ALL.iter().find(|rule| rule.name() == finding.rule);
                let rule = rule.unwrap_or_else(|| panic!("{sample}: {finding:?}"));
                assert_eq!(finding.severity, rule.severity().name(), "{sample}");
                any_error |= finding.severity == "error";
                assert_eq!((finding.body_line, finding.body_column), (None, None));
                let (Some(line), Some(column)) = (finding.line, finding.column) else {
                    panic!("{sample}: {finding:?} has no place");
                };
                if *rule == Rule::NotJson {
                    continue;
                }
                let named = lookup(&record, &finding.pointer);
                let there = value_at(&text, line, column);
                let is_there = named
                    .zip(there)
                    .is_some_and(|(named, there)| is_same(&named, &there));
                assert!(is_there, "{sample}: {finding:?}");
            }
        }
        assert_eq!(run.code, i32::from(any_error), "{sample}");
    }
}

#[test]
fn text_that_is_no_json_has_a_place_too() {
    for (sample, index, line, column) in [
        ("truncated.json", 1, 77, 49),
        ("archive.ndjson", 2, 3, 990),
        ("every-rule.ndjson", 1, 1, 588),
    ] {
        let run = run(["validate", "--format", "json", &format!("samples/{sample}")]);
        let report = &lines::<Validated>(&run)[index - 1];
        let finding = &report.findings[0];
        let place = (finding.rule.as_str(), finding.line, finding.column);
        assert_eq!(place, ("not-json", Some(line), Some(column)), "{sample}");
        assert_eq!(
            (finding.pointer.as_str(), report.findings.len()),
            ("", 1),
            "{sample}"
        );
    }
}

#[test]
fn a_delivery_has_the_line_it_starts_on() {
    for (sample, want) in [
        ("archive.ndjson", &[1, 3, 5, 6][..]),
        ("array.json", &[2, 61]),
        ("one-after-another.json", &[1, 59, 118]),
        ("plain-chat.json", &[1]),
    ] {
        let run = run(["validate", "--format", "json", &format!("samples/{sample}")]);
        let lines: Vec<_> = lines::<Validated>(&run)
            .iter()
            .map(|report| report.capture.line)
            .collect();
        assert_eq!(lines, want, "{sample}");
    }
}

/// Passes every session of the samples to `look`, with its text if that is JSON.
fn for_each_session(arguments: &[&str], mut look: impl FnMut(&str, &str, &Shown, &Session)) {
    for sample in samples() {
        let shown: Vec<Shown> = lines(&show(&sample, arguments));
        for (report, record) in shown.iter().zip(records(&sample)) {
            let is_json = serde_json::from_str::<Box<RawValue>>(&record).is_ok();
            if let Some(session) = report.session.as_ref().filter(|_| is_json) {
                look(&sample, &record, report, session);
            }
        }
    }
}

#[test]
fn messages_say_what_was_received() {
    for_each_session(&[], |sample, record, _, session| {
        let messages = session
            .messages
            .as_deref()
            .expect("messages were asked for");
        for (index, message) in messages.iter().enumerate() {
            assert_eq!(message.index, index + 1, "{sample}");
            let received = |name| lookup(record, &format!("/messages/{index}/{name}"));
            let content = received("content");
            let same = match (&content, &message.content) {
                (Some(received), Some(shown)) => is_same(received, shown),
                (None, None) => true,
                _ => false,
            };
            assert!(
                same,
                "{sample}, message {}: {content:?} {:?}",
                index + 1,
                message.content
            );
            for (name, shown) in [
                ("msg_id", &message.msg_id),
                ("sender_type", &message.sender_type),
                ("status", &message.status),
                ("content/type", &message.kind),
            ] {
                let received =
                    received(name).and_then(|json| serde_json::from_str(json.get()).ok());
                assert_eq!(&received, shown, "{sample}, message {}: {name}", index + 1);
            }
            if let Some(said) = received("content/text") {
                let said: String = serde_json::from_str(said.get()).expect("it is a string");
                assert!(
                    message.text.contains(&said),
                    "{sample}: {} says {said}",
                    message.text
                );
                let kind = message.kind.as_deref().and_then(ContentType::of);
                assert!(kind.is_none() || message.plain == said, "{sample}: {said}");
            }
            let mut said = message.plain.lines();
            assert!(
                said.all(|line| message.text.contains(line)),
                "{sample}: {} {}",
                message.plain,
                message.text
            );
        }
    });
}

#[test]
fn plain_is_what_was_said_and_nothing_else() {
    let run = show("samples/every-content-type.json", &[]);
    let session = lines::<Shown>(&run).remove(0).session;
    let messages = session.and_then(|session| session.messages);
    let messages = messages.expect("there are messages");
    let of_type = |kind: &str| {
        let message = messages
            .iter()
            .find(|message| message.kind.as_deref() == Some(kind));
        message.map(|message| &*message.plain)
    };
    for (kind, plain) in [
        ("system", ""),
        (
            "template",
            "Hi Alex, your order BK-3310 is ready.\nHow would you like to get it?",
        ),
        ("button", "Deliver"),
        ("file", ""),
        ("interactive", "Where shall we leave it?"),
        ("location", ""),
        ("contacts", ""),
    ] {
        assert_eq!(of_type(kind), Some(plain), "{kind}");
    }
}

#[test]
fn a_summary_tells_who_took_over_and_what_the_person_said_first() {
    let mut handed_over = 0;
    for_each_session(&["--tz", "Asia/Jakarta"], |sample, _, _, session| {
        let summary = session.summary.as_ref().expect("there is a summary");
        let messages = session.messages.as_deref().unwrap_or_default();
        let is_user = |message: &&Message| message.sender_type.as_deref() == Some("user");
        let mut said = messages.iter().filter(is_user).map(|it| &it.plain);
        let first = said.find(|plain| !plain.trim().is_empty());
        assert_eq!(summary.first_user_text.as_ref(), first, "{sample}");
        if let Some(handover) = &summary.handover {
            let message = &messages[handover.index - 1];
            assert_eq!(handover.time, message.time, "{sample}");
            let agent = handover.agent.as_deref().unwrap_or_default();
            assert!(message.text.contains("taken over"), "{sample}");
            assert!(message.text.contains(agent), "{sample}");
            handed_over += 1;
        }
    });
    assert!(handed_over > 1, "{handed_over} hand-overs");
}

#[test]
fn replies_have_the_number_of_what_they_answer() {
    let (mut resolved, mut dangling) = (0, 0);
    for_each_session(&[], |sample, record, _, session| {
        let messages = session.messages.as_deref().unwrap_or_default();
        for message in messages {
            let received = lookup(record, &format!("/messages/{}/reply", message.index - 1));
            assert_eq!(received.is_some(), message.reply.is_some(), "{sample}");
            let Some(reply) = &message.reply else {
                continue;
            };
            let id = reply.msg_id.as_deref().filter(|id| !id.is_empty());
            let answered = messages
                .iter()
                .position(|other| id.is_some() && other.msg_id.as_deref() == id);
            assert_eq!(
                reply.index,
                answered.map(|index| index + 1),
                "{sample}: {reply:?}"
            );
            match reply.index {
                Some(_) => resolved += 1,
                None => dangling += 1,
            }
        }
    });
    assert!(
        resolved > 5 && dangling > 2,
        "{resolved} resolved, {dangling} dangling"
    );
}

#[test]
fn times_are_rfc_3339_in_the_zone_asked_for() {
    for (zone, endings) in [
        ("UTC", &["Z"][..]),
        ("Asia/Jakarta", &["+07:00"]),
        ("Europe/Berlin", &["+01:00", "+02:00"]),
        ("Asia/Kathmandu", &["+05:45"]),
    ] {
        for_each_session(
            &["--tz", zone, "--only", "transcript"],
            |sample, _, _, session| {
                for message in session.messages.iter().flatten() {
                    let Some(time) = &message.time else {
                        assert_eq!(message.timestamp, None, "{sample}");
                        continue;
                    };
                    assert!(
                        endings.iter().any(|ending| time.ends_with(ending)),
                        "{sample}: {time}"
                    );
                    let parsed: Timestamp = time.parse().expect("it is RFC 3339");
                    assert_eq!(Some(parsed.as_second()), message.timestamp, "{sample}");
                }
            },
        );
    }
}

#[test]
fn another_notification_is_as_it_was_received_and_has_no_session() {
    let sample = "samples/other-notifications.ndjson";
    let shown = lines::<Shown>(&show(sample, &[]));
    let records = fs::read_to_string(sample).expect("a sample");
    assert_eq!(shown.len(), records.lines().count());
    for (report, record) in shown.iter().zip(records.lines()) {
        let other = report.other_notification.as_deref().map(RawValue::get);
        assert_eq!(other, Some(record));
        assert!(report.session.is_none());
        let rules: Vec<_> = report.findings.iter().map(|it| &*it.rule).collect();
        assert_eq!(rules, ["other-notification"]);
    }
}

#[test]
fn a_summary_has_the_session_by_its_own_names() {
    for_each_session(&["--only", "summary"], |sample, record, report, session| {
        assert!(session.messages.is_none());
        let summary = session.summary.as_ref().expect("it was asked for");
        let total: usize = summary.by_sender.values().sum();
        assert_eq!(total, summary.messages, "{sample}");
        let total: usize = summary.by_type.values().sum();
        assert_eq!(total, summary.messages, "{sample}");
        let shown = show(sample, &["--only", "summary"]).stdout;
        let shown = shown
            .lines()
            .nth(report.index - 1)
            .expect("there is a line a delivery");
        for name in RECEIVED {
            let is_of_use = |finding: &&Finding| {
                finding.pointer == format!("/{name}")
                    && matches!(&*finding.rule, "wrong-type" | "missing-field")
            };
            let is_null = report.findings.iter().any(|finding| is_of_use(&finding));
            let received = lookup(record, &format!("/{name}")).filter(|_| !is_null);
            let shown = lookup(shown, &format!("/session/summary/{name}"))
                .filter(|json| json.get() != "null");
            let same = match (&received, &shown) {
                (Some(received), Some(shown)) => is_same(received, shown),
                (None, None) => true,
                _ => false,
            };
            assert!(same, "{sample}: {name} {received:?} {shown:?}");
        }
    });
    let run = show("samples/plain-chat.json", &["--only", "summary"]);
    let summary = lines::<Shown>(&run)
        .remove(0)
        .session
        .and_then(|session| session.summary);
    assert_eq!(
        summary.and_then(|summary| summary.duration_seconds),
        Some(189.0)
    );
}

#[test]
fn sorting_by_time_keeps_the_numbers() {
    let run = show("samples/out-of-order.json", &["--sort", "time"]);
    let session = lines::<Shown>(&run)
        .remove(0)
        .session
        .expect("there is a session");
    let order: Vec<_> = session
        .messages
        .iter()
        .flatten()
        .map(|message| message.index)
        .collect();
    assert_eq!(order, [4, 1, 3, 2, 5, 6, 7, 8]);
}
