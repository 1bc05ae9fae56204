//! The conversation as bubbles on a page, the customer's on the right.
//!
//! The blocks of a message are drawn as they are: a text is a paragraph, buttons are a list, a list
//! is a list of lists. Every message is an item of the list of its day, with an id to link to.

use std::io::{self, Write};

use super::entries::{Entries, Entry, ReplyTarget, ReplyTo, sender_of};
use super::lines::{humanize_event, preview_of_quote, unusual_kind};
use crate::Text;
use crate::json::{Number, readable};
use crate::notification::block::{ButtonBlock, CardBlock, RowBlock, SectionBlock, map_url};
use crate::notification::{Block, Sender};
use crate::view::clip::{MAX_CELL, Room};
use crate::view::html::{Escaped, Lines, Link, write_at_message};
use crate::view::{Selection, Zone};

/// The most messages in a list. A browser lays out the lists near the screen only, so it must not
/// have to look at too many of them, nor lay out too much at once.
const MAX_IN_LIST: usize = 50;

/// Writes the transcript of a session. Its messages get ids that start with `ids`.
pub(in crate::view) fn write(
    entries: &Entries<'_>,
    selection: Selection,
    zone: &Zone,
    ids: &str,
    out: &mut impl Write,
) -> io::Result<()> {
    if entries.len() == 0 {
        return writeln!(out, r#"<p class="muted">No messages.</p>"#);
    }
    let mut in_list = 0;
    for (index, entry) in entries.iter().enumerate() {
        if let Some(day) = &entry.day {
            let end = if index > 0 { "</ol></section>\n" } else { "" };
            writeln!(out, "{end}<section>\n<h3>{}</h3>\n<ol>", Escaped(day))?;
            in_list = 0;
        } else if in_list == MAX_IN_LIST {
            writeln!(out, "</ol>\n<ol>")?;
            in_list = 0;
        }
        in_list += 1;
        let mut item = Item {
            selection,
            zone,
            ids,
            room: Room::new(MAX_CELL, selection.full_text),
            out,
        };
        item.write(&entry)?;
    }
    writeln!(out, "</ol></section>")
}

/// Draws a message.
struct Item<'o, W> {
    selection: Selection,
    zone: &'o Zone,
    ids: &'o str,
    /// The room that is left for its words.
    room: Room,
    out: &'o mut W,
}

impl<W: Write> Item<'_, W> {
    fn write(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let class = if entry.is_event() {
            "event"
        } else {
            class_of(entry)
        };
        let turn = if entry.starts_turn { " turn" } else { "" };
        let (ids, number) = (self.ids, entry.number);
        writeln!(
            self.out,
            r#"<li id="{ids}m{number}" class="{class}{turn}">"#
        )?;
        if entry.starts_turn && !entry.is_event() {
            self.sender(sender_of(entry.message))?;
        }
        let language = language_of(&entry.blocks).unwrap_or_default();
        let shape = shape_of(entry);
        writeln!(self.out, r#"<div class="bubble{shape}" lang="{language}">"#)?;
        self.message(entry)?;
        self.meta(entry)?;
        writeln!(self.out, "</div>")?;
        write_at_message(&entry.findings, self.out)?;
        writeln!(self.out, "</li>")
    }

    fn sender(&mut self, sender: &str) -> io::Result<()> {
        let sender = if sender.is_empty() { "–" } else { sender };
        let sender = Text::from(sender);
        let sender = sender.shortened(40);
        let sender = Escaped(sender.as_str());
        writeln!(self.out, r#"<p class="sender"><bdi>{sender}</bdi></p>"#)
    }

    /// What a message replies to, and what it says.
    fn message(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        if let Some(reply) = &entry.reply {
            self.reply(reply)?;
        }
        if let Some(kind) = entry.unknown_kind() {
            let kind = kind.shortened(40);
            writeln!(
                self.out,
                r#"<p class="muted"><bdi>{}</bdi></p>"#,
                Escaped(kind.as_str())
            )?;
        }
        for block in &entry.blocks {
            self.block(block)?;
        }
        if entry.blocks.is_empty() {
            writeln!(self.out, r#"<p class="muted">(nothing)</p>"#)?;
        }
        match self.room.rest() {
            Some(rest) => writeln!(self.out, r#"<p class="muted">{rest}</p>"#),
            None => Ok(()),
        }
    }

    fn reply(&mut self, reply: &ReplyTo<'_>) -> io::Result<()> {
        let ids = self.ids;
        let preview = preview_of_quote(&reply.quote);
        match (reply.target, reply.quote.number) {
            (ReplyTarget::JustAbove, Some(number)) => {
                return writeln!(
                    self.out,
                    r##"<a class="above" href="#{ids}m{number}">↩</a>"##
                );
            }
            (ReplyTarget::Message(number), _) => {
                write!(
                    self.out,
                    r##"<blockquote><a href="#{ids}m{number}">↩ #{number}</a>"##
                )?;
            }
            _ => write!(
                self.out,
                r#"<blockquote><span class="muted">↩ (not in this transcript)</span>"#
            )?,
        }
        if let Some(preview) = preview {
            write!(
                self.out,
                r#"<p dir="auto">{}</p>"#,
                Escaped(preview.as_str())
            )?;
        }
        writeln!(self.out, "</blockquote>")
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
            Block::Buttons(buttons) => self.buttons(buttons),
            Block::List { button, sections } => self.list(*button, sections),
            Block::Location {
                name,
                address,
                latitude,
                longitude,
            } => self.location(*name, *address, latitude.zip(*longitude)),
            Block::Contacts(cards) => self.contacts(cards),
            Block::Event(event) => self.words("text", &Text::from(humanize_event(event))),
            // It is drawn above, as the reply.
            Block::Quote(_) => Ok(()),
            Block::Undocumented(members) => self.undocumented(members),
        }
    }

    /// A paragraph of words of a message, as much of them as there is room for.
    fn words(&mut self, class: &str, text: &Text<'_>) -> io::Result<()> {
        let Some(text) = self.room.take(text) else {
            return Ok(());
        };
        writeln!(
            self.out,
            r#"<p class="{class}" dir="auto">{}</p>"#,
            Lines(&text)
        )
    }

    /// A part of a line, if it says something.
    fn part(&mut self, class: &str, text: Option<&Text<'_>>) -> io::Result<()> {
        let text = text.filter(|text| !text.is_blank());
        let Some(text) = text.and_then(|text| self.room.take(text)) else {
            return Ok(());
        };
        let text = Lines(&text);
        writeln!(self.out, r#"<bdi class="{class}">{text}</bdi>"#)
    }

    /// A part of a line that is a link.
    fn linked(&mut self, link: Link<'_>, class: &str, text: &Text<'_>) -> io::Result<()> {
        let Some(text) = self.room.take(text) else {
            return Ok(());
        };
        let text = Lines(&text);
        writeln!(self.out, r#"{link}<bdi class="{class}">{text}</bdi></a>"#)
    }

    /// A file as a card: its kind, its name and its host. It is never loaded.
    fn media(
        &mut self,
        kind: Option<&Text<'_>>,
        name: Option<&Text<'_>>,
        url: Option<&Text<'_>>,
    ) -> io::Result<()> {
        writeln!(self.out, r#"<p class="file">"#)?;
        self.part("kind", Some(kind.unwrap_or(&Text::from("media"))))?;
        let name = name.filter(|name| !name.is_blank());
        match url.and_then(|url| Link::to(url.as_str())) {
            Some(link) => {
                let from_url = || link.file_name().or(link.host()).map(Text::from);
                let name = name.cloned().or_else(from_url).unwrap_or_default();
                self.linked(link, "name", &name)?;
                self.part("host", link.host().map(Text::from).as_ref())?;
            }
            None => {
                self.part("name", name)?;
                self.part("host", url)?;
            }
        }
        writeln!(self.out, "</p>")
    }

    fn template(&mut self, parts: [Option<&Text<'_>>; 3]) -> io::Result<()> {
        if !self.selection.details {
            return Ok(());
        }
        writeln!(self.out, r#"<p class="muted">template"#)?;
        for part in parts {
            self.part("part", part)?;
        }
        writeln!(self.out, "</p>")
    }

    fn buttons(&mut self, buttons: &[ButtonBlock<'_>]) -> io::Result<()> {
        writeln!(self.out, r#"<ul class="buttons">"#)?;
        for button in buttons {
            if self.room.is_full() {
                break;
            }
            writeln!(self.out, "<li>")?;
            self.part("label", button.label)?;
            self.part("kind", unusual_kind(button))?;
            writeln!(self.out, "</li>")?;
        }
        writeln!(self.out, "</ul>")
    }

    fn list(&mut self, button: Option<&Text<'_>>, sections: &[SectionBlock<'_>]) -> io::Result<()> {
        writeln!(self.out, r#"<div class="list">"#)?;
        self.part("button", button)?;
        writeln!(self.out, "<ul>")?;
        for section in sections {
            if self.room.is_full() {
                break;
            }
            writeln!(self.out, "<li>")?;
            self.part("title", section.title)?;
            writeln!(self.out, "<ul>")?;
            section.rows.iter().try_for_each(|row| self.row(row))?;
            writeln!(self.out, "</ul>")?;
            self.undocumented(section.undocumented)?;
            writeln!(self.out, "</li>")?;
        }
        writeln!(self.out, "</ul></div>")
    }

    fn row(&mut self, row: &RowBlock<'_>) -> io::Result<()> {
        if self.room.is_full() {
            return Ok(());
        }
        writeln!(self.out, "<li>")?;
        self.part("row", row.title)?;
        self.part("muted", row.description)?;
        self.undocumented(row.undocumented)?;
        writeln!(self.out, "</li>")
    }

    /// A place, with its point on the map as links: one for the reader's own map, one on the web.
    fn location(
        &mut self,
        name: Option<&Text<'_>>,
        address: Option<&Text<'_>>,
        point: Option<(Number<'_>, Number<'_>)>,
    ) -> io::Result<()> {
        writeln!(self.out, r#"<p class="place">"#)?;
        self.part("name", name)?;
        self.part("address", address)?;
        if let Some((latitude, longitude)) = point {
            let words = format!("{},{}", latitude.as_str(), longitude.as_str());
            self.linked_if_safe(&format!("geo:{words}"), &Text::from(words))?;
            self.linked_if_safe(&map_url(latitude, longitude), &Text::from("map"))?;
        }
        writeln!(self.out, "</p>")
    }

    /// Words that link to an address, if it may be a link.
    fn linked_if_safe(&mut self, url: &str, words: &Text<'_>) -> io::Result<()> {
        match Link::to(url) {
            Some(link) => self.linked(link, "link", words),
            None => self.part("link", Some(words)),
        }
    }

    fn contacts(&mut self, cards: &[CardBlock<'_>]) -> io::Result<()> {
        writeln!(self.out, r#"<ul class="contacts">"#)?;
        for card in cards {
            if self.room.is_full() {
                break;
            }
            writeln!(self.out, "<li>")?;
            self.part("name", card.name)?;
            if let Some(number) = card.phone_number {
                let dialled = number.as_str().replace(' ', "");
                self.linked_if_safe(&format!("tel:{dialled}"), number)?;
            }
            self.undocumented(card.undocumented)?;
            writeln!(self.out, "</li>")?;
        }
        writeln!(self.out, "</ul>")
    }

    fn undocumented(&mut self, members: &[(Text<'_>, &str)]) -> io::Result<()> {
        if members.is_empty() || self.room.is_full() {
            return Ok(());
        }
        writeln!(self.out, r#"<dl class="fields">"#)?;
        for (name, value) in members {
            if self.room.is_full() {
                break;
            }
            writeln!(self.out, "<div><dt>")?;
            self.part("name", Some(name))?;
            writeln!(self.out, "</dt><dd>")?;
            self.part("value", Some(&readable(value)))?;
            writeln!(self.out, "</dd></div>")?;
        }
        writeln!(self.out, "</dl>")
    }

    /// The number, the status and the time, below the words. The time is the link to the message.
    fn meta(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let (ids, number) = (self.ids, entry.number);
        writeln!(self.out, r#"<p class="meta">"#)?;
        if self.selection.details {
            self.kind_and_status(entry)?;
        } else if let Some(status) = entry.unusual_status {
            let status = status.text.shortened(40);
            writeln!(self.out, "<bdi>{}</bdi>", Escaped(status.as_str()))?;
        }
        write!(self.out, r##"<a href="#{ids}m{number}">"##)?;
        if entry.is_referred_to || self.selection.details {
            write!(self.out, "#{number} ")?;
        }
        match entry.instant {
            Some(instant) => {
                let (machine, minute) = (self.zone.rfc3339(instant), self.zone.minute(instant));
                write!(self.out, r#"<time datetime="{machine}">{minute}</time>"#)?;
            }
            None => write!(self.out, "no time")?,
        }
        writeln!(self.out, "</a></p>")
    }

    fn kind_and_status(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let content = entry.message.content.as_ref();
        let kind = content.and_then(|it| it.kind.as_ref());
        let status = entry.message.status.as_ref().map(|it| &it.text);
        for word in [kind, status].into_iter().flatten() {
            let word = word.shortened(40);
            write!(self.out, "<bdi>{}</bdi> · ", Escaped(word.as_str()))?;
        }
        Ok(())
    }
}

/// The class of a message that is not an event: its sender.
fn class_of(entry: &Entry<'_>) -> &'static str {
    let sender = entry.message.sender_type.as_ref();
    match sender.and_then(|sender| sender.known) {
        Some(Sender::User) => "user",
        Some(Sender::Robot) => "robot",
        Some(Sender::Chatbot) => "chatbot",
        Some(Sender::Agent) => "agent",
        Some(Sender::System) => "system",
        None => "other",
    }
}

/// The classes of a bubble, besides its own: whether it answers what was said just above, and whether
/// it is so small that the time may stand on the same line.
fn shape_of(entry: &Entry<'_>) -> &'static str {
    let target = entry.reply.as_ref().map(|reply| reply.target);
    let is_answer = target == Some(ReplyTarget::JustAbove);
    let is_small = matches!(entry.blocks[..], [Block::Text(_) | Block::Choice(_)])
        && (is_answer || target.is_none())
        && entry.unknown_kind().is_none();
    match (is_answer, is_small) {
        (true, true) => " answer small",
        (true, false) => " answer",
        (false, true) => " small",
        (false, false) => "",
    }
}

/// The language of a message as a page names it, such as `en-GB`, if its template has one.
fn language_of(blocks: &[Block<'_>]) -> Option<String> {
    let language = blocks.iter().find_map(|block| match block {
        Block::Template { language, .. } => *language,
        _ => None,
    })?;
    let tag = language.as_str().replace('_', "-");
    let is_tag = tag.len() <= 35
        && tag.starts_with(|c: char| c.is_ascii_alphabetic())
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_tag.then_some(tag)
}
