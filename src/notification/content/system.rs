//! Events of the conversation itself: it started, a human took over, it was closed.

use super::{Content, Payload, unknown_type};
use crate::Text;
use crate::finding::{Detail, Findings, Rule};
use crate::json::{Present, record};
use crate::notification::transcript::{Block, Blocks};

record! {
    /// Something that happened to the conversation itself.
    validated by SystemEvent::validate;
    pub struct SystemEvent {
        required kind as "type": Text<'de>,
        optional from_seat_id: Text<'de>,
        optional to_seat_id: Text<'de>,
    }
}

/// What is known to happen to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It started.
    Start,
    /// A human took over.
    TakeOver,
    /// It was closed.
    Close,
}

impl EventKind {
    /// Every kind with the word it has in JSON.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("conversation.start", Self::Start),
        ("conversation.take_over", Self::TakeOver),
        ("conversation.close", Self::Close),
    ];

    /// The kind of this name.
    pub fn of(word: &str) -> Option<Self> {
        let (_, kind) = Self::WORDS.into_iter().find(|(known, _)| *known == word)?;
        Some(kind)
    }
}

/// Something that happened to a conversation, and between which seats of agents.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// What it is, if that is known.
    pub kind: Option<EventKind>,
    /// What it is, as it is written.
    pub word: Option<&'a Text<'a>>,
    /// The seat that it came from, where one is named.
    pub from: Option<&'a Text<'a>>,
    /// The seat that it went to, where one is named. The one that closed a conversation may be
    /// named here only: so it is in the vendor's example.
    pub to: Option<&'a Text<'a>>,
}

impl SystemEvent<'_> {
    const EVENTS: [&'static str; 3] = {
        let [(start, _), (take_over, _), (close, _)] = EventKind::WORDS;
        [start, take_over, close]
    };

    fn validate(&mut self, present: &Present<'_>, findings: &mut Findings) {
        let Some(kind) = &self.kind else { return };
        if EventKind::of(kind.as_str()).is_none() {
            present.note(Rule::UnknownSystemEvent, findings, |rule| {
                unknown_type(
                    rule,
                    present.at,
                    Detail::UnknownSystemEvent,
                    kind,
                    Self::EVENTS,
                )
            });
        }
    }

    /// What happened. Most events name their seats and leave the names empty.
    pub fn event(&self) -> Event<'_> {
        let word = self.kind.as_ref();
        Event {
            kind: word.and_then(|word| EventKind::of(word.as_str())),
            word,
            from: self.from_seat_id.as_ref().filter(|seat| !seat.is_blank()),
            to: self.to_seat_id.as_ref().filter(|seat| !seat.is_blank()),
        }
    }
}

impl Payload for SystemEvent<'_> {
    fn add_to<'a>(&'a self, _: &'a Content<'_>, blocks: &mut Blocks<'a>) {
        blocks.add(Block::Event(self.event()));
        blocks.add_undocumented(&self.extra);
    }
}
