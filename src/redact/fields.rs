//! What each value of a notification is, as far as redaction is concerned: a word of the
//! documentation that may stay, an identity to replace, or a text that people wrote.
//!
//! A value is known by its key and by the object that it is in, whatever its type, so that a phone
//! number in the place of a time is not taken for one. Everything that the table does not name is an
//! identity: what is not known to be harmless is replaced.

use std::ops::Range;

use crate::json::{Enumeration, token_spans, unescape};
use crate::notification::block::EventKind;
use crate::notification::content::Interactive;
use crate::notification::{ContentType, EndReason, MessageStatus, Sender};

/// An object of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Session,
    Message,
    Reply,
    Content,
    System,
    Template,
    TemplateContent,
    TemplateInfo,
    Header,
    Media,
    Interactive,
    Words,
    Action,
    Button,
    Choice,
    Section,
    Location,
    Contact,
    /// A node of a workflow, in another notification than that of a session's end.
    Task,
    /// Slots, labels, variables, and whatever is not documented.
    Other,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    /// An object, or an array of them.
    Object(Object),
    /// A word of a documented set.
    Word(fn(&str) -> bool),
    /// A time in RFC 3339 form.
    Time,
    /// A time in seconds.
    UnixTime,
    /// A small number.
    Count,
    /// The id of something, with the words and the digits of its pseudonym.
    Id(&'static str, usize),
    /// A phone number or another address, with the word of its pseudonym if it is not a number.
    Phone(&'static str),
    /// A name that may be that of a person, with the word of its pseudonym.
    Name(&'static str),
    /// The name of a file.
    File,
    /// A link.
    Url,
    /// What somebody wrote.
    Text,
    /// A value whose key says what it is.
    Value,
}

/// A key or a value that is not a container, in the order of the text.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Its bytes.
    pub(super) span: Range<usize>,
    /// What it is; `None` if it is left as it is: a documented key, or a value that is kept.
    pub(super) role: Option<Role>,
    /// Whether it is a key.
    pub(super) is_key: bool,
    /// The bytes of the nearest key around a value, with its quotes.
    pub(super) key: Range<usize>,
}

/// The value that has the key `key` in an object; `None` if it is not documented.
fn documented(object: Object, key: &str) -> Option<Role> {
    let fields = match object {
        Object::Session => SESSION,
        Object::Message | Object::Reply => MESSAGE,
        Object::Content => CONTENT,
        Object::System => SYSTEM,
        Object::Template => TEMPLATE,
        Object::TemplateContent => TEMPLATE_CONTENT,
        Object::TemplateInfo => TEMPLATE_INFO,
        Object::Header => HEADER,
        Object::Media => MEDIA,
        Object::Interactive => INTERACTIVE,
        Object::Words => WORDS,
        Object::Action => ACTION,
        Object::Button => BUTTON,
        Object::Section => SECTION,
        Object::Choice => CHOICE,
        Object::Location => LOCATION,
        Object::Contact => CONTACT,
        Object::Task => TASK,
        Object::Other => &[],
    };
    let field = fields.iter().find(|(known, _)| *known == key);
    field.map(|(_, role)| *role)
}

/// The fields of an object.
type Fields = &'static [(&'static str, Role)];

/// Those of a session, and at the end those of the platform's other notifications.
const SESSION: Fields = &[
    ("workflow_id", Role::Id("workflow", 1)),
    ("workflow_name", Role::Name("Workflow")),
    ("nodetask_id", Role::Id("nodetask", 1)),
    ("nodetask_name", Role::Name("Node task")),
    ("waba_task_id", Role::Id("task", 1)),
    ("wfdetail_uuid", Role::Id("detail", 1)),
    ("timestamp", Role::UnixTime),
    ("channel", Role::Word(is_channel)),
    ("channel_id", Role::Phone("Channel")),
    ("callee", Role::Phone("Customer")),
    ("call_id", Role::Id("call", 4)),
    ("robot_id", Role::Id("robot", 1)),
    ("status", Role::Word(|word| word == "closed")),
    ("session_start_time", Role::Time),
    ("session_end_time", Role::Time),
    ("session_end_reason", Role::Word(is_one_of::<EndReason>)),
    ("intention", Role::Word(is_intention)),
    ("talk_round", Role::Count),
    ("ner_slots", Role::Object(Object::Other)),
    ("event_label", Role::Object(Object::Other)),
    ("variables", Role::Object(Object::Other)),
    ("messages", Role::Object(Object::Message)),
    ("actions", Role::Object(Object::Task)),
    ("rows", Role::Object(Object::Task)),
    ("case_id", Role::Id("case", 1)),
    ("callee_number", Role::Phone("Customer")),
];

const TASK: Fields = &[
    ("nodetask_id", Role::Id("nodetask", 1)),
    ("nodetask_name", Role::Name("Node task")),
    ("node_type", Role::Value),
    ("task_id", Role::Id("task", 1)),
    ("task_status", Role::Value),
];

/// Those of a message, and of its quote in a reply.
const MESSAGE: Fields = &[
    ("msg_id", Role::Id("msg", 4)),
    ("sender_type", Role::Word(is_one_of::<Sender>)),
    ("timestamp", Role::UnixTime),
    ("status", Role::Word(is_one_of::<MessageStatus>)),
    ("content", Role::Object(Object::Content)),
    ("reply", Role::Object(Object::Reply)),
];

const CONTENT: Fields = &[
    ("type", Role::Word(|word| ContentType::of(word).is_some())),
    ("system", Role::Object(Object::System)),
    ("template", Role::Object(Object::Template)),
    ("media", Role::Object(Object::Media)),
    ("interactive", Role::Object(Object::Interactive)),
    ("location", Role::Object(Object::Location)),
    ("contacts", Role::Object(Object::Contact)),
    ("text", Role::Text),
];

const SYSTEM: Fields = &[
    ("type", Role::Word(|word| EventKind::of(word).is_some())),
    ("from_seat_id", Role::Id("seat", 1)),
    ("to_seat_id", Role::Id("seat", 1)),
];

const TEMPLATE: Fields = &[
    ("type", Role::Word(is_channel)),
    ("content", Role::Object(Object::TemplateContent)),
    ("info", Role::Object(Object::TemplateInfo)),
];

const TEMPLATE_CONTENT: Fields = &[
    ("header", Role::Object(Object::Header)),
    ("body", Role::Text),
    ("footer", Role::Text),
    ("button", Role::Object(Object::Button)),
];

const TEMPLATE_INFO: Fields = &[
    ("id", Role::Id("template", 1)),
    ("name", Role::Name("Template")),
    ("language", Role::Word(is_language)),
];

const HEADER: Fields = &[
    ("type", Role::Word(is_header_type)),
    ("text", Role::Text),
    ("media", Role::Object(Object::Media)),
];

const MEDIA: Fields = &[("origin_url", Role::Url), ("name", Role::File)];

const INTERACTIVE: Fields = &[
    (
        "type",
        Role::Word(|word| Interactive::TYPES.contains(&word)),
    ),
    ("header", Role::Object(Object::Header)),
    ("body", Role::Object(Object::Words)),
    ("footer", Role::Object(Object::Words)),
    ("action", Role::Object(Object::Action)),
];

const WORDS: Fields = &[("text", Role::Text)];

const ACTION: Fields = &[
    ("buttons", Role::Object(Object::Button)),
    ("button", Role::Text),
    ("sections", Role::Object(Object::Section)),
];

/// Those of the buttons of templates and of interactive messages.
const BUTTON: Fields = &[
    ("type", Role::Word(is_button_type)),
    ("text", Role::Text),
    ("reply", Role::Object(Object::Choice)),
];

const SECTION: Fields = &[
    ("title", Role::Text),
    ("rows", Role::Object(Object::Choice)),
];

/// Those of the answer of a button, and of a row of a list.
const CHOICE: Fields = &[
    ("id", Role::Id("choice", 1)),
    ("title", Role::Text),
    ("description", Role::Text),
];

const LOCATION: Fields = &[
    ("latitude", Role::Value),
    ("longitude", Role::Value),
    ("address", Role::Name("Address")),
    ("name", Role::Name("Place")),
];

const CONTACT: Fields = &[
    ("name", Role::Name("Contact")),
    ("phone_number", Role::Phone("Number")),
];

fn is_one_of<E: Enumeration>(word: &str) -> bool {
    E::WORDS.iter().any(|(known, _)| *known == word)
}

fn is_channel(word: &str) -> bool {
    matches!(
        word,
        "WhatsApp" | "whatsapp" | "SMS" | "RCS" | "Viber" | "LINE" | "Telegram"
    )
}

fn is_header_type(word: &str) -> bool {
    matches!(
        word,
        "text" | "image" | "video" | "document" | "file" | "audio" | "location"
    )
}

fn is_button_type(word: &str) -> bool {
    let words = [
        "QUICK_REPLY",
        "OPT_OUT",
        "URL",
        "PHONE_NUMBER",
        "COPY_CODE",
        "FLOW",
        "reply",
    ];
    words.contains(&word)
}

/// One letter, such as `E`.
fn is_intention(word: &str) -> bool {
    word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic()
}

/// A language with perhaps a country, such as `pt_BR`.
fn is_language(word: &str) -> bool {
    let (language, country) = word.split_once(['_', '-']).unwrap_or((word, "XX"));
    let is_lower = language.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_upper = country.bytes().all(|byte| byte.is_ascii_uppercase());
    language.len() == 2 && is_lower && country.len() == 2 && is_upper
}

/// A container that is being walked.
#[derive(Clone)]
struct Frame {
    is_array: bool,
    /// The object that it is, or that its items are; or the role of the items of an array.
    role: Role,
    /// The nearest key: of the member that is being walked, or around an array.
    key: Range<usize>,
    /// What the next value is, after a key.
    next: Role,
    /// Whether a key comes next.
    expects_key: bool,
    /// What is kept of it.
    kept: Kept,
}

/// What is left as it is of a container.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Nothing,
    /// The next value.
    Next,
    Everything,
}

/// Finds the keys and values of JSON text, and says what each is. Text that is not JSON gives
/// pieces too, but what they are is then a guess. The values of the keys in `kept` are left as they are.
pub(super) fn pieces<'t>(text: &'t str, kept: &'t [String]) -> impl Iterator<Item = Piece> {
    let mut walk = Walk {
        kept,
        frames: Vec::new(),
    };
    token_spans(text).filter_map(move |span| walk.pass(text, span))
}

struct Walk<'k> {
    kept: &'k [String],
    frames: Vec<Frame>,
}

impl Walk<'_> {
    fn pass(&mut self, text: &str, span: Range<usize>) -> Option<Piece> {
        match text.as_bytes()[span.start] {
            b'{' => self.open(false),
            b'[' => self.open(true),
            b'}' | b']' => drop(self.frames.pop()),
            b',' => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.expects_key = !frame.is_array;
                }
            }
            b':' => {}
            _ => return Some(self.piece(text, span)),
        }
        None
    }

    /// Whether the next key or value is kept.
    fn keeps_next(&self) -> bool {
        let frame = self.frames.last();
        frame.is_some_and(|frame| frame.kept != Kept::Nothing)
    }

    /// What the next value is, and the nearest key.
    fn next(&self) -> (Role, Range<usize>) {
        match self.frames.last() {
            None => (Role::Object(Object::Session), 0..0),
            Some(frame) if frame.is_array => (frame.role, frame.key.clone()),
            Some(frame) => (frame.next, frame.key.clone()),
        }
    }

    fn open(&mut self, is_array: bool) {
        let (role, key) = self.next();
        // An array at the top is no session, nor is an object in the place of a single value.
        let is_misplaced = is_array && self.frames.is_empty() || !matches!(role, Role::Object(_));
        let role = match role {
            role if is_array && !self.frames.is_empty() => role,
            _ if is_misplaced => Role::Object(Object::Other),
            role => role,
        };
        self.frames.push(Frame {
            kept: if self.keeps_next() {
                Kept::Everything
            } else {
                Kept::Nothing
            },
            is_array,
            role,
            key,
            next: Role::Value,
            expects_key: !is_array,
        });
    }

    fn piece(&mut self, text: &str, span: Range<usize>) -> Piece {
        let Some(frame) = self.frames.last_mut().filter(|frame| frame.expects_key) else {
            return self.value(span);
        };
        let key = unescape(&text[span.clone()]);
        let known = match frame.role {
            Role::Object(object) => documented(object, &key),
            _ => None,
        };
        frame.key = span.clone();
        frame.next = known.unwrap_or(Role::Object(Object::Other));
        frame.expects_key = false;
        if frame.kept != Kept::Everything {
            let is_kept = self.kept.iter().any(|kept| *kept == key);
            frame.kept = if is_kept { Kept::Next } else { Kept::Nothing };
        }
        let is_left = known.is_some() || frame.kept != Kept::Nothing;
        Piece {
            key: span.clone(),
            span,
            role: (!is_left).then_some(Role::Value),
            is_key: true,
        }
    }

    fn value(&self, span: Range<usize>) -> Piece {
        let (role, key) = self.next();
        let role = match role {
            Role::Object(_) => Role::Value,
            role => role,
        };
        Piece {
            span,
            role: (!self.keeps_next()).then_some(role),
            is_key: false,
            key,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const ALL: [Fields; 18] = [
        SESSION,
        MESSAGE,
        CONTENT,
        SYSTEM,
        TEMPLATE,
        TEMPLATE_CONTENT,
        TEMPLATE_INFO,
        HEADER,
        MEDIA,
        INTERACTIVE,
        WORDS,
        ACTION,
        BUTTON,
        SECTION,
        CHOICE,
        LOCATION,
        CONTACT,
        TASK,
    ];

    /// The names of all properties in a schema.
    fn properties(schema: &Value, names: &mut Vec<String>) {
        let members = schema["properties"].as_object().into_iter().flatten();
        names.extend(members.map(|(name, _)| name.clone()));
        let parts = schema.as_object().into_iter().flatten();
        parts.for_each(|(_, part)| properties(part, names));
        let items = schema.as_array().into_iter().flatten();
        items.for_each(|item| properties(item, names));
    }

    #[test]
    fn every_documented_field_is_in_the_table() {
        let schema = serde_json::from_str(crate::schema::NOTIFICATION).expect("JSON");
        let mut names = Vec::new();
        properties(&schema, &mut names);
        assert!(names.len() > 50);
        for name in names {
            let mut fields = ALL.iter().copied().flatten();
            assert!(fields.any(|(known, _)| *known == name), "{name}");
        }
    }
}
