//! Comma-separated values, for programs and spreadsheets: RFC 4180, with a header.
//!
//! A spreadsheet runs a cell that starts like a formula, and a terminal obeys control characters, so
//! a [`CsvWriter`] guards texts against both unless it is to write them raw: what starts like a
//! formula gets an apostrophe in front, which spreadsheets do not show, and what acts on a terminal is
//! spelled out. Line breaks and tabs inside a text stay as they are. Numbers are never changed, also if
//! a text is one, such as `+628000000042`.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::Text;
use crate::text::{Replacement, needs_escaping};

/// How a cell starts that spreadsheets run.
const FORMULA_STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// A value in a table for programs. It serializes as the JSON value that it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// There is none: null, or an empty cell.
    Empty,
    /// A text from a stranger.
    Text(Cow<'a, str>),
    /// A word of a closed set, a time or other text of this program's own.
    Word(Cow<'a, str>),
    /// A number as it is written in JSON.
    Number(Cow<'a, str>),
    /// A count.
    Count(usize),
    /// A number of seconds.
    Seconds(f64),
}

impl<'a> Cell<'a> {
    /// A text from a stranger, if there is one.
    pub fn text(text: Option<&'a Text<'_>>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.as_str().into()))
    }

    /// A text of this program's own, if there is one.
    pub fn word(word: Option<impl Into<Cow<'a, str>>>) -> Self {
        word.map_or(Self::Empty, |word| Self::Word(word.into()))
    }

    fn shown(&self, is_raw: bool) -> Cow<'_, str> {
        match self {
            Self::Empty => "".into(),
            Self::Text(text) if !is_raw => guarded(text),
            Self::Text(text) | Self::Word(text) | Self::Number(text) => Cow::Borrowed(text),
            Self::Count(count) => count.to_string().into(),
            Self::Seconds(seconds) => seconds.to_string().into(),
        }
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Text(text) | Self::Word(text) => serializer.serialize_str(text),
            // What was clipped is not a number any more.
            Self::Number(number) => RawValue::from_string(number.to_string())
                .ok()
                .serialize(serializer),
            Self::Count(count) => count.serialize(serializer),
            Self::Seconds(seconds) => seconds.serialize(serializer),
        }
    }
}

/// Writes records.
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    out: csv::Writer<W>,
    is_raw: bool,
}

impl<W: Write> CsvWriter<W> {
    /// Writes to `out`, texts as they are if `is_raw`.
    pub fn new(out: W, is_raw: bool) -> Self {
        let mut builder = csv::WriterBuilder::new();
        builder.terminator(csv::Terminator::CRLF);
        Self {
            out: builder.from_writer(out),
            is_raw,
        }
    }

    /// Writes a record.
    ///
    /// # Errors
    /// If `out` cannot be written, or the number of cells is not that of the records before.
    pub fn write<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
        for cell in cells {
            self.out.write_field(&*cell.shown(self.is_raw))?;
        }
        Ok(self.out.write_record(None::<&[u8]>)?)
    }

    /// Writes what is held, and returns what it was written to.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.out
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)
    }
}

/// A text that neither a spreadsheet nor a terminal obeys.
fn guarded(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(FORMULA_STARTS) && !is_number(text);
    let acts = |(at, c): &(usize, char)| acts_on_terminal(text, *at, *c);
    let first = text.char_indices().find(acts);
    if !is_formula && first.is_none() {
        return Cow::Borrowed(text);
    }
    let mut guarded = String::with_capacity(text.len() + 8);
    guarded.extend(is_formula.then_some('\''));
    for (at, c) in text.char_indices() {
        if acts_on_terminal(text, at, c) {
            guarded += &Replacement::Escape(c).to_string();
        } else {
            guarded.push(c);
        }
    }
    Cow::Owned(guarded)
}

fn acts_on_terminal(text: &str, at: usize, c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\r' => !text[at + 1..].starts_with('\n'),
        _ => needs_escaping(text, at, c),
    }
}

/// Whether a text is a number in decimal notation, which no spreadsheet runs.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_decimal = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_decimal && digits.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(is_raw: bool, records: &[Vec<Cell<'_>>]) -> String {
        let mut writer = CsvWriter::new(Vec::new(), is_raw);
        for record in records {
            writer.write(record.iter().cloned()).expect("it is written");
        }
        String::from_utf8(writer.finish().expect("it is written")).expect("UTF-8")
    }

    fn text(text: &str) -> Cell<'_> {
        Cell::Text(text.into())
    }

    #[test]
    fn a_record_is_a_line_of_rfc_4180() {
        let record = vec![
            text("a, \"b\"\nc"),
            Cell::Empty,
            Cell::Count(7),
            Cell::Seconds(1.5),
            Cell::Number("-12345678901234567890".into()),
        ];
        let want = "\"a, \"\"b\"\"\nc\",,7,1.5,-12345678901234567890\r\n";
        assert_eq!(written(false, &[record]), want);
        // A record of one empty cell is not an empty line, which readers pass over.
        assert_eq!(written(false, &[vec![Cell::Empty]]), "\"\"\r\n");
    }

    #[test]
    fn no_spreadsheet_runs_a_text_and_no_terminal_obeys_it() {
        for (said, want) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("+", "'+"),
            ("+62 800", "'+62 800"),
            ("+1e9", "'+1e9"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\\r=1"),
            ("-inf", "'-inf"),
            ("+628000000042", "+628000000042"),
            ("-1.5", "-1.5"),
            ("a=1", "a=1"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\r\nb\tc", "a\r\nb\tc"),
            (
                "请选择 👩\u{200d}🚀 می\u{200c}خواهم",
                "请选择 👩\u{200d}🚀 می\u{200c}خواهم",
            ),
        ] {
            assert_eq!(guarded(said), want);
        }
        assert_eq!(written(true, &[vec![text("=\u{1b}1")]]), "=\u{1b}1\r\n");
    }

    proptest! {
        #[test]
        fn a_raw_record_reads_back(record in prop::collection::vec(".*|[\",\r\n=]*", 1..5)) {
            // Readers pass over a byte order mark in front of a header, and only there.
            let header = record.iter().map(|_| Cell::Word("key".into())).collect();
            let cells = record.iter().map(|it| text(it)).collect();
            let lines = written(true, &[header, cells]);
            let mut reader = csv::Reader::from_reader(lines.as_bytes());
            let read: Vec<_> = reader.records().map(|it| it.expect("a record")).collect();
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(read[0].iter().collect::<Vec<_>>(), record);
        }

        #[test]
        fn a_guarded_text_starts_no_formula_and_reads_back(said in "[=+@\t\r-]?.*") {
            let line = written(false, &[vec![text(&said)]]);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let read = reader.records().next().expect("a record").expect("a record");
            prop_assert!(!read[0].starts_with(FORMULA_STARTS) || is_number(&read[0]));
            prop_assert_eq!(read[0].find('\u{1b}'), None);
        }
    }
}
