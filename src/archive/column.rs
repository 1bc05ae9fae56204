//! The columns of a list of sessions: what a row can be asked for, and what rows are sorted by.
//!
//! A column has a short name, which people choose it by, and the keys of its values in JSON and CSV,
//! which are the vendor's names where there are some.

use jiff::{SignedDuration, Timestamp};

use super::SessionField;
use super::row::{RowKind, SessionRow};
use crate::Text;
use crate::signature::Verdict;

/// What a list shows of each session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The name that selects the delivery on the command line.
    Name,
    /// Whether it is a session.
    Kind,
    /// When it started.
    Start,
    /// How long it took.
    Duration,
    /// The phone number of the person.
    Callee,
    /// The name of the workflow, or its id.
    Workflow,
    /// Why it ended.
    EndReason,
    /// What the person wanted.
    Intention,
    /// The number of rounds.
    Rounds,
    /// The number of messages.
    Messages,
    /// The human who took over.
    HandOver,
    /// The verdict on the signature.
    Verdict,
    /// The number of errors and of warnings.
    Findings,
    /// What the person said first.
    FirstWords,
    /// Another field of the vendor's.
    Field(SessionField),
}

impl Column {
    /// The columns that are not fields of the vendor's, in the order of a wide table.
    pub const OWN: [Self; 14] = [
        Self::Name,
        Self::Kind,
        Self::Start,
        Self::Duration,
        Self::Callee,
        Self::Workflow,
        Self::EndReason,
        Self::Intention,
        Self::Rounds,
        Self::Messages,
        Self::HandOver,
        Self::Verdict,
        Self::Findings,
        Self::FirstWords,
    ];

    /// Every column, each once.
    pub fn all() -> impl Iterator<Item = Self> {
        let fields = SessionField::ALL.iter().copied().map(Self::Field);
        let is_known = |field: &Self| Self::OWN.iter().any(|own| own.is_called(field.name()));
        Self::OWN
            .into_iter()
            .chain(fields.filter(move |field| !is_known(field)))
    }

    /// The column with this name or key.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|column| column.is_called(name))
    }

    fn is_called(self, name: &str) -> bool {
        self.name() == name || self.keys().any(|key| key == name)
    }

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Start => "start",
            Self::Duration => "duration",
            Self::Callee => "callee",
            Self::Workflow => "workflow",
            Self::EndReason => "end_reason",
            Self::Intention => "intention",
            Self::Rounds => "rounds",
            Self::Messages => "messages",
            Self::HandOver => "hand_over",
            Self::Verdict => "verdict",
            Self::Findings => "findings",
            Self::FirstWords => "first_words",
            Self::Field(field) => field.name(),
        }
    }

    /// The keys of its values.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        let (first, second) = match self {
            Self::Name => ("source", Some("index")),
            Self::Start => ("session_start_time", None),
            Self::Duration => ("duration_seconds", None),
            Self::EndReason => ("session_end_reason", None),
            Self::Rounds => ("talk_round", None),
            Self::HandOver => ("handover_agent", Some("handover_number")),
            Self::Findings => ("errors", Some("warnings")),
            Self::FirstWords => ("first_user_text", None),
            other => (other.name(), None),
        };
        [first].into_iter().chain(second)
    }

    /// What a row is sorted by in this column; `None` if it has no value there.
    pub(super) fn sort_key(self, row: &SessionRow) -> Option<SortKey<'_>> {
        let is_session = row.kind == RowKind::Session;
        match self {
            Self::Name => Some(SortKey::Place(row.origin.source.as_str(), row.origin.index)),
            Self::Kind => Some(SortKey::Text(row.kind.name())),
            Self::Start => row.start.map(SortKey::Time),
            Self::Duration => row.duration.map(SortKey::Duration),
            Self::Callee => text(row.callee.as_ref()),
            Self::Workflow => text(row.workflow.as_ref()),
            Self::EndReason => text(row.end_reason.as_ref()),
            Self::Intention => text(row.intention.as_ref()),
            Self::Rounds => row.rounds.as_ref().and_then(number).map(SortKey::Number),
            Self::Messages => is_session.then_some(SortKey::Counts(row.messages, 0)),
            Self::HandOver => row
                .hand_over
                .as_ref()
                .map(|hand_over| SortKey::Text(hand_over.seat.as_ref().map_or("", Text::as_str))),
            Self::Verdict => row.verdict.map(|verdict| SortKey::Number(rank(verdict))),
            Self::Findings => Some(SortKey::Counts(row.errors, row.warnings)),
            Self::FirstWords => text(row.first_words.as_ref()),
            Self::Field(field) => text(row.field(field)),
        }
    }
}

/// A value that rows are compared by. All values of a column are of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SortKey<'r> {
    Text(&'r str),
    Time(Timestamp),
    Duration(SignedDuration),
    Number(i128),
    Counts(usize, usize),
    Place(&'r str, usize),
}

fn text<'r>(text: Option<&'r Text<'_>>) -> Option<SortKey<'r>> {
    text.map(|text| SortKey::Text(text.as_str()))
}

/// The value of an integer as it is written.
fn number(text: &Text<'_>) -> Option<i128> {
    text.as_str().parse().ok()
}

/// The place of a verdict among all, the best first.
fn rank(verdict: Verdict) -> i128 {
    let better = Verdict::ALL.iter().take_while(|it| **it != verdict);
    better.map(|_| 1).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_column_has_a_name_and_keys_of_its_own() {
        let columns: Vec<Column> = Column::all().collect();
        for column in &columns {
            assert_eq!(Column::named(column.name()), Some(*column));
        }
        let keys: Vec<_> = columns.iter().flat_map(|it| it.keys()).collect();
        let unique: HashSet<_> = keys.iter().collect();
        assert_eq!(unique.len(), keys.len(), "{keys:?}");
        // Every field of the vendor's can be named, and is a column only once.
        for field in SessionField::ALL {
            assert!(keys.contains(&field.name()), "{field:?}");
            assert!(Column::named(field.name()).is_some());
        }
        assert_eq!(Column::named("session_end_reason"), Some(Column::EndReason));
        assert_eq!(Column::named("warnings"), Some(Column::Findings));
    }
}
