//! The conversation as data: every message as a list of [`Block`]s.
//!
//! The files of the content types turn messages into blocks; the views draw blocks. So a content
//! type is understood in one file, and every view (a table, the `text` of JSON) shows it. Blocks
//! keep together what belongs together: a button and its answer, a list and its sections, a file
//! and its link. They contain only the words of the message, no English of ours, and borrow them
//! from it.

use foldhash::HashMap;

use super::block::{Block, Blocks, Quote};
use super::content::Content;
use super::{Message, Reply, Session};
use crate::Text;

/// The messages of a session, with an index to find the ones that others reply to.
#[derive(Debug)]
pub struct Transcript<'s> {
    session: &'s Session<'s>,
    /// The numbers of the messages by their ids; the first, if several have the same id.
    numbers: HashMap<&'s str, usize>,
}

impl<'s> Transcript<'s> {
    /// Indexes the messages of a session.
    pub fn of(session: &'s Session<'_>) -> Self {
        Self {
            session,
            numbers: session.numbers(),
        }
    }

    /// Returns the number, from 1, of the first message with this id.
    pub fn number_of(&self, id: &Text<'_>) -> Option<usize> {
        self.numbers.get(id.as_str()).copied()
    }

    /// Returns the blocks of a message of the session, from top to bottom: the quote of the message
    /// it replies to, its content, and its undocumented fields.
    pub fn blocks(&self, message: &'s Message<'_>) -> Vec<Block<'s>> {
        let mut blocks = Blocks::default();
        if let Some(reply) = &message.reply {
            blocks.add(Block::Quote(self.quote(reply)));
            blocks.add_undocumented(&reply.extra);
        }
        if let Some(content) = &message.content {
            content.add_to(&mut blocks);
        }
        blocks.add_undocumented(&message.extra);
        blocks.into_vec()
    }

    fn quote(&self, reply: &'s Reply<'_>) -> Quote<'s> {
        let number = reply.msg_id.as_ref().and_then(|id| self.number_of(id));
        let original = |number: usize| {
            let message = self.session.messages().get(number.checked_sub(1)?)?;
            message.content.as_ref()
        };
        Quote {
            number,
            sender: reply.sender_type.as_ref().map(|sender| &sender.text),
            quoted: reply.content.as_ref().map(Content::blocks),
            original: number.and_then(original).map(Content::blocks),
        }
    }
}
