//! What is known about a rule: the columns of the [table](super::table).

use serde::{Serialize, Serializer};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Odd, but a receiver can live with it.
    Warning,
    /// The notification is not what the vendor documents.
    Error,
}

impl Severity {
    /// Returns the word that scripts and people see: `warning` or `error`.
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
    /// Messages and how they refer to each other.
    Conversation,
    /// The signature of a delivery, rather than a value in its body.
    Signature,
    /// The user's own schema.
    Contract,
}

/// Why a rule matters, with an example that breaks it and one that meets it.
#[derive(Debug)]
pub struct Explanation {
    /// A few sentences: why the rule matters, where it comes from, and typical causes.
    pub why: &'static str,
    /// Members of a notification, or a whole body, that break the rule; for a signature, a capture.
    pub wrong: &'static str,
    /// The same members as they should be, or those of a session-end notification.
    pub right: &'static str,
}

/// A row of the table: the properties of one rule.
#[derive(Debug)]
pub(super) struct RuleRow {
    pub(super) name: &'static str,
    pub(super) severity: Severity,
    pub(super) kind: Kind,
    /// Whether only the command line may set its level.
    pub(super) is_closed_to_projects: bool,
    /// Whether its findings about a value are taken back if the type of the value is unknown.
    pub(super) is_forgiven: bool,
    pub(super) sentence: &'static str,
    pub(super) explanation: Explanation,
}
