//! Measures how fast an archive is read, compared with a reader that skips every value.
//!
//! `cargo bench --bench reading` prints the throughput over an archive of one-line notifications.
//! With `ARCHIVE=FILE` the notifications are the lines of a file.

use std::hint::black_box;

use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::CaptureFormat;
use chatlog::json::Document;
use chatlog::signature::{Checks, Encoding, Scheme, Secret, sign, verify};
use chatlog::{Origin, Text, inspect};
use divan::Bencher;
use divan::counter::BytesCount;
use serde::de::IgnoredAny;

/// Samples without findings.
const SAMPLES: [&str; 4] = [
    include_str!("../samples/every-content-type.json"),
    include_str!("../samples/handed-over.json"),
    include_str!("../samples/plain-chat.json"),
    include_str!("../samples/two-days.json"),
];
const RECORDS: usize = 1000;

fn main() {
    divan::main();
}

/// The samples in turn, each on one line, or the lines of a file.
fn archive() -> Vec<String> {
    if let Some(path) = std::env::var_os("ARCHIVE") {
        let text = std::fs::read_to_string(path).expect("the archive can be read");
        return text.lines().map(str::to_owned).collect();
    }
    let one_line = |sample: &&str| sample.lines().map(str::trim_start).collect();
    let lines: Vec<String> = SAMPLES.iter().map(one_line).collect();
    lines.iter().cloned().cycle().take(RECORDS).collect()
}

fn bytes(lines: &[String]) -> BytesCount {
    BytesCount::new(lines.iter().map(String::len).sum::<usize>())
}

/// The baseline: the least that any JSON reader does.
#[divan::bench]
fn skip(bencher: Bencher<'_, '_>) {
    let lines = archive();
    bencher.counter(bytes(&lines)).bench(|| {
        for line in &lines {
            let text = simdutf8::basic::from_utf8(black_box(line.as_bytes()));
            let text = text.expect("the archive is text");
            serde_json::from_str::<IgnoredAny>(text).expect("the archive is JSON");
        }
    });
}

/// Reads and checks every notification, as `validate` does.
#[divan::bench]
fn inspect_all(bencher: Bencher<'_, '_>) {
    inspect_each(bencher, &archive());
}

/// The same with a `null` instead of a string in every notification, which must only cost a finding,
/// and not a second pass.
#[divan::bench]
fn inspect_all_with_a_null(bencher: Bencher<'_, '_>) {
    let mut lines = archive();
    for line in &mut lines {
        let start = line.find("\"intention\":").expect("there is one") + "\"intention\":".len();
        let end = start + line[start..].find(',').expect("more follows");
        line.replace_range(start..end, "null");
    }
    inspect_each(bencher, &lines);
}

fn inspect_each(bencher: Bencher<'_, '_>, lines: &[String]) {
    let origin = Origin {
        source: Text::from("archive"),
        index: 1,
    };
    bencher.counter(bytes(lines)).bench(|| {
        for line in lines {
            let capture = deliveries(&record(line), &CaptureOptions::default());
            for delivery in &capture.deliveries {
                let document = Document::new(&delivery.body);
                black_box(inspect(
                    &origin,
                    delivery,
                    &document,
                    &chatlog::InspectOptions::default(),
                ));
            }
        }
    });
}

/// Checks the signature of every envelope, as `verify` does.
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
            for delivery in &deliveries(&record(line), &CaptureOptions::default()).deliveries {
                black_box(verify(delivery, &checks));
            }
        }
    });
}

/// Finds every notification in the line of a log that is searched for it.
#[divan::bench]
fn search_all(bencher: Bencher<'_, '_>) {
    let lines = logged();
    bencher.counter(bytes(&lines)).bench(|| {
        for line in &lines {
            let capture = deliveries(&record(line), &CaptureOptions::default());
            assert_eq!(capture.format, CaptureFormat::Nested);
            black_box(capture);
        }
    });
}

/// The baseline of searching: parses every line of the same log into a tree.
#[divan::bench]
fn parse_log(bencher: Bencher<'_, '_>) {
    let lines = logged();
    bencher.counter(bytes(&lines)).bench(|| {
        for line in &lines {
            let value: serde_json::Value = serde_json::from_str(line).expect("the log is JSON");
            black_box(value);
        }
    });
}

/// A log in which every line holds a notification as an object and as a string.
fn logged() -> Vec<String> {
    let line = |body: &String| {
        let parsed: serde_json::Value = serde_json::from_str(body).expect("it is JSON");
        let request = serde_json::json!({"headers": {"X-AIRudder-Sign": "5e0e"}, "body": parsed});
        serde_json::json!({"level": 30, "req": request, "raw": body}).to_string()
    };
    archive().iter().map(line).collect()
}

/// Finds that every line of the archive is a notification, which is not searched.
#[divan::bench]
fn find_bodies(bencher: Bencher<'_, '_>) {
    let lines = archive();
    bencher.counter(bytes(&lines)).bench(|| {
        for line in &lines {
            black_box(deliveries(&record(line), &CaptureOptions::default()));
        }
    });
}

fn envelope(body: &str, scheme: &Scheme, secret: &Secret) -> String {
    let capture = deliveries(&record(body), &CaptureOptions::default());
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
