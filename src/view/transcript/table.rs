//! The conversation as a table of time, sender and message, drawn for reading.
//!
//! The words are the brightest thing: no line is drawn between messages, times and numbers are dim,
//! and each sender has a bar in a colour of its own beside its words. On a narrow canvas the time and
//! the sender stand above the message instead of beside it. A conversation of any length is drawn in
//! parts, so that memory does not grow with it.

use std::io::{self, Write};

use owo_colors::Style;

use super::entries::{Entries, Entry, ReplyTarget, ReplyTo, sender_of, sender_words};
use super::lines::{self, Line, Relation, Role, Span};
use crate::finding::{Finding, Severity};
use crate::notification::MessageStatus;
use crate::view::clip::{self, MAX_CELL, Room};
use crate::view::link;
use crate::view::table_layout::{NARROWEST_TABLE, TableLayout, fill};
use crate::view::width::width;
use crate::view::wrap::visible_width;
use crate::view::{Canvas, Selection, Theme, wording};

/// The narrowest canvas with the time and the sender beside the message.
const MIN_WIDE: u16 = 60;
/// The most columns of a sender beside the message.
const MAX_SENDER: usize = 12;
/// The number of rows that are drawn at a time, so that a long conversation needs little memory.
const MAX_ROWS_AT_ONCE: usize = 500;
/// The number of bytes after which fewer rows are drawn at a time.
const MAX_BYTES_AT_ONCE: usize = 1 << 20;
/// The columns of a time of day.
const TIME_WIDTH: u16 = 5;
/// The fewest columns that a shortened link is worth.
const MIN_LINK: usize = 20;
/// Stands between a sender and its words.
const BAR: &str = "▏";
/// The columns of the bar and the blank behind it.
const BAR_WIDTH: usize = 2;

/// Writes the transcript of a session.
pub(in crate::view) fn write(
    entries: &Entries<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    if entries.len() == 0 {
        return writeln!(out, " {}", canvas.theme.muted.style("No messages."));
    }
    let table = Table::new(entries, selection, canvas);
    let mut part = Vec::new();
    let mut bytes = 0;
    for entry in entries.iter() {
        if let Some(day) = &entry.day {
            table.write_rows(std::mem::take(&mut part), out)?;
            writeln!(out, "{}", canvas.titled_rule(day))?;
        }
        let rows = table.rows_of(&entry);
        bytes += rows
            .iter()
            .flatten()
            .flatten()
            .map(String::len)
            .sum::<usize>();
        part.extend(rows);
        if part.len() >= MAX_ROWS_AT_ONCE || bytes > MAX_BYTES_AT_ONCE {
            table.write_rows(std::mem::take(&mut part), out)?;
            bytes = 0;
        }
    }
    table.write_rows(part, out)
}

/// The cells of a row, each as lines that fit into its column.
type MessageRow = Vec<Vec<String>>;

/// What the messages of a session are drawn with.
struct Table<'t> {
    canvas: &'t Canvas,
    selection: Selection,
    layout: TableLayout,
    /// The columns of the numbers; 0 without numbers.
    number_width: u16,
    /// The columns of the senders beside the messages; none on a narrow canvas.
    sender_width: Option<u16>,
}

impl<'t> Table<'t> {
    fn new(entries: &Entries<'_>, selection: Selection, canvas: &'t Canvas) -> Self {
        let number_width = number_width(entries, selection.details);
        let sender_width = (canvas.width >= MIN_WIDE).then(|| sender_width(entries));
        let beside = sender_width.map(|sender| [number_width, TIME_WIDTH, sender]);
        let beside = beside.into_iter().flatten().filter(|width| *width > 0);
        let columns: Vec<_> = beside.chain([0]).collect();
        let width = match canvas.width {
            width @ NARROWEST_TABLE.. => width,
            _ => u16::MAX,
        };
        Self {
            canvas,
            selection,
            layout: TableLayout::new(width, &columns),
            number_width,
            sender_width,
        }
    }

    fn theme(&self) -> &Theme {
        &self.canvas.theme
    }

    fn muted(&self, text: impl std::fmt::Display) -> String {
        self.theme().muted.style(text).to_string()
    }

    fn write_rows(&self, rows: Vec<MessageRow>, out: &mut impl Write) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        if self.canvas.width >= NARROWEST_TABLE {
            let drawn = self.layout.rows_of_lines(rows.into_iter());
            return writeln!(out, "{drawn}");
        }
        let mut lines = rows.iter().flatten().flatten();
        lines.try_for_each(|line| writeln!(out, " {line}"))
    }

    /// The rows of a message: one, or one for its sender and one for its words.
    fn rows_of(&self, entry: &Entry<'_>) -> Vec<MessageRow> {
        let number = self.number(entry);
        let time = self.time(entry);
        let sender = self.sender(entry);
        let message = self.message(entry);
        if let Some(width) = self.sender_width {
            let sender = sender.unwrap_or_default();
            let blanks = usize::from(width).saturating_sub(visible_width(&sender));
            let sender = format!("{}{sender}", " ".repeat(blanks));
            let cells = [
                (self.number_width > 0).then(|| vec![number.unwrap_or_default()]),
                Some(vec![time.unwrap_or_default()]),
                Some(vec![sender]).filter(|_| width > 0),
                Some(message),
            ];
            return vec![cells.into_iter().flatten().collect()];
        }
        let above = [number, time, sender].into_iter().flatten();
        let above = above.collect::<Vec<_>>().join(" ");
        if above.is_empty() {
            return vec![vec![message]];
        }
        if entry.is_event() {
            let words = format!("{above} {}", message.join("\n"));
            return vec![vec![fill(&words, self.layout.rest())]];
        }
        vec![vec![vec![above]], vec![message]]
    }

    /// The number, if something refers to it. Events have room for it in their line.
    fn number(&self, entry: &Entry<'_>) -> Option<String> {
        let is_shown = (entry.is_referred_to && !entry.is_event()) || self.selection.details;
        is_shown.then(|| self.muted(format_args!("#{}", entry.number)))
    }

    /// The hour and minute, where they change.
    fn time(&self, entry: &Entry<'_>) -> Option<String> {
        entry.starts_minute.then(|| match entry.instant {
            Some(instant) => self.muted(self.canvas.zone.minute(instant)),
            None => self.theme().warning.style("?").to_string(),
        })
    }

    fn sender(&self, entry: &Entry<'_>) -> Option<String> {
        if entry.is_event() || !entry.starts_turn {
            return None;
        }
        let words = sender_words(sender_of(entry.message)).to_string();
        let words = clip::shortened(&words, MAX_SENDER);
        Some(self.sender_style(entry).style(words).to_string())
    }

    fn sender_style(&self, entry: &Entry<'_>) -> Style {
        match &entry.message.sender_type {
            Some(sender) => self.theme().sender(sender.known),
            None => self.theme().muted,
        }
    }

    /// The lines of a message: what it replies to, what it says, and its findings.
    fn message(&self, entry: &Entry<'_>) -> Vec<String> {
        let width = self.layout.rest();
        let room = width.saturating_sub(BAR_WIDTH).max(1);
        let mut lines = Vec::new();
        let said = self.said(entry, room);
        if entry.is_event() {
            lines.extend(self.event(entry, said, width));
        } else {
            let bar = self.sender_style(entry).style(BAR).to_string();
            lines.extend(said.iter().flat_map(|line| behind(&bar, line, room)));
        }
        let findings = entry.findings.iter().map(|finding| self.finding(finding));
        lines.extend(findings.flat_map(|line| behind(" ", &line, room)));
        lines
    }

    /// An event, as a dim line across with its number if something refers to it, and what else the
    /// message says below it.
    fn event(&self, entry: &Entry<'_>, said: Vec<String>, width: usize) -> Vec<String> {
        let mut said = said.into_iter();
        let mut event = said.next().unwrap_or_default();
        if entry.is_referred_to && !self.selection.details {
            event.insert_str(0, &self.muted(format_args!("#{} ", entry.number)));
        }
        let dashes = self.muted("──");
        let words = fill(&event, width.saturating_sub(6).max(1)).into_iter();
        let across = words.map(|line| format!("{dashes} {line} {dashes}"));
        let note = Some(self.note(entry)).filter(|note| !note.is_empty());
        let room = width.saturating_sub(BAR_WIDTH).max(1);
        let below = said.chain(note).flat_map(|line| behind(" ", &line, room));
        across.chain(below).collect()
    }

    fn said(&self, entry: &Entry<'_>, room: usize) -> Vec<String> {
        let mut cell = Cell::new(self.canvas, self.selection.full_text, room);
        if let Some(reply) = &entry.reply {
            cell.add_reply(reply);
        }
        lines::for_each_line_of_message(entry, self.selection, |line| cell.add(line));
        if !entry.is_event() {
            cell.add_note(&self.note(entry));
        }
        cell.into_lines()
    }

    /// What is worth saying of a message besides its words.
    fn note(&self, entry: &Entry<'_>) -> String {
        let Some(note) = entry.note(self.selection.details) else {
            return String::new();
        };
        let status = entry.unusual_status.filter(|_| !self.selection.details);
        let style = match status.map(|status| status.known) {
            Some(Some(MessageStatus::Read)) => self.theme().good,
            Some(None) => self.theme().warning,
            _ => self.theme().muted,
        };
        style.style(note).to_string()
    }

    /// A finding; what a warning says is dim, because the conversation goes on.
    fn finding(&self, finding: &Finding) -> String {
        let style = self.theme().severity(finding.severity);
        let what = format!("{}[{}]:", finding.severity.name(), finding.rule);
        let message = wording::message(finding);
        let message = match finding.severity {
            Severity::Error => message,
            Severity::Warning => self.muted(message),
        };
        format!("{} {message}", style.style(what))
    }
}

/// The columns of the largest number that is shown and its sign; 0 if none is.
fn number_width(entries: &Entries<'_>, details: bool) -> u16 {
    let largest = if details {
        entries.len()
    } else {
        entries.max_referred_to()
    };
    let columns = (largest > 0).then(|| largest.to_string().len() + 1);
    u16::try_from(columns.unwrap_or_default()).unwrap_or(u16::MAX)
}

/// The columns of the senders beside their messages.
fn sender_width(entries: &Entries<'_>) -> u16 {
    let senders = entries.senders().into_iter();
    let widths = senders.map(|sender| width(&sender_words(sender).to_string()));
    let widest = widths.max().unwrap_or_default().min(MAX_SENDER);
    u16::try_from(widest).unwrap_or(u16::MAX)
}

/// The lines of a text, each behind a mark.
fn behind(mark: &str, text: &str, room: usize) -> Vec<String> {
    let lines = fill(text, room).into_iter();
    lines.map(|line| format!("{mark} {line}")).collect()
}

/// The styled lines of a message, as many as there is room for.
struct Cell<'t> {
    canvas: &'t Canvas,
    /// The columns of a line.
    columns: usize,
    room: Room,
    /// Stands before the first line.
    mark: String,
    /// Whether a line has the mark of a choice already: only the first has it.
    is_marked: bool,
    lines: Vec<String>,
}

impl<'t> Cell<'t> {
    fn new(canvas: &'t Canvas, full_text: bool, columns: usize) -> Self {
        Self {
            canvas,
            columns,
            room: Room::new(MAX_CELL, full_text),
            mark: String::new(),
            is_marked: false,
            lines: Vec::new(),
        }
    }

    /// Adds the message that this one replies to: a mark if it is just above, or else a line.
    fn add_reply(&mut self, reply: &ReplyTo<'_>) {
        let muted = self.canvas.theme.muted;
        let which = match reply.target {
            ReplyTarget::JustAbove => {
                self.mark = muted.style("↩ ").to_string();
                return;
            }
            ReplyTarget::Message(number) => format!("↩ #{number}"),
            ReplyTarget::Missing => "↩ (not in this transcript)".to_owned(),
        };
        let preview = lines::preview_of_quote(&reply.quote);
        let room = self.columns.saturating_sub(width(&which) + 3);
        let line = match preview {
            Some(preview) if room > 0 => {
                let preview = preview.to_string();
                format!("{which} “{}”", clip::shortened(&preview, room))
            }
            _ => which,
        };
        self.lines.push(muted.style(line).to_string());
    }

    fn add(&mut self, line: Line<'_>) {
        let choice = self.mark_of_choice(line.spans);
        let columns = self.columns_for(line.relation);
        let spans: Vec<_> = line
            .spans
            .iter()
            .filter_map(|span| self.styled(span, columns))
            .collect();
        if spans.is_empty() {
            return;
        }
        let words = std::mem::take(&mut self.mark) + &choice + &spans.join(" ");
        match line.relation {
            Relation::Next => self.lines.push(words),
            Relation::Below => self.lines.push(format!("  {words}")),
            Relation::Continues(separator) => self.continue_with(separator, words),
        }
    }

    /// Adds words to the last line, if they fit there or have to be broken anyway.
    fn continue_with(&mut self, separator: &str, words: String) {
        let Some(last) = self.lines.last_mut() else {
            self.lines.push(words);
            return;
        };
        let length = visible_width(&words);
        let fits = visible_width(last) + width(separator) + length <= self.columns;
        if fits || length > self.columns {
            last.push_str(separator);
            last.push_str(&words);
        } else {
            self.lines.push(words);
        }
    }

    /// Adds a note on the message, behind its last line if there is room.
    fn add_note(&mut self, note: &str) {
        if !note.is_empty() {
            self.continue_with("  ", note.to_owned());
        }
    }

    fn mark_of_choice(&mut self, spans: &[Span<'_>]) -> String {
        if self.is_marked || spans.iter().all(|span| span.role != Role::Pick) {
            return String::new();
        }
        self.is_marked = true;
        self.canvas.theme.pick.style("✓ ").to_string()
    }

    /// The columns that a link may fill: what is left of the line that it continues, unless that is
    /// hardly anything.
    fn columns_for(&self, relation: Relation) -> usize {
        let (Relation::Continues(separator), Some(last)) = (relation, self.lines.last()) else {
            return self.columns;
        };
        let taken = visible_width(last) + width(separator);
        let left = self.columns.saturating_sub(taken);
        if left >= MIN_LINK { left } else { self.columns }
    }

    /// As much of a span as there is room for.
    fn styled(&mut self, span: &Span<'_>, columns: usize) -> Option<String> {
        let text = self.room.take(&span.text)?;
        if span.role == Role::Link && text == span.text {
            let url = span.url.as_ref().unwrap_or(&text);
            return Some(link::draw(url, &text, columns, self.canvas));
        }
        let style = self.canvas.theme.role(span.role);
        Some(match span.role {
            Role::Said => link::draw_words(&text, style, self.columns, self.canvas),
            _ => style.style(text).to_string(),
        })
    }

    fn into_lines(mut self) -> Vec<String> {
        if self.lines.is_empty() {
            let nothing = self.canvas.theme.muted.style("(nothing)").to_string();
            self.lines.push(std::mem::take(&mut self.mark) + &nothing);
        }
        let rest = self.room.rest();
        self.lines
            .extend(rest.map(|rest| self.canvas.theme.muted.style(rest).to_string()));
        self.lines
    }
}
