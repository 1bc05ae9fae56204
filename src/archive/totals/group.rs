//! The totals of a group of sessions: those of one workflow on one day, or all of them.

use super::Distribution;
use crate::notification::Session;

/// The totals of a group of sessions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// The number of sessions.
    pub sessions: u64,
    /// The number of sessions with an event that a human took over.
    pub handed_over: u64,
    /// The number of messages, events of the platform among them.
    pub messages: u64,
    /// From the start of a session to its end, in milliseconds; without those that end before they start.
    pub duration: Distribution,
    /// Rounds of talk, as `talk_round` tells; without negative ones.
    pub rounds: Distribution,
}

/// What a session adds to a group.
pub(super) struct SessionNumbers {
    is_handed_over: bool,
    messages: u64,
    duration: Option<u64>,
    rounds: Option<u64>,
}

impl SessionNumbers {
    pub(super) fn of(session: &Session<'_>) -> Self {
        let duration = session.duration();
        let rounds = session.talk_round.and_then(|it| it.0.as_i64());
        Self {
            is_handed_over: session.hand_over().is_some(),
            messages: session.messages().len() as u64,
            duration: duration.and_then(|it| u64::try_from(it.as_millis()).ok()),
            rounds: rounds.and_then(|it| u64::try_from(it).ok()),
        }
    }
}

impl Group {
    /// Adds a session.
    pub(super) fn add(&mut self, session: &SessionNumbers) {
        self.sessions += 1;
        self.handed_over += u64::from(session.is_handed_over);
        self.messages += session.messages;
        if let Some(duration) = session.duration {
            self.duration.add(duration);
        }
        if let Some(rounds) = session.rounds {
            self.rounds.add(rounds);
        }
    }

    /// Adds later sessions.
    pub(super) fn merge(&mut self, later: Self) {
        self.sessions += later.sessions;
        self.handed_over += later.handed_over;
        self.messages += later.messages;
        self.duration.merge(later.duration);
        self.rounds.merge(later.rounds);
    }
}
