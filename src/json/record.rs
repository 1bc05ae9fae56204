//! Objects with known members: defined once with [`record!`], then read and checked in one pass.

use std::borrow::Cow;
use std::ops::Deref;

use super::check::{check, repeated_key, wrong_token};
use super::key_counts::KeyCounts;
use super::scalar::string;
use super::{Decoder, SyntaxError};
use crate::Text;
use crate::finding::{
    Detail, Expected, Finding, Findings, Mark, Occurrence, Place, Rule, UnknownName,
};

/// A member that an object may or must have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// The name in quotes and with the colon, as nearly all texts have it.
    pub(crate) key: &'static str,
    pub(crate) required: bool,
    pub(crate) in_outline: bool,
}

/// The members of a record, in the order in which they are documented. At most 64.
#[derive(Debug)]
pub(crate) struct Fields {
    list: &'static [Field],
    /// The required members, one bit each.
    required: u64,
    /// The members of the outline, one bit each.
    outline: u64,
}

impl Fields {
    pub(crate) const fn new(list: &'static [Field]) -> Self {
        let mut required = 0;
        let mut outline = 0;
        let mut index = 0;
        while index < list.len() {
            required |= (list[index].required as u64) << index;
            outline |= (list[index].in_outline as u64) << index;
            index += 1;
        }
        Self {
            list,
            required,
            outline,
        }
    }

    /// The index of the member named `key`. The search starts at `likely`.
    fn index_of(&self, key: &str, likely: usize) -> Option<usize> {
        let count = self.list.len();
        (likely..count)
            .chain(0..likely.min(count))
            .find(|index| self.list[*index].name == key)
    }
}

impl Deref for Fields {
    type Target = [Field];

    fn deref(&self) -> &[Field] {
        self.list
    }
}

/// What [`read_record`] needs to know about an object; implemented by the [`record!`] macro.
///
/// One function reads all records, through this trait as a table of functions: its code is still in
/// the processor's cache when the next object comes, which it would not be if each kind of object had
/// a reader of its own.
pub(crate) trait ReadRecord<'de> {
    /// The members.
    fn fields(&self) -> &'static Fields;

    /// Reads the value of the member at `index` of [`Self::fields`].
    fn read_field(
        &mut self,
        index: usize,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError>;

    /// Keeps an undocumented member, with its value as JSON text.
    fn keep(&mut self, key: Text<'de>, value: &'de str);

    /// Notes what can only be checked once all members were read.
    fn validate(&mut self, _: &Present<'_>, _: &mut Findings) {}
}

/// The members that an object has, whether or not their values could be used.
pub(crate) struct Present<'p> {
    /// Where the object is.
    pub(crate) at: &'p Place<'p>,
    /// The mark before everything that was noted inside the object.
    pub(crate) start: Mark,
    fields: &'static Fields,
    seen: u64,
}

impl Present<'_> {
    /// Notes a finding about the object as a whole, before those noted inside it.
    pub(crate) fn note(
        &self,
        rule: Rule,
        findings: &mut Findings,
        finding: impl FnOnce(Rule) -> Finding,
    ) {
        let mut start = self.start;
        findings.note_at(&mut start, rule, finding);
    }

    /// The names of the documented members that are present.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let fields = self.fields;
        let mut left = self.seen;
        std::iter::from_fn(move || {
            let field = fields.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(field.name)
        })
    }

    /// Whether the member `name` is present.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|present| present == name)
    }
}

/// Defines an object: its members, which of them are required, and the types that read them.
///
/// Every member becomes an `Option`, which is `None` if the member is missing or could not be used.
/// A member that ends with `as detail` is not part of the outline.
///
/// Undocumented members are kept in `extra`. The function after `validated by` becomes
/// [`ReadRecord::validate`].
macro_rules! record {
    (@required required) => { true };
    (@required optional) => { false };
    (@in_outline detail) => { false };
    (@in_outline) => { true };
    (@name $name:ident) => { stringify!($name) };
    (@name $name:ident $key:literal) => { $key };
    (@key $name:ident) => { concat!("\"", stringify!($name), "\":") };
    (@key $name:ident $key:literal) => { concat!("\"", $key, "\":") };
    ($(#[$doc:meta])* $(validated by $validate:path;)? pub struct $record:ident {
        $($(#[$field_doc:meta])* $need:ident $name:ident $(as $key:literal)?: $type:ty $(as $part:ident)?,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $record<'de> {
            $($(#[$field_doc])* pub $name: Option<$type>,)*
            /// Undocumented members, with their values as JSON text.
            pub extra: crate::json::Extra<'de>,
        }

        impl<'de> crate::json::ReadRecord<'de> for $record<'de> {
            fn fields(&self) -> &'static crate::json::Fields {
                static FIELDS: crate::json::Fields = crate::json::Fields::new(&[
                    $(crate::json::Field {
                        name: crate::json::record!(@name $name $($key)?),
                        key: crate::json::record!(@key $name $($key)?),
                        required: crate::json::record!(@required $need),
                        in_outline: crate::json::record!(@in_outline $($part)?),
                    },)*
                ]);
                &FIELDS
            }

            fn read_field(
                &mut self,
                index: usize,
                json: &mut crate::json::Decoder<'de>,
                at: &crate::finding::Place<'_>,
                findings: &mut crate::finding::Findings,
            ) -> Result<bool, crate::json::SyntaxError> {
                let mut candidate = 0;
                $(
                    if index == candidate {
                        return crate::json::Read::read(&mut self.$name, json, at, findings);
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
            fn read(
                &mut self,
                json: &mut crate::json::Decoder<'de>,
                at: &crate::finding::Place<'_>,
                findings: &mut crate::finding::Findings,
            ) -> Result<bool, crate::json::SyntaxError> {
                crate::json::read_record(self, json, at, findings)
            }
        }
    };
}
pub(crate) use record;

/// Undocumented members, with their values as JSON text. Nearly all objects have none, so an empty
/// list takes only one word.
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
pub(crate) fn read_record<'de>(
    record: &mut dyn ReadRecord<'de>,
    json: &mut Decoder<'de>,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Result<bool, SyntaxError> {
    if !json.eat(b'{') {
        return Ok(wrong_token(Expected::Object, json.value()?, at, findings));
    }
    let fields = record.fields();
    if json.is_outline() {
        read_members(record, fields, fields.outline, json, at, findings)?;
        return Ok(true);
    }
    let mut present = Present {
        at,
        start: findings.mark(),
        fields,
        seen: 0,
    };
    present.seen = read_members(record, fields, u64::MAX, json, at, findings)?;
    if present.seen & fields.required != fields.required {
        note_missing_fields(&present, findings);
    }
    record.validate(&present, findings);
    Ok(true)
}

/// Reads the members of an object up to its closing brace, and passes those that are not `wanted`, one
/// bit each. Returns the bits of the known ones.
#[inline]
fn read_members<'de>(
    record: &mut dyn ReadRecord<'de>,
    fields: &'static Fields,
    wanted: u64,
    json: &mut Decoder<'de>,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Result<u64, SyntaxError> {
    let mut seen = Seen::default();
    let mut is_first = true;
    while json.next(b'}', is_first)? {
        is_first = false;
        match next_key(json, fields, &mut seen, at, findings)? {
            NextKey::First(index) if wanted & (1 << index) == 0 => drop(json.value()?),
            NextKey::First(index) => {
                let place = Place::Member {
                    of: at,
                    key: fields[index].name,
                    occurrence: Occurrence::Nth(0),
                };
                record.read_field(index, json, &place, findings)?;
            }
            NextKey::Other(index, key) => {
                read_unusual(record, index, key, json, &mut seen, at, findings)?;
            }
        }
    }
    Ok(seen.known)
}

enum NextKey<'de> {
    /// The key of a known member, for the first time. Its colon was passed too.
    First(usize),
    /// An unknown key, or a repeated key of a known member. The colon comes next.
    Other(Option<usize>, Cow<'de, str>),
}

/// Passes the next key.
#[inline]
fn next_key<'de>(
    json: &mut Decoder<'de>,
    fields: &Fields,
    seen: &mut Seen<'de>,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Result<NextKey<'de>, SyntaxError> {
    // Members mostly come in the order of the documentation, so the text is compared with the next
    // one in that order before it is parsed as a key.
    let likely = seen.likely;
    if let Some(field) = fields.get(likely)
        && !seen.has(likely)
        && json.eat_text(field.key)
    {
        seen.add(likely);
        return Ok(NextKey::First(likely));
    }
    let key = match json.plain_string() {
        Some(key) => Cow::Borrowed(key),
        None => string(json.string()?, at, findings),
    };
    match fields.index_of(&key, likely) {
        Some(index) if !seen.has(index) => {
            json.colon()?;
            seen.add(index);
            Ok(NextKey::First(index))
        }
        index => Ok(NextKey::Other(index, key)),
    }
}

/// Reads a member whose key is unknown or repeated.
#[cold]
fn read_unusual<'de>(
    record: &mut dyn ReadRecord<'de>,
    index: Option<usize>,
    key: Cow<'de, str>,
    json: &mut Decoder<'de>,
    seen: &mut Seen<'de>,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Result<(), SyntaxError> {
    let occurrence = seen.count(index, key.clone());
    let place = Place::Member {
        of: at,
        key: &key,
        occurrence: Occurrence::Nth(occurrence),
    };
    if occurrence > 0 {
        findings.note(Rule::DuplicateKey, |_| repeated_key(&key, place.pointer()));
    }
    json.colon()?;
    if let Some(index) = index {
        // If the text ends before the value, the earlier value of this member is kept.
        json.clone().begin_value()?;
        record.read_field(index, json, &place, findings)?;
        return Ok(());
    }
    let value = json.value()?;
    if json.is_outline() {
        return Ok(());
    }
    note_unknown_field(record.fields(), &key, &place, findings);
    check(value, &place, findings);
    record.keep(Text::from(key), value);
    Ok(())
}

/// The keys of an object that were read so far.
#[derive(Default)]
struct Seen<'de> {
    /// The known members, one bit each.
    known: u64,
    /// The member after the last known one, in the order of the documentation.
    likely: usize,
    /// How often each unknown key was read, and each known one after its first time. Few objects have
    /// any, so this is only allocated for those.
    counts: Option<KeyCounts<'de>>,
}

impl<'de> Seen<'de> {
    /// Whether a known member was read.
    fn has(&self, index: usize) -> bool {
        self.known & (1 << index) != 0
    }

    fn add(&mut self, index: usize) {
        self.known |= 1 << index;
        self.likely = index + 1;
    }

    /// Counts an unknown or repeated key. Returns how often it was read before.
    fn count(&mut self, index: Option<usize>, key: Cow<'de, str>) -> u32 {
        // The first time of a known member was not counted.
        let uncounted = u32::from(index.is_some());
        self.counts.get_or_insert_default().count(key, uncounted)
    }
}

#[cold]
fn note_unknown_field(fields: &Fields, key: &str, at: &Place<'_>, findings: &mut Findings) {
    findings.note(Rule::UnknownField, |rule| {
        let unknown = UnknownName::of(key, fields.iter().map(|field| field.name));
        Finding::new(rule, at, Detail::UnknownField(unknown))
    });
}

#[cold]
fn note_missing_fields(present: &Present<'_>, findings: &mut Findings) {
    let Present {
        at,
        mut start,
        fields,
        seen,
    } = *present;
    for (index, field) in fields.iter().enumerate() {
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
