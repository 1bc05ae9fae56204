//! Properties of every report, for any body.

use crate::notifications::{any_notification, good, inspect, runner, spoilt_once};
use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::Fidelity;
use chatlog::finding::Rule;
use chatlog::notification::Session;
use chatlog::{Report, Text};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use serde_json::Value;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// Every finding has a place in the body; without one it would be shown at its start.
fn findings_lie_inside(report: &Report<'_>) -> Result<(), TestCaseError> {
    let text = report.document.text();
    let lines: Vec<&str> = text.split('\n').collect();
    let positions = report.positions();
    prop_assert_eq!(positions.len(), report.findings.len());
    for (Position { line, column }, finding) in positions.into_iter().zip(&report.findings) {
        // One past the last character is where something is missing.
        let width = lines.get(line - 1).map(|line| line.chars().count());
        prop_assert!(
            width.is_some_and(|width| column <= width + 1),
            "{finding:?}"
        );
        let span = finding.span.clone();
        prop_assert!(
            span.is_some_and(|span| text.get(span).is_some()),
            "{finding:?}"
        );
    }
    Ok(())
}

/// Every place of every finding is that of the value that `serde_json` finds with its pointer.
fn findings_point_at_their_values(notification: &Value, body: &str) -> Result<(), TestCaseError> {
    inspect(body.as_bytes(), |report| {
        findings_lie_inside(report)?;
        for finding in &report.findings {
            let own = std::iter::once((&finding.pointer, &finding.span));
            let related = finding.related.iter();
            let related = related.map(|related| (&related.pointer, &related.span));
            for (pointer, span) in own.chain(related) {
                let named = notification.pointer(&pointer.to_json_pointer());
                let shown = span.clone().and_then(|span| body.get(span));
                let shown: Option<Value> = shown.and_then(|text| serde_json::from_str(text).ok());
                prop_assert!(named.is_some(), "{:?}", finding);
                prop_assert_eq!(named, shown.as_ref(), "{:?}", finding);
            }
        }
        Ok(())
    })
}

#[test]
fn a_finding_points_at_the_value_its_pointer_names() {
    for notification in spoilt_once() {
        let held = findings_point_at_their_values(&notification, &notification.to_string());
        assert!(held.is_ok(), "{held:?}");
    }
    let outcome = runner(2_000).run(&any_notification(), |notification| {
        findings_point_at_their_values(&notification, &format!("\n{notification:#}\n"))
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn a_body_cut_anywhere_keeps_the_messages_before_the_cut() {
    let everything = good().pop().expect("there are good ones");
    for body in [everything.to_string(), format!("{everything:#}")] {
        let whole = inspect(body.as_bytes(), messages);
        let ends = ends_of_messages(&body);
        assert_eq!(ends.len(), whole.len());
        for cut in (0..body.len()).step_by(7) {
            let kept = inspect(&body.as_bytes()[..cut], |report| {
                let mut rules = report.findings.iter().map(|finding| finding.rule);
                assert!(rules.any(|rule| rule == Rule::NotJson));
                findings_lie_inside(report).expect("the findings lie inside");
                messages(report)
            });
            let complete = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(
                kept.get(..complete),
                whole.get(..complete),
                "cut at byte {cut}"
            );
            assert!(kept.len() <= complete + 1, "cut at byte {cut}");
        }
    }
}

/// The messages that were read, with their content.
fn messages(report: &Report<'_>) -> Vec<String> {
    let session = report.session.as_ref();
    let messages = session.map(Session::messages).unwrap_or_default();
    messages
        .iter()
        .map(|message| format!("{message:?}"))
        .collect()
}

/// Where each message ends in the text of a notification.
fn ends_of_messages(body: &str) -> Vec<usize> {
    let (before, _) = body
        .split_once("\"messages\":")
        .expect("there are messages");
    let mut at = before.len() + body[before.len()..].find('[').expect("in an array") + 1;
    let mut ends = Vec::new();
    while body[at..]
        .trim_start_matches([',', ' ', '\n'])
        .starts_with('{')
    {
        at += body[at..].find('{').expect("a message opens");
        let mut values = serde_json::Deserializer::from_str(&body[at..]).into_iter::<Value>();
        assert!(values.next().is_some_and(|message| message.is_ok()));
        at += values.byte_offset();
        ends.push(at);
    }
    ends
}

#[test]
fn any_bytes_can_be_reported_on() {
    let marks = vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\ud83d",
        "\\u0000",
        "\n",
        " ",
        "null",
        "-1e999",
        "0.1",
        "\"messages\":",
        "\"content\":",
        "\"type\":",
        "\"text\"",
        "\"variables\":",
        "\u{feff}",
        "é",
        "\u{2028}",
    ];
    let soup =
        prop::collection::vec(select(marks), 0..40).prop_map(|marks| marks.concat().into_bytes());
    let bytes = prop_oneof![
        2 => soup,
        1 => prop::collection::vec(any::<u8>(), 0..60),
        // A good beginning, with one byte spoilt.
        2 => (select(good()), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(good, at, byte)| {
            let mut body = good.to_string().into_bytes();
            *at.get_mut(&mut body) = byte;
            body
        }),
    ];
    let outcome = runner(3_000).run(&bytes, |body| inspect(&body, findings_lie_inside));
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn no_depth_is_too_deep() {
    let deep = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(50_000), close.repeat(50_000))
    };
    let objects = deep("{\"a\":0,\"a\":", "{\"x\":1,\"x\":2}", "}");
    let arrays = deep("[", "9007199254740993", "]");
    for value in [&objects, &arrays] {
        for body in [
            value.clone(),
            format!("{{\"variables\":{value}}}"),
            format!("{{\"variables\":{{\"a\":{value}}}}}"),
            format!("{{\"new\":{value}}}"),
            format!("{{\"timestamp\":{value}}}"),
            format!("{{\"messages\":{value}}}"),
            format!("{{\"messages\":[{{\"content\":{{\"new\":{value},\"type\":\"new\"}}}}]}}"),
        ] {
            let inside = inspect(body.as_bytes(), findings_lie_inside);
            assert!(inside.is_ok(), "{inside:?}");
        }
    }
}

#[test]
fn text_shows_nothing_that_acts() {
    let nasty: Vec<char> = "\u{0}\u{7}\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\
        \u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{feff}\u{fff9}\u{110bd}\u{e0001}\u{e0041}aä\u{645}\n\r\t"
        .chars()
        .collect();
    let text = prop::collection::vec(prop_oneof![select(nasty), any::<char>()], 0..20)
        .prop_map(|chars| chars.into_iter().collect::<String>());
    let outcome = runner(3_000).run(&text, |text| {
        let mut before = None;
        for c in Text::from(text.as_str()).to_string().chars() {
            // It joins letters of some scripts, and does nothing anywhere else.
            let joins = c == '\u{200c}' && before.is_some_and(is_letter_or_mark);
            prop_assert!(joins || !acts(c), "{:?} in {:?}", c, text);
            before = Some(c);
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

fn is_letter_or_mark(c: char) -> bool {
    let group = c.general_category_group();
    !c.is_ascii()
        && matches!(
            group,
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
        )
}

/// The characters that act instead of appearing, by their ranges in Unicode's own tables: controls,
/// separators of lines, and formats but for the joiner of emoji.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}'
        )
}

/// A request is saved with the length of its body, so nothing in the body can end it early, hide it or
/// pass for another request.
#[test]
fn a_saved_request_holds_one_body_whatever_its_bytes_are() {
    const PARTS: [&str; 12] = [
        "POST / HTTP/1.1\r\n",
        "GET / HTTP/1.1\n",
        "HTTP/1.1 200 OK\r\n",
        "X-AIRudder-Sign: 1\r\n",
        "Content-Length: 2\r\n",
        "Transfer-Encoding: chunked\n",
        "2\r\n{}\r\n0\r\n",
        "\r\n",
        "\n",
        " ",
        "{}",
        "\u{feff}curl -d x http://a/",
    ];
    let parts = proptest::collection::vec(select(&PARTS[..]), 1..8);
    let outcome = runner(5_000).run(&parts, |parts| {
        let body = parts.concat();
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len());
        let bytes = [head.as_bytes(), body.as_bytes()].concat();
        let record = Record {
            bytes: &bytes,
            terminator: b"",
            is_whole: true,
            start: Position::START,
        };
        let capture = deliveries(&record, &CaptureOptions::default());
        let bodies: Vec<&[u8]> = capture.deliveries.iter().map(|it| &*it.body).collect();
        prop_assert_eq!(bodies, [body.as_bytes()]);
        prop_assert_eq!(capture.deliveries[0].fidelity, Fidelity::Exact);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}
