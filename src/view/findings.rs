//! Findings, a line each.

use std::io::{self, Write};

use super::Canvas;
use crate::Report;
use crate::finding::{Finding, Severity};

/// What a report is about: its input, and which delivery of it where it is not the first.
pub(super) fn title(report: &Report<'_>) -> String {
    let start = report.delivery.start;
    match report.origin.index {
        1 => report.origin.source.to_string(),
        index => format!(
            "{} · delivery {index} · line {}",
            report.origin.source, start.line
        ),
    }
}

/// Writes every finding of a report: severity, rule, place, pointer, message; help below.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write_lines(report: &Report<'_>, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let theme = &canvas.theme;
    for (finding, position) in report.findings.iter().zip(report.positions()) {
        let style = theme.severity(finding.severity);
        let severity = format!("{}[{}]", finding.severity.name(), finding.rule);
        let source = &report.origin.source;
        let (line, column) = (position.line, position.column);
        let place = match report.in_input(position) {
            Some(position) => format!("{source}:{}:{}", position.line, position.column),
            None => format!("{source}#{} body {line}:{column}", report.origin.index),
        };
        write!(
            out,
            "{} {}",
            style.style(severity),
            theme.heading.style(place)
        )?;
        let pointer = finding.pointer.to_string();
        if !pointer.is_empty() {
            write!(out, " {pointer}")?;
        }
        writeln!(out, ": {}", finding.message)?;
        if let Some(help) = &finding.help {
            writeln!(out, "  {} {help}", theme.muted.style("help:"))?;
        }
    }
    Ok(())
}

/// A count with its noun, such as `1 error` or `2 errors`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// How many findings of either severity there are: errors, then warnings.
pub fn totals(findings: &[Finding]) -> (usize, usize) {
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    (errors, findings.len() - errors)
}
