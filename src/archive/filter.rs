//! Which sessions are wanted, out of many.
//!
//! Conditions of one kind are alternatives: two workflows are either of them. Conditions of different
//! kinds must all be met. Those on messages (sender, type, words, and a message's status) must be met
//! by one and the same message: `--sender user --type image` is a picture that the person sent.
//!
//! Words are compared as a whole, a text and the name of a workflow are searched; all ignore case unless the condition has a
//! capital letter.

use std::borrow::Cow;

use jiff::Timestamp;

use super::SessionField;
use crate::Report;
use crate::Text;
use crate::finding::Rule;
use crate::json::{members, readable};
use crate::notification::{Content, Message, OtherNotification, Session};
use crate::signature::Verdict;

/// What a session must be like. The default is met by every delivery, also by one without a session.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The earliest start.
    pub since: Option<Timestamp>,
    /// The latest start.
    pub until: Option<Timestamp>,
    /// Phone numbers of the person, of which only the digits count.
    pub callees: Vec<String>,
    /// Parts of the names of workflows, or their ids.
    pub workflows: Vec<Words>,
    /// Channels, such as `WhatsApp`.
    pub channels: Vec<Words>,
    /// Intentions, such as `A`.
    pub intentions: Vec<Words>,
    /// End reasons, such as `agent`.
    pub end_reasons: Vec<Words>,
    /// Statuses of the session, such as `closed`, or of a message, such as `read`.
    pub statuses: Vec<Words>,
    /// Senders of a message.
    pub senders: Vec<Words>,
    /// Content types of a message.
    pub types: Vec<Words>,
    /// Texts in the words of a message.
    pub texts: Vec<Words>,
    /// Whether a human must have taken over.
    pub is_handed_over: bool,
    /// Variables, slots, labels or fields of the session, each with its value.
    pub values: Vec<(String, Words)>,
    /// Rules of which one must have a finding; if there are none, any finding will do.
    pub findings: Option<Vec<Rule>>,
    /// Verdicts on the signature.
    pub verdicts: Vec<Verdict>,
}

/// What a text is compared with. Case counts if it has a capital letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    text: String,
    has_capital: bool,
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            has_capital: text.chars().any(char::is_uppercase),
        }
    }
}

impl Words {
    fn are(&self, text: &str) -> bool {
        self.cased(text) == self.text
    }

    fn are_in(&self, text: &str) -> bool {
        self.cased(text).contains(&self.text)
    }

    /// The text as it is compared.
    fn cased<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.has_capital {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.to_lowercase())
        }
    }
}

impl Filter {
    /// Whether every delivery meets it.
    pub fn is_empty(&self) -> bool {
        let Self {
            since,
            until,
            is_handed_over,
            values,
            findings,
            verdicts,
            callees,
            workflows,
            channels,
            intentions,
            end_reasons,
            statuses,
            senders,
            types,
            texts,
        } = self;
        let words = [
            workflows,
            channels,
            intentions,
            end_reasons,
            statuses,
            senders,
            types,
            texts,
        ];
        since.is_none()
            && until.is_none()
            && !is_handed_over
            && callees.is_empty()
            && words.iter().all(|words| words.is_empty())
            && values.is_empty()
            && findings.is_none()
            && verdicts.is_empty()
    }

    /// Whether the verdict on the signature matters.
    pub fn needs_verdict(&self) -> bool {
        !self.verdicts.is_empty()
    }

    /// Whether the outline of a session suffices to decide.
    pub fn needs_outline_only(&self) -> bool {
        self.texts.is_empty()
            && self.values.is_empty()
            && self.findings.is_none()
            && self.verdicts.is_empty()
    }

    /// Whether a session meets all conditions on sessions, of which its outline may be all that was read:
    /// see [`Self::needs_outline_only`].
    pub fn accepts_session(&self, session: &Session<'_>) -> bool {
        self.is_empty() || self.meets(session, None)
    }

    /// Whether a delivery meets it.
    pub fn accepts(&self, report: &Report<'_>) -> bool {
        if self.is_empty() {
            return true;
        }
        let nothing = Session::default();
        let session = report.session.as_ref().unwrap_or(&nothing);
        self.meets(session, report.other.as_ref()) && self.accepts_checks(report)
    }

    fn meets(&self, session: &Session<'_>, other: Option<&OtherNotification<'_>>) -> bool {
        self.accepts_start(session)
            && self.accepts_fields(session, other)
            && self.accepts_values(session)
            && self.accepts_messages(session)
            && (!self.is_handed_over || session.hand_over().is_some())
    }

    fn accepts_start(&self, session: &Session<'_>) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let start = session.session_start_time.as_ref();
        let Some(start) = start.and_then(|start| start.instant) else {
            return false;
        };
        self.since.is_none_or(|since| start >= since)
            && self.until.is_none_or(|until| start <= until)
    }

    fn accepts_fields(
        &self,
        session: &Session<'_>,
        notification: Option<&OtherNotification<'_>>,
    ) -> bool {
        let value = |field: SessionField| field.of_either(session, notification);
        let is = |wanted: &[Words], field: SessionField| {
            let is_wanted = |value: Text<'_>| wanted.iter().any(|it| it.are(value.as_str()));
            wanted.is_empty() || value(field).is_some_and(is_wanted)
        };
        let is_named = || {
            let is_in = |name: Text<'_>| self.workflows.iter().any(|it| it.are_in(name.as_str()));
            value(SessionField::WorkflowName).is_some_and(is_in)
        };
        let is_called = || {
            let callee = value(SessionField::Callee);
            callee.is_some_and(|it| self.accepts_callee(it.as_str()))
        };
        (is(&self.workflows, SessionField::WorkflowId) || is_named())
            && is(&self.channels, SessionField::Channel)
            && is(&self.intentions, SessionField::Intention)
            && is(&self.end_reasons, SessionField::SessionEndReason)
            && (self.callees.is_empty() || is_called())
    }

    fn accepts_callee(&self, callee: &str) -> bool {
        let digits =
            |number: &str| -> String { number.chars().filter(char::is_ascii_digit).collect() };
        let own = digits(callee);
        let is_own = |wanted: &String| {
            let wanted_digits = digits(wanted);
            wanted == callee || !own.is_empty() && own == wanted_digits
        };
        self.callees.iter().any(is_own)
    }

    /// Whether one of the values is there: under its name in the variables, slots or labels, or as a
    /// field of the session.
    fn accepts_values(&self, session: &Session<'_>) -> bool {
        let objects = [&session.variables, &session.ner_slots, &session.event_label];
        let has = |(name, wanted): &(String, Words)| {
            let field = SessionField::named(name).and_then(|field| field.of(session));
            let objects = objects.into_iter().flatten();
            let mut members = objects.flat_map(|object| members(object.as_json()));
            field.is_some_and(|value| wanted.are(value))
                || members
                    .any(|(key, json)| key == name.as_str() && wanted.are(readable(json).as_str()))
        };
        self.values.is_empty() || self.values.iter().any(has)
    }

    /// Whether one message meets all conditions on messages, and the session or a message that on
    /// the status.
    fn accepts_messages(&self, session: &Session<'_>) -> bool {
        let status = session.status.as_ref().map_or("", Text::as_str);
        let is_session_status = self.statuses.iter().any(|it| it.are(status));
        let needs_status = !self.statuses.is_empty() && !is_session_status;
        let conditions = [&self.senders, &self.types, &self.texts];
        if !needs_status && conditions.iter().all(|it| it.is_empty()) {
            return true;
        }
        let mut messages = session.messages().iter();
        messages.any(|message| self.accepts_message(message, needs_status))
    }

    fn accepts_message(&self, message: &Message<'_>, needs_status: bool) -> bool {
        let is = |wanted: &[Words], word: Option<&Text<'_>>| {
            let is_one = |word: &Text<'_>| wanted.iter().any(|it| it.are(word.as_str()));
            wanted.is_empty() || word.is_some_and(is_one)
        };
        let content = message.content.as_ref();
        let says = || {
            let words = content.map(Content::words).unwrap_or_default();
            self.texts.iter().any(|it| it.are_in(words.as_str()))
        };
        is(
            &self.senders,
            message.sender_type.as_ref().map(|it| &it.text),
        ) && is(&self.types, content.and_then(|it| it.kind.as_ref()))
            && (!needs_status || is(&self.statuses, message.status.as_ref().map(|it| &it.text)))
            && (self.texts.is_empty() || says())
    }

    fn accepts_checks(&self, report: &Report<'_>) -> bool {
        let verdict = report.signature.as_ref().map(|it| it.verdict);
        let is_wanted = |rule: &Rule, wanted: &[Rule]| wanted.is_empty() || wanted.contains(rule);
        let has_finding =
            |wanted: &Vec<Rule>| report.counts().keys().any(|rule| is_wanted(rule, wanted));
        (self.verdicts.is_empty() || verdict.is_some_and(|it| self.verdicts.contains(&it)))
            && self.findings.as_ref().is_none_or(has_finding)
    }
}
