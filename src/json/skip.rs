//! Passes a container without reading it: its grammar is checked, and nothing else.
//!
//! Most of what is passed lies in values that nobody asked for, so this is written for speed: the place
//! in the text is a local number, and the brackets around it are bits.

use super::decoder::{escape_length, number_length, plain_length};

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
