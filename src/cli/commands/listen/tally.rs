//! Counts what arrived, for the summary at the end.

use std::collections::BTreeMap;

use chatlog::view::delivery_count;
use chatlog::view::findings::counted;

use super::refusal::Refusal;
use crate::cli::outcome::Outcome;

/// What has arrived so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The deliveries that were accepted.
    pub(super) deliveries: usize,
    /// Those of them whose body had arrived before.
    pub(super) redeliveries: usize,
    refused: BTreeMap<Refusal, usize>,
}

impl Tally {
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        *self.refused.entry(refusal).or_default() += 1;
    }

    /// What the refusals mean for the run.
    pub(super) fn outcome(&self) -> Outcome {
        let outcomes = self.refused.keys().map(|refusal| refusal.outcome());
        outcomes.max().unwrap_or_default()
    }

    /// The sentences of the summary.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![self.accepted()];
        let total: usize = self.refused.values().sum();
        if total > 0 {
            let reasons = self.refused.iter().map(|(refusal, count)| {
                let status = refusal.status().as_u16();
                format!("{count} × {status} {}", refusal.reason())
            });
            let reasons = reasons.collect::<Vec<_>>().join(", ");
            let requests = counted(total, "request");
            sentences.push(format!("answered {requests} with an error: {reasons}"));
        }
        sentences
    }

    fn accepted(&self) -> String {
        let deliveries = delivery_count(self.deliveries);
        match self.redeliveries {
            0 => format!("received {deliveries}"),
            1 => format!("received {deliveries}, 1 of them a redelivery"),
            again => format!("received {deliveries}, {again} of them redeliveries"),
        }
    }
}
