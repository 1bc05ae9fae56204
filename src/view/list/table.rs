//! The table of a list: a heading once, and a line for each session as soon as it is known.
//!
//! What identifies a session (its name, the time) is dim, how it ended has the colour of what that
//! means, and the words of people are plain. If there is no room for the findings, a line of a session
//! with errors starts with a mark.

use std::io::{self, Write};

use jiff::SignedDuration;

use super::ListOptions;
use super::closing::ListCounts;
use super::fit::{fitted, start_heading, table_width};
use crate::Text;
use crate::archive::{Column, RowKind, SessionRow};
use crate::json::Enumeration;
use crate::notification::EndReason;
use crate::view::table_layout::TableLayout;
use crate::view::width::width as columns;
use crate::view::wording::humanize;
use crate::view::wrap::wrap;
use crate::view::{Canvas, Tone, clip};

/// Stands before a session with errors.
const ERROR_MARK: &str = "!";

#[derive(Debug)]
pub(super) struct ListTable {
    columns: Vec<(Column, usize)>,
    layout: TableLayout,
    canvas: Canvas,
    /// Whether lines of sessions with errors are marked, because nothing else tells.
    marks_errors: bool,
}

impl ListTable {
    pub(super) fn new(options: &ListOptions, canvas: &Canvas) -> Self {
        let columns = fitted(options, canvas);
        let width = |columns: usize| u16::try_from(columns).unwrap_or(u16::MAX);
        let last = columns.len().saturating_sub(1);
        // Two blanks between cells, of which the layout draws one.
        let cells = columns.iter().enumerate();
        let widths = cells.map(|(at, (_, cell))| width(cell + usize::from(at < last)));
        Self {
            layout: TableLayout::new(width(table_width(&columns)), &widths.collect::<Vec<_>>()),
            marks_errors: !columns.iter().any(|(it, _)| *it == Column::Findings),
            canvas: canvas.clone(),
            columns,
        }
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = Column> {
        self.columns.iter().map(|(column, _)| *column)
    }

    pub(super) fn begin(&self, out: &mut impl Write) -> io::Result<()> {
        let heading = |(column, width): &(Column, usize)| {
            let heading = heading(*column, &self.canvas);
            self.drawn(*column, *width, Tone::Muted, &heading)
        };
        let line = self.line(self.columns.iter().map(heading));
        writeln!(out, "{line}")
    }

    pub(super) fn row(&self, row: &SessionRow, out: &mut impl Write) -> io::Result<()> {
        let cell = |(column, width): &(Column, usize)| {
            let (tone, words) = self.words(*column, *width, row);
            self.drawn(*column, *width, tone, &words)
        };
        let line = self.line(self.columns.iter().map(cell));
        match line.strip_prefix(' ') {
            Some(rest) if self.marks_errors && row.errors > 0 => {
                let mark = self.canvas.theme.error.style(ERROR_MARK);
                writeln!(out, "{mark}{rest}")
            }
            _ => writeln!(out, "{line}"),
        }
    }

    pub(super) fn finish(
        &self,
        counts: &ListCounts,
        listed: usize,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let legend = match counts.with_errors() {
            1.. if self.marks_errors => format!(" ({ERROR_MARK})"),
            _ => String::new(),
        };
        let sentence = format!("{}{legend}", counts.sentence(listed));
        let room = usize::from(self.canvas.width).saturating_sub(1).max(1);
        let lines = wrap(&sentence, room).into_iter();
        let mut lines = lines.map(|line| self.canvas.theme.muted.style(line).to_string());
        lines.try_for_each(|line| writeln!(out, " {line}"))
    }

    fn line(&self, cells: impl Iterator<Item = String>) -> String {
        let row = cells.map(|cell| vec![cell]).collect();
        self.layout.rows_of_lines([row].into_iter())
    }

    /// Words that fit into a column, in their style. They must be safe to show.
    fn drawn(&self, column: Column, width: usize, tone: Tone, words: &str) -> String {
        let words = match column {
            // The last digits of a number tell most.
            Column::Callee => clip::shortened_start(words, width),
            _ => clip::shortened(words, width),
        };
        let style = self.canvas.theme.tone(tone);
        if words.is_empty() {
            return String::new();
        }
        if is_number(column) {
            return style.style(format!("{words:>width$}")).to_string();
        }
        style.style(words).to_string()
    }

    /// What a row says in a column, and how it sounds.
    fn words(&self, column: Column, width: usize, row: &SessionRow) -> (Tone, String) {
        let shown = |text: &Option<Text<'static>>| text.as_ref().map(Text::to_string);
        let plain = |words: Option<String>| (Tone::Plain, words.unwrap_or_default());
        match column {
            Column::Name => (Tone::Muted, short_name(row, width)),
            Column::Kind => plain(Some(row.kind.name().to_owned())),
            Column::Start => {
                let zone = &self.canvas.zone;
                let start = row.start;
                let start = start.map(|it| format!("{} {}", zone.date(it), zone.minute(it)));
                (Tone::Muted, start.unwrap_or_default())
            }
            Column::Duration => row.duration.map_or((Tone::Plain, String::new()), duration),
            Column::Callee => plain(shown(&row.callee)),
            Column::Workflow => plain(shown(&row.workflow)),
            Column::EndReason => match &row.end_reason {
                Some(reason) => (tone_of_end(reason), reason.to_string()),
                None => plain(None),
            },
            Column::Intention => plain(shown(&row.intention)),
            Column::Rounds => plain(shown(&row.rounds)),
            Column::Messages if row.kind != RowKind::Session => plain(None),
            Column::Messages => plain(Some(row.messages.to_string())),
            Column::HandOver => {
                let seat = row.hand_over.as_ref().map(|hand_over| {
                    let seat = hand_over.seat.as_ref();
                    seat.map_or_else(|| "an agent".to_owned(), Text::to_string)
                });
                (Tone::Agent, seat.unwrap_or_default())
            }
            Column::Verdict => match row.verdict {
                Some(verdict) => (Tone::of_verdict(verdict), verdict.name().to_owned()),
                None => plain(None),
            },
            Column::Findings => findings(row),
            Column::FirstWords => first_words(row),
            Column::Field(field) => plain(row.field(field).map(Text::to_string)),
        }
    }
}

fn heading(column: Column, canvas: &Canvas) -> String {
    let heading = match column {
        Column::Start => return start_heading(&canvas.zone),
        Column::Name => "Name",
        Column::Kind => "Kind",
        Column::Duration => "Duration",
        Column::Callee => "Callee",
        Column::Workflow => "Workflow",
        Column::EndReason => "End",
        Column::Intention => "Intention",
        Column::Rounds => "Rounds",
        Column::Messages => "Messages",
        Column::HandOver => "Hand-over",
        Column::Verdict => "Signature",
        Column::Findings => "Findings",
        Column::FirstWords => "First words",
        Column::Field(field) => field.name(),
    };
    heading.to_owned()
}

fn is_number(column: Column) -> bool {
    matches!(column, Column::Duration | Column::Rounds | Column::Messages)
}

/// The name of a row: what selects the delivery on the command line. Its number always stays.
fn short_name(row: &SessionRow, width: usize) -> String {
    let number = format!("#{}", row.origin.index);
    let source = row.origin.source.to_string();
    short_source(&source, width.saturating_sub(number.len())) + &number
}

/// A path, of which the name of the file stays as long as there is room for it, and then its stem.
fn short_source(source: &str, room: usize) -> String {
    let file = source.rfind(['/', '\\']);
    let file = file.map_or(source, |at| &source[at + 1..]);
    let stem = file.rfind('.').map_or(file, |at| &file[..at]);
    match room.checked_sub(columns(file)) {
        _ if columns(source) <= room => source.to_owned(),
        Some(2..) => clip::shortened_middle(source, room),
        Some(1) => clip::shortened_start(source, room).into_owned(),
        _ if columns(stem) <= room => {
            clip::shortened(file, room.min(columns(stem) + 1)).into_owned()
        }
        _ => clip::shortened_middle(stem, room),
    }
}

fn duration(duration: SignedDuration) -> (Tone, String) {
    match duration.as_secs() {
        seconds @ ..0 => (Tone::Warning, format!("−{}", humanize(-seconds))),
        seconds => (Tone::Plain, humanize(seconds)),
    }
}

fn tone_of_end(reason: &Text<'_>) -> Tone {
    let mut words = EndReason::WORDS.iter();
    match words.find(|(word, _)| *word == reason.as_str()) {
        Some((_, EndReason::Error)) => Tone::Error,
        Some((_, EndReason::Agent)) => Tone::Agent,
        Some((_, EndReason::Robot | EndReason::User)) => Tone::Plain,
        Some((_, EndReason::Expire)) | None => Tone::Warning,
    }
}

/// Such as `1 err 2 warn`.
fn findings(row: &SessionRow) -> (Tone, String) {
    let tone = match row.errors {
        0 => Tone::Warning,
        _ => Tone::Error,
    };
    let counts = [(row.errors, "err"), (row.warnings, "warn")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, noun)| format!("{count} {noun}"));
    (tone, counts.collect::<Vec<_>>().join(" "))
}

/// The first words of the person, or why there cannot be any.
fn first_words(row: &SessionRow) -> (Tone, String) {
    match (row.kind, &row.first_words) {
        (RowKind::Session, Some(words)) => (Tone::Plain, words.to_string()),
        (RowKind::Session, None) => (Tone::Plain, String::new()),
        (RowKind::Other, _) => (Tone::Muted, "other notification".to_owned()),
        (RowKind::Unknown, _) => (Tone::Error, "not a notification".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::short_source;

    #[test]
    fn of_a_long_path_the_name_of_the_file_stays() {
        for (source, room, want) in [
            ("a/b/captures.ndjson", 19, "a/b/captures.ndjson"),
            ("a/b/captures.ndjson", 18, "a…/captures.ndjson"),
            ("a/b/captures.ndjson", 17, "…/captures.ndjson"),
            ("a/b/captures.ndjson", 16, "…captures.ndjson"),
            ("a/b/captures.ndjson", 15, "captures…"),
            ("a/b/captures.ndjson", 9, "captures…"),
            ("a/b/captures.ndjson", 8, "capture…"),
            ("session-2025-10-20-000123.json", 13, "sessio…000123"),
        ] {
            assert_eq!(short_source(source, room), want);
        }
    }
}
