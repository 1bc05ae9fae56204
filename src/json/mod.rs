//! Reading JSON and noting what is wrong with it, with places, in one pass.

mod body;
mod decoder;
mod error;
mod key_counts;
mod lexer;
mod locate;
mod raw_object;
mod record;
mod scalar;
mod shape;

pub use self::body::Document;
pub(crate) use self::decoder::{Decoder, Fault};
pub use self::error::describe_error;
pub(crate) use self::lexer::{
    Lexer, compact, members, readable, token_spans, unescape, without_lone_surrogates,
};
pub(crate) use self::locate::{Wanted, locate};
pub use self::raw_object::RawObject;
pub use self::record::Extra;
pub(crate) use self::record::{Field, Fields, Present, Record, read_record, record};
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
    ) -> Result<bool, Fault>;
}

impl<'de, T: Read<'de>> Read<'de> for Box<T> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, Fault> {
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
    ) -> Result<bool, Fault> {
        let start = json.offset();
        let useful = self.insert(T::default()).read(json, at, findings);
        if !useful.unwrap_or_else(|Fault| json.is_container(start)) {
            *self = None;
        }
        useful
    }
}
