//! The signature of a bare body on a line of a log: beside the body, with the name of its header.
//!
//! ```text
//! INFO webhook x-airudder-sign=5e0e… {"callee": …}
//! INFO webhook headers={"x-airudder-sign": "5e0e…"} body={"callee": …}
//! ```
//!
//! The name must stand outside of quotes. What stands in quotes may be a stranger's: an access log has the
//! name of the browser there.

use std::ops::Range;

use super::super::json::Value;
use super::super::relevance::is_signed;
use crate::Text;
use crate::delivery::{Ambiguity, Delivery, Doubt, Headers, SIGNATURE_HEADER};

/// How many signatures of a line are kept: with two there is no telling whose they are.
const MAX_SIGNATURES: usize = 8;

const NAME: &[u8] = b"x-airudder-sign";

/// What a line says about the signature of the body on it.
#[derive(Default)]
pub(super) struct LineSignatures {
    headers: Vec<Headers<'static>>,
}

impl LineSignatures {
    /// Adds the headers that an object on the line is.
    pub(super) fn add_headers(&mut self, json: &[u8], is_quoted: bool) {
        let text = std::str::from_utf8(json).ok().filter(|_| !is_quoted);
        let headers = text.and_then(|text| Value::of(text).headers("headers").ok());
        let signed = headers.filter(|headers| headers.first(SIGNATURE_HEADER).is_some());
        self.headers.extend(signed.map(Headers::into_owned));
    }

    /// Adds the signatures that stand on the line, outside of the objects at `ranges`.
    pub(super) fn add_text(&mut self, text: &[u8], ranges: &[Range<usize>]) {
        let mut quotes = Quotes::new(text, ranges);
        let mut from = 0;
        let end = text.len()..text.len();
        for range in ranges.iter().chain(std::iter::once(&end)) {
            let mut searched = from;
            while let Some((name, value)) = signature(&text[..range.start], searched) {
                searched = value.end;
                if quotes.are_open_at(name) || self.headers.len() > MAX_SIGNATURES {
                    continue;
                }
                let value = String::from_utf8_lossy(&text[value]).into_owned();
                let header = (Text::from(SIGNATURE_HEADER), Text::from(value));
                self.headers.push(std::iter::once(header).collect());
            }
            from = range.end;
        }
    }

    /// Gives the signature to the deliveries that have none.
    pub(super) fn give(self, deliveries: &mut [Delivery<'_>]) {
        let Some(first) = self.headers.first() else {
            return;
        };
        let signature = |headers: &Headers<'_>| {
            headers
                .first(SIGNATURE_HEADER)
                .cloned()
                .map(Text::into_owned)
        };
        let is_clear = self
            .headers
            .iter()
            .all(|it| signature(it) == signature(first));
        for delivery in deliveries.iter_mut().filter(|it| !is_signed(&it.headers)) {
            delivery.headers = first.clone();
            delivery
                .notes
                .push("its signature was found on the same line".to_owned());
            if !is_clear {
                let message = "the line holds several signatures, and there is no telling which of them \
                               somebody else wrote";
                delivery
                    .ambiguities
                    .push(Ambiguity::new(Doubt::OfBoth, message));
            }
        }
    }
}

/// Where the next signature stands, from `from` on: its name and its value.
fn signature(text: &[u8], from: usize) -> Option<(usize, Range<usize>)> {
    let mut searched = from;
    loop {
        let at = find_name(text, searched)?;
        searched = at + NAME.len();
        if let Some(value) = value(text, searched) {
            return Some((at, value));
        }
    }
}

/// Where the name of the header stands, from `from` on, in any case and with `-` or `_`.
pub(super) fn find_name(text: &[u8], from: usize) -> Option<usize> {
    let is_same = |(byte, want): (&u8, &u8)| {
        byte.eq_ignore_ascii_case(want) || *byte == b'_' && *want == b'-'
    };
    let mut starts = memchr::memchr2_iter(b'x', b'X', &text[from..]).map(|at| from + at);
    starts.find(|at| {
        let name = text.get(*at..*at + NAME.len());
        name.is_some_and(|name| name.iter().zip(NAME).all(is_same))
    })
}

/// The value behind a name: `=5e0e…`, `: "5e0e…"`, `': '5e0e…'`.
fn value(text: &[u8], from: usize) -> Option<Range<usize>> {
    let skip = |at: usize, skipped: &[u8]| {
        let rest = &text[at..];
        at + rest
            .iter()
            .take_while(|byte| skipped.contains(byte))
            .count()
    };
    let at = skip(from, b"' ");
    if !matches!(text.get(at)?, b':' | b'=') {
        return None;
    }
    let start = skip(at + 1, b" \"'[");
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    let length = text[start..]
        .iter()
        .take_while(|byte| is_part(byte))
        .count();
    (length > 0).then_some(start..start + length)
}

/// Tells which places of a text stand in quotes, from its start to its end. What stands in the objects at
/// `ranges` is not looked at.
pub(super) struct Quotes<'t> {
    text: &'t [u8],
    ranges: std::slice::Iter<'t, Range<usize>>,
    /// The next object.
    next: Option<&'t Range<usize>>,
    at: usize,
    is_open: bool,
}

impl<'t> Quotes<'t> {
    pub(super) fn new(text: &'t [u8], ranges: &'t [Range<usize>]) -> Self {
        let mut ranges = ranges.iter();
        Self {
            text,
            next: ranges.next(),
            ranges,
            at: 0,
            is_open: false,
        }
    }

    /// Whether a place stands in quotes, which comes after those that were asked for before.
    pub(super) fn are_open_at(&mut self, place: usize) -> bool {
        while let Some(range) = self.next.filter(|range| range.start < place) {
            self.pass_to(range.start);
            self.at = range.end;
            self.next = self.ranges.next();
        }
        self.pass_to(place);
        self.is_open
    }

    fn pass_to(&mut self, place: usize) {
        let passed = self.text.get(self.at..place).unwrap_or_default();
        let is_quote = |at: &usize| self.text[..self.at + at].last() != Some(&b'\\');
        let quotes = memchr::memchr_iter(b'"', passed).filter(is_quote).count();
        self.is_open ^= quotes % 2 == 1;
        self.at = self.at.max(place);
    }
}
