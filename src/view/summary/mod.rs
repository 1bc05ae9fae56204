//! The summary of a session: what happened, to whom, when, and how it ended.
//!
//! A summary is a list of named rows. A row without words is left out, so a session that broke off
//! still has a summary of what was read. `facts` and `details` make the rows, which every view
//! draws; the table here gives each row as much as fits on one line of eighty columns, so that the
//! first screen has room for the conversation. Only `--details` and `--full-text` take more.

mod details;
mod facts;
pub(super) mod html;
pub(super) mod plain;

use std::io::{self, Write};

use self::facts::Facts;
pub(super) use self::facts::Piece;
use super::clip::{self, MAX_CELL, Room};
use super::table_layout::{TableLayout, write_pairs};
use super::width::width;
use super::{Canvas, Selection, Theme, Zone};
use crate::notification::Session;
use crate::{Report, Text};

/// The columns of the row names.
const NAME_WIDTH: u16 = 10;
/// The most rows of a table without details.
const MAX_LINES: usize = 8;
/// The columns that a row fills at most, on one line or several.
const MAX_ROW: usize = 68;
/// The columns that a piece keeps, however many others there are.
const MIN_PIECE: usize = 24;
/// Stands between the pieces of a row.
const DOT: &str = " · ";

/// What a row is about, for those that may be put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Person,
    Workflow,
    Values,
    Findings,
    Other,
}

/// A named row: lines of pieces.
#[derive(Debug, Clone)]
pub(super) struct Row<'r> {
    kind: RowKind,
    pub(super) name: &'static str,
    pub(super) lines: Vec<Vec<Piece<'r>>>,
}

impl<'r> Row<'r> {
    fn new(name: &'static str, mut lines: Vec<Vec<Piece<'r>>>) -> Self {
        lines.retain(|line| !line.is_empty());
        let kind = RowKind::Other;
        Self { kind, name, lines }
    }

    fn of_kind(self, kind: RowKind) -> Self {
        Self { kind, ..self }
    }
}

/// The rows of a summary to share with readers who do not have the input, each fact in its own.
fn all_rows<'r>(
    report: &'r Report<'r>,
    session: &'r Session<'r>,
    selection: Selection,
    zone: &'r Zone,
) -> Vec<Row<'r>> {
    Facts::of(report, session, zone, false).all_rows(selection)
}

/// Puts rows together until there are at most [`MAX_LINES`] lines: first the values behind the
/// workflow, then the lines of the findings, from the last on.
fn shorten(rows: &mut Vec<Row<'_>>) {
    let is_long =
        |rows: &[Row<'_>]| rows.iter().map(|row| row.lines.len()).sum::<usize>() > MAX_LINES;
    let workflow = rows.iter().position(|row| row.kind == RowKind::Workflow);
    let values = rows.iter().position(|row| row.kind == RowKind::Values);
    if let Some((workflow, values)) = workflow.zip(values)
        && is_long(rows)
    {
        let Row {
            name, mut lines, ..
        } = rows.remove(values);
        lines[0][0].label = Some(Text::from(name));
        rows[workflow].lines[0].append(&mut lines[0]);
    }
    let findings = rows.iter().position(|row| row.kind == RowKind::Findings);
    while let Some(findings) = findings.filter(|at| is_long(rows) && rows[*at].lines.len() > 1) {
        let lines = &mut rows[findings].lines;
        let mut last = lines.pop().unwrap_or_default();
        lines
            .last_mut()
            .unwrap_or(&mut Vec::new())
            .append(&mut last);
    }
}

/// Writes the summary of a session as a table.
pub(super) fn write(
    report: &Report<'_>,
    session: &Session<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let facts = Facts::of(report, session, &canvas.zone, true);
    let mut rows = facts.all_rows(selection);
    if !selection.details {
        shorten(&mut rows);
    }
    let layout = TableLayout::new(canvas.width, &[NAME_WIDTH, 0]);
    let drawing = Drawing {
        theme: &canvas.theme,
        room: (!selection.details && !selection.full_text).then(|| layout.rest().max(MAX_ROW)),
        full_text: selection.full_text,
    };
    let pairs = rows.iter().map(|row| drawing.pair(row));
    write_pairs(NAME_WIDTH, pairs, canvas, out)
}

/// Draws pieces with their styles.
struct Drawing<'d> {
    theme: &'d Theme,
    /// The columns that a line of pieces may fill; none if it takes as many as it needs.
    room: Option<usize>,
    full_text: bool,
}

impl Drawing<'_> {
    /// The name of a row and its lines.
    fn pair(&self, row: &Row<'_>) -> [String; 2] {
        let mut room = Room::new(MAX_CELL, self.full_text);
        let mut lines = Vec::new();
        for line in &row.lines {
            let bytes = line.iter().map(|piece| piece.text.as_str().len()).sum();
            if room.is_full() {
                room.skip(bytes);
                continue;
            }
            room.fill(bytes);
            lines.push(match self.room {
                Some(columns) => self.fitted(line, columns),
                None => self.whole(line),
            });
        }
        lines.extend(
            room.rest()
                .map(|rest| self.theme.muted.style(rest).to_string()),
        );
        [
            self.theme.muted.style(row.name).to_string(),
            lines.join("\n"),
        ]
    }

    /// A line with all of its pieces.
    fn whole(&self, line: &[Piece<'_>]) -> String {
        let pieces = line.iter().map(|piece| {
            let text = clip::value(&piece.text, self.full_text);
            self.styled(piece, &text.to_string())
        });
        self.joined(&pieces.collect::<Vec<_>>())
    }

    /// A line of at most `columns`: its widest pieces are shortened, and the number of those that
    /// still do not fit stands for them.
    fn fitted(&self, line: &[Piece<'_>], columns: usize) -> String {
        // No more than this many fit, however short they are.
        let shown = line.len().min(columns / 4).max(1);
        let words: Vec<_> = line[..shown].iter().map(Words::of).collect();
        let fitting = (1..=shown).rev().find_map(|count| {
            let rest = more(line.len() - count);
            let rest_width = rest.as_deref().map_or(0, |rest| width(DOT) + width(rest));
            let room = columns.saturating_sub(rest_width);
            Some((cap(&words[..count], room)?, count, rest))
        });
        let (cap, count, rest) = fitting.unwrap_or((columns, 1, more(line.len() - 1)));
        let pieces = line.iter().zip(&words).take(count);
        let mut drawn: Vec<_> = pieces
            .map(|(piece, words)| {
                let room = cap.saturating_sub(words.label_width);
                let shown = match piece.short {
                    Some(short) if words.width > room => short.into(),
                    _ => clip::shortened(&words.text, room),
                };
                self.styled(piece, &shown)
            })
            .collect();
        drawn.extend(rest.map(|rest| self.theme.muted.style(rest).to_string()));
        self.joined(&drawn)
    }

    fn joined(&self, pieces: &[String]) -> String {
        pieces.join(&self.theme.muted.style(DOT).to_string())
    }

    /// A piece with these words.
    fn styled(&self, piece: &Piece<'_>, words: &str) -> String {
        let words = self.theme.tone(piece.tone).style(words);
        match &piece.label {
            Some(label) => format!("{} {words}", self.theme.muted.style(label)),
            None => words.to_string(),
        }
    }
}

/// The words of a piece as they are shown, with their widths.
struct Words {
    text: String,
    width: usize,
    /// The columns of the label and the blank behind it.
    label_width: usize,
}

impl Words {
    fn of(piece: &Piece<'_>) -> Self {
        let text = clip::value(&piece.text, false).to_string();
        let label = piece.label.as_ref();
        Self {
            width: width(&text),
            label_width: label.map_or(0, |label| width(&label.to_string()) + 1),
            text,
        }
    }
}

/// The columns that each piece may fill so that all of them fit; none if that is too few.
fn cap(words: &[Words], columns: usize) -> Option<usize> {
    let dots = width(DOT) * words.len().saturating_sub(1);
    let room = columns.checked_sub(dots)?;
    let widths = || words.iter().map(|words| words.label_width + words.width);
    let widest = widths().max().unwrap_or_default();
    let fits = |cap: &usize| widths().map(|width| width.min(*cap)).sum::<usize>() <= room;
    (MIN_PIECE.min(widest)..=widest.min(room)).rev().find(fits)
}

/// Stands for pieces that are left out.
fn more(count: usize) -> Option<String> {
    (count > 0).then(|| format!("… {count} more"))
}
