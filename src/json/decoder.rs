//! Reads JSON value by value and checks its grammar on the way.

use super::skip::{container_end, number_length, plain_length, string_end};

/// The white space of JSON's grammar, which is less than that of ASCII or Unicode.
pub(super) const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The text is not JSON from here on. Readers stop and keep what they have.
///
/// It holds neither the reason nor the place. `serde_json` finds those, once, when reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SyntaxError;

/// A position in JSON text, which moves forward value by value and only over valid JSON.
///
/// It decodes nothing: a value is the part of the text that it covers. So a number keeps every digit,
/// and a reader that gets a value of the wrong type has already passed it, can report what it is, and
/// goes on. A value is passed as a whole or not at all. A number or a word only counts as whole if
/// something follows it, because the text may have been cut off inside it.
#[derive(Debug, Clone)]
pub(crate) struct Decoder<'de> {
    text: &'de str,
    at: usize,
    /// Whether only the outline of each record is read.
    is_outline: bool,
}

impl<'de> Decoder<'de> {
    /// At the start of `text`.
    pub(crate) fn new(text: &'de str) -> Self {
        Self {
            text,
            at: 0,
            is_outline: false,
        }
    }

    /// The same, to read only the outlines of records.
    pub(super) fn of_outline(text: &'de str) -> Self {
        Self {
            is_outline: true,
            ..Self::new(text)
        }
    }

    /// Whether only the outline of each record is read.
    pub(super) fn is_outline(&self) -> bool {
        self.is_outline
    }

    /// The offset of the next byte.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'de [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Passes white space and returns the byte after it, without passing that.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Passes `mark` if it comes next.
    pub(super) fn eat(&mut self, mark: u8) -> bool {
        let found = self.peek() == Some(mark);
        self.at += usize::from(found);
        found
    }

    /// Moves from the opening bracket or the last value of a container to the next item or key.
    /// Returns false if the container ends instead: it has passed the bracket `close`.
    pub(super) fn next(&mut self, close: u8, is_first: bool) -> Result<bool, SyntaxError> {
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !is_first => {
                self.at += 1;
                self.peek();
                Ok(true)
            }
            Some(_) if is_first => Ok(true),
            _ => Err(SyntaxError),
        }
    }

    /// Passes the colon after a key.
    pub(super) fn colon(&mut self) -> Result<(), SyntaxError> {
        self.eat(b':').then_some(()).ok_or(SyntaxError)
    }

    /// Passes the end of the text.
    pub(super) fn end(&mut self) -> Result<(), SyntaxError> {
        self.peek().is_none().then_some(()).ok_or(SyntaxError)
    }

    /// Passes `expected` if the text continues with exactly that. This is fast for several tokens that
    /// are nearly always written in the same way.
    pub(super) fn eat_text(&mut self, expected: &str) -> bool {
        let text = self.rest().get(..expected.len());
        let found = text.is_some_and(|text| is_same(text, expected.as_bytes()));
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Passes a string without escapes and returns its content. If anything else comes next, returns
    /// `None` and passes nothing.
    pub(super) fn plain_string(&mut self) -> Option<&'de str> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = start + plain_length(&self.rest()[1..]);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        Some(&self.text[start..end])
    }

    /// Passes a string and returns it as written, with its quotes.
    pub(super) fn string(&mut self) -> Result<&'de str, SyntaxError> {
        self.peek();
        let start = self.at;
        self.pass_string()?;
        Ok(&self.text[start..self.at])
    }

    /// Passes one value of any type and returns it as written.
    pub(super) fn value(&mut self) -> Result<&'de str, SyntaxError> {
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'{' | b'[') => self.pass_container(),
            _ => self.pass_single(),
        }?;
        Ok(&self.text[start..self.at])
    }

    /// Passes the opening bracket of a container, or the whole of any other value: the least from which
    /// something can be read.
    pub(super) fn begin_value(&mut self) -> Result<(), SyntaxError> {
        match self.open() {
            Some(_) => Ok(()),
            None => self.pass_single(),
        }
    }

    /// Whether the value at byte `start`, after white space, is an object or array. If the text is cut
    /// off inside one, a part of it was read.
    #[cold]
    pub(super) fn is_container(&self, start: usize) -> bool {
        let value = self.text[start..].trim_start_matches(WHITE_SPACE);
        value.starts_with(['{', '['])
    }

    /// Passes a container, whose opening bracket comes next.
    fn pass_container(&mut self) -> Result<(), SyntaxError> {
        let end = container_end(self.text.as_bytes(), self.at);
        self.at = end.unwrap_or_else(|fault| fault);
        end.map(drop).map_err(|_| SyntaxError)
    }

    /// Passes an opening bracket, if one comes next, and returns its closing bracket.
    fn open(&mut self) -> Option<u8> {
        let close = match self.peek()? {
            b'{' => b'}',
            b'[' => b']',
            _ => return None,
        };
        self.at += 1;
        Some(close)
    }

    /// Passes a string, a number or a word.
    fn pass_single(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(b'"') => self.pass_string(),
            Some(b't') => self.pass_word(b"true"),
            Some(b'f') => self.pass_word(b"false"),
            Some(b'n') => self.pass_word(b"null"),
            _ => self.pass_number(),
        }
    }

    /// Passes a string, if its opening quote comes next.
    fn pass_string(&mut self) -> Result<(), SyntaxError> {
        self.at = string_end(self.text.as_bytes(), self.at).map_err(|_| SyntaxError)?;
        Ok(())
    }

    fn pass_word(&mut self, word: &[u8]) -> Result<(), SyntaxError> {
        if !self.rest().starts_with(word) {
            return Err(SyntaxError);
        }
        self.pass_scalar(word.len())
    }

    fn pass_number(&mut self) -> Result<(), SyntaxError> {
        let length = number_length(self.rest()).ok_or(SyntaxError)?;
        self.pass_scalar(length)
    }

    /// Passes a number or a word of this length, if it ends there.
    fn pass_scalar(&mut self, length: usize) -> Result<(), SyntaxError> {
        let end = self.at + length;
        let ends = match self.text.as_bytes().get(end) {
            Some(b',' | b'}' | b']') => true,
            _ => self.is_end_of_scalar(end),
        };
        if !ends {
            return Err(SyntaxError);
        }
        self.at = end;
        Ok(())
    }

    /// Whether a number or word that ends at `end` is complete: white space and something else follow,
    /// or it is the whole text.
    #[cold]
    fn is_end_of_scalar(&self, end: usize) -> bool {
        let (before, after) = (&self.text[..self.at], &self.text[end..]);
        let more = after.trim_start_matches(WHITE_SPACE);
        if more.is_empty() {
            before.trim_start_matches(WHITE_SPACE).is_empty()
        } else {
            more.len() < after.len()
        }
    }
}

/// Compares two short texts of equal length by two words, which may overlap. A call of `memcmp` would
/// cost more than that.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        (Some(x), Some(y)) if a.len() <= 16 => x == y && a.last_chunk::<8>() == b.last_chunk(),
        (None, _) if a.len() >= 4 => {
            a.first_chunk::<4>() == b.first_chunk() && a.last_chunk::<4>() == b.last_chunk()
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::{Config, TestRunner};
    use serde::de::IgnoredAny;

    use super::*;

    fn is_json(text: &str) -> bool {
        let mut decoder = Decoder::new(text);
        let value = decoder.value().and_then(|_| decoder.end());
        value.is_ok()
    }

    #[test]
    fn takes_what_serde_json_takes_and_nothing_else() {
        // A piece for each token, for parts of tokens, and for what is not a token though it may look
        // like one.
        let tokens = r#"{ } [ ] , : "a" "a": [1, {"b":[]} true null 0 12"#.split(' ');
        let parts = r#"" \ \n \u00e \ud83d 9 - .5 e +1 fals 0123456 "1234567 é"#.split(' ');
        let blanks = ["\n", "\t", " ", "\u{1}", "\u{7f}", "\u{c}", "\u{a0}"];
        let pieces: Vec<&str> = tokens.chain(parts).chain(blanks).collect();
        let text = prop::collection::vec(select(pieces), 0..8).prop_map(|pieces| pieces.concat());
        let outcome = TestRunner::new(Config::with_cases(20_000)).run(&text, |text| {
            for text in [text.clone(), format!("[{text}]"), format!("\"{text}\"")] {
                let judged = serde_json::from_str::<IgnoredAny>(&text).is_ok();
                prop_assert_eq!(is_json(&text), judged, "{:?}", text);
            }
            Ok(())
        });
        assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
    }

    #[test]
    fn a_number_that_may_go_on_is_not_passed() {
        let passes = |text: &str| {
            let mut decoder = Decoder::new(text);
            let opened = decoder.eat(b'[');
            decoder.value().is_ok() && opened
        };
        for whole in ["[12]", "[12,", "[12 x", "[null\n]", "[\"a\""] {
            assert!(passes(whole), "{whole}");
        }
        for open in ["[12", "[12 \n", "[12x", "[1.", "[nul", "[null", "[\"a"] {
            assert!(!passes(open), "{open}");
        }
    }
}
