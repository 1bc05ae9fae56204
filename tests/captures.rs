//! Every sample of a capture gives the deliveries that it was made from, and what is broken is said.
//!
//! The samples hold one body whose bytes no tool would print again. Their signatures are those of
//! OpenSSL: `openssl dgst -sha256 -hmac chatlog-sample-secret samples/captures/body.json`, and the
//! same over the compressed bytes where a body is sent so.

use std::path::Path;

use chatlog::capture::{Capture, Fidelity, Format, Limits, Position, Record, deliveries, sniff};
use chatlog::document::Document;
use chatlog::{Origin, Text, inspect};
use serde_json::value::RawValue;

const SIGNATURE: &str = "6a60f0896fe55be4a4a0a3c7bbcc2f4318883f09ac45a7bb4a3f483518264a5f";

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new("samples/captures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir("samples/captures")
        .expect("the samples")
        .map(|entry| entry.expect("a sample").file_name())
        .map(|name| name.into_string().expect("a name"))
        .collect();
    names.sort();
    names
}

/// The part of an input that holds one record.
fn record<'a>(input: &'a [u8], part: &str) -> Record<'a> {
    let at = part.as_ptr().addr() - input.as_ptr().addr();
    let before = std::str::from_utf8(&input[..at]).expect("the input is text");
    Record {
        bytes: &input[at..at + part.len()],
        terminator: b"",
        start: Position::START.after(before),
    }
}

fn whole(input: &[u8]) -> Record<'_> {
    Record {
        bytes: input,
        terminator: b"",
        start: Position::START,
    }
}

/// The records of an input, cut as far as these samples need it.
fn records(input: &[u8]) -> Vec<Record<'_>> {
    let Ok(text) = std::str::from_utf8(input) else {
        return vec![whole(input)];
    };
    if sniff(input).is_some() || serde_json::from_str::<Box<RawValue>>(text).is_err() {
        return match sniff(input) {
            Some(_) => vec![whole(input)],
            None => text.lines().map(|line| record(input, line)).collect(),
        };
    }
    match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(items) => items.iter().map(|item| record(input, item.get())).collect(),
        Err(_) => vec![whole(input)],
    }
}

fn read(input: &[u8], format: Option<Format>) -> Vec<Capture<'_>> {
    let limits = Limits::default();
    let records = records(input);
    records
        .iter()
        .map(|record| deliveries(record, format, &limits))
        .collect()
}

/// What is read from a sample: a line for each delivery with its format, fidelity, method, target
/// and time, its signature if that is not the body's, where the body starts, and the notes.
fn described(name: &str) -> String {
    let (input, body) = (sample(name), sample("body.json"));
    let mut lines = String::new();
    for capture in read(&input, None) {
        for delivery in &capture.deliveries {
            let is_faithful = matches!(delivery.fidelity, Fidelity::Exact | Fidelity::Text);
            let is_same = delivery.body == body;
            assert!(
                is_same || !is_faithful,
                "{name}: not the body that was sent"
            );
            let known = |text: &Option<Text<'_>>| text.as_ref().map_or("-".into(), Text::to_string);
            lines += &format!(
                "{} {} {} {}",
                capture.format,
                delivery.fidelity.name(),
                known(&delivery.method),
                known(&delivery.target),
            );
            if let Some(time) = delivery.received_at {
                lines += &format!(" {time}");
            }
            match delivery.headers.first("x-airudder-sign") {
                Some(value) if value.as_str() == SIGNATURE => {}
                value => lines += &format!(" signature {:?}", value.map(Text::as_str)),
            }
            if let Some(Position { line, column }) = delivery.body_start {
                lines += &format!(" {line}:{column}");
            }
            for note in &delivery.notes {
                lines += &format!("; {note}");
            }
            lines += "\n";
        }
        for skipped in &capture.skipped {
            lines += &format!("skipped: {}\n", skipped.reason);
        }
        for problem in &capture.problems {
            lines += &format!("{}\n", problem.message);
        }
    }
    lines
}

#[test]
fn every_sample_is_read_as_it_was_made() {
    let found: String = names()
        .iter()
        .map(|name| format!("# {name}\n{}", described(name)))
        .collect();
    let path = "tests/captures.txt";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &found).expect("the expectation can be written");
    }
    let want = std::fs::read_to_string(path).expect("the expectation");
    assert!(
        found == want,
        "not as in {path}, which `BLESS=1` rewrites:\n{found}"
    );
}
