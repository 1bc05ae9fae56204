//! A verdict as a finding, so that every format of findings says why a signature failed, or that
//! there is more than one.

use super::{Signature, Verdict};
use crate::finding::{Finding, Pointer, Rule};

impl Signature {
    /// The rule that the delivery breaks.
    pub fn rule(&self) -> Option<Rule> {
        match self.verdict {
            Verdict::Valid if self.is_ambiguous => Some(Rule::SignatureAmbiguous),
            Verdict::Valid | Verdict::Unchecked => None,
            Verdict::Invalid => Some(Rule::SignatureInvalid),
            Verdict::Missing => Some(Rule::SignatureMissing),
            Verdict::Inconclusive => Some(Rule::SignatureInconclusive),
        }
    }

    /// The finding that the verdict is: its message is the reason, its help the hints and the notes
    /// on how the delivery was read.
    pub fn finding(&self, notes: &[String]) -> Option<Finding> {
        let rule = self.rule()?;
        let reason = self.reason.as_deref().unwrap_or(rule.sentence());
        let hints = self.hints.iter().map(|hint| hint.message.as_str());
        let help: Vec<&str> = hints.chain(notes.iter().map(String::as_str)).collect();
        let help = Some(help.join("; ")).filter(|help| !help.is_empty());
        Some(Finding::at(rule, Pointer::default(), reason).with_help(help))
    }
}
