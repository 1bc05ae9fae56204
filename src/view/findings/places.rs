//! Where in its input, or in its body, everything is that a report's findings name.

use std::borrow::Cow;
use std::ops::Range;
use std::path::MAIN_SEPARATOR;

use crate::Position;
use crate::finding::Finding;
use crate::name::with_slashes;
use crate::{Report, Text};

/// The positions of everything that findings name, found in one walk over the body.
pub(super) struct Places<'r> {
    report: &'r Report<'r>,
    /// Bytes of the body, in order, each with its position there.
    known: Vec<(usize, Position)>,
}

/// Some characters of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    /// The first of them; where the body is wrapped, that of its delivery.
    pub(super) start: Position,
    /// What follows the last of them.
    pub(super) end: Position,
    /// The first of them in the body, where the body is wrapped.
    pub(super) in_body: Option<Position>,
}

impl<'r> Places<'r> {
    /// The places that `findings` of a report name.
    pub(super) fn of(report: &'r Report<'r>, findings: &[Finding]) -> Self {
        let text = report.document.text();
        let spans = findings.iter().flat_map(|finding| {
            let related = finding.related.iter().map(|related| &related.span);
            std::iter::once(&finding.span).chain(related).flatten()
        });
        let mut offsets: Vec<usize> = spans.flat_map(|span| [span.start, span.end]).collect();
        offsets.sort_unstable();
        offsets.dedup();
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
            known: offsets.into_iter().map(place).collect(),
        }
    }

    pub(super) fn report(&self) -> &'r Report<'r> {
        self.report
    }

    /// The place in the body of one of its bytes.
    pub(super) fn in_body(&self, offset: usize) -> Position {
        match self
            .known
            .binary_search_by_key(&offset, |(known, _)| *known)
        {
            Ok(found) => self.known[found].1,
            Err(_) => Position::START.after(&self.report.document.text()[..offset]),
        }
    }

    /// Where a finding is: the bytes at fault or, of a signature, the start of its delivery.
    pub(super) fn of_finding(&self, finding: &Finding) -> Region {
        if finding.rule.is_about_signature() {
            return Region {
                start: self.report.delivery.start,
                end: self.report.delivery.start,
                in_body: None,
            };
        }
        self.region(finding.span.as_ref())
    }

    /// Where a span of the body is; the start of the body where none is known.
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
                start: self.report.delivery.start,
                end: self.report.delivery.start,
                in_body: Some(start),
            },
        }
    }
}

/// An input's name as a path for programs.
pub(super) fn path<'a>(source: &'a Text<'_>) -> Cow<'a, str> {
    path_with(source.as_str(), MAIN_SEPARATOR)
}

/// A name as a path: with slashes, without the `./` that some programs do not understand, and with
/// a word for standard input.
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
