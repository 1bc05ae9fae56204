//! Notifications somewhere inside JSON: found wherever they are, and never where a stranger put them.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chatlog::Position;
use chatlog::capture::{Capture, CaptureOptions, Layout, Record, deliveries};
use chatlog::delivery::{CaptureFormat, Delivery, Fidelity};
use chatlog::signature::{Verdict, verify};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::notifications::{any_notification, good, runner};
use crate::sample::{BODY, SIGNATURE, checks, record, signature_of};

fn read(input: &[u8]) -> Capture<'_> {
    deliveries(&record(input), &CaptureOptions::default())
}

fn verdict(delivery: &Delivery<'_>) -> (Verdict, String) {
    let signature = verify(delivery, &checks());
    (signature.verdict, signature.reason.unwrap_or_default())
}

/// What a record holds: the verdict and the fidelity of each delivery, and its body.
fn held(record: &Value) -> Vec<(Verdict, Fidelity, String)> {
    let text = record.to_string();
    let capture = read(text.as_bytes());
    let deliveries = capture.deliveries.iter();
    deliveries
        .map(|delivery| {
            let body = String::from_utf8_lossy(&delivery.body).into_owned();
            (verdict(delivery).0, delivery.fidelity, body)
        })
        .collect()
}

/// A record that a stranger made says nothing that is valid.
#[track_caller]
fn nothing_is_valid(record: &Value) {
    let held = held(record);
    let valid = held.iter().any(|(verdict, ..)| *verdict == Verdict::Valid);
    assert!(!valid, "{record:#}\n{held:?}");
}

const SAMPLES: [&str; 18] = [
    "bunyan.ndjson",
    "chromium.ndjson",
    "django.json",
    "docker.ndjson",
    "httpbin.json",
    "kafka-rest.json",
    "mockserver.json",
    "mongodb.ndjson",
    "mountebank.json",
    "pino.ndjson",
    "postgres.json",
    "pubsub.json",
    "sns-in-sqs.json",
    "sns.json",
    "sqs.json",
    "vcr.json",
    "winston.ndjson",
    "wiremock.json",
];

/// The records of a sample.
fn records(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("samples/captures/{name}")).expect("the sample");
    let values: Vec<Value> = serde_json::Deserializer::from_str(&text)
        .into_iter()
        .map(|value| value.expect("it is JSON"))
        .collect();
    let records = match &values[..] {
        [Value::Array(items)] => items,
        _ => &values,
    };
    records.iter().map(Value::to_string).collect()
}

/// The verdicts on a sample with this signature in the place of the right one.
fn verdicts(name: &str, signature: &str) -> Vec<Verdict> {
    let records: Vec<String> = records(name)
        .iter()
        .map(|record| record.replace(SIGNATURE, signature))
        .collect();
    let captures = records.iter().map(|record| read(record.as_bytes()));
    captures
        .flat_map(|capture| {
            assert_eq!(capture.format, CaptureFormat::Nested, "{name}");
            let verdicts = capture.deliveries.iter().map(|it| verdict(it).0);
            verdicts.collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_sample_has_its_verdict() {
    use Verdict::{Inconclusive, Invalid, Missing, Valid};
    for name in SAMPLES {
        let (genuine, forged) = match name {
            "docker.ndjson" | "sns-in-sqs.json" => (vec![Inconclusive], vec![Inconclusive]),
            "kafka-rest.json" => (vec![Valid, Missing], vec![Invalid, Missing]),
            "mongodb.ndjson" => (vec![Valid, Inconclusive], vec![Invalid, Inconclusive]),
            "pino.ndjson" => (vec![Inconclusive, Valid], vec![Inconclusive, Invalid]),
            "postgres.json" => (vec![Valid, Valid], vec![Invalid, Invalid]),
            _ => (vec![Valid], vec![Invalid]),
        };
        assert_eq!(verdicts(name, SIGNATURE), genuine, "{name}");
        assert_eq!(verdicts(name, &"0".repeat(64)), forged, "{name}");
    }
}

/// What a delivery is, whatever led to it.
fn content(delivery: &Delivery<'_>) -> (Vec<u8>, Fidelity, String) {
    let headers = delivery.headers.iter();
    let headers = headers.map(|(name, value)| format!("{name}: {value}"));
    let described = format!(
        "{:?} {:?} {:?} {}",
        delivery.method,
        delivery.target,
        delivery.received_at,
        headers.collect::<Vec<_>>().join(", ")
    );
    (delivery.body.to_vec(), delivery.fidelity, described)
}

/// Reads a record at the places of a layout for which the user vouches.
fn read_at<'a>(record: &'a str, layout: &Layout) -> Capture<'a> {
    let layout = Layout {
        is_vouched_for: true,
        ..layout.clone()
    };
    let record = Record {
        bytes: record.as_bytes(),
        terminator: b"",
        is_whole: false,
        start: Position::START,
    };
    let options = CaptureOptions {
        layout: Some(layout.checked().expect("its paths go together")),
        ..CaptureOptions::default()
    };
    deliveries(&record, &options)
}

/// The search says where it found something, and that is where it is: the same bodies, as faithful, with
/// the same headers.
#[test]
fn what_was_found_is_read_again_at_the_places_that_are_said() {
    for name in SAMPLES {
        let records = records(name);
        let captures: Vec<_> = records.iter().map(|it| read(it.as_bytes())).collect();
        let layouts: Vec<_> = captures.iter().flat_map(|it| &it.layouts).collect();
        let found: Vec<_> = captures.iter().flat_map(|it| &it.deliveries).collect();
        assert_eq!(layouts.len(), found.len(), "{name}");
        for layout in &layouts {
            let read: Vec<_> = records.iter().map(|it| read_at(it, layout)).collect();
            let read: Vec<_> = read
                .iter()
                .flat_map(|it| &it.deliveries)
                .map(content)
                .collect();
            let at_place = layouts.iter().zip(&found).filter(|(it, _)| *it == layout);
            let at_place: Vec<_> = at_place.map(|(_, found)| content(found)).collect();
            let kept = read.iter().filter(|it| at_place.contains(it)).count();
            assert_eq!(kept, at_place.len(), "{name}: {layout:?}\n{read:?}");
            if layouts.iter().all(|it| it == layout) {
                assert_eq!(read, at_place, "{name}");
            }
        }
    }
}

/// Where a stranger may put a signed envelope: as part of a body that has another signature.
#[test]
fn a_signed_envelope_inside_something_else_is_never_valid() {
    let envelope = json!({"headers": {"X-AIRudder-Sign": SIGNATURE}, "body": BODY});
    let row = json!({"signature": SIGNATURE, "text": BODY});
    let attributes =
        json!({"attributes": {"x-airudder-sign": SIGNATURE}, "data": STANDARD.encode(BODY)});
    let sibling = json!({"req": {"headers": {"x-airudder-sign": SIGNATURE}}, "text": BODY});
    for signed in [envelope, row, attributes, sibling] {
        let alone = held(&json!({"record": signed}));
        assert!(matches!(alone[..], [(Verdict::Valid, ..)]), "{alone:?}");
        let text = signed.to_string();
        for inner in [
            signed.clone(),
            json!(text),
            json!(STANDARD.encode(&text)),
            json!([signed]),
            json!({"data": signed}),
            json!({"data": text}),
            json!({"type": "Buffer", "data": text.as_bytes()}),
            json!({"$binary": {"base64": STANDARD.encode(&text)}}),
        ] {
            for headers in [
                json!({"X-AIRudder-Sign": "0".repeat(64)}),
                json!({"Host": "hooks.example.com"}),
            ] {
                for name in [
                    "rawBody", "body", "payload", "data", "message", "text", "query",
                ] {
                    let request = json!({"headers": headers, name: inner});
                    nothing_is_valid(&request);
                    nothing_is_valid(&json!({"requests": [request]}));
                    nothing_is_valid(
                        &json!({"level": 30, "req": {"headers": headers}, name: inner}),
                    );
                    nothing_is_valid(&json!({"signature": "00", "event": {name: inner}}));
                }
            }
            nothing_is_valid(&json!({"log": {"body": inner}}));
            nothing_is_valid(&json!({"log": {"headers": {"X-Text": inner}, "rawBody": "{}"}}));
        }
    }
}

/// What the person in a conversation writes is never taken for a delivery.
#[test]
fn a_signed_envelope_inside_a_notification_is_not_found() {
    let envelope = json!({"headers": {"X-AIRudder-Sign": SIGNATURE}, "body": BODY});
    let mut outer: Value = serde_json::from_str(BODY).expect("it is JSON");
    outer["messages"][0]["content"] =
        json!({"type": "text", "text": {"body": envelope.to_string()}});
    outer["ner_slots"] = json!({"slot": envelope, "other": STANDARD.encode(envelope.to_string())});
    let text = outer.to_string();
    let headers = json!({"X-AIRudder-Sign": signature_of(BODY)});
    for (kept, fidelity, verdict) in [
        (outer.clone(), Fidelity::Reserialized, Verdict::Inconclusive),
        (json!(text), Fidelity::Text, Verdict::Invalid),
        (
            json!(STANDARD.encode(&text)),
            Fidelity::Exact,
            Verdict::Invalid,
        ),
    ] {
        let found = held(&json!({"request": {"headers": headers, "kept": kept}}));
        assert_eq!(found, [(verdict, fidelity, text.clone())]);
    }
}

#[test]
fn an_entered_string_says_why_its_signature_proves_nothing() {
    let inside = json!({"signature": SIGNATURE, "text": BODY}).to_string();
    let text = json!({"log": inside}).to_string();
    let capture = read(text.as_bytes());
    let (verdict, reason) = verdict(&capture.deliveries[0]);
    assert_eq!(verdict, Verdict::Inconclusive);
    assert_eq!(
        reason,
        "the signature matches the body that was read; the notification was found inside the string \
         at `/log`, and whoever wrote that may have chosen the body and the signature"
    );
    assert_eq!(
        capture.deliveries[0].notes,
        ["the body was found at `/log > /text`, as text; its headers at `/log > /signature`"]
    );
}

#[test]
fn copies_are_one_delivery_and_the_most_faithful_counts() {
    let parsed: Value = serde_json::from_str(BODY).expect("it is JSON");
    let headers = json!({"X-AIRudder-Sign": SIGNATURE});
    let found = |kept: Value| held(&json!({"request": kept}));
    let one = found(
        json!({"headers": headers, "json": parsed, "data": BODY, "bytes": STANDARD.encode(BODY)}),
    );
    assert_eq!(one, [(Verdict::Valid, Fidelity::Exact, BODY.to_owned())]);
    // The headers may be around the other copy.
    let one = found(json!({"req": {"headers": headers, "body": parsed}, "rawText": BODY}));
    assert_eq!(one, [(Verdict::Valid, Fidelity::Text, BODY.to_owned())]);

    let other = BODY.replace("closed", "opened");
    let differing =
        json!({"request": {"headers": headers, "first": BODY, "second": other}}).to_string();
    let capture = read(differing.as_bytes());
    assert_eq!(capture.deliveries.len(), 1);
    let (undecided, reason) = verdict(&capture.deliveries[0]);
    assert_eq!(undecided, Verdict::Inconclusive);
    let said = "the bodies at `/request/first` and `/request/second` differ, and either may have been sent";
    assert!(reason.contains(said), "{reason}");
    let settled =
        json!({"request": {"headers": headers, "data": other, "bytes": STANDARD.encode(BODY)}});
    assert_eq!(
        held(&settled),
        [(Verdict::Valid, Fidelity::Exact, BODY.to_owned())]
    );

    // Items of a list are deliveries, even if they are equal: one was sent twice.
    assert_eq!(found(json!([BODY, BODY])).len(), 2);
    // Different notifications without headers are different deliveries.
    assert_eq!(found(json!({"call-1": BODY, "call-2": other})).len(), 2);
}

/// An object needs most of the 22 documented keys: a row repeats some of them in its columns.
#[test]
fn twelve_keys_make_a_notification() {
    let Ok(Value::Object(whole)) = serde_json::from_str(BODY) else {
        panic!("it is an object");
    };
    let with_keys = |count: usize| {
        let part: Map<String, Value> = whole.clone().into_iter().take(count).collect();
        let text = json!({"event": {"kept": part}}).to_string();
        read(text.as_bytes()).format
    };
    assert_eq!(with_keys(12), CaptureFormat::Nested);
    assert_eq!(with_keys(11), CaptureFormat::Body);
    let mut row: Map<String, Value> = whole.clone().into_iter().take(11).collect();
    row.insert("original".to_owned(), json!(BODY));
    assert_eq!(held(&json!({"row": row})).len(), 1);
}

#[test]
fn a_text_that_was_cut_is_truncated() {
    let cut = &BODY[..BODY.len() - 40];
    let record = json!({"row": {"signature": SIGNATURE, "text": cut}});
    assert_eq!(
        held(&record),
        [(Verdict::Inconclusive, Fidelity::Truncated, cut.to_owned())]
    );
}

/// A way to keep a value, and what is left of its fidelity.
#[derive(Debug, Clone, Copy)]
enum Kept {
    Object,
    Text,
    Twice,
    Base64,
    UrlSafe,
    Hex,
    Bytea,
    Bytes,
    Buffer,
    Binary,
}

const KEPT: [Kept; 10] = [
    Kept::Object,
    Kept::Text,
    Kept::Twice,
    Kept::Base64,
    Kept::UrlSafe,
    Kept::Hex,
    Kept::Bytea,
    Kept::Bytes,
    Kept::Buffer,
    Kept::Binary,
];

impl Kept {
    fn keep(self, body: &str) -> Value {
        match self {
            Self::Object => serde_json::from_str(body).expect("it is JSON"),
            Self::Text => json!(body),
            Self::Twice => json!(json!(body).to_string()),
            Self::Base64 => json!(STANDARD.encode(body)),
            Self::UrlSafe => json!(URL_SAFE_NO_PAD.encode(body)),
            Self::Hex => json!(hex::encode(body)),
            Self::Bytea => json!(format!("\\x{}", hex::encode(body))),
            Self::Bytes => json!(body.as_bytes()),
            Self::Buffer => json!({"type": "Buffer", "data": body.as_bytes()}),
            Self::Binary => json!({"$binary": {"base64": STANDARD.encode(body), "subType": "00"}}),
        }
    }

    fn fidelity(self) -> Fidelity {
        match self {
            Self::Object => Fidelity::Reserialized,
            Self::Text | Self::Twice => Fidelity::Text,
            _ => Fidelity::Exact,
        }
    }
}

/// What stands around a notification.
#[derive(Debug, Clone)]
enum Wrapping {
    Member(String),
    Item(usize),
    Text,
    Base64,
}

/// A value without a notification.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,20}".prop_map(Value::from),
        Just(json!("eyJhIjogMX0=")),
        "[\\[{\"][ -~]{140,160}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..80).prop_map(|bytes| json!(STANDARD.encode(bytes))),
    ];
    let key = prop_oneof![
        "[a-z]{1,6}",
        select(vec![
            "headers",
            "body",
            "data",
            "signature",
            "callee",
            "req"
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 20, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner.clone(), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            inner.prop_map(|value| json!(value.to_string())),
        ]
    })
}

fn any_wrapping() -> impl Strategy<Value = Wrapping> {
    prop_oneof![
        4 => "(event|doc|detail|item|x)[0-9]{0,2}".prop_map(Wrapping::Member),
        2 => (0..3_usize).prop_map(Wrapping::Item),
        1 => Just(Wrapping::Text),
        1 => Just(Wrapping::Base64),
    ]
}

/// A value inside others, with something beside it.
fn wrapped(value: Value, wrappings: &[Wrapping], beside: &Value) -> Value {
    let wrap = |value: Value, wrapping: &Wrapping| match wrapping {
        Wrapping::Member(name) => json!({"beside": beside, name: value}),
        Wrapping::Item(before) => {
            let mut items = vec![beside.clone(); *before];
            items.push(value);
            json!(items)
        }
        Wrapping::Text => json!(json!({"inside": value}).to_string()),
        Wrapping::Base64 => json!(STANDARD.encode(json!({"inside": value}).to_string())),
    };
    json!({"record": wrappings.iter().fold(value, wrap)})
}

#[test]
fn a_notification_wrapped_at_random_is_found_once() {
    let cases = (
        any_notification(),
        select(KEPT.to_vec()),
        select(KEPT.to_vec()),
        prop::collection::vec(any_wrapping(), 0..4),
        any_json(),
    );
    let outcome = runner(1_000).run(&cases, |(notification, kept, again, wrappings, beside)| {
        // One with few of its keys is not recognised.
        let Value::Object(mut members) = good().remove(0) else {
            panic!("a good notification is an object");
        };
        members.extend(notification.as_object().cloned().unwrap_or_default());
        // A decoder may have put this in the place of other bytes.
        let body = Value::Object(members).to_string().replace('\u{fffd}', "?");
        let text = wrapped(kept.keep(&body), &wrappings, &beside).to_string();
        let capture = read(text.as_bytes());
        prop_assert_eq!(capture.format, CaptureFormat::Nested);
        prop_assert_eq!(capture.deliveries.len(), 1, "{}", text);
        let delivery = &capture.deliveries[0];
        prop_assert_eq!(delivery.fidelity, kept.fidelity());
        prop_assert_eq!(&*delivery.body, body.as_bytes());
        let again_read = read_at(&text, &capture.layouts[0]);
        let same = again_read
            .deliveries
            .iter()
            .map(content)
            .filter(|it| *it == content(delivery));
        prop_assert_eq!(same.count(), 1, "{} {:?}", text, capture.layouts);

        let both = json!({"one": kept.keep(&body), "two": again.keep(&body)});
        let twice = wrapped(both, &wrappings, &beside).to_string();
        let capture = read(twice.as_bytes());
        prop_assert_eq!(capture.deliveries.len(), 1, "{}", twice);
        let best = kept.fidelity().min(again.fidelity());
        prop_assert_eq!(capture.deliveries[0].fidelity, best);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let outcome = runner(20_000).run(&any_json(), |value| {
        let text = json!({"record": value}).to_string();
        let capture = read(text.as_bytes());
        prop_assert_eq!(capture.format, CaptureFormat::Body, "{}", text);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

/// What lies too deep is not searched, and that is said; the rest is.
#[test]
fn what_was_not_searched_is_said() {
    let deep = format!(
        "{}\"{}\"{}",
        "[".repeat(60),
        "a".repeat(200),
        "]".repeat(60)
    );
    let text = format!("{{\"deep\": {deep}, \"event\": {}}}", json!({"kept": BODY}));
    let capture = read(text.as_bytes());
    assert_eq!(capture.deliveries.len(), 1);
    let problems: Vec<&str> = capture.problems.iter().map(|it| &*it.message).collect();
    assert_eq!(
        problems,
        ["looks like `nested`, but it is nested too deeply to search all of it"]
    );
}

/// Searching takes time in proportion to the record, whatever its shape.
#[test]
fn no_record_takes_long_to_search() {
    let deep = |open: &str, close: &str| {
        let inside = json!({"a": BODY}).to_string();
        format!("{}{inside}{}", open.repeat(20_000), close.repeat(20_000))
    };
    let mut strings = json!({"a": BODY});
    for _ in 0..12 {
        strings = json!({"a": strings.to_string()});
    }
    let big = "h".repeat(500_000);
    let headers = json!({"record": {"headers": {"a": big}, "events": vec![BODY; 300]}});
    let keys = json!({"record": {big: vec![BODY; 300]}});
    let members: Map<String, Value> = (0..500)
        .map(|number| {
            (
                number.to_string(),
                json!(BODY.replace("closed", &number.to_string())),
            )
        })
        .collect();
    let copies = json!({"record": {"headers": {"a": "b"}, "events": members}});
    for record in [
        deep("{\"a\":", "}"),
        deep("[", "]"),
        strings.to_string(),
        headers.to_string(),
        keys.to_string(),
        copies.to_string(),
        format!("{{\"a\": [{}0]}}", "123,".repeat(300_000)),
    ] {
        let start = Instant::now();
        drop(read(record.as_bytes()));
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(5), "{taken:?} for {record:.60}");
    }
}
