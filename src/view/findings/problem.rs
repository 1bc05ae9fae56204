//! Problems with inputs: a report that left them out would say that all is well.
//!
//! A problem differs from a finding in that no delivery was read: there is no rule, no pointer and
//! no body to point into.

use std::fmt::{self, Display};

use crate::Position;
use crate::Text;

/// An input, or a part of one, that could not be read.
#[derive(Debug, Clone, Copy)]
pub struct InputProblem<'a> {
    /// The name of the input.
    pub source: &'a Text<'a>,
    /// The position in the input, if it is known.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: &'a str,
}

impl InputProblem<'_> {
    /// The position, or the start of the input.
    pub(super) fn start(&self) -> Position {
        self.position.unwrap_or(Position::START)
    }

    pub(super) fn words(&self) -> Text<'_> {
        Text::from(self.message)
    }
}

impl Display for InputProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.words())
    }
}
