//! The conversation as bubbles on a page, the customer's on the right.
//!
//! Every message is an item of a list below the heading of its day, with an id to link to. `blocks`
//! draws what it says.

mod blocks;

use std::io::{self, Write};

use self::blocks::Blocks;
use super::entries::{Entries, Entry, ReplyTarget, ReplyTo, sender_of};
use super::lines::preview_of_quote;
use crate::Text;
use crate::notification::{Block, Sender};
use crate::view::html::findings::write_at_message;
use crate::view::html::markup::Escaped;
use crate::view::{Selection, Zone};

/// The most messages in a list. A browser lays out the lists near the screen only, so it must not
/// have to look at too many of them, nor lay out too much at once.
const MAX_IN_LIST: usize = 50;
/// The start of a list. Its role is said, because one browser takes a list without bullets for none.
const LIST: &str = r#"<ol role="list">"#;
/// The most characters of a word beside the words of a message.
const MAX_WORD: usize = 40;

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
            writeln!(out, "{end}<section>\n<h3>{}</h3>\n{LIST}", Escaped(day))?;
            in_list = 0;
        } else if in_list == MAX_IN_LIST {
            writeln!(out, "</ol>\n{LIST}")?;
            in_list = 0;
        }
        in_list += 1;
        let mut item = Item {
            entry: &entry,
            selection,
            zone,
            ids,
            out,
        };
        item.write()?;
    }
    writeln!(out, "</ol></section>")
}

/// Draws a message, on one line of the source so that a browser keeps no blanks between its elements.
struct Item<'o, W> {
    entry: &'o Entry<'o>,
    selection: Selection,
    zone: &'o Zone,
    /// What all ids start with.
    ids: &'o str,
    out: &'o mut W,
}

impl<W: Write> Item<'_, W> {
    fn write(&mut self) -> io::Result<()> {
        let (entry, ids) = (self.entry, self.ids);
        let (number, class) = (entry.number, class_of(entry));
        let turn = if entry.starts_turn { " turn" } else { "" };
        let tag = format_args!(r#"<li id="{ids}m{number}" class="{class}{turn}">"#);
        write!(self.out, "{tag}")?;
        if entry.starts_turn && !entry.is_event() {
            self.sender()?;
        }
        let language = language_of(&entry.blocks).unwrap_or_default();
        let shape = shape_of(entry);
        write!(self.out, r#"<div class="bubble{shape}" lang="{language}">"#)?;
        if let Some(reply) = &entry.reply {
            self.reply(reply)?;
        }
        if let Some(kind) = entry.unknown_kind() {
            let kind = word(kind);
            write!(self.out, r#"<p class="muted"><bdi>{kind}</bdi></p>"#)?;
        }
        Blocks::new(self.selection, self.out).draw(&entry.blocks)?;
        self.meta()?;
        write!(self.out, "</div>")?;
        write_at_message(&entry.findings, self.out)?;
        writeln!(self.out, "</li>")
    }

    fn sender(&mut self) -> io::Result<()> {
        let sender = match sender_of(self.entry.message) {
            "" => "–",
            sender => sender,
        };
        let sender = word(&Text::from(sender));
        write!(self.out, r#"<p class="sender"><bdi>{sender}</bdi></p>"#)
    }

    /// What the message replies to: a mark if that is just above, or else a quote.
    fn reply(&mut self, reply: &ReplyTo<'_>) -> io::Result<()> {
        let above = (reply.target == ReplyTarget::JustAbove).then_some(reply.quote.number);
        if let Some(number) = above.flatten() {
            let label = format_args!(r#"aria-label="in reply to message {number}""#);
            let (ids, out) = (self.ids, &mut self.out);
            return write!(
                out,
                r##"<a class="above" href="#{ids}m{number}" {label}>↩</a>"##
            );
        }
        write!(self.out, "<blockquote>")?;
        match reply.quote.number {
            Some(number) => write!(
                self.out,
                r##"<a href="#{}m{number}">↩ #{number}</a>"##,
                self.ids
            )?,
            None => write!(
                self.out,
                r#"<p class="muted">↩ (not in this transcript)</p>"#
            )?,
        }
        if let Some(preview) = preview_of_quote(&reply.quote) {
            let preview = Escaped(preview.as_str());
            write!(self.out, r#"<p dir="auto">{preview}</p>"#)?;
        }
        write!(self.out, "</blockquote>")
    }

    /// The type, the status, the number and the time, as far as they are worth saying. The time is
    /// the link to the message.
    fn meta(&mut self) -> io::Result<()> {
        write!(self.out, r#"<p class="meta">"#)?;
        for word in self.notes() {
            write!(self.out, "<bdi>{word}</bdi> ")?;
        }
        let (entry, ids) = (self.entry, self.ids);
        let number = entry.number;
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
        write!(self.out, "</a></p>")
    }

    /// The type and the status with details, or else an unusual status.
    fn notes(&self) -> Vec<String> {
        let message = self.entry.message;
        if !self.selection.details {
            let status = self.entry.unusual_status;
            return status.map(|it| word(&it.text)).into_iter().collect();
        }
        let content = message.content.as_ref();
        let kind = content.and_then(|it| it.kind.as_ref());
        let status = message.status.as_ref().map(|it| &it.text);
        let words = [kind, status].map(|it| it.map_or_else(|| "?".to_owned(), word));
        vec![words.join(" · ")]
    }
}

/// A word beside the words of a message, escaped.
fn word(text: &Text<'_>) -> String {
    Escaped(text.shortened(MAX_WORD).as_str()).to_string()
}

/// The class of a message: an event, or its sender.
fn class_of(entry: &Entry<'_>) -> &'static str {
    if entry.is_event() {
        return "event";
    }
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
