//! The summary as lines of words, for plain text and Markdown.

use std::io::{self, Write};

use super::{DOT, Row, all_rows};
use crate::notification::Session;
use crate::view::clip::{self, MAX_CELL, Room};
use crate::view::markdown::escaped;
use crate::view::{Canvas, Selection};
use crate::{Report, Text};

/// Writes the summary as `Name: value` lines.
pub(in crate::view) fn write_text(
    report: &Report<'_>,
    session: &Session<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out)?;
    for row in all_rows(report, session, selection, &canvas.zone) {
        let lines = lines(&row, selection.full_text, &|text| text.to_string());
        writeln!(out, "{}: {}", row.name, lines.join("\n  "))?;
    }
    Ok(())
}

/// Writes the summary as a list.
pub(in crate::view) fn write_markdown(
    report: &Report<'_>,
    session: &Session<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out)?;
    for row in all_rows(report, session, selection, &canvas.zone) {
        let lines = lines(&row, selection.full_text, &escaped);
        writeln!(out, "- **{}:** {}", row.name, lines.join("\n  - "))?;
    }
    Ok(())
}

/// The lines of a row, as much of them as there is room for.
fn lines(row: &Row<'_>, full_text: bool, words: &dyn Fn(&Text<'_>) -> String) -> Vec<String> {
    let mut room = Room::new(MAX_CELL, full_text);
    let mut lines = Vec::new();
    for line in &row.lines {
        let mut pieces = Vec::new();
        for piece in line {
            let text = clip::value(&piece.text, full_text);
            let Some(text) = room.take(&text) else {
                continue;
            };
            pieces.push(match &piece.label {
                Some(label) => format!("{} {}", words(label), words(&text)),
                None => words(&text),
            });
        }
        if !pieces.is_empty() {
            lines.push(pieces.join(DOT));
        }
    }
    lines.extend(room.rest());
    lines
}
