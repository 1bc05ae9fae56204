//! What `socat -x` and `-v` write about the bytes that they pass on.
//!
//! ```text
//! > 2025/04/15 06:41:10.000250123  length=1873 from=0 to=1872
//!  50 4f 53 54 20 2f 61 69 72 75 64 64 65 72 2f 73  POST /airudder/s
//! ```
//!
//! Each heading tells how many bytes follow and where in the stream of a connection they belong. With
//! `-x` they are in hex, so the body is exact. With `-v` alone they are text: line breaks as they are, a
//! few escapes, and a dot for each byte that is not printable. Such a body is decoded if it has a dot,
//! and text otherwise. The number of bytes ends a block, so no text in it is taken for a heading.

use memchr::memchr;

use super::dumped::Sent;
use super::entry_reader::EntryReader;
use super::http;

/// Whether an input starts with a block of a dump.
pub(super) fn detect(start: &[u8]) -> bool {
    Heading::read(start.trim_ascii_start()).is_some()
}

/// Reads every request that was sent to the right, as socat calls it.
pub(super) fn read(reader: &mut EntryReader<'_, '_>) {
    let mut sent: Vec<Sent<'_>> = Vec::new();
    let mut is_hex = None;
    let mut rest = reader.record.bytes;
    while !rest.is_empty() {
        let Some(heading) = Heading::read(rest) else {
            // socat's own messages stand between blocks.
            rest = memchr(b'\n', rest).map_or(&b""[..], |newline| &rest[newline + 1..]);
            continue;
        };
        let block = heading.block;
        // A line of hex starts with a blank, which no request does.
        let is_hex = *is_hex.get_or_insert_with(|| block.starts_with(b" "));
        let (bytes, after) = if is_hex {
            read_hex(block, heading.length)
        } else {
            read_text(block, heading.length)
        };
        rest = after;
        if heading.is_sent {
            add(&mut sent, &heading, bytes, is_hex);
        }
    }
    for sent in sent {
        sent.deliver(reader);
    }
}

/// Adds the bytes of a block to those before them on the same connection.
fn add<'t>(sent: &mut Vec<Sent<'t>>, heading: &Heading<'t>, bytes: Vec<u8>, is_hex: bool) {
    let is_broken = bytes.len() < heading.length;
    // Several connections may be open, and the offset is all that tells them apart.
    let open = sent.last_mut();
    let open = open.filter(|open| heading.from > 0 && open.bytes.len() == heading.from);
    match open {
        Some(open) => {
            open.is_broken |= is_broken;
            open.bytes.extend(bytes);
        }
        None if heading.from == 0 || http::is_request_line(&bytes) => sent.push(Sent {
            place: heading.line,
            is_hex,
            is_broken,
            bytes,
        }),
        None => {
            if let Some(last) = sent.last_mut() {
                last.is_broken = true;
            }
        }
    }
}

/// The first line of a block.
struct Heading<'t> {
    line: &'t [u8],
    is_sent: bool,
    /// How many bytes the block shows.
    length: usize,
    /// How many bytes came before them.
    from: usize,
    /// What follows the line.
    block: &'t [u8],
}

impl<'t> Heading<'t> {
    /// Reads `> 2025/04/15 06:41:10.000250123  length=16 from=0 to=15` and a line break.
    fn read(text: &'t [u8]) -> Option<Self> {
        let (line, block) = text.split_at(memchr(b'\n', text)?);
        let words = std::str::from_utf8(line).ok()?;
        let (is_sent, words) = match words.split_once(' ')? {
            (">", words) => (true, words),
            ("<", words) => (false, words),
            _ => return None,
        };
        let mut words = words.split_ascii_whitespace();
        let is_date = |word: &str, marks: [usize; 2], mark| {
            marks
                .iter()
                .all(|at| word.as_bytes().get(*at) == Some(&mark))
        };
        let is_time = is_date(words.next()?, [4, 7], b'/') && is_date(words.next()?, [2, 5], b':');
        let length = words.next()?.strip_prefix("length=")?.parse().ok()?;
        let from = words.next()?.strip_prefix("from=")?.parse().ok()?;
        is_time.then_some(Self {
            line,
            is_sent,
            length,
            from,
            block: &block[1..],
        })
    }
}

/// Reads lines of bytes in hex, each of which may show them as text as well. Returns the bytes, and
/// what follows.
fn read_hex(block: &[u8], length: usize) -> (Vec<u8>, &[u8]) {
    let mut bytes = Vec::new();
    let mut rest = block;
    while bytes.len() < length && rest.starts_with(b" ") {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        for group in rest[..end].chunks_exact(3).take(length - bytes.len()) {
            let digits = group.strip_prefix(b" ");
            match digits.and_then(|digits| hex::decode(digits).ok()) {
                Some(byte) => bytes.extend(byte),
                None => break,
            }
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    (bytes, rest)
}

/// Reads bytes as text, with escapes for some. Returns them, and what follows.
fn read_text(block: &[u8], length: usize) -> (Vec<u8>, &[u8]) {
    let mut bytes = Vec::new();
    let mut rest = block;
    while bytes.len() < length {
        rest = match *rest {
            [] | [b'\\'] => break,
            [b'\\', escaped, ref after @ ..] => {
                bytes.push(unescaped(escaped));
                after
            }
            _ => {
                let plain = &rest[..rest.len().min(length - bytes.len())];
                let plain = memchr(b'\\', plain).map_or(plain, |escape| &plain[..escape]);
                bytes.extend_from_slice(plain);
                &rest[plain.len()..]
            }
        };
    }
    (bytes, rest)
}

/// The byte that is spelled with a backslash and this character.
fn unescaped(escaped: u8) -> u8 {
    match escaped {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        other => other,
    }
}
