//! The conversation as a table.
//!
//! A wide canvas has a column for each part of a message. Narrower ones put the status below the
//! time and the type below the sender, then all four in one column; below
//! [`NARROWEST_TABLE`] columns there are only lines. A heading starts each day.
//!
//! Findings stand at their message. A rule that many messages break would drown the conversation,
//! so its findings are only named there, with a `!`; the summary has their count. A conversation
//! of any length is drawn in parts, so that memory does not grow with it.

use foldhash::HashMap;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::text::{self, Role, Span};
use crate::Report;
use crate::finding::{Finding, Rule, Severity};
use crate::json::OneOf;
use crate::notification::{Message, MessageStatus, Sender, Session, Transcript};
use crate::view::clip::{MAX_CELL, Room};
use crate::view::link;
use crate::view::table_layout::TableLayout;
use crate::view::{Canvas, Selection, Theme, ordered, wording};

/// The narrowest canvas with a table.
pub(in crate::view) const NARROWEST_TABLE: u16 = 40;
/// The narrowest canvas with a column for each part of a message.
const MIN_WIDE: u16 = 100;
/// The narrowest canvas with three columns beside the message.
const MIN_MEDIUM: u16 = 60;
/// The number of rows that are drawn at a time, so that a long conversation needs little memory.
const MAX_ROWS_AT_ONCE: usize = 500;
/// The number of bytes after which fewer rows are drawn at a time.
const MAX_BYTES_AT_ONCE: usize = 1 << 20;
/// A warning that occurs more often than this is only named at its messages.
const MAX_FULL_WARNINGS: usize = 3;

/// How the columns are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Wide,
    Medium,
    Narrow,
    Lines,
}

impl Layout {
    fn of(width: u16) -> Self {
        match width {
            MIN_WIDE.. => Self::Wide,
            MIN_MEDIUM.. => Self::Medium,
            NARROWEST_TABLE.. => Self::Narrow,
            _ => Self::Lines,
        }
    }

    /// The widths of the columns; the message takes the rest.
    fn columns(self, number: u16) -> Vec<u16> {
        match self {
            Self::Wide => vec![number, 8, 7, 11, 0, 8],
            Self::Medium => vec![number, 8, 11, 0],
            Self::Narrow | Self::Lines => vec![number, 11, 0],
        }
    }

    fn header(self) -> Vec<&'static str> {
        match self {
            Self::Wide => vec!["#", "Time", "Sender", "Type", "Message", "Status"],
            Self::Medium => vec!["#", "Time\nStatus", "Sender\nType", "Message"],
            Self::Narrow | Self::Lines => vec!["#", "Time\nSender\nType\nStatus", "Message"],
        }
    }

    /// The columns of a line of a message, if numbers have this many digits.
    fn message_columns(self, number: u16, width: u16) -> usize {
        let fixed = self.columns(number).into_iter().map(|column| column + 3);
        let room = width.saturating_sub(fixed.sum::<u16>() + 1);
        usize::from(if self == Self::Lines {
            width.saturating_sub(2)
        } else {
            room
        })
    }

    /// The cells of a message, in the order of the header.
    fn cells(self, parts: MessageParts) -> Vec<String> {
        let MessageParts {
            number,
            time,
            sender,
            kind,
            message,
            status,
        } = parts;
        let stacked = |parts: &[String]| parts.join("\n");
        match self {
            Self::Wide => vec![number, time, sender, kind, message, status],
            Self::Medium => {
                let (time, sender) = (stacked(&[time, status]), stacked(&[sender, kind]));
                vec![number, time, sender, message]
            }
            Self::Narrow | Self::Lines => {
                vec![number, stacked(&[time, sender, kind, status]), message]
            }
        }
    }
}

/// The parts of a message, styled.
struct MessageParts {
    number: String,
    time: String,
    sender: String,
    kind: String,
    message: String,
    status: String,
}

/// Writes the transcript of a session.
pub(in crate::view) fn write(
    report: &Report<'_>,
    session: &Session<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    if session.messages().is_empty() {
        return writeln!(out, "{}", canvas.theme.muted.style("No messages."));
    }
    let table = Table::new(report, session, selection.full_text, canvas);
    let messages = ordered(session, selection.order);
    match Layout::of(canvas.width) {
        Layout::Lines => table.write_lines(&messages, out),
        layout => table.write(layout, &messages, out),
    }
}

/// Writes rows in parts, with light lines between them.
fn write_rows(
    layout: &TableLayout,
    rows: impl Iterator<Item = Vec<String>>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        writeln!(out, "{}", layout.rows(next_rows(&mut rows), true))?;
        if rows.peek().is_some() {
            writeln!(out, "{}", layout.divider())?;
        }
    }
    Ok(())
}

/// Takes as many rows as are drawn at a time.
fn next_rows(rows: &mut impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    let mut bytes = 0;
    let mut next = Vec::new();
    for row in rows {
        bytes += row.iter().map(String::len).sum::<usize>();
        next.push(row);
        if next.len() == MAX_ROWS_AT_ONCE || bytes > MAX_BYTES_AT_ONCE {
            break;
        }
    }
    next
}

type Numbered<'s, 'de> = (usize, &'s Message<'de>);

/// What the messages of a session are drawn with.
struct Table<'r> {
    canvas: &'r Canvas,
    transcript: Transcript<'r>,
    /// The findings of messages, by the number of the message.
    findings: HashMap<usize, Vec<&'r Finding>>,
    /// The number of findings of each rule.
    counts: BTreeMap<Rule, usize>,
    full_text: bool,
    /// The columns of a line of a message.
    columns: usize,
}

/// The digits of the number of the last message.
fn digits(session: &Session<'_>) -> u16 {
    let digits = session.messages().len().to_string().len();
    u16::try_from(digits).unwrap_or(u16::MAX)
}

impl<'r> Table<'r> {
    fn new(
        report: &'r Report<'_>,
        session: &'r Session<'_>,
        full_text: bool,
        canvas: &'r Canvas,
    ) -> Self {
        let mut findings: HashMap<usize, Vec<&Finding>> = HashMap::default();
        for finding in &report.findings {
            if let Some(index) = finding.pointer.message() {
                findings.entry(index + 1).or_default().push(finding);
            }
        }
        Self {
            canvas,
            transcript: Transcript::of(session),
            findings,
            counts: report.counts(),
            full_text,
            columns: Layout::of(canvas.width).message_columns(digits(session), canvas.width),
        }
    }

    fn write(
        &self,
        layout: Layout,
        messages: &[Numbered<'_, '_>],
        out: &mut impl Write,
    ) -> io::Result<()> {
        let digits = u16::try_from(messages.len().to_string().len()).unwrap_or(u16::MAX);
        let table = TableLayout::new(self.canvas.width, &layout.columns(digits));
        let heading = |cell: &str| self.theme().heading.style(cell).to_string();
        let header = layout.header().into_iter().map(heading).collect();
        writeln!(out, "{}", table.top())?;
        writeln!(out, "{}", table.rows(vec![header], false))?;
        for (day, messages) in self.days(messages) {
            writeln!(out, "{}", table.titled_divider(&day))?;
            let row =
                |(number, message): &Numbered<'_, '_>| layout.cells(self.parts(*number, message));
            write_rows(&table, messages.iter().map(row), out)?;
        }
        writeln!(out, "{}", table.bottom())
    }

    fn theme(&self) -> &Theme {
        &self.canvas.theme
    }

    /// Splits the messages into runs of the same day, each with its heading. A message without a
    /// time belongs to the day of the one before.
    fn days<'m>(
        &self,
        mut messages: &'m [Numbered<'m, 'm>],
    ) -> impl Iterator<Item = (String, &'m [Numbered<'m, 'm>])> {
        let zone = &self.canvas.zone;
        std::iter::from_fn(move || {
            let (_, first) = messages.first()?;
            let day = first.timestamp.map(|time| zone.day(time.instant()));
            let is_of_another_day = |(_, message): &Numbered<'_, '_>| {
                message
                    .timestamp
                    .is_some_and(|time| day.as_deref() != Some(zone.day(time.instant()).as_str()))
            };
            let end = messages.iter().position(is_of_another_day);
            let (run, rest) = messages.split_at(end.unwrap_or(messages.len()));
            messages = rest;
            Some((day.unwrap_or_else(|| "no date".to_owned()), run))
        })
    }

    fn parts(&self, number: usize, message: &Message<'_>) -> MessageParts {
        let theme = self.theme();
        let time = message.timestamp;
        let time = time.map(|time| self.canvas.zone.clock(time.instant()));
        let kind = message.content.as_ref().and_then(|it| it.kind.as_ref());
        let kind = kind.map(|kind| theme.muted.style(kind.shortened(40)).to_string());
        let status = message.status.as_ref().map(|status| self.status(status));
        let unknown = || theme.warning.style("?").to_string();
        MessageParts {
            number: theme.muted.style(number).to_string(),
            time: time.unwrap_or_else(unknown),
            sender: self.sender(message.sender_type.as_ref()),
            kind: kind.unwrap_or_else(unknown),
            message: self.lines(number, message).join("\n"),
            status: status.unwrap_or_else(unknown),
        }
    }

    fn sender(&self, sender: Option<&OneOf<'_, Sender>>) -> String {
        match sender {
            None => self.theme().muted.style("–").to_string(),
            Some(sender) => self
                .theme()
                .sender(sender.known)
                .style(sender.text.shortened(40))
                .to_string(),
        }
    }

    fn status(&self, status: &OneOf<'_, MessageStatus>) -> String {
        let style = match status.known {
            Some(MessageStatus::Read) => self.theme().good,
            Some(MessageStatus::Sent | MessageStatus::Delivery) => self.theme().muted,
            None => self.theme().warning,
        };
        style.style(status.text.shortened(40)).to_string()
    }

    /// The lines of a message: what it replies to, what it says, and its findings.
    fn lines(&self, number: usize, message: &Message<'_>) -> Vec<String> {
        let mut cell = Cell::new(self.canvas, self.columns, self.full_text);
        text::for_each_line(&self.transcript.blocks(message), |line| cell.add(line));
        let mut lines = cell.into_lines();
        lines.extend(self.finding_lines(number));
        lines
    }

    /// The findings of a message: errors and rare warnings in full, a line each, and frequent
    /// warnings by their names on one line.
    fn finding_lines(&self, number: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for finding in self.findings.get(&number).into_iter().flatten() {
            let rule = finding.rule;
            if finding.severity == Severity::Warning && self.counts[&rule] > MAX_FULL_WARNINGS {
                if !names.contains(&rule.name()) {
                    names.push(rule.name());
                }
                continue;
            }
            let style = self.theme().severity(finding.severity);
            let message = wording::message(finding);
            let what = format!("{}[{rule}]: {message}", finding.severity.name());
            lines.push(style.style(what).to_string());
        }
        if !names.is_empty() {
            let what = format!("! {}", names.join(", "));
            lines.push(self.theme().warning.style(what).to_string());
        }
        lines
    }

    fn write_lines(&self, messages: &[Numbered<'_, '_>], out: &mut impl Write) -> io::Result<()> {
        for (day, messages) in self.days(messages) {
            writeln!(
                out,
                "{}",
                self.theme().heading.style(format_args!("-- {day}"))
            )?;
            for (number, message) in messages {
                self.parts(*number, message).write_lines(out)?;
            }
        }
        Ok(())
    }
}

impl MessageParts {
    fn write_lines(&self, out: &mut impl Write) -> io::Result<()> {
        let Self {
            number,
            time,
            sender,
            kind,
            message,
            status,
        } = self;
        writeln!(out, "{number} {time} {sender} {kind} {status}")?;
        let mut lines = message.lines();
        lines.try_for_each(|line| writeln!(out, "  {line}"))
    }
}

/// The styled lines of a message, as many as there is room for.
struct Cell<'t> {
    canvas: &'t Canvas,
    /// The columns of a line.
    columns: usize,
    room: Room,
    /// Whether a line has the mark of a choice already: only the first has it.
    is_marked: bool,
    lines: Vec<String>,
}

impl<'t> Cell<'t> {
    fn new(canvas: &'t Canvas, columns: usize, full_text: bool) -> Self {
        Self {
            canvas,
            columns,
            room: Room::new(MAX_CELL, full_text),
            is_marked: false,
            lines: Vec::new(),
        }
    }

    fn add(&mut self, line: &[Span<'_>]) {
        let mark = self.mark(line);
        let spans: Vec<_> = line.iter().filter_map(|span| self.styled(span)).collect();
        if !spans.is_empty() {
            self.lines.push(mark + &spans.join(" "));
        }
    }

    fn mark(&mut self, line: &[Span<'_>]) -> String {
        if self.is_marked || line.iter().all(|span| span.role != Role::Pick) {
            return String::new();
        }
        self.is_marked = true;
        self.canvas.theme.pick.style("✓ ").to_string()
    }

    /// As much of a span as there is room for. A quote is shortened already and takes no room.
    fn styled(&mut self, span: &Span<'_>) -> Option<String> {
        let style = self.canvas.theme.role(span.role);
        if span.role == Role::Quote {
            return Some(style.style(&span.text).to_string());
        }
        let text = self.room.take(&span.text)?;
        if span.role == Role::Link && text == span.text {
            return Some(link::draw(&text, self.columns, self.canvas));
        }
        Some(style.style(text).to_string())
    }

    fn into_lines(mut self) -> Vec<String> {
        let rest = self.room.rest();
        self.lines
            .extend(rest.map(|rest| self.canvas.theme.muted.style(rest).to_string()));
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_leave_room_for_the_message_at_every_width() {
        for width in NARROWEST_TABLE..300 {
            let columns = Layout::of(width).columns(2);
            let fixed: u16 = columns.iter().map(|column| column + 3).sum::<u16>() + 1;
            assert!(
                width - fixed >= 12,
                "{width} leaves {} columns",
                width - fixed
            );
        }
    }
}
