//! The conversation as data: every message as blocks of typed values.
//!
//! What a block means is settled here and in the files of the content types; how it looks is for
//! the views. A table, the `text` of JSON, Markdown and HTML can all be drawn from the same
//! blocks, because these keep what belongs together together (a button and what it answers, a list
//! and its sections, a file and its link) and hold no words but the message's own. They borrow
//! from the message.

use foldhash::HashMap;

use super::content::{Contact, Content, Event, Section};
use super::{Message, Reply, Session};
use crate::Text;
use crate::json::{Integer, Number};

/// A part of a message.
///
/// Members that nothing documents are [`Block::Undocumented`], after the block of the object that
/// has them; those of sections, rows and contacts are in these.
#[derive(Debug, Clone)]
pub enum Block<'a> {
    /// What somebody said: lines, never empty.
    Text(&'a Text<'a>),
    /// What stands above the rest: lines, never empty.
    Heading(&'a Text<'a>),
    /// What stands below the rest: lines, never empty.
    Footer(&'a Text<'a>),
    /// What the person picked from what was offered: lines, never empty.
    Choice(&'a Text<'a>),
    /// A file.
    Media {
        /// What it is, such as `image`.
        kind: Option<&'a Text<'a>>,
        /// What it is called.
        name: Option<&'a Text<'a>>,
        /// Where it is.
        url: Option<&'a Text<'a>>,
    },
    /// Which template the blocks before were made from.
    Template {
        /// What it is called.
        name: Option<&'a Text<'a>>,
        /// Such as `en_GB`.
        language: Option<&'a Text<'a>>,
        /// Its number.
        id: Option<Integer<'a>>,
    },
    /// Something to press: at least one button.
    Buttons(Vec<Button<'a>>),
    /// Something to choose from.
    List {
        /// What is on the button that opens it.
        button: Option<&'a Text<'a>>,
        /// Its rows, in sections.
        sections: &'a [Section<'a>],
    },
    /// A place.
    Location {
        /// What it is called; may have lines.
        name: Option<&'a Text<'a>>,
        /// Where it is; may have lines.
        address: Option<&'a Text<'a>>,
        /// In degrees.
        latitude: Option<Number<'a>>,
        /// In degrees.
        longitude: Option<Number<'a>>,
    },
    /// Cards from an address book.
    Contacts(&'a [Contact<'a>]),
    /// What happened to the conversation.
    Event(Event<'a>),
    /// The message that this one answers.
    Quote(Quote<'a>),
    /// Members that nothing documents, their values as JSON text: at least one.
    Undocumented(&'a [(Text<'a>, &'a str)]),
}

/// A button under a message.
#[derive(Debug, Clone, Copy)]
pub struct Button<'a> {
    /// What is on it.
    pub label: Option<&'a Text<'a>>,
    /// What pressing it does, such as `QUICK_REPLY` or `reply`.
    pub kind: Option<&'a Text<'a>>,
    /// What pressing it answers.
    pub id: Option<&'a Text<'a>>,
}

/// A message that another one answers.
#[derive(Debug, Clone, Copy)]
pub struct Quote<'a> {
    /// The number of the message, if it is one of the session's.
    pub number: Option<usize>,
    /// Who sent it, as it is written in the quote.
    pub sender: Option<&'a Text<'a>>,
    /// What is quoted of it.
    pub quoted: Option<&'a Content<'a>>,
    /// What it said, if it is one of the session's. A quote may leave out everything.
    pub original: Option<&'a Content<'a>>,
}

/// The web address of a map that shows a point.
pub fn map_url(latitude: Number<'_>, longitude: Number<'_>) -> String {
    let (latitude, longitude) = (latitude.as_str(), longitude.as_str());
    format!("https://www.google.com/maps?q={latitude},{longitude}")
}

/// The messages of a session, which quote one another.
#[derive(Debug)]
pub struct Transcript<'s> {
    session: &'s Session<'s>,
    /// The numbers of the messages, by their ids; of equal ids the first.
    numbers: HashMap<&'s str, usize>,
}

impl<'s> Transcript<'s> {
    /// The transcript of a session.
    pub fn of(session: &'s Session<'_>) -> Self {
        Self {
            session,
            numbers: session.numbers(),
        }
    }

    /// The number, from 1, of the message with this id; of messages with the same id the first's.
    pub fn number_of(&self, id: &Text<'_>) -> Option<usize> {
        self.numbers.get(id.as_str()).copied()
    }

    /// One of the session's messages, from top to bottom: what it answers, what it says, and what
    /// else it has.
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
            quoted: reply.content.as_ref(),
            original: number.and_then(original),
        }
    }
}

/// Blocks in the making.
#[derive(Default)]
pub(super) struct Blocks<'a>(Vec<Block<'a>>);

impl<'a> Blocks<'a> {
    pub(super) fn into_vec(self) -> Vec<Block<'a>> {
        self.0
    }

    pub(super) fn add(&mut self, block: Block<'a>) {
        self.0.push(block);
    }

    /// Adds a block of words, if there are some.
    pub(super) fn add_words(
        &mut self,
        block: fn(&'a Text<'a>) -> Block<'a>,
        words: Option<&'a Text<'a>>,
    ) {
        if let Some(words) = words.filter(|words| !words.as_str().is_empty()) {
            self.add(block(words));
        }
    }

    /// Adds buttons, if there are some.
    pub(super) fn add_buttons(&mut self, buttons: impl Iterator<Item = Button<'a>>) {
        let buttons: Vec<_> = buttons.collect();
        if !buttons.is_empty() {
            self.add(Block::Buttons(buttons));
        }
    }

    /// Adds the members that nothing documents, if there are some.
    pub(super) fn add_undocumented(&mut self, members: &'a [(Text<'a>, &'a str)]) {
        if !members.is_empty() {
            self.add(Block::Undocumented(members));
        }
    }
}
