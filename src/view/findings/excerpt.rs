//! Excerpts: one line of a body, cut to the columns of the screen, with marks on what is at fault.
//!
//! A line of a webhook body is often the whole body, megabytes long, so an excerpt is never made
//! from all of it: the functions here walk from the marks outwards and stop when the screen is
//! full. The excerpt is built in three steps. The *covered* part runs from the first to the last
//! mark and is shown first of all. The free columns are then shared between the text on its left
//! and on its right: half each, but a side that needs less leaves the rest to the other, and the
//! left side leaves room for the label that stands after the last mark. Finally the text is
//! escaped, and the marks are translated from bytes of the body to bytes of the excerpt.
//!
//! Limits: an excerpt has one line, so a mark on several lines ends with its first; two marks that
//! are on different lines, or too far apart, have no excerpt in common.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::text::{escaped, replacement};

/// Stands where text was cut off.
const CUT: &str = "…";
const CUT_COLUMNS: usize = 1;

/// A line of the body, or a part of one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The characters, escaped, with an ellipsis on each side that was cut.
    pub(super) text: String,
    /// The bytes of `text` that show each of the spans, in the order of the spans.
    pub(super) marks: Vec<Range<usize>>,
    /// The columns that are free after the last mark, for a label.
    pub(super) beside: usize,
    /// Whether the whole line is shown.
    pub(super) is_whole: bool,
}

/// A run of characters on one line.
struct Stretch {
    /// Its bytes in the body.
    bytes: Range<usize>,
    /// The columns it fills once it is escaped.
    columns: usize,
    /// Whether it ends where it should, and not because the columns ran out.
    complete: bool,
}

impl Stretch {
    fn empty(at: usize) -> Self {
        Self {
            bytes: at..at,
            columns: 0,
            complete: true,
        }
    }

    /// Makes room for a character of `columns` columns. Returns false, and is incomplete from then
    /// on, if it would be wider than `limit`.
    fn make_room(&mut self, columns: usize, limit: usize) -> bool {
        self.complete = self.columns + columns <= limit;
        if self.complete {
            self.columns += columns;
        }
        self.complete
    }

    /// The columns it fills together with its ellipsis, if it has one.
    fn with_cut(&self) -> usize {
        self.columns + if self.complete { 0 } else { CUT_COLUMNS }
    }
}

/// The part of a line that is shown: what the spans cover, and the text on either side.
struct Window {
    left: Stretch,
    covered: Stretch,
    right: Stretch,
}

/// Returns the part of a line that `spans` begin in, with as much around them as fits in `room`
/// columns. A span that is longer than that, or goes on in the next line, is cut. The text before
/// the spans is cut to leave `beside` columns free after the last of them, if possible.
///
/// `None` if there are several spans and they are not all on one line, or too far apart.
pub(super) fn excerpt(
    text: &str,
    spans: &[Range<usize>],
    room: usize,
    beside: usize,
) -> Option<Excerpt> {
    let whole = |offset: usize| text.floor_char_boundary(offset);
    let spans = spans.iter().map(|span| whole(span.start)..whole(span.end));
    let spans: Vec<_> = spans.collect();
    let start = spans.iter().map(|span| span.start).min()?;
    let last = spans.iter().map(|span| span.start).max()?;
    let end = spans.iter().map(|span| span.end).max()?;
    let covered = forward(text, start..end, room.saturating_sub(2 * CUT_COLUMNS));
    if spans.len() > 1 && (!covered.complete || covered.bytes.end < last) {
        return None;
    }
    let window = Window::around(text, covered, room, beside);
    Some(window.excerpt(text, &spans, room))
}

impl Window {
    /// Adds the text on either side of `covered` that fits in `room` columns.
    fn around(text: &str, covered: Stretch, room: usize, beside: usize) -> Self {
        let start = covered.bytes.start;
        let free = room.saturating_sub(covered.columns);
        let mut left = backward(text, start, free);
        let mut right = after(text, &covered, free);
        let fits = left.complete && right.complete && left.columns + right.columns <= free;
        if !fits || left.columns + beside > free {
            let unused = free.saturating_sub(right.with_cut());
            let share = (free / 2).max(unused).min(free.saturating_sub(beside));
            if left.with_cut() > share {
                left = backward(text, start, share.saturating_sub(CUT_COLUMNS));
            }
            let free = free.saturating_sub(left.with_cut());
            if right.with_cut() > free {
                right = after(text, &covered, free.saturating_sub(CUT_COLUMNS));
            }
        }
        Self {
            left,
            covered,
            right,
        }
    }

    fn excerpt(&self, text: &str, spans: &[Range<usize>], room: usize) -> Excerpt {
        let clipped = |span: &Range<usize>| {
            let end = span.end.min(self.covered.bytes.end);
            span.start..end.max(span.start)
        };
        let spans: Vec<_> = spans.iter().map(clipped).collect();
        let (mut shown, places) = self.escape(text, &spans);
        let place = |offset: usize| {
            let found = places.iter().find(|(stop, _)| *stop == offset);
            found.map_or(0, |(_, place)| *place)
        };
        let marks = spans.iter().map(|span| place(span.start)..place(span.end));
        let marks: Vec<_> = marks.collect();
        let beside = columns_beside(&shown, &marks, room);
        if !self.right.complete {
            shown += CUT;
        }
        Excerpt {
            text: shown,
            marks,
            beside,
            is_whole: self.left.complete && self.right.complete,
        }
    }

    /// Escapes the text up to the cut on its right. Also returns where each end of a span is in
    /// the result, as pairs of offsets in the body and in the result.
    fn escape(&self, text: &str, spans: &[Range<usize>]) -> (String, Vec<(usize, usize)>) {
        let ends = spans.iter().flat_map(|span| [span.start, span.end]);
        let ends = ends.chain([self.covered.bytes.end, self.right.bytes.end]);
        let mut stops: Vec<_> = ends.collect();
        stops.sort_unstable();
        let mut shown = if self.left.complete { "" } else { CUT }.to_owned();
        let mut from = self.left.bytes.start;
        let mut places = Vec::with_capacity(stops.len());
        for stop in stops {
            shown += &escaped(text, from..stop);
            from = stop;
            places.push((stop, shown.len()));
        }
        (shown, places)
    }
}

/// The columns of `room` that are free after the last of the marks.
fn columns_beside(shown: &str, marks: &[Range<usize>], room: usize) -> usize {
    let end = marks.iter().map(|mark| mark.end).max().unwrap_or_default();
    // An empty mark is drawn as one caret, below the column after it.
    let caret = usize::from(marks.iter().all(Range::is_empty));
    room.saturating_sub(columns_of(&shown[..end]) + caret)
}

/// The rest of the line after `covered`, up to `limit` columns; nothing if `covered` itself is cut.
fn after(text: &str, covered: &Stretch, limit: usize) -> Stretch {
    let end = covered.bytes.end;
    if covered.complete {
        return forward(text, end..text.len(), limit);
    }
    Stretch {
        complete: false,
        ..Stretch::empty(end)
    }
}

/// The characters of a range that are on its first line and fill at most `limit` columns. It is
/// complete if it reaches the end of the range or of the line.
fn forward(text: &str, range: Range<usize>, limit: usize) -> Stretch {
    let mut stretch = Stretch::empty(range.start);
    for (at, c) in text[range.clone()].char_indices() {
        let at = range.start + at;
        if is_line_end(&text[at..]) || !stretch.make_room(columns_at(text, at, c), limit) {
            break;
        }
        stretch.bytes.end = at + c.len_utf8();
    }
    stretch
}

/// The characters before `end` that are on its line and fill at most `limit` columns.
fn backward(text: &str, end: usize, limit: usize) -> Stretch {
    let mut stretch = Stretch::empty(end);
    for (at, c) in text[..end].char_indices().rev() {
        if c == '\n' || !stretch.make_room(columns_at(text, at, c), limit) {
            break;
        }
        stretch.bytes.start = at;
    }
    stretch
}

/// Whether a line ends here, with LF, CRLF, or CR at the end of the text.
fn is_line_end(rest: &str) -> bool {
    let rest = rest.strip_prefix('\r').unwrap_or(rest);
    rest.is_empty() || rest.starts_with('\n')
}

/// The columns that a text fills; it must be safe to show.
pub(super) fn columns_of(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// The columns that the character at `at` fills when it is shown, perhaps as an escape.
fn columns_at(text: &str, at: usize, c: char) -> usize {
    match replacement(text, at, c) {
        Some(replacement) => replacement.to_string().len(),
        None => c.width().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt for the one place of `needle`, with brackets round it.
    #[track_caller]
    fn shows(text: &str, needle: &str, room: usize, want: &str) {
        let start = text.find(needle).expect("the needle is in the text");
        let span = start..start + needle.len();
        let excerpt = excerpt(text, &[span], room, 0).expect("one span always has an excerpt");
        let mark = excerpt.marks[0].clone();
        let mut shown = excerpt.text.clone();
        shown.insert(mark.end, ']');
        shown.insert(mark.start, '[');
        assert_eq!(shown, want);
        assert!(
            columns_of(&excerpt.text) <= room.max(3),
            "too wide: {shown}"
        );
    }

    #[test]
    fn a_line_is_cut_around_what_it_is_shown_for() {
        let line = "abcdefghijklmnopqrstuvwxyz";
        shows(line, "a", 26, "[a]bcdefghijklmnopqrstuvwxyz");
        shows(line, "a", 9, "[a]bcdefgh…");
        shows(line, "z", 9, "…stuvwxy[z]");
        shows(line, "lm", 9, "…jk[lm]nop…");
        shows(line, "defghijklmnop", 9, "…[defghij]…");
    }

    #[test]
    fn only_the_first_line_of_a_value_is_shown() {
        shows(
            "{\r\n  \"a\": {\r\n  }\r\n}",
            "{\r\n  }",
            40,
            "  \"a\": [{]",
        );
        shows("a\n\nb", "\nb", 40, "[]");
    }

    #[test]
    fn wide_and_escaped_characters_are_counted_as_they_are_shown() {
        shows("请选择您的性别👉x", "您的", 20, "请选择[您的]性别👉x");
        shows("请选择您的性别👉x", "您的", 9, "…[您的]性…");
        shows("\u{1b}[31m\tx\u{202e}", "x", 40, r"\u{1b}[31m\t[x]\u{202e}");
        shows("\u{1b}[31m\tx\u{202e}", "x", 6, r"…m\t[x]…");
    }

    #[test]
    fn two_places_share_a_line_if_they_have_room() {
        let line = "{\"a\":1,\"b\":2,\"a\":3}";
        let spans = [17..18, 5..6];
        let both = excerpt(line, &spans, 40, 0).expect("both have room");
        assert_eq!(both.marks, [17..18, 5..6]);
        assert_eq!(excerpt(line, &spans, 12, 0), None);
        assert_eq!(excerpt("1\n2", &[0..1, 2..3], 40, 0), None);
    }
}
