//! What findings have in common that say the same of several places.
//!
//! Sixteen messages outside their session are one thing to know and sixteen places, so a view for
//! people says it once. Whether two findings say the same is a question about their data: they
//! break the same [`Rule`] with the same [`Severity`], at the same member of their items
//! (`/messages/*/timestamp`), and their details differ in nothing but *values*.
//!
//! A value belongs to the item: a time, an id, a number, how much too late it is. A *word* belongs
//! to the vocabulary: the name of a field, a type, a value of an enumeration. Words stay in the
//! pattern, because each needs a fix of its own: `missing field "a"` and `missing field "b"` are
//! two findings, and a sender called `bot` does not hide one called `human`.

use super::{BadTime, Detail, Finding, Found, NotJson, Pointer, Rule, Severity};
use crate::Text;

/// A finding without what differs from place to place. Findings with equal patterns say the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    rule: Rule,
    severity: Severity,
    /// The pointer, with every index being that of the first item.
    pointer: Pointer,
    /// The detail, with every value being empty.
    detail: Detail,
}

impl Finding {
    /// What the finding has in common with others that say the same of other places.
    ///
    /// ```
    /// use chatlog::finding::{Detail, Expected, Finding, Found, Place, Rule};
    ///
    /// let found = |index, name, found| {
    ///     let messages = Place::Root.member("messages");
    ///     let message = messages.item(index);
    ///     let detail = Detail::WrongType { expected: Expected::String, found };
    ///     Finding::new(Rule::WrongType, &message.member(name), detail).pattern()
    /// };
    /// let first = found(0, "status", Found::Bool(true));
    /// assert_eq!(first, found(7, "status", Found::Bool(false)));
    /// assert_ne!(first, found(7, "status", Found::Null));
    /// assert_ne!(first, found(7, "msg_id", Found::Bool(true)));
    /// ```
    pub fn pattern(&self) -> Pattern {
        Pattern {
            rule: self.rule,
            severity: self.severity,
            pointer: self.pointer.of_first_items(),
            detail: self.detail.without_values(),
        }
    }
}

impl Detail {
    /// The same words with empty values.
    fn without_values(&self) -> Self {
        let mut detail = self.clone();
        match &mut detail {
            Self::WrongType { found, .. } | Self::NotANotification { found } => found.clear(),
            Self::BadTime(fault) => fault.clear(),
            Self::NotJson(fault) => fault.clear(),
            Self::NumberPrecision { number: value, .. } | Self::DanglingReply { id: value } => {
                *value = Text::default();
            }
            Self::DuplicateMessageId { .. }
            | Self::MessageOrder { .. }
            | Self::OutsideSession { .. } => detail.clear_relation(),
            // All words, or said once of a delivery.
            Self::OtherNotification { .. }
            | Self::MissingField { .. }
            | Self::UnknownValue(_)
            | Self::UnknownField(_)
            | Self::UnrelatedField { .. }
            | Self::UnknownContentType(_)
            | Self::UnknownInteractiveType(_)
            | Self::UnknownSystemEvent(_)
            | Self::DuplicateKey { .. }
            | Self::EndsBeforeStart { .. }
            | Self::EmptyTranscript
            | Self::Signature { .. }
            | Self::Contract(_)
            | Self::Uncheckable { .. } => {}
        }
        detail
    }

    /// Empties the values that relate a message to another one, or to its session.
    fn clear_relation(&mut self) {
        match self {
            Self::DuplicateMessageId { id, first } => (*id, *first) = (Text::default(), 0),
            Self::MessageOrder {
                message,
                before,
                seconds,
            } => (*message, *before, *seconds) = (0, 0, 0),
            Self::OutsideSession { seconds, .. } => *seconds = 0,
            _ => {}
        }
    }
}

impl BadTime {
    fn clear(&mut self) {
        match self {
            Self::NotRfc3339 { found: value } | Self::OutOfRange { number: value, .. } => {
                *value = Text::default();
            }
        }
    }
}

impl NotJson {
    fn clear(&mut self) {
        if let Self::UnpairedSurrogate { escape } = self {
            *escape = Text::default();
        }
    }
}

impl Found {
    /// Empties the value and keeps its type, which is a word.
    fn clear(&mut self) {
        match self {
            Self::Bool(value) => *value = false,
            Self::Number(value) | Self::String(value) => *value = Text::default(),
            Self::Null | Self::Array | Self::Object => {}
        }
    }
}
