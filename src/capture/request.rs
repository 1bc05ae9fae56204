//! What a capture says of one request, before anything is made of it.

use std::borrow::Cow;

use jiff::Timestamp;

use super::json::{Object, Value};
use crate::Text;
use crate::delivery::{Ambiguity, Fidelity, Headers};

/// A request, as a capture tells of it.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    pub(super) method: Option<Text<'a>>,
    pub(super) target: Option<Text<'a>>,
    pub(super) received_at: Option<Timestamp>,
    pub(super) headers: Headers<'a>,
    pub(super) body: Option<Body<'a>>,
    pub(super) notes: Vec<String>,
    /// How many bytes the capture says the body had, beside what the headers say, and where.
    pub(super) lengths: Vec<(&'static str, usize)>,
    /// What the capture says in two ways.
    pub(super) ambiguities: Vec<Ambiguity>,
}

/// The body of a request, as a capture kept it.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// The bytes as sent, where `bytes` are what their content encoding holds.
    pub(super) encoded: Option<Cow<'a, [u8]>>,
    pub(super) fidelity: Fidelity,
    /// Its bytes in the input, where they are there as they are.
    pub(super) place: Option<&'a [u8]>,
    /// The line break that follows the bytes, where nothing says that it is not a part of the body.
    pub(super) terminator: &'a [u8],
    /// Whether nothing says that a line break at their end is the body's, and not the file's.
    pub(super) ends_input: bool,
    pub(super) notes: Vec<String>,
    /// What the capture says in two ways.
    pub(super) ambiguities: Vec<Ambiguity>,
}

/// Why an entry of a capture cannot be read, and at which of its bytes.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    pub(super) place: Option<&'a [u8]>,
    pub(super) message: String,
}

impl Request<'_> {
    /// Takes the length of the body from those of these members that have a number; writers give
    /// one that they do not know as 0 or -1.
    pub(super) fn take_lengths(&mut self, object: &Object<'_>, names: &[&'static str]) {
        for name in names {
            let length = object.get(name).and_then(Value::integer);
            let length = length.and_then(|length| usize::try_from(length).ok());
            let known = length.filter(|length| *length > 0);
            self.lengths.extend(known.map(|length| (*name, length)));
        }
    }

    /// The same request, borrowing nothing: for what was read from decoded bytes.
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
    /// A body that is in the input only in disguise.
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

    /// A body that is in the input as it is.
    pub(super) fn at(bytes: &'a [u8], fidelity: Fidelity) -> Self {
        Self {
            place: Some(bytes),
            ..Self::of(bytes, fidelity)
        }
    }

    /// The same body, borrowing nothing.
    fn into_owned(self) -> Body<'static> {
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

    /// Takes what the bytes hold, and keeps the bytes as they were sent.
    pub(super) fn replace(&mut self, decoded: Vec<u8>) {
        let before = std::mem::replace(&mut self.bytes, Cow::Owned(decoded));
        self.encoded.get_or_insert(before);
        // The bytes as sent had an end of their own.
        (self.terminator, self.ends_input) = (b"", false);
    }

    /// The same body, with a note on how it was read.
    pub(super) fn noting(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl<'a> Fault<'a> {
    /// Something wrong where `place` starts.
    pub(super) fn new(place: &'a str, message: impl Into<String>) -> Self {
        Self {
            place: Some(place.as_bytes()),
            message: message.into(),
        }
    }

    /// The same fault of an entry whose bytes are gone.
    pub(super) fn within(self, place: &str) -> Fault<'_> {
        Fault {
            place: Some(place.as_bytes()),
            message: self.message,
        }
    }
}
