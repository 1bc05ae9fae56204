//! Rows as JSON: an object on each line, which has every column.
//!
//! Rows are written straight into a buffer, because an archive has a hundred million cells. Like all
//! JSON of the program, it has characters that could act on a terminal as escapes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;

use super::Cell;
use crate::view::json::TerminalSafe;

/// Writes rows with certain columns.
pub(super) struct Ndjson {
    /// What comes before each cell: `{"source":`, `,"index":`.
    keys: Vec<Box<[u8]>>,
}

impl Ndjson {
    pub(super) fn new<'c>(columns: impl Iterator<Item = &'c str>) -> Self {
        let starts = std::iter::once('{').chain(std::iter::repeat(','));
        let keys = starts.zip(columns);
        let keys = keys.map(|(start, name)| format!("{start}\"{name}\":").into_bytes().into());
        Self {
            keys: keys.collect(),
        }
    }

    /// Adds a row, which has a cell for each column.
    pub(super) fn write<'r>(
        &self,
        cells: impl Iterator<Item = Cell<'r>>,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        for (key, cell) in self.keys.iter().zip(cells) {
            out.extend_from_slice(key);
            write_cell(&cell, out)?;
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}

fn write_cell(cell: &Cell<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Missing => out.extend_from_slice(b"null"),
        Cell::Text(text) => write_text(text, out)?,
        Cell::Integer(number) => write!(out, "{number}")?,
        Cell::Float(number) => write!(out, "{number:?}")?,
        Cell::Boolean(is_so) => write!(out, "{is_so}")?,
        Cell::Time(time) => write!(out, "\"{time}\"")?,
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) -> io::Result<()> {
    if is_plain(text) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return Ok(());
    }
    text.serialize(&mut Serializer::with_formatter(out, TerminalSafe))?;
    Ok(())
}

/// Whether nothing in a text needs an escape. It looks at every byte, which is faster than to stop at
/// the first that does. A number sign may be part of a command to a CI system.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'#');
    text.bytes().fold(true, |all, byte| all & is_plain(byte))
}
