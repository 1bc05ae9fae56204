//! Tables that are as wide as the canvas, drawn piece by piece.
//!
//! `comfy-table` draws a table that it has in memory as a whole. A transcript may have a million
//! messages, so it is drawn in parts: every column has a fixed width, except one that takes the
//! rest, and parts with the same [`TableLayout`] line up below each other.
//!
//! The table never sees the text of a cell. It would count the columns of some scripts and of escape
//! sequences otherwise than terminals do, and then pad lines wrongly. So the text is wrapped to its
//! column here, and the table is drawn with [`StandIns`]: blocks as wide as the lines,
//! which are replaced by the lines at the end.

use std::io::{self, Write};

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, TableStyle, Width};

use super::Canvas;
use super::wrap::{is_escape, parts, visible_width, wrap};

/// The narrowest canvas with a table. Lines of a narrower one are left to the terminal to break.
pub(super) const NARROWEST_TABLE: u16 = 30;

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
        let widths: Vec<usize> = self.widths().map(usize::from).collect();
        let wrapped = |row: Vec<String>| {
            let cells = row.iter().zip(&widths);
            cells.map(|(cell, width)| fill(cell, *width)).collect()
        };
        self.rows_of_lines(rows.into_iter().map(wrapped))
    }

    /// Draws rows of cells whose lines fit into their columns.
    pub(super) fn rows_of_lines(&self, rows: impl Iterator<Item = Vec<Vec<String>>>) -> String {
        let mut table = Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width);
        let mut lines = StandIns::default();
        let widths: Vec<u16> = self.widths().collect();
        for row in rows {
            table.add_row(lines.replace(row, &widths));
        }
        for (column, width) in table.column_iter_mut().zip(widths) {
            column.set_padding((1, 0));
            // The table counts the blank before a column as part of it.
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + 1)));
        }
        lines.restore(&table.trim_fmt())
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

/// Writes names and their values as a table. On a canvas that is too narrow for one, the rows are lines
/// that the terminal breaks.
pub(super) fn write_pairs(
    name_width: u16,
    mut pairs: impl Iterator<Item = [String; 2]>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    if canvas.width >= NARROWEST_TABLE {
        let layout = TableLayout::new(canvas.width, &[name_width, 0]);
        let rows = pairs.map(Vec::from).collect();
        return writeln!(out, "{}", layout.rows(rows));
    }
    pairs.try_for_each(|pair| writeln!(out, " {}", pair.join(": ")))
}

/// The lines of a text in a column.
pub(super) fn fill(text: &str, width: usize) -> Vec<String> {
    let lines = wrap(text, width).into_iter();
    lines.map(without_command).collect()
}

/// A line that no CI system obeys: on GitHub, `::` at its start is a command, and a text may have been
/// broken in front of one.
pub(super) fn without_command(line: String) -> String {
    let is_blank = |part: &&str| is_escape(part) || part.trim_start().is_empty();
    let mut at: usize = parts(&line).take_while(is_blank).map(str::len).sum();
    let rest = &line[at..];
    at += rest.len() - rest.trim_start().len();
    if !line[at..].starts_with("::") {
        return line;
    }
    format!("{}\\u{{3a}}{}", &line[..at], &line[at + 1..])
}

/// The lines of a table's cells, from left to right and down, while blocks stand in for them.
#[derive(Default)]
struct StandIns(Vec<String>);

impl StandIns {
    const BLOCK: char = '█';

    /// Takes the lines of a row's cells, and returns cells with a block for each line.
    fn replace(&mut self, cells: Vec<Vec<String>>, widths: &[u16]) -> Vec<Cell> {
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let mut blocks = vec![Vec::new(); cells.len()];
        let mut cells: Vec<_> = cells.into_iter().map(Vec::into_iter).collect();
        for _ in 0..height {
            let columns = cells.iter_mut().zip(&mut blocks).zip(widths);
            for ((lines, blocks), width) in columns {
                blocks.extend(lines.next().map(|line| self.block(line, *width)));
            }
        }
        let cells = blocks.iter().map(|blocks| blocks.join("\n"));
        cells.map(Cell::new_owned).collect()
    }

    /// Takes a line, and returns the block for it.
    fn block(&mut self, mut line: String, width: u16) -> String {
        let length = visible_width(&line);
        // A line of characters that fill no columns needs a place, too.
        let columns = length.clamp(usize::from(!line.is_empty()), usize::from(width.max(1)));
        if columns > 0 {
            line += &" ".repeat(columns.saturating_sub(length));
            self.0.push(line);
        }
        Self::BLOCK.to_string().repeat(columns)
    }

    /// Puts the lines in the places of their blocks.
    fn restore(self, table: &str) -> String {
        let mut lines = self.0.into_iter();
        let mut restored = String::with_capacity(2 * table.len());
        let mut rest = table;
        while let Some(start) = rest.find(Self::BLOCK) {
            let (before, blocks) = rest.split_at(start);
            restored += before;
            restored.extend(lines.next());
            rest = blocks.trim_start_matches(Self::BLOCK);
        }
        restored + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_is_cut_between_letters() {
        let word = "👨‍👩‍👧x".repeat(200);
        let cell = format!("a\nshort \u{1b}[36m{word}\u{1b}[0m end");
        let sheet = TableLayout::new(1 + 3 + 1 + 10, &[3, 0]);
        let drawn = sheet.rows(vec![vec!["1".to_owned(), cell]]);
        let lines: Vec<&str> = drawn.lines().collect();
        // Three families and three letters fill nine columns of ten.
        let styled = |families| format!("\u{1b}[36m{}\u{1b}[0m", "👨‍👩‍👧x".repeat(families));
        let first = [
            " 1   a".to_owned(),
            format!("     short {}", styled(1)),
            format!("     {}", styled(3)),
        ];
        assert_eq!(lines[..3], first);
        assert_eq!(lines.len(), 2 + 199_usize.div_ceil(3));
        let last = format!("     {} end", styled(1));
        assert_eq!(lines[lines.len() - 1], last);
    }

    #[test]
    fn lines_that_are_empty_or_fill_no_columns_keep_their_place() {
        let layout = TableLayout::new(7, &[1, 0]);
        let cells = ["a\n\nb", "\n\u{301}\n請xy"].map(str::to_owned);
        let drawn = layout.rows(vec![cells.to_vec()]);
        assert_eq!(
            drawn.lines().collect::<Vec<_>>(),
            [" a", "   \u{301} ", " b 請xy"]
        );
    }
}
