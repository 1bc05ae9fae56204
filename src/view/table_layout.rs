//! Tables that are as wide as the canvas, drawn piece by piece.
//!
//! Every column but one has a width of its own and that one takes the rest. So a table's parts can
//! be drawn one after another and still line up, however many rows there are.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::wrap::{seen_width, wrap};

/// The longest word, in bytes, that is left to the table to break: the time that takes grows with
/// the square.
const MAX_WORD: usize = 1000;

/// The widths of a table's columns.
#[derive(Debug, Clone)]
pub(super) struct TableLayout {
    width: u16,
    columns: Vec<u16>,
}

impl TableLayout {
    /// A table `width` columns wide, with columns of these widths; that of width 0 takes the rest.
    pub(super) fn new(width: u16, columns: &[u16]) -> Self {
        Self {
            width,
            columns: columns.to_vec(),
        }
    }

    /// The line above everything.
    pub(super) fn top(&self) -> String {
        self.rule('╭', '┬', '╮')
    }

    /// The line below everything.
    pub(super) fn bottom(&self) -> String {
        self.rule('╰', '┴', '╯')
    }

    /// A line across the table.
    pub(super) fn divider(&self) -> String {
        self.rule('├', '┼', '┤')
    }

    /// A line across the table with words in it.
    pub(super) fn titled_divider(&self, title: &str) -> String {
        let title = format!("├─ {title} ");
        let room = usize::from(self.width).saturating_sub(title.width() + 1);
        format!("{title}{}┤", "─".repeat(room))
    }

    /// Rows, with light lines between them where `apart`.
    pub(super) fn rows(&self, rows: Vec<Vec<String>>, apart: bool) -> String {
        let between = format!("{}\n", self.line('├', '╌', '┼', '┤'));
        let rows: Vec<_> = rows.into_iter().map(|cells| self.row(&cells)).collect();
        let mut drawn = rows.join(if apart { &between } else { "" });
        drawn.pop();
        drawn
    }

    /// The lines of a row, each with its end.
    fn row(&self, cells: &[String]) -> String {
        let cells = cells.iter().zip(self.widths());
        let cells: Vec<_> = cells
            .map(|(cell, width)| (wrap(&breakable(cell, width.into()), width.into()), width))
            .collect();
        let height = cells.iter().map(|(lines, _)| lines.len()).max();
        let mut drawn = String::new();
        for number in 0..height.unwrap_or_default() {
            for (lines, width) in &cells {
                let line = lines.get(number).map_or("", String::as_str);
                let rest = usize::from(*width).saturating_sub(seen_width(line));
                drawn += &format!("│ {line}{} ", " ".repeat(rest));
            }
            drawn += "│\n";
        }
        drawn
    }

    fn rule(&self, left: char, junction: char, right: char) -> String {
        self.line(left, '─', junction, right)
    }

    fn line(&self, left: char, dash: char, junction: char, right: char) -> String {
        let dash = dash.to_string();
        let dashes: Vec<_> = self
            .widths()
            .map(|width| dash.repeat(usize::from(width) + 2))
            .collect();
        format!("{left}{}{right}", dashes.join(&junction.to_string()))
    }

    fn widths(&self) -> impl Iterator<Item = u16> {
        let fixed: u16 = self.columns.iter().sum();
        let count = u16::try_from(self.columns.len()).unwrap_or(u16::MAX);
        let rest = self.width.saturating_sub(fixed + 3 * count + 1).max(1);
        self.columns
            .iter()
            .map(move |width| if *width == 0 { rest } else { *width })
    }
}

/// The text of a cell without words that the table would break badly.
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

/// Says whether one of the letters takes more columns than there are: in some scripts a letter can
/// go on for ever, and the table would break a style in front of it.
fn has_wider_letter(word: &str, width: usize) -> bool {
    let mut letters = word.graphemes(true);
    word.len() > width && !word.is_ascii() && letters.any(|letter| letter.width() > width)
}

/// The word in pieces as wide as the column, with blanks between them: a line each.
fn broken(word: &str, width: usize) -> String {
    let mut pieces = String::with_capacity(word.len() + word.len() / 8);
    let mut room = width;
    let mut is_style = false;
    for letter in word.graphemes(true) {
        is_style |= letter == "\u{1b}";
        if is_style || matches!(letter, " " | "\n") {
            pieces.push_str(letter);
            is_style &= !letter.starts_with('m');
            continue;
        }
        let mut add = |part: &str| {
            if part.width() > room {
                pieces.push(' ');
                room = width;
            }
            pieces.push_str(part);
            room = room.saturating_sub(part.width());
        };
        if letter.width() > width {
            letter.chars().for_each(|c| add(c.encode_utf8(&mut [0; 4])));
        } else {
            add(letter);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_takes_lines_of_its_own() {
        let word = "👨‍👩‍👧x".repeat(200);
        let cell = format!("a\nshort \u{1b}[36m{word}\u{1b}[0m end");
        let sheet = TableLayout::new(10 + 3 + 3 + 3 + 1, &[3, 0]);
        let drawn = sheet.rows(vec![vec!["1".to_owned(), cell]], false);
        let lines: Vec<&str> = drawn.lines().collect();
        // Three families and three letters fill nine columns of ten.
        let full = format!("│     │ \u{1b}[36m{}\u{1b}[0m  │", "👨‍👩‍👧x".repeat(3));
        assert_eq!(
            lines[..3],
            [
                "│ 1   │ a          │",
                "│     │ short      │",
                full.as_str()
            ]
        );
        assert_eq!(lines.len(), 2 + 200_usize.div_ceil(3));
        assert_eq!(
            lines[lines.len() - 1]
                .replace("\u{1b}[36m", "")
                .replace("\u{1b}[0m", ""),
            "│     │ 👨‍👩‍👧x👨‍👩‍👧x end │"
        );
    }
}
