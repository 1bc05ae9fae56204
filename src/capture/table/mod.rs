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
use super::search::read_row;

/// Reads every row.
pub(super) fn read(reader: &mut EntryReader<'_, '_>) {
    read_with(&usual_name, reader);
}

/// Reads every row. `key` gives the name by which the search knows a column, as in
/// [`Columns::named`].
fn read_with(key: &dyn Fn(&str) -> String, reader: &mut EntryReader<'_, '_>) {
    let text = reader.record.bytes;
    let dialect = Dialect::of(text);
    let mut rows = Rows::new(text, dialect.cells);
    let mut columns = Columns::default();
    if dialect.has_header {
        match rows.next() {
            Some(Ok(row)) => {
                columns = Columns::named(row.cells(), key);
            }
            Some(Err(fault)) => return reader.problem(Some(fault.place), fault.message),
            None => {}
        }
    }
    read_rows(rows, columns, reader);
}

/// Reads the rows after the header. Lines after a broken row may be the rest of it, so what is
/// broken there is not reported again.
fn read_rows(rows: Rows<'_>, mut columns: Columns, reader: &mut EntryReader<'_, '_>) {
    let mut object = String::new();
    let mut is_after_broken = false;
    for (index, row) in rows.enumerate() {
        let row = row.and_then(|row| fits(row, &columns));
        match row {
            Ok(row) => {
                if columns.are_unknown() {
                    columns = Columns::of_row(row.cells()).unwrap_or_default();
                }
                object.clear();
                columns.write_object(row.cells(), &mut object);
                let column = |key: &str| columns.written(key);
                read_row(&object, index + 1, row.place, column, reader);
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
