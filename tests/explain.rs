//! The examples of `chatlog explain` show what they say they show.

use std::collections::BTreeSet;

use chatlog::capture::{Format, Limits, Position, Record, deliveries};
use chatlog::contract::Contract;
use chatlog::document::Document;
use chatlog::explanation::notification_with;
use chatlog::finding::Rule;
use chatlog::{Origin, Text, inspect};
use jsonschema::{Retrieve, Uri};
use serde_json::{Value, json};

/// The schema that the explanation of the rule `contract` speaks of, for notifications that have
/// one variable or none at all: the other examples are not about it.
fn contract() -> Contract {
    struct Nothing;
    impl Retrieve for Nothing {
        fn retrieve(
            &self,
            uri: &Uri<String>,
        ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
            Err(format!("nothing is at {uri}").into())
        }
    }
    let variables = json!({"required": ["order_id"]});
    let is_the_example = json!({"properties": {"variables": {"maxProperties": 0}}});
    let schema = json!({"if": is_the_example, "then": {"properties": {"variables": variables}}});
    Contract::new("ours.json", &schema, "file:///ours.json", Nothing).expect("it is a schema")
}

/// The rules that a notification breaks.
fn broken(body: &str) -> Vec<Rule> {
    let origin = Origin {
        source: Text::from("-"),
        index: 1,
    };
    let record = Record {
        bytes: body.as_bytes(),
        terminator: b"",
        start: Position::START,
    };
    let capture = deliveries(&record, Some(Format::Body), &Limits::default());
    let document = Document::new(&capture.deliveries[0].body);
    let report = inspect(&origin, &capture.deliveries[0], &document);
    let contract = contract().findings(&document);
    report
        .findings
        .iter()
        .chain(&contract)
        .map(|finding| finding.rule)
        .collect()
}

#[test]
fn a_wrong_example_breaks_its_rule_only_and_a_right_one_none() {
    for &rule in Rule::ALL {
        let example = rule.explanation();
        assert_eq!(broken(&notification_with(example.wrong)), [rule], "{rule}");
        assert_eq!(broken(&notification_with(example.right)), [], "{rule}");
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
