//! Blocks as elements of a page: a text is a paragraph, buttons are a list, a list is a list of lists.

use std::io::{self, Write};

use crate::Text;
use crate::json::{Number, readable};
use crate::notification::Block;
use crate::notification::block::{ButtonBlock, CardBlock, RowBlock, SectionBlock, map_url};
use crate::view::Selection;
use crate::view::clip::{MAX_CELL, Room};
use crate::view::html::markup::Lines;
use crate::view::link::Link;
use crate::view::transcript::lines::{humanize_event, unusual_kind};

/// Draws the blocks of a message, as much of them as there is room for.
pub(super) struct Blocks<'o, W> {
    room: Room,
    /// Whether to name the template of a message.
    details: bool,
    out: &'o mut W,
}

impl<'o, W: Write> Blocks<'o, W> {
    pub(super) fn new(selection: Selection, out: &'o mut W) -> Self {
        Self {
            room: Room::new(MAX_CELL, selection.full_text),
            details: selection.details,
            out,
        }
    }

    pub(super) fn draw(mut self, blocks: &[Block<'_>]) -> io::Result<()> {
        let is_detail = |block: &&Block<'_>| matches!(block, Block::Template { .. });
        let details = self.details;
        let blocks = blocks.iter().filter(|it| details || !is_detail(it));
        let mut blocks = blocks.peekable();
        if blocks.peek().is_none() {
            return write!(self.out, r#"<p class="muted">(nothing)</p>"#);
        }
        blocks.try_for_each(|block| self.block(block))?;
        match self.room.rest() {
            Some(rest) => write!(self.out, r#"<p class="muted">{rest}</p>"#),
            None => Ok(()),
        }
    }

    fn block(&mut self, block: &Block<'_>) -> io::Result<()> {
        match block {
            Block::Text(text) => self.words("text", text),
            Block::Heading(text) => self.words("heading", text),
            Block::Footer(text) => self.words("footer", text),
            Block::Choice(text) => self.words("pick", text),
            Block::Media { kind, name, url } => self.media(*kind, *name, *url),
            Block::Template { name, language, id } => {
                let id = id.map(|id| Text::from(id.0.as_str()));
                self.template([*name, *language, id.as_ref()])
            }
            Block::Buttons(buttons) => self.items("buttons", buttons, Self::button),
            Block::List { button, sections } => self.list(*button, sections),
            Block::Location {
                name,
                address,
                latitude,
                longitude,
            } => self.location(*name, *address, latitude.zip(*longitude)),
            Block::Contacts(cards) => self.items("contacts", cards, Self::contact),
            Block::Event(event) => self.words("text", &Text::from(humanize_event(event))),
            // It is drawn above the blocks, as what the message replies to.
            Block::Quote(_) => Ok(()),
            Block::Undocumented(members) => self.undocumented(members),
        }
    }

    /// A paragraph.
    fn words(&mut self, class: &str, text: &Text<'_>) -> io::Result<()> {
        let Some(text) = self.room.take(text) else {
            return Ok(());
        };
        let text = Lines(&text);
        write!(self.out, r#"<p class="{class}" dir="auto">{text}</p>"#)
    }

    /// A part of a line, if it says something, with the blank that separates it from the next one.
    fn part(&mut self, class: &str, text: Option<&Text<'_>>) -> io::Result<()> {
        let text = text.filter(|text| !text.is_blank());
        let Some(text) = text.and_then(|text| self.room.take(text)) else {
            return Ok(());
        };
        let text = Lines(&text);
        write!(self.out, r#"<bdi class="{class}">{text}</bdi> "#)
    }

    /// A part of a line that links to an address, if that may be a link.
    fn link(&mut self, class: &str, url: &str, text: &Text<'_>) -> io::Result<()> {
        let Some(link) = Link::to(url) else {
            return self.part(class, Some(text));
        };
        let Some(text) = self.room.take(text) else {
            return Ok(());
        };
        let text = Lines(&text);
        write!(self.out, r#"{link}<bdi class="{class}">{text}</bdi></a> "#)
    }

    /// A list, as many of its items as there is room for.
    fn items<T>(
        &mut self,
        class: &str,
        items: &[T],
        draw: impl Fn(&mut Self, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        write!(self.out, r#"<ul class="{class}">"#)?;
        for item in items {
            if self.room.is_full() {
                break;
            }
            write!(self.out, "<li>")?;
            draw(self, item)?;
            write!(self.out, "</li>")?;
        }
        write!(self.out, "</ul>")
    }

    /// A file as a card: its kind, its name and its host. It is never loaded.
    fn media(
        &mut self,
        kind: Option<&Text<'_>>,
        name: Option<&Text<'_>>,
        url: Option<&Text<'_>>,
    ) -> io::Result<()> {
        write!(self.out, r#"<p class="file">"#)?;
        self.part("kind", Some(kind.unwrap_or(&Text::from("media"))))?;
        let name = name.filter(|name| !name.is_blank());
        if let Some(link) = url.and_then(|url| Link::to(url.as_str())) {
            let from_url = || link.file_name().or(link.host()).map(Text::from);
            let name = name.cloned().or_else(from_url).unwrap_or_default();
            self.link("name", link.url(), &name)?;
            self.part("host", link.host().map(Text::from).as_ref())?;
        } else {
            self.part("name", name)?;
            self.part("host", url)?;
        }
        write!(self.out, "</p>")
    }

    fn template(&mut self, parts: [Option<&Text<'_>>; 3]) -> io::Result<()> {
        write!(self.out, r#"<p class="muted">template "#)?;
        for part in parts {
            self.part("part", part)?;
        }
        write!(self.out, "</p>")
    }

    fn button(&mut self, button: &ButtonBlock<'_>) -> io::Result<()> {
        self.part("label", button.label)?;
        self.part("kind", unusual_kind(button))
    }

    fn list(&mut self, button: Option<&Text<'_>>, sections: &[SectionBlock<'_>]) -> io::Result<()> {
        write!(self.out, r#"<div class="list">"#)?;
        self.part("button", button)?;
        self.items("sections", sections, Self::section)?;
        write!(self.out, "</div>")
    }

    fn section(&mut self, section: &SectionBlock<'_>) -> io::Result<()> {
        self.part("title", section.title)?;
        self.items("rows", &section.rows, Self::row)?;
        self.undocumented(section.undocumented)
    }

    fn row(&mut self, row: &RowBlock<'_>) -> io::Result<()> {
        self.part("row", row.title)?;
        self.part("muted", row.description)?;
        self.undocumented(row.undocumented)
    }

    /// A place, and its point on the map: for an application of the reader's, and on the web.
    fn location(
        &mut self,
        name: Option<&Text<'_>>,
        address: Option<&Text<'_>>,
        point: Option<(Number<'_>, Number<'_>)>,
    ) -> io::Result<()> {
        write!(self.out, r#"<p class="place">"#)?;
        self.part("name", name)?;
        self.part("address", address)?;
        if let Some((latitude, longitude)) = point {
            let words = format!("{},{}", latitude.as_str(), longitude.as_str());
            let map = map_url(latitude, longitude);
            self.link("point", &format!("geo:{words}"), &Text::from(words))?;
            self.link("map", &map, &Text::from("map"))?;
        }
        write!(self.out, "</p>")
    }

    fn contact(&mut self, card: &CardBlock<'_>) -> io::Result<()> {
        self.part("name", card.name)?;
        if let Some(number) = card.phone_number {
            let dialled = number.as_str().replace(' ', "");
            self.link("number", &format!("tel:{dialled}"), number)?;
        }
        self.undocumented(card.undocumented)
    }

    fn undocumented(&mut self, members: &[(Text<'_>, &str)]) -> io::Result<()> {
        if members.is_empty() {
            return Ok(());
        }
        write!(self.out, r#"<dl class="fields">"#)?;
        for (name, value) in members {
            if self.room.is_full() {
                break;
            }
            write!(self.out, "<div><dt>")?;
            self.part("name", Some(name))?;
            write!(self.out, "</dt><dd>")?;
            self.part("value", Some(&readable(value)))?;
            write!(self.out, "</dd></div>")?;
        }
        write!(self.out, "</dl>")
    }
}
