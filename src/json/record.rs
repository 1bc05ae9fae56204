//! Objects with known members: stated once, read and checked in one pass.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::key_counts::KeyCounts;
use super::raw_object::{check, repeated_key};
use super::scalar::{Raw, StringVisitor, string, wrong_token};
use super::{Read, Slot};
use crate::Text;
use crate::finding::{
    Detail, Expected, Finding, Findings, Mark, Occurrence, Pace, Place, Rule, UnknownName,
};

/// A member that an object may or must have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

/// An object with known members; made by the [`record!`] macro.
pub(crate) trait Record<'de>: Default {
    /// The members, in the order in which they are documented. At most 64.
    const FIELDS: &'static [Field];

    /// The member named `key`, as an index of [`Self::FIELDS`].
    fn index_of(key: &str) -> Option<usize>;

    /// Reads the value of the member at `index` of [`Self::FIELDS`].
    fn read_field<A: MapAccess<'de>>(
        &mut self,
        index: usize,
        map: &mut A,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<(), A::Error>;

    /// Keeps a member that nothing documents, its value as JSON text.
    fn keep(&mut self, key: Text<'de>, value: &'de str);

    /// Notes what can only be seen once all members are there.
    fn validate(&mut self, _: &Present<'_>, _: &mut Findings) {}
}

/// Which members an object turned out to have, whether or not they were of use.
pub(crate) struct Present<'p> {
    /// Where the object is.
    pub(crate) at: &'p Place<'p>,
    /// What was noted about its members came after this mark.
    pub(crate) start: Mark,
    fields: &'static [Field],
    seen: u64,
}

impl Present<'_> {
    /// Notes something about the object as a whole: before what was noted inside it.
    pub(crate) fn note(
        &self,
        rule: Rule,
        findings: &mut Findings,
        finding: impl FnOnce(Rule) -> Finding,
    ) {
        let mut start = self.start;
        findings.note_at(&mut start, rule, finding);
    }

    /// The names of the documented members that are there.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let seen = self.seen;
        self.fields
            .iter()
            .enumerate()
            .filter(move |(index, _)| seen & (1 << index) != 0)
            .map(|(_, field)| field.name)
    }

    /// Says whether the member `name` is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|present| present == name)
    }
}

/// States an object once: its members, which of them are required, and how they are read.
///
/// Every member becomes an `Option`: none where it is missing or of no use. Members that nothing
/// documents are kept in `extra`. A record that is `validated by` a function has it called as its
/// [`Record::validate`].
macro_rules! record {
    (@required required) => { true };
    (@required optional) => { false };
    (@name $name:ident) => { stringify!($name) };
    (@name $name:ident $key:literal) => { $key };
    ($(#[$doc:meta])* $(validated by $validate:path;)? pub struct $record:ident {
        $($(#[$field_doc:meta])* $need:ident $name:ident $(as $key:literal)?: $type:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $record<'de> {
            $($(#[$field_doc])* pub $name: Option<$type>,)*
            /// Members that nothing documents, their values as JSON text.
            pub extra: crate::json::Extra<'de>,
        }

        impl<'de> crate::json::Record<'de> for $record<'de> {
            const FIELDS: &'static [crate::json::Field] = &[$(crate::json::Field {
                name: crate::json::record!(@name $name $($key)?),
                required: crate::json::record!(@required $need),
            },)*];

            // Comparing with each name in turn costs less than a table: the names are known
            // here, so that each comparison is one of lengths, then of a word or two.
            fn index_of(key: &str) -> Option<usize> {
                let mut index = 0;
                $(
                    if key == crate::json::record!(@name $name $($key)?) {
                        return Some(index);
                    }
                    index += 1;
                )*
                let _ = index;
                None
            }

            fn read_field<A: serde::de::MapAccess<'de>>(
                &mut self,
                index: usize,
                map: &mut A,
                at: &crate::finding::Place<'_>,
                findings: &mut crate::finding::Findings,
            ) -> Result<(), A::Error> {
                let mut candidate = 0;
                $(
                    if index == candidate {
                        crate::json::read_value(&mut self.$name, map, at, findings)?;
                        return Ok(());
                    }
                    candidate += 1;
                )*
                unreachable!("{candidate} members, none at {index}")
            }

            fn keep(&mut self, key: crate::Text<'de>, value: &'de str) {
                self.extra.push((key, value));
            }

            $(fn validate(
                &mut self,
                present: &crate::json::Present<'_>,
                findings: &mut crate::finding::Findings,
            ) {
                $validate(self, present, findings);
            })?
        }

        impl<'de> crate::json::Read<'de> for $record<'de> {
            fn read<D: serde::de::Deserializer<'de>>(
                &mut self,
                deserializer: D,
                at: &crate::finding::Place<'_>,
                findings: &mut crate::finding::Findings,
            ) -> Result<bool, D::Error> {
                crate::json::read_record(self, deserializer, at, findings)
            }
        }
    };
}
pub(crate) use record;

/// Members that nothing documents, their values as JSON text. Nearly all objects have none, and
/// then it is as small as can be.
#[derive(Debug, Default)]
#[expect(
    clippy::box_collection,
    reason = "a vector has three words, a box one, and there is one in every object"
)]
pub struct Extra<'de>(Option<Box<Vec<(Text<'de>, &'de str)>>>);

impl<'de> Extra<'de> {
    pub(crate) fn push(&mut self, member: (Text<'de>, &'de str)) {
        self.0.get_or_insert_default().push(member);
    }
}

impl<'de> Deref for Extra<'de> {
    type Target = [(Text<'de>, &'de str)];

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<'de> FromIterator<(Text<'de>, &'de str)> for Extra<'de> {
    fn from_iter<I: IntoIterator<Item = (Text<'de>, &'de str)>>(members: I) -> Self {
        let mut extra = Self::default();
        for member in members {
            extra.push(member);
        }
        extra
    }
}

/// Reads an object into a record.
pub(crate) fn read_record<'de, R: Record<'de>, D: Deserializer<'de>>(
    record: &mut R,
    deserializer: D,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Result<bool, D::Error> {
    deserializer.deserialize_map(Members {
        record,
        at,
        findings,
    })
}

struct Members<'s, R> {
    record: &'s mut R,
    at: &'s Place<'s>,
    findings: &'s mut Findings,
}

impl<'de, R: Record<'de>> Visitor<'de> for Members<'_, R> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Self {
            record,
            at,
            findings,
        } = self;
        let start = findings.mark();
        let mut seen = Seen::default();
        while let Some(key) = next_key(&mut map, at, findings)? {
            match R::index_of(&key) {
                Some(index) if seen.is_first(index) => {
                    let place = Place::Member {
                        of: at,
                        key: R::FIELDS[index].name,
                        occurrence: Occurrence::Nth(0),
                    };
                    record.read_field(index, &mut map, &place, findings)?;
                }
                index => read_unusual(record, index, key, &mut map, &mut seen, at, findings)?,
            }
        }
        if seen.known & required::<R>() != required::<R>() {
            note_missing_fields::<R>(seen.known, at, start, findings);
        }
        record.validate(
            &Present {
                at,
                start,
                fields: R::FIELDS,
                seen: seen.known,
            },
            findings,
        );
        Ok(true)
    }

    fn visit_borrowed_str<E>(self, token: &'de str) -> Result<bool, E> {
        Ok(wrong_token(Expected::Object, token, self.at, self.findings))
    }
}

/// Reads a member whose key is unknown or repeated.
#[cold]
fn read_unusual<'de, R: Record<'de>, A: MapAccess<'de>>(
    record: &mut R,
    index: Option<usize>,
    key: Cow<'de, str>,
    map: &mut A,
    seen: &mut Seen<'de>,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Result<(), A::Error> {
    let occurrence = seen.count(index, key.clone());
    let place = Place::Member {
        of: at,
        key: &key,
        occurrence: Occurrence::Nth(occurrence),
    };
    if occurrence > 0 {
        findings.note(Rule::DuplicateKey, |_| repeated_key(&key, place.pointer()));
    }
    if let Some(index) = index {
        return record.read_field(index, map, &place, findings);
    }
    let value = map.next_value_seed(Raw(findings.pace()))?;
    note_unknown_field::<R>(&key, &place, findings);
    check(value, &place, findings);
    record.keep(Text::from(key), value);
    Ok(())
}

/// The keys an object has had so far.
#[derive(Default)]
struct Seen<'de> {
    /// One bit a known member.
    known: u64,
    /// How often each unknown key, and each known one after its first time, was there. Few
    /// objects have any, so nothing is made for those that have none.
    counts: Option<KeyCounts<'de>>,
}

impl<'de> Seen<'de> {
    /// Says whether a known member is here for the first time, which it then was.
    fn is_first(&mut self, index: usize) -> bool {
        let bit = 1 << index;
        let first = self.known & bit == 0;
        self.known |= bit;
        first
    }

    /// Counts an unknown or repeated key and says how often it was there before.
    fn count(&mut self, index: Option<usize>, key: Cow<'de, str>) -> u32 {
        // The first time of a known member was not counted.
        let uncounted = u32::from(index.is_some());
        self.counts.get_or_insert_default().count(key, uncounted)
    }
}

#[cold]
fn note_unknown_field<'de, R: Record<'de>>(key: &str, at: &Place<'_>, findings: &mut Findings) {
    findings.note(Rule::UnknownField, |rule| {
        let unknown = UnknownName::of(key, R::FIELDS.iter().map(|field| field.name));
        Finding::new(rule, at, Detail::UnknownField(unknown))
    });
}

#[cold]
fn note_missing_fields<'de, R: Record<'de>>(
    seen: u64,
    at: &Place<'_>,
    mut start: Mark,
    findings: &mut Findings,
) {
    for (index, field) in R::FIELDS.iter().enumerate() {
        if field.required && seen & (1 << index) == 0 {
            findings.note_at(&mut start, Rule::MissingField, |rule| {
                let detail = Detail::MissingField {
                    name: field.name,
                    message_type: None,
                };
                Finding::new(rule, at, detail)
            });
        }
    }
}

/// The members that a record must have, one bit each.
const fn required<'de, R: Record<'de>>() -> u64 {
    let mut bits = 0;
    let mut index = 0;
    while index < R::FIELDS.len() {
        if R::FIELDS[index].required {
            bits |= 1 << index;
        }
        index += 1;
    }
    bits
}

/// Takes the next key, borrowed from the text where it has no escapes.
///
/// Never inlined: one such function that all records share stays in the processor's cache, where
/// one for each would not.
#[inline(never)]
fn next_key<'de, A: MapAccess<'de>>(
    map: &mut A,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Result<Option<Cow<'de, str>>, A::Error> {
    match findings.pace() {
        Pace::Swift => map.next_key_seed(Swift),
        Pace::Careful => {
            let token = map.next_key_seed(Raw(Pace::Careful))?;
            Ok(token.map(|token| string(token, at, findings)))
        }
    }
}

/// Reads the value of a member; never inlined, for the same reason.
#[inline(never)]
pub(crate) fn read_value<'de, T: Read<'de>, A: MapAccess<'de>>(
    value: &mut T,
    map: &mut A,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Result<(), A::Error> {
    map.next_value_seed(Slot {
        value,
        at,
        findings,
    })?;
    Ok(())
}

/// Takes a string as serde has decoded it.
struct Swift;

impl<'de> DeserializeSeed<'de> for Swift {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(StringVisitor)
    }
}
