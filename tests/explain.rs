//! Each wrong example of `chatlog explain` breaks its rule and no other; each right one breaks none.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::CaptureFormat;
use chatlog::finding::{FindingLimit, Rule};
use chatlog::json::Document;
use chatlog::signature::{Checks, Scheme, Secret, verify};
use chatlog::{Origin, Text, inspect};

use crate::notifications::notification_with;

/// The rules that a notification breaks. The contract is only checked for the rule `contract`.
fn broken(body: &str, rule: Rule) -> Vec<Rule> {
    let origin = Origin {
        source: Text::from("-"),
        index: 1,
    };
    let record = Record {
        bytes: body.as_bytes(),
        terminator: b"",
        is_whole: false,
        start: Position::START,
    };
    let capture = deliveries(&record, &CaptureOptions::for_format(CaptureFormat::Body));
    let document = Document::new(&capture.deliveries[0].body);
    let report = inspect(
        &origin,
        &capture.deliveries[0],
        &document,
        &chatlog::InspectOptions::default(),
    );
    let contract = if rule == Rule::Contract {
        crate::contract::example()
            .findings(&document, FindingLimit::default())
            .finish()
            .0
    } else {
        Vec::new()
    };
    report
        .findings
        .iter()
        .chain(&contract)
        .map(|finding| finding.rule)
        .collect()
}

/// The rules on signatures that a capture breaks, signed with the secret of the samples.
fn broken_signature(capture: &str) -> Option<Rule> {
    let record = Record {
        bytes: capture.as_bytes(),
        terminator: b"",
        is_whole: true,
        start: Position::START,
    };
    let capture = deliveries(&record, &CaptureOptions::default());
    let secret = Secret::new("chatlog-sample-secret").expect("it is not empty");
    let checks = Checks::new(Scheme::default(), [secret]);
    verify(&capture.deliveries[0], &checks).rule()
}

#[test]
fn every_rule_has_a_name_and_a_sentence_of_its_own() {
    let mut said = BTreeSet::new();
    for rule in Rule::ALL {
        let (name, sentence) = (rule.name(), rule.sentence());
        let is_kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(name.chars().all(is_kebab) && said.insert(name), "{name}");
        assert!(
            sentence.ends_with('.') && said.insert(sentence),
            "{name}: {sentence}"
        );
        assert_eq!(Rule::named(name), Ok(*rule));
    }
    let errors_first = |rule: &Rule| Reverse(rule.severity());
    assert!(Rule::ALL.is_sorted_by_key(errors_first));
}

#[test]
fn a_project_cannot_let_what_is_forged_or_unreadable_pass() {
    let closed = Rule::ALL.iter().filter(|rule| !rule.is_for_projects());
    let must_not = |rule: &&Rule| rule.is_about_signature() || **rule == Rule::NotJson;
    assert!(closed.eq(Rule::ALL.iter().filter(must_not)));
}

#[test]
fn a_wrong_signature_breaks_its_rule_and_a_right_one_none() {
    for &rule in Rule::ALL.iter().filter(|rule| rule.is_about_signature()) {
        let example = rule.explanation();
        assert_eq!(broken_signature(example.wrong), Some(rule), "{rule}");
        assert_eq!(broken_signature(example.right), None, "{rule}");
    }
}

#[test]
fn a_wrong_example_breaks_its_rule_only_and_a_right_one_none() {
    for &rule in Rule::ALL.iter().filter(|rule| !rule.is_about_signature()) {
        let example = rule.explanation();
        assert_eq!(
            broken(&notification_with(example.wrong), rule),
            [rule],
            "{rule}"
        );
        assert_eq!(
            broken(&notification_with(example.right), rule),
            [],
            "{rule}"
        );
    }
}

#[test]
fn explanations_fit_a_terminal_and_are_not_pasted() {
    let mut reasons = BTreeSet::new();
    for rule in Rule::ALL {
        let example = rule.explanation();
        assert!(
            reasons.insert(example.why),
            "{rule}: a reason of another rule"
        );
        assert!(
            !example.why.contains("  ") && example.why.ends_with('.'),
            "{rule}"
        );
        let lines = || example.wrong.lines().chain(example.right.lines());
        assert!(
            lines().all(|line| line.len() <= 72),
            "{rule}: an example is too wide"
        );
    }
}
