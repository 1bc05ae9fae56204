//! One session as a row of a list: enough to find the conversation that somebody asks for.
//!
//! A row owns what it holds and clips every text, so that it stays small (about a kilobyte at most)
//! whatever a stranger wrote, and outlives the delivery that it was made from.

use jiff::{SignedDuration, Timestamp};

use super::SessionField;
use crate::notification::{HandOver, Session};
use crate::signature::Verdict;
use crate::{Origin, Report, Text};

/// The most characters that a row keeps of a text.
const MAX_TEXT: usize = 80;

/// A session in a list of sessions. A body without a session has a row too, which says only where it
/// is from and what was found; that of another notification also whom and which workflow it is about.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Where the delivery came from.
    pub origin: Origin<'static>,
    /// What the body holds.
    pub kind: RowKind,
    /// The id of the call, as it is written.
    pub call_id: Option<Text<'static>>,
    /// When the session started.
    pub start: Option<Timestamp>,
    /// How long it took; negative if it ends before it starts.
    pub duration: Option<SignedDuration>,
    /// The phone number of the person.
    pub callee: Option<Text<'static>>,
    /// The name of the workflow, or its id.
    pub workflow: Option<Text<'static>>,
    /// Why it ended, such as `agent`.
    pub end_reason: Option<Text<'static>>,
    /// The robot's label for what the person wants.
    pub intention: Option<Text<'static>>,
    /// The number of rounds, as it is written.
    pub rounds: Option<Text<'static>>,
    /// The number of messages.
    pub messages: usize,
    /// The last hand-over to a human.
    pub hand_over: Option<HandOver<'static>>,
    /// The first line of the first thing that the person said or chose.
    pub first_words: Option<Text<'static>>,
    /// The verdict on the signature, if it was checked.
    pub verdict: Option<Verdict>,
    /// The number of errors.
    pub errors: usize,
    /// The number of warnings.
    pub warnings: usize,
    /// The values of other fields that were asked for.
    fields: Vec<(SessionField, Text<'static>)>,
}

/// What the body of a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// The end of a session, whole or broken.
    Session,
    /// Another notification of the platform.
    Other,
    /// Something else, or nothing that can be read.
    Unknown,
}

impl RowKind {
    /// The name, as it is shown and serialized.
    pub fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }

    fn of(report: &Report<'_>) -> Self {
        match (&report.session, &report.other) {
            (Some(_), _) => Self::Session,
            (None, Some(_)) => Self::Other,
            (None, None) => Self::Unknown,
        }
    }
}

impl SessionRow {
    /// The row of a report. This is cheap: of the messages, it reads the first of the person and what
    /// comes after the last hand-over.
    pub fn of(report: &Report<'_>) -> Self {
        let nothing = Session::default();
        let session = report.session.as_ref().unwrap_or(&nothing);
        let start = session.session_start_time.as_ref();
        let end_reason = session.session_end_reason.as_ref();
        let rounds = session.talk_round.map(|it| Text::from(it.0.as_str()));
        let value =
            |field: SessionField| kept(field.of_either(session, report.other.as_ref()).as_ref());
        let verdict = report.signature.as_ref().map(|it| it.verdict);
        let (errors, warnings) = report.totals();
        Self {
            origin: report.origin.clone().into_owned(),
            kind: RowKind::of(report),
            call_id: kept(session.call_id.as_ref()),
            start: start.and_then(|time| time.instant),
            duration: session.duration(),
            callee: value(SessionField::Callee),
            workflow: value(SessionField::WorkflowName)
                .or_else(|| kept(session.workflow_id.as_ref())),
            end_reason: kept(end_reason.map(|reason| &reason.text)),
            intention: kept(session.intention.as_ref()),
            rounds: kept(rounds.as_ref()),
            messages: session.messages().len(),
            hand_over: session.hand_over().map(|it| HandOver {
                message: it.message,
                seat: kept(it.seat.as_ref()),
            }),
            first_words: first_words(session),
            verdict: verdict.filter(|verdict| *verdict != Verdict::Unchecked),
            errors,
            warnings,
            fields: Vec::new(),
        }
    }

    /// The row of a report with the values of these fields.
    pub fn with_fields(report: &Report<'_>, fields: &[SessionField]) -> Self {
        let nothing = Session::default();
        let session = report.session.as_ref().unwrap_or(&nothing);
        let value = |field: &SessionField| {
            let value = field.of_either(session, report.other.as_ref());
            Some((*field, kept(value.as_ref())?))
        };
        Self {
            fields: fields.iter().filter_map(value).collect(),
            ..Self::of(report)
        }
    }

    /// The value of a field that was asked for.
    pub fn field(&self, field: SessionField) -> Option<&Text<'static>> {
        let mut fields = self.fields.iter();
        fields.find(|(it, _)| *it == field).map(|(_, value)| value)
    }
}

/// The first line of the first words of the person.
fn first_words(session: &Session<'_>) -> Option<Text<'static>> {
    let words = session.first_user_text()?;
    let line = words.lines().find(|line| !line.is_blank());
    kept(line.as_ref())
}

/// A text that says something, clipped.
fn kept(text: Option<&Text<'_>>) -> Option<Text<'static>> {
    let text = text.filter(|text| !text.is_blank())?;
    Some(text.shortened(MAX_TEXT).into_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::capture::{CaptureOptions, Record, deliveries};
    use crate::json::Document;
    use crate::{InspectOptions, Position, inspect};

    pub(in crate::archive) fn row_of(body: &str) -> SessionRow {
        let record = Record {
            bytes: body.as_bytes(),
            terminator: b"",
            is_whole: true,
            start: Position::START,
        };
        let capture = deliveries(&record, &CaptureOptions::default());
        let origin = Origin {
            source: Text::from("a.json"),
            index: 1,
        };
        let document = Document::new(&capture.deliveries[0].body);
        let options = InspectOptions::default();
        SessionRow::of(&inspect(
            &origin,
            &capture.deliveries[0],
            &document,
            &options,
        ))
    }

    #[test]
    fn a_row_tells_who_it_was_and_what_they_said_first() {
        let row = row_of(include_str!("../../samples/handed-over.json"));
        let told = [&row.callee, &row.end_reason, &row.first_words];
        let told = told.map(|text| text.as_ref().map_or("", Text::as_str));
        assert_eq!(told, ["+628000000042", "agent", "Another day"]);
        assert_eq!((row.messages, row.errors), (18, 0));
        assert_eq!(row.hand_over.map(|it| it.message), Some(10));
        assert_eq!(row.verdict, None);
    }

    #[test]
    fn a_row_is_small_whatever_a_stranger_wrote() {
        let long = "x".repeat(100_000);
        let row = row_of(&format!(
            r#"{{"callee": "{long}", "call_id": "{long}", "talk_round": 1{}, "messages": [
                {{"sender_type": "user", "content": {{"type": "text", "text": {{"text": "{long}"}}}}}}]}}"#,
            "0".repeat(1000)
        ));
        assert!(format!("{row:?}").len() < 2_000, "{row:?}");
        assert!(row_of("{nothing").callee.is_none());
    }
}
