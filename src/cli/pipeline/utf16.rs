//! Decodes UTF-16, which `PowerShell` and some editors write, to UTF-8.

use std::io::{self, Read};

/// The size of one read, in bytes.
const BLOCK: usize = 1 << 13;

/// Reads UTF-16 as UTF-8. Half of a surrogate pair, or an odd last byte, becomes U+FFFD.
pub(super) struct Utf16Reader<R> {
    inner: R,
    /// Decodes a code unit in the byte order of the text.
    unit: fn([u8; 2]) -> u16,
    /// The bytes of a character that was not read completely yet.
    pending: Vec<u8>,
    /// The decoded text, and how many of its bytes were returned.
    text: String,
    given: usize,
}

impl<R: Read> Utf16Reader<R> {
    /// A reader of what follows the byte order mark, which decides between UTF-16BE and UTF-16LE.
    pub(super) fn new(mark: &[u8], inner: R) -> Self {
        Self {
            inner,
            unit: match mark {
                [0xfe, 0xff] => u16::from_be_bytes,
                _ => u16::from_le_bytes,
            },
            pending: Vec::new(),
            text: String::new(),
            given: 0,
        }
    }

    /// Reads once and decodes all complete characters, or the rest at the end of the text. Returns
    /// false if there was nothing left.
    fn fill(&mut self) -> io::Result<bool> {
        let mut block = [0; BLOCK];
        let read = self.inner.read(&mut block)?;
        let had_pending = !self.pending.is_empty();
        self.pending.extend_from_slice(&block[..read]);
        self.given = 0;
        self.text.clear();
        self.decode(read == 0);
        Ok(read > 0 || had_pending)
    }

    fn decode(&mut self, is_end: bool) {
        let (units, odd) = self.pending.as_chunks();
        let units = units.iter().map(|bytes| (self.unit)(*bytes));
        // The other half of the pair may be in the next block.
        let is_cut = !is_end && matches!(units.clone().next_back(), Some(0xd800..0xdc00));
        let whole = units.len() - usize::from(is_cut);
        for character in char::decode_utf16(units.take(whole)) {
            self.text
                .push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if is_end && !odd.is_empty() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        let decoded = if is_end {
            self.pending.len()
        } else {
            2 * whole
        };
        self.pending.drain(..decoded);
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if !self.fill()? {
                return Ok(0);
            }
        }
        let copied = (&self.text.as_bytes()[self.given..]).read(buffer)?;
        self.given += copied;
        Ok(copied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LITTLE: &[u8] = &[0xff, 0xfe];
    const BIG: &[u8] = &[0xfe, 0xff];

    fn decoded(mark: &[u8], source: impl Read) -> String {
        let mut text = String::new();
        Utf16Reader::new(mark, source)
            .read_to_string(&mut text)
            .expect("it can be read");
        text
    }

    #[test]
    fn gives_the_text_wherever_it_is_split() {
        let text = "{\"text\": \"Halo 👋🏽, é \u{feff}\"}\n";
        let units = || text.encode_utf16();
        for (mark, saved) in [
            (
                LITTLE,
                units().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
            ),
            (BIG, units().flat_map(u16::to_be_bytes).collect()),
        ] {
            for split in 0..=saved.len() {
                let (start, end) = saved.split_at(split);
                assert_eq!(decoded(mark, start.chain(end)), text, "{mark:?} {split}");
            }
        }
    }

    #[test]
    fn replaces_what_is_not_a_character() {
        let high = [0x3d, 0xd8];
        let low = [0x4b, 0xdc];
        let a = [b'a', 0];
        for (saved, text) in [
            ([high, a, low].concat(), "\u{fffd}a\u{fffd}"),
            ([a, high].concat(), "a\u{fffd}"),
            ([&a[..], b"b"].concat(), "a\u{fffd}"),
            ([&high[..], b"b"].concat(), "\u{fffd}\u{fffd}"),
            (Vec::new(), ""),
        ] {
            for split in 0..=saved.len() {
                let (start, end) = saved.split_at(split);
                assert_eq!(decoded(LITTLE, start.chain(end)), text, "{saved:?} {split}");
            }
        }
    }

    #[test]
    fn reads_blocks_however_long_the_text_is() {
        let text = "é👋".repeat(BLOCK);
        let saved: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(decoded(BIG, &saved[..]) == text);
    }
}
