//! The properties of a rule: its name, severity, kind and explanation.
//!
//! The rules themselves are the rows of the [table](super::table), whose columns
//! [`row`](super::row) defines.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use super::nearest;
use super::row::{Explanation, Kind, RuleRow, Severity};
use super::table::{ROWS, Rule};

impl Rule {
    /// Finds the rule with this name.
    ///
    /// # Errors
    /// If there is none: the name of the nearest rule, if one is near.
    ///
    /// ```
    /// use chatlog::finding::Rule;
    ///
    /// assert_eq!(Rule::named("duplicate-key"), Ok(Rule::DuplicateKey));
    /// assert_eq!(Rule::DuplicateKey.name(), "duplicate-key");
    /// ```
    pub fn named(name: &str) -> Result<Self, Option<&'static str>> {
        let known = Self::ALL.iter().find(|rule| rule.name() == name);
        known
            .copied()
            .ok_or_else(|| nearest(name, Self::ALL.iter().map(|rule| rule.name())))
    }

    fn row(self) -> &'static RuleRow {
        &ROWS[self as usize]
    }

    /// Returns the kebab-case name, which never changes.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns the default severity.
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// Returns what the rule is about.
    pub fn kind(self) -> Kind {
        self.row().kind
    }

    /// Returns what the rule reports, in one sentence.
    pub fn sentence(self) -> &'static str {
        self.row().sentence
    }

    /// Returns why the rule matters, with examples.
    pub fn explanation(self) -> &'static Explanation {
        &self.row().explanation
    }

    /// Whether the rule is about the signature of a delivery.
    pub fn is_about_signature(self) -> bool {
        self.kind() == Kind::Signature
    }

    /// Whether a project file may set the level. A file that comes with the deliveries must not
    /// be able to let a forged or unreadable one pass.
    pub fn is_for_projects(self) -> bool {
        !self.row().is_closed_to_projects
    }

    /// Whether findings of the rule are taken back if the type of the value is unknown, because
    /// nothing documents what is inside it.
    pub(super) fn is_forgiven(self) -> bool {
        self.row().is_forgiven
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// On the command line, a rule is given by its name.
#[cfg(feature = "cli")]
impl clap::ValueEnum for Rule {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()).help(self.sentence()))
    }
}
