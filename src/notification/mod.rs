//! The notification: a chatbot session that ended, and every message of its conversation.
//!
//! [`Session::read`] reads a body and checks it in the same pass: against what the vendor
//! documents (the fields of a session and of a message) and against what its example shows (the
//! inside of a message's content). A broken value becomes a finding and leaves its field empty;
//! the rest of the session is read. So every field is an `Option`, and `None` means that the field
//! is missing or cannot be used.
//!
//! [`Notification::read`] does the same for a body that may be another notification of the platform.
//!
//! A session can be looked at in three ways: its fields, as they are; the numbers of a
//! [`Summary`]; and the blocks of a [`Transcript`], which are what messages say.
//!
//! ```
//! use chatlog::finding::Findings;
//! use chatlog::json::Document;
//! use chatlog::notification::Session;
//!
//! let document = Document::new(br#"{"callee": "+62 800", "talk_round": "3"}"#);
//! let mut findings = Findings::default();
//! let session = Session::read(&document, &mut findings).expect("the body is an object");
//! assert_eq!(session.callee.as_ref().map(|callee| callee.as_str()), Some("+62 800"));
//! assert!(session.talk_round.is_none(), "a string is not an integer");
//! ```

pub mod block;
pub mod content;
mod kind;
mod lints;
mod summary;
pub mod transcript;

use foldhash::HashMap;
use foldhash::fast::RandomState;

pub use self::block::Block;
use self::block::{Event, EventKind};
pub use self::content::{Content, ContentType};
pub use self::kind::{Notification, OtherNotification};
pub use self::summary::{HandOver, Summary};
pub use self::transcript::Transcript;
use crate::Text;
pub(crate) use crate::documented::SESSION_END_FIELDS;
use crate::finding::Findings;
use crate::json::{
    Document, Enumeration, Integer, OneOf, RawObject, SessionTime, UnixTime, record,
};

record! {
    /// A chatbot session inside a workflow, reported when it ended.
    pub struct Session {
        required workflow_id: Text<'de>,
        required workflow_name: Text<'de>,
        required nodetask_id: Text<'de>,
        required nodetask_name: Text<'de>,
        required waba_task_id: Text<'de>,
        /// The id of the workflow's list detail.
        required wfdetail_uuid: Text<'de>,
        /// When the notification was created.
        required timestamp: UnixTime as detail,
        /// Where the conversation took place, such as `WhatsApp`.
        required channel: Text<'de>,
        required channel_id: Text<'de>,
        /// The phone number of the person, which is personal data.
        required callee: Text<'de>,
        required call_id: Text<'de>,
        required robot_id: Text<'de>,
        /// The status, such as `closed`, the only value in the documentation.
        required status: Text<'de>,
        required session_start_time: SessionTime<'de>,
        required session_end_time: SessionTime<'de>,
        required session_end_reason: OneOf<'de, EndReason>,
        /// The robot's label for what the person wants, such as `E`.
        required intention: Text<'de>,
        required talk_round: Integer<'de>,
        /// What the robot understood, under names that the customer chose.
        required ner_slots: RawObject<'de> as detail,
        /// Labels that the customer defined.
        required event_label: RawObject<'de> as detail,
        /// Variables that the customer defined.
        required variables: RawObject<'de> as detail,
        required messages: Vec<Message<'de>>,
    }
}

record! {
    /// One message of the conversation.
    pub struct Message {
        required msg_id: Text<'de>,
        optional sender_type: OneOf<'de, Sender>,
        required timestamp: UnixTime,
        required status: OneOf<'de, MessageStatus>,
        required content: Content<'de>,
        /// The message that this one replies to.
        optional reply: Box<Reply<'de>>,
    }
}

record! {
    /// A quote of the message that another one replies to.
    pub struct Reply {
        required msg_id: Text<'de>,
        optional sender_type: OneOf<'de, Sender> as detail,
        optional timestamp: UnixTime as detail,
        optional content: Content<'de>,
    }
}

/// Why a session ended. The vendor lists the values and does not say what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are all that is documented")]
pub enum EndReason {
    Robot,
    Agent,
    Error,
    Expire,
    User,
}

impl Enumeration for EndReason {
    const NAME: &'static str = "a documented end reason";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("robot", Self::Robot),
        ("agent", Self::Agent),
        ("error", Self::Error),
        ("expire", Self::Expire),
        ("user", Self::User),
    ];
}

/// Who sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The platform, which reports events of the session.
    System,
    /// The person.
    User,
    /// The bot inside the session.
    Robot,
    /// A human who took over.
    Agent,
    /// The bot that opened the conversation.
    Chatbot,
}

impl Enumeration for Sender {
    const NAME: &'static str = "a documented sender";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("system", Self::System),
        ("user", Self::User),
        ("robot", Self::Robot),
        ("agent", Self::Agent),
        ("chatbot", Self::Chatbot),
    ];
}

/// How far a message got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageStatus {
    /// It was sent.
    Sent,
    /// It was delivered.
    Delivery,
    /// It was read.
    Read,
}

impl Enumeration for MessageStatus {
    const NAME: &'static str = "a documented message status";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("sent", Self::Sent),
        ("delivery", Self::Delivery),
        ("read", Self::Read),
    ];
}

impl Message<'_> {
    /// The event that a human took over, if the message reports it.
    pub(crate) fn take_over(&self) -> Option<Event<'_>> {
        let event = self.content.as_ref()?.system.as_ref()?.event();
        (event.kind == Some(EventKind::TakeOver)).then_some(event)
    }
}

impl<'de> Session<'de> {
    /// Reads the session in a body, and notes what is wrong or odd with it in `findings`.
    ///
    /// Returns `None` if the body is not an object. If the body breaks off, the session has what
    /// comes before. Any other object is read as a session that lacks everything: see
    /// [`Notification::read`].
    pub fn read(document: &'de Document<'_>, findings: &mut Findings) -> Option<Self> {
        Self::read_with_end(document, findings).0
    }

    /// Reads the outline of the session in a body: the fields that totals count, without the words of
    /// messages, variables and media. Returns `None` if the body is not an object, breaks off, or is not
    /// recognised as a session's end.
    pub fn read_outline(document: &'de Document<'_>) -> Option<Self> {
        let mut session: Self = document.read_outline()?;
        let messages = session.messages.as_deref_mut().unwrap_or_default();
        let contents = messages.iter_mut().filter_map(|it| it.content.as_mut());
        // As in a whole session, nothing of an unknown one is understood.
        contents
            .filter(|it| it.is_unknown())
            .for_each(Content::forget);
        session.is_recognised().then_some(session)
    }

    /// Reads the session in a body, and tells whether the body was read to its end.
    fn read_with_end(document: &'de Document<'_>, findings: &mut Findings) -> (Option<Self>, bool) {
        let mut session: Option<Self> = None;
        let is_whole = document.read(&mut session, findings);
        if let Some(session) = &mut session {
            session.show_unknown_contents(document);
            if is_whole {
                lints::note(session, findings);
            }
        }
        (session, is_whole)
    }

    /// Replaces each content of an unknown type, which was read as if the type were known, with all
    /// of its fields as they were received. That takes a second pass over the body, which sessions
    /// without such a content do not pay for.
    fn show_unknown_contents(&mut self, document: &'de Document<'_>) {
        let messages = self.messages.as_deref_mut().unwrap_or_default();
        let mut contents = messages.iter().filter_map(|it| it.content.as_ref());
        if !contents.any(Content::is_unknown) {
            return;
        }
        let received = received_contents(document);
        for (message, json) in messages.iter_mut().zip(received) {
            if let (Some(content), Some(json)) = (&mut message.content, json)
                && content.is_unknown()
            {
                content.show_as_received(json);
            }
        }
    }

    /// Returns the content of each message as JSON text, as it was received in `document`; `None`
    /// for a message without one.
    pub fn received_contents(&self, document: &'de Document<'_>) -> Vec<Option<&'de str>> {
        let mut contents = Vec::with_capacity(self.messages().len());
        contents.extend(received_contents(document).take(self.messages().len()));
        contents.resize(self.messages().len(), None);
        contents
    }

    /// Returns the numbers of the messages, from 1, by their ids. If several messages have the same
    /// id, it is the number of the first.
    pub(crate) fn numbers(&self) -> HashMap<&str, usize> {
        let mut numbers =
            HashMap::with_capacity_and_hasher(self.messages().len(), RandomState::default());
        for (index, message) in self.messages().iter().enumerate() {
            // A masked id may be empty.
            if let Some(id) = message.msg_id.as_ref().filter(|id| !id.as_str().is_empty()) {
                numbers.entry(id.as_str()).or_insert(index + 1);
            }
        }
        numbers
    }

    /// Returns the messages in the order received.
    pub fn messages(&self) -> &[Message<'de>] {
        self.messages.as_deref().unwrap_or_default()
    }
}

fn received_contents<'de>(document: &'de Document<'_>) -> impl Iterator<Item = Option<&'de str>> {
    document.of_each_item("messages", "content")
}
