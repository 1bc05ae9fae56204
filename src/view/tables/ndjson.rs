//! Rows as JSON: an object on each line, which has every column.
//!
//! Rows are written straight into a buffer, because an archive has a hundred million cells. Like all
//! JSON of the program, it has characters that could act on a terminal as escapes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;

use super::Value;
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
        cells: impl Iterator<Item = Value<'r>>,
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

fn write_cell(cell: &Value<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Value::Missing => out.extend_from_slice(b"null"),
        Value::Text(text) => write_text(text, out)?,
        Value::Integer(number) => write!(out, "{number}")?,
        Value::Float(number) => write!(out, "{number:?}")?,
        Value::Boolean(is_so) => write!(out, "{is_so}")?,
        Value::Time(time) => write!(out, "\"{time}\"")?,
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
