//! The content of a message: its types, and how each becomes blocks of a transcript.
//!
//! The vendor documents the content as a bare object; what is inside is only known from its
//! example and from sibling pages. A content has a type and a *payload*: the field that this type
//! fills, such as `media` for an `image`.
//!
//! Each payload has a file, which states its shape and adds its [`Block`]s, and a row in the table
//! `content_types!`, the only list of them. To add a content type, add its word to the row of its
//! payload; if the payload is new, add a file and a row.

mod contacts;
mod header;
mod interactive;
mod location;
mod media;
mod system;
mod template;
mod text;

pub use self::contacts::Contact;
pub use self::header::TemplateHeader;
pub use self::interactive::{
    Action, Choice, Interactive, InteractiveButton, ListRow, ListSection, Words,
};
pub use self::location::Location;
pub use self::media::Media;
pub use self::system::SystemEvent;
pub use self::template::{Template, TemplateButton, TemplateContent, TemplateInfo};
use super::block::{Block, Blocks, words_of};
use crate::Text;
use crate::finding::{Detail, Finding, Findings, Place, Rule, UnknownName, quoted_word};
use crate::json::{Present, members, record};

/// The table of payloads: the field of a content, its Rust type, and the content types that fill
/// it, each with its word in JSON. A type that may fill the field of another row instead names
/// that after `or`.
///
/// The rows are in the order in which the parts of a message are shown.
macro_rules! content_types {
    ($($member:ident: $payload:ty $(as $part:ident)? => $(
        $(#[$doc:meta])* $variant:ident $word:literal $(or $other:ident)?
    ),+;)*) => {
        record! {
            /// The content of a message. The field `type` decides which of the others must be there.
            validated by Content::validate;
            pub struct Content {
                /// The content type, as it is written in the body.
                required kind as "type": Text<'de>,
                $(optional $member: $payload $(as $part)?,)*
            }
        }

        /// A known content type.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum ContentType {
            $($($(#[$doc])* $variant,)+)*
        }

        impl ContentType {
            /// Every type with its word in JSON.
            pub const WORDS: &'static [(&'static str, Self)] =
                &[$($(($word, Self::$variant),)+)*];

            /// The fields of a content that this type fills; one of them is required.
            fn members(self) -> &'static [&'static str] {
                match self {
                    $($(Self::$variant => {
                        &[stringify!($member) $(, stringify!($other))?]
                    })+)*
                }
            }
        }

        impl Content<'_> {
            /// Adds all payloads, even those that a message of this type should not have.
            fn add_payloads<'a>(&'a self, blocks: &mut Blocks<'a>) {
                $(if let Some(payload) = &self.$member {
                    payload.add_to(self, blocks);
                })*
            }
        }
    };
}

content_types! {
    system: Box<SystemEvent<'de>> => System "system";
    template: Box<Template<'de>> => Template "template";
    media: Box<Media<'de>> as detail => Image "image", File "file", Video "video", Audio "audio";
    interactive: Box<Interactive<'de>> =>
        /// A choice that the robot offers, or the person's answer to it.
        Interactive "interactive" or text;
    location: Box<Location<'de>> as detail => Location "location";
    contacts: Box<Vec<Contact<'de>>> as detail => Contacts "contacts";
    // The last row, because any message may have a text as its caption.
    text: Text<'de> =>
        Text "text",
        /// A button of a template that the person pressed.
        Button "button";
}

/// The field that a content type fills.
trait Payload {
    /// Adds its blocks. `content` is the content that has it.
    fn add_to<'a>(&'a self, content: &'a Content<'_>, blocks: &mut Blocks<'a>);
}

impl ContentType {
    /// Returns the type with this word in JSON.
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, value)| *value)
    }
}

impl<'de> Content<'de> {
    /// Returns the type, if it is known.
    pub fn content_type(&self) -> Option<ContentType> {
        ContentType::of(self.kind.as_ref()?.as_str())
    }

    /// Returns the blocks of the content, from top to bottom.
    ///
    /// ```
    /// use chatlog::Text;
    /// use chatlog::notification::{Block, Content};
    ///
    /// let content = Content {
    ///     text: Some(Text::from("Is there parking?")),
    ///     ..Content::default()
    /// };
    /// assert!(matches!(content.blocks()[..], [Block::Text(text)] if text.as_str() == "Is there parking?"));
    /// ```
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Blocks::default();
        self.add_to(&mut blocks);
        blocks.into_vec()
    }

    /// Returns the words that the sender said, and nothing else: see [`Block::words`]. Empty if the
    /// content has none; the words of several blocks are lines below each other.
    pub fn words(&self) -> Text<'_> {
        words_of(&self.blocks())
    }

    /// Adds the blocks of the content.
    pub(super) fn add_to<'a>(&'a self, blocks: &mut Blocks<'a>) {
        self.add_payloads(blocks);
        blocks.add_undocumented(&self.extra);
    }

    /// Whether it has a type, and that is unknown: it was read as if the type were known.
    pub(super) fn is_unknown(&self) -> bool {
        self.kind.is_some() && self.content_type().is_none()
    }

    /// Keeps nothing but the type.
    pub(super) fn forget(&mut self) {
        *self = Self {
            kind: self.kind.take(),
            ..Self::default()
        };
    }

    /// Makes every field in `json` an undocumented one, for a content of an unknown type.
    pub(super) fn show_as_received(&mut self, json: &'de str) {
        self.forget();
        self.extra = members(json)
            .filter(|(key, _)| key != "type")
            .map(|(key, value)| (Text::from(key), value))
            .collect();
    }

    fn validate(&mut self, present: &Present<'_>, findings: &mut Findings) {
        let Some(kind) = &self.kind else { return };
        if let Some(content_type) = self.content_type() {
            let members = content_type.members();
            note_missing_payload(kind, members, present, findings);
            note_other_payloads(kind, members, present, findings);
        } else {
            findings.forgive_since(&present.start);
            present.note(Rule::UnknownContentType, findings, |rule| {
                let words = ContentType::WORDS.iter().map(|(word, _)| *word);
                unknown_type(rule, present.at, Detail::UnknownContentType, kind, words)
            });
        }
    }
}

fn note_missing_payload(
    kind: &Text<'_>,
    members: &[&'static str],
    present: &Present<'_>,
    findings: &mut Findings,
) {
    if !members.iter().any(|member| present.has(member)) {
        present.note(Rule::MissingField, findings, |rule| {
            let detail = Detail::MissingField {
                name: members[0],
                message_type: Some(quoted_word(kind.as_str())),
            };
            Finding::new(rule, present.at, detail)
        });
    }
}

fn note_other_payloads(
    kind: &Text<'_>,
    members: &[&'static str],
    present: &Present<'_>,
    findings: &mut Findings,
) {
    // Any message may have a text, as its caption.
    for name in present
        .names()
        .filter(|name| !members.contains(name) && !matches!(*name, "type" | "text"))
    {
        present.note(Rule::UnknownField, findings, |rule| {
            let message_type = quoted_word(kind.as_str());
            let detail = Detail::UnrelatedField { name, message_type };
            Finding::new(rule, &present.at.member(name), detail)
        });
    }
}

/// The finding that the field `type` of an object has an unknown value.
fn unknown_type(
    rule: Rule,
    at: &Place<'_>,
    detail: impl FnOnce(UnknownName) -> Detail,
    kind: &Text<'_>,
    known: impl IntoIterator<Item = &'static str>,
) -> Finding {
    let unknown = UnknownName::of(kind.as_str(), known);
    Finding::new(rule, &at.member("type"), detail(unknown))
}
