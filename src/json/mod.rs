//! Reads JSON into types and notes what is wrong with it, with places, in one pass.
//!
//! A type that implements `Read` fills itself from a `Decoder`. A value of the wrong shape becomes a
//! [`Finding`](crate::finding::Finding), and reading goes on. Only a syntax error ends it early, and
//! everything read before that is kept.
//!
//! **One decoder.** serde reports a value of an unexpected type as an error, after which nothing can
//! be read. A checker must go on. So the decoder returns every value as the text that it covers, with
//! its grammar checked, and the reader interprets that text: a `null` instead of a string costs a
//! finding, and not a second pass. There is no fast mode besides a thorough one, so the two cannot
//! disagree. One function, `read_record`, reads all objects, through a table that `record!` makes
//! for each, so that the whole reader stays in the processor's cache. `serde_json` is only used to
//! explain a syntax error, once the decoder found one. A test checks that the decoder accepts exactly
//! what `serde_json` accepts.
//!
//! **Outlines.** Totals over an archive need a few fields of each session. A record can name its
//! *outline*, the members without which nothing can be counted; a decoder of outlines passes the
//! others unread, and notes nothing. It is the same reader, of the same definition.
//!
//! **Places.** Every finding has a place, but nearly all values have no finding. So the current place
//! is a linked list on the stack, with one [`Place`] in the frame of each container that is being
//! read, which costs a few moves for each value. It becomes a [`Pointer`](crate::finding::Pointer),
//! which outlives the reading, only for a finding that is kept. Places distinguish repeated keys by
//! their occurrence, which RFC 6901 cannot do: a finding about the first of two members must not
//! point at the second.
//!
//! **From places to bytes.** Readers know paths, and views need lines. `locate` walks the text once
//! for all findings together: it puts their pointers into a tree, enters only the containers in the
//! tree, and skips the others by counting brackets. A body without findings is not walked, and one
//! with a thousand is walked once. Text that is cut off has places too, so the `Lexer` of this walk
//! checks no grammar: on text that is not JSON it stops early.

mod body;
mod check;
mod decoder;
mod error;
mod key_counts;
mod lexer;
mod locate;
mod raw_object;
mod record;
mod scalar;
mod shape;
mod skip;
mod token;

pub use self::body::Document;
pub(crate) use self::check::found;
pub(crate) use self::decoder::{Decoder, SyntaxError};
pub use self::error::describe_error;
pub(crate) use self::lexer::{
    Lexer, compact, members, readable, token_spans, unescape, without_lone_surrogates,
};
pub(crate) use self::locate::{Wanted, locate};
pub use self::raw_object::RawObject;
pub use self::record::Extra;
pub(crate) use self::record::{Field, Fields, Present, ReadRecord, read_record, record};
#[cfg(feature = "cli")]
pub(crate) use self::scalar::is_rfc3339;
pub use self::scalar::{Enumeration, Integer, Number, OneOf, SessionTime, UnixTime};
use crate::finding::{Findings, Place};

/// Something that fills itself from JSON and notes what is wrong with it.
pub(crate) trait Read<'de>: Default {
    /// Reads one value. Returns false if it could not be used, which was noted.
    ///
    /// # Errors
    /// The text is not JSON. What was read before that stays in `self`.
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError>;
}

impl<'de, T: Read<'de>> Read<'de> for Box<T> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        T::read(self, json, at, findings)
    }
}

/// A value that could not be used is `None`.
impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        let start = json.offset();
        let useful = self.insert(T::default()).read(json, at, findings);
        if !useful.unwrap_or_else(|SyntaxError| json.is_container(start)) {
            *self = None;
        }
        useful
    }
}
