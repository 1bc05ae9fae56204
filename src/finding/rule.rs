//! What a rule is: how bad what it finds is, what that is about, and what is said of it.
//!
//! The rules themselves are the rows of the [table](super::table).

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use super::nearest;
use super::table::{ROWS, Rule};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Odd, but a receiver can live with it.
    Warning,
    /// The notification is not what the vendor documents.
    Error,
}

impl Severity {
    /// The word scripts and people see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One value: its type, its name, whether it is documented.
    Shape,
    /// A time, or the order of several.
    Time,
    /// Messages, and what they say of each other.
    Conversation,
    /// The signature of a delivery, not a value of its body.
    Signature,
    /// The user's own schema.
    Contract,
}

/// Why a rule matters, with an example that breaks it and one that does not.
#[derive(Debug)]
pub struct Explanation {
    /// Why it matters and where it comes from, in a few sentences.
    pub why: &'static str,
    /// Members of a notification that break the rule; for a signature, a capture.
    pub wrong: &'static str,
    /// The same members as they should be.
    pub right: &'static str,
}

/// Everything there is to know of a rule.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) severity: Severity,
    pub(super) kind: Kind,
    /// Whether only the command line sets its level.
    pub(super) is_closed_to_projects: bool,
    /// Whether it says nothing about a value whose type is unknown.
    pub(super) is_forgiven: bool,
    pub(super) sentence: &'static str,
    pub(super) explanation: Explanation,
}

impl Rule {
    /// The rule of this name.
    ///
    /// # Errors
    /// Where there is none: the name of the nearest rule, if one is near.
    pub fn named(name: &str) -> Result<Self, Option<&'static str>> {
        let known = Self::ALL.iter().find(|rule| rule.name() == name);
        known
            .copied()
            .ok_or_else(|| nearest(name, Self::ALL.iter().map(|rule| rule.name())))
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The stable kebab-case name.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The severity it has unless the user says otherwise.
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// What it is about.
    pub fn kind(self) -> Kind {
        self.row().kind
    }

    /// What the rule says, in one sentence.
    pub fn sentence(self) -> &'static str {
        self.row().sentence
    }

    /// Why the rule matters, with examples.
    pub fn explanation(self) -> &'static Explanation {
        &self.row().explanation
    }

    /// Says whether it is about the signature of a delivery, not about a value of its body.
    pub fn is_about_signature(self) -> bool {
        self.kind() == Kind::Signature
    }

    /// Says whether a project file may set its level. A file that comes with the deliveries must
    /// not be able to make a forged or unreadable one pass.
    pub fn is_for_projects(self) -> bool {
        !self.row().is_closed_to_projects
    }

    /// Says whether it is taken back about a value that turns out to be of an unknown type: nothing
    /// is documented of what is inside that.
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

/// On the command line a rule is its name.
#[cfg(feature = "cli")]
impl clap::ValueEnum for Rule {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()).help(self.sentence()))
    }
}
