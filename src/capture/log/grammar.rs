//! Finding the end of a JSON value in text that goes on behind it, or breaks off in it.

use std::ops::ControlFlow;

/// Where a walk over a value stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walked {
    /// The value ends before this offset.
    Closed(usize),
    /// The text ends, and the value may go on.
    Open,
    /// What stands at this offset cannot go on the value.
    Broken(usize),
}

/// A walk over one value, which checks the grammar of JSON between tokens, and may pause where a line
/// ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Walk {
    /// The brackets that are open.
    open: Vec<u8>,
    /// The last token: a punctuation mark, `k` for a key, `v` for a value, or 0 for none.
    last: u8,
}

impl Walk {
    /// Walks on through `text` from the offset `at`.
    pub(super) fn run(&mut self, text: &[u8], mut at: usize) -> Walked {
        while let Some(byte) = text.get(at) {
            if byte.is_ascii_whitespace() {
                at += 1;
                continue;
            }
            match self.token(text, at) {
                ControlFlow::Continue(next) => at = next,
                ControlFlow::Break(place) => return Walked::Broken(place),
            }
            if self.open.is_empty() {
                return Walked::Closed(at);
            }
        }
        Walked::Open
    }

    /// Passes the token at `at`, and returns the offset behind it, or that of what is wrong.
    fn token(&mut self, text: &[u8], at: usize) -> ControlFlow<usize, usize> {
        let in_object = self.open.last() == Some(&b'{');
        let is_key = in_object && matches!(self.last, b'{' | b',');
        let byte = text[at];
        let is_allowed = match byte {
            b'"' => is_key || self.may_be_value(),
            b':' => self.last == b'k',
            b',' => self.last == b'v',
            b'}' => in_object && matches!(self.last, b'{' | b'v'),
            b']' => !in_object && matches!(self.last, b'[' | b'v'),
            _ => self.may_be_value(),
        };
        if !is_allowed {
            return ControlFlow::Break(at);
        }
        self.last = byte;
        match byte {
            b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => {
                self.open.pop();
                self.last = b'v';
            }
            b',' | b':' => {}
            b'"' => {
                self.last = if is_key { b'k' } else { b'v' };
                return string(text, at);
            }
            _ => return self.scalar(text, at),
        }
        ControlFlow::Continue(at + 1)
    }

    fn may_be_value(&self) -> bool {
        let in_array = self.open.last() == Some(&b'[');
        self.open.is_empty() || self.last == b':' || in_array && matches!(self.last, b'[' | b',')
    }

    fn scalar(&mut self, text: &[u8], start: usize) -> ControlFlow<usize, usize> {
        self.last = b'v';
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let length = text[start..]
            .iter()
            .take_while(|byte| is_part(byte))
            .count();
        let word = &text[start..start + length];
        if is_scalar(word) {
            ControlFlow::Continue(start + length)
        } else {
            ControlFlow::Break(start + length)
        }
    }
}

/// Passes a string, which ends on its line.
fn string(text: &[u8], start: usize) -> ControlFlow<usize, usize> {
    let mut at = start + 1;
    while let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', &text[at..]) {
        at += found;
        match text[at] {
            b'"' => return ControlFlow::Continue(at + 1),
            b'\\' => at = (at + 2).min(text.len()),
            _ => return ControlFlow::Break(at),
        }
    }
    ControlFlow::Break(text.len())
}

/// Whether a word is a number or one of the three words of JSON.
pub(super) fn is_scalar(word: &[u8]) -> bool {
    match word.first() {
        Some(b'-' | b'0'..=b'9') => serde_json::from_slice::<serde::de::IgnoredAny>(word).is_ok(),
        _ => matches!(word, b"true" | b"false" | b"null"),
    }
}
