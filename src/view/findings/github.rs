//! GitHub workflow commands: annotations on the files of a pull request.
//!
//! GitHub Actions reads `::error file=…,line=…::message` from the output of a step. A command is
//! one line, so line breaks and the characters that separate its parts are percent-encoded.
//! GitHub shows at most ten annotations of each kind per step; SARIF has no such limit.

use std::io::{self, Write};

use super::places::{Region, path};
use super::report_format::{Rendered, Reporter};
use super::{InputProblem, Listed, more_findings, words};
use crate::finding::Severity;
use crate::text::escaped;
use crate::{Position, Report, Text};

/// The format with an annotation for each finding.
pub(super) struct Github;

impl Reporter for Github {
    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        Listed::of(report).map_or(Ok(()), |listed| write(&listed, rendered))
    }

    fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()> {
        write_problem(problem, rendered)
    }
}

/// Writes `::error file=…,line=…::message` for each finding.
fn write(listed: &Listed<'_>, out: &mut impl Write) -> io::Result<()> {
    let source = &listed.report().origin.source;
    for finding in listed.findings {
        let region = listed.places.of_finding(finding);
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write_command(command, source, region, finding.rule.name(), out)?;
        writeln!(out, "{}", data(&words(finding, region)))?;
    }
    if !listed.omitted.is_empty() {
        let region = listed.places.region(None);
        write_command("notice", source, region, "chatlog", out)?;
        writeln!(out, "{}", data(&more_findings(listed.omitted)))?;
    }
    Ok(())
}

/// Writes an error for an input that could not be read.
fn write_problem(problem: &InputProblem<'_>, out: &mut impl Write) -> io::Result<()> {
    let region = Region::at(problem.start());
    write_command("error", problem.source, region, "chatlog", out)?;
    writeln!(out, "{}", data(&problem.words().to_string()))
}

/// Writes a command up to its message.
fn write_command(
    command: &str,
    source: &Text<'_>,
    Region { start, end, .. }: Region,
    title: &str,
    out: &mut impl Write,
) -> io::Result<()> {
    write!(out, "::{command} ")?;
    // Standard input is not a file of the repository.
    if source.as_str() != "-" {
        let file = path(source);
        let file = property(&escaped(&file, 0..file.len()));
        // GitHub shows an annotation below its last line, which is far from the start of a long
        // value, so the annotation covers only the first line.
        let Position { line, column } = start;
        write!(out, "file={file},line={line},endLine={line},col={column},")?;
        if start.line == end.line {
            write!(out, "endColumn={},", end.column)?;
        }
    }
    write!(out, "title={}::", property(title))
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
