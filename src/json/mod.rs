//! Reading JSON and noting what is wrong with it, with places, in one pass.
//!
//! A type that implements `Read` fills itself from a `Decoder`. What is not as it should be becomes
//! a [`Finding`](crate::finding::Finding), and reading goes on; only text that is not JSON ends it
//! early, and then everything read so far stays.
//!
//! **One decoder.** serde's data model has one answer to a value that a reader did not ask for: an
//! error, behind which nothing can be read. A checker must go on there. So the decoder gives every
//! value as the text that it covers, checked against the grammar on the way, and the reader makes of
//! it what it can: `null` where a string should be costs a finding, not a second reading. There is
//! no fast mode beside a thorough one, and nothing that both would have to agree on. Nor is there
//! code for each kind of object: one function, `read_record`, reads them all through a table that
//! [`record!`] makes of each, so that the whole reader stays in the processor's cache. Why a text is
//! not JSON is for `serde_json` to say, which is asked only where the decoder stopped. A test holds
//! the decoder to taking exactly what `serde_json` takes.
//!
//! **Places.** A finding has a place, and nearly all values have no finding. So where the reader
//! stands is a linked list on the stack, one [`Place`] in the frame of each container that is being
//! read, which costs a few moves for each value. It becomes a [`Pointer`](crate::finding::Pointer), a
//! value that outlives the reading, only for a finding that is kept. Repeated keys are told apart by
//! their occurrence: RFC 6901 cannot do that, and a finding about the first of two must not point at
//! the second.
//!
//! **From a place to bytes.** Readers know paths, views want lines. `locate` walks the text once more
//! for all findings together: it puts their pointers into a tree, enters only the containers that
//! the tree has, and passes the others by counting brackets. A clean body is never walked, and a
//! body with a thousand findings is walked once. The walk also finds places in text that breaks off,
//! so its `Lexer` trusts nothing and judges nothing: it stops early where there is no JSON.

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
mod token;

pub use self::body::Document;
pub(crate) use self::decoder::{Decoder, SyntaxError};
pub use self::error::describe_error;
pub(crate) use self::lexer::{
    Lexer, compact, members, readable, token_spans, unescape, without_lone_surrogates,
};
pub(crate) use self::locate::{Wanted, locate};
pub use self::raw_object::RawObject;
pub use self::record::Extra;
pub(crate) use self::record::{Field, Fields, Present, ReadRecord, read_record, record};
pub use self::scalar::{Enumeration, Integer, Number, OneOf, SessionTime, UnixTime};
use crate::finding::{Findings, Place};

/// Something that fills itself from JSON and notes what is wrong with it.
pub(crate) trait Read<'de>: Default {
    /// Reads one value. `false` says that the value was of no use, which has been noted.
    ///
    /// # Errors
    /// Where the text is not JSON; what was read before that stays in `self`.
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

/// A value that was of no use is none.
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
