//! Findings as JSON: a line for each delivery, with or without findings.
//!
//! The lines are those of [`crate::view::json`], without the session. Scripts count on one line
//! per delivery, so problems with inputs are left to standard error and the exit code.

use std::io;

use super::InputProblem;
use super::report_format::{Rendered, Reporter};
use crate::Report;
use crate::view::json;

/// The format with a JSON object for each delivery.
pub(super) struct Json;

impl Reporter for Json {
    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        json::write_findings(report, rendered)
    }

    fn problem(&self, _problem: &InputProblem<'_>, _part: &mut Rendered) -> io::Result<()> {
        Ok(())
    }
}
