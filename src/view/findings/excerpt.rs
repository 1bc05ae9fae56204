//! A line of a body, cut to the columns there are and safe to show, with the places of what it is
//! shown for.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::text::{escaped, replacement};

/// Stands where something of the line was cut off.
const CUT: &str = "…";
const CUT_COLUMNS: usize = 1;

/// A line, or a part of one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The characters, escaped, with an ellipsis where they were cut.
    pub(super) text: String,
    /// The bytes of the text in which each of the spans asked for appears.
    pub(super) marks: Vec<Range<usize>>,
    /// How many columns are left of the room beside the last of the marks.
    pub(super) beside: usize,
    /// Whether it is the whole line.
    pub(super) is_whole: bool,
}

/// Some characters of one line.
struct Stretch {
    bytes: Range<usize>,
    columns: usize,
    /// Whether it goes on to where it should.
    complete: bool,
}

impl Stretch {
    /// The columns it fills together with what says that it was cut.
    fn with_cut(&self) -> usize {
        self.columns + if self.complete { 0 } else { CUT_COLUMNS }
    }
}

/// The part of a line that `spans` begin in, with as much around them as `room` columns have;
/// of spans that are longer than that, or than the line, how they begin. What stands before
/// them is cut to leave `beside` columns free after the last of them, if that can be.
///
/// None if there is more than one span and they are not all on one line, or too far apart.
pub(super) fn excerpt(
    text: &str,
    spans: &[Range<usize>],
    room: usize,
    beside: usize,
) -> Option<Excerpt> {
    let whole = |offset: usize| text.floor_char_boundary(offset);
    let spans: Vec<_> = spans
        .iter()
        .map(|span| whole(span.start)..whole(span.end))
        .collect();
    let start = spans.iter().map(|span| span.start).min()?;
    let last = spans.iter().map(|span| span.start).max()?;
    let end = spans.iter().map(|span| span.end).max()?;
    let covered = forward(text, start..end, room.saturating_sub(2 * CUT_COLUMNS));
    if spans.len() > 1 && (!covered.complete || covered.bytes.end < last) {
        return None;
    }
    let (left, right) = around(text, &covered, room, beside);
    Some(drawn(text, &spans, &covered, &left, &right, room))
}

/// What stands before and after `covered` and has room beside it.
fn around(text: &str, covered: &Stretch, room: usize, beside: usize) -> (Stretch, Stretch) {
    let start = covered.bytes.start;
    let rest = covered.bytes.end..text.len();
    let free = room.saturating_sub(covered.columns);
    let left = backward(text, start, free);
    let right = if covered.complete {
        forward(text, rest.clone(), free)
    } else {
        Stretch {
            bytes: rest.start..rest.start,
            columns: 0,
            complete: false,
        }
    };
    let whole = left.complete && right.complete && left.columns + right.columns <= free;
    if whole && left.columns + beside <= free {
        return (left, right);
    }
    // As much on one side as on the other, unless there is not as much.
    let fair = (free / 2).max(free.saturating_sub(right.with_cut()));
    let fair = fair.min(free.saturating_sub(beside));
    let left = if left.with_cut() <= fair {
        left
    } else {
        let cut = backward(text, start, fair.saturating_sub(CUT_COLUMNS));
        Stretch {
            complete: false,
            ..cut
        }
    };
    let free = free.saturating_sub(left.with_cut());
    let right = if right.with_cut() <= free || !covered.complete {
        right
    } else {
        forward(text, rest, free.saturating_sub(CUT_COLUMNS))
    };
    (left, right)
}

fn drawn(
    text: &str,
    spans: &[Range<usize>],
    covered: &Stretch,
    left: &Stretch,
    right: &Stretch,
    room: usize,
) -> Excerpt {
    let ends_at = |span: &Range<usize>| span.end.min(covered.bytes.end).max(span.start);
    let mut stops: Vec<usize> = spans
        .iter()
        .flat_map(|span| [span.start, ends_at(span)])
        .chain([covered.bytes.end, right.bytes.end])
        .collect();
    stops.sort_unstable();
    let mut shown = if left.complete { "" } else { CUT }.to_owned();
    let mut from = left.bytes.start;
    let mut places = Vec::with_capacity(stops.len());
    for stop in stops {
        shown += &escaped(text, from..stop);
        from = stop;
        places.push((stop, shown.len()));
    }
    let place = |offset: usize| {
        let found = places.iter().find(|(stop, _)| *stop == offset);
        found.map_or(0, |(_, place)| *place)
    };
    let marks: Vec<_> = spans
        .iter()
        .map(|span| place(span.start)..place(ends_at(span)))
        .collect();
    let end = marks.iter().map(|mark| mark.end).max().unwrap_or_default();
    // Where nothing is marked, the place after it is.
    let nothing = usize::from(marks.iter().all(Range::is_empty));
    let beside = room.saturating_sub(columns_of(&shown[..end]) + nothing);
    if !right.complete {
        shown += CUT;
    }
    Excerpt {
        text: shown,
        marks,
        beside,
        is_whole: left.complete && right.complete,
    }
}

/// The characters of a range that are on its first line and fill no more than `limit` columns.
/// It is complete where the range or the line ends.
fn forward(text: &str, range: Range<usize>, limit: usize) -> Stretch {
    let rest = &text[range.clone()];
    let mut columns = 0;
    let mut end = range.start;
    let mut complete = true;
    for (at, c) in rest.char_indices() {
        if c == '\n' || (c == '\r' && ends_line(&text[range.start + at + 1..])) {
            break;
        }
        let width = columns_at(text, range.start + at, c);
        if columns + width > limit {
            complete = false;
            break;
        }
        columns += width;
        end = range.start + at + c.len_utf8();
    }
    Stretch {
        bytes: range.start..end,
        columns,
        complete,
    }
}

/// The characters before `end` that are on its line and fill no more than `limit` columns.
fn backward(text: &str, end: usize, limit: usize) -> Stretch {
    let mut columns = 0;
    let mut start = end;
    let mut complete = true;
    for (at, c) in text[..end].char_indices().rev() {
        if c == '\n' {
            break;
        }
        let width = columns_at(text, at, c);
        if columns + width > limit {
            complete = false;
            break;
        }
        columns += width;
        start = at;
    }
    Stretch {
        bytes: start..end,
        columns,
        complete,
    }
}

/// Says whether a carriage return before this belongs to the end of the line.
fn ends_line(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('\n')
}

/// The columns that a text fills; it must be safe to show.
pub(super) fn columns_of(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// The columns that a character of a text fills when it is shown.
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
