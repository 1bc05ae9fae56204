//! The conversation as Markdown, as GitHub renders it.
//!
//! A turn starts with its sender in bold, which no message can imitate, because the words of
//! strangers have no markup. A reply to an earlier message quotes it, a choice is a ticked task, and the
//! rows of a list are a list. Line breaks are kept by a backslash, which editors do not strip as they
//! strip blanks.

use std::io::{self, Write};

use super::entries::{Entries, Entry, ReplyTarget, ReplyTo, sender_of, sender_words};
use super::lines::{self, Role, Span};
use super::message_lines::{LineKind, finding_line, lines_of};
use crate::Text;
use crate::view::markdown::{escaped, link};
use crate::view::{Selection, Zone};

/// Stands before a row of a list on screens, where it is not a list already.
const BULLET: char = '•';

/// Writes the transcript of a session.
pub(in crate::view) fn write(
    entries: &Entries<'_>,
    selection: Selection,
    zone: &Zone,
    out: &mut impl Write,
) -> io::Result<()> {
    if entries.len() == 0 {
        return writeln!(out, "\n*No messages.*");
    }
    for entry in entries.iter() {
        if let Some(day) = &entry.day {
            writeln!(out, "\n### {day}")?;
        }
        if entry.is_event() {
            write_event(&entry, selection, zone, out)?;
            continue;
        }
        if let Some(start) = start_of_turn(&entry, selection, zone) {
            writeln!(out, "\n{start}")?;
        }
        for paragraph in message(&entry, selection) {
            writeln!(out, "\n{paragraph}")?;
        }
    }
    Ok(())
}

/// An event, on a line of its own, and what was found there.
fn write_event(
    entry: &Entry<'_>,
    selection: Selection,
    zone: &Zone,
    out: &mut impl Write,
) -> io::Result<()> {
    let time = time(entry, zone);
    let number = number(entry, selection);
    let mut paragraphs = message(entry, selection).into_iter();
    let words = paragraphs.next().unwrap_or_default();
    writeln!(out, "\n*{time} · {words}*{number}")?;
    paragraphs.try_for_each(|paragraph| writeln!(out, "\n{paragraph}"))
}

/// The sender and the time, where either is to be named, or the number.
fn start_of_turn(entry: &Entry<'_>, selection: Selection, zone: &Zone) -> Option<String> {
    let number = number(entry, selection);
    let sender = escaped(&sender_words(sender_of(entry.message)));
    let is_shown = entry.starts_turn || entry.starts_minute || !number.is_empty();
    is_shown.then(|| format!("**{sender}** {}{number}", time(entry, zone)))
}

fn time(entry: &Entry<'_>, zone: &Zone) -> String {
    let time = entry.instant.map(|instant| zone.minute(instant));
    time.unwrap_or_else(|| "?".to_owned())
}

/// The number of a message that something refers to. GitHub would take `#4` for an issue.
fn number(entry: &Entry<'_>, selection: Selection) -> String {
    if entry.is_referred_to || selection.details {
        format!(" · message {}", entry.number)
    } else {
        String::new()
    }
}

/// The paragraphs of a message: what it replies to, what it says, and its findings.
fn message(entry: &Entry<'_>, selection: Selection) -> Vec<String> {
    let mut mark = "";
    let mut paragraphs = Paragraphs::default();
    match &entry.reply {
        Some(reply) if reply.target == ReplyTarget::JustAbove => mark = "↩ ",
        Some(reply) => paragraphs.add(None, quoted(reply)),
        None => {}
    }
    for line in lines_of(entry, selection, &words) {
        let start = std::mem::take(&mut mark);
        match line.kind {
            LineKind::Words if line.words.is_empty() => paragraphs.end(),
            LineKind::Words => paragraphs.add(Some(line.kind), format!("{start}{}", line.words)),
            // A tick says already that it answers what is above.
            LineKind::Pick | LineKind::Row => paragraphs.add(Some(line.kind), line.words),
        }
    }
    paragraphs.end();
    for finding in &entry.findings {
        let line = escaped(&Text::from(finding_line(finding)));
        paragraphs.add(Some(LineKind::Words), format!("⚠ {line}"));
    }
    paragraphs.all
}

/// The message that another one replies to, by its number and its first words.
fn quoted(reply: &ReplyTo<'_>) -> String {
    let which = match reply.target {
        ReplyTarget::Message(number) => format!("message {number}"),
        ReplyTarget::JustAbove | ReplyTarget::Missing => "(not in this transcript)".to_owned(),
    };
    match lines::preview_of_quote(&reply.quote) {
        Some(preview) => format!("> {which}: {}", escaped(&preview)),
        None => format!("> {which}"),
    }
}

/// Paragraphs and lists, made of lines.
#[derive(Default)]
struct Paragraphs {
    all: Vec<String>,
    /// What the last one is made of, if it may go on.
    open: Option<LineKind>,
}

impl Paragraphs {
    /// Adds a line to the last paragraph, or a new one.
    fn add(&mut self, kind: Option<LineKind>, line: String) {
        let goes_on = kind.is_some() && self.open == kind;
        self.open = kind;
        match (kind, self.all.last_mut().filter(|_| goes_on)) {
            (Some(LineKind::Row), Some(last)) => *last += &format!("\n- {line}"),
            (Some(LineKind::Row), None) => self.all.push(format!("- {line}")),
            (Some(LineKind::Pick), Some(last)) => *last += &format!("\\\n  {line}"),
            (Some(LineKind::Pick), None) => self.all.push(format!("- [x] {line}")),
            (_, Some(last)) => *last += &format!("\\\n{line}"),
            (_, None) => self.all.push(line),
        }
    }

    /// Ends the last paragraph.
    fn end(&mut self) {
        self.open = None;
    }
}

/// The words of a span, with its role where Markdown has markup for it.
fn words(span: &Span<'_>) -> String {
    let text = match span.role {
        Role::Button => Text::from(span.text.as_str().trim_start_matches(BULLET)),
        _ => Text::from(span.text.as_str()),
    };
    let words = escaped(&text);
    match span.role {
        _ if words.is_empty() => words,
        Role::Link => match &span.url {
            Some(url) => link(Some(&text), url),
            None => link(None, &text),
        },
        Role::Kind => String::new(),
        Role::Heading => format!("**{words}**"),
        Role::Footer => format!("*{words}*"),
        _ => words,
    }
}
