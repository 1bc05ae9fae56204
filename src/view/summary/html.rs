//! The summary as a card at the top of a conversation on a page.

use std::io::{self, Write};

use super::{DOT, Piece, Row, RowKind, all_rows};
use crate::Report;
use crate::notification::Session;
use crate::view::clip::{MAX_CELL, Room};
use crate::view::html::findings::write_list;
use crate::view::html::markup::Escaped;
use crate::view::{Canvas, Part, Selection, Tone};

/// The most characters that are shown of a piece without `--full-text` and `--details`.
const MAX_PIECE: usize = 160;

/// Writes the summary of a session. Its messages have ids that start with `ids`.
pub(in crate::view) fn write(
    report: &Report<'_>,
    session: &Session<'_>,
    selection: Selection,
    canvas: &Canvas,
    ids: &str,
    out: &mut impl Write,
) -> io::Result<()> {
    let rows = all_rows(report, session, selection, &canvas.zone);
    let row = |kind| rows.iter().find(|row| row.kind == kind);
    let mut card = Card { selection, out };
    writeln!(card.out, r#"<header class="card">"#)?;
    card.heading(row(RowKind::Person))?;
    let name = report.origin.short_name();
    writeln!(
        card.out,
        r#"<p class="origin" dir="auto">{}</p>"#,
        Escaped(&name)
    )?;
    card.rows(&rows)?;
    if let Some(row) = row(RowKind::Findings) {
        card.findings(row, report, ids)?;
    }
    writeln!(card.out, "</header>")
}

/// Draws rows.
struct Card<'o, W> {
    selection: Selection,
    out: &'o mut W,
}

impl<W: Write> Card<'_, W> {
    /// The person, as the title of the conversation.
    fn heading(&mut self, person: Option<&Row<'_>>) -> io::Result<()> {
        write!(self.out, "<h2>")?;
        match person.and_then(|row| row.lines.first()) {
            Some(line) => self.line(line, &mut Room::new(MAX_CELL, false))?,
            None => write!(self.out, "Conversation")?,
        }
        writeln!(self.out, "</h2>")
    }

    /// The rows that have no other place.
    fn rows(&mut self, rows: &[Row<'_>]) -> io::Result<()> {
        let has_place = |row: &&Row<'_>| matches!(row.kind, RowKind::Person | RowKind::Findings);
        writeln!(self.out, "<dl>")?;
        for row in rows.iter().filter(|row| !has_place(row)) {
            let mut room = Room::new(MAX_CELL, self.selection.full_text);
            writeln!(self.out, "<div><dt>{}</dt>", row.name)?;
            for line in &row.lines {
                write!(self.out, "<dd>")?;
                self.line(line, &mut room)?;
                writeln!(self.out, "</dd>")?;
            }
            if let Some(rest) = room.rest() {
                writeln!(self.out, r#"<dd class="muted">{rest}</dd>"#)?;
            }
            writeln!(self.out, "</div>")?;
        }
        writeln!(self.out, "</dl>")
    }

    fn line(&mut self, line: &[Piece<'_>], room: &mut Room) -> io::Result<()> {
        let is_whole = self.selection.full_text || self.selection.details;
        for (index, piece) in line.iter().enumerate() {
            let shortened = piece.text.shortened(MAX_PIECE);
            let text = if is_whole { &piece.text } else { &shortened };
            let Some(text) = room.take(text) else {
                continue;
            };
            if index > 0 {
                write!(self.out, "{DOT}")?;
            }
            if let Some(label) = &piece.label {
                let label = Escaped(label.as_str());
                write!(self.out, r#"<span class="muted">{label}</span> "#)?;
            }
            let (class, text) = (class_of(piece.tone), Escaped(text.as_str()));
            write!(self.out, r#"<bdi class="{class}">{text}</bdi>"#)?;
        }
        Ok(())
    }

    /// The findings: how many there are of each rule and, folded away, all of them.
    fn findings(&mut self, row: &Row<'_>, report: &Report<'_>, ids: &str) -> io::Result<()> {
        write!(self.out, "<details><summary>{}: ", row.name)?;
        if let Some(line) = row.lines.first() {
            self.line(line, &mut Room::new(MAX_CELL, false))?;
        }
        writeln!(self.out, "</summary>")?;
        let ids = self.selection.shows(Part::Transcript).then_some(ids);
        write_list(report, ids, self.out)?;
        writeln!(self.out, "</details>")
    }
}

/// The class of words with a tone.
fn class_of(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Strong => "strong",
        Tone::Muted => "muted",
        Tone::User => "user",
        Tone::Agent => "agent",
        Tone::Good => "good",
        Tone::Warning => "warning",
        Tone::Error => "error",
    }
}
