//! Values of the right and of the wrong kind.

use std::fmt::{self, Display};

use super::scalar::wrong_token;
use super::{Decoder, Fault, Read};
use crate::Text;
use crate::finding::{Findings, Place};

/// What stands in the JSON, as messages name it.
pub(crate) enum Found<'a> {
    Null,
    Bool(bool),
    /// A number, as it is written.
    Number(&'a str),
    String(&'a str),
    Array,
    Object,
}

impl Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "`{value}`"),
            Self::Number(token) => write!(f, "the number `{}`", Text::from(token).shortened(40)),
            Self::String(value) => write!(f, "the string `{}`", Text::from(value).shortened(40)),
            Self::Array => f.write_str("an array"),
            Self::Object => f.write_str("an object"),
        }
    }
}

/// An item that is not as it should be keeps its place, empty.
impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, Fault> {
        if !json.eat(b'[') {
            return Ok(wrong_token("an array", json.value()?, at, findings));
        }
        while json.next(b']', self.is_empty())? {
            let start = json.offset();
            let index = self.len();
            // Each item is read in place, so that one the text breaks off in is not lost.
            self.push(T::default());
            let read = self[index].read(json, &at.item(index), findings);
            if read.is_err() && !json.is_container(start) {
                self.pop();
            }
            read?;
        }
        Ok(true)
    }
}
