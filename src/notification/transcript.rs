//! The conversation as data: every message as a list of [`Block`]s.
//!
//! The files of the content types turn messages into blocks; the views draw blocks. So a content
//! type is understood in one file, and every view (a table, the `text` of JSON) shows it. Blocks
//! keep together what belongs together: a button and its answer, a list and its sections, a file
//! and its link. They contain only the words of the message, no English of ours, and borrow them
//! from it.

use foldhash::HashMap;

use super::content::{Contact, Content, Event, ListSection};
use super::{Message, Reply, Session};
use crate::Text;
use crate::json::{Integer, Number};

/// A part of a message.
///
/// Undocumented fields are a [`Block::Undocumented`] after the block of the object that has them,
/// except those of sections, rows and contacts, which hold them themselves.
#[derive(Debug, Clone)]
pub enum Block<'a> {
    /// The text of a message; may have several lines, is never empty.
    Text(&'a Text<'a>),
    /// The header above it; may have several lines, is never empty.
    Heading(&'a Text<'a>),
    /// The footer below it; may have several lines, is never empty.
    Footer(&'a Text<'a>),
    /// The choice that the person made; may have several lines, is never empty.
    Choice(&'a Text<'a>),
    /// A file, by its link.
    Media {
        /// The kind of file, such as `image`.
        kind: Option<&'a Text<'a>>,
        /// The name of the file.
        name: Option<&'a Text<'a>>,
        /// The web address of the file.
        url: Option<&'a Text<'a>>,
    },
    /// The template that the blocks before were made from.
    Template {
        /// The name of the template.
        name: Option<&'a Text<'a>>,
        /// The language, such as `en_GB`.
        language: Option<&'a Text<'a>>,
        /// The number of the template.
        id: Option<Integer<'a>>,
    },
    /// At least one button.
    Buttons(Vec<Button<'a>>),
    /// A list to choose from.
    List {
        /// The label of the button that opens it.
        button: Option<&'a Text<'a>>,
        /// The sections, which have the rows.
        sections: &'a [ListSection<'a>],
    },
    /// A point on the map.
    Location {
        /// The name of the place; may have several lines.
        name: Option<&'a Text<'a>>,
        /// The address of the place; may have several lines.
        address: Option<&'a Text<'a>>,
        /// The latitude in degrees.
        latitude: Option<Number<'a>>,
        /// The longitude in degrees.
        longitude: Option<Number<'a>>,
    },
    /// Cards from an address book.
    Contacts(&'a [Contact<'a>]),
    /// An event of the conversation.
    Event(Event<'a>),
    /// The message that this one replies to.
    Quote(Quote<'a>),
    /// At least one undocumented field: its name, and its value as JSON text.
    Undocumented(&'a [(Text<'a>, &'a str)]),
}

/// A button under a message.
#[derive(Debug, Clone, Copy)]
pub struct Button<'a> {
    /// The text on the button.
    pub label: Option<&'a Text<'a>>,
    /// The type, such as `QUICK_REPLY` or `reply`.
    pub kind: Option<&'a Text<'a>>,
    /// The id that is sent when the button is pressed.
    pub id: Option<&'a Text<'a>>,
}

/// A message that another one replies to.
#[derive(Debug, Clone, Copy)]
pub struct Quote<'a> {
    /// The number of the message, from 1, if the session has it.
    pub number: Option<usize>,
    /// The sender, as it is written in the quote.
    pub sender: Option<&'a Text<'a>>,
    /// The content in the quote, which may be missing.
    pub quoted: Option<&'a Content<'a>>,
    /// The content of the message itself, if the session has it.
    pub original: Option<&'a Content<'a>>,
}

/// Returns the web address of a map that shows a point.
pub fn map_url(latitude: Number<'_>, longitude: Number<'_>) -> String {
    let (latitude, longitude) = (latitude.as_str(), longitude.as_str());
    format!("https://www.google.com/maps?q={latitude},{longitude}")
}

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
            quoted: reply.content.as_ref(),
            original: number.and_then(original),
        }
    }
}

/// A list of blocks that content types add to.
#[derive(Default)]
pub(super) struct Blocks<'a>(Vec<Block<'a>>);

impl<'a> Blocks<'a> {
    pub(super) fn into_vec(self) -> Vec<Block<'a>> {
        self.0
    }

    pub(super) fn add(&mut self, block: Block<'a>) {
        self.0.push(block);
    }

    /// Adds a block of text, unless the text is missing or empty.
    pub(super) fn add_words(
        &mut self,
        block: fn(&'a Text<'a>) -> Block<'a>,
        words: Option<&'a Text<'a>>,
    ) {
        if let Some(words) = words.filter(|words| !words.as_str().is_empty()) {
            self.add(block(words));
        }
    }

    /// Adds buttons, if there are any.
    pub(super) fn add_buttons(&mut self, buttons: impl Iterator<Item = Button<'a>>) {
        let buttons: Vec<_> = buttons.collect();
        if !buttons.is_empty() {
            self.add(Block::Buttons(buttons));
        }
    }

    /// Adds undocumented fields, if there are any.
    pub(super) fn add_undocumented(&mut self, members: &'a [(Text<'a>, &'a str)]) {
        if !members.is_empty() {
            self.add(Block::Undocumented(members));
        }
    }
}
