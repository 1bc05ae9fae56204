//! What a session comes to, in numbers.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::content::EventKind;
use super::{MessageStatus, Session};
use crate::Text;

/// The counts over a session's messages, and what follows from its times.
#[derive(Debug, Clone, Default)]
pub struct Summary<'a> {
    /// From the session's start to its end; negative if they are swapped.
    pub duration: Option<SignedDuration>,
    /// How many messages there are.
    pub messages: usize,
    /// How many of them were read.
    pub read: usize,
    /// How many are from each sender; `unknown` where none is named.
    pub by_sender: BTreeMap<Text<'a>, usize>,
    /// How many are of each content type; `unknown` where none is named.
    pub by_type: BTreeMap<Text<'a>, usize>,
    /// The last time a human took over.
    pub hand_over: Option<HandOver<'a>>,
}

/// A human taking over from the robot.
#[derive(Debug, Clone)]
pub struct HandOver<'a> {
    /// The message that says so, from 0.
    pub message: usize,
    /// The human's seat, where it is named.
    pub seat: Option<Text<'a>>,
}

impl<'a> Summary<'a> {
    /// The summary of a session.
    pub fn of(session: &'a Session<'_>) -> Self {
        let instant = |time: &Option<crate::json::SessionTime<'_>>| time.as_ref()?.instant;
        let start = instant(&session.session_start_time);
        let end = instant(&session.session_end_time);
        let mut summary = Self {
            duration: start.zip(end).map(|(start, end)| end.duration_since(start)),
            messages: session.messages().len(),
            ..Self::default()
        };
        for (index, message) in session.messages().iter().enumerate() {
            let sender = message
                .sender_type
                .as_ref()
                .map_or("unknown", |sender| sender.text.as_str());
            *summary.by_sender.entry(Text::from(sender)).or_default() += 1;
            let content = message.content.as_ref();
            let kind = content
                .and_then(|content| content.kind.as_ref())
                .map_or("unknown", Text::as_str);
            *summary.by_type.entry(Text::from(kind)).or_default() += 1;
            let status = message.status.as_ref().and_then(|status| status.known);
            summary.read += usize::from(status == Some(MessageStatus::Read));
            let event = content.and_then(|content| Some(content.system.as_ref()?.event()));
            if let Some(event) = event
                && event.kind == Some(EventKind::TakeOver)
            {
                summary.hand_over = Some(HandOver {
                    message: index,
                    seat: event.to.map(|seat| Text::from(seat.as_str())),
                });
            }
        }
        summary
    }
}
