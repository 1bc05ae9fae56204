//! Where tokens and containers end: their grammar is checked, and nothing is read.
//!
//! Most of what is passed lies in values that nobody asked for, so this is written for speed: the place
//! in the text is a local number, and the brackets around it are bits.

/// The end of the object or array that starts at byte `at`.
///
/// It does not recurse, so that deeply nested text cannot exhaust the stack.
///
/// # Errors
/// The offset at which the text is not JSON any more.
pub(super) fn container_end(bytes: &[u8], mut at: usize) -> Result<usize, usize> {
    let mut outer = Brackets::default();
    loop {
        match bytes.get(at) {
            Some(b'"') => at = string_end(bytes, at)?,
            Some(open @ (b'{' | b'[')) => {
                at = blank_end(bytes, at + 1);
                let is_object = *open == b'{';
                if bytes.get(at) == Some(&closing(is_object)) {
                    at += 1;
                } else {
                    outer.push(is_object);
                    at = item_start(bytes, at, is_object)?;
                    continue;
                }
            }
            _ => at = scalar_end(bytes, at)?,
        }
        loop {
            let Some(is_object) = outer.last() else {
                return Ok(at);
            };
            at = blank_end(bytes, at);
            match bytes.get(at) {
                Some(b',') => {
                    at = blank_end(bytes, at + 1);
                    at = item_start(bytes, at, is_object)?;
                    break;
                }
                Some(close) if *close == closing(is_object) => {
                    at += 1;
                    outer.pop();
                }
                _ => return Err(at),
            }
        }
    }
}

fn closing(is_object: bool) -> u8 {
    if is_object { b'}' } else { b']' }
}

/// Where the value of the item at `at` starts: in an object, after the key and the colon.
#[inline]
fn item_start(bytes: &[u8], at: usize, is_object: bool) -> Result<usize, usize> {
    if !is_object {
        return Ok(at);
    }
    let colon = blank_end(bytes, string_end(bytes, at)?);
    if bytes.get(colon) != Some(&b':') {
        return Err(colon);
    }
    Ok(blank_end(bytes, colon + 1))
}

/// The offset of the first byte from `at` on that is not white space.
#[inline]
fn blank_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The end of the string that starts at `at`.
#[inline]
pub(super) fn string_end(bytes: &[u8], start: usize) -> Result<usize, usize> {
    let mut at = start + 1;
    if bytes.get(start) != Some(&b'"') {
        return Err(start);
    }
    loop {
        at += plain_length(&bytes[at..]);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += escape_length(&bytes[at..]).ok_or(start)?,
            _ => return Err(start),
        }
    }
}

/// The end of the number or word that starts at `at`. Something must follow it, because the text may
/// have been cut off inside it.
fn scalar_end(bytes: &[u8], at: usize) -> Result<usize, usize> {
    let rest = &bytes[at..];
    let is_word = |word: &&&[u8]| rest.starts_with(word);
    let words: [&[u8]; 3] = [b"true", b"false", b"null"];
    let length = match words.iter().find(is_word) {
        Some(word) => word.len(),
        None => number_length(rest).ok_or(at)?,
    };
    let end = at + length;
    match bytes.get(end) {
        Some(b',' | b'}' | b']') => Ok(end),
        Some(b' ' | b'\t' | b'\n' | b'\r') if blank_end(bytes, end) < bytes.len() => Ok(end),
        _ => Err(at),
    }
}

/// The kinds of the containers that are open, the innermost one last: objects are ones.
#[derive(Default)]
struct Brackets {
    /// Up to 64 of the innermost ones.
    bits: u64,
    depth: usize,
    /// The others, in words of 64.
    outer: Vec<u64>,
}

impl Brackets {
    #[inline]
    fn push(&mut self, is_object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.bits);
        }
        self.bits = self.bits << 1 | u64::from(is_object);
        self.depth += 1;
    }

    #[inline]
    fn last(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.bits & 1 == 1)
    }

    #[inline]
    fn pop(&mut self) {
        self.depth -= 1;
        self.bits >>= 1;
        if self.depth.is_multiple_of(64) {
            self.bits = self.outer.pop().unwrap_or_default();
        }
    }
}

/// How many bytes come before the next quote, escape or control character, or before the end.
///
/// It looks at eight bytes at a time, because most strings are too short for vector instructions to
/// pay off. In `special` the highest bit of a byte is set if it is one of the three. A byte that is
/// not may be marked too, but only after one that is.
pub(super) fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let mut rest = text;
    while let Some((bytes, more)) = rest.split_first_chunk() {
        let bytes = u64::from_le_bytes(*bytes);
        let below = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit)) & !bytes;
        // Flipping the second bit makes the quote the first character after the control characters,
        // and maps these among themselves.
        let quote_or_control = below(bytes ^ (ONES * 2), (b'"' ^ 2) + 1);
        let escape = below(bytes ^ (ONES * u64::from(b'\\')), 1);
        let special = (quote_or_control | escape) & (ONES << 7);
        if special != 0 {
            return text.len() - rest.len() + special.trailing_zeros() as usize / 8;
        }
        rest = more;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    text.len() - rest.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The length of the escape that a text starts with. It need not name a character.
fn escape_length(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => {
            let digits = text.get(2..6)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(6)
        }
        _ => None,
    }
}

/// The length of the number that a text starts with.
pub(super) fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let some_digits = |from: usize| Some(digits(from)).filter(|end| *end > from);
    let start = usize::from(text.first() == Some(&b'-'));
    let mut end = some_digits(start)?;
    if text[start] == b'0' && end > start + 1 {
        return None;
    }
    if text.get(end) == Some(&b'.') {
        end = some_digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(end) {
        let has_sign = matches!(text.get(end + 1), Some(b'+' | b'-'));
        end = some_digits(end + 1 + usize::from(has_sign))?;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_end_of_what_is_plain_at_every_distance() {
        for special in ['"', '\\', '\0', '\u{1f}', '\n'] {
            for distance in 0..40 {
                let text = format!("{}{special}é\"{}", "é ~\u{7f}".repeat(9), "x".repeat(9));
                let text = &text[text.ceil_char_boundary(distance)..];
                let end = text.find(special);
                assert_eq!(Some(plain_length(text.as_bytes())), end, "{text:?}");
            }
        }
        assert_eq!(plain_length(b"no end"), 6);
    }
}
