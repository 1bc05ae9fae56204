//! Cutting a stream into records: one JSON value each, however the values are laid out.
//!
//! A record is a line of NDJSON, an item of an array of objects, a value that spans lines, or a run
//! of lines that are not JSON at all. A broken record never hides the next: where a value is not
//! closed, a line that can only be a value of its own starts a new record; where a record is larger
//! than the limit, it is passed without being held, and reading goes on behind it.
//!
//! No byte is searched more than a few times, whatever the layout: what an earlier search found out
//! about bytes that are still to come is remembered, by their offset in the stream. And no more is
//! held than the record that is being cut, and a little of what follows it.

use std::io::{self, Read};
use std::ops::Range;

use chatlog::Position;
use chatlog::capture::Record;
use memchr::memmem::Finder;
use serde::de::IgnoredAny;

/// How much is read at once.
const CHUNK: usize = 128 * 1024;
/// Lines that are not JSON are put together up to here; so is white space around a record.
const MAX_RUN: usize = CHUNK / 4;
/// How far ahead the end of a value's line is looked for.
const MAX_LINE: usize = 1 << 20;
/// How deep a walk follows brackets behind a place where its value may have been cut off.
const MAX_DEPTH: usize = 100_000;
/// How many of the first bytes show what a stream is.
const MAX_START: usize = 4096;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether to wait for what follows the first record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buffering {
    /// Wait: an input that is one value is then taken whole, byte for byte.
    Whole,
    /// Hand out each record as soon as it and its line are complete.
    Eager,
}

/// Why there is no next record.
#[derive(Debug)]
pub(crate) enum FramingError {
    /// The stream cannot be read on.
    Read(io::Error),
    /// The record that starts here is larger than the limit. It is passed: the one behind it is
    /// next.
    TooLarge(Position),
}

impl From<io::Error> for FramingError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// The records of a stream.
///
/// Offsets in here count from the first byte that was not handed out, unless they say that they
/// count from the start of the stream.
pub(crate) struct Records<R> {
    reader: R,
    buffering: Buffering,
    max_size: usize,
    buffer: Vec<u8>,
    /// The piece of the buffer that is filled and not handed out.
    held: Range<usize>,
    ended: bool,
    /// How many bytes of the stream were handed out or passed.
    passed: u64,
    /// Where the first held byte is in the stream.
    position: Position,
    /// Whether all of the stream so far is still held.
    is_whole: bool,
    /// Whether the next record is an item of a top-level array.
    in_array: bool,
    /// Values that start before this offset in the stream are cut by their brackets: their line is
    /// long, or known to hold several.
    several_until: u64,
    /// The first byte of a record that is too large, which was told and is yet to be passed.
    to_skip: Option<u8>,
    /// A walk over a value that was not closed and was cut off before the walk's end, which is at
    /// this offset in the stream.
    walk: Option<(u64, Walk)>,
    /// What stands between two values of one line, unless it is inside a string.
    between_values: [Finder<'static>; 2],
}

/// A record that was cut from a stream, still in the buffer of the stream.
pub(crate) struct Framed<'r> {
    buffer: &'r mut Vec<u8>,
    held: &'r mut Range<usize>,
    place: RecordPlace,
}

/// Where a record is in a buffer, and in its input.
#[derive(Debug, Clone)]
pub(crate) struct RecordPlace {
    bytes: Range<usize>,
    terminator: Range<usize>,
    is_whole: bool,
    start: Position,
}

impl RecordPlace {
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
    /// The record where it lies.
    pub(crate) fn record(&self) -> Record<'_> {
        self.place.in_buffer(self.buffer)
    }

    /// Its place in a copy that is added to `copies`.
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

    /// Takes the buffer with the record in it, so that a large record is never held twice. What
    /// follows it moves to a buffer of its own.
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
    /// Whether exactly one line break is passed, at the very end.
    is_line: bool,
}

impl<R: Read> Records<R> {
    /// The records of what `reader` gives; none may have more than `max_size` bytes.
    pub(crate) fn new(reader: R, buffering: Buffering, max_size: usize) -> Self {
        Self {
            reader,
            buffering,
            max_size,
            buffer: vec![0; CHUNK],
            held: 0..0,
            ended: false,
            passed: 0,
            position: Position::START,
            is_whole: true,
            in_array: false,
            several_until: 0,
            to_skip: None,
            walk: None,
            between_values: [Finder::new(b"}{"), Finder::new(b"} ")],
        }
    }

    /// The first bytes of the stream, before any record was taken: as many as show what it is. Where
    /// nothing is to be waited for, that is the first byte of JSON, and the first line of all else.
    pub(crate) fn start(&mut self) -> Result<&[u8], FramingError> {
        let is_eager = self.buffering == Buffering::Eager;
        while self.held.len() < MAX_START
            && !(is_eager && shows_what_it_is(self.held()))
            && self.fill()?
        {}
        let held = self.held();
        let start = &held[..held.len().min(MAX_START)];
        Ok(start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start))
    }

    /// The whole stream as one record; none if it is empty.
    pub(crate) fn whole(&mut self) -> Result<Option<Framed<'_>>, FramingError> {
        while self.held.len() <= self.max_size && self.fill()? {}
        if self.held.len() > self.max_size {
            return Err(FramingError::TooLarge(self.position));
        }
        Ok((!self.held.is_empty()).then(|| self.hand_out_all()))
    }

    /// The next record; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Framed<'_>>, FramingError> {
        if let Some(first) = self.to_skip.take() {
            self.skip(first)?;
        }
        let Some((start, first)) = self.find_start()? else {
            let is_unclosed = std::mem::take(&mut self.in_array);
            return Ok(is_unclosed.then(|| self.unclosed_array()));
        };
        let from = self.whole_from(start);
        let cut = match self.cut(start, first) {
            Ok(cut) if cut.end - from <= self.max_size => cut,
            Ok(cut) => {
                let position = self.pass_to(from);
                self.pass(cut.next - from);
                return Err(FramingError::TooLarge(position));
            }
            Err(FramingError::TooLarge(_)) => {
                // Its end may never come, and that it is too large can be told now.
                self.to_skip = Some(first);
                return Err(FramingError::TooLarge(self.pass_to(start)));
            }
            Err(error) => return Err(error),
        };
        if self.buffering == Buffering::Whole && self.is_blank_after(cut.end)? {
            return Ok(Some(self.hand_out_all()));
        }
        Ok(Some(self.hand_out(from, &cut)))
    }

    /// Passes what separates records. Gives the offset of the next one and its first byte.
    fn find_start(&mut self) -> Result<Option<(usize, u8)>, FramingError> {
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

    /// Where the record begins whose value starts at `start`. The first one of a stream that is not
    /// waited for may be all there is: what comes before it on its line then belongs to it.
    fn whole_from(&self, start: usize) -> usize {
        let is_first_line = self.is_whole && !self.held()[..start].contains(&b'\n');
        if is_first_line && self.buffering == Buffering::Eager {
            0
        } else {
            start
        }
    }

    fn cut(&mut self, start: usize, first: u8) -> Result<Cut, FramingError> {
        match first {
            b'{' | b'[' => self.cut_container(start),
            _ if self.in_array => self.cut_item(start),
            _ => self.cut_line(start),
        }
    }

    fn cut_container(&mut self, start: usize) -> Result<Cut, FramingError> {
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

    /// The end of the line at `start`, if the line is one object and nothing else. To look at its
    /// ends is enough, and many times faster than to follow its brackets.
    fn find_line_of_one_value(&mut self, start: usize) -> Result<Option<usize>, FramingError> {
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

    /// Says whether the value of a line ends with the line. What comes next shows that, unless it
    /// has yet to come: a value that is complete does not wait for it.
    fn is_line_closed(&mut self, line: Range<usize>, newline: usize) -> Result<bool, FramingError> {
        if newline + 1 >= self.held.len() && !self.ended {
            let bytes = &self.held()[..line.end];
            let mut walk = Walk::from(line.start);
            if matches!(walk.run(bytes, 0), Pause::Closed) && walk.at == line.end {
                return Ok(true);
            }
        }
        Ok(self.byte(newline + 1)?.is_none_or(|byte| byte == b'{'))
    }

    /// Finds the end of the value at `start` by its brackets, or where it must have been cut off.
    fn find_end(&mut self, start: usize) -> Result<usize, FramingError> {
        let mut walk = self.walk_from(start)?;
        loop {
            let may_be_cut_off = walk.candidate.is_some();
            match self.walk_on(&mut walk) {
                Ok(Step::Closed) => return Ok(walk.at),
                Ok(Step::Line(b'{')) if !walk.may_go_on_with_a_value() => break,
                Ok(Step::Line(b'{')) if !may_be_cut_off => self.note_candidate(&mut walk)?,
                Ok(Step::Line(_)) => {}
                Ok(Step::Ended) => {
                    // With the value, the array around it was cut off.
                    self.in_array &= may_be_cut_off;
                    walk.at = self.held.len();
                    break;
                }
                Ok(Step::TooDeep) | Err(FramingError::TooLarge(_)) if may_be_cut_off => break,
                Ok(Step::TooDeep) => continue,
                Err(error) => return Err(error),
            }
            walk.at += 1;
        }
        Ok(self.cut_off(walk))
    }

    /// Notes that the value may have been cut off at the line break where the walk stands, if the
    /// next line is a value of its own.
    fn note_candidate(&mut self, walk: &mut Walk) -> Result<(), FramingError> {
        if self.is_value_of_one_line(walk.at + 1)? {
            walk.candidate = Some(walk.at);
        }
        Ok(())
    }

    /// Goes on with a walk to the next line break, or to the end of its value.
    fn walk_on(&mut self, walk: &mut Walk) -> Result<Step, FramingError> {
        loop {
            match walk.run(self.held(), self.passed) {
                Pause::Closed => return Ok(Step::Closed),
                Pause::TooDeep => return Ok(Step::TooDeep),
                Pause::LineBreak => {
                    return Ok(self.byte(walk.at + 1)?.map_or(Step::Ended, Step::Line));
                }
                Pause::OutOfBytes if self.fill()? => {}
                Pause::OutOfBytes => return Ok(Step::Ended),
            }
        }
    }

    /// The end of a value that is not closed where the walk stands: the first place where it may
    /// have been cut off, or else that. What follows that place need not be walked over again.
    fn cut_off(&mut self, walk: Walk) -> usize {
        let Some(candidate) = walk.candidate else {
            return match walk.at {
                at if at == self.held.len() => at,
                at => self.before_break(at),
            };
        };
        self.walk = Some((self.offset(walk.at), walk));
        self.before_break(candidate)
    }

    /// A walk from `start`: an earlier one that came past it and found it not closed, if there is
    /// one, from where that stood.
    fn walk_from(&mut self, start: usize) -> Result<Walk, FramingError> {
        let offset = self.offset(start);
        let Some((stood_at, earlier)) = self.walk.take_if(|(_, walk)| walk.holds_open(offset))
        else {
            return Ok(Walk::from(start));
        };
        let ahead = usize::try_from(stood_at - self.passed).unwrap_or(usize::MAX);
        let mut walk = earlier.of_value_at(offset, ahead);
        walk.candidate = self.find_candidate(start..ahead)?;
        Ok(walk)
    }

    /// The first line break after which a value of its own may start.
    fn find_candidate(&mut self, range: Range<usize>) -> Result<Option<usize>, FramingError> {
        let mut at = range.start;
        while let Some(found) = memchr::memchr(b'\n', &self.held()[at..range.end]) {
            at += found + 1;
            if self.held().get(at) == Some(&b'{') && self.is_value_of_one_line(at)? {
                return Ok(Some(at - 1));
            }
        }
        Ok(None)
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

    /// A single value inside an array of objects, where it does not belong: it ends with its line at
    /// the latest.
    fn cut_item(&mut self, start: usize) -> Result<Cut, FramingError> {
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

    /// A line that is a single value, or a run of lines that are not JSON.
    fn cut_line(&mut self, start: usize) -> Result<Cut, FramingError> {
        let mut newline = self.find_newline(start)?;
        if !is_value(&self.held()[start..newline]) {
            while newline - start < MAX_RUN
                && let Some(line) = self.find_line_to_add(newline + 1)?
            {
                newline = line;
            }
        }
        Ok(self.line_cut(newline))
    }

    /// The end of the line at `start`, if it is not JSON either.
    fn find_line_to_add(&mut self, start: usize) -> Result<Option<usize>, FramingError> {
        match self.byte(start)? {
            None | Some(b'{' | b'[') => return Ok(None),
            Some(_) => {}
        }
        let newline = match self.find_newline(start) {
            Err(FramingError::TooLarge(_)) => return Ok(None),
            found => found?,
        };
        Ok((!is_value(&self.held()[start..newline])).then_some(newline))
    }

    fn is_value_of_one_line(&mut self, start: usize) -> Result<bool, FramingError> {
        match self.find_newline(start) {
            Ok(newline) => Ok(is_value(&self.held()[start..newline])),
            Err(FramingError::TooLarge(_)) => Ok(false),
            Err(error) => Err(error),
        }
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

    /// A cut at `end`, or at the end of its line if the rest of that is blank.
    fn cut_after(&mut self, end: usize) -> Result<Cut, FramingError> {
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
        let position = self.pass_to(start);
        let from = self.held.start;
        let (end, next) = (from + cut.end - start, from + cut.next - start);
        if cut.is_line {
            self.position = Position {
                line: position.line + 1,
                column: 1,
            };
            self.let_go(next - from);
        } else {
            self.pass(next - from);
        }
        self.framed(RecordPlace {
            bytes: from..end,
            terminator: end..next,
            is_whole: false,
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
        self.let_go(all.len());
        self.framed(RecordPlace {
            terminator: all.end..all.end,
            bytes: all,
            is_whole: true,
            start: Position::START,
        })
    }

    /// The input ended inside an array, between two items: what is left of it is its bracket.
    fn unclosed_array(&mut self) -> Framed<'_> {
        self.buffer[0] = b'[';
        self.held = 1..1;
        let start = self.position;
        self.framed(RecordPlace {
            bytes: 0..1,
            terminator: 1..1,
            is_whole: false,
            start,
        })
    }

    /// Passes a record that is too large, to the end of its value or else of its line, and holds
    /// nothing of it.
    fn skip(&mut self, first: u8) -> Result<(), FramingError> {
        if !matches!(first, b'{' | b'[') {
            return self.skip_line();
        }
        let mut walk = Walk::from(0);
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

    fn skip_line(&mut self) -> Result<(), FramingError> {
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

    /// An offset in the stream.
    fn offset(&self, at: usize) -> u64 {
        self.passed + at as u64
    }

    /// Lets go of what comes before `at`. Gives the position there.
    fn pass_to(&mut self, at: usize) -> Position {
        self.pass(at);
        self.position
    }

    /// Lets go of the first `count` bytes held, and counts their lines.
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
        self.let_go(count);
    }

    fn let_go(&mut self, count: usize) {
        self.held.start += count;
        self.passed += count as u64;
        self.is_whole = false;
    }

    fn starts_with_byte_order_mark(&mut self) -> Result<bool, FramingError> {
        Ok(self.byte(BYTE_ORDER_MARK.len() - 1)?.is_some()
            && self.held().starts_with(BYTE_ORDER_MARK))
    }

    /// The byte at an offset, read if need be; none after the end of the stream.
    fn byte(&mut self, at: usize) -> Result<Option<u8>, FramingError> {
        while at >= self.held.len() {
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(Some(self.held()[at]))
    }

    /// The first byte that is not blank, if it comes soon.
    fn byte_after_blanks(&mut self, from: usize) -> Result<Option<u8>, FramingError> {
        for at in from..from + MAX_RUN {
            match self.byte(at)? {
                Some(byte) if byte.is_ascii_whitespace() => {}
                byte => return Ok(byte),
            }
        }
        Ok(None)
    }

    /// Says whether all of the stream is held, is blank behind `at`, and is not too large.
    fn is_blank_after(&mut self, mut at: usize) -> Result<bool, FramingError> {
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
    fn find_newline(&mut self, from: usize) -> Result<usize, FramingError> {
        let newline = self.find_newline_within(from, usize::MAX)?;
        Ok(newline.unwrap_or(self.held.len()))
    }

    /// The same, if it comes within so many bytes or is held already.
    fn find_newline_within(
        &mut self,
        from: usize,
        longest: usize,
    ) -> Result<Option<usize>, FramingError> {
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

    /// Reads more; says whether there was any.
    fn fill(&mut self) -> Result<bool, FramingError> {
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
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Moves what is held to the start of the buffer, which grows up to the limit and a little.
    fn make_room(&mut self) -> Result<(), FramingError> {
        let largest = self.max_size + 2 * CHUNK;
        let size = self.buffer.len();
        // To move everything for a few bytes would take for ever.
        if size == largest && self.held.start < CHUNK {
            return Err(FramingError::TooLarge(self.position));
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
    serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Says whether this is enough of a stream to know what it is.
fn shows_what_it_is(start: &[u8]) -> bool {
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let text = text.trim_ascii_start();
    matches!(text.first(), Some(b'{' | b'[')) || memchr::memchr(b'\n', text).is_some()
}

/// A walk over a value by its brackets, which pauses where it must be known what follows.
#[derive(Default)]
struct Walk {
    at: usize,
    open: Vec<u8>,
    /// How many of the open brackets are around the value.
    around: usize,
    in_string: bool,
    is_escaped: bool,
    /// The last byte outside strings that is not white space.
    last: u8,
    /// A line break after which a value of its own may start, should this one never be closed.
    candidate: Option<usize>,
    /// Where in the stream the innermost open brackets are: those behind the candidate.
    places: Vec<u64>,
}

/// Why a walk paused.
enum Pause {
    /// The value ended just before.
    Closed,
    /// It stands at a line break.
    LineBreak,
    /// It needs more bytes.
    OutOfBytes,
    /// It went past a great many brackets that are still open.
    TooDeep,
}

/// How far a walk got.
enum Step {
    /// To the end of the value.
    Closed,
    /// To the end of a line; the next one starts with this byte.
    Line(u8),
    /// To the end of the stream.
    Ended,
    /// Past a great many brackets that are still open.
    TooDeep,
}

impl Walk {
    fn from(start: usize) -> Self {
        Self {
            at: start,
            ..Self::default()
        }
    }

    /// Says whether the bracket at this place of the stream is still open.
    fn holds_open(&self, place: u64) -> bool {
        self.places.binary_search(&place).is_ok()
    }

    /// The same walk as one over the value at `place`, which is still open, with what it stands at.
    fn of_value_at(mut self, place: u64, at: usize) -> Self {
        let before = self.places.partition_point(|open| *open < place);
        self.around = self.open.len() - (self.places.len() - before);
        // What is around the value is of no use. It goes in one piece: that costs less.
        if before >= MAX_DEPTH {
            self.open.drain(..std::mem::take(&mut self.around));
            self.places.drain(..before);
        }
        Self { at, ..self }
    }

    fn run(&mut self, bytes: &[u8], passed: u64) -> Pause {
        while let Some(byte) = bytes.get(self.at) {
            if *byte == b'\n' {
                self.is_escaped = false;
                return Pause::LineBreak;
            }
            if self.in_string {
                self.step_in_string(bytes);
            } else if let Some(pause) = self.step(*byte, passed) {
                return pause;
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

    /// Passes a byte outside strings; pauses where it closed the value.
    fn step(&mut self, byte: u8, passed: u64) -> Option<Pause> {
        let place = passed + self.at as u64;
        self.at += 1;
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => return self.enter(byte, place),
            b'}' | b']' => {
                self.open.pop();
                self.places.pop();
            }
            _ => {}
        }
        (self.open.len() == self.around).then_some(Pause::Closed)
    }

    fn enter(&mut self, bracket: u8, place: u64) -> Option<Pause> {
        self.open.push(bracket);
        if self.candidate.is_some() || !self.places.is_empty() {
            self.places.push(place);
        }
        (self.places.len() > 2 * MAX_DEPTH).then_some(Pause::TooDeep)
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
    use std::cell::Cell;

    use proptest::collection::vec;
    use proptest::prop_assert_eq;
    use proptest::sample::select;
    use proptest::test_runner::{Config, RngSeed, TestRunner};

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

    fn cut_by(text: &str, size: usize, buffering: Buffering) -> Vec<(String, usize, usize)> {
        let mut records = Records::new(Drip(text.as_bytes(), size), buffering, 1 << 20);
        let mut cut = Vec::new();
        while let Some(framed) = records.next().expect("memory can be read") {
            let record = framed.record();
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
                cut_by(text, size, Buffering::Whole),
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
    fn values_are_cut_alike_whatever_is_between_them() {
        for between in ["", " ", "  ", " \t", "\n", " \r\n", "\n\n"] {
            let text = ["{\"a\":1}", "{\"b\":[2]}", "{\"c\":3}"].join(between);
            let bodies: Vec<_> = cut_by(&text, 5, Buffering::Whole)
                .into_iter()
                .map(|(body, ..)| body.trim_end().to_owned())
                .collect();
            assert_eq!(
                bodies,
                ["{\"a\":1}", "{\"b\":[2]}", "{\"c\":3}"],
                "{text:?}"
            );
        }
    }

    #[test]
    fn records_do_not_depend_on_how_their_bytes_arrive() {
        const PIECES: &[&str] = &[
            "{\"a\":",
            "1",
            "}",
            "[",
            "]",
            ",",
            "\"",
            "\\",
            "\n",
            "\r\n",
            " ",
            "x",
            "{}",
            "\u{feff}",
            "{\"b\":2}\n",
        ];
        let texts = vec(select(PIECES), 0..16);
        let mut runner = TestRunner::new(Config {
            cases: 2000,
            rng_seed: RngSeed::Fixed(0x00c4_a710),
            failure_persistence: None,
            ..Config::default()
        });
        let result = runner.run(&texts, |pieces| {
            let text = pieces.concat();
            for buffering in [Buffering::Whole, Buffering::Eager] {
                let at_once = cut_by(&text, 1000, buffering);
                for size in [1, 2, 3, 7] {
                    prop_assert_eq!(&cut_by(&text, size, buffering), &at_once);
                }
            }
            Ok(())
        });
        assert!(result.is_ok(), "{result:?}");
    }

    #[test]
    fn what_is_cut_off_is_cut_at_the_same_places_when_it_nests() {
        let text = "[[\n{}\n".repeat(3) + "]\n{}\n";
        let want: Vec<_> = ["[[", "{}", "[[", "{}", "[[", "{}", "]", "{}"].to_vec();
        let bodies: Vec<_> = cut_by(&text, 3, Buffering::Whole)
            .into_iter()
            .map(|(body, ..)| body)
            .collect();
        assert_eq!(bodies, want);
        // A value that was closed in a walk over one around it is closed in its own.
        case(
            "[[\n{}\n[0,\n{}\n]\n{}\n",
            &[
                ("[[", 1, 1),
                ("{}", 2, 1),
                ("[0,\n{}\n]", 3, 1),
                ("{}", 6, 1),
            ],
        );
    }

    /// Counts what is read of a stream of one byte, and never ends.
    struct Counted<'a>(&'a [u8], &'a Cell<usize>);

    impl Read for Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            for (at, byte) in buffer.iter_mut().enumerate() {
                *byte = self.0[(self.1.get() + at) % self.0.len()];
            }
            self.1.set(self.1.get() + buffer.len());
            Ok(buffer.len())
        }
    }

    #[test]
    fn a_record_without_an_end_is_too_large_once_the_limit_is_read() {
        for endless in ["x", "[", "{\"a\":[\"", "[\n"] {
            let count = Cell::new(0);
            let reader = Counted(endless.as_bytes(), &count);
            let mut records = Records::new(reader, Buffering::Whole, 3 << 20);
            assert!(
                matches!(records.next(), Err(FramingError::TooLarge(_))),
                "{endless:?}"
            );
            assert!(count.get() <= (3 << 20) + 2 * CHUNK, "{endless:?}");
        }
    }

    #[test]
    fn a_record_of_the_limit_passes_and_one_more_byte_is_too_large() {
        let text = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
        for (layout, before, after) in [
            ("alone", "", ""),
            ("a line", "{}\n", "\n{}\n"),
            ("among values", "{} ", " {}"),
            ("an item", "[{},", ",{}]"),
        ] {
            for (size, fits) in [(CHUNK * 3, true), (CHUNK * 3 + 1, false)] {
                let text = format!("{before}{}{after}", text(size));
                let mut records = Records::new(text.as_bytes(), Buffering::Whole, CHUNK * 3);
                let (mut sizes, mut failures) = (Vec::new(), 0);
                loop {
                    match records.next() {
                        Ok(None) => break,
                        Ok(Some(framed)) => sizes.push(framed.record().bytes.len()),
                        Err(error) => {
                            assert!(matches!(error, FramingError::TooLarge(_)), "{error:?}");
                            failures += 1;
                        }
                    }
                }
                assert_eq!(sizes.contains(&size), fits, "{layout}: {sizes:?}");
                assert_eq!(failures, usize::from(!fits), "{layout}");
                let others = if before.is_empty() { 0 } else { 2 };
                assert_eq!(sizes.len() - usize::from(fits), others, "{layout}");
            }
        }
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
        let mut records = Records::new(
            Endless(b"{\"a\":1}\n{\"b\":2}\n"),
            Buffering::Eager,
            1 << 20,
        );
        for _ in 0..2 {
            assert!(records.next().expect("memory can be read").is_some());
        }
    }
}
