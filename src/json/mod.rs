//! Reading JSON and noting what is wrong with it, with places, in one pass.
//!
//! A type that implements `Read` fills itself from serde's stream. What is not as it should be
//! becomes a [`Finding`](crate::finding::Finding), and reading goes on; only text that is not JSON ends it
//! early, and then everything read so far stays.
//!
//! There is one judge of what is JSON: `serde_json`, which also does all of the reading of a body
//! that has the values it should have. Any other body is read again by our own lexer, which finds
//! its way through values of any kind and judges nothing.

mod body;
mod careful;
mod error;
mod key_counts;
mod lexer;
mod locate;
mod raw_object;
mod record;
mod scalar;
mod shape;

use serde::de::{DeserializeSeed, Deserializer};

pub use self::body::Document;
pub use self::error::describe_error;
pub(crate) use self::lexer::{
    Lexer, compact, members, readable, token_spans, unescape, without_lone_surrogates,
};
pub(crate) use self::locate::{Wanted, locate};
pub use self::raw_object::RawObject;
pub use self::record::Extra;
pub(crate) use self::record::{Field, Present, Record, read_record, read_value, record};
pub use self::scalar::{Enumeration, Integer, Number, OneOf, SessionTime, UnixTime};
use crate::finding::{Findings, Place};

/// Something that fills itself from JSON and notes what is wrong with it.
pub(crate) trait Read<'de>: Default {
    /// Reads one value. `false` says that the value was of no use, which has been noted.
    ///
    /// # Errors
    /// Where the text is not JSON; what was read before that stays in `self`.
    fn read<D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, D::Error>;
}

impl<'de, T: Read<'de>> Read<'de> for Box<T> {
    fn read<D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, D::Error> {
        T::read(self, deserializer, at, findings)
    }
}

/// A value that was of no use is none.
impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, D::Error> {
        let useful = self.insert(T::default()).read(deserializer, at, findings)?;
        if !useful {
            *self = None;
        }
        Ok(useful)
    }
}

/// Reads into a slot, where serde wants a seed.
pub(crate) struct Slot<'s, T> {
    pub(crate) value: &'s mut T,
    pub(crate) at: &'s Place<'s>,
    pub(crate) findings: &'s mut Findings,
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Slot<'_, T> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        self.value.read(deserializer, self.at, self.findings)
    }
}
