//! What exactly was found, as values: what was expected, and what is there instead.
//!
//! No sentence is made here: [`crate::view::wording`] makes them where a finding is shown. Words of
//! strangers are [`Text`], cut to what a sentence quotes when the finding is made, so that a finding
//! stays small whatever it is about.

use super::nearest;
use crate::Text;

/// How many characters of a word a sentence quotes.
const MAX_WORD: usize = 40;
/// How many characters of a message's id a sentence quotes.
const MAX_ID: usize = 60;

/// What is wrong or odd, and with what. Details that are rare and large are boxed: a finding is
/// moved often, and hostile input makes many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// The body is not JSON, or not text.
    NotJson(NotJson),
    /// An object lacks a field.
    MissingField {
        /// The field.
        name: &'static str,
        /// The content type that needs it, if not all do.
        message_type: Option<Text<'static>>,
    },
    /// A value has another JSON type than the documented one.
    WrongType {
        /// The documented type.
        expected: Expected,
        /// What is there.
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
    /// A key is in an object already.
    DuplicateKey {
        /// The key.
        key: Text<'static>,
    },
    /// A number changes in a 64-bit float.
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
    /// A reply is to a message that is not there.
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
        /// How much older it is.
        seconds: i64,
    },
    /// A message is from outside the session.
    OutsideSession {
        /// How far outside.
        seconds: i64,
        /// On which side.
        relation: SessionRelation,
    },
    /// A session ends before it starts.
    EndsBeforeStart {
        /// When it starts, as it is written.
        start: Text<'static>,
        /// When it ends, as it is written.
        end: Text<'static>,
    },
    /// A session has no messages.
    EmptyTranscript,
    /// A signature is not plainly valid.
    Signature {
        /// Why, where that goes beyond the rule; safe to show.
        reason: Option<Box<str>>,
        /// What would have matched, and what is to be said of how the delivery was read; safe to
        /// show.
        advice: Vec<String>,
    },
    /// A value breaks the user's schema.
    Contract(Box<ContractViolation>),
    /// A body cannot be held against the user's schema.
    Uncheckable {
        /// The schema.
        schema: Text<'static>,
        /// What the parser says.
        why: Text<'static>,
    },
}

/// Why a body is not JSON, or not text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotJson {
    /// There is nothing.
    Empty,
    /// The body ends too early.
    CutOff {
        /// What it ends in, as the parser [describes](crate::json::describe_error) it.
        fault: String,
    },
    /// A character is where JSON has another.
    Syntax {
        /// What was expected, as the parser [describes](crate::json::describe_error) it.
        fault: String,
        /// The character; none at the end of the body.
        found: Option<char>,
    },
    /// The parser finds no fault where the decoder does.
    Unexplained,
    /// Bytes are not UTF-8.
    InvalidUtf8 {
        /// The first of them.
        byte: u8,
        /// How many sequences there are beside the first.
        more: usize,
    },
    /// A string has half of a surrogate pair.
    UnpairedSurrogate {
        /// The half, as it is written: `\ud83d`.
        escape: Text<'static>,
    },
}

/// What a value should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Expected {
    String,
    Number,
    Integer,
    UnixSeconds,
    Array,
    Object,
}

/// What is in the JSON instead.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownValue {
    /// The string.
    pub value: Text<'static>,
    /// What the set is called, with its article: [`crate::json::Enumeration::NAME`].
    pub set: &'static str,
    /// Every string of the set.
    pub known: Vec<&'static str>,
    /// The one that was probably meant.
    pub nearest: Option<&'static str>,
}

/// A name that is not documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// The name.
    pub name: Text<'static>,
    /// The documented one that was probably meant.
    pub nearest: Option<&'static str>,
}

impl UnknownName {
    /// The name `name` where it should be one of `known`.
    pub fn of(name: &str, known: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            name: quoted_word(name),
            nearest: nearest(name, known),
        }
    }
}

/// Why a value is not a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadTime {
    /// It is not in RFC 3339 format.
    NotRfc3339 {
        /// What is there.
        found: Text<'static>,
    },
    /// As seconds it is before 1970 or after 9999.
    OutOfRange {
        /// The number, as it is written.
        number: Text<'static>,
        /// Whether it would be in range as milliseconds.
        is_like_milliseconds: bool,
    },
}

/// What becomes of a number in a 64-bit float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrecisionLoss {
    /// It is infinite.
    TooLarge,
    /// It may become a neighbouring integer.
    UnsafeInteger,
    /// It is zero.
    TooSmall,
    /// Its last digits are lost.
    TooManyDigits,
}

/// Where a time outside a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SessionRelation {
    BeforeStart,
    AfterEnd,
}

/// What a value breaks of the user's schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractViolation {
    /// What the validator says.
    pub what: Text<'static>,
    /// The schema.
    pub schema: Text<'static>,
    /// Where in the schema that is required, as a JSON Pointer.
    pub keyword: Text<'static>,
}

/// What is at a place that explains a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// What must be there once only is there for the first time.
    FirstUse,
    /// The time of the message with this number, from 1.
    Message(usize),
    /// The session starts.
    SessionStart,
    /// The session ends.
    SessionEnd,
}

/// A word of a stranger's, as much of it as a sentence quotes.
pub(crate) fn quoted_word(word: &str) -> Text<'static> {
    Text::from(word).shortened(MAX_WORD).into_owned()
}

/// The id of a message, as much of it as a sentence quotes.
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
