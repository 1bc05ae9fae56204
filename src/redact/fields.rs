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
    use Object as O;
    use Role as R;
    Some(match (object, key) {
        (O::Session, "workflow_id") => R::Id("workflow", 1),
        (O::Session, "nodetask_id") => R::Id("nodetask", 1),
        (O::Session, "waba_task_id") => R::Id("task", 1),
        (O::Session, "wfdetail_uuid") => R::Id("detail", 1),
        (O::Session, "call_id") => R::Id("call", 4),
        (O::Session, "robot_id") => R::Id("robot", 1),
        (O::Session, "channel_id") => R::Phone("Channel"),
        (O::Session, "workflow_name") => R::Name("Workflow"),
        (O::Session, "nodetask_name") => R::Name("Node task"),
        (O::Session, "callee") => R::Phone("Customer"),
        (O::Session, "channel") => R::Word(is_channel),
        (O::Session, "status") => R::Word(|word| word == "closed"),
        (O::Session, "session_start_time" | "session_end_time") => R::Time,
        (O::Session, "session_end_reason") => R::Word(is_one_of::<EndReason>),
        (O::Session, "intention") => R::Word(is_intention),
        (O::Session, "talk_round") => R::Count,
        (O::Session, "ner_slots" | "event_label" | "variables") => R::Object(O::Other),
        (O::Session, "messages") => R::Object(O::Message),
        (O::Session | O::Message | O::Reply, "timestamp") => R::UnixTime,
        (O::Message | O::Reply, "msg_id") => R::Id("msg", 4),
        (O::Message | O::Reply, "sender_type") => R::Word(is_one_of::<Sender>),
        (O::Message, "status") => R::Word(is_one_of::<MessageStatus>),
        (O::Message | O::Reply, "content") => R::Object(O::Content),
        (O::Message, "reply") => R::Object(O::Reply),
        _ => return documented_in_content(object, key),
    })
}

/// The same for what is inside the content of a message.
fn documented_in_content(object: Object, key: &str) -> Option<Role> {
    use Object as O;
    use Role as R;
    Some(match (object, key) {
        (O::Content, "type") => R::Word(|word| ContentType::of(word).is_some()),
        (O::Content, "system") => R::Object(O::System),
        (O::Content, "template") => R::Object(O::Template),
        (O::Content, "interactive") => R::Object(O::Interactive),
        (O::Content, "location") => R::Object(O::Location),
        (O::Content, "contacts") => R::Object(O::Contact),
        (O::Content | O::Header, "media") => R::Object(O::Media),
        (O::System, "type") => R::Word(|word| EventKind::of(word).is_some()),
        (O::System, "from_seat_id" | "to_seat_id") => R::Id("seat", 1),
        (O::Template, "type") => R::Word(is_channel),
        (O::Template, "content") => R::Object(O::TemplateContent),
        (O::Template, "info") => R::Object(O::TemplateInfo),
        (O::TemplateContent | O::Interactive, "header") => R::Object(O::Header),
        (O::TemplateContent, "button") => R::Object(O::Button),
        (O::TemplateContent, "body" | "footer") => R::Text,
        (O::TemplateInfo, "id") => R::Id("template", 1),
        (O::TemplateInfo, "name") => R::Name("Template"),
        (O::TemplateInfo, "language") => R::Word(is_language),
        (O::Header, "type") => R::Word(is_header_type),
        (O::Media, "origin_url") => R::Url,
        (O::Media, "name") => R::File,
        (O::Interactive, "type") => R::Word(|word| Interactive::TYPES.contains(&word)),
        (O::Interactive, "body" | "footer") => R::Object(O::Words),
        (O::Interactive, "action") => R::Object(O::Action),
        (O::Action, "buttons") => R::Object(O::Button),
        (O::Action, "button") => R::Text,
        (O::Action, "sections") => R::Object(O::Section),
        (O::Button, "type") => R::Word(is_button_type),
        (O::Button, "reply") => R::Object(O::Choice),
        (O::Section, "rows") => R::Object(O::Choice),
        (O::Choice, "id") => R::Id("choice", 1),
        (O::Section | O::Choice, "title") | (O::Choice, "description") => R::Text,
        (O::Content | O::Header | O::Words | O::Button, "text") => R::Text,
        (O::Location, "latitude" | "longitude") => R::Value,
        (O::Location, "address") => R::Name("Address"),
        (O::Location, "name") => R::Name("Place"),
        (O::Contact, "name") => R::Name("Contact"),
        (O::Contact, "phone_number") => R::Phone("Number"),
        _ => return None,
    })
}

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
    /// Whether everything in it is kept, and whether the next value is.
    is_kept: bool,
    keeps_next: bool,
}

/// Finds the keys and values of JSON text, and says what each is. Text that is not JSON gives
/// pieces too, but what they are is then a guess. The values of the keys in `kept` are left as they are.
pub(super) fn pieces(text: &str, kept: &[String]) -> Vec<Piece> {
    let mut walk = Walk {
        kept,
        frames: Vec::new(),
        pieces: Vec::new(),
    };
    for span in token_spans(text) {
        walk.pass(text, span);
    }
    walk.pieces
}

struct Walk<'k> {
    kept: &'k [String],
    frames: Vec<Frame>,
    pieces: Vec<Piece>,
}

impl Walk<'_> {
    fn pass(&mut self, text: &str, span: Range<usize>) {
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
            _ => self.piece(text, span),
        }
    }

    /// Whether the next key or value is kept.
    fn keeps_next(&self) -> bool {
        let keeps = |frame: &Frame| frame.is_kept || frame.keeps_next;
        self.frames.last().is_some_and(keeps)
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
            is_kept: self.keeps_next(),
            keeps_next: false,
            is_array,
            role,
            key,
            next: Role::Value,
            expects_key: !is_array,
        });
    }

    fn piece(&mut self, text: &str, span: Range<usize>) {
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
        frame.keeps_next = self.kept.iter().any(|kept| *kept == key);
        let is_left = known.is_some() || frame.is_kept || frame.keeps_next;
        self.pieces.push(Piece {
            key: span.clone(),
            span,
            role: (!is_left).then_some(Role::Value),
            is_key: true,
        });
    }

    fn value(&mut self, span: Range<usize>) {
        let (role, key) = self.next();
        let role = match role {
            Role::Object(_) => Role::Value,
            role => role,
        };
        self.pieces.push(Piece {
            span,
            role: (!self.keeps_next()).then_some(role),
            is_key: false,
            key,
        });
    }
}
