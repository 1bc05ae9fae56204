//! The body as JSON tokens, in its own order and sorted by key.
//!
//! A body is cut once, and printed some eighty times from the result. A token is eight bytes, so
//! that the tokens of a 16 MiB body, of which each may be one byte long, fit into memory twice.

use std::borrow::Cow;
use std::iter::Peekable;
use std::slice::Iter;

use serde::de::IgnoredAny;

use crate::json::{token_spans, unescape};

/// How many bytes a body may have to be printed again.
pub(in crate::diagnosis) const MAX_BODY: usize = 16 << 20;
/// How many arrays and objects may be open at once: sorting calls itself that deep.
pub(super) const MAX_DEPTH: usize = 128;

/// A body cut into JSON tokens.
pub(in crate::diagnosis) struct JsonTokens<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// The same tokens with the members of each object in the order of their keys.
    sorted: Vec<Token>,
}

/// The place of a token in the text, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Token {
    start: u32,
    end: u32,
}

/// The tokens that are still to be sorted.
type Rest<'t> = Peekable<Iter<'t, Token>>;

impl<'t> JsonTokens<'t> {
    /// Cuts a body into tokens; `None` if it is not JSON, longer than [`MAX_BODY`], or nested
    /// deeper than [`MAX_DEPTH`].
    pub(in crate::diagnosis) fn read(body: &'t [u8]) -> Option<Self> {
        if body.len() > MAX_BODY {
            return None;
        }
        let text = std::str::from_utf8(body).ok()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        let mut json = Self {
            text,
            tokens: tokens(text)?,
            sorted: Vec::new(),
        };
        if json.depth() > MAX_DEPTH {
            return None;
        }
        json.sorted = json.sort();
        Some(json)
    }

    /// The text without the byte order mark and the white space around it.
    pub(in crate::diagnosis) fn text(&self) -> &'t str {
        self.text
    }

    /// The tokens in the order of the body, or sorted by key.
    pub(super) fn tokens(&self, is_sorted: bool) -> &[Token] {
        if is_sorted {
            &self.sorted
        } else {
            &self.tokens
        }
    }

    pub(super) fn token(&self, token: Token) -> &'t str {
        &self.text[token.start as usize..token.end as usize]
    }

    /// The first byte of a token, which tells its kind.
    pub(super) fn kind(&self, token: Token) -> u8 {
        self.text.as_bytes()[token.start as usize]
    }

    /// What is between two tokens that follow each other in the body.
    pub(super) fn between(&self, before: Token, after: Token) -> &'t str {
        &self.text[before.end as usize..after.start as usize]
    }

    fn depth(&self) -> usize {
        let mut depth = 0_usize;
        let depths = self.tokens.iter().map(|token| {
            match self.kind(*token) {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth
        });
        depths.max().unwrap_or_default()
    }

    fn sort(&self) -> Vec<Token> {
        let mut sorted = Vec::with_capacity(self.tokens.len());
        self.sort_value(&mut self.tokens.iter().peekable(), &mut sorted);
        sorted
    }

    /// Moves the next value to `sorted`; `None` if the tokens end within it.
    fn sort_value(&self, rest: &mut Rest<'_>, sorted: &mut Vec<Token>) -> Option<()> {
        let first = *rest.next()?;
        sorted.push(first);
        match self.kind(first) {
            b'{' => self.sort_members(rest, sorted),
            b'[' => self.sort_items(rest, sorted),
            _ => Some(()),
        }
    }

    /// Moves what follows the bracket of an array: its items stay in their order.
    fn sort_items(&self, rest: &mut Rest<'_>, sorted: &mut Vec<Token>) -> Option<()> {
        loop {
            let next = **rest.peek()?;
            match self.kind(next) {
                b',' | b']' => sorted.extend(rest.next()),
                _ => self.sort_value(rest, sorted)?,
            }
            if self.kind(next) == b']' {
                return Some(());
            }
        }
    }

    /// Moves what follows the brace of an object. Members with the same key stay in their order.
    fn sort_members(&self, rest: &mut Rest<'_>, sorted: &mut Vec<Token>) -> Option<()> {
        let mut members: Vec<(Cow<'_, str>, Vec<Token>)> = Vec::new();
        let mut comma = None;
        let close = loop {
            let token = *rest.next()?;
            match self.kind(token) {
                b'}' => break token,
                b',' => comma = Some(token),
                _ => {
                    let mut member = vec![token, *rest.next()?];
                    self.sort_value(rest, &mut member)?;
                    members.push((unescape(self.token(token)), member));
                }
            }
        };
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (index, (_, member)) in members.iter().enumerate() {
            // One comma is as good as another.
            sorted.extend(comma.filter(|_| index > 0));
            sorted.extend_from_slice(member);
        }
        sorted.push(close);
        Some(())
    }
}

/// Cuts a text into tokens.
fn tokens(text: &str) -> Option<Vec<Token>> {
    token_spans(text)
        .map(|span| {
            Some(Token {
                start: u32::try_from(span.start).ok()?,
                end: u32::try_from(span.end).ok()?,
            })
        })
        .collect()
}
