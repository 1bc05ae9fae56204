//! One cause, one sentence: what all failures of a run have in common.

use crate::signature::{Hint, Signature, Verdict};
use crate::text::grouped;

/// What the failures of a run have in common, to be said once in place of at each of them.
#[derive(Debug, Default)]
pub struct CommonCause {
    valid: usize,
    failures: usize,
    /// Of the failures, those whose cause was looked for.
    explained: usize,
    /// Whether the body of some failure is surely what was sent.
    is_certain: bool,
    cause: Cause,
    /// The reason of the first failure.
    reason: Option<String>,
}

/// What was found of the failures so far.
#[derive(Debug, Default)]
enum Cause {
    #[default]
    Unknown,
    Same(Explanation),
    Different,
}

/// Why one signature fails.
#[derive(Debug, PartialEq, Eq)]
enum Explanation {
    /// This would match.
    Hint(Hint),
    /// There is nothing that could match.
    Reason(Option<String>),
    /// Nothing that was tried matches.
    Nothing,
}

impl Explanation {
    /// Why a signature fails; none where that was not looked for.
    fn of(signature: &Signature) -> Option<Self> {
        match signature.hints.first() {
            Some(hint) => Some(Self::Hint(hint.clone())),
            None if !signature.tried.is_empty() => Some(Self::Nothing),
            None if !signature.is_mismatch() => Some(Self::Reason(signature.reason.clone())),
            None => None,
        }
    }
}

impl CommonCause {
    /// Adds a signature. Says whether it fails for the reason that every failure before it had, so
    /// that there is nothing new to say of it.
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
        self.explain(Explanation::of(signature));
        matches!(self.cause, Cause::Same(_)) && !is_first && self.reason == signature.reason
    }

    fn explain(&mut self, explanation: Option<Explanation>) {
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

    /// What all failures have in common, in one sentence; none where they are different, or there
    /// is only one and it was explained where it is.
    pub fn sentence(&self) -> Option<String> {
        let Cause::Same(explanation) = &self.cause else {
            return None;
        };
        let cause = match explanation {
            Explanation::Hint(hint) if self.failures > 1 => hint.message.as_str(),
            Explanation::Reason(Some(reason)) if self.failures > 1 => reason,
            Explanation::Nothing if self.valid == 0 => self.secret()?,
            _ => return None,
        };
        Some(format!("{}: {cause}", self.subject(explanation)))
    }

    fn subject(&self, explanation: &Explanation) -> String {
        // Where nothing matches, nothing tells one failure from another.
        let is_partly = *explanation != Explanation::Nothing && self.explained < self.failures;
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

    /// The likeliest cause where nothing matches.
    fn secret(&self) -> Option<&'static str> {
        match (self.is_certain, self.failures) {
            (true, 1) => Some("the secret may be another one"),
            (true, _) => Some("the secret is probably another one"),
            (false, 1) => None,
            (false, _) => Some("nothing that was tried matches"),
        }
    }
}
