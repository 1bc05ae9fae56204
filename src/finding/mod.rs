//! Findings: what is wrong or odd with a delivery.
//!
//! A [`Finding`] says that a [`Rule`] is broken at a [`Pointer`], how bad that is ([`Severity`]),
//! and with which values ([`Detail`]). It is data, not an error: a notification with findings was
//! still read, and is shown. Sentences are made by [`crate::view::wording`] when a finding is
//! shown.
//!
//! Readers note findings in a [`Findings`], which keeps a limited number of each rule. [`Levels`]
//! hold which rules the user silences or makes stricter.
//!
//! To add a rule, add its row to the table, a detail if none describes it, and note it in the
//! module that reads the value.

mod collect;
mod detail;
mod level;
mod pattern;
mod pointer;
mod row;
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
pub use self::pattern::Pattern;
pub use self::pointer::{Occurrence, Place, Pointer, Step};
pub use self::row::{Explanation, Kind, Severity};
pub use self::table::Rule;

/// Something that is wrong or odd with a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: Rule,
    /// How bad it is for this user.
    pub severity: Severity,
    /// The value at fault; for a missing field, the object that lacks it.
    pub pointer: Pointer,
    /// The bytes of the value in the body; `None` until it is located.
    pub span: Option<Range<usize>>,
    /// What was expected and what was found.
    pub detail: Detail,
    /// Other places that explain it.
    pub related: Vec<Related>,
}

/// Another place that explains a finding, such as the first of two equal keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The value there.
    pub pointer: Pointer,
    /// What it is.
    pub label: Label,
    /// The bytes of the value in the body; `None` until it is located.
    pub span: Option<Range<usize>>,
}

impl Finding {
    /// A finding of `rule` at `place`.
    pub fn new(rule: Rule, place: &Place<'_>, detail: Detail) -> Self {
        Self::at(rule, place.pointer(), detail)
    }

    /// A finding of `rule` at a place that is a [`Pointer`] already.
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

    /// Whether it fails a run: an error does, and a signature that can be neither confirmed nor
    /// refuted, whatever its severity.
    pub fn is_failure(&self) -> bool {
        self.severity == Severity::Error || self.rule == Rule::SignatureInconclusive
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

/// Returns `None`: the library without the feature `cli` does not guess.
#[cfg(not(feature = "cli"))]
pub fn nearest<'n>(_: &str, _: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    None
}

/// Returns the one of `names` that `word` was probably meant to be, ignoring case; `None` if none
/// is similar.
#[cfg(feature = "cli")]
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // A word from a stranger may be megabytes long, and the comparison takes its time.
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
