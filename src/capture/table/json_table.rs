//! Tables in JSON that name their columns once, as pandas and web interfaces of databases write them.
//!
//! ```json
//! {"columns": ["signature", "payload"], "index": [0], "data": [["5e0e…", "{…}"]]}
//! {"signature": {"0": "5e0e…"}, "payload": {"0": "{…}"}}
//! ```
//!
//! The first is `to_json(orient="split")` of pandas; Datasette has `rows` in place of `data`, others
//! `values`. The second is what `to_json` writes unless told otherwise. A list of objects, one for
//! each row, needs no reader: each object is a record of its own.

use super::super::entry_reader::EntryReader;
use super::super::json::{Object, Value};
use super::super::search::{has_body_name, has_text_name, read_row};
use super::columns::{Columns, usual_name};

/// Members that hold the rows, next to `columns`.
const ROWS: [&str; 3] = ["data", "rows", "values"];

/// Whether an object is a table.
pub(in super::super) fn detect(object: &Object<'_>) -> bool {
    rows(object).is_some() || columns(object).is_some()
}

/// Reads every row.
pub(in super::super) fn read<'a>(table: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    if let Some((names, rows)) = rows(table) {
        let names: Vec<_> = names
            .items()
            .into_iter()
            .flatten()
            .map(Value::string)
            .collect();
        let columns = Columns::named(names.iter().map(|name| name.as_deref()), &usual_name);
        for (index, row) in rows.items().into_iter().flatten().enumerate() {
            let cells: Vec<Value<'a>> = row.items().into_iter().flatten().collect();
            read_cells(&columns, index, row, cells, reader);
        }
    } else if let Some(members) = columns(table) {
        read_transposed(&members, reader);
    } else {
        reader.problem(
            Some(table.text().as_bytes()),
            "it has neither `columns` with `data` nor an object for each column",
        );
    }
}

/// The names of the columns, and the rows.
fn rows<'a>(table: &Object<'a>) -> Option<(Value<'a>, Value<'a>)> {
    let columns = table.get("columns")?;
    let first = columns.items()?.next()?;
    let rows = table.first(&ROWS)?;
    let row = rows.items()?.next();
    let are_lists = row.is_none_or(|row| row.text().starts_with('['));
    (first.is_string() && are_lists).then_some((columns, rows))
}

/// The columns of a table whose rows are numbered from 0 in each of them.
fn columns<'a>(table: &Object<'a>) -> Option<Vec<(String, Object<'a>)>> {
    let is_column = |value: Value<'_>| {
        let inside = value.text().strip_prefix('{').unwrap_or_default();
        inside.trim_ascii_start().starts_with("\"0\"")
    };
    let mut members = table.members();
    if !table
        .members()
        .any(|(key, _)| has_body_name(key) || has_text_name(key))
        || !members.all(|(_, value)| is_column(value))
    {
        return None;
    }
    let members = table.members();
    members
        .map(|(key, value)| Some((key.clone().into_owned(), value.object()?)))
        .collect()
}

fn read_transposed<'a>(members: &[(String, Object<'a>)], reader: &mut EntryReader<'a, '_>) {
    let names = members.iter().map(|(name, _)| Some(name.as_str()));
    let columns = Columns::named(names, &usual_name);
    let mut cells: Vec<_> = members.iter().map(|(_, cells)| cells.members()).collect();
    for index in 0.. {
        let row: Vec<_> = cells.iter_mut().map(Iterator::next).collect();
        let Some(number) = row.iter().flatten().map(|(number, _)| *number).next() else {
            break;
        };
        if row
            .iter()
            .any(|cell| cell.is_none_or(|(other, _)| other != number))
        {
            let place = row
                .iter()
                .flatten()
                .next()
                .map(|(_, value)| value.text().as_bytes());
            reader.problem(place, "its columns do not have the same rows");
            break;
        }
        let values: Vec<Value<'a>> = row.into_iter().flatten().map(|(_, value)| value).collect();
        // A delivery starts where its body may be: in the longest cell.
        let longest = values
            .iter()
            .copied()
            .max_by_key(|value| value.text().len());
        let place = longest.unwrap_or(Value::of(""));
        read_cells(&columns, index, place, values, reader);
    }
}

/// Reads one row, which is at `place`.
fn read_cells<'a>(
    columns: &Columns,
    index: usize,
    place: Value<'a>,
    cells: Vec<Value<'a>>,
    reader: &mut EntryReader<'a, '_>,
) {
    let mut object = String::new();
    columns.write_values(cells.into_iter().map(|cell| Some(cell.text())), &mut object);
    let place = place.text().as_bytes();
    read_row(
        &object,
        index + 1,
        place,
        |key| columns.written(key),
        reader,
    );
}
