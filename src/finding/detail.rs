//! The details of findings, as values: what was expected, and what was found instead.
//!
//! There are no sentences here: [`crate::view::wording`] makes them when a finding is shown, so
//! that redaction, grouping and every output format work on values. Text from strangers is
//! [`Text`], cut to what a sentence quotes when the finding is made, so that a finding is small
//! even if it is about a value of many megabytes.

use super::nearest;
use crate::Text;

/// The number of characters that a sentence quotes of a word.
const MAX_WORD: usize = 40;
/// The number of characters that a sentence quotes of a message's id.
const MAX_ID: usize = 60;

/// What is wrong or odd, and the values that show it.
///
/// Details that are rare and large are boxed, because findings are moved often and hostile input
/// makes many.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Detail {
    /// The body is not JSON, or not text.
    NotJson(NotJson),
    /// The body is JSON, and not a notification.
    NotANotification {
        /// What it is.
        found: Found,
    },
    /// The body is another notification than that of a session's end.
    OtherNotification {
        /// The documented fields that it has.
        has: Vec<&'static str>,
    },
    /// An object lacks a field.
    MissingField {
        /// The field.
        name: &'static str,
        /// The content type that requires it; `None` if every object of its kind does.
        message_type: Option<Text<'static>>,
    },
    /// A value has another JSON type than the documented one.
    WrongType {
        /// The documented type.
        expected: Expected,
        /// The value that was found.
        found: Found,
    },
    /// A string is not one of a documented set.
    UnknownValue(Box<UnknownValue>),
    /// A value is not a time.
    BadTime(BadTime),
    /// A field is not documented.
    UnknownField(UnknownName),
    /// A field is documented, but not for messages of this type.
    UnrelatedField {
        /// The field.
        name: &'static str,
        /// The content type of the message.
        message_type: Text<'static>,
    },
    /// A message's content type is not a known one.
    UnknownContentType(UnknownName),
    /// An interactive message's type is not a known one.
    UnknownInteractiveType(UnknownName),
    /// A system message's event is not a known one.
    UnknownSystemEvent(UnknownName),
    /// An object has a key more than once.
    DuplicateKey {
        /// The key.
        key: Text<'static>,
    },
    /// A number does not keep its value in a 64-bit float.
    NumberPrecision {
        /// The number, as it is written.
        number: Text<'static>,
        /// How it changes.
        loss: PrecisionLoss,
    },
    /// A message has the id of an earlier one.
    DuplicateMessageId {
        /// The id.
        id: Text<'static>,
        /// The earlier message, from 1.
        first: usize,
    },
    /// A reply refers to a message that is not in the transcript.
    DanglingReply {
        /// The id of that message.
        id: Text<'static>,
    },
    /// A message is older than the one before it.
    MessageOrder {
        /// The message, from 1.
        message: usize,
        /// The message before it, from 1.
        before: usize,
        /// By how many seconds it is older.
        seconds: i64,
    },
    /// A message was sent before the session started or after it ended.
    OutsideSession {
        /// By how many seconds.
        seconds: i64,
        /// Before the start or after the end.
        relation: SessionRelation,
    },
    /// A session ends before it starts.
    EndsBeforeStart {
        /// The start time, as it is written.
        start: Text<'static>,
        /// The end time, as it is written.
        end: Text<'static>,
    },
    /// A session has no messages.
    EmptyTranscript,
    /// A signature is not valid, or valid but ambiguous.
    Signature {
        /// The reason, if it says more than the rule; safe to show.
        reason: Option<Box<str>>,
        /// What would have matched, and remarks on how the delivery was read; safe to show.
        advice: Vec<String>,
    },
    /// A value breaks the user's schema.
    Contract(Box<ContractViolation>),
    /// A body cannot be checked against the user's schema.
    Uncheckable {
        /// The name of the schema.
        schema: Text<'static>,
        /// The error of the parser.
        why: Text<'static>,
    },
}

impl Detail {
    /// What tells this finding from others of its rule at its place, such as the name of the field
    /// that an object lacks. It does not depend on what was found, nor on how a view words it.
    pub fn subject(&self) -> &str {
        match self {
            Self::MissingField { name, .. } => name,
            Self::Contract(violation) => violation.keyword.as_str(),
            _ => "",
        }
    }
}

/// Why a body is not JSON, or not text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NotJson {
    /// The body is empty.
    Empty,
    /// The body ends too early.
    CutOff {
        /// Where it ends, in the words of [`describe_error`](crate::json::describe_error).
        fault: String,
    },
    /// A character is not allowed where it is.
    Syntax {
        /// What was expected, in the words of [`describe_error`](crate::json::describe_error).
        fault: String,
        /// The character; `None` at the end of the body.
        found: Option<char>,
    },
    /// The decoder stopped, but the parser that is asked for the reason finds none.
    Unexplained,
    /// Bytes are not UTF-8.
    InvalidUtf8 {
        /// The first invalid byte.
        byte: u8,
        /// The number of other invalid sequences.
        more: usize,
    },
    /// A string has half of a surrogate pair.
    UnpairedSurrogate {
        /// The half, as it is written, such as `\ud83d`.
        escape: Text<'static>,
    },
}

/// The documented type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Expected {
    String,
    Number,
    Integer,
    UnixSeconds,
    Array,
    Object,
}

/// The value that was found instead.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Found {
    Null,
    Bool(bool),
    /// A number, as it is written.
    Number(Text<'static>),
    String(Text<'static>),
    Array,
    Object,
}

/// A string that is not one of a documented set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownValue {
    /// The string.
    pub value: Text<'static>,
    /// The name of the set, with its article: [`crate::json::Enumeration::NAME`].
    pub set: &'static str,
    /// Every string of the set.
    pub known: Vec<&'static str>,
    /// The string that was probably meant.
    pub nearest: Option<&'static str>,
}

/// A name that is not documented.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownName {
    /// The name.
    pub name: Text<'static>,
    /// The documented name that was probably meant.
    pub nearest: Option<&'static str>,
}

impl UnknownName {
    /// An unknown name, with the nearest of the `known` ones.
    pub fn of(name: &str, known: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            name: quoted_word(name),
            nearest: nearest(name, known),
        }
    }
}

/// Why a value is not a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BadTime {
    /// It is not in RFC 3339 format.
    NotRfc3339 {
        /// The string that was found.
        found: Text<'static>,
    },
    /// Read as seconds, it is before 1970 or after 9999.
    OutOfRange {
        /// The number, as it is written.
        number: Text<'static>,
        /// Whether it would be in range as milliseconds.
        is_like_milliseconds: bool,
    },
}

/// What happens to a number in a 64-bit float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrecisionLoss {
    /// It becomes infinite.
    TooLarge,
    /// It may become a neighbouring integer.
    UnsafeInteger,
    /// It becomes zero.
    TooSmall,
    /// Its last digits are lost.
    TooManyDigits,
}

/// On which side of a session a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SessionRelation {
    BeforeStart,
    AfterEnd,
}

/// A violation of the user's schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContractViolation {
    /// What is wrong, in words.
    pub what: Text<'static>,
    /// The name of the schema.
    pub schema: Text<'static>,
    /// The keyword of the schema that is violated, as a JSON Pointer.
    pub keyword: Text<'static>,
}

/// What is at a related place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// The first use of a key or an id that is repeated.
    FirstUse,
    /// The time of the message with this number, from 1.
    Message(usize),
    /// The start time of the session.
    SessionStart,
    /// The end time of the session.
    SessionEnd,
}

/// A word from a stranger, cut to what a sentence quotes.
pub(crate) fn quoted_word(word: &str) -> Text<'static> {
    Text::from(word).shortened(MAX_WORD).into_owned()
}

/// The id of a message, cut to what a sentence quotes.
pub(crate) fn quoted_id(id: &str) -> Text<'static> {
    Text::from(id).shortened(MAX_ID).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::Finding;
    use super::Detail;

    #[test]
    fn a_finding_stays_small() {
        assert!(size_of::<Detail>() <= 56, "{}", size_of::<Detail>());
        assert!(size_of::<Finding>() <= 136, "{}", size_of::<Finding>());
    }
}
