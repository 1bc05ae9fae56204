//! Findings, in the formats that people and other programs read.
//!
//! A [`Renderer`] turns reports into text, on any thread; a [`Writer`] puts the text together in
//! the order of the input. What all formats share is here: the list of findings with their places,
//! the totals of a run, and the words that stand for an excerpt where there is none.
//!
//! To add a format, implement `Reporter` in a module beside this one and add a variant to
//! [`ReportFormat`]: the compiler then asks for its arm.

mod concise;
mod excerpt;
mod fingerprint;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
mod places;
mod problem;
mod repeated;
mod report_format;
mod sarif;

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use self::places::{Places, Region};
pub use self::problem::InputProblem;
use self::report_format::Reporter;
pub use self::report_format::{Rendered, Renderer, Writer};
use super::json::TerminalSafe;
use super::signature::VerdictCounts;
use super::{Canvas, Theme, delivery_count, wording};
use crate::finding::{Finding, Omitted, add_omitted};
use crate::{Report, Text};

/// A format that findings are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum ReportFormat {
    /// Excerpts of the input, for people
    Full,
    /// One line each: `path:line:column: severity[rule] message`
    Concise,
    /// One JSON object per line for each delivery
    Json,
    /// Workflow commands: annotations on GitHub
    Github,
    /// A code quality report for GitLab
    Gitlab,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    #[value(help = "JUnit XML: a test case for each delivery")]
    Junit,
}

impl ReportFormat {
    /// Whether it is for people, who see problems with inputs on standard error.
    fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
    }

    /// Whether its output is one document, which is only complete at the end.
    pub fn is_one_document(self) -> bool {
        matches!(self, Self::Gitlab | Self::Sarif | Self::Junit)
    }

    fn reporter(self, options: Options) -> Arc<dyn Reporter> {
        let canvas = options.canvas.clone();
        match self {
            Self::Full => Arc::new(full::Full { options }),
            Self::Concise => Arc::new(concise::Concise { canvas }),
            Self::Json => Arc::new(json::Json),
            Self::Github => Arc::new(github::Github),
            Self::Gitlab => Arc::new(gitlab::Gitlab),
            Self::Sarif => Arc::new(sarif::Sarif),
            Self::Junit => Arc::new(junit::Junit),
        }
    }
}

/// What a report of findings includes, and the canvas for it.
#[derive(Debug, Clone)]
pub struct Options {
    /// The canvas of the formats for people.
    pub canvas: Canvas,
    /// Whether to leave out deliveries without findings, and the closing line.
    pub quiet: bool,
    /// Whether [`ReportFormat::Full`] draws every finding, even if it says what another one says of
    /// another place.
    pub lists_all: bool,
    /// The name of the project file, which the closing line names if it relaxed a rule.
    pub project: Text<'static>,
}

/// The findings of a report, with their places.
struct Listed<'r> {
    findings: &'r [Finding],
    places: Places<'r>,
    /// The numbers of findings that were left out.
    omitted: &'r [Omitted],
}

impl<'r> Listed<'r> {
    /// `None` if the report has no findings.
    fn of(report: &'r Report<'r>) -> Option<Self> {
        (!report.findings.is_empty()).then(|| Self {
            findings: &report.findings,
            places: Places::of(report, &report.findings),
            omitted: &report.omitted,
        })
    }

    fn report(&self) -> &'r Report<'r> {
        self.places.report()
    }
}

/// The totals of a run.
#[derive(Debug, Default)]
struct RunTotals {
    deliveries: usize,
    /// The deliveries that are other notifications than those of a session's end.
    others: usize,
    errors: usize,
    warnings: usize,
    allowed: usize,
    verdicts: VerdictCounts,
    problems: usize,
    /// The numbers of findings that were left out, by rule.
    omitted: Vec<Omitted>,
}

impl RunTotals {
    /// Adds the totals of other reports.
    fn absorb(&mut self, other: Self) {
        self.deliveries += other.deliveries;
        self.others += other.others;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.allowed += other.allowed;
        self.problems += other.problems;
        self.verdicts.absorb(other.verdicts);
        for more in other.omitted {
            add_omitted(&mut self.omitted, more);
        }
    }

    fn add(&mut self, report: &Report<'_>) {
        let (errors, warnings) = report.totals();
        self.deliveries += 1;
        self.others += usize::from(report.other.is_some());
        self.errors += errors;
        self.warnings += warnings;
        self.allowed += report.errors_allowed;
        if let Some(signature) = &report.signature {
            self.verdicts.add(signature);
        }
        for more in &report.omitted {
            add_omitted(&mut self.omitted, *more);
        }
    }

    /// Writes the closing line, such as `2 deliveries: 1 error, 3 warnings · signatures: 2 valid ·
    /// 1 other notification`; nothing if there was no delivery.
    fn write(&self, options: &Options, out: &mut impl Write) -> io::Result<()> {
        if self.deliveries == 0 {
            return Ok(());
        }
        let theme = &options.canvas.theme;
        let mut found = self.found(theme);
        found.extend(errors_allowed(self.allowed, &options.project, theme));
        let deliveries = delivery_count(self.deliveries);
        let deliveries = theme.heading.style(deliveries);
        write!(out, "{deliveries}: {}", found.join(", "))?;
        if !self.verdicts.is_empty() {
            write!(out, " · signatures: {}", self.verdicts.summary(theme))?;
        }
        if self.others > 0 {
            write!(out, " · {}", counted(self.others, "other notification"))?;
        }
        writeln!(out)
    }

    /// Such as `1 error` and `3 warnings`, or `no problems`.
    fn found(&self, theme: &Theme) -> Vec<String> {
        let counts = [
            (self.errors, "error", theme.error),
            (self.warnings, "warning", theme.warning),
            (self.problems, "input problem", theme.error),
        ];
        let mut found: Vec<String> = counts
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, noun, style)| style.style(counted(*count, noun)).to_string())
            .collect();
        if found.is_empty() {
            found.push(theme.good.style("no problems").to_string());
        }
        found
    }
}

/// The number of errors that a project file relaxed, such as `3 errors allowed by chatlog.toml`.
fn errors_allowed(count: usize, project: &Text<'_>, theme: &Theme) -> Option<String> {
    let words = || format!("{} allowed by {project}", counted(count, "error"));
    (count > 0).then(|| theme.warning.style(words()).to_string())
}

/// Writes the number of errors that a project file relaxed; nothing if there are none.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_errors_allowed(
    count: usize,
    project: &str,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    match errors_allowed(count, &Text::from(project), &canvas.theme) {
        Some(words) => writeln!(out, "{words}"),
        None => Ok(()),
    }
}

/// Says how many findings of a delivery were left out, and of which rules.
pub(super) fn more_findings(omitted: &[Omitted]) -> String {
    let counts: Vec<_> = omitted
        .iter()
        .map(|omitted| format!("{} more {}", omitted.count, omitted.rule))
        .collect();
    format!(
        "… and {} in this delivery (--max-findings shows more)",
        counts.join(", ")
    )
}

/// Describes a finding for formats without an excerpt: its message, the pointer to the value, the
/// position in a wrapped body, and the help on a second line.
fn words(finding: &Finding, region: Region) -> String {
    let message = Text::from(wording::message(finding));
    let pointer = Some(finding.pointer.to_string()).filter(|pointer| !pointer.is_empty());
    let in_body = region
        .in_body
        .map(|position| format!("body {}:{}", position.line, position.column));
    let places: Vec<String> = pointer.into_iter().chain(in_body).collect();
    let place = match places.join(", ") {
        place if place.is_empty() => place,
        place => format!(" ({place})"),
    };
    let help = wording::help(finding)
        .map_or_else(String::new, |help| format!("\nhelp: {}", Text::from(help)));
    format!("{message}{place}{help}")
}

/// Writes JSON that is safe to show on a terminal.
fn write_json(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, TerminalSafe);
    value.serialize(&mut serializer)?;
    Ok(())
}

/// Writes all findings of a report with excerpts, for a view that is not about findings.
pub(super) fn write_full(
    report: &Report<'_>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    match Listed::of(report) {
        Some(listed) => full::write(&listed, canvas, out),
        None => Ok(()),
    }
}

/// A count with its noun, such as `1 error` or `2 errors`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
