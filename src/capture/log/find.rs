//! Finds the JSON objects in the text of a message, wherever they begin.
//!
//! Each byte is passed a few times at most: what was found not to be JSON up to some place is not looked at
//! again. An object that breaks off hides what is inside of it: strangers may have written that.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::escaped::Style;
use super::grammar::{Walk, Walked};

/// How often a text may be escaped.
const MAX_ESCAPES: usize = 3;

/// A JSON object in a text.
#[derive(Debug)]
pub(super) struct Found<'t> {
    /// Its JSON text.
    pub(super) json: Cow<'t, [u8]>,
    /// The bytes of the text that it takes, with what else is in the same quoted string.
    pub(super) range: Range<usize>,
    /// Whether it was in a string, and its escapes were undone.
    pub(super) is_escaped: bool,
    /// Whether the text does not tell if there are escapes to undo.
    pub(super) is_unclear: bool,
}

/// What a text holds.
#[derive(Debug, Default)]
pub(super) struct Search<'t> {
    /// The complete objects, in order.
    pub(super) found: Vec<Found<'t>>,
    /// The walk over an object that is not closed where the text ends.
    pub(super) open: Option<Walk>,
}

/// How an object begins.
enum Opening {
    Plain,
    Escaped(Style),
}

/// Searches a text.
pub(super) fn search(text: &[u8]) -> Search<'_> {
    let mut search = Search::default();
    let mut at = 0;
    while let Some(brace) = memchr::memchr(b'{', &text[at..]) {
        let start = at + brace;
        at = match opening(text, start) {
            None => start + 1,
            Some(Opening::Plain) => search.plain(text, start),
            Some(Opening::Escaped(style)) => search.escaped(text, start, style),
        };
    }
    search
}

/// How an object begins at the brace at `start`, if one does.
fn opening(text: &[u8], start: usize) -> Option<Opening> {
    let mut at = start + 1;
    while let Some(length) = blank(&text[at..]) {
        at += length;
    }
    let is_escaped = text[start + 1..at].contains(&b'\\');
    let rest = &text[at..];
    let slashes = rest
        .iter()
        .take(8)
        .take_while(|byte| **byte == b'\\')
        .count();
    match rest.get(slashes) {
        None if slashes == 0 && !is_escaped => Some(Opening::Plain),
        Some(b'"') if slashes > 0 => Some(Opening::Escaped(Style::Backslash)),
        Some(b'"') if is_escaped => Some(Opening::Escaped(repr(text, start))),
        Some(b'"') => Some(Opening::Plain),
        Some(b'x') if rest.starts_with(b"\\x22") => Some(Opening::Escaped(Style::Hex)),
        _ => None,
    }
}

/// The length of the white space at the start of a text, which may be escaped.
fn blank(text: &[u8]) -> Option<usize> {
    match text {
        [b' ' | b'\t' | b'\r' | b'\n', ..] => Some(1),
        [b'\\', b'n' | b'r' | b't', ..] => Some(2),
        [b'\\', b'x', b'0', b'A' | b'a' | b'D' | b'd' | b'9', ..] => Some(4),
        _ => None,
    }
}

/// Which `repr` the text at `start` is in, if it is in one.
fn repr(text: &[u8], start: usize) -> Style {
    match &text[..start] {
        [.., b'b', b'\''] => Style::ReprOfBytes,
        _ => Style::Repr,
    }
}

impl<'t> Search<'t> {
    /// Adds the object that stands at `start` as it is, and returns where to search on.
    fn plain(&mut self, text: &'t [u8], start: usize) -> usize {
        let mut walk = Walk::default();
        let walked = walk.run(text, start);
        let is_in_quotes = text[..start].last() == Some(&b'\'');
        if is_in_quotes && let Some(end) = self.in_repr(text, start, walked) {
            return end;
        }
        match walked {
            Walked::Closed(end) => {
                let json = &text[start..end];
                self.found.push(Found {
                    json: Cow::Borrowed(json),
                    range: start..end,
                    is_escaped: false,
                    // SQL doubles quotes in strings.
                    is_unclear: is_in_quotes && memmem::find(json, b"''").is_some(),
                });
                end
            }
            Walked::Open => {
                self.open = Some(walk);
                text.len()
            }
            Walked::Broken(place) if is_ours(&text[start..place]) => text.len(),
            Walked::Broken(place) => place,
        }
    }

    /// Adds the object that stands at `start` in a `repr`, if undoing its escapes changes anything and
    /// gives an object.
    fn in_repr(&mut self, text: &'t [u8], start: usize, plain: Walked) -> Option<usize> {
        let style = repr(text, start);
        let (content, end) = style.undo(text, start);
        let Walked::Closed(length) = Walk::default().run(&content, 0) else {
            return None;
        };
        let is_plain = matches!(plain, Walked::Closed(_));
        let is_changed = content.len() < end - start;
        let is_doubled = memmem::find(&text[start..end], b"\\\\").is_some();
        if !is_changed || is_plain && !is_doubled && style == Style::Repr {
            return None;
        }
        self.found.push(Found {
            json: Cow::Owned(content[..length].to_vec()),
            range: start..end,
            is_escaped: true,
            is_unclear: is_plain && style == Style::Repr,
        });
        Some(end)
    }

    /// Adds the object at `start`, whose quotes are escaped, and returns where to search on.
    fn escaped(&mut self, text: &'t [u8], start: usize, style: Style) -> usize {
        let (mut content, end) = style.undo(text, start);
        for _ in 1..MAX_ESCAPES {
            if let Some(Opening::Escaped(style)) = opening(&content, 0) {
                content = style.undo(&content, 0).0;
            }
        }
        if let Walked::Closed(length) = Walk::default().run(&content, 0) {
            content.truncate(length);
            self.found.push(Found {
                json: Cow::Owned(content),
                range: start..end,
                is_escaped: true,
                is_unclear: false,
            });
        }
        end.max(start + 1)
    }
}

/// Whether an object that breaks off is a piece of a notification, so that nothing in it is searched.
fn is_ours(piece: &[u8]) -> bool {
    crate::documented::holds_telling_key(piece)
}
