//! Cuts a table into rows and cells.

use std::borrow::Cow;
use std::io::Cursor;

use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr2};
use serde::de::IgnoredAny;

use super::dialect::Cells;

/// How often the bytes of a table may be read again, to go on after rows that swallow the next ones.
const MAX_REREADS: usize = 4;

/// One row of a table.
#[derive(Debug)]
pub(super) struct Row<'t> {
    /// The part of the table that is the row.
    pub(super) place: &'t [u8],
    /// The cells; `None` is null.
    pub(super) cells: Vec<Option<Cow<'t, str>>>,
    /// What is wrong with the row, if its cells were read in spite of it.
    pub(super) fault: Option<&'static str>,
}

impl Row<'_> {
    /// The text of each cell; `None` is null.
    pub(super) fn cells(&self) -> impl Iterator<Item = Option<&str>> {
        self.cells.iter().map(Option::as_deref)
    }
}

/// A row that cannot be read, and why.
#[derive(Debug)]
pub(super) struct BrokenRow<'t> {
    pub(super) place: &'t [u8],
    pub(super) message: String,
}

/// The rows of a table.
pub(super) struct Rows<'t> {
    text: &'t [u8],
    /// Where the next row starts.
    at: usize,
    cells: Cells,
    /// Reads the table if cells may be in quotes.
    quoted: Option<Reader<Cursor<&'t [u8]>>>,
    record: ByteRecord,
    /// How many bytes may be read again.
    rereads: usize,
}

impl<'t> Rows<'t> {
    pub(super) fn new(text: &'t [u8], cells: Cells) -> Self {
        let quoted = match cells {
            Cells::Quoted(delimiter) => Some(delimiter),
            Cells::Escaped | Cells::Plain | Cells::Aligned => None,
        };
        let quoted = quoted.map(|delimiter| {
            ReaderBuilder::new()
                .delimiter(delimiter)
                .has_headers(false)
                .flexible(true)
                .from_reader(Cursor::new(text))
        });
        Self {
            text,
            at: 0,
            cells,
            quoted,
            record: ByteRecord::new(),
            rereads: text.len().saturating_mul(MAX_REREADS),
        }
    }

    /// The next row of a table with cells in quotes.
    fn next_quoted(&mut self, delimiter: u8) -> Option<Result<Row<'t>, BrokenRow<'t>>> {
        let reader = self.quoted.as_mut()?;
        // Reading from memory does not fail, and rows of any length are accepted.
        let is_row = reader.read_byte_record(&mut self.record).unwrap_or(false);
        let start = self.at;
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        self.at = end.min(self.text.len());
        if !is_row {
            return None;
        }
        let place = self.text.get(start..self.at)?.trim_ascii();
        match quoting(place, delimiter) {
            Quoting::Good => Some(Ok(self.quoted_row(place, None))),
            Quoting::Unclosed if self.at == self.text.len() && !place.contains(&b'\n') => Some(Ok(
                self.quoted_row(place, Some("the table ends inside a cell")),
            )),
            quoting => Some(Err(self.skip_line(place, quoting))),
        }
    }

    fn quoted_row(&self, place: &'t [u8], fault: Option<&'static str>) -> Row<'t> {
        let cells = self.record.iter();
        let cells = cells.map(|cell| Some(String::from_utf8_lossy(cell).into_owned().into()));
        Row {
            place,
            cells: cells.collect(),
            fault,
        }
    }

    /// Passes the first line of a row whose quotes are wrong. The lines after it may be rows that it
    /// has swallowed.
    fn skip_line(&mut self, row: &'t [u8], quoting: Quoting) -> BrokenRow<'t> {
        let line = memchr(b'\n', row).map_or(row.len(), |newline| newline + 1);
        let again = row.len() - line;
        let mut message = match quoting {
            Quoting::Unclosed => {
                "the cell that starts in this row with a quotation mark has no end"
            }
            Quoting::Good | Quoting::Open => {
                "a quotation mark inside a cell of this row is not doubled"
            }
        }
        .to_owned();
        message += ": correct it, or export the table again";
        match self.rereads.checked_sub(again) {
            Some(rereads) => {
                self.rereads = rereads;
                self.go_back(again, row);
            }
            None => message += "; too many rows are like this one, so some were left out",
        }
        BrokenRow {
            place: row,
            message,
        }
    }

    /// Reads the last bytes of a row again, as many as `count`.
    fn go_back(&mut self, count: usize, row: &'t [u8]) {
        if count == 0 {
            return;
        }
        let end = row.as_ptr().addr() - self.text.as_ptr().addr() + row.len();
        self.at = end - count;
        let mut position = Position::new();
        position.set_byte(self.at as u64);
        if let Some(reader) = &mut self.quoted {
            // Nor does going back in memory.
            drop(reader.seek(position));
        }
    }

    /// The next row of a table without quotes: a line.
    fn next_line(&mut self) -> Option<Row<'t>> {
        loop {
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return None;
            }
            let line = memchr(b'\n', rest).map_or(rest, |newline| &rest[..newline]);
            self.at = self.text.len().min(self.at + line.len() + 1);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() || is_no_row(line, self.cells) {
                continue;
            }
            let is_aligned = self.cells == Cells::Aligned;
            let delimiter = if is_aligned { b'|' } else { b'\t' };
            let is_escaped = self.cells == Cells::Escaped;
            let cells = line.split(|byte| *byte == delimiter);
            let cells = cells.map(|cell| match cell {
                b"\\N" if is_escaped => None,
                cell if is_escaped => Some(unescaped(String::from_utf8_lossy(cell))),
                cell if is_aligned => Some(String::from_utf8_lossy(cell.trim_ascii())),
                cell => Some(String::from_utf8_lossy(cell)),
            });
            return Some(Row {
                place: line,
                cells: cells.collect(),
                fault: None,
            });
        }
    }
}

/// Whether a line is none of the rows: the `\.` that ends a dump, the rule below the names of aligned
/// columns, or the number of rows after them.
fn is_no_row(line: &[u8], cells: Cells) -> bool {
    if cells != Cells::Aligned {
        return line == b"\\.";
    }
    let is_count = line.starts_with(b"(") && line.ends_with(b")");
    is_count || line.iter().all(|byte| b"-+".contains(byte))
}

impl<'t> Iterator for Rows<'t> {
    type Item = Result<Row<'t>, BrokenRow<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.cells {
            Cells::Quoted(delimiter) => self.next_quoted(delimiter),
            Cells::Escaped | Cells::Plain | Cells::Aligned => self.next_line().map(Ok),
        }
    }
}

/// How the quotes of a row are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Good,
    /// Something follows the closing quote of a cell.
    Open,
    /// The quotes of the last cell are not closed.
    Unclosed,
}

/// Checks the quotes of a row. Reading it accepts any, and so would take a row whose closing quote is
/// missing together with the rows up to the next quote.
fn quoting(row: &[u8], delimiter: u8) -> Quoting {
    let mut rest = row;
    loop {
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            let Some(after) = after_quotes(quoted) else {
                return Quoting::Unclosed;
            };
            if !matches!(after.first(), None | Some(b'\r' | b'\n'))
                && after.first() != Some(&delimiter)
            {
                return Quoting::Open;
            }
            rest = after;
        }
        match memchr2(delimiter, b'\n', rest) {
            Some(at) => rest = &rest[at + 1..],
            None => return Quoting::Good,
        }
    }
}

/// What follows the quote that closes a cell, given what follows the one that opens it.
fn after_quotes(cell: &[u8]) -> Option<&[u8]> {
    let mut quotes = memchr_iter(b'"', cell);
    while let Some(at) = quotes.next() {
        if cell.get(at + 1) != Some(&b'"') {
            return Some(&cell[at + 1..]);
        }
        quotes.next();
    }
    None
}

/// A cell with its escapes undone. JSON that is valid only with them was written as it is.
fn unescaped(cell: Cow<'_, str>) -> Cow<'_, str> {
    if !cell.contains('\\') {
        return cell;
    }
    let mut text = String::with_capacity(cell.len());
    let mut rest = &*cell;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        match after.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('v') => text.push('\u{b}'),
            Some('0') => text.push('\0'),
            Some(c) => text.push(c),
            None => text.push('\\'),
        }
        rest = after.as_str();
    }
    text.push_str(rest);
    let is_json = |text: &str| serde_json::from_str::<IgnoredAny>(text).is_ok();
    let was_json = text.starts_with(['{', '[', '"']) && !is_json(&text) && is_json(&cell);
    if was_json { cell } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a table, with their cells in brackets, or what is wrong.
    #[track_caller]
    fn case(text: &str, cells: Cells, want: &[&str]) {
        let rows = Rows::new(text.as_bytes(), cells).map(|row| match row {
            Ok(row) => {
                let cells = row.cells.iter();
                let cells = cells.map(|cell| format!("[{}]", cell.as_deref().unwrap_or("null")));
                cells.collect::<String>() + row.fault.unwrap_or_default()
            }
            Err(broken) => {
                let line = String::from_utf8_lossy(broken.place);
                let line = line.lines().next().unwrap_or_default().to_owned();
                line + " <- " + broken.message.split(':').next().unwrap_or_default()
            }
        });
        assert_eq!(rows.collect::<Vec<_>>(), want, "{text}");
    }

    #[test]
    fn reads_cells_in_quotes() {
        let comma = Cells::Quoted(b',');
        case(
            "a,\"b\"\"\n,c\"\r\n\r\nd,\n",
            comma,
            &["[a][b\"\n,c]", "[d][]"],
        );
        case("a\"b,c\n", comma, &["[a\"b][c]"]);
        case(
            "1,\"a\n2,\"b\"\n3,c",
            comma,
            &[
                "1,\"a <- a quotation mark inside a cell of this row is not doubled",
                "[2][b]",
                "[3][c]",
            ],
        );
        case(
            "1,\"a\n2,b\n",
            comma,
            &[
                "1,\"a <- the cell that starts in this row with a quotation mark has no end",
                "[2][b]",
            ],
        );
        case(
            "1,\"{\"a\": 1}\"\n2,b\n",
            comma,
            &[
                "1,\"{\"a\": 1}\" <- a quotation mark inside a cell of this row is not doubled",
                "[2][b]",
            ],
        );
        case(
            "1,b\n2,\"{\"\"a",
            comma,
            &["[1][b]", "[2][{\"a]the table ends inside a cell"],
        );
    }

    #[test]
    fn reads_the_cells_of_databases() {
        case(
            "1\t{\"a\": \"\\\\n\"}\t\\N\r\n2\ta\\tb\\\\c\\n\t\n\\.\n",
            Cells::Escaped,
            &["[1][{\"a\": \"\\n\"}][null]", "[2][a\tb\\c\n][]"],
        );
        // What was not escaped stays valid JSON.
        case("{\"a\": \"\\n\"}", Cells::Escaped, &["[{\"a\": \"\\n\"}]"]);
        case(
            " 1 | a b | \n----+-----+---\n(1 row)\n",
            Cells::Aligned,
            &["[1][a b][]"],
        );
        case("a\\tb\t\\N", Cells::Plain, &["[a\\tb][\\N]"]);
    }
}
