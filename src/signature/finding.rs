//! A verdict as a finding, so that every format of findings says why a signature failed.

use super::{Signature, Verdict};
use crate::finding::{Finding, Pointer, Rule};

impl Verdict {
    /// The rule that a delivery with this verdict breaks.
    pub fn rule(self) -> Option<Rule> {
        match self {
            Self::Valid | Self::Unchecked => None,
            Self::Invalid => Some(Rule::SignatureInvalid),
            Self::Missing => Some(Rule::SignatureMissing),
            Self::Inconclusive => Some(Rule::SignatureInconclusive),
        }
    }
}

impl Signature {
    /// The finding that the verdict is: its message is the reason, its help the hints and the notes
    /// on how the delivery was read.
    pub fn finding(&self, notes: &[String]) -> Option<Finding> {
        let rule = self.verdict.rule()?;
        let reason = self.reason.as_deref().unwrap_or(rule.sentence());
        let hints = self.hints.iter().map(|hint| hint.message.as_str());
        let help: Vec<&str> = hints.chain(notes.iter().map(String::as_str)).collect();
        let help = Some(help.join("; ")).filter(|help| !help.is_empty());
        Some(Finding::at(rule, Pointer::default(), reason).with_help(help))
    }
}
