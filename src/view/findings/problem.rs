//! Inputs that could not be read: a report that does not tell of them would say that all is well.

use std::fmt::{self, Display};

use crate::Position;
use crate::Text;

/// Something of an input that could not be read, so that nothing is known of its deliveries.
#[derive(Debug, Clone, Copy)]
pub struct InputProblem<'a> {
    /// The input.
    pub source: &'a Text<'a>,
    /// Where in the input, if that is known.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: &'a str,
}

impl InputProblem<'_> {
    /// The place, or the start of the input.
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
