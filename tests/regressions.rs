//! Inputs that were once read or shown wrongly, each with what must hold of it.

use chatlog::capture::{Format, Limits, Position, Record, deliveries};
use chatlog::document::Document;
use chatlog::{Origin, Report, Text, inspect};

/// Looks at the report on a bare body.
fn report<T>(body: &str, look: impl FnOnce(&Report<'_>) -> T) -> T {
    let record = Record {
        bytes: body.as_bytes(),
        terminator: b"",
        start: Position::START,
    };
    let capture = deliveries(&record, Some(Format::Body), &Limits::default());
    let delivery = capture.deliveries.first().expect("a bare body is one");
    let origin = Origin {
        source: Text::from("-"),
        index: 1,
    };
    let document = Document::new(&delivery.body);
    look(&inspect(&origin, delivery, &document))
}

/// The findings of a body: the rule of each, its pointer, and where in the body it is.
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
