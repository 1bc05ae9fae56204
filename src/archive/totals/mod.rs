//! Totals over many sessions: one value, and one way to put two of them together.
//!
//! [`Totals::add`] adds a session and [`Totals::merge`] the totals of other sessions; nothing else changes
//! them. So workers count batches and machines count parts of an archive, and the sum is the same as if
//! one had counted everything. They take the same memory for ten sessions and ten million: names are
//! bounded (see [`Breakdown`]), and so are distributions (see [`Distribution`]). A distribution of many
//! numbers takes some 20 KB, and a group has two: ten thousand large groups take some 200 MB.
//!
//! All numbers are exact, but for the quantiles of a distribution of many numbers. A session that is
//! broken is counted with what it has; a value that is missing, blank or not usable is a name of its own,
//! `None`, and is not in a distribution.

mod breakdown;
mod conversation;
mod dimension;
mod distribution;
mod group;
mod json;

pub use self::breakdown::{Breakdown, MAX_NAMES, Name};
pub use self::conversation::{ConversationTotals, LAST_MESSAGE, PICK};
pub use self::dimension::{Dimension, Dimensions};
pub use self::distribution::Distribution;
pub use self::group::Group;
use self::group::SessionNumbers;
pub use self::json::TotalsError;
use super::Duplicates;
use crate::Report;
use crate::finding::Rule;
use crate::notification::Session;
use crate::signature::Verdict;

/// Totals over many sessions.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// All sessions.
    pub all: Group,
    /// The number of other deliveries: other notifications, and bodies that cannot be read.
    pub without_session: u64,
    /// What was said.
    pub conversation: ConversationTotals,
    /// Sessions by the dimensions of [`Dimension::USUAL`], in their order.
    pub by_usual: [Breakdown<u64>; Dimension::USUAL.len()],
    /// Sessions in the groups that the user asked for.
    pub groups: Breakdown<Group>,
    /// The number of findings by rule, if they were counted.
    pub findings: Option<Breakdown<u64>>,
    /// The number of verdicts, if signatures were checked.
    pub verdicts: Option<Breakdown<u64>>,
    /// Deliveries that arrived again, as far as they were counted together.
    pub duplicates: Duplicates,
    /// Whether counting was interrupted.
    pub is_partial: bool,
}

impl Totals {
    /// Adds a session.
    pub fn add(&mut self, session: &Session<'_>, dimensions: &Dimensions) {
        let numbers = SessionNumbers::of(session);
        self.all.add(&numbers);
        self.conversation.add(session);
        dimensions.of(session, |usual, chosen| {
            for (breakdown, name) in self.by_usual.iter_mut().zip(usual) {
                breakdown.count(&[*name]);
            }
            if !chosen.is_empty() {
                self.groups.value(chosen).add(&numbers);
            }
        });
    }

    /// Adds the findings and the verdict of a delivery.
    pub fn add_checks(&mut self, report: &Report<'_>, counts_findings: bool) {
        if counts_findings {
            let findings = self.findings.get_or_insert_default();
            for (rule, count) in report.counts() {
                *findings.value(&[Some(rule.name())]) += count as u64;
            }
        }
        let verdict = report.signature.as_ref().map(|it| it.verdict);
        if let Some(verdict) = verdict.filter(|verdict| *verdict != Verdict::Unchecked) {
            let verdicts = self.verdicts.get_or_insert_default();
            verdicts.count(&[Some(verdict.name())]);
        }
    }

    /// Adds the totals of later deliveries.
    pub fn merge(&mut self, later: Self) {
        let add = |sum: &mut u64, count| *sum += count;
        self.all.merge(later.all);
        self.without_session += later.without_session;
        self.conversation.merge(later.conversation);
        for (breakdown, later) in self.by_usual.iter_mut().zip(later.by_usual) {
            breakdown.merge(later, add);
        }
        self.groups.merge(later.groups, Group::merge);
        for (counts, later) in [
            (&mut self.findings, later.findings),
            (&mut self.verdicts, later.verdicts),
        ] {
            if let Some(later) = later {
                counts.get_or_insert_default().merge(later, add);
            }
        }
        self.duplicates.merge(later.duplicates);
        self.is_partial |= later.is_partial;
    }

    /// The number of findings by rule, the errors first.
    pub fn findings_by_rule(&self) -> Vec<(Rule, u64)> {
        let findings = self.findings.iter().flat_map(Breakdown::iter);
        let rule = |name: &[Option<Box<str>>]| Rule::named(name.first()?.as_deref()?).ok();
        let mut counts: Vec<_> = findings
            .filter_map(|(name, count)| Some((rule(name)?, *count)))
            .collect();
        counts.sort();
        counts
    }
}
