//! Checks the signatures of all deliveries of a run, and summarizes what their failures have in
//! common.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use chatlog::Report;
use chatlog::archive::Filter;
use chatlog::delivery::Delivery;
use chatlog::diagnosis::{Budget, CommonCause, Diagnosis, diagnose};
use chatlog::signature::{Checks, Secret, Signature, Verdict, verify};

use crate::cli::args::SignatureArgs;
use crate::cli::config::Config;
use crate::cli::output::report_problem;
use crate::cli::pipeline::IncomingDelivery;

/// Checks signatures, on any thread.
///
/// A verdict depends on its delivery alone. Explaining a failure is expensive, so only the first
/// failures of the input are explained, as far as a budget lasts. A failure waits for its turn before
/// it uses the budget, so that the same ones are explained for any number of workers.
pub(super) struct Verifier {
    checks: Checks,
    header_name: String,
    /// Whether the user gave one signature for every delivery.
    is_shared: bool,
    /// The budget for explaining failures.
    budget: Mutex<Budget>,
    /// Whether the budget is used up, so that nobody needs to wait for it.
    is_spent: AtomicBool,
    /// Whether the user turned explanations off.
    explains_none: bool,
}

impl Verifier {
    /// A verifier with these secrets and the options of the user.
    ///
    /// # Errors
    /// The environment holds an invalid scheme.
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

    /// A verifier for output that has room for verdicts and not for explanations; `None` if there is no
    /// secret, and no filter that asks for verdicts.
    ///
    /// # Errors
    /// The environment holds an invalid scheme.
    pub(super) fn of_verdicts(
        args: &SignatureArgs,
        config: &Config,
        secrets: Vec<Secret>,
        filter: &Filter,
    ) -> Result<Option<Self>> {
        if secrets.is_empty() && !filter.needs_verdict() {
            return Ok(None);
        }
        Ok(Some(Self {
            is_spent: AtomicBool::new(true),
            explains_none: true,
            ..Self::new(args, config, secrets)?
        }))
    }

    /// Checks the signature of a delivery, which may be in a file next to its source.
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

    /// Checks the signature of a delivery, without an explanation if it does not match.
    pub(super) fn verdict(&self, incoming: &IncomingDelivery<'_>) -> Signature {
        verify(&incoming.signed(&self.header_name), &self.checks)
    }

    /// Why a signature does not match; `None` if the budget is used up.
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

    /// Whether the user gave one signature for every delivery, so that none can be swapped.
    pub(super) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The scheme, secrets and signatures to check against.
    pub(super) fn checks(&self) -> &Checks {
        &self.checks
    }

    /// An empty summary for the failures of this verifier.
    pub(super) fn failures(&self) -> Failures {
        Failures {
            common: CommonCause::default(),
            unexplained: 0,
            is_shared: self.is_shared,
            explains_none: self.explains_none,
        }
    }
}

/// Whether a signature is not valid and yet no finding of the report: the user allows it. With
/// `--quiet`, only failures are findings.
pub(super) fn is_silent(report: &Report<'_>) -> bool {
    let signature = report.signature.as_ref();
    let mut findings = report.findings.iter();
    signature.is_some_and(|signature| signature.verdict != Verdict::Valid)
        && !findings.any(|finding| finding.rule.is_about_signature())
}

/// A summary of the failed signatures of a run.
pub(super) struct Failures {
    common: CommonCause,
    /// How many failures were not explained, because the budget was used up.
    unexplained: usize,
    is_shared: bool,
    explains_none: bool,
}

impl Failures {
    /// Counts a signature if it is a failure without an explanation.
    pub(super) fn count(&mut self, signature: &Signature) {
        let is_explained = !signature.hints.is_empty() || !signature.tried.is_empty();
        self.unexplained += usize::from(signature.is_mismatch() && !is_explained);
    }

    /// Whether a signature fails for the same reason as every failure before it, so that its
    /// explanation need not be repeated. Call it in the order of the input.
    pub(super) fn is_repeated(&mut self, signature: &Signature) -> bool {
        !self.is_shared && self.common.add(signature)
    }

    /// The sentences of the summary.
    pub(super) fn sentences(&self) -> impl Iterator<Item = String> {
        self.common.sentence().into_iter().chain(self.unexplained())
    }

    /// Prints the summary on standard error, for formats that only hold findings.
    pub(super) fn report(&self) {
        for sentence in self.sentences() {
            report_problem(&"signatures", &sentence);
        }
    }

    /// The sentence about failures that were not explained, unless the user turned explanations off.
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
