//! Pages: whatever a notification holds, a page is well formed and has only our own markup.

use std::collections::BTreeSet;

use chatlog::view::{Canvas, Order, Part, Selection, Theme, Zone, html};
use chatlog::{Report, Text};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::Value;

use crate::notifications::{any_notification, good, inspect, runner, spoilt_once};

/// The elements of a page, without those of its head.
const ELEMENTS: &str = "html body main h1 article header h2 p dl div dt dd span bdi details summary \
    section h3 ol ul li time a b blockquote code";
/// Their attributes.
const ATTRIBUTES: &str = "aria-label class datetime dir href id lang referrerpolicy rel role";
/// Markup, script and addresses that a browser must never see as such.
const ATTACK: &str =
    "\"'></p></li></style></title><script>alert(1)</script><img src=x onerror=y>&lt;";

/// The page of a report with this title.
fn page(report: &Report<'_>, title: &str, details: bool) -> String {
    part(report, title, details, None)
}

/// The page with only a part of the session.
fn part(report: &Report<'_>, title: &str, details: bool, only: Option<Part>) -> String {
    let canvas = Canvas {
        width: 80,
        theme: Theme::plain(),
        zone: Zone::UTC,
        hyperlinks: false,
    };
    let selection = Selection {
        only,
        order: Order::Received,
        full_text: details,
        details,
    };
    let mut out = Vec::new();
    html::begin_page(&Text::from(title), &mut out).expect("a vector takes everything");
    html::write_article(report, "d2-", selection, &canvas, &mut out)
        .expect("a vector takes everything");
    html::end_page(&mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("a page is text")
}

/// The start tags of what is in the body, as a parser of HTML finds them. All elements are closed.
fn tags(page: &str) -> Result<Vec<&str>, TestCaseError> {
    let (head, body) = page.split_once("</head>").expect("a page has a head");
    for mark in ["<script", "<img", "<link", "url(", "@import"] {
        prop_assert!(!head.contains(mark), "{mark} in {head}");
    }
    let mut open = Vec::new();
    let mut tags = Vec::new();
    for part in body.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("a tag ends");
        if let Some(name) = tag.strip_prefix('/') {
            // The head and its element were cut off.
            let opened = open.pop().unwrap_or("html");
            prop_assert_eq!(name, opened, "{}", part);
        } else {
            open.push(tag.split(' ').next().unwrap_or_default());
            tags.push(tag);
        }
    }
    prop_assert!(open.is_empty(), "{open:?} are left open");
    Ok(tags)
}

/// The attributes of a start tag, with their values.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut attributes = Vec::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    while let Some((name, value)) = rest.split_once("=\"") {
        let (value, after) = value.split_once('"').expect("a value ends");
        attributes.push((name, value));
        rest = after.trim_start();
    }
    assert!(rest.is_empty(), "{rest} in {tag}");
    attributes
}

fn is_one_of(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|known| known == name)
}

fn is_only_our_markup(page: &str) -> Result<(), TestCaseError> {
    let acts = |c: char| c.is_control() && c != '\n';
    prop_assert!(!page.contains(acts), "{page}");
    let mut ids = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for tag in tags(page)? {
        let name = tag.split(' ').next().unwrap_or_default();
        prop_assert!(is_one_of(ELEMENTS, name), "<{}>", tag);
        for (attribute, value) in attributes(tag) {
            prop_assert!(is_one_of(ATTRIBUTES, attribute), "<{}>", tag);
            match (attribute, value.strip_prefix('#')) {
                ("id", _) => prop_assert!(ids.insert(value), "{value} stands twice"),
                ("href", Some(target)) => drop(targets.insert(target)),
                ("href", None) => {
                    let scheme = value.split(':').next().unwrap_or_default();
                    let scheme = scheme.to_ascii_lowercase();
                    prop_assert!(is_one_of("http https tel geo", &scheme), "<{}>", tag);
                    prop_assert!(tag.contains("noreferrer"), "<{}>", tag);
                }
                _ => {}
            }
        }
    }
    prop_assert!(targets.is_subset(&ids), "{targets:?} but {ids:?}");
    Ok(())
}

/// A value in which every text, and with them every address, is an attack.
fn attacked(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("http") => {
            Value::from(format!("javascript:{ATTACK}"))
        }
        Value::String(text) => Value::from(format!("{text}{ATTACK}")),
        Value::Array(items) => items.iter().map(attacked).collect(),
        Value::Object(members) => {
            let attack = |(name, value): (&String, &Value)| match name.as_str() {
                // It decides what is drawn.
                "type" | "msg_id" => (name.clone(), value.clone()),
                _ => (name.clone(), attacked(value)),
            };
            Value::Object(members.iter().map(attack).collect())
        }
        _ => value.clone(),
    }
}

#[test]
fn a_page_has_only_our_own_markup() {
    let check = |notification: &Value, title: &str, details: bool| {
        let body = notification.to_string();
        is_only_our_markup(&inspect(body.as_bytes(), |it| page(it, title, details)))
    };
    for notification in good() {
        for details in [false, true] {
            let held = check(&attacked(&notification), ATTACK, details);
            assert!(held.is_ok(), "{held:?}");
        }
    }
    for notification in spoilt_once().iter().step_by(3) {
        let held = check(notification, "", true);
        assert!(held.is_ok(), "{held:?}");
        let body = notification.to_string();
        for only in [Part::Summary, Part::Transcript] {
            let page = inspect(body.as_bytes(), |it| part(it, "", false, Some(only)));
            let held = is_only_our_markup(&page);
            assert!(held.is_ok(), "{held:?}");
        }
    }
    let any = any_notification();
    let outcome = runner(200).run(&any, |notification| check(&notification, "", true));
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn every_message_has_an_anchor() {
    for notification in good() {
        inspect(notification.to_string().as_bytes(), |report| {
            let page = page(report, "", false);
            let session = report.session.as_ref().expect("there is a session");
            for number in 1..=session.messages().len() {
                assert!(
                    page.contains(&format!(r#"<li id="d2-m{number}""#)),
                    "{number}"
                );
            }
        });
    }
}

#[test]
fn a_body_without_a_session_shows_its_findings() {
    let page = inspect(b"<b>no", |report| page(report, "", false));
    assert!(page.contains("error[not-json]"), "{page}");
    assert!(is_only_our_markup(&page).is_ok());
}
