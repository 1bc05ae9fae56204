//! The line below a list: how many sessions there are, and how many of them have errors.

use crate::archive::{RowKind, SessionRow};
use crate::text::grouped;

/// How many rows there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListCounts {
    sessions: usize,
    other: usize,
    unknown: usize,
    with_errors: usize,
}

impl ListCounts {
    /// Counts a row.
    pub fn add(&mut self, row: &SessionRow) {
        match row.kind {
            RowKind::Session => self.sessions += 1,
            RowKind::Other => self.other += 1,
            RowKind::Unknown => self.unknown += 1,
        }
        self.with_errors += usize::from(row.errors > 0);
    }

    /// Adds other counts.
    pub fn merge(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.other += other.other;
        self.unknown += other.unknown;
        self.with_errors += other.with_errors;
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.sessions + self.other + self.unknown
    }

    /// The number of rows with errors.
    pub(super) fn with_errors(&self) -> usize {
        self.with_errors
    }

    /// Such as `312 sessions, 1 body without a session, 3 with errors`.
    pub(super) fn sentence(&self, listed: usize) -> String {
        let mut parts = vec![counted(self.sessions, "session", "sessions")];
        if self.other > 0 {
            parts.push(counted(
                self.other,
                "other notification",
                "other notifications",
            ));
        }
        if self.unknown > 0 {
            let nouns = ["body without a session", "bodies without a session"];
            parts.push(counted(self.unknown, nouns[0], nouns[1]));
        }
        if self.with_errors > 0 {
            parts.push(format!("{} with errors", grouped(self.with_errors)));
        }
        let parts = parts.join(", ");
        if listed < self.rows() {
            return format!("the first {} of {parts}", grouped(listed));
        }
        parts
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", grouped(count))
}
