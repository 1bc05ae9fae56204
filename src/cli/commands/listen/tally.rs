//! Counts what arrived, for the summary at the end.

use std::collections::BTreeMap;

use super::refusal::Refusal;
use crate::cli::outcome::Outcome;

/// What has arrived so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The deliveries that were accepted.
    pub(super) deliveries: u64,
    /// Those of them whose body had arrived before.
    pub(super) redeliveries: u64,
    refused: BTreeMap<Refusal, u64>,
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
        let total: u64 = self.refused.values().sum();
        if total > 0 {
            let reasons = self.refused.iter().map(|(refusal, count)| {
                let status = refusal.status().as_u16();
                format!("{count} × {status} {}", refusal.reason())
            });
            let reasons = reasons.collect::<Vec<_>>().join(", ");
            let requests = counted(total, "request", "requests");
            sentences.push(format!("answered {requests} with an error: {reasons}"));
        }
        sentences
    }

    fn accepted(&self) -> String {
        let deliveries = counted(self.deliveries, "delivery", "deliveries");
        match self.redeliveries {
            0 => format!("received {deliveries}"),
            1 => format!("received {deliveries}, 1 of them a redelivery"),
            again => format!("received {deliveries}, {again} of them redeliveries"),
        }
    }
}

/// `1 delivery`, `2 deliveries`
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}
