//! A received webhook request: its headers, the bytes of its body, and how faithfully a capture
//! kept them.
//!
//! Every capture format produces [`Delivery`]s, and signatures, the schema and the views see
//! nothing else of a capture.

mod format;
mod headers;

use std::borrow::Cow;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

pub use self::format::CaptureFormat;
pub use self::headers::Headers;
pub(crate) use self::headers::SIGNATURE_HEADER;
use crate::{Position, Text};

/// One received webhook request.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// The format of the capture that it was read from.
    pub format: CaptureFormat,
    /// How faithfully the capture kept the body.
    pub fidelity: Fidelity,
    /// The request's method, if the capture holds it.
    pub method: Option<Text<'a>>,
    /// The request's target or URL, if the capture holds it.
    pub target: Option<Text<'a>>,
    /// When the request was received, if the capture holds it.
    pub received_at: Option<Timestamp>,
    /// The request's headers; empty if the capture does not hold them.
    pub headers: Headers<'a>,
    /// The body, with its content encoding and its encryption undone.
    pub body: Cow<'a, [u8]>,
    /// The body as it was sent, if it had a content encoding or an encryption that was undone.
    pub encoded_body: Option<Cow<'a, [u8]>>,
    /// The line break after the body, if it may be part of it: at the end of a line of NDJSON, or
    /// before the next HTTP message. Otherwise empty.
    pub terminator: &'a [u8],
    /// Whether the body ends where its file does and no length is given for it: a line break at its
    /// end may belong to the file.
    pub ends_input: bool,
    /// Where the delivery starts in its input.
    pub start: Position,
    /// Where the body starts in its input; `None` if it is wrapped in a string or base64, and so
    /// has no lines there.
    pub body_start: Option<Position>,
    /// What was done or assumed to read the delivery, as sentences. Safe to print.
    pub notes: Vec<String>,
    /// Contradictions in the capture.
    pub ambiguities: Vec<Ambiguity>,
}

/// A contradiction in a capture: two different bodies, headers or lengths for one request, or a
/// request inside another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// What differs, and which of the two was read. Safe to print.
    pub message: String,
    /// What the contradiction leaves open.
    pub doubt: Doubt,
}

/// What an [`Ambiguity`] leaves open, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Nothing: the body that was read is the more faithful one.
    Settled,
    /// Whether the body is what was sent. A signature that does not match proves nothing.
    OfMismatch,
    /// Which of two bodies was sent, or whose signature it is. A signature that matches proves nothing
    /// either.
    OfBoth,
}

impl Delivery<'_> {
    /// The notes, followed by the messages of the ambiguities.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        let ambiguities = self.ambiguities.iter();
        let notes = self.notes.iter().map(String::as_str);
        notes.chain(ambiguities.map(|ambiguity| ambiguity.message.as_str()))
    }

    /// The same delivery without borrows. The terminator is dropped.
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

    /// The SHA-256 of [`Delivery::body`].
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.body).into()
    }
}

/// How faithfully a capture kept the body of a request, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fidelity {
    /// The bytes as they were received.
    Exact,
    /// A string: exact if the body was UTF-8 and had no content encoding.
    Text,
    /// Decompressed, or converted from another character set. The bytes that were sent are lost.
    Decoded,
    /// Parsed and written again, perhaps with other white space, key order or escapes.
    Reserialized,
    /// Cut off.
    Truncated,
}

impl Fidelity {
    /// The name in all output.
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
