//! Cutting a stream into records: one JSON value each, however the values are laid out.
//!
//! A record is a line of NDJSON, an item of an array of objects, a value that spans lines, or a run
//! of lines that are no JSON at all. A broken record never hides the next: where a value is not
//! closed, a line that can only be a value of its own starts a new record.

use std::io::{self, Read};
use std::ops::Range;

use chatlog::capture::{Position, Record};
use memchr::memmem::Finder;
use serde::de::IgnoredAny;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;
/// Lines that are no JSON are put together up to here; so is white space before a first record.
const LONGEST_RUN: usize = 1024 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether to wait for what follows the first record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Wait: an input that is one value is then taken whole, byte for byte.
    Whole,
    /// Hand out each record as soon as it is complete.
    Eager,
}

/// The records of a stream.
///
/// Offsets in here count from the first byte that was not handed out.
pub(crate) struct Records<R> {
    reader: R,
    patience: Patience,
    max_size: usize,
    buffer: Vec<u8>,
    /// The part of the buffer that is filled and not handed out.
    held: Range<usize>,
    ended: bool,
    /// Where the first held byte is in the stream.
    position: Position,
    /// Whether all of the stream so far is still held.
    is_whole: bool,
    /// Whether the next record is an item of a top-level array.
    in_array: bool,
    /// What stands between two values of one line, unless it is inside a string.
    between_values: [Finder<'static>; 2],
}

/// Where a record ends, and where what follows it starts.
struct Cut {
    end: usize,
    next: usize,
    /// Whether exactly one line break is passed, at the very end.
    is_line: bool,
}

impl<R: Read> Records<R> {
    /// The records of what `reader` gives; none may have more than `max_size` bytes.
    pub(crate) fn new(reader: R, patience: Patience, max_size: usize) -> Self {
        Self {
            reader,
            patience,
            max_size,
            buffer: vec![0; CHUNK],
            held: 0..0,
            ended: false,
            position: Position::START,
            is_whole: true,
            in_array: false,
            between_values: [Finder::new(b"}{"), Finder::new(b"} {")],
        }
    }

    /// The first bytes of the stream, before any record was taken: 4 KiB or all there is.
    pub(crate) fn start(&mut self) -> io::Result<&[u8]> {
        while self.held.len() < 4096 && self.fill()? {
            if self.patience == Patience::Eager {
                break;
            }
        }
        let held = self.held();
        Ok(held.strip_prefix(BYTE_ORDER_MARK).unwrap_or(held))
    }

    /// The whole stream as one record; none if it is empty.
    pub(crate) fn whole(&mut self) -> io::Result<Option<Record<'_>>> {
        while self.fill()? {}
        Ok((!self.held.is_empty()).then(|| self.hand_out_all()))
    }

    /// The next record; none at the end.
    ///
    /// # Errors
    /// Where the stream cannot be read, or a record is too large.
    pub(crate) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        let Some((start, first)) = self.find_start()? else {
            return Ok(std::mem::take(&mut self.in_array).then(|| self.unclosed_array()));
        };
        let cut = match first {
            b'{' | b'[' => self.cut_container(start)?,
            _ if self.in_array => self.cut_item(start)?,
            _ => self.cut_line(start)?,
        };
        if self.is_whole && self.patience == Patience::Whole && self.is_blank_after(cut.end)? {
            return Ok(Some(self.hand_out_all()));
        }
        Ok(Some(self.hand_out(start, &cut)))
    }

    /// Passes what separates records. Gives the offset of the next one and its first byte.
    fn find_start(&mut self) -> io::Result<Option<(usize, u8)>> {
        let mut at = 0;
        loop {
            if at > LONGEST_RUN || !self.is_whole {
                self.pass(at);
                at = 0;
            }
            let Some(byte) = self.byte(at)? else {
                self.pass(at);
                return Ok(None);
            };
            match byte {
                _ if byte.is_ascii_whitespace() => at += 1,
                0xef if at == 0 && self.is_whole && self.starts_with_byte_order_mark()? => {
                    at += BYTE_ORDER_MARK.len();
                }
                b',' if self.in_array => at += 1,
                b']' if self.in_array => {
                    self.in_array = false;
                    at += 1;
                }
                b'[' if !self.in_array && self.byte_after_blanks(at + 1)? == Some(b'{') => {
                    self.in_array = true;
                    self.is_whole = false;
                    at += 1;
                }
                _ => return Ok(Some((at, byte))),
            }
        }
    }

    fn cut_container(&mut self, start: usize) -> io::Result<Cut> {
        if !self.in_array {
            let newline = self.find_newline(start)?;
            let line = self.held()[start..newline].trim_ascii_end();
            let is_object = line.first() == Some(&b'{') && line.last() == Some(&b'}');
            // What comes next shows that the value ends with its line, or leaves it open.
            let is_followed = match self.held().get(newline + 1) {
                Some(byte) => *byte == b'{',
                None => self.ended,
            };
            if is_object
                && is_followed
                && self
                    .between_values
                    .iter()
                    .all(|finder| finder.find(line).is_none())
            {
                let is_line = newline < self.held.len();
                return Ok(Cut {
                    is_line,
                    ..self.line_cut(newline)
                });
            }
        }
        let end = self.find_end(start)?;
        Ok(self.cut_after(end))
    }

    /// Finds the end of the value at `start` by its brackets, or where it must have been cut off.
    fn find_end(&mut self, start: usize) -> io::Result<usize> {
        let mut scan = Scan {
            at: start,
            ..Scan::default()
        };
        loop {
            let next = match scan.run(self.held()) {
                Pause::Closed => return Ok(scan.at),
                Pause::OutOfBytes if self.fill()? => continue,
                Pause::OutOfBytes => None,
                Pause::LineBreak => self.byte(scan.at + 1)?,
            };
            let Some(next) = next else {
                // With the value, the array around it was cut off.
                self.in_array &= scan.candidate.is_some();
                return Ok(scan
                    .candidate
                    .map_or(self.held.len(), |at| self.before_break(at)));
            };
            if next == b'{' && !scan.may_go_on_with_a_value() {
                return Ok(self.before_break(scan.candidate.unwrap_or(scan.at)));
            }
            if next == b'{' && scan.candidate.is_none() && self.is_value_of_one_line(scan.at + 1)? {
                scan.candidate = Some(scan.at);
            }
            scan.at += 1;
        }
    }

    /// Where the line ends whose line feed is at `newline`, or the last one above it that is not blank.
    fn before_break(&self, newline: usize) -> usize {
        let mut lines = &self.held()[..newline];
        while let Some(above) = memchr::memrchr(b'\n', lines)
            && lines[above..].trim_ascii().is_empty()
        {
            lines = &lines[..above];
        }
        lines.strip_suffix(b"\r").unwrap_or(lines).len()
    }

    /// A single value inside an array of objects, where it does not belong.
    fn cut_item(&mut self, start: usize) -> io::Result<Cut> {
        let newline = self.find_newline(start)?;
        let line = &self.held()[start..newline];
        let end = line
            .iter()
            .skip(1)
            .position(|byte| matches!(byte, b',' | b']'))
            .map_or(line.len(), |at| at + 1);
        Ok(Cut {
            end: start + end,
            next: start + end,
            is_line: false,
        })
    }

    /// A line that is a single value, or a run of lines that are no JSON.
    fn cut_line(&mut self, start: usize) -> io::Result<Cut> {
        let mut newline = self.find_newline(start)?;
        if is_value(&self.held()[start..newline]) {
            return Ok(self.line_cut(newline));
        }
        while newline - start < LONGEST_RUN {
            let after = newline + 1;
            let waits = self.patience == Patience::Whole;
            let next = if waits {
                self.byte(after)?
            } else {
                self.held().get(after).copied()
            };
            if next.is_none_or(|byte| matches!(byte, b'{' | b'[')) {
                break;
            }
            let line_end = self.find_newline(after)?;
            if is_value(&self.held()[after..line_end]) {
                break;
            }
            newline = line_end;
        }
        Ok(self.line_cut(newline))
    }

    fn is_value_of_one_line(&mut self, start: usize) -> io::Result<bool> {
        let newline = self.find_newline(start)?;
        Ok(is_value(&self.held()[start..newline]))
    }

    /// A cut before the line break at `newline`, and after it.
    fn line_cut(&self, newline: usize) -> Cut {
        let held = self.held();
        let has_return = newline > 0 && newline < held.len() && held[newline - 1] == b'\r';
        Cut {
            end: newline - usize::from(has_return),
            next: (newline + 1).min(held.len()),
            is_line: false,
        }
    }

    /// A cut at `end`, and after the line break if one stands there.
    fn cut_after(&self, end: usize) -> Cut {
        let rest = &self.held()[end..];
        let break_length = match rest {
            _ if self.in_array => 0,
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => 0,
        };
        Cut {
            end,
            next: end + break_length,
            is_line: false,
        }
    }

    fn hand_out(&mut self, start: usize, cut: &Cut) -> Record<'_> {
        self.pass(start);
        let position = self.position;
        let from = self.held.start;
        let (end, next) = (from + cut.end - start, from + cut.next - start);
        if cut.is_line {
            self.position = Position {
                line: position.line + 1,
                column: 1,
            };
            self.held.start = next;
            self.is_whole = false;
        } else {
            self.pass(next - from);
        }
        Record {
            bytes: &self.buffer[from..end],
            terminator: &self.buffer[end..next],
            is_whole: false,
            start: position,
        }
    }

    fn hand_out_all(&mut self) -> Record<'_> {
        let all = self.held.clone();
        self.held.start = all.end;
        self.is_whole = false;
        Record {
            bytes: &self.buffer[all],
            terminator: b"",
            is_whole: true,
            start: Position::START,
        }
    }

    /// The input ended inside an array, between two items.
    fn unclosed_array(&self) -> Record<'static> {
        Record {
            bytes: b"[",
            terminator: b"",
            is_whole: false,
            start: self.position,
        }
    }

    fn held(&self) -> &[u8] {
        &self.buffer[self.held.clone()]
    }

    /// Lets go of the first `count` bytes held.
    fn pass(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let passed = &self.buffer[self.held.start..self.held.start + count];
        // No editor counts the mark as a column.
        let passed = passed.strip_prefix(BYTE_ORDER_MARK).unwrap_or(passed);
        self.position = match memchr::memrchr(b'\n', passed) {
            None => Position {
                column: self.position.column + characters(passed),
                ..self.position
            },
            Some(newline) => Position {
                line: self.position.line + memchr::memchr_iter(b'\n', passed).count(),
                column: 1 + characters(&passed[newline + 1..]),
            },
        };
        self.held.start += count;
        self.is_whole = false;
    }

    fn starts_with_byte_order_mark(&mut self) -> io::Result<bool> {
        Ok(self.byte(BYTE_ORDER_MARK.len() - 1)?.is_some()
            && self.held().starts_with(BYTE_ORDER_MARK))
    }

    /// The byte at an offset, read if need be; none after the end of the stream.
    fn byte(&mut self, at: usize) -> io::Result<Option<u8>> {
        while at >= self.held.len() {
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(Some(self.held()[at]))
    }

    fn byte_after_blanks(&mut self, mut at: usize) -> io::Result<Option<u8>> {
        while let Some(byte) = self.byte(at)? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            at += 1;
        }
        Ok(None)
    }

    fn is_blank_after(&mut self, at: usize) -> io::Result<bool> {
        Ok(self.byte_after_blanks(at)?.is_none())
    }

    /// The offset of the next line break, or of the end of the stream.
    fn find_newline(&mut self, from: usize) -> io::Result<usize> {
        let mut searched = from;
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.held()[searched..]) {
                return Ok(searched + found);
            }
            searched = self.held.len();
            if !self.fill()? {
                return Ok(searched);
            }
        }
    }

    /// Reads more; says whether there was any.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.held.end == self.buffer.len() {
            self.make_room()?;
        }
        loop {
            match self.reader.read(&mut self.buffer[self.held.end..]) {
                Ok(count) => {
                    self.held.end += count;
                    self.ended = count == 0;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn make_room(&mut self) -> io::Result<()> {
        if self.held.len() > self.max_size {
            let limit = self.max_size / (1024 * 1024);
            let what = format!("a delivery is larger than {limit} MiB (see --max-size)");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
        }
        if self.held.len() > self.buffer.len() / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        self.buffer.copy_within(self.held.clone(), 0);
        self.held = 0..self.held.len();
        Ok(())
    }
}

fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

fn is_value(line: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// A walk over a value by its brackets, which pauses where it must be known what follows.
#[derive(Default)]
struct Scan {
    at: usize,
    open: Vec<u8>,
    in_string: bool,
    is_escaped: bool,
    /// The last byte outside strings that is not white space.
    last: u8,
    /// A line break after which a value of its own may start, should this one never be closed.
    candidate: Option<usize>,
}

/// Why a walk paused.
enum Pause {
    /// The value ended just before.
    Closed,
    /// It stands at a line break.
    LineBreak,
    /// It needs more bytes.
    OutOfBytes,
}

impl Scan {
    fn run(&mut self, bytes: &[u8]) -> Pause {
        while let Some(byte) = bytes.get(self.at) {
            if *byte == b'\n' {
                self.is_escaped = false;
                return Pause::LineBreak;
            }
            if self.in_string {
                self.step_in_string(bytes);
            } else if self.step(*byte) {
                return Pause::Closed;
            }
        }
        Pause::OutOfBytes
    }

    fn step_in_string(&mut self, bytes: &[u8]) {
        if std::mem::take(&mut self.is_escaped) {
            self.at += 1;
            return;
        }
        let rest = &bytes[self.at..];
        let found = memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
        self.at += found;
        match rest.get(found) {
            Some(b'"') => self.in_string = false,
            Some(b'\\') => self.is_escaped = true,
            _ => return,
        }
        self.at += 1;
    }

    /// Passes a byte outside strings; says whether it closed the value.
    fn step(&mut self, byte: u8) -> bool {
        self.at += 1;
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => {
                self.open.pop();
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        self.open.is_empty()
    }

    /// Says whether JSON's grammar allows an object to come next.
    fn may_go_on_with_a_value(&self) -> bool {
        !self.in_string
            && match self.last {
                b'[' | b':' => true,
                b',' => self.open.last() == Some(&b'['),
                _ => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives out a few bytes at a time, as a slow pipe does.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    fn cut_by(text: &str, size: usize, patience: Patience) -> Vec<(String, usize, usize)> {
        let mut records = Records::new(Drip(text.as_bytes(), size), patience, 1 << 20);
        let mut cut = Vec::new();
        while let Some(record) = records.next().expect("memory can be read") {
            let text = String::from_utf8_lossy(record.bytes).into_owned();
            cut.push((text, record.start.line, record.start.column));
        }
        cut
    }

    /// Cuts `text` however it arrives, and expects these records at these lines and columns.
    #[track_caller]
    fn case(text: &str, want: &[(&str, usize, usize)]) {
        let want: Vec<_> = want
            .iter()
            .map(|(text, line, column)| ((*text).to_owned(), *line, *column))
            .collect();
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(
                cut_by(text, size, Patience::Whole),
                want,
                "{size} bytes at a time: {text:?}"
            );
        }
    }

    #[test]
    fn one_value_is_taken_whole() {
        case(" {\"a\":1}\r\n\n", &[(" {\"a\":1}\r\n\n", 1, 1)]);
        case(
            "{\n \"a\": [\n{}\n]\n}\n",
            &[("{\n \"a\": [\n{}\n]\n}\n", 1, 1)],
        );
        case("3", &[("3", 1, 1)]);
        case("[]", &[("[]", 1, 1)]);
        case("", &[]);
        case(" \n\t\n", &[]);
    }

    #[test]
    fn lines_are_records() {
        case(
            "{\"a\":1}\r\n\n{\"b\":2}\n  {\"c\":3}",
            &[
                ("{\"a\":1}", 1, 1),
                ("{\"b\":2}", 3, 1),
                ("{\"c\":3}", 4, 3),
            ],
        );
        case(
            "\u{feff}{\"a\":1}\n3\nnull\n",
            &[("{\"a\":1}", 1, 1), ("3", 2, 1), ("null", 3, 1)],
        );
    }

    #[test]
    fn values_stand_one_after_another() {
        case(
            "{\"a\":\"}{\"}{\"b\":2} {\"c\":3}\n",
            &[
                ("{\"a\":\"}{\"}", 1, 1),
                ("{\"b\":2}", 1, 11),
                ("{\"c\":3}", 1, 19),
            ],
        );
        case("{\n}\n{\n}", &[("{\n}", 1, 1), ("{\n}", 3, 1)]);
    }

    #[test]
    fn an_array_of_objects_is_its_items() {
        case(
            "[ {\"a\":1},\n{\"b\":[{}]} ]\n",
            &[("{\"a\":1}", 1, 3), ("{\"b\":[{}]}", 2, 1)],
        );
        case(
            "[{\"a\":1}, 3, {}]",
            &[("{\"a\":1}", 1, 2), ("3", 1, 11), ("{}", 1, 14)],
        );
        case("[{\"a\":1},", &[("{\"a\":1}", 1, 2), ("[", 1, 10)]);
        case("[{\"a\":1", &[("{\"a\":1", 1, 2)]);
    }

    #[test]
    fn a_broken_record_does_not_hide_the_next() {
        let next = "{\"b\":{\"c\":[1,2]}}";
        let whole = "{\"a\":[{\"x\":\"}\"},2],\"b\":\"\\\\\"}";
        for cut in 1..whole.len() {
            for end in ["\n", "\r\n", "\n \n", "\r\n\r\n  \r\n"] {
                let text = format!("{}{end}{next}{end}{next}{end}", &whole[..cut]);
                let lines = end.matches('\n').count();
                case(
                    &text,
                    &[
                        (&whole[..cut], 1, 1),
                        (next, 1 + lines, 1),
                        (next, 1 + 2 * lines, 1),
                    ],
                );
            }
        }
    }

    #[test]
    fn lines_that_are_no_json_are_one_record() {
        case(
            "Forwarding…\nready\n{\"a\":1}\nbye",
            &[
                ("Forwarding…\nready", 1, 1),
                ("{\"a\":1}", 3, 1),
                ("bye", 4, 1),
            ],
        );
        case(
            "{\"a\":1} tail\n{\"b\":2}",
            &[("{\"a\":1}", 1, 1), ("tail", 1, 9), ("{\"b\":2}", 2, 1)],
        );
    }

    #[test]
    fn an_eager_stream_does_not_wait() {
        struct Endless<'a>(&'a [u8]);
        impl Read for Endless<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                assert!(!self.0.is_empty(), "asked for more than it needs");
                self.0.read(buffer)
            }
        }
        let mut records =
            Records::new(Endless(b"{\"a\":1}\n{\"b\":2}\n"), Patience::Eager, 1 << 20);
        for _ in 0..2 {
            assert!(records.next().expect("memory can be read").is_some());
        }
    }
}
