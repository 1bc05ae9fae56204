//! Inspects the deliveries of a run as the options say: redacts what is shown, checks what is asked for,
//! and leaves out what the filters do not accept.
//!
//! Filters and signatures are about what was received, and everything else about what is shown. So a
//! delivery that is redacted, or whose signature may be explained at some expense, is filtered before
//! that, with a reading of its own.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Result;
use chatlog::contract::Contract;
use chatlog::delivery::Delivery;
use chatlog::finding::{FindingLimit, Levels};
use chatlog::json::Document;
use chatlog::{InspectOptions, Report, VerifyFn, inspect, inspect_signature};

use super::redaction::Redaction;
use super::selection::DeliverySelection;
use super::verifier::Verifier;
use crate::cli::args::DeliveryArgs;
use crate::cli::outcome::Outcome;
use crate::cli::pipeline::{IncomingDelivery, Outputs, ReadOptions};

/// What is inspected, and which deliveries are. The default is all of them, their bodies and nothing else.
#[derive(Default)]
pub(super) struct Inspection {
    pub(super) levels: Levels,
    pub(super) limit: FindingLimit,
    /// The user's own schemas.
    pub(super) contracts: Vec<Contract>,
    /// `None` to leave signatures alone.
    pub(super) verifier: Option<Verifier>,
    pub(super) redaction: Redaction,
    pub(super) selection: DeliverySelection,
    /// Whether the body is not read, but only its signature checked.
    pub(super) checks_signatures_only: bool,
}

impl Inspection {
    /// The options for a run: with as many workers as it can have. Finds what `--dedupe` leaves out.
    ///
    /// # Errors
    /// The inputs would have to be read twice, and cannot.
    pub(super) fn prepare(
        &mut self,
        options: ReadOptions,
        args: &DeliveryArgs,
        outputs: &Arc<Outputs>,
    ) -> Result<ReadOptions> {
        let jobs = self.selection.jobs(args.jobs.jobs());
        let options = options.with_jobs(self.redaction.jobs(jobs));
        self.selection.find_superseded(&options, outputs)?;
        Ok(options)
    }

    /// Inspects a delivery and passes its report on, unless the filters leave it out.
    ///
    /// # Errors
    /// Something in it should have been redacted, and is not; or what `then` returns.
    pub(super) fn inspect(
        &self,
        incoming: &IncomingDelivery<'_>,
        then: impl FnOnce(Report<'_>) -> Result<ControlFlow<Outcome, Outcome>>,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        if self.selection.is_superseded(incoming) {
            return Ok(self.selection.left_out());
        }
        let is_filtered_first = self.is_filtered_first();
        if is_filtered_first && !self.accepts_received(incoming) {
            return Ok(self.selection.left_out());
        }
        let shown = self.redaction.delivery(incoming)?;
        let verify = self
            .verifier
            .as_ref()
            .map(|verifier| |_: &Delivery<'_>| self.redaction.signature(verifier.verify(incoming)));
        let options = InspectOptions {
            verifier: verify.as_ref().map(|verify| verify as VerifyFn<'_>),
            ..self.options()
        };
        if self.checks_signatures_only {
            let report = inspect_signature(&shown.origin, &shown.delivery, &options);
            return Ok(self.selection.after(then(report)?));
        }
        let document = Document::new(&shown.delivery.body);
        let report = inspect(&shown.origin, &shown.delivery, &document, &options);
        if !is_filtered_first && !self.selection.filter.accepts(&report) {
            return Ok(self.selection.left_out());
        }
        Ok(self.selection.after(then(report)?))
    }

    /// A text that belongs to no delivery, as it is shown.
    pub(super) fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redaction.text(text)
    }

    fn is_filtered_first(&self) -> bool {
        let is_costly =
            self.redaction.is_on() || self.verifier.is_some() || self.checks_signatures_only;
        is_costly && !self.selection.filter.is_empty()
    }

    /// Whether the filters accept a delivery as it was received.
    fn accepts_received(&self, incoming: &IncomingDelivery<'_>) -> bool {
        let filter = &self.selection.filter;
        let verifier = self.verifier.as_ref().filter(|_| filter.needs_verdict());
        let verify = verifier.map(|it| |_: &Delivery<'_>| it.verdict(incoming));
        let options = InspectOptions {
            verifier: verify.as_ref().map(|verify| verify as VerifyFn<'_>),
            ..self.options()
        };
        let document = Document::new(&incoming.delivery.body);
        filter.accepts(&inspect(
            incoming.origin,
            incoming.delivery,
            &document,
            &options,
        ))
    }

    fn options(&self) -> InspectOptions<'_> {
        InspectOptions {
            limit: self.limit,
            levels: &self.levels,
            contracts: &self.contracts,
            verifier: None,
        }
    }
}
