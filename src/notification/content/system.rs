//! System messages: events of the conversation, such as a human taking over.

use super::{Content, Payload, unknown_type};
use crate::Text;
use crate::finding::{Detail, Findings, Rule};
use crate::json::{Present, record};
use crate::notification::block::{Block, Blocks, Event, EventKind};

record! {
    /// An event of the conversation, as the platform reports it.
    validated by SystemEvent::validate;
    pub struct SystemEvent {
        required kind as "type": Text<'de>,
        optional from_seat_id: Text<'de>,
        optional to_seat_id: Text<'de>,
    }
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

    /// Returns the event. An empty seat counts as none, because most events have both fields and
    /// leave them empty.
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
