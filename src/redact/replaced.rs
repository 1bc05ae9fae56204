//! A text in which pseudonyms replace what was found.
//!
//! They are set apart from letters and digits beside them, so that a second search finds the same:
//! a number that touches another, or a name in front of an address, would be something else.

use std::ops::Range;

/// A text whose parts are replaced from left to right.
pub(super) struct Replaced<'t> {
    text: &'t str,
    done: String,
    copied: usize,
    /// The identity that was replaced last.
    last: Option<usize>,
}

impl<'t> Replaced<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            done: String::with_capacity(text.len()),
            copied: 0,
            last: None,
        }
    }

    /// Replaces some bytes, which come after those before. The parts of a name that stand side by side become one pseudonym. A
    /// pseudonym stands alone, so that it does not become a part of something else.
    pub(super) fn put(&mut self, bytes: Range<usize>, pseudonym: &str, id: Option<usize>) {
        let between = &self.text[self.copied..bytes.start];
        if &self.text[bytes.clone()] == pseudonym {
            return;
        }
        let goes_on = id.is_some() && id == self.last && between == " ";
        if !goes_on {
            let is_address = self.done.ends_with("@example.com") || pseudonym.contains('@');
            self.copy(between);
            let joins = |c: char| joins_words(c) && (is_address || !matches!(c, '-' | '.'));
            if self.done.ends_with(joins) {
                self.done.push(' ');
            }
            self.done.push_str(pseudonym);
        }
        self.copied = bytes.end;
        self.last = id;
    }

    /// Copies what follows a pseudonym.
    fn copy(&mut self, text: &str) {
        let is_address = self.done.ends_with("@example.com");
        let is_joined = match text.chars().next() {
            Some('-' | '.') => is_address && text[1..].starts_with(joins_words),
            Some(c) => joins_words(c),
            None => false,
        };
        if self.copied > 0 && is_joined {
            self.done.push(' ');
        }
        self.done.push_str(text);
    }

    /// The text with everything replaced.
    pub(super) fn finish(mut self) -> String {
        let rest = &self.text[self.copied..];
        self.copy(rest);
        self.done
    }
}

/// Whether a character may join two words to one address or number.
fn joins_words(c: char) -> bool {
    c.is_alphanumeric() || "+@=%_-.".contains(c)
}
