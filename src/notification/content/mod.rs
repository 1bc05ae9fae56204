//! What a message says: the content types, and how each becomes blocks of a transcript.
//!
//! The vendor types a message's content as a bare object; its inside is known from the example
//! and from sibling pages only. A content names its type and has a payload: the member in which
//! this type says what it has to say. There is a file for each payload, which states its shape
//! and adds its [`Block`]s, and a row for each in the table of `content_types!`, which is the
//! only list of them. To add a content type, add its word to the row of its payload, or a file and
//! a row if its payload is new.

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
pub use self::interactive::{Action, Button, Choice, Interactive, Row, Section, Words};
pub use self::location::Location;
pub use self::media::Media;
pub use self::system::{Event, EventKind, SystemEvent};
pub use self::template::{Template, TemplateButton, TemplateContent, TemplateInfo};
use super::transcript::{Block, Blocks};
use crate::Text;
use crate::finding::{Detail, Finding, Findings, Place, Rule, UnknownName, quoted_word};
use crate::json::{Present, members, record};

/// States every payload once: its member of a content, its Rust type, and the content types that
/// fill it, each with its word in JSON. A type that may fill the member of another row instead
/// names that one after `or`.
///
/// A message is drawn in the order of the rows.
macro_rules! content_types {
    ($($member:ident: $payload:ty => $(
        $(#[$doc:meta])* $variant:ident $word:literal $(or $other:ident)?
    ),+;)*) => {
        record! {
            /// What a message says. Which of the members count is for `type` to say.
            validated by Content::validate;
            pub struct Content {
                /// The content type, as it is written.
                required kind as "type": Text<'de>,
                $(optional $member: $payload,)*
            }
        }

        /// The content types that are known.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum ContentType {
            $($($(#[$doc])* $variant,)+)*
        }

        impl ContentType {
            /// Every type with the word it has in JSON.
            pub const WORDS: &'static [(&'static str, Self)] =
                &[$($(($word, Self::$variant),)+)*];

            /// The members of a content that this type fills; one of them must be there.
            fn members(self) -> &'static [&'static str] {
                match self {
                    $($(Self::$variant => {
                        &[stringify!($member) $(, stringify!($other))?]
                    })+)*
                }
            }
        }

        impl Content<'_> {
            /// Adds what there is, even of members that a message of this type does not have.
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
    media: Box<Media<'de>> => Image "image", File "file", Video "video", Audio "audio";
    interactive: Box<Interactive<'de>> =>
        /// Choices from the robot, or the pick of one from the person.
        Interactive "interactive" or text;
    location: Box<Location<'de>> => Location "location";
    contacts: Box<Vec<Contact<'de>>> => Contacts "contacts";
    // Last, because it may come with any other as a caption.
    text: Text<'de> =>
        Text "text",
        /// The press of a template's button.
        Button "button";
}

/// The member of a content in which its type says what it has to say.
trait Payload {
    /// Adds what it says; it is a member of `content`.
    fn add_to<'a>(&'a self, content: &'a Content<'_>, blocks: &mut Blocks<'a>);
}

impl ContentType {
    /// The type of this name.
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, value)| *value)
    }
}

impl<'de> Content<'de> {
    /// The type, if it is a known one.
    pub fn content_type(&self) -> Option<ContentType> {
        ContentType::of(self.kind.as_ref()?.as_str())
    }

    /// What the message says, from top to bottom.
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

    /// Adds what the message says.
    pub(super) fn add_to<'a>(&'a self, blocks: &mut Blocks<'a>) {
        self.add_payloads(blocks);
        blocks.add_undocumented(&self.extra);
    }

    /// Shows a content of which nothing is known by all of its members, as they are in `json`.
    pub(super) fn show_as_received(&mut self, json: &'de str) {
        *self = Self {
            kind: self.kind.take(),
            ..Self::default()
        };
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
    // Text may come with anything, as a caption.
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

/// The finding that the member `type` of an object says nothing that is known.
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
