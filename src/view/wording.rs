//! The words of findings: the message, the help, and the labels of related places.
//!
//! A [`Finding`] is data; this module is the only one that turns it into sentences, so that every
//! view says the same. It differs from [`findings`](super::findings), which lays these sentences
//! out, in knowing nothing of terminals and formats: a program without a screen uses it alone.
//!
//! Sentences are lower case, without a full stop, and safe to show: text from strangers is
//! [`Text`], which escapes itself. Fingerprints are computed from messages, so rewording a message
//! changes the fingerprints of its findings.
//!
//! ```
//! use chatlog::finding::{Detail, Expected, Finding, Found, Place, Rule};
//! use chatlog::view::wording;
//!
//! let detail = Detail::WrongType { expected: Expected::Integer, found: Found::Null };
//! let finding = Finding::new(Rule::WrongType, &Place::Root.member("talk_round"), detail);
//! assert_eq!(wording::message(&finding), "expected an integer, found null");
//! assert_eq!(wording::help(&finding), None);
//! ```

use std::borrow::Cow;

use crate::Text;
use crate::finding::{
    BadTime, ContractViolation, Detail, Expected, Finding, Found, Label, NotJson, PrecisionLoss,
    Rule, SessionRelation, UnknownValue,
};
use crate::notification::SESSION_END_FIELDS;

/// Returns what is wrong: what was expected and what was found.
pub fn message(finding: &Finding) -> String {
    match &finding.detail {
        Detail::NotJson(fault) => not_json(fault),
        Detail::NotANotification { found } => not_a_notification(found),
        Detail::OtherNotification { has } => other_notification(has),
        Detail::MissingField { name, message_type } => missing_field(name, message_type.as_ref()),
        Detail::WrongType { expected, found } => wrong_type(*expected, found),
        Detail::UnknownValue(value) => unknown_value(value),
        Detail::BadTime(fault) => bad_time(fault),
        Detail::UnknownField(field) => format!("unknown field `{}`", field.name),
        Detail::UnrelatedField { name, message_type } => unrelated_field(name, message_type),
        Detail::UnknownContentType(kind) => format!("unknown content type `{}`", kind.name),
        Detail::UnknownInteractiveType(kind) => format!("unknown interactive type `{}`", kind.name),
        Detail::UnknownSystemEvent(kind) => format!("unknown system event `{}`", kind.name),
        Detail::DuplicateKey { key } => format!("duplicate key `{key}`"),
        Detail::NumberPrecision { number, loss } => format!("`{number}` {}", precision_loss(*loss)),
        Detail::DuplicateMessageId { id, first } => duplicate_message_id(id, *first),
        Detail::DanglingReply { id } => dangling_reply(id),
        Detail::MessageOrder {
            message,
            before,
            seconds,
        } => message_order(*message, *before, *seconds),
        Detail::OutsideSession { seconds, relation } => outside_session(*seconds, *relation),
        Detail::EndsBeforeStart { start, end } => ends_before_start(start, end),
        Detail::EmptyTranscript => "the session has no messages".to_owned(),
        Detail::Signature { reason: None, .. } => finding.rule.sentence().to_owned(),
        Detail::Signature {
            reason: Some(reason),
            ..
        } => reason.to_string(),
        Detail::Contract(violation) => violation.what.to_string(),
        Detail::Uncheckable { schema, why } => uncheckable(schema, why),
    }
}

/// Returns what to do about a finding, or what chatlog did; `None` if the message says it all.
pub fn help(finding: &Finding) -> Option<String> {
    match &finding.detail {
        Detail::NotJson(fault) => not_json_help(fault).map(str::to_owned),
        Detail::OtherNotification { .. } => Some(OTHER_NOTIFICATION_HELP.to_owned()),
        Detail::UnknownValue(value) => value.nearest.map(did_you_mean),
        Detail::UnknownField(unknown)
        | Detail::UnknownContentType(unknown)
        | Detail::UnknownInteractiveType(unknown)
        | Detail::UnknownSystemEvent(unknown) => unknown.nearest.map(did_you_mean),
        Detail::BadTime(fault) => bad_time_help(fault).map(str::to_owned),
        Detail::DuplicateKey { .. } => Some(DUPLICATE_KEY_HELP.to_owned()),
        Detail::NumberPrecision { .. } => Some(NUMBER_PRECISION_HELP.to_owned()),
        Detail::Signature { advice, .. } if advice.is_empty() => None,
        Detail::Signature { advice, .. } => Some(advice.join("; ")),
        Detail::Contract(violation) => Some(contract_help(violation)),
        _ => None,
    }
}

const OTHER_NOTIFICATION_HELP: &str =
    "the platform posts it to the same URL; chatlog shows its fields and checks none";

const DUPLICATE_KEY_HELP: &str =
    "most parsers keep the last value, as chatlog does; some keep the first";

const NUMBER_PRECISION_HELP: &str =
    "many JSON parsers, including JavaScript's, change it; send it as a string";

/// Returns the label of a related place: what is there.
pub fn label(label: Label) -> Cow<'static, str> {
    match label {
        Label::FirstUse => "first used here".into(),
        Label::Message(number) => format!("message {number}").into(),
        Label::SessionStart => "the session starts here".into(),
        Label::SessionEnd => "the session ends here".into(),
    }
}

/// Returns how to silence a rule: on the command line and, if projects may, in `chatlog.toml`.
pub fn silence(rule: Rule) -> String {
    if !rule.is_for_projects() {
        return format!("`-A {rule}`; chatlog.toml cannot silence this rule");
    }
    format!("`-A {rule}`, or `{rule} = \"allow\"` under `[rules]` in chatlog.toml")
}

fn not_json(fault: &NotJson) -> String {
    match fault {
        NotJson::Empty => "the body is empty".to_owned(),
        NotJson::Unexplained => "invalid JSON".to_owned(),
        NotJson::CutOff { fault } => format!("the body is cut off: {fault}"),
        NotJson::Syntax { fault, found } => {
            let found = Text::from(found.map_or_else(String::new, String::from));
            format!("{fault}, found `{found}`")
        }
        NotJson::InvalidUtf8 { byte, more: 0 } => format!("invalid UTF-8: byte 0x{byte:02x}"),
        NotJson::InvalidUtf8 { byte, more } => {
            format!("invalid UTF-8: byte 0x{byte:02x} (and {more} more)")
        }
        NotJson::UnpairedSurrogate { escape } => {
            format!("unpaired surrogate `{escape}` in a string")
        }
    }
}

fn not_json_help(fault: &NotJson) -> Option<&'static str> {
    match fault {
        NotJson::Empty | NotJson::Unexplained | NotJson::Syntax { .. } => None,
        NotJson::CutOff { .. } => Some("chatlog shows what comes before the cut"),
        NotJson::InvalidUtf8 { .. } => {
            Some("JSON must be UTF-8; chatlog shows invalid bytes as U+FFFD")
        }
        NotJson::UnpairedSurrogate { .. } => {
            Some("chatlog shows it as U+FFFD; the sender probably cut a text inside a character")
        }
    }
}

fn not_a_notification(found: &Found) -> String {
    match found {
        Found::Object => "not a notification: an object without the documented fields".to_owned(),
        found => format!("not a notification: {}", value(found)),
    }
}

fn other_notification(has: &[&str]) -> String {
    let (has, lacks) = (listed(has), listed(&SESSION_END_FIELDS));
    format!("not a session-end notification: has {has}, lacks {lacks}")
}

/// Names, such as `a`, `b` and `c`.
fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [name] => name.clone(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

fn missing_field(name: &str, message_type: Option<&Text<'_>>) -> String {
    match message_type {
        None => format!("missing field `{name}`"),
        Some(kind) => {
            format!("missing field `{name}`, required in a message of type `{kind}`")
        }
    }
}

fn unrelated_field(name: &str, message_type: &Text<'_>) -> String {
    format!("unknown field `{name}` in a message of type `{message_type}`")
}

fn wrong_type(expected: Expected, found: &Found) -> String {
    format!("expected {}, found {}", type_name(expected), value(found))
}

fn type_name(expected: Expected) -> &'static str {
    match expected {
        Expected::String => "a string",
        Expected::Number => "a number",
        Expected::Integer => "an integer",
        Expected::UnixSeconds => "Unix seconds (an integer)",
        Expected::Array => "an array",
        Expected::Object => "an object",
    }
}

fn value(found: &Found) -> String {
    match found {
        Found::Null => "null".to_owned(),
        Found::Bool(value) => format!("`{value}`"),
        Found::Number(number) => format!("the number `{number}`"),
        Found::String(string) => format!("the string `{string}`"),
        Found::Array => "an array".to_owned(),
        Found::Object => "an object".to_owned(),
    }
}

fn unknown_value(unknown: &UnknownValue) -> String {
    let UnknownValue { value, set, .. } = unknown;
    let known = unknown.known.iter().map(|known| format!("`{known}`"));
    let known = known.collect::<Vec<_>>().join(", ");
    format!("`{value}` is not {set}: expected one of {known}")
}

fn bad_time(fault: &BadTime) -> String {
    match fault {
        BadTime::NotRfc3339 { found } => {
            format!("expected an RFC 3339 time such as `2025-04-15T06:41:00Z`, found `{found}`")
        }
        BadTime::OutOfRange { number, .. } => {
            format!("expected Unix seconds between 1970 and 9999, found the number `{number}`")
        }
    }
}

fn bad_time_help(fault: &BadTime) -> Option<&'static str> {
    match fault {
        BadTime::OutOfRange {
            is_like_milliseconds: true,
            ..
        } => Some("this looks like milliseconds: divide by 1000"),
        BadTime::OutOfRange { .. } | BadTime::NotRfc3339 { .. } => None,
    }
}

fn precision_loss(loss: PrecisionLoss) -> &'static str {
    match loss {
        PrecisionLoss::TooLarge => "is too large for a 64-bit float",
        PrecisionLoss::UnsafeInteger => {
            "is beyond the safe integer range of 64-bit floats (2^53 - 1)"
        }
        PrecisionLoss::TooSmall => "is too small for a 64-bit float",
        PrecisionLoss::TooManyDigits => "has more digits than a 64-bit float can hold (17)",
    }
}

fn duplicate_message_id(id: &Text<'_>, first: usize) -> String {
    format!("duplicate message id `{id}`, first used by message {first}")
}

fn dangling_reply(id: &Text<'_>) -> String {
    format!("the reply refers to message `{id}`, which is not in the transcript")
}

/// Names both messages, because a view may show them in another order.
fn message_order(message: usize, before: usize, seconds: i64) -> String {
    format!(
        "message {message} is {} older than message {before}, which precedes it in the notification",
        humanize(seconds)
    )
}

fn outside_session(seconds: i64, relation: SessionRelation) -> String {
    let relation = match relation {
        SessionRelation::BeforeStart => "before the session started",
        SessionRelation::AfterEnd => "after the session ended",
    };
    format!("sent {} {relation}", humanize(seconds))
}

fn ends_before_start(start: &Text<'_>, end: &Text<'_>) -> String {
    format!("the session ends at {end}, before it starts at {start}")
}

fn uncheckable(schema: &Text<'_>, why: &Text<'_>) -> String {
    format!("cannot check the body against the schema `{schema}`: {why}")
}

fn contract_help(violation: &ContractViolation) -> String {
    let ContractViolation {
        schema, keyword, ..
    } = violation;
    format!("required by the schema `{schema}` at {keyword}")
}

fn did_you_mean(nearest: &str) -> String {
    format!("did you mean `{nearest}`?")
}

/// Returns a number of seconds in its two largest units, such as `11 min 47 s`.
pub(super) fn humanize(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let seconds = seconds.max(0);
    let largest = UNITS
        .iter()
        .position(|(size, _)| seconds >= *size)
        .unwrap_or(3);
    let mut rest = seconds;
    let mut words = Vec::new();
    for (size, unit) in &UNITS[largest..(largest + 2).min(UNITS.len())] {
        if rest >= *size || words.is_empty() {
            words.push(format!("{} {unit}", rest / size));
        }
        rest %= size;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_a_person_says_them() {
        for (seconds, want) in [
            (0, "0 s"),
            (9, "9 s"),
            (60, "1 min"),
            (707, "11 min 47 s"),
            (3_600, "1 h"),
            (86_399, "23 h 59 min"),
            (24_503_653, "283 d 14 h"),
        ] {
            assert_eq!(humanize(seconds), want);
        }
    }
}
