//! JSON that keeps its members in order, may have a key twice, and may be broken on purpose.
//!
//! `serde_json::Value` does none of this: it sorts members, unless a feature is on that would change
//! every other use of it.

use std::borrow::Cow;
use std::io::Write;

/// A JSON value.
#[derive(Debug, Clone)]
pub(super) enum Json {
    Text(Cow<'static, str>),
    Number(i64),
    /// Written as it is: a number with a fraction, or what is not JSON at all.
    Literal(Cow<'static, str>),
    List(Vec<Json>),
    Object(Object),
}

/// The members of an object, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Object(pub(super) Vec<(&'static str, Json)>);

/// An object with these members.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {
        $crate::sample::json::Object(vec![$(($name, $value.into()),)*])
    };
}
pub(super) use object;

impl Json {
    /// Writes it without white space.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => write_string(text, out),
            Self::Number(number) => {
                write!(out, "{number}").expect("memory takes everything");
            }
            Self::Literal(literal) => out.extend_from_slice(literal.as_bytes()),
            Self::List(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    write_comma(index, out);
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Object(object) => object.write(out),
        }
    }

    /// The object that this is; an empty one in its place if it is something else.
    pub(super) fn as_object(&mut self) -> &mut Object {
        if !matches!(self, Self::Object(_)) {
            *self = Self::Object(Object::default());
        }
        match self {
            Self::Object(object) => object,
            _ => unreachable!("it was just made one"),
        }
    }
}

impl Object {
    /// Writes it without white space.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        for (index, (name, value)) in self.0.iter().enumerate() {
            write_comma(index, out);
            write_string(name, out);
            out.push(b':');
            value.write(out);
        }
        out.push(b'}');
    }

    /// The index of a member.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(known, _)| *known == name)
    }

    /// The value of a member.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.position(name).map(|index| &self.0[index].1)
    }

    /// The value of a member, which is added if it is missing.
    pub(super) fn member(&mut self, name: &'static str) -> &mut Json {
        let index = self.position(name).unwrap_or_else(|| {
            self.0.push((name, Json::Literal("null".into())));
            self.0.len() - 1
        });
        &mut self.0[index].1
    }

    /// Gives a member another value, or adds it.
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<Json>) {
        *self.member(name) = value.into();
    }

    /// Removes a member.
    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| *known != name);
    }
}

pub(super) fn write_string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("memory takes everything");
}

fn write_comma(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

impl From<&'static str> for Json {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Self::List(items)
    }
}
