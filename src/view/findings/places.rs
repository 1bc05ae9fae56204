//! The lines and columns of everything that a report's findings name.
//!
//! Findings hold byte offsets into the body; people and tools want lines and columns. Counting
//! lines means walking over the text, so all offsets of a report are collected, sorted and found
//! in a single walk: a body of 100 MB with 100 findings is read once, not 100 times.
//!
//! A position is in the *input* if the body is there as it is (a bare body, an NDJSON line, a raw
//! HTTP message). A body that is wrapped, such as a JSON string in a HAR file, has no lines of its
//! own there: its findings have the position of their delivery in the input, and the exact one in
//! the body.

use std::borrow::Cow;
use std::ops::Range;
use std::path::MAIN_SEPARATOR;

use crate::Position;
use crate::finding::Finding;
use crate::name::with_slashes;
use crate::{Report, Text};

/// The positions of everything that findings name.
pub(super) struct Places<'r> {
    report: &'r Report<'r>,
    /// The offsets that findings name, in order, each with its position in the body.
    known: Vec<(usize, Position)>,
}

/// A range of characters of an input; lines and columns count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    /// The first character; if the body is wrapped, the start of its delivery.
    pub(super) start: Position,
    /// The position after the last character.
    pub(super) end: Position,
    /// The first character as a position in the body, if the body is wrapped.
    pub(super) in_body: Option<Position>,
}

impl Region {
    /// An empty region of the input.
    pub(super) fn at(start: Position) -> Self {
        Self {
            start,
            end: start,
            in_body: None,
        }
    }
}

impl<'r> Places<'r> {
    /// Finds the places that `findings` of a report name.
    pub(super) fn of(report: &'r Report<'r>, findings: &[Finding]) -> Self {
        let text = report.document.text();
        let mut position = Position::START;
        let mut passed = 0;
        let place = |offset: usize| {
            let here = text.floor_char_boundary(offset);
            position = position.after(&text[passed..here]);
            passed = here;
            (offset, position)
        };
        Self {
            report,
            known: offsets(findings).into_iter().map(place).collect(),
        }
    }

    pub(super) fn report(&self) -> &'r Report<'r> {
        self.report
    }

    /// The position in the body of one of its bytes; fast if a finding names it.
    pub(super) fn in_body(&self, offset: usize) -> Position {
        match self
            .known
            .binary_search_by_key(&offset, |(known, _)| *known)
        {
            Ok(found) => self.known[found].1,
            Err(_) => Position::START.after(&self.report.document.text()[..offset]),
        }
    }

    /// The region of a finding: the bytes at fault or, for a signature, the start of its delivery.
    pub(super) fn of_finding(&self, finding: &Finding) -> Region {
        if finding.rule.is_about_signature() {
            return Region::at(self.report.delivery.start);
        }
        self.region(finding.span.as_ref())
    }

    /// The region of a span of the body; the start of the body if there is no span.
    pub(super) fn region(&self, span: Option<&Range<usize>>) -> Region {
        let place = |offset: Option<usize>| offset.map_or(Position::START, |at| self.in_body(at));
        let start = place(span.map(|span| span.start));
        let end = place(span.map(|span| span.end));
        match self.report.in_input(start).zip(self.report.in_input(end)) {
            Some((start, end)) => Region {
                start,
                end,
                in_body: None,
            },
            None => Region {
                in_body: Some(start),
                ..Region::at(self.report.delivery.start)
            },
        }
    }
}

/// The offsets at which the spans of findings and of their related places start and end, in order.
fn offsets(findings: &[Finding]) -> Vec<usize> {
    let spans = findings.iter().flat_map(|finding| {
        let related = finding.related.iter().map(|related| &related.span);
        std::iter::once(&finding.span).chain(related).flatten()
    });
    let mut offsets: Vec<usize> = spans.flat_map(|span| [span.start, span.end]).collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

/// An input's name as a path that other programs understand.
pub(super) fn path<'a>(source: &'a Text<'_>) -> Cow<'a, str> {
    path_with(source.as_str(), MAIN_SEPARATOR)
}

/// A name as a path: with slashes on every platform, without the `./` that some programs do not
/// understand, and with `stdin` for standard input.
fn path_with(name: &str, separator: char) -> Cow<'_, str> {
    if name == "-" {
        return Cow::Borrowed("stdin");
    }
    match with_slashes(name, separator) {
        Cow::Borrowed(path) => Cow::Borrowed(path.strip_prefix("./").unwrap_or(path)),
        Cow::Owned(path) => match path.strip_prefix("./") {
            Some(path) => Cow::Owned(path.to_owned()),
            None => Cow::Owned(path),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_for_programs_is_the_same_on_every_platform() {
        for (name, separator) in [
            ("./a/b.json", '/'),
            (r".\a\b.json", '\\'),
            ("a/b.json", '\\'),
        ] {
            assert_eq!(path_with(name, separator), "a/b.json");
        }
        assert_eq!(path_with("-", '/'), "stdin");
        assert_eq!(path_with(r"a\b.json", '/'), r"a\b.json");
    }
}
