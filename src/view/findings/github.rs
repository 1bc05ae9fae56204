//! Workflow commands: annotations of a pull request on GitHub.

use std::io::{self, Write};

use super::places::{Region, path};
use super::report_format::{Rendered, Reporter};
use super::{InputProblem, Listed, more_findings, words};
use crate::finding::Severity;
use crate::text::escaped;
use crate::{Report, Text};

/// Makes an annotation of each finding.
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

/// Writes what could not be read as an error.
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
        // An annotation stands below its last line: for a long value that is far from its start.
        write!(
            out,
            "file={file},line={0},endLine={0},col={1},",
            start.line, start.column
        )?;
        if start.line == end.line {
            write!(out, "endColumn={},", end.column)?;
        }
    }
    write!(out, "title={}::", property(title))
}

/// The escapes of a command's message.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The escapes of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
