//! Checking the signatures of a run's deliveries, and saying what their failures have in common.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use chatlog::delivery::Delivery;
use chatlog::diagnosis::{Budget, CommonCause, Diagnosis, diagnose};
use chatlog::signature::{Checks, Secret, Signature, verify};

use crate::cli::args::SignatureArgs;
use crate::cli::config::Config;
use crate::cli::output::report_problem;
use crate::cli::pipeline::IncomingDelivery;

/// Checks the signature of one delivery after another, on any thread.
///
/// A verdict depends on its delivery alone. Why a signature fails is explained for the first ones
/// only, and in the order of the input: a failure waits for its turn before it takes anything out of
/// the budget.
pub(super) struct Verifier {
    checks: Checks,
    header_name: String,
    /// Whether the user gave one signature for every delivery.
    is_shared: bool,
    /// What may still be spent on explaining failures.
    budget: Mutex<Budget>,
    /// Whether nothing is left of it.
    is_spent: AtomicBool,
    /// Whether the user wants none explained.
    explains_none: bool,
}

impl Verifier {
    /// A verifier with these secrets and what else was asked for.
    ///
    /// # Errors
    /// Where the environment holds an invalid scheme.
    pub(super) fn new(args: &SignatureArgs, config: &Config, secrets: Vec<Secret>) -> Result<Self> {
        let scheme = args.scheme.scheme(config)?;
        let header = args.scheme.header_name(config);
        let header_name = header.value;
        let mut checks = Checks::new(scheme.value, secrets)
            .with_header_name(&header_name)
            .with_sources(scheme.source, header.source);
        for signature in &args.signature {
            checks = checks.with_signature(signature);
        }
        for (name, value) in &args.header {
            checks = checks.with_header(name, value);
        }
        let is_signature = |(name, _): &(String, String)| name.eq_ignore_ascii_case(&header_name);
        Ok(Self {
            checks,
            is_shared: !args.signature.is_empty() || args.header.iter().any(is_signature),
            header_name,
            explains_none: args.diagnose == Some(Budget::of_failures(0)),
            budget: Mutex::new(args.diagnose.clone().unwrap_or_default()),
            is_spent: AtomicBool::new(false),
        })
    }

    /// The verdict on the signature that came with a delivery, or in a file beside it.
    pub(super) fn verify(&self, incoming: &IncomingDelivery<'_>) -> Signature {
        let delivery = incoming.signed(&self.header_name);
        let mut signature = verify(&delivery, &self.checks);
        if signature.is_mismatch()
            && let Some(Diagnosis { hints, tried }) = self.explain(incoming, &delivery)
        {
            signature.hints = hints;
            signature.tried = tried;
        }
        signature
    }

    /// Why a signature does not match; none where nothing is left of the budget.
    fn explain(
        &self,
        incoming: &IncomingDelivery<'_>,
        delivery: &Delivery<'_>,
    ) -> Option<Diagnosis> {
        if self.is_spent.load(Ordering::Acquire) {
            return None;
        }
        incoming.turn.wait();
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let diagnosis = diagnose(delivery, &self.checks, &mut budget);
        if diagnosis.is_none() {
            self.is_spent.store(true, Ordering::Release);
        }
        diagnosis
    }

    /// The header that holds the signature.
    pub(super) fn header_name(&self) -> &str {
        &self.header_name
    }

    /// Whether all deliveries are checked for one signature, which is not theirs to swap.
    pub(super) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// What deliveries are checked against.
    pub(super) fn checks(&self) -> &Checks {
        &self.checks
    }

    /// What the failures of this verifier have in common, of which there are none yet.
    pub(super) fn failures(&self) -> Failures {
        Failures {
            common: CommonCause::default(),
            unexplained: 0,
            is_shared: self.is_shared,
            explains_none: self.explains_none,
        }
    }
}

/// What the failed signatures of a run have in common.
pub(super) struct Failures {
    common: CommonCause,
    /// How many failures were not explained, for want of budget.
    unexplained: usize,
    is_shared: bool,
    explains_none: bool,
}

impl Failures {
    /// Counts a signature.
    pub(super) fn count(&mut self, signature: &Signature) {
        let is_explained = !signature.hints.is_empty() || !signature.tried.is_empty();
        self.unexplained += usize::from(signature.is_mismatch() && !is_explained);
    }

    /// Whether a signature fails for the same reason as every failure before it, so that there is
    /// nothing new to say about it. Signatures are compared in the order of the input.
    pub(super) fn is_repeated(&mut self, signature: &Signature) -> bool {
        !self.is_shared && self.common.add(signature)
    }

    /// What there is to say of all failures together.
    pub(super) fn sentences(&self) -> impl Iterator<Item = String> {
        self.common.sentence().into_iter().chain(self.unexplained())
    }

    /// Says it on standard error: for formats that hold findings alone.
    pub(super) fn report(&self) {
        for sentence in self.sentences() {
            report_problem(&"signatures", &sentence);
        }
    }

    /// That there are failures which were not explained, unless the user wants it so.
    pub(super) fn unexplained(&self) -> Option<String> {
        match self.unexplained {
            _ if self.explains_none => None,
            0 => None,
            1 => Some("1 more failure is not explained; --diagnose all explains it".to_owned()),
            count => Some(format!(
                "{count} more failures are not explained; --diagnose all explains them"
            )),
        }
    }
}
