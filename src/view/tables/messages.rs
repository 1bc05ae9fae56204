//! The table of messages: one row each, with what its content says, as its blocks tell.

use std::io;

use foldhash::HashMap;

use super::ColumnType::{Float, Integer, Text, Time};
use super::{Cell, Column, Definition};
use crate::Report;
use crate::json::Number;
use crate::notification::block::{Block, words_of};
use crate::notification::{Content, Message, Session};

/// The most characters of a session's id that each of its messages repeats: a long one would make the
/// rows many times as large as the delivery.
const MAX_ID: usize = 256;

pub(super) struct MessageTable;

pub(super) struct Row<'r> {
    report: &'r Report<'r>,
    call_id: Option<&'r crate::Text<'r>>,
    number: usize,
    message: &'r Message<'r>,
    /// The number of the message that it replies to, if the session has it.
    reply_number: Option<usize>,
    said: Said<'r>,
}

/// What a message says.
#[derive(Default)]
struct Said<'r> {
    words: Option<crate::Text<'r>>,
    choice: Option<&'r crate::Text<'r>>,
    template: Template<'r>,
    media_url: Option<&'r crate::Text<'r>>,
    media_name: Option<&'r crate::Text<'r>>,
    latitude: Option<Number<'r>>,
    longitude: Option<Number<'r>>,
    event: Option<&'r crate::Text<'r>>,
}

#[derive(Default)]
struct Template<'r> {
    name: Option<&'r crate::Text<'r>>,
    id: Option<Number<'r>>,
    language: Option<&'r crate::Text<'r>>,
}

impl Definition for MessageTable {
    type Row<'r> = Row<'r>;

    #[rustfmt::skip]
    const COLUMNS: &'static [Column<Self>] = &[
        Column { name: "source", kind: Text, read: |row| Cell::text(Some(&row.report.origin.source)) },
        Column { name: "index", kind: Integer, read: |row| Cell::count(row.report.origin.index) },
        Column { name: "call_id", kind: Text, read: |row| Cell::text(row.call_id) },
        Column { name: "number", kind: Integer, read: |row| Cell::count(row.number) },
        Column { name: "msg_id", kind: Text, read: |row| Cell::text(row.message.msg_id.as_ref()) },
        Column { name: "sender_type", kind: Text, read: |row| Cell::text(row.message.sender_type.as_ref().map(|it| &it.text)) },
        Column { name: "timestamp", kind: Time, read: |row| Cell::unix_time(row.message.timestamp) },
        Column { name: "status", kind: Text, read: |row| Cell::text(row.message.status.as_ref().map(|it| &it.text)) },
        Column { name: "type", kind: Text, read: |row| Cell::text(row.message.content.as_ref().and_then(|it| it.kind.as_ref())) },
        Column { name: "text", kind: Text, read: |row| Cell::text(row.said.words.as_ref()) },
        Column { name: "reply_msg_id", kind: Text, read: |row| Cell::text(row.message.reply.as_ref().and_then(|it| it.msg_id.as_ref())) },
        Column { name: "reply_number", kind: Integer, read: |row| Cell::of(row.reply_number, Cell::count) },
        Column { name: "choice", kind: Text, read: |row| Cell::text(row.said.choice) },
        Column { name: "template_name", kind: Text, read: |row| Cell::text(row.said.template.name) },
        Column { name: "template_id", kind: Integer, read: |row| Cell::integer(row.said.template.id) },
        Column { name: "template_language", kind: Text, read: |row| Cell::text(row.said.template.language) },
        Column { name: "media_url", kind: Text, read: |row| Cell::text(row.said.media_url) },
        Column { name: "media_name", kind: Text, read: |row| Cell::text(row.said.media_name) },
        Column { name: "latitude", kind: Float, read: |row| Cell::float(row.said.latitude) },
        Column { name: "longitude", kind: Float, read: |row| Cell::float(row.said.longitude) },
        Column { name: "event", kind: Text, read: |row| Cell::text(row.said.event) },
    ];

    fn each_row<'r>(
        report: &'r Report<'r>,
        then: &mut dyn for<'a> FnMut(&'a Row<'a>) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(session) = &report.session else {
            return Ok(());
        };
        let call_id = session.call_id.as_ref().map(|id| id.shortened(MAX_ID));
        let numbers = numbers(session);
        for (index, message) in session.messages().iter().enumerate() {
            let replied = message.reply.as_ref().and_then(|it| it.msg_id.as_ref());
            let blocks = message.content.as_ref().map(Content::blocks);
            then(&Row {
                report,
                call_id: call_id.as_ref(),
                number: index + 1,
                message,
                reply_number: replied.and_then(|id| numbers.get(id.as_str()).copied()),
                said: Said::in_blocks(&blocks.unwrap_or_default()),
            })?;
        }
        Ok(())
    }
}

/// The numbers of the messages by their ids, if a message replies to another.
fn numbers<'s>(session: &'s Session<'_>) -> HashMap<&'s str, usize> {
    if session.messages().iter().any(|it| it.reply.is_some()) {
        session.numbers()
    } else {
        HashMap::default()
    }
}

impl<'r> Said<'r> {
    fn in_blocks(blocks: &[Block<'r>]) -> Self {
        let mut said = Self {
            words: Some(words_of(blocks)).filter(|words| !words.as_str().is_empty()),
            ..Self::default()
        };
        for block in blocks {
            said.add(block);
        }
        said
    }

    fn add(&mut self, block: &Block<'r>) {
        match block {
            Block::Choice(choice) => self.choice = Some(choice),
            // The first file is that of the message; there may be another in the header of a template.
            Block::Media { name, url, .. } if self.media_url.is_none() => {
                (self.media_name, self.media_url) = (*name, *url);
            }
            Block::Template { name, language, id } => {
                self.template = Template {
                    name: *name,
                    id: id.map(|id| id.0),
                    language: *language,
                };
            }
            Block::Location {
                latitude,
                longitude,
                ..
            } => (self.latitude, self.longitude) = (*latitude, *longitude),
            Block::Event(event) => self.event = event.word,
            _ => {}
        }
    }
}
