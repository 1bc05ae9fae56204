//! Cuts a stream into records: one JSON value each, however the values are laid out.
//!
//! A record is a line of NDJSON, an item of a top-level array of objects, a value that spans lines,
//! or a run of lines that are not JSON at all. A broken record never hides the next one, and a
//! record larger than the limit is skipped without being held in memory.
//!
//! # The algorithm
//!
//! [`Records::next`] first passes what separates records: white space, a byte order mark, and the
//! brackets and commas of a top-level array. The first byte of what follows selects the cut:
//!
//! 1. **`{` on a line of its own.** In an archive of NDJSON nearly every value is one line, and its
//!    brackets need not be counted: a line that starts with `{`, ends with `}`, has neither `}{` nor
//!    `} ` inside, and is followed by the end of the stream or by another `{`, is one record.
//! 2. **Any other `{` or `[`.** A [`BracketWalk`] counts brackets outside strings up to the end of
//!    the value. It pauses at each line break, because a value that was cut off has no end, and
//!    would swallow all records after it. If the next line starts with `{` where the grammar allows
//!    no value (inside a string, say), the value was cut off at this line break. If the grammar
//!    allows one, the layout alone is ambiguous: the line may be an item of the value, or a new
//!    record. If the line is a complete JSON value, the break is kept as a *candidate*. A value that
//!    is closed after all ignores its candidate; one that is not is cut there.
//! 3. **Anything else** is a single value, which ends with its line, or a run of lines that are not
//!    JSON, which become one record. The library's [`TextLines`] knows where messages of a log go on
//!    in the next line, so that a run does not end there.
//!
//! # Cost
//!
//! Time is linear in the size of the stream for every layout, because no byte is searched more than
//! a few times. Where a cut at a candidate throws a long walk away, the walk is kept: it knows which
//! brackets were open where, so the next value resumes it. A line that is known to hold several
//! values is not searched again for each of them. Memory is bounded by the record that is being cut
//! and a little of what follows it.

mod walk;

use std::io::{self, Read};
use std::ops::Range;

use chatlog::Position;
use chatlog::capture::{Record, TextLines, starts_like_json};
use memchr::memmem::Finder;
use serde::de::IgnoredAny;

use self::walk::{BracketWalk, Pause};

/// The size of one read, in bytes.
const CHUNK: usize = 128 * 1024;
/// The most bytes of lines that are not JSON in one record, and of white space around a record.
const MAX_RUN: usize = CHUNK / 4;
/// How many bytes ahead to look for the end of a value's line.
const MAX_LINE: usize = 1 << 20;
/// How many of the first bytes are enough to detect what a stream is.
const MAX_START: usize = 4096;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether to read past the first record before handing it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buffering {
    /// Read on: an input that is one value becomes one record with every byte of the input, as a
    /// signature needs it.
    Whole,
    /// Do not: hand out each record of a live stream as soon as it and its line are complete.
    Eager,
}

/// Where the next record may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    New,
    /// Behind a record on the same line.
    Rest,
}

/// The record that starts here is larger than the limit. The next call returns the record after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooLarge(pub(crate) Position);

/// The records of a stream.
///
/// Offsets of type `usize` count from the first byte that was not handed out; those of type `u64`
/// count from the start of the stream.
pub(crate) struct Records<R> {
    reader: R,
    buffering: Buffering,
    max_size: usize,
    buffer: Vec<u8>,
    /// The part of the buffer that is filled and not handed out yet.
    held: Range<usize>,
    ended: bool,
    /// Why the stream ended, if it could not be read on. What came before is handed out first.
    failure: Option<io::Error>,
    /// How many bytes of the stream were handed out or skipped.
    passed: u64,
    /// The line and column of the first held byte.
    position: Position,
    /// Whether all of the stream so far is still held.
    is_whole: bool,
    /// Whether the next record is an item of a top-level array.
    in_array: bool,
    line: Line,
    /// Values that start before this offset of the stream are cut by their brackets: their line is
    /// too long to search again for each of them, or known to hold several.
    several_until: u64,
    /// The first byte of a record that is too large. It was reported; the next call skips it.
    to_skip: Option<u8>,
    /// The walk over a value that was cut at its candidate, and the offset in the stream that the
    /// walk had reached. The next value resumes it.
    walk: Option<(u64, BracketWalk)>,
    /// What separates two values on one line. It may also occur inside a string, which only costs
    /// time: the line is then cut by its brackets.
    between_values: [Finder<'static>; 2],
}

/// A record that is still in the buffer of the stream it was cut from.
pub(crate) struct Framed<'r> {
    buffer: &'r mut Vec<u8>,
    held: &'r mut Range<usize>,
    place: RecordPlace,
}

/// The position of a record in a buffer and in its input.
#[derive(Debug, Clone)]
pub(crate) struct RecordPlace {
    bytes: Range<usize>,
    terminator: Range<usize>,
    is_whole: bool,
    is_fragment: bool,
    start: Position,
}

impl RecordPlace {
    /// Whether it is a part of JSON that is broken, if it is not JSON itself: it stands in an array, or
    /// behind a value on the same line.
    pub(crate) fn is_fragment(&self) -> bool {
        self.is_fragment
    }

    /// The record in the buffer that it was cut from, or in a copy of it.
    pub(crate) fn in_buffer<'b>(&self, buffer: &'b [u8]) -> Record<'b> {
        Record {
            bytes: &buffer[self.bytes.clone()],
            terminator: &buffer[self.terminator.clone()],
            is_whole: self.is_whole,
            start: self.start,
        }
    }
}

impl Framed<'_> {
    /// Whether it is a part of JSON that is broken, if it is not JSON itself.
    pub(crate) fn is_fragment(&self) -> bool {
        self.place.is_fragment()
    }

    /// The record, without copying it.
    pub(crate) fn record(&self) -> Record<'_> {
        self.place.in_buffer(self.buffer)
    }

    /// The same record with another start, for a stream that is not the file itself.
    pub(crate) fn starting_at(mut self, start: Position) -> Self {
        self.place.start = start;
        self
    }

    /// Appends the record to `copies` and returns its place there.
    pub(crate) fn copy_to(&self, copies: &mut Vec<u8>) -> RecordPlace {
        let Record {
            bytes, terminator, ..
        } = self.record();
        let start = copies.len();
        copies.extend_from_slice(bytes);
        let end = copies.len();
        copies.extend_from_slice(terminator);
        RecordPlace {
            bytes: start..end,
            terminator: end..copies.len(),
            ..self.place
        }
    }

    /// Takes the buffer with the record in it, so that a large record is never held twice. The bytes
    /// that follow the record move to a new buffer.
    pub(crate) fn detach(self) -> (Vec<u8>, RecordPlace) {
        let rest = &self.buffer[self.held.clone()];
        let mut buffer = vec![0; CHUNK.max(rest.len())];
        buffer[..rest.len()].copy_from_slice(rest);
        *self.held = 0..rest.len();
        (std::mem::replace(self.buffer, buffer), self.place)
    }
}

/// Where a record ends, and where what follows it starts.
struct Cut {
    end: usize,
    next: usize,
    /// Whether the record is one line: exactly one line break, at the very end, is passed.
    is_line: bool,
}

/// How far a walk got.
enum WalkedTo {
    /// To the end of the value.
    Closed,
    /// To the end of a line; the next one starts with this byte.
    Line(u8),
    /// To the end of the stream.
    Ended,
    /// Past more open brackets than a walk keeps.
    TooDeep,
}

impl<R: Read> Records<R> {
    /// The records of `reader`. One of more than `max_size` bytes is an error.
    pub(crate) fn new(reader: R, buffering: Buffering, max_size: usize) -> Self {
        Self {
            reader,
            buffering,
            max_size,
            buffer: vec![0; CHUNK],
            held: 0..0,
            ended: false,
            failure: None,
            passed: 0,
            position: Position::START,
            is_whole: true,
            in_array: false,
            line: Line::New,
            several_until: 0,
            to_skip: None,
            walk: None,
            between_values: [Finder::new(b"}{"), Finder::new(b"} ")],
        }
    }

    /// The first bytes of the stream, without taking them: enough to detect what it is. An eager
    /// stream is read up to the first byte of JSON, or the first line of anything else.
    pub(crate) fn start(&mut self) -> Result<&[u8], TooLarge> {
        let is_eager = self.buffering == Buffering::Eager;
        while self.held.len() < MAX_START
            && !(is_eager && shows_what_it_is(self.held()))
            && self.fill()?
        {}
        let held = self.held();
        let start = &held[..held.len().min(MAX_START)];
        Ok(start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start))
    }

    /// The whole stream as one record; `None` if it is empty.
    pub(crate) fn whole(&mut self) -> Result<Option<Framed<'_>>, TooLarge> {
        while self.held.len() <= self.max_size && self.fill()? {}
        if self.held.len() > self.max_size {
            return Err(TooLarge(self.position));
        }
        Ok((!self.held.is_empty()).then(|| self.hand_out_all()))
    }

    /// Why the stream could not be read to its end, once all records before that were handed out.
    pub(crate) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// The next record; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Framed<'_>>, TooLarge> {
        if let Some(first) = self.to_skip.take() {
            self.skip(first)?;
        }
        let Some((start, first)) = self.find_start()? else {
            let is_unclosed = std::mem::take(&mut self.in_array);
            return Ok(is_unclosed.then(|| self.unclosed_array()));
        };
        let from = self.whole_from(start);
        let cut = self.cut_within_limit(from, start, first)?;
        if self.buffering == Buffering::Whole && self.is_blank_after(cut.end)? {
            return Ok(Some(self.hand_out_all()));
        }
        Ok(Some(self.hand_out(from, &cut)))
    }

    /// Cuts the record that begins at `from`, with its value at `start`, unless it is too large.
    fn cut_within_limit(&mut self, from: usize, start: usize, first: u8) -> Result<Cut, TooLarge> {
        match self.cut(start, first) {
            Ok(cut) if cut.end - from > self.max_size => {
                let position = self.pass_to(from);
                self.pass(cut.next - from);
                Err(TooLarge(position))
            }
            Err(TooLarge(_)) => {
                // The end of the record may never come, so report it now and skip it later.
                self.to_skip = Some(first);
                Err(TooLarge(self.pass_to(start)))
            }
            cut => cut,
        }
    }

    /// Passes what separates records. Returns the offset and the first byte of the next one.
    fn find_start(&mut self) -> Result<Option<(usize, u8)>, TooLarge> {
        let mut at = 0;
        loop {
            if at > MAX_RUN || !self.is_whole {
                self.pass(at);
                at = 0;
            }
            let Some(byte) = self.byte(at)? else {
                self.pass(at);
                return Ok(None);
            };
            match self.separator_length(at, byte)? {
                0 => return Ok(Some((at, byte))),
                length => at += length,
            }
        }
    }

    /// The length of the separator at `at`, or 0 if a record starts there. Enters and leaves a
    /// top-level array.
    fn separator_length(&mut self, at: usize, byte: u8) -> Result<usize, TooLarge> {
        match byte {
            b'\n' => self.line = Line::New,
            _ if byte.is_ascii_whitespace() => {}
            0xef if at == 0 && self.is_whole && self.starts_with_byte_order_mark()? => {
                return Ok(BYTE_ORDER_MARK.len());
            }
            b',' if self.in_array => {}
            b']' if self.in_array => self.in_array = false,
            b'[' if !self.in_array && self.byte_after_blanks(at + 1)? == Some(b'{') => {
                self.in_array = true;
                self.is_whole = false;
            }
            _ => return Ok(0),
        }
        Ok(1)
    }

    /// Where the record begins whose value starts at `start`. The first record of an eager stream may
    /// be all there is, so it includes the white space before it on its line.
    fn whole_from(&self, start: usize) -> usize {
        let is_first_line = self.is_whole && !self.held()[..start].contains(&b'\n');
        if is_first_line && self.buffering == Buffering::Eager {
            0
        } else {
            start
        }
    }

    fn cut(&mut self, start: usize, first: u8) -> Result<Cut, TooLarge> {
        match first {
            b'{' | b'[' if self.starts_like_json(start)? => self.cut_container(start),
            _ if self.in_array => self.cut_item(start),
            _ => self.cut_line(start),
        }
    }

    fn cut_container(&mut self, start: usize) -> Result<Cut, TooLarge> {
        if !self.in_array
            && self.offset(start) >= self.several_until
            && let Some(newline) = self.find_line_of_one_value(start)?
        {
            let is_line = newline < self.held.len();
            return Ok(Cut {
                is_line,
                ..self.line_cut(newline)
            });
        }
        let end = self.find_end(start)?;
        self.cut_after(end)
    }

    /// The end of the line at `start`, if the line is one object and nothing else. Looking at its
    /// ends is many times faster than counting its brackets.
    fn find_line_of_one_value(&mut self, start: usize) -> Result<Option<usize>, TooLarge> {
        let longest = MAX_LINE.min(self.max_size);
        let newline = self.find_newline_within(start, longest)?;
        let end = newline.unwrap_or(self.held.len());
        let line = self.held()[start..end].trim_ascii_end();
        let is_alone = newline.is_some()
            && line.first() == Some(&b'{')
            && line.last() == Some(&b'}')
            && !self.between_values.iter().any(|it| it.find(line).is_some());
        if is_alone && self.is_line_closed(start..start + line.len(), end)? {
            return Ok(newline);
        }
        self.several_until = self.offset(end);
        Ok(None)
    }

    /// Whether the value of a line ends with the line. The next byte shows that; if it has not
    /// arrived yet, brackets are counted, so that a complete value need not wait for it.
    fn is_line_closed(&mut self, line: Range<usize>, newline: usize) -> Result<bool, TooLarge> {
        if newline + 1 >= self.held.len() && !self.ended {
            let bytes = &self.held()[..line.end];
            let mut walk = BracketWalk::from(line.start);
            if matches!(walk.run(bytes, 0), Pause::Closed) && walk.at == line.end {
                return Ok(true);
            }
        }
        Ok(self.byte(newline + 1)?.is_none_or(|byte| byte == b'{'))
    }

    /// Finds the end of the value at `start` by its brackets, or the place where it was cut off.
    fn find_end(&mut self, start: usize) -> Result<usize, TooLarge> {
        let mut walk = self.walk_from(start);
        loop {
            let may_be_cut_off = walk.candidate.is_some();
            match self.walk_on(&mut walk) {
                Ok(WalkedTo::Closed) => return Ok(walk.at),
                Ok(WalkedTo::Line(b'{')) if !walk.may_go_on_with_a_value() => break,
                Ok(WalkedTo::Line(b'{')) if !may_be_cut_off => self.note_candidate(&mut walk),
                Ok(WalkedTo::Line(_)) => {}
                Ok(WalkedTo::Ended) => {
                    // The array around the value was cut off with it.
                    self.in_array &= may_be_cut_off;
                    walk.at = self.held.len();
                    break;
                }
                Ok(WalkedTo::TooDeep) | Err(TooLarge(_)) if may_be_cut_off => break,
                Ok(WalkedTo::TooDeep) => continue,
                Err(error) => return Err(error),
            }
            walk.at += 1;
        }
        Ok(self.cut_off(walk))
    }

    /// Makes the line break where the walk stands the candidate for a cut, if the next line is a
    /// complete value.
    fn note_candidate(&mut self, walk: &mut BracketWalk) {
        if self.is_value_of_one_line(walk.at + 1) {
            walk.candidate = Some(walk.at);
        }
    }

    /// Continues a walk to the next line break or the end of its value.
    fn walk_on(&mut self, walk: &mut BracketWalk) -> Result<WalkedTo, TooLarge> {
        loop {
            match walk.run(self.held(), self.passed) {
                Pause::Closed => return Ok(WalkedTo::Closed),
                Pause::TooDeep => return Ok(WalkedTo::TooDeep),
                Pause::LineBreak => {
                    return Ok(self
                        .byte(walk.at + 1)?
                        .map_or(WalkedTo::Ended, WalkedTo::Line));
                }
                Pause::OutOfBytes if self.fill()? => {}
                Pause::OutOfBytes => return Ok(WalkedTo::Ended),
            }
        }
    }

    /// The end of a value that is not closed where the walk stands: its candidate, or the place of
    /// the walk if it has none. The walk is kept for the value after the candidate.
    fn cut_off(&mut self, walk: BracketWalk) -> usize {
        let Some(candidate) = walk.candidate else {
            return match walk.at {
                at if at == self.held.len() => at,
                at => self.before_break(at),
            };
        };
        self.walk = Some((self.offset(walk.at), walk));
        self.before_break(candidate)
    }

    /// A walk over the value at `start`. If an earlier walk passed this value and left it open, that
    /// walk is resumed from where it stood.
    fn walk_from(&mut self, start: usize) -> BracketWalk {
        let offset = self.offset(start);
        let Some((stood_at, earlier)) = self.walk.take_if(|(_, walk)| walk.holds_open(offset))
        else {
            return BracketWalk::from(start);
        };
        let ahead = usize::try_from(stood_at - self.passed).unwrap_or(usize::MAX);
        let mut walk = earlier.of_value_at(offset, ahead);
        walk.candidate = self.find_candidate(start..ahead);
        walk
    }

    /// The first line break in a range that is followed by a complete value on one line.
    fn find_candidate(&mut self, range: Range<usize>) -> Option<usize> {
        let mut at = range.start;
        while let Some(found) = memchr::memchr(b'\n', &self.held()[at..range.end]) {
            at += found + 1;
            if self.held().get(at) == Some(&b'{') && self.is_value_of_one_line(at) {
                return Some(at - 1);
            }
        }
        None
    }

    /// The end of the last line that is not blank before the line feed at `newline`.
    fn before_break(&self, newline: usize) -> usize {
        let mut lines = &self.held()[..newline];
        while let Some(above) = memchr::memrchr(b'\n', lines)
            && lines[above..].trim_ascii().is_empty()
        {
            lines = &lines[..above];
        }
        lines.strip_suffix(b"\r").unwrap_or(lines).len()
    }

    /// Cuts an item of a top-level array that is not an object or array. It ends at the next comma or
    /// bracket, or with its line.
    fn cut_item(&mut self, start: usize) -> Result<Cut, TooLarge> {
        let mut end = start;
        let mut in_string = false;
        while let Some(byte) = self.byte(end)? {
            match byte {
                b'\n' => break,
                b',' | b']' if !in_string => break,
                b'"' => in_string = !in_string,
                b'\\' if in_string && self.byte(end + 1)? != Some(b'\n') => end += 1,
                _ => {}
            }
            end += 1;
        }
        let end = end.min(self.held.len());
        Ok(Cut {
            end,
            next: end,
            is_line: false,
        })
    }

    /// Cuts a line that is a single value, or a run of lines that are not JSON. A run does not end inside
    /// a message of a log, and in a live stream it ends where a message may hold JSON.
    fn cut_line(&mut self, start: usize) -> Result<Cut, TooLarge> {
        let mut newline = self.find_newline(start)?;
        if !is_value(&self.held()[start..newline]) {
            let mut lines = TextLines::default();
            lines.line(&self.held()[start..newline]);
            while self.may_go_on(&lines, newline - start)
                && let Some(end) = self.find_line_to_add(newline + 1, &lines)?
            {
                lines.line(&self.held()[newline + 1..end]);
                newline = end;
            }
        }
        Ok(self.line_cut(newline))
    }

    /// Whether a run of lines may take another one.
    fn may_go_on(&self, lines: &TextLines, length: usize) -> bool {
        let is_awaited = self.buffering == Buffering::Eager && lines.may_hold_json();
        lines.is_open() || length < MAX_RUN && !is_awaited
    }

    /// The end of the line at `start`, if that line is not JSON either, or goes on a message.
    fn find_line_to_add(
        &mut self,
        start: usize,
        lines: &TextLines,
    ) -> Result<Option<usize>, TooLarge> {
        let is_json = match self.byte(start)? {
            None => return Ok(None),
            Some(b'{' | b'[') => self.starts_like_json(start)?,
            Some(_) => false,
        };
        if is_json && !lines.is_open() {
            return Ok(None);
        }
        let newline = match self.find_newline(start) {
            Err(TooLarge(_)) => return Ok(None),
            found => found?,
        };
        let line = &self.held()[start..newline];
        let is_apart = (is_json || is_value(line)) && !lines.is_continued_by(line);
        Ok((!is_apart).then_some(newline))
    }

    /// Whether the bracket at `start` starts JSON, and not a line of a log.
    fn starts_like_json(&mut self, start: usize) -> Result<bool, TooLarge> {
        loop {
            match starts_like_json(&self.held()[start..]) {
                _ if self.in_array => return Ok(true),
                Some(is_json) => return Ok(is_json),
                None if self.fill()? => {}
                None => return Ok(true),
            }
        }
    }

    fn is_value_of_one_line(&mut self, start: usize) -> bool {
        let newline = self.find_newline(start);
        newline.is_ok_and(|newline| is_value(&self.held()[start..newline]))
    }

    /// A record that ends before the line break at `newline`, with the next one after it.
    fn line_cut(&self, newline: usize) -> Cut {
        let held = self.held();
        let has_return = newline > 0 && newline < held.len() && held[newline - 1] == b'\r';
        Cut {
            end: newline - usize::from(has_return),
            next: (newline + 1).min(held.len()),
            is_line: false,
        }
    }

    /// A record that ends at `end`, or with its line if the rest of the line is blank.
    fn cut_after(&mut self, end: usize) -> Result<Cut, TooLarge> {
        let mut at = end;
        while !self.in_array && at - end < MAX_RUN {
            match self.byte(at)? {
                None | Some(b'\n') => return Ok(self.line_cut(at)),
                Some(b' ' | b'\t' | b'\r') => at += 1,
                Some(_) => break,
            }
        }
        Ok(Cut {
            end,
            next: end,
            is_line: false,
        })
    }

    fn hand_out(&mut self, start: usize, cut: &Cut) -> Framed<'_> {
        let line = match self.held()[..cut.next].last() {
            Some(b'\n') => Line::New,
            _ => Line::Rest,
        };
        let is_fragment = self.in_array || std::mem::replace(&mut self.line, line) == Line::Rest;
        let position = self.pass_to(start);
        let from = self.held.start;
        let (end, next) = (from + cut.end - start, from + cut.next - start);
        if cut.is_line {
            self.position = Position {
                line: position.line + 1,
                column: 1,
            };
            self.drop_held(next - from);
        } else {
            self.pass(next - from);
        }
        self.framed(RecordPlace {
            bytes: from..end,
            terminator: end..next,
            is_whole: false,
            is_fragment,
            start: position,
        })
    }

    fn framed(&mut self, place: RecordPlace) -> Framed<'_> {
        Framed {
            buffer: &mut self.buffer,
            held: &mut self.held,
            place,
        }
    }

    fn hand_out_all(&mut self) -> Framed<'_> {
        let all = self.held.clone();
        self.drop_held(all.len());
        self.framed(RecordPlace {
            terminator: all.end..all.end,
            bytes: all,
            is_whole: true,
            is_fragment: false,
            start: Position::START,
        })
    }

    /// A record for an input that ends between two items of an array: its `[` alone, which reading
    /// reports as cut off.
    fn unclosed_array(&mut self) -> Framed<'_> {
        self.buffer[0] = b'[';
        self.held = 1..1;
        let start = self.position;
        self.framed(RecordPlace {
            bytes: 0..1,
            terminator: 1..1,
            is_whole: false,
            is_fragment: true,
            start,
        })
    }

    /// Skips a record that is too large, up to the end of its value or else of its line, without
    /// holding it.
    fn skip(&mut self, first: u8) -> Result<(), TooLarge> {
        if !matches!(first, b'{' | b'[') {
            return self.skip_line();
        }
        let mut walk = BracketWalk::from(0);
        loop {
            let pause = walk.run(self.held(), self.passed);
            self.pass(std::mem::take(&mut walk.at));
            match pause {
                Pause::Closed => return Ok(()),
                Pause::LineBreak => match self.byte(1)? {
                    Some(b'{') if !walk.may_go_on_with_a_value() => return Ok(()),
                    _ => walk.at = 1,
                },
                Pause::OutOfBytes if walk.open.len() > self.max_size => return self.skip_line(),
                Pause::OutOfBytes if !self.fill()? => return Ok(()),
                Pause::OutOfBytes | Pause::TooDeep => {}
            }
        }
    }

    fn skip_line(&mut self) -> Result<(), TooLarge> {
        loop {
            let newline = memchr::memchr(b'\n', self.held());
            self.pass(newline.unwrap_or(self.held.len()));
            if newline.is_some() || !self.fill()? {
                return Ok(());
            }
        }
    }

    fn held(&self) -> &[u8] {
        &self.buffer[self.held.clone()]
    }

    /// The offset in the stream of the held byte `at`.
    fn offset(&self, at: usize) -> u64 {
        self.passed + at as u64
    }

    /// Drops the held bytes before `at` and returns the position there.
    fn pass_to(&mut self, at: usize) -> Position {
        self.pass(at);
        self.position
    }

    /// Drops the first `count` held bytes and counts their lines.
    fn pass(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let passed = &self.buffer[self.held.start..self.held.start + count];
        // Editors do not count the mark as a column.
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
        self.drop_held(count);
    }

    fn drop_held(&mut self, count: usize) {
        self.held.start += count;
        self.passed += count as u64;
        self.is_whole = false;
    }

    fn starts_with_byte_order_mark(&mut self) -> Result<bool, TooLarge> {
        Ok(self.byte(BYTE_ORDER_MARK.len() - 1)?.is_some()
            && self.held().starts_with(BYTE_ORDER_MARK))
    }

    /// The byte at an offset, read if necessary; `None` after the end of the stream.
    fn byte(&mut self, at: usize) -> Result<Option<u8>, TooLarge> {
        while at >= self.held.len() {
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(Some(self.held()[at]))
    }

    /// The first byte that is not white space, if it is among the next [`MAX_RUN`].
    fn byte_after_blanks(&mut self, from: usize) -> Result<Option<u8>, TooLarge> {
        for at in from..from + MAX_RUN {
            match self.byte(at)? {
                Some(byte) if byte.is_ascii_whitespace() => {}
                byte => return Ok(byte),
            }
        }
        Ok(None)
    }

    /// Whether the whole stream is held, within the limit, and blank from `at` on.
    fn is_blank_after(&mut self, mut at: usize) -> Result<bool, TooLarge> {
        while self.is_whole && at <= self.max_size {
            match self.byte(at)? {
                None => return Ok(self.held.len() <= self.max_size),
                Some(byte) if byte.is_ascii_whitespace() => at += 1,
                Some(_) => return Ok(false),
            }
        }
        Ok(false)
    }

    /// The offset of the next line break, or of the end of the stream.
    fn find_newline(&mut self, from: usize) -> Result<usize, TooLarge> {
        let newline = self.find_newline_within(from, usize::MAX)?;
        Ok(newline.unwrap_or(self.held.len()))
    }

    /// The offset of the next line break or of the end of the stream, if it is within `longest` bytes
    /// or already held.
    fn find_newline_within(
        &mut self,
        from: usize,
        longest: usize,
    ) -> Result<Option<usize>, TooLarge> {
        let mut searched = from.min(self.held.len());
        loop {
            if let Some(found) = memchr::memchr(b'\n', &self.held()[searched..]) {
                return Ok(Some(searched + found));
            }
            searched = self.held.len();
            if searched.saturating_sub(from) > longest {
                return Ok(None);
            }
            if !self.fill()? {
                return Ok(Some(searched));
            }
        }
    }

    /// Reads more bytes. Returns false at the end of the stream.
    fn fill(&mut self) -> Result<bool, TooLarge> {
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
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(error);
                    return Ok(false);
                }
            }
        }
    }

    /// Moves the held bytes to the start of the buffer, which grows to a little more than the limit.
    fn make_room(&mut self) -> Result<(), TooLarge> {
        let largest = self.max_size + 2 * CHUNK;
        let size = self.buffer.len();
        // Moving all of it to gain a few bytes each time would take quadratic time.
        if size == largest && self.held.start < CHUNK {
            return Err(TooLarge(self.position));
        }
        if self.held.len() > size / 2 {
            self.buffer.resize(largest.min(size * 2), 0);
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
    let may_start = |byte: &u8| byte.is_ascii_digit() || b"-tfn".contains(byte);
    let first = line.trim_ascii_start().first();
    // Nearly all lines of a log are told apart without reading them.
    let is_word = || memchr::memchr(b' ', line.trim_ascii()).is_none();
    match first {
        Some(b'{' | b'[' | b'"') => {}
        Some(byte) if may_start(byte) && is_word() => {}
        _ => return false,
    }
    serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Whether this much of a stream is enough to detect what it is.
fn shows_what_it_is(start: &[u8]) -> bool {
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let text = text.trim_ascii_start();
    matches!(text.first(), Some(b'{' | b'[')) || memchr::memchr(b'\n', text).is_some()
}

#[cfg(test)]
mod tests;
