//! Notifications for tests: good ones of every kind, and ways to break them.

use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::CaptureFormat;
use chatlog::json::{Document, Enumeration};
use chatlog::notification::{ContentType, EndReason, MessageStatus, Sender};
use chatlog::{Origin, Report, Text};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Map, Value, json};

/// A whole notification: a [good one](GOOD), in which the members of an example stand in the place
/// of those with the same names. An example in braces is a whole body already.
pub(crate) fn notification_with(example: &str) -> String {
    if example.starts_with('{') {
        return example.to_owned();
    }
    let mut body = "{\n".to_owned();
    let is_replaced = |member: &str| {
        let name = member.split(':').next().unwrap_or_default();
        has_member(example, name)
    };
    for member in GOOD.into_iter().filter(|member| !is_replaced(member)) {
        body.extend([member, ",\n"]);
    }
    body + example + "\n}\n"
}

/// Whether an example has a member of this name, in quotes, at its top level.
fn has_member(example: &str, name: &str) -> bool {
    let mut depth = 0;
    let mut in_string = false;
    example.char_indices().any(|(at, c)| {
        let is_member = depth == 0 && !in_string && example[at..].starts_with(name);
        match c {
            '"' => in_string = !in_string,
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' if !in_string => depth -= 1,
            _ => {}
        }
        is_member
    })
}

/// The members of a notification with nothing wrong or odd in it.
const GOOD: [&str; 22] = [
    r#""workflow_id": "5d0c9a7be2f0""#,
    r#""workflow_name": "May reminders""#,
    r#""nodetask_id": "71be40d6f5a9""#,
    r#""nodetask_name": "Invitation 1""#,
    r#""waba_task_id": "90aa3c11de67""#,
    r#""wfdetail_uuid": "c4f81be0a2d9""#,
    r#""timestamp": 1744699269"#,
    r#""channel": "WhatsApp""#,
    r#""channel_id": "628111000222""#,
    r#""callee": "+628999000111""#,
    r#""call_id": "e10f6b2c9d35""#,
    r#""robot_id": "4711""#,
    r#""status": "closed""#,
    r#""session_start_time": "2025-04-15T06:41:00Z""#,
    r#""session_end_time": "2025-04-15T06:41:09Z""#,
    r#""session_end_reason": "robot""#,
    r#""intention": "E""#,
    r#""talk_round": 3"#,
    r#""ner_slots": {}"#,
    r#""event_label": {}"#,
    r#""variables": {}"#,
    r#""messages": [
  {
    "msg_id": "m1",
    "timestamp": 1744699261,
    "status": "read",
    "content": {"type": "text", "text": "hello"}
  }
]"#,
];

/// Passes the report on a bare body to `look`.
pub(crate) fn inspect<T>(body: &[u8], look: impl FnOnce(&Report<'_>) -> T) -> T {
    let origin = Origin {
        source: Text::from("-"),
        index: 1,
    };
    let record = Record {
        bytes: body,
        terminator: b"",
        is_whole: false,
        start: Position::START,
    };
    let capture = deliveries(&record, &CaptureOptions::for_format(CaptureFormat::Body));
    let delivery = capture
        .deliveries
        .first()
        .expect("a bare body is one delivery");
    let document = Document::new(&delivery.body);
    look(&chatlog::inspect(
        &origin,
        delivery,
        &document,
        &chatlog::InspectOptions::default(),
    ))
}

/// Runs the same cases every time, `PROPTEST_CASES` of them if that is set.
pub(crate) fn runner(cases: u32) -> TestRunner {
    let asked = std::env::var("PROPTEST_CASES").ok();
    TestRunner::new(Config {
        cases: asked.and_then(|cases| cases.parse().ok()).unwrap_or(cases),
        rng_seed: RngSeed::Fixed(0x00c4_a710),
        failure_persistence: None,
        ..Config::default()
    })
}

/// A notification whose transcript is `messages`.
pub(crate) fn session(messages: impl Into<Value>) -> Value {
    json!({
        "workflow_id": "5d0c9a7be2f0",
        "workflow_name": "May reminders",
        "nodetask_id": "71be40d6f5a9",
        "nodetask_name": "Invitation 1",
        "waba_task_id": "",
        "wfdetail_uuid": "c4f81be0a2d9",
        "timestamp": 1_744_699_269,
        "channel": "WhatsApp",
        "channel_id": "628111000222",
        "callee": "+628999000111",
        "call_id": "e10f6b2c9d35",
        "robot_id": "4711",
        "status": "closed",
        "session_start_time": "2025-04-15T06:41:00Z",
        "session_end_time": "2025-04-15T13:41:09.25+07:00",
        "session_end_reason": "robot",
        "intention": "E",
        "talk_round": 3,
        "ner_slots": {"city": "Jakarta"},
        "event_label": {},
        "variables": {"name": "Ana", "order": {"id": 17, "paid": [true, null]}},
        "messages": messages.into(),
    })
}

/// One content of every type and form; the last two have unknown types.
fn contents() -> Vec<Value> {
    let media = json!({"origin_url": "https://files.example/a", "name": "a b.pdf"});
    let template = json!({
        "type": "WhatsApp",
        "content": {
            "header": {"type": "image", "text": "Hi", "media": media},
            "body": "See you on 1 May",
            "footer": "",
            "button": [{"type": "QUICK_REPLY", "text": "no"}, {"type": "OPT_OUT", "text": "stop"}],
        },
        "info": {"id": 35, "name": "spring_invitation", "language": "en"},
    });
    let buttons = json!({
        "type": "button",
        "header": {"type": "text", "text": "Times"},
        "body": {"text": "请选择👉"},
        "footer": {"text": ""},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "b-0", "title": "男"}}]},
    });
    let rows = json!([{"id": "l-0-0", "title": "9 to 10", "description": ""}]);
    let list = json!({
        "type": "list",
        "body": {"text": "Pick"},
        "action": {"button": "Times", "sections": [{"title": "Morning", "rows": rows}]},
    });
    let event = json!({"type": "conversation.take_over", "from_seat_id": "", "to_seat_id": "7"});
    let place = json!({"latitude": -6.2088, "longitude": 106, "address": "x", "name": "Office"});
    vec![
        json!({"type": "system", "system": event}),
        json!({"type": "template", "template": template}),
        json!({"type": "button", "text": "no"}),
        json!({"type": "text", "text": "bye\n👋"}),
        json!({"type": "image", "media": media, "text": "a caption"}),
        json!({"type": "file", "media": media}),
        json!({"type": "video", "media": media}),
        json!({"type": "audio", "media": media}),
        json!({"type": "interactive", "interactive": buttons}),
        json!({"type": "interactive", "interactive": list}),
        json!({"type": "interactive", "text": "男"}),
        json!({"type": "location", "location": place}),
        json!({"type": "contacts", "contacts": [{"name": "Budi", "phone_number": "+62"}, {}]}),
        json!({"type": "interactive", "interactive": {"type": "carousel", "action": [5]}}),
        json!({"type": "sticker", "text": 5, "media": {}, "sticker": [1, {"a~/b": null}]}),
    ]
}

/// Good notifications: for each content, one with a message that has it and one that answers it.
pub(crate) fn good() -> Vec<Value> {
    let talk = |(number, content): (usize, Value)| {
        let quoted = json!({
            "msg_id": format!("m{number}"),
            "sender_type": "robot",
            "timestamp": 1_744_699_261,
            "content": content,
        });
        let mut said = quoted.clone();
        said["status"] = json!("delivery");
        let answer = json!({
            "msg_id": format!("a{number}"),
            "timestamp": 1_744_699_262,
            "status": "sent",
            "content": {"type": "text", "text": "yes"},
            "reply": quoted,
        });
        [said, answer]
    };
    let talks: Vec<_> = contents().into_iter().enumerate().map(talk).collect();
    let mut sessions: Vec<_> = talks.iter().cloned().map(session).collect();
    sessions.push(session(talks.concat()));
    sessions
}

/// One way to break a notification. It does nothing if it does not apply.
#[derive(Debug, Clone)]
enum Mutation {
    Delete(Index),
    Replace(Index, Value),
    Rename(Index, String),
    Insert(Index, String, Value),
    /// Puts the value of the first place in the second.
    Copy(Index, Index),
}

impl Mutation {
    fn apply(&self, notification: &mut Value) {
        let places = places(notification);
        let place = |index: &Index| index.get(&places).as_str();
        match self {
            Self::Delete(index) => {
                take_member(notification, place(index));
            }
            Self::Replace(index, value) => put(notification, place(index), value.clone()),
            Self::Rename(index, key) => {
                if let Some((object, value)) = take_member(notification, place(index)) {
                    object.insert(key.clone(), value);
                }
            }
            Self::Insert(index, key, value) => match notification.pointer_mut(place(index)) {
                Some(Value::Object(members)) => {
                    members.insert(key.clone(), value.clone());
                }
                Some(Value::Array(items)) => items.push(value.clone()),
                _ => {}
            },
            Self::Copy(from, to) => {
                let copy = notification.pointer(place(from)).cloned();
                put(notification, place(to), copy.unwrap_or_default());
            }
        }
    }
}

fn put(notification: &mut Value, place: &str, value: Value) {
    if let Some(slot) = notification.pointer_mut(place) {
        *slot = value;
    }
}

/// Takes out the member at `place`, if it is the member of an object, and gives that too.
fn take_member<'v>(
    notification: &'v mut Value,
    place: &str,
) -> Option<(&'v mut Map<String, Value>, Value)> {
    let (parent, key) = place.rsplit_once('/')?;
    let object = notification.pointer_mut(parent)?.as_object_mut()?;
    let value = object.remove(&key.replace("~1", "/").replace("~0", "~"))?;
    Some((object, value))
}

/// The JSON Pointers of every value in `value`.
pub(crate) fn places(value: &Value) -> Vec<String> {
    let mut places = Vec::new();
    collect_places(value, String::new(), &mut places);
    places
}

/// The JSON Pointers of every value in `value`, which is at `place`.
fn collect_places(value: &Value, place: String, places: &mut Vec<String>) {
    if let Value::Object(members) = value {
        for (key, member) in members {
            let key = key.replace('~', "~0").replace('/', "~1");
            collect_places(member, format!("{place}/{key}"), places);
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        collect_places(item, format!("{place}/{index}"), places);
    }
    places.push(place);
}

/// Good notifications with one value at a time deleted, or replaced by one of every kind; words
/// that choose something by every word there is.
pub(crate) fn spoilt_once() -> Vec<Value> {
    let kinds = [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!("word"),
        json!([]),
        json!([{}]),
        json!({}),
    ];
    let words: Vec<_> = words().into_iter().map(Value::from).collect();
    let mut spoilt = Vec::new();
    let mut talks = good();
    // The last holds the messages of all the others.
    talks.pop();
    for (number, notification) in talks.iter().enumerate() {
        let mut places = places(notification);
        // Outside the first message they are all alike.
        places.retain(|place| number == 0 || place.starts_with("/messages/0/content"));
        for place in &places {
            let mut less = notification.clone();
            take_member(&mut less, place);
            spoilt.push(less);
            let chooses = ["type", "status", "reason"]
                .iter()
                .any(|end| place.ends_with(end));
            let values = if chooses {
                [&kinds[..], &words].concat()
            } else {
                kinds.to_vec()
            };
            spoilt.extend(values.into_iter().map(|value| {
                let mut other = notification.clone();
                put(&mut other, place, value);
                other
            }));
        }
    }
    spoilt
}

/// Good notifications after up to four mutations.
pub(crate) fn any_notification() -> impl Strategy<Value = Value> {
    (select(good()), prop::collection::vec(any_mutation(), 0..=4)).prop_map(
        |(mut notification, mutations)| {
            for mutation in &mutations {
                mutation.apply(&mut notification);
            }
            notification
        },
    )
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        2 => index().prop_map(Mutation::Delete),
        6 => (index(), any_value()).prop_map(|(at, value)| Mutation::Replace(at, value)),
        1 => (index(), any_key()).prop_map(|(at, key)| Mutation::Rename(at, key)),
        3 => (index(), any_key(), any_value())
            .prop_map(|(at, key, value)| Mutation::Insert(at, key, value)),
        1 => (index(), index()).prop_map(|(from, to)| Mutation::Copy(from, to)),
    ]
}

fn any_key() -> impl Strategy<Value = String> {
    let known = vec![
        "type",
        "text",
        "media",
        "interactive",
        "reply",
        "Timestamp",
        "a/~b",
        "",
    ];
    prop_oneof![
        select(known).prop_map(str::to_owned),
        "[a-z_]{1,8}",
        any::<String>(),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let single = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any_number(),
        any_word().prop_map(Value::from),
        any_time().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    single.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(any_key(), inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_number() -> impl Strategy<Value = Value> {
    let numbers = vec![
        "0",
        "-0",
        "-0.0",
        "1.0",
        "1e3",
        "-1",
        "1.5",
        "1744699269",
        "1744699269.0",
        "1744699269.5",
        "1744699269000",
        "253402207200",
        "253402207201",
        "9007199254740993",
        "18446744073709551615",
        "-9223372036854775808",
        "1e300",
        "1e-300",
        "90.5",
    ];
    let parse = |token: &str| serde_json::from_str::<Value>(token).expect("it is a JSON number");
    prop_oneof![
        select(numbers).prop_map(parse),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ]
}

/// The words that have a meaning somewhere, and words similar to them.
fn words() -> Vec<&'static str> {
    fn words<E: Enumeration>() -> impl Iterator<Item = &'static str> {
        E::WORDS.iter().map(|(word, _)| *word)
    }
    let others = [
        "",
        "Text",
        "texts",
        "sticker",
        "list",
        "buttons",
        "delivered",
        "bot",
        "closed",
        "conversation.start",
        "conversation.takeover",
        "QUICK_REPLY",
        "5",
        "null",
    ];
    words::<Sender>()
        .chain(words::<MessageStatus>())
        .chain(words::<EndReason>())
        .chain(ContentType::WORDS.iter().map(|(word, _)| *word))
        .chain(others)
        .collect()
}

fn any_word() -> impl Strategy<Value = String> {
    select(words()).prop_map(str::to_owned)
}

/// Strings that are RFC 3339 times, or nearly so, from the first to the last year of four digits.
pub(crate) fn any_time() -> impl Strategy<Value = String> {
    let date = "([0-9]{4}|20[0-9]{2}|2000|1900)-(0[0-9]|1[0-3]|02)-([0-2][0-9]|3[0-2]|29)";
    let limit = "(9999-12-3[0-2]|0000-01-0[0-2]|0001-01-01)";
    let clock = "([01][0-9]|2[0-4]):([0-5][0-9]|60):([0-5][0-9]|6[01])";
    let zone = "([Zz]|[+-]([01][0-9]|2[0-5]):([0-5][0-9]|60)|\\+0530|\\+05|)";
    let other = vec![
        "",
        "now",
        "2025-04-15",
        "2025-04-15T06:41Z",
        "20250415T064100Z",
        " 2025-04-15T06:41:00Z",
        "2025-04-15T06:41:00Z\n",
        "2025-04-15T06:41:00Z[UTC]",
        "２025-04-15T06:41:00Z",
        "+002025-04-15T06:41:00Z",
        "-2025-04-15T06:41:00Z",
        "2025-04-15T06:41:00−07:00",
    ];
    let shaped = |pattern: String| string_regex(&pattern).expect("the pattern is one");
    prop_oneof![
        8 => shaped(format!("{date}[Tt]{clock}(\\.[0-9]{{1,12}})?{zone}")),
        4 => shaped(format!("{limit}T(00|2[1-4]):(00|59):(0[01]|59|60)(\\.9{{1,12}})?{zone}")),
        2 => shaped(format!("{date}[Tt ]{clock}[.,]?[0-9]{{0,3}}{zone}")),
        1 => select(other).prop_map(str::to_owned),
    ]
}
