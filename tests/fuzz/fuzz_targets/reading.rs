//! Any bytes can be read as a notification, and every finding lies where it should.

#![no_main]

use std::ops::Range;

use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::CaptureFormat;
use chatlog::delivery::Delivery;
use chatlog::Position;
use chatlog::json::Document;
use chatlog::finding::{Finding, Pointer, Rule};
use chatlog::view::wording::{help, message};
use chatlog::{Origin, Report, Text, inspect};
use chatlog_fuzz::{assert_inert, byte_at};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let record = Record {
        bytes: body,
        terminator: b"",
        is_whole: false,
        start: Position::START,
    };
    let capture = deliveries(&record, &CaptureOptions::for_format(CaptureFormat::Body));
    for delivery in &capture.deliveries {
        read(delivery);
    }
});

fn read(delivery: &Delivery<'_>) {
    let origin = Origin {
        source: Text::from("-"),
        index: 1,
    };
    let document = Document::new(&delivery.body);
    let report = inspect(&origin, delivery, &document, &chatlog::InspectOptions::default());
    let text = document.text();
    check_places(&report, text);
    check_pointers(&report.findings, text);
    for finding in &report.findings {
        assert_inert(&message(finding));
        assert_inert(&finding.pointer.to_string());
        help(finding).iter().for_each(|help| assert_inert(help));
    }
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    let is_text = std::str::from_utf8(&delivery.body).is_ok();
    // Not so strict is half of a surrogate pair, for one.
    let is_strict = is_text && serde_json::from_str::<Value>(text).is_ok();
    let mut rules = report.findings.iter().map(|finding| finding.rule);
    if rules.any(|rule| rule == Rule::NotJson) {
        assert!(!is_strict);
    } else {
        assert!(is_json && is_text);
    }
    // JSON is a session, another notification, or neither, which is said. The first two are objects.
    let is_object = text.trim_ascii_start().starts_with('{');
    let is_either = report.session.is_some() || report.other.is_some();
    let mut rules = report.findings.iter().map(|finding| finding.rule);
    let is_neither = rules.any(|rule| rule == Rule::NotANotification);
    assert!(!is_json || is_either != is_neither && (is_object || is_neither));
}

/// Findings are inside the text and in its order.
fn check_places(report: &Report<'_>, text: &str) {
    let start = |finding: &Finding| finding.span.as_ref().map(|span| span.start);
    assert!(
        report.findings.is_sorted_by_key(start),
        "{:?}",
        report.findings
    );
    let positions = report.positions();
    assert_eq!(positions.len(), report.findings.len());
    for (finding, position) in report.findings.iter().zip(positions) {
        assert_eq!(
            byte_at(text.as_bytes(), position),
            start(finding),
            "{finding:?}"
        );
        for (_, span) in places(finding) {
            let inside = span.clone().and_then(|span| text.get(span));
            assert!(inside.is_some(), "{finding:?}");
        }
    }
}

/// The value at a place is the one that its pointer names. Of repeated keys a pointer names them
/// all, and a fault of syntax is anywhere inside the value that is named.
fn check_pointers(findings: &[Finding], text: &str) {
    let unclear = |finding: &Finding| matches!(finding.rule, Rule::NotJson | Rule::DuplicateKey);
    let Ok(whole) = serde_json::from_str::<Value>(text) else {
        return;
    };
    if findings.iter().any(unclear) {
        return;
    }
    for (pointer, span) in findings.iter().flat_map(places) {
        let named = whole.pointer(&pointer.to_json_pointer());
        let there = span
            .clone()
            .map(|span| serde_json::from_str::<Value>(&text[span]));
        assert_eq!(named, there.and_then(Result::ok).as_ref(), "{pointer}");
    }
}

fn places(finding: &Finding) -> impl Iterator<Item = (&Pointer, &Option<Range<usize>>)> {
    let related = finding.related.iter();
    std::iter::once((&finding.pointer, &finding.span))
        .chain(related.map(|related| (&related.pointer, &related.span)))
}
