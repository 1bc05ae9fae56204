//! The published schema and the reader agree about every notification.

use std::cell::Cell;

use crate::contract::{Formats, Validator};
use crate::notifications::{
    any_notification, any_time, good, inspect, runner, session, spoilt_once,
};
use chatlog::finding::Rule;
use chatlog::schema::NOTIFICATION;
use chatlog::view::wording::message;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(NOTIFICATION).expect("the schema is JSON")
}

/// A validator that does not check formats, like most by default.
fn validator() -> Validator {
    Validator::new(&schema(), Formats::Ignored)
}

/// What the reader says about the shape that a schema can find: errors, and that it is another
/// notification.
fn shape_errors(body: &str) -> Vec<String> {
    let is_shape = |rule| {
        matches!(
            rule,
            Rule::MissingField
                | Rule::WrongType
                | Rule::UnknownValue
                | Rule::BadTime
                | Rule::NotANotification
                | Rule::OtherNotification
        )
    };
    inspect(body.as_bytes(), |report| {
        let shape = report
            .findings
            .iter()
            .filter(|finding| is_shape(finding.rule));
        shape
            .map(|finding| format!("{}: {}", finding.pointer, message(finding)))
            .collect()
    })
}

/// Asserts that the reader and the schema agree. Returns whether they accept the notification.
fn validate(validator: &Validator, body: &str) -> Result<bool, TestCaseError> {
    let value = serde_json::from_str(body).expect("the test made JSON");
    judge_value(validator, &value, body)
}

/// The same, with another value for the validator than for the reader.
fn judge_value(validator: &Validator, value: &Value, body: &str) -> Result<bool, TestCaseError> {
    let found = shape_errors(body);
    let rejected = validator.fault(value);
    if found.is_empty() == rejected.is_none() {
        return Ok(found.is_empty());
    }
    Err(TestCaseError::fail(format!(
        "the reader found {found:#?}, the schema {rejected:#?} in {body}"
    )))
}

#[test]
fn takes_good_notifications() {
    let validator = validator();
    for notification in good() {
        let judged = validate(&validator, &notification.to_string());
        assert!(matches!(judged, Ok(true)), "{judged:?}");
    }
}

#[test]
fn agrees_with_the_reader_on_every_value_of_another_kind() {
    let validator = validator();
    for notification in spoilt_once() {
        let judged = validate(&validator, &notification.to_string());
        assert!(judged.is_ok(), "{}", judged.expect_err("it is not ok"));
    }
}

#[test]
fn agrees_with_the_reader_on_spoilt_notifications() {
    let validator = validator();
    let (taken, refused) = (Cell::new(0_u32), Cell::new(0_u32));
    let outcome = runner(3_000).run(&any_notification(), |notification| {
        let count = if validate(&validator, &notification.to_string())? {
            &taken
        } else {
            &refused
        };
        count.set(count.get() + 1);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
    let (taken, refused) = (taken.get(), refused.get());
    assert!(
        taken.min(refused) > (taken + refused) / 5,
        "{taken} taken, {refused} refused"
    );
}

#[test]
fn agrees_with_the_reader_on_times() {
    let patterns = validator();
    let formats = Validator::new(&schema(), Formats::Checked);
    let outcome = runner(1_500).run(&any_time(), |time| {
        let mut notification = session(json!([]));
        notification["session_start_time"] = json!(time);
        let body = notification.to_string();
        validate(&patterns, &body)?;
        // The format knows in which minutes of history a second can be 60.
        if !time.contains(":60") {
            validate(&formats, &body)?;
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn agrees_with_the_reader_on_numbers_however_they_are_written() {
    let validator = validator();
    let tokens = [
        "0",
        "-0",
        "-0.0",
        "0e5",
        "1",
        "1.0",
        "1.50",
        "15e-1",
        "150e-2",
        "100e-2",
        "1e3",
        "1E+3",
        "1744699269.000",
        "17446992690e-1",
        "-1",
        "-1.0",
        "253402207200",
        "253402207200.0",
        "253402207201",
        "2.53402207201e11",
        "9007199254740993",
        "123456789012345678901234567890",
        "1e300",
        "1.5e300",
        "1.7976931348623157e308",
        "5e-324",
    ];
    for place in [
        "/timestamp",
        "/talk_round",
        "/session_end_reason",
        "/ner_slots",
    ] {
        for token in tokens {
            let mut notification = session(json!([]));
            *notification.pointer_mut(place).expect("it is there") = json!("@");
            let body = notification.to_string().replace("\"@\"", token);
            assert!(validate(&validator, &body).is_ok(), "{token} at {place}");
        }
    }
}

/// A number that is `digits` times a power of ten, with its decimal point after `point` digits.
fn spelled(sign: &str, digits: &str, power: i64, point: usize) -> String {
    let (integer, fraction) = digits.split_at(point);
    let dot = if fraction.is_empty() { "" } else { "." };
    match power + i64::try_from(fraction.len()).expect("it is short") {
        0 => format!("{sign}{integer}{dot}{fraction}"),
        exponent => format!("{sign}{integer}{dot}{fraction}e{exponent}"),
    }
}

/// A number that a float can hold, and that is to any schema of ours what `digits` times a power
/// of ten is: whole or not, and on the same side of every limit.
fn stand_in(sign: &str, digits: &str, power: i64) -> String {
    let zeros = usize::try_from(power).unwrap_or_default();
    match digits.len() + zeros {
        _ if power < 0 => format!("{sign}0.5"),
        ..=15 => format!("{sign}{digits}{}", "0".repeat(zeros)),
        _ => format!("{sign}1e300"),
    }
}

#[test]
fn agrees_with_the_reader_on_numbers_of_any_size_and_length() {
    let validator = validator();
    let digits = prop_oneof!["[1-9]", "[1-9][0-9]{9,12}[1-9]", "[1-9][0-9]{300,330}[1-9]"];
    let power = prop_oneof![Just(0), -15..15_i64, -500..500_i64];
    let number = (select(vec!["", "-"]), digits, power, any::<Index>());
    let places = select(vec!["/timestamp", "/talk_round", "/callee", "/ner_slots"]);
    let outcome = runner(1_500).run(
        &(number, places),
        |((sign, digits, power, point), place)| {
            let body = |token: &str| {
                let mut notification = session(json!([]));
                *notification.pointer_mut(place).expect("it is there") = json!("@");
                notification.to_string().replace("\"@\"", token)
            };
            let seen = serde_json::from_str(&body(&stand_in(sign, &digits, power)));
            let spelled = spelled(sign, &digits, power, 1 + point.index(digits.len()));
            judge_value(&validator, &seen.expect("it is JSON"), &body(&spelled))?;
            Ok(())
        },
    );
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

#[test]
fn its_examples_are_good() {
    fn check(schema: &Value, definitions: &Value) {
        let mut alone = schema.clone();
        if let Some(examples) = schema["examples"].as_array() {
            alone["$defs"] = definitions.clone();
            let validator = Validator::new(&alone, Formats::Ignored);
            for example in examples {
                assert_eq!(validator.fault(example), None, "{example} of {schema}");
            }
        }
        let members = schema
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, value)| value);
        for part in members.chain(schema.as_array().into_iter().flatten()) {
            check(part, definitions);
        }
    }
    let schema = schema();
    check(&schema, &schema["$defs"]);
}
