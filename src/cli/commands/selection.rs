//! Which deliveries of a run are processed: those that the filters accept, up to a limit.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use chatlog::archive::{Duplicates, Filter};
use chatlog::json::Document;
use chatlog::view::{Zone, delivery_count};
use chatlog::{InspectOptions, inspect};

use super::dedupe::Superseded;
use crate::cli::args::FilterArgs;
use crate::cli::outcome::Outcome;
use crate::cli::output::report_problem;
use crate::cli::pipeline::{IncomingDelivery, Outputs, ReadOptions};

/// The filters and the limit of a run, and how many deliveries were accepted and left out.
#[derive(Debug, Default)]
pub(super) struct DeliverySelection {
    pub(super) filter: Filter,
    limit: Option<NonZeroUsize>,
    /// Whether deliveries are left out that a later one of the same session replaces.
    dedupes: bool,
    superseded: Superseded,
    accepted: AtomicUsize,
    left_out: AtomicUsize,
}

impl DeliverySelection {
    /// # Errors
    /// A filter asks for something impossible.
    pub(super) fn new(args: &FilterArgs, zone: &Zone, verifies: bool) -> Result<Self> {
        Ok(Self {
            filter: args.filter(zone, verifies)?,
            limit: args.limit(),
            dedupes: args.dedupe(),
            ..Self::default()
        })
    }

    /// Finds the deliveries that a later one replaces, if the user wants that.
    ///
    /// # Errors
    /// An input can only be read once.
    pub(super) fn find_superseded(
        &mut self,
        options: &ReadOptions,
        outputs: &Arc<Outputs>,
    ) -> Result<()> {
        if self.dedupes {
            self.superseded = Superseded::find(options, outputs)?;
        }
        Ok(())
    }

    /// The duplicates in the inputs, if they were looked for.
    pub(super) fn duplicates(&self) -> Option<&Duplicates> {
        self.dedupes.then(|| self.superseded.duplicates())
    }

    /// Whether a later delivery replaces this one.
    pub(super) fn is_superseded(&self, incoming: &IncomingDelivery<'_>) -> bool {
        self.superseded.numbers.contains(&incoming.number_in_run)
    }

    /// The number of workers, given what the user wants. With a limit there is one, because how many
    /// deliveries came before is only known in order.
    pub(super) fn jobs(&self, wanted: Option<NonZeroUsize>) -> Option<NonZeroUsize> {
        match self.limit {
            Some(_) => Some(NonZeroUsize::MIN),
            None => wanted,
        }
    }

    /// Whether the filters, of which none is about a signature, accept a delivery that none replaces.
    pub(super) fn accepts(&self, incoming: &IncomingDelivery<'_>) -> bool {
        if self.is_superseded(incoming) {
            return false;
        }
        let document = || Document::new(&incoming.delivery.body);
        let options = InspectOptions::default();
        let accepts = |document| {
            let report = inspect(incoming.origin, incoming.delivery, document, &options);
            self.filter.accepts(&report)
        };
        self.filter.is_empty() || accepts(&document())
    }

    /// Counts a delivery that the filters leave out. It does not matter to the outcome of the run.
    pub(super) fn left_out(&self) -> ControlFlow<Outcome, Outcome> {
        self.left_out.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Continue(Outcome::Clean)
    }

    /// What comes after a delivery that was processed: nothing, if it reached the limit.
    pub(super) fn after(
        &self,
        flow: ControlFlow<Outcome, Outcome>,
    ) -> ControlFlow<Outcome, Outcome> {
        let accepted = self.accepted.fetch_add(1, Ordering::Relaxed) + 1;
        match flow {
            ControlFlow::Continue(outcome) if self.limit.is_some_and(|it| accepted >= it.get()) => {
                ControlFlow::Break(outcome)
            }
            flow => flow,
        }
    }

    /// Whether any delivery was processed.
    pub(super) fn has_accepted(&self) -> bool {
        self.accepted.load(Ordering::Relaxed) > 0
    }

    /// Reports on standard error that the filters left everything out: one of them may be misspelt.
    pub(super) fn report_if_all_left_out(&self) {
        let left_out = self.left_out.load(Ordering::Relaxed);
        if left_out > 0 && self.accepted.load(Ordering::Relaxed) == 0 {
            let what = format!("nothing matches, of {}", delivery_count(left_out));
            report_problem(&"filters", &what);
        }
    }
}
