//! The outcome of a run, and its exit code.

use chatlog::Report;
use chatlog::finding::{Finding, Rule};

/// The outcome of a run or of a part of it. The worst part decides, so the worst comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Outcome {
    /// Everything was read, and no check failed.
    #[default]
    Clean,
    /// A check failed.
    Findings,
    /// Something could not be read, checked or written.
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

    /// The outcome of one delivery. An error fails a run. An inconclusive signature is a check that
    /// could not be done, whatever its severity.
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
