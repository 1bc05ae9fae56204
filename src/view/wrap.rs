//! Wrapping styled text: breaking it into lines that can stand side by side in a table, or below
//! each other in a paragraph.
//!
//! In a table, the next character on the screen after a line of a cell belongs to the next cell.
//! So styles and hyperlinks must end with their line and start again in the next one. [`wrap`] does
//! this in two steps: it splits the text at line breaks, then each line that is too wide at its
//! blanks, and every piece carries what is on where it starts. Words that are wider than a line are
//! cut between letters (grapheme clusters), and inside one only if it is wider than a line itself.
//!
//! Only the escape sequences of [`Theme`](super::Theme) and of [`link`](super::link) occur here:
//! text from strangers is escaped before it is styled.

use unicode_segmentation::UnicodeSegmentation;

use super::link;
use super::width::width;

/// Ends all styles.
const RESET: &str = "\u{1b}[0m";

/// A word is not cut to fill a line that has at most this many columns left: one or two letters
/// of a word at the end of a line look odd.
const MIN_ROOM: usize = 2;

/// Breaks a text into lines of at most `width` columns, unless a single character is wider. Lines
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

/// The columns that a text fills on a terminal; escape sequences fill none.
pub fn visible_width(text: &str) -> usize {
    let visible = parts(text).filter(|part| !is_escape(part));
    visible.map(width).sum()
}

/// Splits a text into escape sequences and the visible text between them.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = match rest.find('\u{1b}') {
            Some(0) => escape_end(rest),
            Some(start) => start,
            None => rest.len(),
        };
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part).filter(|part| !part.is_empty())
    })
}

/// The length of the escape sequence that a text starts with: a style or a hyperlink.
fn escape_end(text: &str) -> usize {
    let end = if text.starts_with(link::START) {
        link::TERMINATOR
    } else {
        "m"
    };
    text.find(end).map_or(text.len(), |at| at + end.len())
}

pub(super) fn is_escape(part: &str) -> bool {
    part.starts_with('\u{1b}')
}

/// The styles and the hyperlink that are on at a place of a text.
#[derive(Debug, Clone, Default)]
struct State<'t> {
    styles: Vec<&'t str>,
    link: Option<&'t str>,
}

impl<'t> State<'t> {
    /// Applies an escape sequence.
    fn apply(&mut self, escape: &'t str) {
        if escape == link::END {
            self.link = None;
        } else if escape.starts_with(link::START) {
            self.link = Some(escape);
        } else if escape == RESET {
            self.styles.clear();
        } else {
            self.styles.push(escape);
        }
    }

    /// Turns everything on at the start of a piece.
    fn start(&self) -> String {
        self.link.unwrap_or_default().to_owned() + &self.styles.concat()
    }

    /// Turns everything off at the end of a piece.
    fn end(&self) -> String {
        let reset = if self.styles.is_empty() { "" } else { RESET };
        let end = if self.link.is_some() { link::END } else { "" };
        format!("{reset}{end}")
    }
}

/// Splits a text at a delimiter; every piece starts and ends what is on in it.
fn split(text: &str, delimiter: char) -> Vec<String> {
    let mut state = State::default();
    let piece = |piece| {
        let start = state.start();
        parts(piece)
            .filter(|part| is_escape(part))
            .for_each(|escape| state.apply(escape));
        start + piece + &state.end()
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
        lines.add(&word);
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
    fn add(&mut self, word: &str) {
        let length = visible_width(word);
        let is_too_wide = length > self.width;
        let least = if is_too_wide { MIN_ROOM + 1 } else { length };
        if self.room() < least && !self.line.is_empty() {
            self.end_line();
        }
        if is_too_wide {
            self.add_pieces(word);
        } else {
            self.push(word, length);
        }
    }

    /// Adds a word that is wider than a line in pieces.
    fn add_pieces(&mut self, word: &str) {
        let pieces = Cutter::cut(word, self.room(), self.width);
        for (place, (piece, length)) in pieces.into_iter().enumerate() {
            if place > 0 && !self.line.is_empty() {
                self.end_line();
            }
            self.push(&piece, length);
        }
    }

    /// The columns that are left on the line for a word.
    fn room(&self) -> usize {
        self.width.saturating_sub(self.length + self.gap())
    }

    /// The columns between the last word and the next one.
    fn gap(&self) -> usize {
        usize::from(!self.line.is_empty())
    }

    fn push(&mut self, word: &str, length: usize) {
        let gap = self.gap();
        self.line.push_str(&" ".repeat(gap));
        self.line.push_str(word);
        self.length += gap + length;
        if self.length > self.width.saturating_sub(MIN_ROOM) {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.ended.push(std::mem::take(&mut self.line));
        self.length = 0;
    }
}

/// Cuts a word into pieces, each of which ends what is on at its end, and the next starts it again.
#[derive(Default)]
struct Cutter<'w> {
    /// The pieces and the columns that they fill.
    pieces: Vec<(String, usize)>,
    piece: String,
    length: usize,
    /// The columns that the piece may fill.
    room: usize,
    /// The columns that the pieces after it may fill.
    width: usize,
    /// What is on behind the last letter.
    state: State<'w>,
    /// The escape sequences since then.
    escapes: Vec<&'w str>,
}

impl<'w> Cutter<'w> {
    /// Cuts a word into a piece of at most `room` columns, and others of at most `width`.
    fn cut(word: &'w str, room: usize, width: usize) -> Vec<(String, usize)> {
        let mut cutter = Self {
            room,
            width,
            ..Self::default()
        };
        for part in parts(word) {
            if is_escape(part) {
                cutter.escapes.push(part);
            } else {
                part.graphemes(true).for_each(|letter| cutter.add(letter));
            }
        }
        cutter.piece += &cutter.escapes.concat();
        cutter.pieces.push((cutter.piece, cutter.length));
        cutter.pieces
    }

    fn add(&mut self, letter: &str) {
        let columns = width(letter);
        if columns <= self.width {
            return self.add_unbroken(letter, columns);
        }
        for (at, character) in letter.char_indices() {
            let character = &letter[at..at + character.len_utf8()];
            self.add_unbroken(character, width(character));
        }
    }

    fn add_unbroken(&mut self, letter: &str, columns: usize) {
        if self.length + columns > self.room && (self.length > 0 || self.room < self.width) {
            self.end_piece();
        }
        self.piece += &self.escapes.concat();
        self.piece += letter;
        self.length += columns;
        for escape in self.escapes.drain(..) {
            self.state.apply(escape);
        }
    }

    fn end_piece(&mut self) {
        let piece = std::mem::take(&mut self.piece) + &self.state.end();
        self.pieces.push((piece, self.length));
        for escape in self.escapes.drain(..) {
            self.state.apply(escape);
        }
        self.piece = self.state.start();
        self.length = 0;
        self.room = self.width;
    }
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
    fn a_hyperlink_ends_with_its_line_and_goes_on_in_the_next() {
        let (start, end) = ("\u{1b}]8;;https://a.example/m\u{1b}\\", link::END);
        let text = format!("see {start}\u{1b}[34mone two\u{1b}[0m{end} end");
        let lines = [
            "see".to_owned(),
            format!("{start}\u{1b}[34mone\u{1b}[0m{end}"),
            format!("{start}\u{1b}[34mtwo\u{1b}[0m{end}"),
            "end".to_owned(),
        ];
        assert_eq!(wrap(&text, 5), lines);
        let cut = [format!("{start}abcd{end}"), format!("{start}ef{end}")];
        assert_eq!(wrap(&format!("{start}abcdef{end}"), 4), cut);
    }

    #[test]
    fn a_letter_that_is_wider_than_a_line_has_its_own() {
        assert_eq!(wrap("五六", 1), ["五", "六"]);
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
