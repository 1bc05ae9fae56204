//! Breaking styled text into lines: a style ends with its line and goes on in the next one, so that
//! lines can stand side by side in a table.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What ends all styles.
const RESET: &str = "\u{1b}[0m";

/// A line with no more room than this is left as it is: a letter behind a blank would look odd.
const MIN_ROOM: usize = 2;

/// The lines of a text, none wider than `width` unless a letter is. Lines break at blanks, and
/// inside words that are wider than a line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in split(text, '\n') {
        if seen_width(&line) <= width {
            lines.push(line);
        } else {
            lines.append(&mut broken(&line, width));
        }
    }
    lines
}

/// The width of what is seen of a text.
pub(super) fn seen_width(text: &str) -> usize {
    parts(text)
        .filter(|part| !is_style(part))
        .map(UnicodeWidthStr::width)
        .sum()
}

/// The text in parts: escape sequences, and what is seen between them.
fn parts(text: &str) -> impl Iterator<Item = &str> {
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

fn is_style(part: &str) -> bool {
    part.starts_with('\u{1b}')
}

/// Adds to the `styles` that are on, or ends them.
fn switch(styles: &mut String, style: &str) {
    if style == RESET {
        styles.clear();
    } else {
        styles.push_str(style);
    }
}

/// The pieces between delimiters, each with the styles that are on in it.
fn split(text: &str, delimiter: char) -> Vec<String> {
    let mut on = String::new();
    let piece = |piece: &str| {
        let mut styled = format!("{on}{piece}");
        for style in parts(piece).filter(|part| is_style(part)) {
            switch(&mut on, style);
        }
        if !on.is_empty() {
            styled.push_str(RESET);
        }
        styled
    };
    text.split(delimiter).map(piece).collect()
}

/// The lines of a text that is too wide for one.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = Lines {
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

/// Lines that are filled with words.
struct Lines {
    width: usize,
    ended: Vec<String>,
    line: String,
    /// The width of the line so far.
    length: usize,
}

impl Lines {
    fn add(&mut self, mut word: String) {
        while let Some(rest) = self.add_start(&word) {
            word = rest;
        }
    }

    /// Adds as much of a word as the line takes; gives back what has to go on the next one.
    fn add_start(&mut self, word: &str) -> Option<String> {
        let length = seen_width(word);
        let gap = usize::from(!self.line.is_empty());
        let room = self.width.saturating_sub(self.length + gap);
        if length <= room {
            self.push(gap, word, length);
            if self.length > self.width.saturating_sub(MIN_ROOM) {
                self.end_line();
            }
            return None;
        }
        let is_breakable = length > self.width && (gap == 0 || room > MIN_ROOM);
        if !is_breakable {
            self.end_line();
            return Some(word.to_owned());
        }
        let (start, rest) = cut(word, room);
        // A letter that is wider than a line has one of its own.
        let (start, rest) = if start.is_empty() && gap == 0 {
            (word.to_owned(), String::new())
        } else {
            (start, rest)
        };
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

/// A word in two, the first as wide as the room.
fn cut(word: &str, room: usize) -> (String, String) {
    let mut styles = String::new();
    let mut start = String::new();
    let mut is_styled = false;
    let (mut at, mut end, mut length) = (0, 0, 0);
    'parts: for part in parts(word) {
        if is_style(part) {
            switch(&mut styles, part);
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
    start.push_str(&word[..end]);
    if is_styled {
        start.push_str(RESET);
    }
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
    fn keeps_lines_that_fit_as_they_are() {
        assert_eq!(wrap("  a  b \n\nc", 8), ["  a  b ", "", "c"]);
    }
}
