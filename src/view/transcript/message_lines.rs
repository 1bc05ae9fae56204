//! A message as lines of words that are not laid out, for plain text and Markdown.
//!
//! It says the same as a cell of the table, in the same order. How a line is marked (as a choice, as a
//! row of a list) is left to the view, and so are the words: each view escapes what its readers would
//! take for markup.

use super::entries::Entry;
use super::lines::{self, Line, Relation, Role, Span};
use crate::Text;
use crate::finding::Finding;
use crate::view::clip::{MAX_CELL, Room};
use crate::view::{Selection, wording};

/// A line of a message.
pub(super) struct MessageLine {
    pub(super) kind: LineKind,
    /// The words, as the view wants them.
    pub(super) words: String,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Words of the message.
    Words,
    /// The choice that the person made.
    Pick,
    /// A row of a list.
    Row,
}

/// The lines of a message, as many as there is room for, without its reply and its findings. `words`
/// gives the words of a span; a span without words is left out.
pub(super) fn lines_of<'w>(
    entry: &Entry<'_>,
    selection: Selection,
    words: &'w dyn Fn(&Span<'_>) -> String,
) -> Vec<MessageLine> {
    let mut lines = Collector {
        words,
        room: Room::new(MAX_CELL, selection.full_text),
        lines: Vec::new(),
    };
    lines::for_each_line_of_message(entry, selection, |line| lines.add(line));
    if lines.lines.is_empty() {
        lines.add_label(Text::from("(nothing)"));
    }
    if let Some(note) = entry.note(selection.details) {
        lines.add_note(note);
    }
    if let Some(rest) = lines.room.rest() {
        lines.push(LineKind::Words, rest);
    }
    lines.lines
}

/// A finding in one line.
pub(super) fn finding_line(finding: &Finding) -> String {
    let (severity, rule) = (finding.severity.name(), finding.rule);
    format!("{severity}[{rule}]: {}", wording::message(finding))
}

struct Collector<'l> {
    words: &'l dyn Fn(&Span<'_>) -> String,
    room: Room,
    lines: Vec<MessageLine>,
}

impl Collector<'_> {
    fn push(&mut self, kind: LineKind, words: String) {
        self.lines.push(MessageLine { kind, words });
    }

    fn add(&mut self, line: Line<'_>) {
        let mut words: Vec<_> = line.spans.iter().filter_map(|it| self.taken(it)).collect();
        if words.is_empty() {
            return;
        }
        // A blank line between two paragraphs stays, but not a blank between two spans.
        if words.len() > 1 {
            words.retain(|words| !words.is_empty());
        }
        let words = words.join(" ");
        let is_row = line.relation == Relation::Below
            && line.spans.iter().all(|span| span.role != Role::Heading);
        match line.relation {
            Relation::Continues(separator) if !self.lines.is_empty() => {
                self.continue_with(separator, &words);
            }
            _ if is_row => self.push(LineKind::Row, words),
            _ if line.spans.iter().any(|span| span.role == Role::Pick) => {
                self.push(LineKind::Pick, words);
            }
            _ => self.push(LineKind::Words, words),
        }
    }

    /// The words of as much of a span as there is room for.
    fn taken(&mut self, span: &Span<'_>) -> Option<String> {
        let text = self.room.take(&span.text)?;
        let span = Span {
            role: span.role,
            text,
            url: span.url.clone(),
        };
        Some((self.words)(&span))
    }

    fn continue_with(&mut self, separator: &str, words: &str) {
        if let Some(last) = self.lines.last_mut() {
            last.words.push_str(separator);
            last.words.push_str(words);
        }
    }

    fn add_label(&mut self, text: Text<'_>) {
        let words = (self.words)(&Span::new(Role::Label, text));
        self.push(LineKind::Words, words);
    }

    fn add_note(&mut self, note: Text<'_>) {
        let words = (self.words)(&Span::new(Role::Label, note));
        self.continue_with(" ", &words);
    }
}
