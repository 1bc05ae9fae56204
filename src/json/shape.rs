//! Lists of values.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};

use super::scalar::wrong_token;
use super::{Read, Slot};
use crate::finding::{Expected, Findings, Place};

/// An item that is not as it should be keeps its place, empty.
impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, D::Error> {
        deserializer.deserialize_seq(Items {
            list: self,
            at,
            findings,
        })
    }
}

struct Items<'s, T> {
    list: &'s mut Vec<T>,
    at: &'s Place<'s>,
    findings: &'s mut Findings,
}

impl<'de, T: Read<'de>> Visitor<'de> for Items<'_, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        // Each item is read in place, so that one the text breaks off in is not lost.
        for index in 0.. {
            self.list.push(T::default());
            let slot = Slot {
                value: &mut self.list[index],
                at: &self.at.item(index),
                findings: &mut *self.findings,
            };
            if seq.next_element_seed(slot)?.is_none() {
                self.list.pop();
                break;
            }
        }
        Ok(true)
    }

    fn visit_borrowed_str<E>(self, token: &'de str) -> Result<bool, E> {
        Ok(wrong_token(Expected::Array, token, self.at, self.findings))
    }
}
