//! Lists of sessions, one row each: a table for people, JSON and CSV for programs.
//!
//! A row is drawn alone, as soon as it is known, so the widths of columns follow from that of the
//! canvas and never from the rows.

mod closing;
mod fields;
mod fit;
mod table;

use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

pub use self::closing::ListCounts;
use self::fields::cells;
use self::table::ListTable;
use super::csv::{Cell, CsvWriter};
use super::json::write_line;
use super::{Canvas, Zone};
use crate::archive::{Column, SessionField, SessionRow};

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ListFormat {
    /// A table, for people
    Table,
    /// One JSON object per line for each session
    Json,
    /// Comma-separated values with a header
    Csv,
}

/// What is listed.
#[derive(Debug, Clone, Default)]
pub struct ListOptions {
    /// The columns that were chosen; if there are none, the usual ones are listed.
    pub columns: Vec<Column>,
    /// Whether signatures are checked.
    pub has_verdicts: bool,
    /// The columns of the longest name of an input, unless there is one with several files.
    pub longest_name: Option<usize>,
    /// Whether CSV holds texts as they are, although a spreadsheet or a terminal may obey them.
    pub is_raw: bool,
}

/// A list of sessions in some format.
#[derive(Debug)]
pub struct List(Drawing);

#[derive(Debug)]
enum Drawing {
    Table(ListTable),
    Json(Vec<Column>, Zone),
    Csv(Vec<Column>, Zone, bool),
}

impl List {
    /// A list, of which a table fits onto the canvas.
    pub fn new(format: ListFormat, options: &ListOptions, canvas: &Canvas) -> Self {
        let (columns, zone) = (for_programs(&options.columns), canvas.zone.clone());
        Self(match format {
            ListFormat::Table => Drawing::Table(ListTable::new(options, canvas)),
            ListFormat::Json => Drawing::Json(columns, zone),
            ListFormat::Csv => Drawing::Csv(columns, zone, options.is_raw),
        })
    }

    /// The fields that rows must have.
    pub fn fields(&self) -> Vec<SessionField> {
        let field = |column: Column| match column {
            Column::Field(field) => Some(field),
            _ => None,
        };
        match &self.0 {
            Drawing::Table(table) => table.columns().filter_map(field).collect(),
            Drawing::Json(columns, _) | Drawing::Csv(columns, ..) => {
                columns.iter().copied().filter_map(field).collect()
            }
        }
    }

    /// Writes what comes before the first row.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn begin(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.0 {
            Drawing::Table(table) => table.begin(out),
            Drawing::Json(..) => Ok(()),
            Drawing::Csv(columns, ..) => {
                let keys = columns.iter().flat_map(|column| column.keys());
                record(keys.map(|key| Cell::Word(key.into())), true, out)
            }
        }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn row(&self, row: &SessionRow, out: &mut impl Write) -> io::Result<()> {
        match &self.0 {
            Drawing::Table(table) => table.row(row, out),
            Drawing::Json(columns, zone) => write_line(&Line { columns, zone, row }, out),
            Drawing::Csv(columns, zone, is_raw) => {
                let cells = columns.iter().flat_map(|column| cells(*column, row, zone));
                record(cells, *is_raw, out)
            }
        }
    }

    /// Writes the line below a table, which says what it holds. `listed` is how many rows were written.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn finish(
        &self,
        counts: &ListCounts,
        listed: usize,
        out: &mut impl Write,
    ) -> io::Result<()> {
        match &self.0 {
            Drawing::Table(table) => table.finish(counts, listed, out),
            Drawing::Json(..) | Drawing::Csv(..) => Ok(()),
        }
    }
}

/// The columns for programs: those that were chosen, or all and the id of the call.
fn for_programs(chosen: &[Column]) -> Vec<Column> {
    if !chosen.is_empty() {
        return chosen.to_vec();
    }
    let [name, kind, rest @ ..] = Column::OWN;
    let id = Column::Field(SessionField::CallId);
    [name, kind, id].into_iter().chain(rest).collect()
}

fn record<'c>(
    cells: impl IntoIterator<Item = Cell<'c>>,
    is_raw: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut writer = CsvWriter::new(out, is_raw);
    writer.write(cells)?;
    writer.finish().map(drop)
}

/// A row as a JSON object.
struct Line<'l> {
    columns: &'l [Column],
    zone: &'l Zone,
    row: &'l SessionRow,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for column in self.columns {
            for (key, cell) in column.keys().zip(cells(*column, self.row, self.zone)) {
                map.serialize_entry(key, &cell)?;
            }
        }
        map.end()
    }
}
