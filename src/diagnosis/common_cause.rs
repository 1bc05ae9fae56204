//! What all failures of a run have in common, so that one cause is one sentence.
//!
//! A wrong secret fails every delivery of an archive. A thousand equal explanations would hide the
//! one that differs, so they are compared as they come, and said once if they are all the same.
//! Failures that the budget left unexplained do not count against it: the sentence then speaks only
//! of those that were explained.

use crate::signature::{Signature, Verdict};
use crate::text::grouped;

/// Collects the signatures of a run, and says in one sentence what all failures have in common.
#[derive(Debug, Default)]
pub struct CommonCause {
    valid: usize,
    failures: usize,
    /// How many of the failures were diagnosed, or needed no diagnosis.
    explained: usize,
    /// Whether the body of some failure is certainly what was sent.
    is_certain: bool,
    cause: Cause,
    /// The reason of the first failure.
    reason: Option<String>,
}

/// The cause of the failures so far.
#[derive(Debug, Default)]
enum Cause {
    #[default]
    Unknown,
    Same(FailureCause),
    Different,
}

/// Why one signature fails.
#[derive(Debug, PartialEq, Eq)]
enum FailureCause {
    /// A diagnosis found what would match: the message of its hint. Where the bodies differ is
    /// another matter for each.
    Hint(String),
    /// The signature is missing, or could not be made.
    Reason(Option<String>),
    /// A diagnosis found nothing that would match.
    Nothing,
}

impl FailureCause {
    /// Why a signature fails; `None` if it was not diagnosed.
    fn of(signature: &Signature) -> Option<Self> {
        match signature.hints.first() {
            Some(hint) => Some(Self::Hint(hint.message.clone())),
            None if !signature.tried.is_empty() => Some(Self::Nothing),
            None if !signature.is_mismatch() => Some(Self::Reason(signature.reason.clone())),
            None => None,
        }
    }
}

impl CommonCause {
    /// Adds a signature. Returns `true` if it fails for the same reason as every failure before it,
    /// so that there is nothing new to say about it.
    pub fn add(&mut self, signature: &Signature) -> bool {
        match signature.verdict {
            Verdict::Unchecked => return false,
            Verdict::Valid => {
                self.valid += 1;
                return false;
            }
            Verdict::Invalid | Verdict::Missing | Verdict::Inconclusive => {}
        }
        self.failures += 1;
        self.is_certain |= signature.verdict == Verdict::Invalid;
        if self.failures == 1 {
            self.reason.clone_from(&signature.reason);
        }
        let is_first = matches!(self.cause, Cause::Unknown);
        self.explain(FailureCause::of(signature));
        matches!(self.cause, Cause::Same(_)) && !is_first && self.reason == signature.reason
    }

    fn explain(&mut self, explanation: Option<FailureCause>) {
        let Some(explanation) = explanation else {
            return;
        };
        self.explained += 1;
        match &self.cause {
            Cause::Unknown => self.cause = Cause::Same(explanation),
            Cause::Same(known) if *known == explanation => {}
            Cause::Same(_) | Cause::Different => self.cause = Cause::Different,
        }
    }

    /// What all failures have in common, in lower case and without a full stop; `None` if they
    /// differ, or if there is only one and its own verdict explains it.
    pub fn sentence(&self) -> Option<String> {
        let Cause::Same(cause) = &self.cause else {
            return None;
        };
        let words = match cause {
            FailureCause::Hint(message) if self.failures > 1 => message,
            FailureCause::Reason(Some(reason)) if self.failures > 1 => reason,
            FailureCause::Nothing if self.valid == 0 => self.secret()?,
            _ => return None,
        };
        Some(format!("{}: {words}", self.subject(cause)))
    }

    fn subject(&self, cause: &FailureCause) -> String {
        // Failures that nothing explains cannot be told apart, diagnosed or not.
        let is_partly = *cause != FailureCause::Nothing && self.explained < self.failures;
        match self.failures {
            1 => "nothing that was tried matches".to_owned(),
            _ if is_partly => format!(
                "the {} that were explained fail the same way",
                grouped(self.explained)
            ),
            2 => "both fail the same way".to_owned(),
            count => format!("all {} fail the same way", grouped(count)),
        }
    }

    /// The likeliest cause if nothing matches. Where the body is certain, only the secret is left.
    fn secret(&self) -> Option<&'static str> {
        match (self.is_certain, self.failures) {
            (true, 1) => Some("the secret may be wrong"),
            (true, _) => Some("the secret is probably wrong"),
            (false, 1) => None,
            (false, _) => Some("nothing that was tried matches"),
        }
    }
}
