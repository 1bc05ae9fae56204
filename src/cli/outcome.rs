//! How a run went, and the exit code for it.

use chatlog::Report;
use chatlog::finding::{Finding, Rule};

/// How a run went: the worst of its parts counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Outcome {
    /// Everything was read and is as it should be.
    #[default]
    Clean,
    /// Something was checked and failed.
    Findings,
    /// Something could not be done.
    Trouble,
}

impl Outcome {
    /// The exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Trouble => 2,
        }
    }

    /// An error fails a run. An inconclusive signature is a check that could not be done, whatever
    /// severity the user gives it.
    pub(crate) fn of(report: &Report<'_>) -> Self {
        let is_inconclusive = |finding: &Finding| finding.rule == Rule::SignatureInconclusive;
        if report.findings.iter().any(is_inconclusive) {
            Self::Trouble
        } else if report.has_errors() {
            Self::Findings
        } else {
            Self::Clean
        }
    }
}
