//! Values of the right and of the wrong kind.

use std::fmt::{self, Display};

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Read, Slot};
use crate::Text;
use crate::finding::{Finding, Findings, Pace, Place, Rule};

/// What stands in the JSON, as messages name it.
pub(crate) enum Found<'a> {
    Null,
    Bool(bool),
    /// A number, as it is written.
    Number(&'a str),
    /// A number of which the spelling is not known.
    SomeNumber,
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
            Self::SomeNumber => f.write_str("a number"),
            Self::String(value) => write!(f, "the string `{}`", Text::from(value).shortened(40)),
            Self::Array => f.write_str("an array"),
            Self::Object => f.write_str("an object"),
        }
    }
}

/// Notes that something else than `expected` was found; the value is of no use.
#[cold]
pub(crate) fn wrong_type(
    expected: &str,
    found: &Found<'_>,
    at: &Place<'_>,
    findings: &mut Findings,
) -> bool {
    findings.note(Rule::WrongType, |rule| {
        Finding::new(rule, at, format!("expected {expected}, found {found}"))
    });
    false
}

/// A container to be filled once it is known to be of its kind.
///
/// Both methods give back whether the value was of use; unless overridden they pass over it and
/// note that it is of the wrong kind.
pub(crate) trait Shape<'de>: Sized {
    /// What the container is called in messages.
    const EXPECTED: &'static str;

    fn object<A: MapAccess<'de>>(
        self,
        mut map: A,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(wrong_type(Self::EXPECTED, &Found::Object, at, findings))
    }

    fn array<A: SeqAccess<'de>>(
        self,
        mut seq: A,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(wrong_type(Self::EXPECTED, &Found::Array, at, findings))
    }
}

/// The one visitor that turns the wrong kind of value into a finding.
pub(crate) struct Expect<'s, S> {
    pub(crate) shape: S,
    pub(crate) at: &'s Place<'s>,
    pub(crate) findings: &'s mut Findings,
}

impl<'de, S: Shape<'de>> Expect<'_, S> {
    fn wrong(self, found: &Found<'_>) -> bool {
        wrong_type(S::EXPECTED, found, self.at, self.findings)
    }
}

impl<'de, S: Shape<'de>> Visitor<'de> for Expect<'_, S> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(S::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        self.shape.object(map, self.at, self.findings)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<bool, A::Error> {
        self.shape.array(seq, self.at, self.findings)
    }

    fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
        Ok(self.wrong(&Found::Bool(value)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(self.wrong(&Found::SomeNumber))
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(self.wrong(&Found::SomeNumber))
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(self.wrong(&Found::SomeNumber))
    }

    fn visit_str<E>(self, value: &str) -> Result<bool, E> {
        Ok(self.wrong(&Found::String(value)))
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(self.wrong(&Found::Null))
    }
}

/// An item that is not as it should be keeps its place, empty.
impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(
        &mut self,
        deserializer: D,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, D::Error> {
        let pace = findings.pace();
        let expect = Expect {
            shape: Items(self),
            at,
            findings,
        };
        match pace {
            Pace::Swift => deserializer.deserialize_seq(expect),
            Pace::Careful => deserializer.deserialize_any(expect),
        }
    }
}

struct Items<'s, T>(&'s mut Vec<T>);

impl<'de, T: Read<'de>> Shape<'de> for Items<'_, T> {
    const EXPECTED: &'static str = "an array";

    fn array<A: SeqAccess<'de>>(
        self,
        mut seq: A,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, A::Error> {
        // Each item is read in place, so that one the text breaks off in is not lost.
        for index in 0.. {
            self.0.push(T::default());
            let value = &mut self.0[index];
            if seq
                .next_element_seed(Slot {
                    value,
                    at: &at.item(index),
                    findings,
                })?
                .is_none()
            {
                self.0.pop();
                break;
            }
        }
        Ok(true)
    }
}
