//! Tables that are as wide as the canvas, drawn piece by piece.
//!
//! Every column but one has a width of its own and that one takes the rest. So a table's parts can
//! be drawn one after another and still line up, however many rows there are.

use comfy_table::{
    Cell, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle,
    Width,
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Words of more bytes than this are broken before the table wraps them: it would take a time that
/// grows with the square of their length.
const LONG_WORD: usize = 512;
const SIDES: ContentLineStyle = ContentLineStyle::new('│', '│', '│');

/// The widths of a table's columns.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    width: u16,
    columns: Vec<u16>,
}

impl Sheet {
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
        let mut style = TableStyle::new().header_lines(SIDES).content_lines(SIDES);
        if apart {
            style = style.row_separator(LineStyle::new('├', '╌', '┼', '┤'));
        }
        let mut table = Table::new();
        table
            .force_no_tty()
            .load_style(style)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width);
        for row in rows {
            let cells = row.into_iter().zip(self.widths());
            table
                .add_row(cells.map(|(cell, width)| Cell::new_owned(break_long_words(cell, width))));
        }
        for (column, width) in table.column_iter_mut().zip(self.widths()) {
            // The width of a column counts a blank on either side.
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + 2)));
        }
        table.to_string()
    }

    fn rule(&self, left: char, junction: char, right: char) -> String {
        let dashes: Vec<_> = self
            .widths()
            .map(|width| "─".repeat(usize::from(width) + 2))
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

/// Puts each long word on lines of its own, all of the width of their column.
fn break_long_words(cell: String, width: u16) -> String {
    if cell.split([' ', '\n']).all(|word| word.len() <= LONG_WORD) {
        return cell;
    }
    let mut broken = String::with_capacity(cell.len() + cell.len() / usize::from(width));
    for word in cell.split_inclusive([' ', '\n']) {
        if word.len() <= LONG_WORD {
            broken.push_str(word);
            continue;
        }
        if !broken.is_empty() && !broken.ends_with('\n') {
            broken.push('\n');
        }
        break_word(word, usize::from(width), &mut broken);
    }
    broken
}

/// Adds a word in lines of at most `width` columns; what sets colours has no width.
fn break_word(word: &str, width: usize, broken: &mut String) {
    let mut column = 0;
    let mut sets_colour = false;
    for grapheme in word.graphemes(true) {
        sets_colour |= grapheme == "\u{1b}";
        let columns = if sets_colour { 0 } else { grapheme.width() };
        if column > 0 && column + columns > width {
            broken.push('\n');
            column = 0;
        }
        column += columns;
        broken.push_str(grapheme);
        sets_colour &= grapheme != "m";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_takes_lines_of_its_own() {
        let word = "👨‍👩‍👧x".repeat(200);
        let cell = format!("a\nshort \u{1b}[36m{word}\u{1b}[0m end");
        let sheet = Sheet::new(10 + 3 + 3 + 3 + 1, &[3, 0]);
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
