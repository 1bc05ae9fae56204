//! Reading any text with serde, as far as it goes and without judging it.
//!
//! `serde_json` has one answer to a value that is not what a reader asked for: an error, after
//! which nothing can be read. Here the reader is given the text of such a value instead, to say
//! what it found, and goes on. The text was judged before and holds no fault up to its end, but it
//! may end anywhere; only that is an error.
//!
//! So `deserialize_map` and `deserialize_seq` enter a value of the kind they ask for. In all other
//! cases the visitor gets the value as it is written, a string with its quotes and escapes.

use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::lexer::Lexer;

fn ended() -> Error {
    Error::custom("the text ends inside a value")
}

impl<'de> Deserializer<'de> for &mut Lexer<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.closed_value().ok_or_else(ended)?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.eat(b'{') {
            return self.deserialize_any(visitor);
        }
        let value = visitor.visit_map(&mut *self)?;
        self.eat(b'}').then_some(value).ok_or_else(ended)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.eat(b'[') {
            return self.deserialize_any(visitor);
        }
        let value = visitor.visit_seq(&mut *self)?;
        self.eat(b']').then_some(value).ok_or_else(ended)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct tuple tuple_struct struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Lexer<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.eat(b',');
        match self.peek() {
            Some(b'}') => Ok(None),
            Some(_) => seed.deserialize(self).map(Some),
            // More members may have followed: nothing can be said of those that are missing.
            None => Err(ended()),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        if self.eat(b':') && self.can_read_value() {
            seed.deserialize(self)
        } else {
            Err(ended())
        }
    }
}

impl<'de> SeqAccess<'de> for Lexer<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.eat(b',');
        let more = self.peek() != Some(b']') && self.can_read_value();
        more.then(|| seed.deserialize(self)).transpose()
    }
}

impl Lexer<'_> {
    /// Says whether a value follows of which something can be read: not a string that the text
    /// ends in.
    fn can_read_value(&mut self) -> bool {
        match self.peek() {
            Some(b'"') => self.clone().closed_value().is_some(),
            next => next.is_some(),
        }
    }
}
