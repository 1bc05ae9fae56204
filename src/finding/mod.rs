//! What can be wrong or odd with a delivery: rules, places, and findings of the rules at places.
//!
//! A finding is data: its [`Detail`] holds what was expected and what is there. Sentences are made
//! where it is shown, by [`crate::view::wording`]. To add a rule, add its row to the table,
//! a detail if none fits, and note it where it is seen.

mod collect;
mod detail;
mod level;
mod pointer;
mod rule;
mod table;

use std::ops::Range;

pub use self::collect::{FindingLimit, Findings, Mark, Omitted};
pub(crate) use self::collect::{add_omitted, cut};
pub use self::detail::{
    BadTime, ContractViolation, Detail, Expected, Found, Label, NotJson, PrecisionLoss,
    SessionRelation, UnknownName, UnknownValue,
};
pub(crate) use self::detail::{quoted_id, quoted_word};
pub use self::level::{Level, Levels};
pub use self::pointer::{Occurrence, Place, Pointer, Step};
pub use self::rule::{Explanation, Kind, Severity};
pub use self::table::Rule;

/// Something wrong or odd with a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub rule: Rule,
    /// How bad it is for this user.
    pub severity: Severity,
    /// The value at fault; for a missing field the object that lacks it.
    pub pointer: Pointer,
    /// The bytes of the body at fault, once located.
    pub span: Option<Range<usize>>,
    /// What was expected and what is there.
    pub detail: Detail,
    /// Other places that explain it.
    pub related: Vec<Related>,
}

/// A place that explains a finding: the first of two equal keys, say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where it is.
    pub pointer: Pointer,
    /// What is there.
    pub label: Label,
    /// The bytes of the body it covers, once located.
    pub span: Option<Range<usize>>,
}

impl Finding {
    /// A finding of `rule` at `place`.
    pub fn new(rule: Rule, place: &Place<'_>, detail: Detail) -> Self {
        Self::at(rule, place.pointer(), detail)
    }

    /// A finding of `rule` at a place that is known already.
    pub fn at(rule: Rule, pointer: Pointer, detail: Detail) -> Self {
        Self {
            rule,
            severity: rule.severity(),
            pointer,
            span: None,
            detail,
            related: Vec::new(),
        }
    }

    /// Adds a place that explains it.
    pub fn with_related(mut self, pointer: Pointer, label: Label) -> Self {
        self.related.push(Related {
            pointer,
            label,
            span: None,
        });
        self
    }
}

/// The name of `names` that `word` was probably meant to be. The library alone does not guess.
#[cfg(not(feature = "cli"))]
pub fn nearest<'n>(_: &str, _: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    None
}

/// The name of `names` that `word` was probably meant to be.
#[cfg(feature = "cli")]
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // A stranger's word may be megabytes long; no name is.
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}
