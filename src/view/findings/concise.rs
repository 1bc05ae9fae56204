//! Findings as one line each, in the format that editors parse.
//!
//! `path:line:column: severity[rule] message` is what `grep -n` and compilers print, so editors
//! jump to it without a plugin. It has no help and no excerpt; [`full`](super::full) has both.

use std::fmt::{self, Display};
use std::io::{self, Write};

use super::places::Places;
use super::report_format::{Rendered, Reporter};
use super::{Canvas, InputProblem, Listed, more_findings};
use crate::finding::Finding;
use crate::view::wording;
use crate::{Position, Report, Text};

/// The format with one line for each finding.
pub(super) struct Concise {
    pub(super) canvas: Canvas,
}

impl Reporter for Concise {
    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        Listed::of(report).map_or(Ok(()), |listed| write(&listed, &self.canvas, rendered))
    }

    fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()> {
        write_problem(problem, &self.canvas, rendered)
    }
}

/// Writes `path:line:column: severity[rule] message` for each finding.
fn write(listed: &Listed<'_>, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let theme = &canvas.theme;
    let source = &listed.report().origin.source;
    for finding in listed.findings {
        let start = listed.places.of_finding(finding).start;
        let place = format!("{source}:{}:{}:", start.line, start.column);
        let place = theme.heading.style(place);
        let OneLine { what, message } = OneLine::of(finding, &listed.places);
        let what = theme.severity(finding.severity).style(what);
        writeln!(out, "{place} {what} {message}")?;
    }
    let Position { line, column } = listed.report().delivery.start;
    for omitted in listed.omitted {
        let more = more_findings(std::slice::from_ref(omitted));
        writeln!(out, "{source}:{line}:{column}: note: {more}")?;
    }
    Ok(())
}

/// Writes `path:line:column: error: message`.
fn write_problem(
    problem: &InputProblem<'_>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let start = problem.start();
    let place = format!("{}:{}:{}:", problem.source, start.line, start.column);
    writeln!(
        out,
        "{} {} {}",
        canvas.theme.heading.style(place),
        canvas.theme.error.style("error:"),
        problem.words()
    )
}

/// A finding on one line, without its place: displays as `severity[rule] message`.
pub(super) struct OneLine {
    what: String,
    message: MessageInBody,
}

/// A message, with the position in the body if the body is wrapped.
struct MessageInBody {
    words: Text<'static>,
    in_body: Option<(usize, usize)>,
}

impl OneLine {
    pub(super) fn of(finding: &Finding, places: &Places<'_>) -> Self {
        let in_body = places.of_finding(finding).in_body;
        Self {
            what: format!("{}[{}]", finding.severity.name(), finding.rule),
            message: MessageInBody {
                words: Text::from(wording::message(finding)),
                in_body: in_body.map(|position| (position.line, position.column)),
            },
        }
    }
}

impl Display for OneLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.message)
    }
}

impl Display for MessageInBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words.fmt(f)?;
        match self.in_body {
            Some((line, column)) => write!(f, " (body {line}:{column})"),
            None => Ok(()),
        }
    }
}
