//! How fast an archive is read: each bench beside the skip-everything reading it is measured by.
//!
//! `cargo bench --bench reading`; the figures are bytes a second over one archive of one-line
//! notifications.

use std::hint::black_box;

use chatlog::Position;
use chatlog::capture::{Limits, Record, deliveries};
use chatlog::json::Document;
use chatlog::signature::{Checks, Encoding, Scheme, Secret, sign, verify};
use chatlog::{Origin, Text, inspect};
use divan::Bencher;
use divan::counter::BytesCount;
use serde::de::IgnoredAny;

const SAMPLE: &str = include_str!("../samples/handed-over.json");
const RECORDS: usize = 1000;

fn main() {
    divan::main();
}

/// The sample on one line, many times over.
fn archive() -> Vec<String> {
    let sample: Box<serde_json::value::RawValue> =
        serde_json::from_str(SAMPLE).expect("the sample is JSON");
    let line: String = sample.get().lines().map(str::trim_start).collect();
    vec![line; RECORDS]
}

fn bytes(lines: &[String]) -> BytesCount {
    BytesCount::new(lines.iter().map(String::len).sum::<usize>())
}

/// The least that any reader of JSON does.
#[divan::bench]
fn skip(bencher: Bencher<'_, '_>) {
    let lines = archive();
    bencher.counter(bytes(&lines)).bench(|| {
        for line in &lines {
            serde_json::from_str::<IgnoredAny>(black_box(line)).expect("the archive is JSON");
        }
    });
}

/// Reading and checking every notification, as `validate` does.
#[divan::bench]
fn inspect_all(bencher: Bencher<'_, '_>) {
    let lines = archive();
    let origin = Origin {
        source: Text::from("archive"),
        index: 1,
    };
    bencher.counter(bytes(&lines)).bench(|| {
        for line in &lines {
            let capture = deliveries(&record(line), None, &Limits::default());
            for delivery in &capture.deliveries {
                let document = Document::new(&delivery.body);
                black_box(inspect(
                    &origin,
                    delivery,
                    &document,
                    &chatlog::Checks::default(),
                ));
            }
        }
    });
}

/// Checking the signature of every envelope, as `verify` does.
#[divan::bench]
fn verify_all(bencher: Bencher<'_, '_>) {
    let secret = Secret::new("chatlog-sample-secret").expect("it is not empty");
    let scheme = Scheme::default();
    let lines: Vec<String> = archive()
        .iter()
        .map(|body| envelope(body, &scheme, &secret))
        .collect();
    let checks = Checks::new(scheme, [secret]);
    bencher.counter(bytes(&lines)).bench(|| {
        for line in &lines {
            for delivery in &deliveries(&record(line), None, &Limits::default()).deliveries {
                black_box(verify(delivery, &checks));
            }
        }
    });
}

fn envelope(body: &str, scheme: &Scheme, secret: &Secret) -> String {
    let capture = deliveries(&record(body), None, &Limits::default());
    let signature = sign(&capture.deliveries[0], scheme, secret, Encoding::Hex)
        .expect("the scheme needs the body only");
    serde_json::json!({"headers": {"X-AIRudder-Sign": signature}, "body": body}).to_string()
}

fn record(line: &str) -> Record<'_> {
    Record {
        bytes: line.as_bytes(),
        terminator: b"\n",
        is_whole: false,
        start: Position::START,
    }
}
