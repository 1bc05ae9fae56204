//! Tables with a row for each request: what databases, spreadsheets and proxies export.
//!
//! ```text
//! id,received_at,signature,payload
//! 42,2025-04-15 06:41:10.25+00,5e0e…,"{""callee"": …}"
//! ```
//!
//! | written by | `dialect` |
//! |---|---|
//! | `psql \copy … csv`, `sqlite3 -csv`, pandas, spreadsheets | cells between `,` `;` `\|` or tabs, in quotes where needed |
//! | `psql \copy`, `mysql --batch` | cells between tabs, with `\t`, `\n` and `\\` in them, and `\N` for null |
//! | `sqlite3 -tabs` | cells between tabs, as they are |
//! | `psql` on a screen | cells between `\|`, with blanks around them |
//! | pandas, Datasette and others, in JSON | lists of cells, or an object for each column; see `json_table` |
//!
//! A table is read as one record, but each row is read alone: a broken one hides no other. A row is
//! written as a JSON object and then searched like any JSON; see `search`. So a body may be in any
//! form that the search knows, in any column, and the header may be missing.
//!
//! The body is text, because whatever wrote the table decoded it, unless the cell holds base64 or hex.

mod columns;
mod dialect;
mod json_table;
mod rows;

use std::borrow::Cow;

use self::columns::{Columns, usual_name};
use self::dialect::Dialect;
pub(super) use self::dialect::detect;
pub(super) use self::json_table::{detect as detect_object, read as read_object};
use self::rows::{BrokenRow, Row, Rows};
use super::entry_reader::EntryReader;
use super::layout::Layout;
use super::search::{read_row, read_row_at};

/// Reads every row.
pub(super) fn read(reader: &mut EntryReader<'_, '_>) {
    read_rows(None, reader);
}

/// Reads every row at the columns that a layout names.
pub(super) fn read_at(layout: &Layout, reader: &mut EntryReader<'_, '_>) {
    read_rows(Some(layout), reader);
}

/// Reads the rows. Lines after a broken row may be the rest of it, so what is broken there is not
/// reported again.
fn read_rows(layout: Option<&Layout>, reader: &mut EntryReader<'_, '_>) {
    let text = reader.record.bytes;
    let dialect = Dialect::of(text);
    let mut rows = Rows::new(text, dialect.cells).peekable();
    let is_header = |row: &Result<Row<'_>, BrokenRow<'_>>| {
        let names_body = |row: &Row<'_>| layout.is_some_and(|it| names_body(row, it));
        dialect.has_header || row.as_ref().is_ok_and(names_body)
    };
    let mut columns = match rows.next_if(is_header) {
        Some(Ok(row)) if layout.is_some() => Columns::named(row.cells(), &str::to_owned),
        Some(Ok(row)) => Columns::named(row.cells(), &usual_name),
        Some(Err(fault)) => return reader.problem(Some(fault.place), fault.message),
        None => Columns::default(),
    };
    let mut object = String::new();
    let mut is_after_broken = false;
    for (index, row) in rows.enumerate() {
        match row.and_then(|row| fits(row, &columns)) {
            Ok(row) => {
                if columns.are_unknown() && layout.is_none() {
                    columns = Columns::of_row(row.cells()).unwrap_or_default();
                }
                object.clear();
                columns.write_object(row.cells(), &mut object);
                if let Some(layout) = layout {
                    read_row_at(&object, row.place, layout, reader);
                } else {
                    let column = |key: &str| columns.written(key);
                    read_row(&object, index + 1, row.place, column, reader);
                }
                if let Some(what) = row.fault {
                    reader.problem(Some(row.place), what);
                }
                is_after_broken = false;
            }
            Err(fault) => {
                if !is_after_broken {
                    reader.problem(Some(fault.place), fault.message);
                }
                is_after_broken = true;
            }
        }
    }
}

/// Whether one of the cells is the name of the column that holds the body.
fn names_body(row: &Row<'_>, layout: &Layout) -> bool {
    let name = layout.body.last_key();
    row.cells().any(|cell| cell.map(str::trim) == name)
}

/// The row, unless it has more cells than there are columns: then none of them is certain to be in
/// its place. A row may have fewer, if the last ones are empty.
fn fits<'t>(row: Row<'t>, columns: &Columns) -> Result<Row<'t>, BrokenRow<'t>> {
    let Some(count) = columns.count() else {
        return Ok(row);
    };
    let is_filled = |cell: &Option<Cow<'_, str>>| cell.as_ref().is_some_and(|it| !it.is_empty());
    let cells = row.cells.iter().rposition(is_filled);
    let cells = cells.map_or(0, |last| last + 1);
    if cells <= count {
        return Ok(row);
    }
    Err(BrokenRow {
        place: row.place,
        message: format!(
            "this row has {cells} cells for {count} columns: export the table again with cells in \
             quotes"
        ),
    })
}
