//! JSON for programs: a line for each delivery, whether or not anything was found in it.

use std::io;

use super::InputProblem;
use super::report_format::{Rendered, Reporter};
use crate::Report;
use crate::view::json;

/// Writes a line for each delivery, and nothing else: it does not tell of input problems.
pub(super) struct Json;

impl Reporter for Json {
    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        json::write_findings(report, rendered)
    }

    fn problem(&self, _problem: &InputProblem<'_>, _part: &mut Rendered) -> io::Result<()> {
        Ok(())
    }
}
