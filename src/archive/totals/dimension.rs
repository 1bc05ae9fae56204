//! What sessions are counted by: a field, or the day or hour at which they started.

use std::fmt::Write;

use jiff::tz::TimeZone;

use crate::archive::SessionField;
use crate::notification::Session;

/// What sessions are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// The value of a field.
    Field(SessionField),
    /// The day on which they started, such as `2025-10-20`.
    Day,
    /// The hour of the day in which they started, such as `08`.
    Hour,
}

impl Dimension {
    /// What sessions are counted by unless the user chooses something else.
    pub const USUAL: [Self; 5] = [
        Self::Field(SessionField::SessionEndReason),
        Self::Field(SessionField::Intention),
        Self::Field(SessionField::Channel),
        Self::Field(SessionField::WorkflowName),
        Self::Day,
    ];

    /// Every dimension.
    pub fn all() -> impl Iterator<Item = Self> {
        let fields = SessionField::ALL.iter().copied().map(Self::Field);
        fields.chain([Self::Day, Self::Hour])
    }

    /// The name: that of the field, `day` or `hour`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::Day => "day",
            Self::Hour => "hour",
        }
    }

    /// The dimension with this name, or with the shorter one that columns and filters have.
    pub fn named(name: &str) -> Option<Self> {
        let name = match name {
            "end_reason" => "session_end_reason",
            "workflow" => "workflow_name",
            "rounds" => "talk_round",
            name => name,
        };
        Self::all().find(|dimension| dimension.name() == name)
    }
}

/// What sessions are counted by in a run.
#[derive(Debug, Clone)]
pub struct Dimensions {
    /// The dimensions of the groups; at most eight.
    pub chosen: Vec<Dimension>,
    /// The time zone of days and hours.
    pub zone: TimeZone,
}

impl Dimensions {
    /// The most dimensions that can be chosen.
    pub const MAX: usize = super::breakdown::MAX_PARTS;

    /// Passes on what a session has in the usual dimensions and in the chosen ones.
    pub(super) fn of<R>(
        &self,
        session: &Session<'_>,
        then: impl FnOnce(&[Option<&str>], &[Option<&str>]) -> R,
    ) -> R {
        let (day, hour) = self.day_and_hour(session);
        let part = |dimension: &Dimension| match dimension {
            Dimension::Field(field) => field.of(session).filter(|value| !value.trim().is_empty()),
            Dimension::Day => day.as_deref(),
            Dimension::Hour => hour.as_deref(),
        };
        let usual = Dimension::USUAL.each_ref().map(part);
        let mut chosen = [None; Self::MAX];
        let chosen = &mut chosen[..self.chosen.len().min(Self::MAX)];
        for (name, dimension) in chosen.iter_mut().zip(&self.chosen) {
            *name = part(dimension);
        }
        then(&usual, chosen)
    }

    fn day_and_hour(&self, session: &Session<'_>) -> (Option<String>, Option<String>) {
        let start = session.session_start_time.as_ref();
        let Some(start) = start.and_then(|start| start.instant) else {
            return (None, None);
        };
        let start = self.zone.to_datetime(start);
        let mut day = String::with_capacity("2025-10-20".len());
        let written = write!(day, "{}", start.date());
        debug_assert!(written.is_ok(), "a string takes everything");
        (Some(day), Some(format!("{:02}", start.hour())))
    }
}
