//! What `curl --trace` and `--trace-ascii` write: everything that was sent and received.
//!
//! ```text
//! => Send header, 235 bytes (0xeb)
//! 0000: 50 4f 53 54 20 2f 61 69 72 75 64 64 65 72 2f 73 POST /airudder/s
//! => Send data, 1637 bytes (0x665)
//! 0000: {"workflow_id": "0c6f1e6d52ab4f0f9a77", "workflow_name": "Entreg
//! 0040: a S\u00e3o Paulo ....", "nodetask_id": "7b1d9a40c2", "nodetask_n
//! ```
//!
//! With `--trace` the bytes are there, so the body is exact. `--trace-ascii` writes a dot for each
//! byte that is not printable ASCII, so a body with dots in it is decoded, and any other is text. The
//! offsets tell its line breaks: only a CRLF is left out between two lines.
//!
//! Time (`--trace-time`) and numbers of transfers (`--trace-ids`) may stand before each heading; the
//! parts of each transfer are then put together, even if several run at once.

use std::collections::HashMap;

use memchr::memchr;

use super::dumped::Sent;
use super::entry_reader::EntryReader;
use super::http::{self, split_line};

/// How many bytes a line of `--trace` shows.
const HEX_WIDTH: usize = 16;

/// Whether an input starts with a trace.
pub(super) fn detect(start: &[u8]) -> bool {
    let (line, _) = split_line(start.trim_ascii_start());
    Heading::read(line).is_some()
}

/// Reads every request that was sent.
pub(super) fn read(reader: &mut EntryReader<'_, '_>) {
    let mut trace = Trace::default();
    let mut rest = reader.record.bytes;
    while !rest.is_empty() {
        let (line, after) = split_line(rest);
        trace.add(line);
        rest = after;
    }
    trace.end_block();
    for message in trace.messages {
        message.deliver(reader);
    }
    if let Some(place) = trace.without_header {
        reader.problem(Some(place), "the header before this data is missing");
    }
}

/// The first line of a block.
struct Heading<'t> {
    /// What numbers the transfer, if anything does.
    transfer: &'t [u8],
    part: Option<Part>,
}

/// A part of a request that was sent, of this many bytes.
enum Part {
    Header(usize),
    Data(usize),
}

impl<'t> Heading<'t> {
    /// Reads a line such as `12:30:00.123456 [0-0] => Send data, 16 bytes (0x10)`.
    fn read(line: &'t [u8]) -> Option<Self> {
        let rest = after_time(line).unwrap_or(line);
        let (transfer, rest) = transfer(rest).unwrap_or((b"", rest));
        let is_other = rest.starts_with(b"== Info: ") || rest.starts_with(b"<= Recv ");
        let sent = rest.strip_prefix(b"=> Send ");
        (is_other || sent.is_some()).then(|| Self {
            transfer,
            part: sent.and_then(Part::read),
        })
    }
}

/// What follows the time `12:30:00.123456` at the start of a line.
fn after_time(line: &[u8]) -> Option<&[u8]> {
    let (time, rest) = line.split_at_checked(16)?;
    let is_time = time.iter().enumerate().all(|(at, byte)| match at {
        2 | 5 => *byte == b':',
        8 => *byte == b'.',
        15 => *byte == b' ',
        _ => byte.is_ascii_digit(),
    });
    is_time.then_some(rest)
}

/// The number of the transfer in `[0-0] ` at the start of a line, and what follows. The number after
/// the hyphen is that of the connection.
fn transfer(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = line.strip_prefix(b"[")?;
    let end = memchr(b']', inside)?;
    let rest = inside[end..].strip_prefix(b"] ")?;
    let number = &inside[..memchr(b'-', &inside[..end])?];
    number
        .iter()
        .all(u8::is_ascii_digit)
        .then_some((number, rest))
}

impl Part {
    /// Reads `data, 16 bytes (0x10)`. What is encrypted is sent in clear as well.
    fn read(words: &[u8]) -> Option<Self> {
        let words = std::str::from_utf8(words).ok()?;
        let (kind, size) = words.split_once(", ")?;
        let size = size.split(' ').next()?.parse().ok()?;
        match kind {
            "header" => Some(Self::Header(size)),
            "data" => Some(Self::Data(size)),
            _ => None,
        }
    }
}

/// A trace that is being read.
#[derive(Default)]
struct Trace<'t> {
    messages: Vec<Sent<'t>>,
    /// The last message of each transfer.
    open: HashMap<&'t [u8], usize>,
    block: Option<Block<'t>>,
    /// Whether bytes are in hex; known from the first header on.
    is_hex: Option<bool>,
    /// The first data that follows no header.
    without_header: Option<&'t [u8]>,
}

/// A block of bytes that were sent.
struct Block<'t> {
    heading: &'t [u8],
    transfer: &'t [u8],
    is_header: bool,
    size: usize,
    bytes: Vec<u8>,
    /// Whether bytes are missing.
    is_broken: bool,
}

impl<'t> Trace<'t> {
    fn add(&mut self, line: &'t [u8]) {
        if let Some(heading) = Heading::read(line) {
            self.end_block();
            self.block = heading
                .part
                .map(|sent| Block::new(line, heading.transfer, &sent));
            return;
        }
        let Some(block) = &mut self.block else {
            return;
        };
        let Some((offset, shown)) = offset(line) else {
            return;
        };
        // A request starts with a method in capital letters, which no two digits in hex are.
        let is_hex = *self
            .is_hex
            .get_or_insert_with(|| shown.get(2) == Some(&b' '));
        if is_hex {
            block.add_hex(offset, shown);
        } else {
            block.add_text(offset, shown);
        }
    }

    /// Adds the current block to its message.
    fn end_block(&mut self) {
        let Some(mut block) = self.block.take() else {
            return;
        };
        block.end();
        let open = self.open.get(block.transfer);
        let starts = block.is_header && http::is_request_line(&block.bytes);
        match open.and_then(|open| self.messages.get_mut(*open)) {
            Some(message) if !starts => {
                message.is_broken |= block.is_broken;
                message.bytes.extend(block.bytes);
            }
            _ if starts => {
                self.open.insert(block.transfer, self.messages.len());
                self.messages.push(Sent {
                    place: block.heading,
                    is_hex: self.is_hex.unwrap_or(false),
                    is_broken: block.is_broken,
                    bytes: block.bytes,
                });
            }
            _ => self.without_header = self.without_header.or(Some(block.heading)),
        }
    }
}

/// The offset at the start of a line of a block, and what follows it.
fn offset(line: &[u8]) -> Option<(usize, &[u8])> {
    let colon = memchr(b':', line).filter(|colon| (4..=16).contains(colon))?;
    let digits = std::str::from_utf8(&line[..colon]).ok()?;
    let offset = usize::from_str_radix(digits, 16).ok()?;
    let shown = &line[colon + 1..];
    Some((offset, shown.strip_prefix(b" ").unwrap_or(shown)))
}

impl<'t> Block<'t> {
    fn new(heading: &'t [u8], transfer: &'t [u8], part: &Part) -> Self {
        let (is_header, size) = match *part {
            Part::Header(size) => (true, size),
            Part::Data(size) => (false, size),
        };
        Self {
            heading,
            transfer,
            is_header,
            size,
            bytes: Vec::new(),
            is_broken: false,
        }
    }

    /// Adds a line of bytes in hex. What follows them shows the same bytes.
    fn add_hex(&mut self, offset: usize, shown: &[u8]) {
        self.is_broken |= offset != self.bytes.len();
        let count = HEX_WIDTH.min(self.size.saturating_sub(offset));
        for pair in shown.chunks(3).take(count) {
            let digits = pair
                .get(..2)
                .and_then(|pair| std::str::from_utf8(pair).ok());
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => self.bytes.push(byte),
                None => break,
            }
        }
    }

    /// Adds a line of text. If the line before it ended two bytes before this offset, a CRLF was
    /// between them.
    fn add_text(&mut self, offset: usize, shown: &[u8]) {
        self.close_gap(offset);
        self.bytes.extend_from_slice(shown);
    }

    fn close_gap(&mut self, offset: usize) {
        match offset.checked_sub(self.bytes.len()) {
            Some(0) => {}
            Some(2) => self.bytes.extend_from_slice(b"\r\n"),
            _ => self.is_broken = true,
        }
    }

    fn end(&mut self) {
        self.close_gap(self.size);
    }
}
