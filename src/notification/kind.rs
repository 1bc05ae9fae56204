//! What a body holds: the end of a session, another notification of the platform, or neither.
//!
//! The platform posts all of its notifications to the same URL, and only that of a session's end is
//! documented in full. Reading another one as a session would give twenty findings that say the same:
//! that it is not one. So [`Notification::read`] first asks which fields the body has, whatever their
//! values: a session-end notification that is broken should be told what is broken.
//!
//! A body that holds a session takes no second look: it has `messages` or `session_end_reason`.

use super::Session;
use crate::Text;
use crate::documented::{self, SESSION_END_FIELDS};
use crate::finding::{Detail, Finding, Findings, Place, Rule};
use crate::json::{Document, Field, RawObject, ReadRecord, found, members, readable};

/// The number of documented fields that make an object one of the platform's notifications.
const MIN_FIELDS: usize = 3;

/// The part of its fields with which a session-end notification is recognised that lacks
/// [`SESSION_END_FIELDS`]: a third.
const SESSION_END_PART: usize = 3;

/// What a body holds.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart where it is made, and a box would cost every session an allocation"
)]
pub enum Notification<'de> {
    /// The end of a session, whole or broken.
    SessionEnd(Session<'de>),
    /// Another notification of the platform.
    Other(OtherNotification<'de>),
    /// Something else, or nothing that can be read.
    Unknown,
}

/// A notification of the platform whose fields are not documented in full, so that none is checked.
#[derive(Debug, Clone, Copy)]
pub struct OtherNotification<'de>(RawObject<'de>);

impl<'de> OtherNotification<'de> {
    /// Its fields in order, with their values as JSON text.
    pub fn members(&self) -> impl Iterator<Item = (Text<'de>, &'de str)> {
        self.0.members()
    }

    /// The content of the field `name`, if that is a string.
    pub fn text(&self, name: &str) -> Option<Text<'de>> {
        let mut members = self.members();
        let (_, json) = members.find(|(key, _)| key.as_str() == name)?;
        json.starts_with('"').then(|| readable(json))
    }

    /// The notification as JSON text, as it was received.
    pub fn as_json(&self) -> &'de str {
        self.0.as_json()
    }
}

impl<'de> Notification<'de> {
    /// Reads a body, and notes what is wrong or odd with it in `findings`.
    ///
    /// A body that is not JSON, or breaks off, is read as a session, because there is no knowing
    /// what it would have had.
    ///
    /// ```
    /// use chatlog::finding::Findings;
    /// use chatlog::json::Document;
    /// use chatlog::notification::Notification;
    ///
    /// let body = br#"{"workflow_id": "7", "workflow_name": "reminder", "status": "done"}"#;
    /// let document = Document::new(body);
    /// let notification = Notification::read(&document, &mut Findings::default());
    /// assert!(matches!(notification, Notification::Other(other) if other.members().count() == 3));
    /// ```
    pub fn read(document: &'de Document<'_>, findings: &mut Findings) -> Self {
        let start = findings.mark();
        let (session, is_whole) = Session::read_with_end(document, findings);
        let present = match &session {
            Some(session) if !is_whole || session.is_recognised() => None,
            None if !is_whole => return Self::Unknown,
            _ => Some(PresentFields::of(document.text())),
        };
        match (session, present) {
            (Some(session), None) => Self::SessionEnd(session),
            (Some(session), Some(present)) if present.is_session_end() => Self::SessionEnd(session),
            (Some(_), Some(present)) if present.count() >= MIN_FIELDS => {
                let kept = [Rule::NotJson, Rule::DuplicateKey, Rule::NumberPrecision];
                findings.keep_only(&start, &kept);
                note_other(&present, findings);
                Self::Other(OtherNotification(RawObject::of(document)))
            }
            _ => {
                findings.keep_only(&start, &[Rule::NotJson]);
                note_unknown(document, findings);
                Self::Unknown
            }
        }
    }
}

impl Session<'_> {
    /// Whether it has one of [`SESSION_END_FIELDS`].
    pub(super) fn is_recognised(&self) -> bool {
        self.messages.is_some() || self.session_end_reason.is_some()
    }
}

/// The documented fields of all notifications: those of a session's end first.
fn documented() -> impl Iterator<Item = &'static str> {
    let names = session_fields().iter().map(|field| field.name);
    names.chain(documented::OTHERS)
}

fn session_fields() -> &'static [Field] {
    Session::default().fields()
}

/// The documented fields that an object has, one bit each.
struct PresentFields(u64);

impl PresentFields {
    fn of(object: &str) -> Self {
        let index = |key: &str| documented().position(|name| name == key);
        let indices = members(object).filter_map(|(key, _)| index(&key));
        Self(indices.fold(0, |present, index| present | 1 << index))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        let with_index = documented().enumerate();
        with_index.filter_map(|(index, name)| (self.0 >> index & 1 == 1).then_some(name))
    }

    fn count(&self) -> usize {
        self.names().count()
    }

    fn is_session_end(&self) -> bool {
        let fields = session_fields().len();
        let own = self
            .names()
            .filter(|name| !documented::OTHERS.contains(name));
        own.count() * SESSION_END_PART >= fields
            || self.names().any(|name| SESSION_END_FIELDS.contains(&name))
    }
}

fn note_other(present: &PresentFields, findings: &mut Findings) {
    findings.note(Rule::OtherNotification, |rule| {
        let has = present.names().collect();
        Finding::new(rule, &Place::Root, Detail::OtherNotification { has })
    });
}

fn note_unknown(document: &Document<'_>, findings: &mut Findings) {
    findings.note(Rule::NotANotification, |rule| {
        let found = found(document.text().trim());
        Finding::new(rule, &Place::Root, Detail::NotANotification { found })
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a body with these fields is taken for, and the rules that it breaks.
    fn read(fields: &[&str]) -> (&'static str, Vec<Rule>) {
        let members: Vec<_> = fields.iter().map(|name| format!("\"{name}\":1")).collect();
        let body = format!("{{{}}}", members.join(","));
        let document = Document::new(body.as_bytes());
        let mut findings = Findings::default();
        let kind = match Notification::read(&document, &mut findings) {
            Notification::SessionEnd(_) => "session-end",
            Notification::Other(_) => "other",
            Notification::Unknown => "unknown",
        };
        let rules = findings.finish().0.iter().map(|it| it.rule).collect();
        (kind, rules)
    }

    #[test]
    fn captures_are_recognised_by_the_fields_that_are_read() {
        let names: Vec<_> = session_fields().iter().map(|field| field.name).collect();
        assert_eq!(names, documented::SESSION_END);
    }

    #[test]
    fn three_documented_fields_make_a_notification_and_a_third_of_them_a_session_end() {
        let session: Vec<_> = documented()
            .filter(|name| !documented::OTHERS.contains(name) && !SESSION_END_FIELDS.contains(name))
            .collect();
        for count in 0..=session.len() {
            let (kind, rules) = read(&session[..count]);
            let want = match count {
                0..3 => ("unknown", Some(Rule::NotANotification)),
                3..8 => ("other", Some(Rule::OtherNotification)),
                _ => ("session-end", None),
            };
            assert_eq!(kind, want.0, "{count} fields");
            match want.1 {
                Some(rule) => assert_eq!(rules, [rule], "{count} fields"),
                None => assert!(rules.contains(&Rule::MissingField), "{count} fields"),
            }
        }
        assert_eq!(read(&documented::OTHERS).0, "other");
        assert_eq!(read(&["version", "name", "status", "status"]).0, "unknown");
        for field in SESSION_END_FIELDS {
            assert_eq!(read(&[field]).0, "session-end");
            assert_eq!(read(&["status", "rows", "case_id", field]).0, "session-end");
        }
    }
}
