//! One request as a capture format has found it, before its headers are interpreted.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::Text;
use crate::delivery::{Ambiguity, Fidelity, Headers};

/// The parts of a request that a capture holds.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    pub(super) method: Option<Text<'a>>,
    pub(super) target: Option<Text<'a>>,
    pub(super) received_at: Option<Timestamp>,
    pub(super) headers: Headers<'a>,
    pub(super) body: Option<Body<'a>>,
    pub(super) notes: Vec<String>,
    /// The body's length in bytes as members of the capture give it, with their names. The header
    /// `Content-Length` is not among them.
    pub(super) lengths: Vec<(&'static str, usize)>,
    /// Contradictions in the capture.
    pub(super) ambiguities: Vec<Ambiguity>,
}

/// The body of a request as the capture kept it.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// The bytes as sent, if `bytes` is the result of undoing a content encoding.
    pub(super) encoded: Option<Cow<'a, [u8]>>,
    pub(super) fidelity: Fidelity,
    /// The slice of the record that is the body, if the record holds its bytes unchanged.
    pub(super) place: Option<&'a [u8]>,
    /// The line break after the bytes, if it may be part of the body.
    pub(super) terminator: &'a [u8],
    /// Whether the body ends where the input does, so that a line break at its end may belong to
    /// the file.
    pub(super) ends_input: bool,
    pub(super) notes: Vec<String>,
    /// Contradictions in the capture.
    pub(super) ambiguities: Vec<Ambiguity>,
}

/// Why an entry of a capture cannot be read. `place` is the slice of the record at fault.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    pub(super) place: Option<&'a [u8]>,
    pub(super) message: String,
}

impl Request<'_> {
    /// The same request without borrows, for one that was read from decoded bytes.
    pub(super) fn into_owned(self) -> Request<'static> {
        let owned = |text: Text<'_>| text.into_owned();
        Request {
            method: self.method.map(owned),
            target: self.target.map(owned),
            received_at: self.received_at,
            headers: self.headers.into_owned(),
            body: self.body.map(Body::into_owned),
            notes: self.notes,
            lengths: self.lengths,
            ambiguities: self.ambiguities,
        }
    }
}

impl<'a> Body<'a> {
    /// A body that the record holds in another form, such as a string with escapes or base64.
    pub(super) fn of(bytes: impl Into<Cow<'a, [u8]>>, fidelity: Fidelity) -> Self {
        Self {
            bytes: bytes.into(),
            encoded: None,
            fidelity,
            place: None,
            terminator: b"",
            ends_input: false,
            notes: Vec::new(),
            ambiguities: Vec::new(),
        }
    }

    /// A body that the record holds byte for byte.
    pub(super) fn at(bytes: &'a [u8], fidelity: Fidelity) -> Self {
        Self {
            place: Some(bytes),
            ..Self::of(bytes, fidelity)
        }
    }

    /// The same body without borrows.
    pub(super) fn into_owned(self) -> Body<'static> {
        let owned = |bytes: Cow<'_, [u8]>| Cow::Owned(bytes.into_owned());
        Body {
            bytes: owned(self.bytes),
            encoded: self.encoded.map(owned),
            fidelity: self.fidelity,
            place: None,
            terminator: b"",
            ends_input: false,
            notes: self.notes,
            ambiguities: self.ambiguities,
        }
    }

    /// Replaces the bytes by what they decode to, and keeps the bytes as they were sent.
    pub(super) fn replace(&mut self, decoded: Vec<u8>) {
        let before = std::mem::replace(&mut self.bytes, Cow::Owned(decoded));
        self.encoded.get_or_insert(before);
        // Encoded data marks its own end, so no line break after it can be part of it.
        (self.terminator, self.ends_input) = (b"", false);
    }

    /// Adds a note on how the body was read.
    pub(super) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl<'a> Fault<'a> {
    /// A fault at the start of `place`, which is a slice of the record.
    pub(super) fn new(place: &'a str, message: impl Into<String>) -> Self {
        Self {
            place: Some(place.as_bytes()),
            message: message.into(),
        }
    }

    /// The same fault, placed at `place`: for a fault in decoded bytes, which are not in the
    /// record.
    pub(super) fn within(self, place: &str) -> Fault<'_> {
        Fault {
            place: Some(place.as_bytes()),
            message: self.message,
        }
    }
}
