//! Inputs that were once read or shown incorrectly, each with the correct result.

use crate::columns::columns;
use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::CaptureFormat;
use chatlog::delivery::{Delivery, Headers};
use chatlog::json::Document;
use std::time::{Duration, Instant};

use chatlog::view::json::write_findings;
use chatlog::view::{Canvas, Selection, Theme, Zone, write_tables};
use chatlog::{Origin, Report, Text, inspect};

/// Passes the report on a bare body to `look`.
fn report<T>(body: &str, look: impl FnOnce(&Report<'_>) -> T) -> T {
    report_with(Headers::default(), body, look)
}

/// Passes the report on a body with these headers to `look`.
fn report_with<T>(headers: Headers<'_>, body: &str, look: impl FnOnce(&Report<'_>) -> T) -> T {
    let record = Record {
        bytes: body.as_bytes(),
        terminator: b"",
        is_whole: false,
        start: Position::START,
    };
    let capture = deliveries(&record, &CaptureOptions::for_format(CaptureFormat::Body));
    let delivery = capture.deliveries.first().expect("a bare body is one");
    let delivery = &Delivery {
        headers,
        ..delivery.clone()
    };
    let origin = Origin {
        source: Text::from("-"),
        index: 1,
    };
    let document = Document::new(&delivery.body);
    look(&inspect(
        &origin,
        delivery,
        &document,
        &chatlog::InspectOptions::default(),
    ))
}

/// The findings of a body: the rule, the pointer and the position in the body.
fn findings(body: &str) -> Vec<String> {
    report(body, |report| {
        let finding = report.findings.iter();
        finding
            .map(|finding| format!("{} {} {:?}", finding.rule, finding.pointer, finding.span))
            .collect()
    })
}

#[test]
fn a_repeated_key_has_a_place_where_the_body_breaks_off_at_it() {
    for (body, place) in [
        (r#"{"a":1,"a":"#, 11..11),
        (r#"{"a":1,"a": }"#, 12..12),
        (r#"{"a":1,"a"::2}"#, 11..11),
        (r#"{"a":1,"a" 2}"#, 11..12),
        (r#"{"variables":{},"variables":"#, 28..28),
    ] {
        let key = if body.contains("variables") {
            "variables"
        } else {
            "a"
        };
        let want = format!("duplicate-key /{key} Some({place:?})");
        let found = findings(body);
        assert!(found.contains(&want), "{body}: {found:?}");
    }
}

#[test]
fn what_no_reader_takes_does_not_end_the_reading_where_a_container_should_be() {
    for value in [
        r#""\ud83d""#,
        r#"["\ude00 x"]"#,
        r#"{"\ud83d": 1}"#,
        "1e999",
        "-1e999",
        "[[1e999], -1e999]",
    ] {
        let body = format!("{{\"messages\":{value},\"callee\":5}}");
        let found = findings(&body);
        let at = body.len() - 2;
        let want = format!("wrong-type /callee Some({at}..{})", at + 1);
        assert!(found.contains(&want), "{body}: {found:?}");
        assert!(
            found
                .iter()
                .any(|found| found.starts_with("wrong-type /messages")),
            "{found:?}"
        );
        // Half of a surrogate pair is not text, wherever it stands.
        assert_eq!(
            found.iter().any(|found| found.starts_with("not-json")),
            value.contains("\\u"),
            "{found:?}"
        );
    }
}

/// A session as tables in colour.
fn tables(body: &str, width: u16) -> String {
    let canvas = Canvas {
        width,
        theme: Theme::ansi(),
        zone: Zone::UTC,
        hyperlinks: false,
    };
    let selection = Selection {
        full_text: true,
        ..Selection::default()
    };
    let mut out = Vec::new();
    report(body, |report| {
        write_tables(report, selection, &canvas, &mut out).expect("a vector takes everything");
    });
    String::from_utf8(out).expect("it is text")
}

fn said(text: &str) -> String {
    format!(
        r#"{{"status":"{text}","messages":[{{"sender_type":"{text}","content":{{"type":"{text}","text":"{text}"}}}}]}}"#
    )
}

#[test]
fn a_letter_wider_than_its_column_breaks_no_style() {
    // To Unicode each of these is one letter: a syllable that never ends, and a conjunct.
    for letter in ["\u{1100}".repeat(60), "\u{915}\u{94d}".repeat(300)] {
        for width in 40..120 {
            let shown = tables(&said(&letter), width);
            let mut plain = String::new();
            for (number, part) in shown.split("\u{1b}[").enumerate() {
                let text = part.split_once('m').map(|(_, text)| text);
                plain.push_str(text.filter(|_| number > 0).unwrap_or(part));
            }
            assert!(!plain.contains('\u{1b}'), "{width}: {plain:?}");
            let mut lines = plain.lines().skip(1).filter(|line| !line.is_empty());
            assert!(
                lines.all(|line| columns(line) <= usize::from(width)),
                "{width}: {plain}"
            );
        }
    }
}

#[test]
fn a_word_without_end_is_shown_in_time_that_grows_with_it() {
    let started = Instant::now();
    let word = "\u{e1}".repeat(1 << 18);
    let shown = tables(&said(&word), 80);
    // As the session's status and as what is said.
    assert!(shown.matches('\u{e1}').count() >= 2 * word.chars().count());
    assert!(started.elapsed() < Duration::from_mins(1));
}

#[test]
fn headers_without_end_are_written_in_time_that_grows_with_them() {
    let started = Instant::now();
    let mut headers = Headers::default();
    for number in 0..200_000 {
        headers.push(format!("X-{}", number / 2), number.to_string());
    }
    let line = report_with(headers, "{}", |report| {
        let mut line = Vec::new();
        write_findings(report, &mut line).expect("memory can be written");
        String::from_utf8(line).expect("JSON is text")
    });
    assert!(line.contains(r#""headers":{"x-0":["0","1"],"x-1":["2","3"],"#));
    assert!(started.elapsed() < Duration::from_mins(1));
}
