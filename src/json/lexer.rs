//! Finds values in JSON text without a tree, recursion or copies.
//!
//! It does not check the grammar. On text that is not JSON it stops early, and never panics.

use std::borrow::Cow;
use std::ops::Range;

use crate::Text;

/// A position in JSON text, which moves forward value by value.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    /// At the start of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// At byte `at` of `text`.
    pub(super) fn starting_at(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// The offset of the next byte.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// The next byte that is not white space, without passing it.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let blank = rest
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())
            .unwrap_or(rest.len());
        self.at += blank;
        rest.get(blank).copied()
    }

    /// Passes `byte` if it comes next.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Passes one value and returns the bytes that it covers. A value that is not closed reaches to the
    /// end of the text.
    pub(crate) fn value(&mut self) -> Option<Range<usize>> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'"' => self.string(),
            b'{' | b'[' => self.container(),
            b',' | b':' | b'}' | b']' => return None,
            _ => self.scalar(),
        }
        Some(start..self.at)
    }

    /// Passes one token: a string, a number, a word or a punctuation mark.
    pub(super) fn next_token(&mut self) -> Option<Range<usize>> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => self.at += 1,
            b'"' => self.string(),
            _ => self.scalar(),
        }
        Some(start..self.at)
    }

    /// The text of some bytes.
    pub(super) fn text(&self, span: Range<usize>) -> &'a str {
        &self.text[span]
    }

    /// Passes one value and returns its text, which is empty if no value follows.
    pub(super) fn token(&mut self) -> &'a str {
        self.value().map_or("", |span| self.text(span))
    }

    /// Passes the key of an object's next member and the colon. Returns `None` at the object's end.
    ///
    /// Call it after passing the opening brace, and pass the value before calling it again.
    pub(crate) fn key(&mut self) -> Option<(Range<usize>, Cow<'a, str>)> {
        let key = self.bare_key()?;
        self.eat(b':').then_some(key)
    }

    /// Passes the key of an object's next member, but not the colon, which may be missing.
    pub(super) fn bare_key(&mut self) -> Option<(Range<usize>, Cow<'a, str>)> {
        self.eat(b',');
        if self.peek()? != b'"' {
            return None;
        }
        let span = self.value()?;
        Some((span.clone(), unescape(&self.text[span])))
    }

    /// Passes a string. Its opening quote must come next.
    fn string(&mut self) {
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[self.at..]) {
            self.at += found + 1;
            if bytes[self.at - 1] == b'"' {
                return;
            }
            self.at += usize::from(self.at < bytes.len());
        }
        self.at = bytes.len();
    }

    /// Passes an object or array by counting brackets outside strings.
    fn container(&mut self) {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Passes a number or a word, which ends where something else follows.
    fn scalar(&mut self) {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| {
            c.is_ascii_whitespace() || matches!(c, ',' | ':' | '}' | ']' | '{' | '[' | '"')
        });
        self.at += end.unwrap_or(rest.len());
    }
}

/// The members of an object in order: their keys and the text of their values.
pub(crate) fn members(object: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let mut lexer = Lexer::new(object);
    let open = lexer.eat(b'{');
    std::iter::from_fn(move || {
        let (_, key) = open.then(|| lexer.key())??;
        let value = lexer.value()?;
        Some((key, &object[value]))
    })
}

/// The text of the last member of an object named `name`, as far as it goes if the text is cut off.
pub(super) fn last_member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    members(object)
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value)
        .last()
}

/// The text of each item of an array.
pub(super) fn items(array: &str) -> impl Iterator<Item = &str> {
    let mut lexer = Lexer::new(array);
    let open = lexer.eat(b'[');
    std::iter::from_fn(move || {
        lexer.eat(b',');
        let item = open.then(|| lexer.value())??;
        Some(&array[item])
    })
}

/// The bytes of each token of a text, in order.
pub(crate) fn token_spans(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut lexer = Lexer::new(text);
    std::iter::from_fn(move || lexer.next_token())
}

/// The content of a string token, borrowed if it has no escapes.
///
/// An unpaired surrogate, which is not a character, becomes U+FFFD.
pub(crate) fn unescape(token: &str) -> Cow<'_, str> {
    unescape_strictly(token).unwrap_or_else(|| {
        let mended = serde_json::from_str(&without_lone_surrogates(token));
        mended.map_or(Cow::Borrowed(without_quotes(token)), Cow::Owned)
    })
}

/// The content of a string token; `None` if it has an unpaired surrogate.
pub(super) fn unescape_strictly(token: &str) -> Option<Cow<'_, str>> {
    let inner = without_quotes(token);
    if !inner.as_bytes().contains(&b'\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(token).ok().map(Cow::Owned)
}

fn without_quotes(token: &str) -> &str {
    let inner = token.strip_prefix('"').unwrap_or(token);
    inner.strip_suffix('"').unwrap_or(inner)
}

/// A value for people: the content of a string, or any other value on one line.
pub(crate) fn readable(json: &str) -> Text<'_> {
    Text::from(if json.starts_with('"') {
        unescape(json)
    } else {
        compact(json)
    })
}

/// JSON text with every unpaired surrogate replaced with `\ufffd`, which has the same length, so that
/// places stay the same.
pub(crate) fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let mut lone = lone_surrogates(text).peekable();
    if lone.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut mended = String::with_capacity(text.len());
    let mut copied = 0;
    for at in lone {
        mended.push_str(&text[copied..at]);
        mended.push_str("\\ufffd");
        copied = at + 6;
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}

/// The offsets of escapes that are unpaired surrogates.
pub(super) fn lone_surrogates(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let unit = |at: usize| {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            let at = next + memchr::memchr(b'\\', bytes.get(next..)?)?;
            let (length, is_lone) = match unit(at) {
                Some(0xd800..0xdc00) if matches!(unit(at + 6), Some(0xdc00..0xe000)) => (12, false),
                Some(0xd800..0xe000) => (6, true),
                Some(_) => (6, false),
                None => (2, false),
            };
            next = at + length;
            if is_lone {
                return Some(at);
            }
        }
    })
}

/// JSON text without the white space between its tokens.
pub(crate) fn compact(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_ascii_whitespace()) {
        return Cow::Borrowed(text);
    }
    let mut compact = String::with_capacity(text.len());
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next_token() {
        compact.push_str(&text[token]);
    }
    Cow::Owned(compact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_members_in_order() {
        let found: Vec<_> = members(r#" { "a" : [1, {"b":"}"}] , "\u00e9": "\"" } "#).collect();
        assert_eq!(
            found,
            [
                (Cow::from("a"), r#"[1, {"b":"}"}]"#),
                (Cow::from("é"), r#""\"""#)
            ]
        );
    }

    #[test]
    fn survives_what_is_not_json() {
        for text in [
            "",
            "{",
            "{\"",
            "{\"a",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":[",
            "{]",
            "}",
            "\"\\",
            "{\"a\":\"\\u",
            "[}}}",
        ] {
            assert!(members(text).count() < 2, "{text}");
            let _ = (
                Lexer::new(text).value(),
                compact(text),
                unescape(text),
                lone_surrogates(text).count(),
            );
        }
    }

    #[test]
    fn mends_only_lone_surrogates() {
        assert_eq!(
            without_lone_surrogates(r"\ud83d\ude00 \\ud83d \ud83d"),
            r"\ud83d\ude00 \\ud83d \ufffd"
        );
        assert_eq!(unescape(r#""\ude00\ud83dx""#), "\u{fffd}\u{fffd}x");
    }

    #[test]
    fn compacts_between_tokens_only() {
        assert_eq!(
            compact("{ \"a b\" : [ 1.0 ,\n\ttrue ] }"),
            r#"{"a b":[1.0,true]}"#
        );
    }
}
