//! What a user wants done about each rule.

use std::collections::{BTreeMap, BTreeSet};

use super::{Rule, Severity};

/// What a user wants done about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing: it is not noted.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
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

/// What a user wants done about each rule.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    set: BTreeMap<Rule, Level>,
    /// The rules whose level the project has set.
    by_project: BTreeSet<Rule>,
    strict: bool,
}

impl Levels {
    /// Sets the level of a rule; the last one set counts.
    pub fn set(&mut self, rule: Rule, level: Level) {
        self.set.insert(rule, level);
        self.by_project.remove(&rule);
    }

    /// Sets the level of a rule as the project has it: errors that this relaxes are counted.
    pub fn set_by_project(&mut self, rule: Rule, level: Level) {
        self.set.insert(rule, level);
        self.by_project.insert(rule);
    }

    /// Makes an error of every warning.
    pub fn be_strict(&mut self) {
        self.strict = true;
    }

    /// The severity of a rule; none where it is allowed.
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

    /// Says whether the project made less than an error of a rule that is one by default.
    pub(crate) fn relaxes(&self, rule: Rule) -> bool {
        self.by_project.contains(&rule)
            && rule.severity() == Severity::Error
            && self.severity(rule) != Some(Severity::Error)
    }
}
