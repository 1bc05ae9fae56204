//! The conversation, message by message.
//!
//! A wide canvas has a column for everything; narrower ones put status below time and type below
//! sender, then all four in one column. Below the narrowest table there are only lines.

use foldhash::HashMap;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

use super::clip::{MAX_CELL, Room};
use super::table_layout::TableLayout;
use super::{Canvas, Selection, Theme, ordered, wording};
use crate::finding::{Finding, Rule, Severity};
use crate::json::{OneOf, readable};
use crate::notification::{Content, Message, MessageStatus, Role, Sender, Session, Span};
use crate::{Report, Text};

/// The narrowest canvas that a table makes sense on.
pub(super) const NARROWEST_TABLE: u16 = 40;
/// From here on there is room for a column of everything.
const WIDE: u16 = 100;
/// From here on there is room for three columns beside the message.
const MEDIUM: u16 = 60;
/// Rows are drawn this many at a time, so that a long conversation needs little memory.
const ROWS: usize = 500;
/// Fewer rows are drawn at a time once they have this many bytes.
const ROWS_BYTES: usize = 1 << 20;
/// A warning that is noted more often than this is named at its messages, not told in full.
const MAX_SAID_IN_FULL: usize = 3;
/// A quoted message is shortened to this many characters.
const QUOTE: usize = 60;

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
            WIDE.. => Self::Wide,
            MEDIUM.. => Self::Medium,
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

    fn arrange(self, shown: Shown) -> Vec<String> {
        let Shown {
            number,
            time,
            sender,
            kind,
            message,
            status,
        } = shown;
        match self {
            Self::Wide => vec![number, time, sender, kind, message, status],
            Self::Medium => vec![
                number,
                format!("{time}\n{status}"),
                format!("{sender}\n{kind}"),
                message,
            ],
            Self::Narrow | Self::Lines => vec![
                number,
                format!("{time}\n{sender}\n{kind}\n{status}"),
                message,
            ],
        }
    }
}

/// A message, each part of it styled.
struct Shown {
    number: String,
    time: String,
    sender: String,
    kind: String,
    message: String,
    status: String,
}

/// Writes the transcript of a session.
pub(super) fn write(
    report: &Report<'_>,
    session: &Session<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    if session.messages().is_empty() {
        return writeln!(out, "{}", canvas.theme.muted.style("No messages."));
    }
    let transcript = Transcript::new(report, session, selection.full_text, canvas);
    let layout = Layout::of(canvas.width);
    let messages = ordered(session, selection.order);
    if layout == Layout::Lines {
        return transcript.write_lines(&messages, out);
    }
    let digits = u16::try_from(session.messages().len().to_string().len()).unwrap_or(u16::MAX);
    let sheet = TableLayout::new(canvas.width, &layout.columns(digits));
    writeln!(out, "{}", sheet.top())?;
    let heading = |cell: &str| canvas.theme.heading.style(cell).to_string();
    writeln!(
        out,
        "{}",
        sheet.rows(
            vec![layout.header().into_iter().map(heading).collect()],
            false
        )
    )?;
    for (day, messages) in transcript.days(&messages) {
        writeln!(out, "{}", sheet.titled_divider(&day))?;
        let mut rows = messages
            .iter()
            .map(|(number, message)| layout.arrange(transcript.shown(*number, message)))
            .peekable();
        while rows.peek().is_some() {
            writeln!(out, "{}", sheet.rows(some_of(&mut rows), true))?;
            if rows.peek().is_some() {
                writeln!(out, "{}", sheet.divider())?;
            }
        }
    }
    writeln!(out, "{}", sheet.bottom())
}

/// The next rows: as many as are drawn at a time.
fn some_of(rows: &mut impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    let mut bytes = 0;
    let mut some = Vec::new();
    for row in rows {
        bytes += row.iter().map(String::len).sum::<usize>();
        some.push(row);
        if some.len() == ROWS || bytes > ROWS_BYTES {
            break;
        }
    }
    some
}

type Numbered<'s, 'de> = (usize, &'s Message<'de>);

/// What the messages of a session are shown with.
struct Transcript<'r, 'a> {
    canvas: &'r Canvas,
    /// The numbers of the messages, by their ids; of equal ids the first.
    numbers: HashMap<&'r str, usize>,
    /// The findings of each message that has some, by its number.
    findings: HashMap<usize, Vec<&'r Finding>>,
    /// How often each rule was noted.
    counts: BTreeMap<Rule, usize>,
    session: &'r Session<'a>,
    full_text: bool,
}

impl<'r, 'a> Transcript<'r, 'a> {
    fn new(
        report: &'r Report<'a>,
        session: &'r Session<'a>,
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
            numbers: session.numbers(),
            findings,
            counts: report.counts(),
            session,
            full_text,
        }
    }

    fn theme(&self) -> &Theme {
        &self.canvas.theme
    }

    /// The messages in runs of the same day, each with what heads it. A message without a time is
    /// of the day of the one before.
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

    fn shown(&self, number: usize, message: &Message<'_>) -> Shown {
        let theme = self.theme();
        let time = message
            .timestamp
            .map(|time| self.canvas.zone.clock(time.instant()));
        let kind = message
            .content
            .as_ref()
            .and_then(|content| content.kind.as_ref());
        let unknown = || theme.warning.style("?").to_string();
        Shown {
            number: theme.muted.style(number).to_string(),
            time: time.unwrap_or_else(unknown),
            sender: self.sender(message.sender_type.as_ref()),
            kind: kind.map_or_else(unknown, |kind| {
                theme.muted.style(kind.shortened(40)).to_string()
            }),
            message: self.lines(number, message).join("\n"),
            status: message
                .status
                .as_ref()
                .map_or_else(unknown, |status| self.status(status)),
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

    /// What the message answers, what it says, and what is wrong with it.
    fn lines(&self, number: usize, message: &Message<'_>) -> Vec<String> {
        let mut lines: Vec<String> = self.quote(message).into_iter().collect();
        let mut room = Room::new(MAX_CELL, self.full_text);
        if let Some(reply) = &message.reply {
            reply.for_each_undocumented_line(&mut |line| {
                lines.extend(self.styled_line(&line, &mut room));
            });
        }
        let mut mark = self.theme().pick.style("✓ ").to_string();
        if let Some(content) = &message.content {
            content.for_each_line(&mut |line| {
                let is_pick = line.iter().any(|span| span.role == Role::Pick);
                let mark = if is_pick {
                    std::mem::take(&mut mark)
                } else {
                    String::new()
                };
                let styled = self.styled_line(&line, &mut room);
                lines.extend(styled.map(|line| mark + &line));
                ControlFlow::Continue(())
            });
        }
        for (key, value) in message.extra.iter() {
            let spans = [
                (Role::Label, Text::from(format!("{}:", key.as_str()))),
                (Role::Said, readable(value)),
            ];
            let line = spans.map(|(role, text)| Span { role, text });
            lines.extend(self.styled_line(&line, &mut room));
        }
        lines.extend(
            room.rest()
                .map(|rest| self.theme().muted.style(rest).to_string()),
        );
        lines.extend(self.finding_lines(number));
        lines
    }

    /// What of a line there is room for.
    fn styled_line(&self, line: &[Span<'_>], room: &mut Room) -> Option<String> {
        let spans: Vec<_> = line
            .iter()
            .filter_map(|span| {
                let text = room.take(&span.text)?;
                Some(self.theme().role(span.role).style(text).to_string())
            })
            .collect();
        (!spans.is_empty()).then(|| spans.join(" "))
    }

    /// Which message is answered and how it began, where there is room for that.
    fn quote(&self, message: &Message<'_>) -> Option<String> {
        let reply = message.reply.as_ref()?;
        let id = reply.msg_id.as_ref().map(Text::as_str);
        let number = id.and_then(|id| self.numbers.get(id));
        let preview = |content: &Content<'_>| content.preview(QUOTE);
        let quoted = reply
            .content
            .as_ref()
            .map(preview)
            .filter(|text| !text.is_blank());
        let original = || {
            self.session
                .messages()
                .get(number?.checked_sub(1)?)?
                .content
                .as_ref()
                .map(preview)
        };
        let text = quoted.or_else(original).unwrap_or_default();
        let which = number.map_or_else(
            || "an unknown message".to_owned(),
            |number| format!("#{number}"),
        );
        let sender = reply
            .sender_type
            .as_ref()
            .map(|sender| format!(" {}", sender.text.shortened(40)))
            .unwrap_or_default();
        let line = if text.is_blank() {
            format!("↩ {which}{sender}")
        } else {
            format!("↩ {which}{sender}: {text}")
        };
        Some(self.theme().muted.style(line).to_string())
    }

    /// Errors and rare warnings in full, frequent warnings by their names in one line.
    fn finding_lines(&self, number: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for finding in self.findings.get(&number).into_iter().flatten() {
            let rule = finding.rule;
            if finding.severity == Severity::Warning && self.counts[&rule] > MAX_SAID_IN_FULL {
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
                let Shown {
                    number,
                    time,
                    sender,
                    kind,
                    message,
                    status,
                } = self.shown(*number, message);
                writeln!(out, "{number} {time} {sender} {kind} {status}")?;
                for line in message.lines() {
                    writeln!(out, "  {line}")?;
                }
            }
        }
        Ok(())
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
