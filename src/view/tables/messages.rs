//! The table of messages: one row each, with what its content says, as its blocks tell.

use std::io;

use foldhash::HashMap;

use super::{Definition, TableColumn, Value, columns};
use crate::json::Number;
use crate::notification::block::{Block, words_of};
use crate::notification::{Content, Message, Session};
use crate::{Report, Text};

/// The most characters of a session's id that each of its messages repeats: a long one would make the
/// rows many times as large as the delivery.
const MAX_ID: usize = 256;

pub(super) struct MessageTable;

pub(super) struct Row<'r> {
    report: &'r Report<'r>,
    call_id: Option<&'r Text<'r>>,
    number: usize,
    message: &'r Message<'r>,
    /// The number of the message that it replies to, if the session has it.
    reply_number: Option<usize>,
    said: Said<'r>,
}

/// What a message says.
#[derive(Default)]
struct Said<'r> {
    words: Option<Text<'r>>,
    choice: Option<&'r Text<'r>>,
    template: Template<'r>,
    media_url: Option<&'r Text<'r>>,
    media_name: Option<&'r Text<'r>>,
    latitude: Option<Number<'r>>,
    longitude: Option<Number<'r>>,
    event: Option<&'r Text<'r>>,
}

#[derive(Default)]
struct Template<'r> {
    name: Option<&'r Text<'r>>,
    id: Option<Number<'r>>,
    language: Option<&'r Text<'r>>,
}

impl Definition for MessageTable {
    type Row<'r> = Row<'r>;

    const COLUMNS: &'static [TableColumn<Self>] = columns! { row =>
        source: Text = Value::text(Some(&row.report.origin.source));
        index: Integer = Value::count(row.report.origin.index);
        call_id: Text = Value::text(row.call_id);
        number: Integer = Value::count(row.number);
        msg_id: Text = Value::text(row.message.msg_id.as_ref());
        sender_type: Text = Value::one_of(row.message.sender_type.as_ref());
        timestamp: Time = Value::unix_time(row.message.timestamp);
        status: Text = Value::one_of(row.message.status.as_ref());
        type: Text = Value::text(row.content_type());
        text: Text = Value::text(row.said.words.as_ref());
        reply_msg_id: Text = Value::text(replied(row.message));
        reply_number: Integer = Value::of(row.reply_number, Value::count);
        choice: Text = Value::text(row.said.choice);
        template_name: Text = Value::text(row.said.template.name);
        template_id: Integer = Value::integer(row.said.template.id);
        template_language: Text = Value::text(row.said.template.language);
        media_url: Text = Value::text(row.said.media_url);
        media_name: Text = Value::text(row.said.media_name);
        latitude: Float = Value::number(row.said.latitude);
        longitude: Float = Value::number(row.said.longitude);
        event: Text = Value::text(row.said.event);
    };

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
            let blocks = message.content.as_ref().map(Content::blocks);
            then(&Row {
                report,
                call_id: call_id.as_ref(),
                number: index + 1,
                message,
                reply_number: replied(message).and_then(|id| numbers.get(id.as_str()).copied()),
                said: Said::in_blocks(&blocks.unwrap_or_default()),
            })?;
        }
        Ok(())
    }
}

/// The id of the message that a message replies to.
fn replied<'m>(message: &'m Message<'_>) -> Option<&'m Text<'m>> {
    message.reply.as_ref()?.msg_id.as_ref()
}

/// The numbers of the messages by their ids, if a message replies to another.
fn numbers<'s>(session: &'s Session<'_>) -> HashMap<&'s str, usize> {
    if session.messages().iter().any(|it| it.reply.is_some()) {
        session.numbers()
    } else {
        HashMap::default()
    }
}

impl<'r> Row<'r> {
    fn content_type(&self) -> Option<&'r Text<'r>> {
        self.message.content.as_ref()?.kind.as_ref()
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
