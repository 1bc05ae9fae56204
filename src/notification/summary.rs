//! The summary of a session: numbers that are computed from its messages and times.
//!
//! The fields of the session itself are not repeated here; views take them from [`Session`].

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{Message, MessageStatus, Sender, Session};
use crate::Text;

/// The numbers of a session.
#[derive(Debug, Clone, Default)]
pub struct Summary<'a> {
    /// The time from the start of the session to its end; negative if it ends before it starts.
    pub duration: Option<SignedDuration>,
    /// The number of messages.
    pub messages: usize,
    /// The number of messages with the status `read`.
    pub read: usize,
    /// The number of messages by sender; `unknown` counts those without one.
    pub by_sender: BTreeMap<Text<'a>, usize>,
    /// The number of messages by content type; `unknown` counts those without one.
    pub by_type: BTreeMap<Text<'a>, usize>,
    /// The last hand-over to a human.
    pub hand_over: Option<HandOver<'a>>,
    /// The first words that the person said, as received: what they wrote or chose.
    pub first_user_text: Option<Text<'static>>,
}

/// A hand-over from the robot to a human.
#[derive(Debug, Clone)]
pub struct HandOver<'a> {
    /// The index of the message that reports it, from 0.
    pub message: usize,
    /// The seat of the human, if it is named.
    pub seat: Option<Text<'a>>,
}

impl<'a> Summary<'a> {
    /// Summarizes a session, in one pass over its messages.
    pub fn of(session: &'a Session<'_>) -> Self {
        let mut summary = Self {
            duration: session.duration(),
            messages: session.messages().len(),
            hand_over: session.hand_over(),
            first_user_text: session.first_user_text(),
            ..Self::default()
        };
        for message in session.messages() {
            summary.count(message);
        }
        summary
    }

    fn count(&mut self, message: &'a Message<'_>) {
        let sender = message.sender_type.as_ref();
        let sender = sender.map_or("unknown", |sender| sender.text.as_str());
        *self.by_sender.entry(Text::from(sender)).or_default() += 1;
        let kind = message.content.as_ref().and_then(|it| it.kind.as_ref());
        let kind = kind.map_or("unknown", Text::as_str);
        *self.by_type.entry(Text::from(kind)).or_default() += 1;
        let status = message.status.as_ref().and_then(|status| status.known);
        self.read += usize::from(status == Some(MessageStatus::Read));
    }
}

impl Session<'_> {
    /// The time from the start of the session to its end; negative if it ends before it starts.
    pub fn duration(&self) -> Option<SignedDuration> {
        let start = self.session_start_time.as_ref()?.instant?;
        let end = self.session_end_time.as_ref()?.instant?;
        Some(end.duration_since(start))
    }

    /// The last hand-over to a human.
    pub fn hand_over(&self) -> Option<HandOver<'_>> {
        let mut messages = self.messages().iter().enumerate().rev();
        messages.find_map(|(index, message)| {
            let event = message.take_over()?;
            Some(HandOver {
                message: index,
                seat: event.to.map(|seat| Text::from(seat.as_str())),
            })
        })
    }

    /// The first words that the person said, as received: what they wrote or chose.
    pub fn first_user_text(&self) -> Option<Text<'static>> {
        self.messages().iter().find_map(user_text)
    }
}

/// The words of a message of the person, if it is one and has some.
fn user_text(message: &Message<'_>) -> Option<Text<'static>> {
    let sender = message.sender_type.as_ref()?;
    let is_user = sender.known == Some(Sender::User);
    let words = message.content.as_ref().filter(|_| is_user)?.words();
    (!words.is_blank()).then(|| words.into_owned())
}
