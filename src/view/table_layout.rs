//! Tables that are as wide as the canvas, drawn piece by piece.
//!
//! `comfy-table` draws a table that it has in memory as a whole. A transcript may have a million
//! messages, so it is drawn in parts: every column has a fixed width, except one that takes the
//! rest, and parts with the same [`TableLayout`] line up below each other.
//!
//! Two things are done before the table sees a cell. Its text is wrapped to the column by
//! [`wrap`], with words that the table would break badly or slowly already in pieces
//! ([`breakable`]). And its styles are hidden from the table ([`HiddenStyles`]), which would count
//! escape sequences as text.

use std::borrow::Cow;

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, TableStyle, Width};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::wrap::{is_style, parts, wrap};

/// The longest word, in bytes, that is left to [`wrap`] to break, because the time for it grows
/// with the square of the length.
const MAX_WORD: usize = 1000;

/// The widths of a table's columns.
#[derive(Debug, Clone)]
pub(super) struct TableLayout {
    width: u16,
    columns: Vec<u16>,
}

impl TableLayout {
    /// A table that fills `width` columns of the screen, with columns of these widths. The column
    /// of width 0 takes the rest.
    pub(super) fn new(width: u16, columns: &[u16]) -> Self {
        Self {
            width,
            columns: columns.to_vec(),
        }
    }

    /// Draws rows of cells. Only blanks separate the columns: lines would be brighter than the words
    /// between them.
    pub(super) fn rows(&self, rows: Vec<Vec<String>>) -> String {
        let mut table = Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width);
        let mut styles = HiddenStyles::default();
        for row in rows {
            let cells = row.iter().zip(self.widths());
            let cells = cells.map(|(cell, width)| {
                let lines = fill(cell, usize::from(width));
                Cell::new_owned(styles.hide(&lines.join("\n")))
            });
            table.add_row(cells);
        }
        for (column, width) in table.column_iter_mut().zip(self.widths()) {
            column.set_padding((1, 0));
            // The table counts the blank before a column as part of it.
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + 1)));
        }
        styles.show(&table.trim_fmt())
    }

    /// The columns that are left for the column of width 0.
    pub(super) fn rest(&self) -> usize {
        let fixed: u16 = self.columns.iter().sum();
        let count = u16::try_from(self.columns.len()).unwrap_or(u16::MAX);
        usize::from(
            self.width
                .saturating_sub(fixed.saturating_add(count))
                .max(1),
        )
    }

    fn widths(&self) -> impl Iterator<Item = u16> {
        let rest = u16::try_from(self.rest()).unwrap_or(u16::MAX);
        let widths = self.columns.iter();
        widths.map(move |width| if *width == 0 { rest } else { *width })
    }
}

/// The lines of a text in a column: as wide as the column, if nothing in it is wider.
pub(super) fn fill(text: &str, width: usize) -> Vec<String> {
    let lines = wrap(&breakable(text, width), width);
    lines.into_iter().map(without_command).collect()
}

/// A line that no CI system obeys: on GitHub, `::` at its start is a command, and a text may have been
/// broken in front of one.
fn without_command(line: String) -> String {
    let is_blank = |part: &&str| is_style(part) || part.trim_start().is_empty();
    let mut at: usize = parts(&line).take_while(is_blank).map(str::len).sum();
    let rest = &line[at..];
    at += rest.len() - rest.trim_start().len();
    if !line[at..].starts_with("::") {
        return line;
    }
    format!("{}\\u{{3a}}{}", &line[..at], &line[at + 1..])
}

/// The escape sequences of a table, hidden while the table lays out the text.
///
/// Each sequence becomes its number, written in four characters that have no width. Text from
/// strangers never contains them, because it shows such characters as escapes. `comfy-table` can
/// handle escape sequences itself, but only with thirteen more crates and its own set of colours.
#[derive(Default)]
struct HiddenStyles(Vec<String>);

impl HiddenStyles {
    const DIGITS: [char; 4] = ['\u{2061}', '\u{2062}', '\u{2063}', '\u{2064}'];
    const END: char = '\u{2060}';

    fn hide(&mut self, text: &str) -> String {
        let mut hidden = String::with_capacity(text.len());
        for part in parts(text) {
            if is_style(part) {
                hidden.extend(self.digits_of(part));
                hidden.push(Self::END);
            } else {
                hidden.push_str(part);
            }
        }
        hidden
    }

    fn digits_of(&mut self, style: &str) -> impl Iterator<Item = char> {
        let known = self.0.iter().position(|known| known == style);
        let mut number = known.unwrap_or_else(|| {
            self.0.push(style.to_owned());
            self.0.len() - 1
        });
        std::iter::from_fn(move || {
            let digit = (number > 0).then(|| Self::DIGITS[number % 4]);
            number /= 4;
            digit
        })
    }

    fn show(&self, hidden: &str) -> String {
        let mut shown = String::with_capacity(hidden.len());
        let (mut number, mut place) = (0, 1);
        for character in hidden.chars() {
            let digit = Self::DIGITS.iter().position(|digit| *digit == character);
            if let Some(digit) = digit {
                number += digit * place;
                place *= 4;
            } else if character == Self::END {
                shown.push_str(self.0.get(number).map_or("", String::as_str));
                (number, place) = (0, 1);
            } else {
                shown.push(character);
            }
        }
        shown
    }
}

/// The text of a cell, with pieces instead of words that are too long or have letters that are
/// too wide for [`wrap`].
fn breakable(cell: &str, width: usize) -> Cow<'_, str> {
    let breaks = |word: &str| word.len() > MAX_WORD || has_wider_letter(word, width);
    if !cell.split([' ', '\n']).any(breaks) {
        return Cow::Borrowed(cell);
    }
    let words = cell.split_inclusive([' ', '\n']);
    let words = words.map(|word| {
        if breaks(word) {
            broken(word, width)
        } else {
            word.into()
        }
    });
    Cow::Owned(words.collect())
}

/// Whether a letter of the word is wider than the column: in some scripts a letter can be of any
/// length, and the table would break a style in front of it.
fn has_wider_letter(word: &str, width: usize) -> bool {
    let mut letters = word.graphemes(true);
    word.len() > width && !word.is_ascii() && letters.any(|letter| letter.width() > width)
}

/// Breaks a word into pieces that are as wide as the column, with blanks between them, so that
/// each piece gets a line of its own. A letter that is wider than the column is broken, too.
fn broken(word: &str, width: usize) -> String {
    let mut pieces = Pieces {
        text: String::with_capacity(word.len() + word.len() / 8),
        width,
        room: width,
    };
    let mut is_style = false;
    for letter in word.graphemes(true) {
        is_style |= letter == "\u{1b}";
        if is_style || matches!(letter, " " | "\n") {
            pieces.text.push_str(letter);
            is_style &= !letter.starts_with('m');
        } else if letter.width() > width {
            let chars = letter.chars();
            chars.for_each(|c| pieces.add(c.encode_utf8(&mut [0; 4])));
        } else {
            pieces.add(letter);
        }
    }
    pieces.text
}

/// The pieces of a word, with blanks between them.
struct Pieces {
    text: String,
    width: usize,
    /// The columns that are left in the last piece.
    room: usize,
}

impl Pieces {
    fn add(&mut self, part: &str) {
        if part.width() > self.room {
            self.text.push(' ');
            self.room = self.width;
        }
        self.text.push_str(part);
        self.room = self.room.saturating_sub(part.width());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_takes_lines_of_its_own() {
        let word = "👨‍👩‍👧x".repeat(200);
        let cell = format!("a\nshort \u{1b}[36m{word}\u{1b}[0m end");
        let sheet = TableLayout::new(1 + 3 + 1 + 10, &[3, 0]);
        let drawn = sheet.rows(vec![vec!["1".to_owned(), cell]]);
        let lines: Vec<&str> = drawn.lines().collect();
        // Three families and three letters fill nine columns of ten.
        let full = format!("     \u{1b}[36m{}\u{1b}[0m", "👨‍👩‍👧x".repeat(3));
        assert_eq!(lines[..3], [" 1   a", "     short", full.as_str()]);
        assert_eq!(lines.len(), 2 + 200_usize.div_ceil(3));
        assert_eq!(
            lines[lines.len() - 1]
                .replace("\u{1b}[36m", "")
                .replace("\u{1b}[0m", ""),
            "     👨‍👩‍👧x👨‍👩‍👧x end"
        );
    }
}
