//! Arrays.

use super::check::wrong_token;
use super::{Decoder, Read, SyntaxError};
use crate::finding::{Expected, Findings, Place};

/// An item that could not be used stays in the list as the default value, so that indices match.
impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        if !json.eat(b'[') {
            return Ok(wrong_token(Expected::Array, json.value()?, at, findings));
        }
        while json.next(b']', self.is_empty())? {
            let start = json.offset();
            let index = self.len();
            // Each item is read in place, so that it is not lost if the text is cut off inside it.
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
