//! Compares JSON texts as values: white space, the order of keys, escapes and the notation of
//! numbers do not count.
//!
//! An envelope may hold a body as text and parsed, and both must be the same value. Who sends the
//! text decides how large it is and how many others it is compared with, so the comparison must
//! take linear time and constant memory:
//!
//! - No tree is built. Each text is reduced to a 64-bit hash in one pass, and the hashes are
//!   compared.
//! - Members of an object may come in any order. Their hashes are added up, which does not depend
//!   on the order and needs neither sorting nor a table of keys.
//! - The hash of the first text is computed once, however many others there are.
//!
//! The hasher has a random key, so nobody can construct two texts whose hashes collide.

use std::cell::OnceCell;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A text to compare others with. A text that is not JSON equals nothing, not even itself.
pub(super) struct ComparedJson<'t> {
    text: &'t [u8],
    state: RandomState,
    hash: OnceCell<Option<u64>>,
}

impl<'t> ComparedJson<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            state: RandomState::new(),
            hash: OnceCell::new(),
        }
    }

    /// Whether another text is the same value.
    pub(super) fn equals(&self, other: &[u8]) -> bool {
        let hash = *self.hash.get_or_init(|| self.hash_of(self.text));
        hash.is_some() && hash == self.hash_of(other)
    }

    /// The hash of a text, which another one that is the same value has as well; `None` if it is not
    /// JSON.
    pub(super) fn hash_of(&self, text: &[u8]) -> Option<u64> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let hash = HashOf(&self.state).deserialize(&mut json).ok()?;
        json.end().ok()?;
        Some(hash)
    }
}

/// Deserializes a value into its hash.
#[derive(Clone, Copy)]
struct HashOf<'s>(&'s RandomState);

impl HashOf<'_> {
    /// The hash of a value. The kind keeps values of different types apart, such as `1` and `"1"`.
    fn of(self, kind: u8, value: impl Hash) -> u64 {
        let mut hasher = self.0.build_hasher();
        kind.hash(&mut hasher);
        value.hash(&mut hasher);
        hasher.finish()
    }
}

impl<'de> DeserializeSeed<'de> for HashOf<'_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<u64, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for HashOf<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<u64, E> {
        Ok(self.of(0, ()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<u64, E> {
        Ok(self.of(1, value))
    }

    fn visit_str<E>(self, value: &str) -> Result<u64, E> {
        Ok(self.of(2, value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<u64, E> {
        // Adding zero turns -0 into 0.
        Ok(self.of(3, (value + 0.0).to_bits()))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "most JSON parsers read numbers as floats, so equal floats are equal numbers"
    )]
    fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
        self.visit_f64(value as f64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "most JSON parsers read numbers as floats, so equal floats are equal numbers"
    )]
    fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
        self.visit_f64(value as f64)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<u64, A::Error> {
        let mut hasher = self.0.build_hasher();
        while let Some(item) = items.next_element_seed(self)? {
            item.hash(&mut hasher);
        }
        Ok(self.of(4, hasher.finish()))
    }

    /// Adds up the hashes of the members, so that their order does not count.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<u64, A::Error> {
        let mut sum = 0_u64;
        while let Some(member) = members.next_entry_seed(self, self)? {
            sum = sum.wrapping_add(self.of(5, member));
        }
        Ok(self.of(6, sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(one: &str, other: &str, is_same: bool) {
        assert_eq!(
            ComparedJson::new(one.as_bytes()).equals(other.as_bytes()),
            is_same,
            "{one} {other}"
        );
    }

    #[test]
    fn the_way_a_value_is_written_does_not_count() {
        case(
            r#"{"a": [1.0, -0], "b": "\u00e9"}"#,
            r#"{"b":"é","a":[1,0.0]}"#,
            true,
        );
        case("9007199254740993", "9007199254740992.0", true);
        case(
            r#"{"a": {"b": 1, "c": 2}}"#,
            r#"{"a": {"b": 2, "c": 1}}"#,
            false,
        );
        case("[1, 2]", "[2, 1]", false);
        case("[[1], 2]", "[1, [2]]", false);
        case(r#""1""#, "1", false);
        case("null", "false", false);
        case("{}", "[]", false);
        case("{", "{", false);
        case("{} {}", "{}", false);
    }
}
