//! Tables that are as wide as the canvas, drawn piece by piece.
//!
//! Every column but one has a width of its own and that one takes the rest. So a table's parts can
//! be drawn one after another and still line up, however many rows there are.

use comfy_table::{
    Cell, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle,
    Width,
};
use unicode_width::UnicodeWidthStr;

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
            table.add_row(row.into_iter().map(Cell::new_owned).collect::<Vec<_>>());
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
