//! How a table is written, found out from its first lines.

use super::super::search::{has_body_name, has_text_name};

/// How many of the first bytes decide.
const MAX_START: usize = 4096;

/// The characters that may stand between cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// The most words of a column's name, and the most characters.
const MAX_WORDS: usize = 4;
const MAX_NAME: usize = 60;

/// What a line of a log has in a column of its own.
const LEVELS: [&str; 8] = [
    "trace", "debug", "info", "warn", "warning", "error", "fatal", "critical",
];

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) cells: Cells,
    /// Whether the first row holds the names of the columns.
    pub(super) has_header: bool,
}

/// How cells are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cells {
    /// By this delimiter. Cells in quotes may hold it, line breaks, and quotes that are doubled.
    Quoted(u8),
    /// By tabs, with escapes for tabs, line breaks and backslashes.
    Escaped,
    /// By tabs.
    Plain,
    /// By `|`, with blanks that align them.
    Aligned,
}

/// Whether an input starts like a table: with a row of names of which one is usually that of a body,
/// or with rows of which one has JSON in a cell, as only tables write it.
pub(in super::super) fn detect(start: &[u8]) -> bool {
    detected(start).is_some()
}

impl Dialect {
    /// The dialect of a table, even if it could not be detected.
    pub(super) fn of(text: &[u8]) -> Self {
        let (delimiter, has_header) = detected(text).unwrap_or_else(|| guessed(text));
        let cells = match delimiter {
            b'\t' if !is_quoted(start_of(text)) => {
                if has_other_escapes(text) {
                    Cells::Plain
                } else {
                    Cells::Escaped
                }
            }
            b'|' if is_aligned(start_of(text)) => Cells::Aligned,
            delimiter => Cells::Quoted(delimiter),
        };
        Self { cells, has_header }
    }
}

fn start_of(text: &[u8]) -> &[u8] {
    &text[..text.len().min(MAX_START)]
}

/// The delimiter of a table, and whether it has a header.
fn detected(text: &[u8]) -> Option<(u8, bool)> {
    let start = start_of(text);
    if matches!(
        start.trim_ascii_start().first(),
        None | Some(b'{' | b'[' | b'<')
    ) {
        return None;
    }
    let (line, rest) = split_line(start)?;
    let with = |is_it: &dyn Fn(u8) -> bool| DELIMITERS.into_iter().find(|it| is_it(*it));
    let header = with(&|delimiter| is_header(line, rest, delimiter));
    let rows = || with(&|delimiter| is_row(line, delimiter));
    let with_header = header.map(|delimiter| (delimiter, true));
    with_header.or_else(|| Some((rows()?, false)))
}

/// Whether the first line names the columns of a table.
fn is_header(line: &[u8], rest: &[u8], delimiter: u8) -> bool {
    names(line, delimiter).is_some_and(|names| {
        let has_columns = names.len() > 1;
        // Prose has blanks after its commas, and some of these words.
        let is_no_prose = !line.contains(&b' ');
        let names_a_body = names
            .iter()
            .any(|name| has_body_name(name) || is_no_prose && has_text_name(name));
        has_columns && names_a_body || has_json_cell(rest, delimiter, has_columns)
    })
}

/// Whether the first line is a row of a table without a header.
fn is_row(line: &[u8], delimiter: u8) -> bool {
    has_json_cell(line, delimiter, true) && !is_log(line, delimiter)
}

/// The first line that is not blank, and what follows it. The line may be the whole input.
fn split_line(start: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = start.trim_ascii_start();
    let end = memchr::memchr(b'\n', start).unwrap_or(start.len());
    let (line, rest) = start.split_at(end);
    (!line.is_empty()).then_some((line, rest))
}

/// The cells of a line as the names of columns, if all of them can be that. The first may be empty:
/// pandas writes the numbers of the rows in a column without a name.
fn names(line: &[u8], delimiter: u8) -> Option<Vec<&str>> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    let names = line.split(char::from(delimiter));
    let names: Vec<&str> = names.map(|name| name.trim().trim_matches('"')).collect();
    let are_names = names
        .iter()
        .enumerate()
        .all(|(index, name)| is_name(name) || index == 0 && name.is_empty());
    (are_names && names.iter().any(|name| !name.is_empty())).then_some(names)
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_-. /()#@".contains(c);
    name.starts_with(|c: char| c.is_alphabetic() || "_@#".contains(c))
        && name.len() <= MAX_NAME
        && name.chars().all(is_part)
        && name.split(' ').count() <= MAX_WORDS
}

/// Whether a cell holds an object as it is written in tables only: in quotes, with its own quotes
/// doubled; or, between tabs, as it is. Hex and base64 of one count, too. A line that starts with an
/// object is JSON; in a table with one column only the quotes tell a cell.
fn has_json_cell(text: &[u8], delimiter: u8, has_columns: bool) -> bool {
    let quoted = memchr::memmem::find_iter(text, b"\"{\"\"");
    let mut cells = quoted.map(|at| &text[..at]);
    if cells.any(|before| {
        matches!(before.last(), None | Some(b'\n')) || before.last() == Some(&delimiter)
    }) {
        return true;
    }
    let starts: &[&[u8]] = match delimiter {
        b'\t' | b'|' => &[b"{\"", b"{ \"", b"eyJ", b"\\x7b", b"\\\\x7b"],
        _ => &[b"eyJ", b"\\x7b"],
    };
    let mut delimiters = memchr::memchr_iter(delimiter, text);
    has_columns
        && delimiters.any(|at| {
            let cell = &text[at + 1..];
            starts.iter().any(|start| cell.starts_with(start))
        })
}

/// Whether a line is one of a log that separates time, level and message like the cells of a table.
fn is_log(line: &[u8], delimiter: u8) -> bool {
    let mut cells = line.split(|byte| *byte == delimiter).take(4);
    cells.any(|cell| {
        let cell = std::str::from_utf8(cell).unwrap_or_default().trim();
        let cell = cell.trim_matches(['[', ']']);
        LEVELS.iter().any(|level| level.eq_ignore_ascii_case(cell))
    })
}

/// The likeliest delimiter of a table that could not be detected: the one that its first line has.
fn guessed(text: &[u8]) -> (u8, bool) {
    let line = split_line(start_of(text)).map_or(&b""[..], |(line, _)| line);
    let counts =
        DELIMITERS.map(|delimiter| (memchr::memchr_iter(delimiter, line).count(), delimiter));
    let (_, delimiter) = counts.into_iter().rev().max().unwrap_or_default();
    (delimiter, names(line, delimiter).is_some())
}

/// Whether a table with tabs has cells in quotes: a name, or JSON with its quotes doubled.
fn is_quoted(start: &[u8]) -> bool {
    start.trim_ascii_start().starts_with(b"\"")
        || memchr::memmem::find(start, b"\t\"{\"\"").is_some()
        || memchr::memmem::find(start, b"\n\"{\"\"").is_some()
}

/// Whether the first line is one of names with blanks around the delimiter, and a rule follows.
fn is_aligned(start: &[u8]) -> bool {
    split_line(start)
        .is_some_and(|(_, rest)| rest.starts_with(b"\n--") || rest.starts_with(b"\r\n--"))
}

/// Whether a text has backslashes that are not part of the escapes of a database, as the escapes of
/// JSON are that a tool wrote as they are.
fn has_other_escapes(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        match rest.get(at + 1) {
            Some(byte) if b"\\ntrbfvN0'.".contains(byte) => rest = &rest[at + 2..],
            _ => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, want: Option<(char, bool)>) {
        let found = detected(text.as_bytes());
        let want = want.map(|(delimiter, has_header)| (delimiter as u8, has_header));
        assert_eq!(found, want, "{text}");
    }

    #[test]
    fn knows_a_table_by_its_first_lines() {
        case("id,body\n1,x\n", Some((',', true)));
        case(",signature,payload\r\n0,5e,", Some((',', true)));
        case("\"Id\";\"Request Body\"\n", Some((';', true)));
        case("id\treceived_at\tx\n1\t2\t{\"a\":1}\n", Some(('\t', true)));
        case("id|data\n", Some(('|', true)));
        case("1,\"{\"\"a\"\":1}\",5e\n", Some((',', false)));
        case("\"{\"\"a\"\":1}\"\n", Some((',', false)));
        case("body\n\"{\"\"a\"\":1}\"\n", Some((',', true)));
        case("1\t{\"a\":1}\t5e\n", Some(('\t', false)));
        case("1\t\\\\x7b22\n", Some(('\t', false)));
    }

    #[test]
    fn takes_no_other_text_for_a_table() {
        for text in [
            "",
            "\n",
            "{\"a\": 1, \"body\": 2}\n",
            "[{\"a\": 1}]",
            "body\n",
            "Some text, or a message\n",
            "Hello, body of mine: you are here\n",
            "2025-04-15, got body, ok\n",
            "2025-04-15T06:41:09Z\tINFO\twebhook\t{\"a\": 1}\n",
            "2025-04-15 06:41:09 INFO {\"a\": 1, \"b\": 2}\n",
            "web-1  | {\"log\": 1}\n",
            "<a>b,body</a>\n",
        ] {
            case(text, None);
        }
    }

    #[test]
    fn tells_the_cells_of_a_table_apart() {
        let cells = |text: &str| Dialect::of(text.as_bytes()).cells;
        assert_eq!(
            cells("id\tbody\n1\t{\"a\": \"\\\\u00e1\\\\n\"}\n"),
            Cells::Escaped
        );
        assert_eq!(cells("id\tbody\n1\t{\"a\": \"\\u00e1\"}\n"), Cells::Plain);
        assert_eq!(
            cells("id\tbody\n1\t\"{\"\"a\"\": 1}\"\n"),
            Cells::Quoted(b'\t')
        );
        assert_eq!(cells(" id | body \n----+---\n 1 | x\n"), Cells::Aligned);
        assert_eq!(cells("id|body\n1|x\n"), Cells::Quoted(b'|'));
    }
}
