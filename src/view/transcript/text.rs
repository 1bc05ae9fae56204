//! The conversation as plain text, to paste into a ticket or a mail.
//!
//! Such text is shown in any font and at any width, so nothing is aligned, wrapped or drawn. A turn
//! starts with its time and its sender. All that a stranger said stands behind them or is indented,
//! so that no message can pretend to be somebody else's turn.

use std::io::{self, Write};

use super::entries::{Entries, Entry, ReplyTarget, ReplyTo, sender_of, sender_words};
use super::lines::{self, Role, Span};
use super::message_lines::{LineKind, finding_line, lines_of};
use crate::view::{Selection, Zone};

/// Writes the transcript of a session.
pub(in crate::view) fn write(
    entries: &Entries<'_>,
    selection: Selection,
    zone: &Zone,
    out: &mut impl Write,
) -> io::Result<()> {
    if entries.len() == 0 {
        return writeln!(out, "\nNo messages.");
    }
    for entry in entries.iter() {
        if let Some(day) = &entry.day {
            writeln!(out, "\n{day}\n")?;
        }
        let mut start = start_of_turn(&entry, selection, zone);
        for line in message(&entry, selection) {
            let line = line.trim_end();
            match start.take() {
                Some(start) if line.is_empty() => writeln!(out, "{start}")?,
                Some(start) => writeln!(out, "{start} {line}")?,
                None if line.is_empty() => writeln!(out)?,
                None => writeln!(out, "  {line}")?,
            }
        }
    }
    Ok(())
}

/// The time and the sender, where either is new, or the number: `02:15 robot (message 4):`.
fn start_of_turn(entry: &Entry<'_>, selection: Selection, zone: &Zone) -> Option<String> {
    let is_numbered = entry.is_referred_to || selection.details;
    if !entry.starts_turn && !entry.starts_minute && !entry.is_event() && !is_numbered {
        return None;
    }
    let time = entry.instant.map(|instant| zone.minute(instant));
    let time = time.unwrap_or_else(|| "?".to_owned());
    let number = if is_numbered {
        format!(" (message {})", entry.number)
    } else {
        String::new()
    };
    Some(if entry.is_event() {
        format!("{time}{number}")
    } else {
        format!("{time} {}{number}:", sender_words(sender_of(entry.message)))
    })
}

/// The lines of a message: what it replies to, what it says, and its findings.
fn message(entry: &Entry<'_>, selection: Selection) -> Vec<String> {
    let mut mark = "";
    let mut message = Vec::new();
    match &entry.reply {
        Some(reply) if reply.target == ReplyTarget::JustAbove => mark = "↩ ",
        Some(reply) => message.push(quoted(reply)),
        None => {}
    }
    let mut pick = "✓ ";
    for line in lines_of(entry, selection, &words) {
        let start = std::mem::take(&mut mark);
        message.push(match line.kind {
            LineKind::Words if entry.is_event() => format!("-- {} --", line.words),
            LineKind::Words => format!("{start}{}", line.words),
            LineKind::Pick => format!("{start}{}{}", std::mem::take(&mut pick), line.words),
            LineKind::Row => format!("{start}  {}", line.words),
        });
    }
    let findings = entry.findings.iter().map(|it| finding_line(it));
    message.extend(findings.map(|finding| format!("! {finding}")));
    message
}

/// The message that another one replies to, by its number and its first words.
fn quoted(reply: &ReplyTo<'_>) -> String {
    let which = match reply.target {
        ReplyTarget::Message(number) => format!("↩ message {number}"),
        ReplyTarget::JustAbove | ReplyTarget::Missing => "↩ (not in this transcript)".to_owned(),
    };
    match lines::preview_of_quote(&reply.quote) {
        Some(preview) => format!("{which} “{preview}”"),
        None => which,
    }
}

/// The words of a span; a link by its address, because there is nothing to click.
fn words(span: &Span<'_>) -> String {
    match (&span.url, span.role) {
        (_, Role::Kind) => String::new(),
        (Some(url), _) => url.to_string(),
        (None, _) => span.text.to_string(),
    }
}
