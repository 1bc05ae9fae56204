//! Levels: what a user wants done about each rule.
//!
//! A level is what `-A`, `-W` and `-D` or `[rules]` in `chatlog.toml` say; a [`Severity`] is how
//! bad a finding is once levels are applied. `--strict` makes every warning an error, after all
//! other levels.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, Severity};

/// What to do about the findings of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Drop them.
    Allow,
    /// Report them as warnings.
    Warn,
    /// Report them as errors.
    Deny,
}

impl Level {
    /// Every level with its name.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("allow", Self::Allow),
        ("warn", Self::Warn),
        ("deny", Self::Deny),
    ];
}

/// The levels that a user has set; all other rules keep their default severity.
///
/// ```
/// use chatlog::finding::{Level, Levels, Rule, Severity};
///
/// let mut levels = Levels::default();
/// levels.set(Rule::UnknownValue, Level::Warn);
/// assert_eq!(levels.severity(Rule::UnknownValue), Some(Severity::Warning));
/// levels.set(Rule::UnknownValue, Level::Allow);
/// assert_eq!(levels.severity(Rule::UnknownValue), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Levels {
    set: BTreeMap<Rule, Level>,
    /// The rules whose level comes from the project file.
    by_project: BTreeSet<Rule>,
    strict: bool,
}

impl Levels {
    /// Sets the level of a rule; the last call wins.
    pub fn set(&mut self, rule: Rule, level: Level) {
        self.set.insert(rule, level);
        self.by_project.remove(&rule);
    }

    /// Sets the level of a rule from the project file: errors that this relaxes are counted.
    pub fn set_by_project(&mut self, rule: Rule, level: Level) {
        self.set.insert(rule, level);
        self.by_project.insert(rule);
    }

    /// Makes every warning an error.
    pub fn be_strict(&mut self) {
        self.strict = true;
    }

    /// Returns the severity of a rule; `None` if it is allowed.
    pub fn severity(&self, rule: Rule) -> Option<Severity> {
        let severity = match self.set.get(&rule) {
            Some(Level::Allow) => return None,
            Some(Level::Warn) => Severity::Warning,
            Some(Level::Deny) => Severity::Error,
            None => rule.severity(),
        };
        Some(if self.strict {
            Severity::Error
        } else {
            severity
        })
    }

    /// Whether the project file relaxed a rule that is an error by default.
    pub(crate) fn relaxes(&self, rule: Rule) -> bool {
        self.by_project.contains(&rule)
            && rule.severity() == Severity::Error
            && self.severity(rule) != Some(Severity::Error)
    }
}
