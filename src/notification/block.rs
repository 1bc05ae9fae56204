//! Blocks: the parts that messages are made of, whatever their content type.
//!
//! They keep together what belongs together (a button and its answer, a list and its sections, a
//! file and its link), contain only the words of the message, and borrow them from it.

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
    Buttons(Vec<ButtonBlock<'a>>),
    /// A list to choose from.
    List {
        /// The label of the button that opens it.
        button: Option<&'a Text<'a>>,
        /// The sections, which have the rows.
        sections: Vec<SectionBlock<'a>>,
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
    Contacts(Vec<CardBlock<'a>>),
    /// An event of the conversation.
    Event(Event<'a>),
    /// The message that this one replies to.
    Quote(Quote<'a>),
    /// At least one undocumented field: its name, and its value as JSON text.
    Undocumented(&'a [(Text<'a>, &'a str)]),
}

impl<'a> Block<'a> {
    /// The words that the sender said in it: a text, which may be the body of a template or the
    /// caption of a file, and the choice that a person made. Everything else is what a message is
    /// made of: its header and footer, its buttons, files, places and events.
    pub fn words(&self) -> Option<&'a Text<'a>> {
        match self {
            Self::Text(words) | Self::Choice(words) => Some(words),
            Self::Heading(_)
            | Self::Footer(_)
            | Self::Media { .. }
            | Self::Template { .. }
            | Self::Buttons(_)
            | Self::List { .. }
            | Self::Location { .. }
            | Self::Contacts(_)
            | Self::Event(_)
            | Self::Quote(_)
            | Self::Undocumented(_) => None,
        }
    }
}

/// The words in the blocks of a message; empty if it has none. Those of several blocks are lines below
/// each other.
pub(crate) fn words_of<'a>(blocks: &[Block<'a>]) -> Text<'a> {
    let mut words = blocks.iter().filter_map(Block::words);
    match (words.next(), words.next()) {
        (None, _) => Text::default(),
        (Some(words), None) if !words.as_str().contains('\r') => Text::from(words.as_str()),
        _ => {
            let words = blocks.iter().filter_map(Block::words);
            let words: Vec<_> = words.map(|it| it.as_str().replace("\r\n", "\n")).collect();
            Text::from(words.join("\n"))
        }
    }
}

/// A button under a message.
#[derive(Debug, Clone, Copy)]
pub struct ButtonBlock<'a> {
    /// The text on the button.
    pub label: Option<&'a Text<'a>>,
    /// The type, such as `QUICK_REPLY` or `reply`.
    pub kind: Option<&'a Text<'a>>,
    /// The id that is sent when the button is pressed.
    pub id: Option<&'a Text<'a>>,
}

/// A message that another one replies to.
#[derive(Debug, Clone)]
pub struct Quote<'a> {
    /// The number of the message, from 1, if the session has it.
    pub number: Option<usize>,
    /// The sender, as it is written in the quote.
    pub sender: Option<&'a Text<'a>>,
    /// The content in the quote, which may be missing.
    pub quoted: Option<Vec<Block<'a>>>,
    /// The content of the message itself, if the session has it.
    pub original: Option<Vec<Block<'a>>>,
}

/// Returns the web address of a map that shows a point.
/// A section of a list.
#[derive(Debug, Clone)]
pub struct SectionBlock<'a> {
    /// The title above its rows.
    pub title: Option<&'a Text<'a>>,
    /// The rows, one of which can be chosen.
    pub rows: Vec<RowBlock<'a>>,
    /// Its undocumented fields, their values as JSON text.
    pub undocumented: &'a [(Text<'a>, &'a str)],
}

/// A row of a list.
#[derive(Debug, Clone, Copy)]
pub struct RowBlock<'a> {
    /// What choosing it answers.
    pub id: Option<&'a Text<'a>>,
    /// What stands on it.
    pub title: Option<&'a Text<'a>>,
    /// What stands below the title.
    pub description: Option<&'a Text<'a>>,
    /// Its undocumented fields, their values as JSON text.
    pub undocumented: &'a [(Text<'a>, &'a str)],
}

/// A card from an address book.
#[derive(Debug, Clone, Copy)]
pub struct CardBlock<'a> {
    /// The name of the person.
    pub name: Option<&'a Text<'a>>,
    /// The person's phone number.
    pub phone_number: Option<&'a Text<'a>>,
    /// Its undocumented fields, their values as JSON text.
    pub undocumented: &'a [(Text<'a>, &'a str)],
}

/// A known kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// The conversation started.
    Start,
    /// A human took over.
    TakeOver,
    /// The conversation was closed.
    Close,
}

impl EventKind {
    /// Every kind with its word in JSON.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("conversation.start", Self::Start),
        ("conversation.take_over", Self::TakeOver),
        ("conversation.close", Self::Close),
    ];

    /// Returns the kind with this word in JSON.
    pub fn of(word: &str) -> Option<Self> {
        let (_, kind) = Self::WORDS.into_iter().find(|(known, _)| *known == word)?;
        Some(kind)
    }
}

/// An event, with the seats of the agents that it involves.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The kind of event, if it is known.
    pub kind: Option<EventKind>,
    /// The kind of event, as it is written.
    pub word: Option<&'a Text<'a>>,
    /// The seat that the conversation came from, if it is named.
    pub from: Option<&'a Text<'a>>,
    /// The seat that the conversation went to, if it is named. In the vendor's example, the seat
    /// that closed a conversation is only named here.
    pub to: Option<&'a Text<'a>>,
}

pub fn map_url(latitude: Number<'_>, longitude: Number<'_>) -> String {
    let (latitude, longitude) = (latitude.as_str(), longitude.as_str());
    format!("https://www.google.com/maps?q={latitude},{longitude}")
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
    pub(super) fn add_buttons(&mut self, buttons: impl Iterator<Item = ButtonBlock<'a>>) {
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
