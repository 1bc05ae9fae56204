//! A verdict as a finding, so that every format of findings says why a signature failed, or that
//! there is more than one.

use super::{Signature, Verdict};
use crate::finding::{Detail, Finding, Pointer, Rule};

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

    /// The finding that the verdict is: the reason, with the hints and the notes on how the delivery
    /// was read.
    pub fn finding(&self, notes: &[String]) -> Option<Finding> {
        let rule = self.rule()?;
        let hints = self.hints.iter().map(|hint| &hint.message);
        let detail = Detail::Signature {
            reason: self.reason.as_deref().map(Box::from),
            advice: hints.chain(notes).cloned().collect(),
        };
        Some(Finding::at(rule, Pointer::default(), detail))
    }
}
