//! A line for each finding, in the shape that editors parse.

use std::fmt::{self, Display};
use std::io::{self, Write};

use super::places::Places;
use super::report_format::{Rendered, Reporter};
use super::{Canvas, InputProblem, Listed, more_findings};
use crate::finding::Finding;
use crate::view::wording;
use crate::{Report, Text};

/// Writes a line for each finding.
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
        let said = Said::of(finding, &listed.places);
        let style = theme.severity(finding.severity);
        writeln!(
            out,
            "{} {} {}",
            theme.heading.style(place),
            style.style(&said.what),
            said.message
        )?;
    }
    for omitted in listed.omitted {
        let start = listed.report().delivery.start;
        let more = more_findings(std::slice::from_ref(omitted));
        writeln!(
            out,
            "{source}:{}:{}: note: {more}",
            start.line, start.column
        )?;
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

/// A finding in words: displays as `severity[rule] message`.
pub(super) struct Said {
    what: String,
    message: Message,
}

/// A finding's message, and where in its body it is if that is wrapped.
struct Message {
    words: Text<'static>,
    in_body: Option<(usize, usize)>,
}

impl Said {
    pub(super) fn of(finding: &Finding, places: &Places<'_>) -> Self {
        let in_body = places.of_finding(finding).in_body;
        Self {
            what: format!("{}[{}]", finding.severity.name(), finding.rule),
            message: Message {
                words: Text::from(wording::message(finding)),
                in_body: in_body.map(|position| (position.line, position.column)),
            },
        }
    }
}

impl Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.message)
    }
}

impl Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words.fmt(f)?;
        match self.in_body {
            Some((line, column)) => write!(f, " (body {line}:{column})"),
            None => Ok(()),
        }
    }
}
