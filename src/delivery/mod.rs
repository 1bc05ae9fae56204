//! A received webhook request: its headers, the bytes of its body, and how faithfully a capture kept
//! them.
//!
//! Every capture format ends here, and everything that is said of a request starts here.

mod headers;

use std::borrow::Cow;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

pub use self::headers::Headers;
use crate::capture::Format;
use crate::{Position, Text};

/// One received webhook request.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// How it was saved.
    pub format: Format,
    /// How faithfully its body was kept.
    pub fidelity: Fidelity,
    /// The request's method, where it is known.
    pub method: Option<Text<'a>>,
    /// The request's target or URL, where it is known.
    pub target: Option<Text<'a>>,
    /// When it was received, where that is known.
    pub received_at: Option<Timestamp>,
    /// The request's headers, where they are known.
    pub headers: Headers<'a>,
    /// The body.
    pub body: Cow<'a, [u8]>,
    /// The bytes as sent, where `body` is what their content encoding holds.
    pub encoded_body: Option<Cow<'a, [u8]>>,
    /// A line break that may belong to the body: that of a line of many, or before the next message.
    pub terminator: &'a [u8],
    /// Whether the body ends where its file does, and no length says how long it was: a line break
    /// at its end may be the file's.
    pub ends_input: bool,
    /// Where it starts in its input.
    pub start: Position,
    /// Where its body starts in its input; none where it is wrapped in a string, and has no lines
    /// of its own there.
    pub body_start: Option<Position>,
    /// What was done or assumed to read it, in words.
    pub notes: Vec<String>,
    /// What the capture says in two ways.
    pub ambiguities: Vec<Ambiguity>,
}

/// Something that a capture says of a request in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// What it is, in words; safe to show.
    pub message: String,
    /// What it leaves open.
    pub doubt: Doubt,
}

/// What an [`Ambiguity`] leaves open, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Nothing: what was read is the more faithful of the two.
    Settled,
    /// Whether the body is what was sent: a signature that does not match it proves nothing.
    OfMismatch,
    /// Which of two bodies was sent: a signature that matches one of them proves nothing either.
    OfBoth,
}

impl Delivery<'_> {
    /// Everything to know of how it was read, in words: the notes, and what is ambiguous.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        let ambiguities = self.ambiguities.iter();
        let notes = self.notes.iter().map(String::as_str);
        notes.chain(ambiguities.map(|ambiguity| ambiguity.message.as_str()))
    }

    /// The same, owning everything.
    pub fn into_owned(self) -> Delivery<'static> {
        Delivery {
            method: self.method.map(Text::into_owned),
            target: self.target.map(Text::into_owned),
            headers: self.headers.into_owned(),
            body: Cow::Owned(self.body.into_owned()),
            encoded_body: self.encoded_body.map(|body| Cow::Owned(body.into_owned())),
            terminator: b"",
            ends_input: self.ends_input,
            format: self.format,
            fidelity: self.fidelity,
            received_at: self.received_at,
            start: self.start,
            body_start: self.body_start,
            notes: self.notes,
            ambiguities: self.ambiguities,
        }
    }

    /// The SHA-256 of the body.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.body).into()
    }
}

/// How faithfully a capture kept the body of a request, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "cli",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
pub enum Fidelity {
    /// The bytes as they were received.
    Exact,
    /// A string: exact if the bytes were UTF-8 and not content-encoded.
    Text,
    /// Decompressed, or decoded from another character set.
    Decoded,
    /// Parsed and written again.
    Reserialized,
    /// Cut short.
    Truncated,
}

impl Fidelity {
    /// The word people and programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Text => "text",
            Self::Decoded => "decoded",
            Self::Reserialized => "reserialized",
            Self::Truncated => "truncated",
        }
    }
}
