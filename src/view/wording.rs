//! Findings in words: what was found, what to do about it, and what is at a place beside it.
//!
//! Every sentence about a finding is here, and no other module makes one. All are lower case,
//! without a full stop, and safe to show: words of strangers are [`Text`], which
//! displays itself escaped. A change of a message changes the fingerprints of its findings.
//!
//! This module knows nothing of terminals and tables: a program without a screen uses it alone.
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
    BadTime, Detail, Expected, Finding, Found, Label, NotJson, PrecisionLoss, Rule,
    SessionRelation, UnknownValue,
};

/// What was expected and what was found.
pub fn message(finding: &Finding) -> String {
    match &finding.detail {
        Detail::NotJson(fault) => not_json(fault),
        Detail::MissingField { name, message_type } => missing_field(name, message_type.as_ref()),
        Detail::WrongType { expected, found } => {
            format!("expected {}, found {}", type_name(*expected), value(found))
        }
        Detail::UnknownValue(value) => unknown_value(value),
        Detail::BadTime(fault) => bad_time(fault),
        Detail::UnknownField(field) => format!("unknown field `{}`", field.name),
        Detail::UnrelatedField { name, message_type } => {
            format!("unknown field `{name}` in a message of type `{message_type}`")
        }
        Detail::UnknownContentType(kind) => format!("unknown content type `{}`", kind.name),
        Detail::UnknownInteractiveType(kind) => format!("unknown interactive type `{}`", kind.name),
        Detail::UnknownSystemEvent(kind) => format!("unknown system event `{}`", kind.name),
        Detail::DuplicateKey { key } => format!("duplicate key `{key}`"),
        Detail::NumberPrecision { number, loss } => format!("`{number}` {}", precision_loss(*loss)),
        Detail::DuplicateMessageId { id, first } => {
            format!("duplicate message id `{id}`, first used by message {first}")
        }
        Detail::DanglingReply { id } => {
            format!("the reply refers to message `{id}`, which is not in the transcript")
        }
        Detail::MessageOrder {
            message,
            before,
            seconds,
        } => message_order(*message, *before, *seconds),
        Detail::OutsideSession { seconds, relation } => outside_session(*seconds, *relation),
        Detail::EndsBeforeStart { start, end } => {
            format!("the session ends at {end}, before it starts at {start}")
        }
        Detail::EmptyTranscript => "the session has no messages".to_owned(),
        Detail::Signature { reason, .. } => {
            let reason = reason.as_deref();
            reason.unwrap_or(finding.rule.sentence()).to_owned()
        }
        Detail::Contract(violation) => violation.what.to_string(),
        Detail::Uncheckable { schema, why } => {
            format!("cannot check the body against the schema `{schema}`: {why}")
        }
    }
}

/// What to do about it, where that can be said.
pub fn help(finding: &Finding) -> Option<String> {
    let fixed = |help: &str| Some(help.to_owned());
    match &finding.detail {
        Detail::NotJson(fault) => not_json_help(fault).and_then(fixed),
        Detail::UnknownValue(value) => value.nearest.map(did_you_mean),
        Detail::UnknownField(unknown)
        | Detail::UnknownContentType(unknown)
        | Detail::UnknownInteractiveType(unknown)
        | Detail::UnknownSystemEvent(unknown) => unknown.nearest.map(did_you_mean),
        Detail::BadTime(BadTime::OutOfRange {
            is_like_milliseconds: true,
            ..
        }) => fixed("this looks like milliseconds: divide by 1000"),
        Detail::DuplicateKey { .. } => {
            fixed("most parsers keep the last value, as chatlog does; some keep the first")
        }
        Detail::NumberPrecision { .. } => {
            fixed("many JSON parsers, including JavaScript's, change it; send it as a string")
        }
        Detail::Signature { advice, .. } => {
            Some(advice.join("; ")).filter(|advice| !advice.is_empty())
        }
        Detail::Contract(violation) => Some(format!(
            "required by the schema `{}` at {}",
            violation.schema, violation.keyword
        )),
        _ => None,
    }
}

/// What is at a place that explains a finding.
pub fn label(label: Label) -> Cow<'static, str> {
    match label {
        Label::FirstUse => "first used here".into(),
        Label::Message(number) => format!("message {number}").into(),
        Label::SessionStart => "the session starts here".into(),
        Label::SessionEnd => "the session ends here".into(),
    }
}

/// How not to hear of a rule: on the command line and, where a project may choose that, for good.
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

fn missing_field(name: &str, message_type: Option<&Text<'_>>) -> String {
    match message_type {
        None => format!("missing field `{name}`"),
        Some(kind) => {
            format!("missing field `{name}`, required in a message of type `{kind}`")
        }
    }
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

/// Messages may be shown in another order, so both are named.
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

fn did_you_mean(nearest: &str) -> String {
    format!("did you mean `{nearest}`?")
}

/// A number of seconds in the two largest units that it fills.
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
