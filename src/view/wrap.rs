//! Wrapping styled text: breaking it into lines that can stand side by side in a table, or below
//! each other in a paragraph.
//!
//! In a table, the next character on the screen after a line of a cell belongs to the next cell.
//! So a style must end with its line and start again in the next one. [`wrap`] does this in two
//! steps: it splits the text at line breaks, then each line that is too wide at its blanks, and
//! every piece carries the styles that are on where it starts. Words that are wider than a line
//! are cut between letters (grapheme clusters), never inside one.
//!
//! Only the escape sequences of [`Theme`](super::Theme) occur here: text from strangers is escaped
//! before it is styled.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Ends all styles.
const RESET: &str = "\u{1b}[0m";

/// A word is not cut to fill a line that has at most this many columns left: one or two letters
/// of a word at the end of a line look odd.
const MIN_ROOM: usize = 2;

/// Breaks a text into lines of at most `width` columns, unless a single letter is wider. Lines
/// break at blanks, and inside words that are wider than a line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in split(text, '\n') {
        if visible_width(&line) <= width {
            lines.push(line);
        } else {
            lines.append(&mut broken(&line, width));
        }
    }
    lines
}

/// The fewest columns that [`hanging`] gives to words, however narrow the canvas.
const MIN_WORDS: usize = 20;

/// Breaks words into lines of at most `width` columns: the first after `start`, the others indented
/// by `indent` columns.
pub(super) fn hanging(start: &str, indent: usize, words: &str, width: usize) -> Vec<String> {
    let taken = indent.max(visible_width(start));
    let mut lines = wrap(words, width.saturating_sub(taken).max(MIN_WORDS));
    for (number, line) in lines.iter_mut().enumerate() {
        let before = if number == 0 {
            start.to_owned()
        } else {
            " ".repeat(indent)
        };
        line.insert_str(0, &before);
    }
    lines
}

/// The columns that a text fills; escape sequences fill none.
pub(super) fn visible_width(text: &str) -> usize {
    parts(text)
        .filter(|part| !is_style(part))
        .map(UnicodeWidthStr::width)
        .sum()
}

/// Splits a text into escape sequences and the visible text between them.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = match rest.find('\u{1b}') {
            Some(0) => rest.find('m').map_or(rest.len(), |end| end + 1),
            Some(start) => start,
            None => rest.len(),
        };
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part).filter(|part| !part.is_empty())
    })
}

/// Whether a part is an escape sequence.
pub(super) fn is_style(part: &str) -> bool {
    part.starts_with('\u{1b}')
}

/// Applies an escape sequence to the `styles` that are on.
fn apply(styles: &mut String, style: &str) {
    if style == RESET {
        styles.clear();
    } else {
        styles.push_str(style);
    }
}

/// Splits a text at a delimiter; every piece starts and ends the styles that are on in it.
fn split(text: &str, delimiter: char) -> Vec<String> {
    let mut styles = String::new();
    let piece = |piece: &str| {
        let mut whole = format!("{styles}{piece}");
        for style in parts(piece).filter(|part| is_style(part)) {
            apply(&mut styles, style);
        }
        if !styles.is_empty() {
            whole.push_str(RESET);
        }
        whole
    };
    text.split(delimiter).map(piece).collect()
}

/// Breaks a line that is too wide.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = LineFiller {
        width,
        ended: Vec::new(),
        line: String::new(),
        length: 0,
    };
    for word in split(text, ' ') {
        lines.add(word);
    }
    if !lines.line.is_empty() {
        lines.end_line();
    }
    lines.ended
}

/// Fills lines word by word.
struct LineFiller {
    width: usize,
    ended: Vec<String>,
    line: String,
    /// The columns that the line fills so far.
    length: usize,
}

impl LineFiller {
    fn add(&mut self, mut word: String) {
        while let Some(rest) = self.add_start(&word) {
            word = rest;
        }
    }

    /// Adds as much of a word as fits on the line; returns the rest, for the next line.
    fn add_start(&mut self, word: &str) -> Option<String> {
        let length = visible_width(word);
        let gap = usize::from(!self.line.is_empty());
        let room = self.width.saturating_sub(self.length + gap);
        if length <= room {
            self.push(gap, word, length);
            if self.length > self.width.saturating_sub(MIN_ROOM) {
                self.end_line();
            }
            return None;
        }
        if length > self.width && (gap == 0 || room > MIN_ROOM) {
            return self.add_cut(gap, word, room);
        }
        self.end_line();
        Some(word.to_owned())
    }

    /// Adds the start of a word that is wider than a line, and ends the line.
    fn add_cut(&mut self, gap: usize, word: &str, room: usize) -> Option<String> {
        let (mut start, mut rest) = cut(word, room);
        // A letter that is wider than an empty line fits nowhere: it gets this line.
        if start.is_empty() && gap == 0 {
            (start, rest) = (word.to_owned(), String::new());
        }
        self.push(gap, &start, room);
        self.end_line();
        Some(rest).filter(|rest| !rest.is_empty())
    }

    fn push(&mut self, gap: usize, word: &str, length: usize) {
        self.line.push_str(&" ".repeat(gap));
        self.line.push_str(word);
        self.length += gap + length;
    }

    fn end_line(&mut self) {
        self.ended.push(std::mem::take(&mut self.line));
        self.length = 0;
    }
}

/// Cuts a word in two, the first part at most `room` columns wide. The first part ends the styles
/// that are on at the cut, the second part starts them again.
fn cut(word: &str, room: usize) -> (String, String) {
    let mut styles = String::new();
    let mut is_styled = false;
    let (mut at, mut end, mut length) = (0, 0, 0);
    'parts: for part in parts(word) {
        if is_style(part) {
            apply(&mut styles, part);
            at += part.len();
            continue;
        }
        for letter in part.graphemes(true) {
            length += letter.width();
            if length > room {
                break 'parts;
            }
            at += letter.len();
            (end, is_styled) = (at, !styles.is_empty());
        }
    }
    let reset = if is_styled { RESET } else { "" };
    let start = format!("{}{reset}", &word[..end]);
    (start, format!("{styles}{}", &word[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_ends_with_its_line_and_goes_on_in_the_next() {
        let text = "\u{1b}[1mone two\nthreefour\u{1b}[0m 五六七";
        let lines = [
            "\u{1b}[1mone\u{1b}[0m",
            "\u{1b}[1mtwo\u{1b}[0m",
            "\u{1b}[1mthree\u{1b}[0m",
            "\u{1b}[1mfour\u{1b}[0m",
            "五六",
            "七",
        ];
        assert_eq!(wrap(text, 5), lines);
    }

    #[test]
    fn a_letter_that_is_wider_than_a_line_has_its_own() {
        assert_eq!(wrap("五六", 1), ["五六"]);
    }

    #[test]
    fn words_hang_below_the_start_of_a_paragraph() {
        let lines = hanging("  ", 4, "one two three four five six seven", 24);
        assert_eq!(lines, ["  one two three four", "    five six seven"]);
        assert_eq!(hanging("note: ", 6, "", 24), ["note: "]);
    }

    #[test]
    fn keeps_lines_that_fit_as_they_are() {
        assert_eq!(wrap("  a  b \n\nc", 8), ["  a  b ", "", "c"]);
    }
}
