//! Cuts a prefix off each line of a stream: what a logger writes before the JSON.
//!
//! The prefix is what the user's regular expression matches at the start of a line. A line without one
//! is passed on as it is, so JSON may go on over the following lines with or without prefixes.
//!
//! # Positions
//!
//! What follows counts lines and columns in the stream without prefixes. Lines are the same in the file;
//! the column at which a record starts is put right with [`Columns`]. Inside a record of several lines,
//! columns count from where the prefix ends.
//!
//! # Cost
//!
//! Only the first [`MAX_PREFIX`] bytes of a line are matched, in linear time, and never more than these
//! are held back.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;
use std::rc::Rc;

use chatlog::Position;
use regex::bytes::Regex;

/// How many bytes of a line are matched.
const MAX_PREFIX: usize = 16 * 1024;
/// The size of one read, in bytes.
const CHUNK: usize = 64 * 1024;
/// How many changes of a prefix's length are remembered.
const MAX_RUNS: usize = 1 << 16;

/// A reader that cuts the prefix off each line.
pub(super) struct PrefixReader<R> {
    reader: R,
    regex: Regex,
    buffer: Vec<u8>,
    /// The part of the buffer that is filled and not passed on yet.
    held: Range<usize>,
    ended: bool,
    is_at_line_start: bool,
    line: usize,
    columns: Columns,
}

impl<R: Read> PrefixReader<R> {
    pub(super) fn new(reader: R, regex: Regex) -> Self {
        Self {
            reader,
            regex,
            buffer: vec![0; CHUNK],
            held: 0..0,
            ended: false,
            is_at_line_start: true,
            line: 1,
            columns: Columns::default(),
        }
    }

    /// How many columns were cut off, line by line.
    pub(super) fn columns(&self) -> Columns {
        self.columns.clone()
    }

    fn held(&self) -> &[u8] {
        &self.buffer[self.held.clone()]
    }

    /// Reads more, behind what is held.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.held.clone(), 0);
        self.held = 0..self.held.len();
        let count = self.reader.read(&mut self.buffer[self.held.end..])?;
        self.held.end += count;
        self.ended = count == 0;
        Ok(())
    }

    /// Cuts the prefix off the line that starts here. Returns false if too little of it is held.
    fn cut_prefix(&mut self) -> bool {
        let held = self.held();
        let start = &held[..held.len().min(MAX_PREFIX)];
        let end = memchr::memchr(b'\n', start);
        if end.is_none() && start.len() < MAX_PREFIX && !self.ended {
            return false;
        }
        let line = &start[..end.unwrap_or(start.len())];
        let found = self.regex.find(line).filter(|found| found.start() == 0);
        let prefix = found.map_or(0, |found| found.end());
        let characters = line[..prefix].iter().filter(|byte| (**byte & 0xc0) != 0x80);
        self.columns.push(self.line, characters.count());
        self.held.start += prefix;
        self.is_at_line_start = false;
        true
    }

    /// Passes on the rest of the line, as far as it is held and there is room. Returns its length.
    fn pass_line(&mut self, room: &mut [u8]) -> usize {
        let held = self.held();
        let held = &held[..held.len().min(room.len())];
        let newline = memchr::memchr(b'\n', held);
        let count = newline.map_or(held.len(), |newline| newline + 1);
        room[..count].copy_from_slice(&held[..count]);
        self.held.start += count;
        if newline.is_some() {
            self.is_at_line_start = true;
            self.line += 1;
        }
        count
    }
}

impl<R: Read> Read for PrefixReader<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut passed = 0;
        loop {
            let is_cut = !self.is_at_line_start || self.cut_prefix();
            if is_cut && !self.held.is_empty() {
                passed += self.pass_line(&mut room[passed..]);
                if passed == room.len() {
                    return Ok(passed);
                }
            } else if passed > 0 || self.ended {
                return Ok(passed);
            } else {
                self.fill()?;
            }
        }
    }
}

/// How many columns were cut off at the start of each line, as runs of lines: most prefixes of a log
/// have the same length.
#[derive(Clone, Default)]
pub(super) struct Columns(Rc<RefCell<VecDeque<(usize, usize)>>>);

impl Columns {
    fn push(&self, line: usize, columns: usize) {
        let mut runs = self.0.borrow_mut();
        if runs.back().map_or(0, |(_, last)| *last) == columns {
            return;
        }
        if runs.len() == MAX_RUNS {
            runs.pop_front();
        }
        runs.push_back((line, columns));
    }

    /// The position in the file of what starts at a position without prefixes. Positions must be asked
    /// for in order.
    pub(super) fn in_file(&self, at: Position) -> Position {
        let mut runs = self.0.borrow_mut();
        while runs.get(1).is_some_and(|(line, _)| *line <= at.line) {
            runs.pop_front();
        }
        let run = runs.front().filter(|(line, _)| *line <= at.line);
        Position {
            column: at.column + run.map_or(0, |(_, columns)| *columns),
            ..at
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(room.len());
            self.0.read(&mut room[..count])
        }
    }

    #[track_caller]
    fn case(regex: &str, input: &str, want: &str) {
        for step in [1, 2, 7, 100_000] {
            let regex = Regex::new(regex).expect("a regular expression");
            let mut reader = PrefixReader::new(Slow(input.as_bytes(), step), regex);
            let mut found = String::new();
            reader.read_to_string(&mut found).expect("it is read");
            assert_eq!(found, want, "{step} bytes at a time");
        }
    }

    #[test]
    fn cuts_only_what_starts_a_line() {
        case("", "a\nb", "a\nb");
        case("x+ ", "xx {\n x }\r\nx \nxx", "{\n x }\r\n\nxx");
        case("^[^{]*", "a{\nb\n\n{c{", "{\n\n\n{c{");
        case("(?s).*", "a\n\nb\n", "\n\n\n");
        let long = "y".repeat(MAX_PREFIX + 10);
        case("y*", &long, "yyyyyyyyyy");
        case("x", &format!("x{long}\nxz"), &format!("{long}\nz"));
    }

    #[test]
    fn knows_where_in_the_file_a_line_starts() {
        let regex = Regex::new("^[^{]*").expect("a regular expression");
        let input = "é {1\né {2\n{3\nabc {4\n".as_bytes();
        let mut reader = PrefixReader::new(input, regex);
        let columns = reader.columns();
        io::copy(&mut reader, &mut io::sink()).expect("it is read");
        let found = [1, 2, 3, 4].map(|line| columns.in_file(Position { line, column: 1 }).column);
        assert_eq!(found, [3, 3, 1, 5]);
    }
}
