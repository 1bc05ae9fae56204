//! What is said of a signature: the verdict, and everything that explains it.

use std::fmt::{self, Debug, Display};

use super::{Checks, Digest, Hint, SignedBytes};

/// What can be said of a signature. A receiver accepts [`Verdict::Valid`] and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The signature matches the body.
    Valid,
    /// The signature does not match, and the body is certainly what was sent.
    Invalid,
    /// The delivery has no signature.
    Missing,
    /// The signature can be neither confirmed nor refuted: the body may not be what was sent, or the
    /// capture lacks something that the scheme signs.
    Inconclusive,
    /// There is no secret to check the signature with.
    Unchecked,
}

impl Verdict {
    /// Every verdict, the best first.
    pub const ALL: [Self; 5] = [
        Self::Valid,
        Self::Invalid,
        Self::Missing,
        Self::Inconclusive,
        Self::Unchecked,
    ];

    /// The name, as it is shown and serialized.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Missing => "missing",
            Self::Inconclusive => "inconclusive",
            Self::Unchecked => "unchecked",
        }
    }
}

/// On the command line, a verdict is given by its name.
#[cfg(feature = "cli")]
impl clap::ValueEnum for Verdict {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What there is to say about the signature of a delivery.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Whether the signature matches.
    pub verdict: Verdict,
    /// The scheme it was checked against.
    pub scheme: String,
    /// Who chose the scheme, if the caller said so: see [`Checks::with_sources`].
    pub scheme_source: Option<String>,
    /// The header that holds the signature.
    pub header: String,
    /// Who chose the header, if the caller said so.
    pub header_source: Option<String>,
    /// Why the signature is not valid, or which bytes it covers if they are not simply the body. In
    /// lower case, without a full stop, and safe to show on a terminal.
    pub reason: Option<String>,
    /// What would have matched. Empty until the caller puts the hints of
    /// [`diagnose`](crate::diagnosis::diagnose) here; they never change the verdict.
    pub hints: Vec<Hint>,
    /// Which of the secrets matched, from 1.
    pub secret: Option<usize>,
    /// How many secrets there were.
    pub secrets: usize,
    /// Whether the delivery contradicts itself about what was sent or signed, as `reason` says.
    pub is_ambiguous: bool,
    /// What a diagnosis without a hint tried, as phrases; empty like `hints` until then.
    pub tried: Vec<&'static str>,
    /// The bytes that the signature covers, if it matches.
    pub signed: Option<SignedBytes>,
    /// The signatures that were compared, for the
    /// [`SwapDetector`](crate::diagnosis::SwapDetector).
    pub(crate) compared: ComparedDigests,
}

impl Signature {
    pub(super) fn new(verdict: Verdict, checks: &Checks, reason: Option<String>) -> Self {
        Self {
            verdict,
            scheme: checks.scheme.to_string(),
            scheme_source: checks.scheme_source.clone(),
            header: checks.header.clone(),
            header_source: checks.header_source.clone(),
            reason,
            hints: Vec::new(),
            secret: None,
            secrets: checks.keys.len(),
            is_ambiguous: false,
            tried: Vec::new(),
            signed: None,
            compared: ComparedDigests::default(),
        }
    }

    /// Whether a signature was compared and does not match, so that
    /// [`diagnose`](crate::diagnosis::diagnose) may find out why.
    pub fn is_mismatch(&self) -> bool {
        matches!(self.verdict, Verdict::Invalid | Verdict::Inconclusive)
            && self.signed.is_none()
            && !self.compared.presented.is_empty()
    }
}

/// The signatures that came with a delivery, and those that its body gives; never shown.
#[derive(Clone, Default)]
pub(crate) struct ComparedDigests {
    pub(crate) presented: Vec<Digest>,
    pub(crate) expected: Vec<Digest>,
}

impl Debug for ComparedDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ComparedDigests([redacted])")
    }
}
