//! Findings: for people in full or a line each, and in the formats that other programs read.
//!
//! To add a format, write its [`Reporter`] in a module beside this one and give [`ReportFormat`] a
//! variant: the compiler shows the arm.

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

/// How findings are written.
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
    /// Whether people read it. Standard error, which they read too, has told them of problems.
    fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
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

/// What is written of the findings, and on what.
#[derive(Debug, Clone)]
pub struct Options {
    /// What a view for people draws on.
    pub canvas: Canvas,
    /// Whether deliveries without findings, and the closing line, are left out.
    pub quiet: bool,
    /// The project file, for saying what it relaxed.
    pub project: Text<'static>,
}

/// The findings of a report, with their places.
struct Listed<'r> {
    findings: &'r [Finding],
    places: Places<'r>,
    /// How many more there are.
    omitted: &'r [Omitted],
}

impl<'r> Listed<'r> {
    /// None where nothing was found.
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

/// How many deliveries there were, and what was found.
#[derive(Debug, Default)]
struct Tally {
    deliveries: usize,
    errors: usize,
    warnings: usize,
    allowed: usize,
    verdicts: VerdictCounts,
    problems: usize,
    /// How many findings of each rule were left out.
    omitted: Vec<Omitted>,
}

impl Tally {
    /// Adds what was counted of other reports.
    fn absorb(&mut self, other: Self) {
        self.deliveries += other.deliveries;
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

    /// Such as `2 deliveries: 1 error, 3 warnings`, and the verdicts below; nothing, where there was
    /// no delivery.
    fn write(&self, options: &Options, out: &mut impl Write) -> io::Result<()> {
        if self.deliveries == 0 {
            return Ok(());
        }
        let theme = &options.canvas.theme;
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
        found.extend(errors_allowed(self.allowed, &options.project, theme));
        writeln!(
            out,
            "{}: {}",
            delivery_count(self.deliveries),
            found.join(", ")
        )?;
        if self.verdicts.is_empty() {
            return Ok(());
        }
        writeln!(out, "signatures: {}", self.verdicts.summary(theme))
    }
}

/// How many errors a project file relaxed, such as `3 errors allowed by chatlog.toml`.
fn errors_allowed(count: usize, project: &Text<'_>, theme: &Theme) -> Option<String> {
    let words = || format!("{} allowed by {project}", counted(count, "error"));
    (count > 0).then(|| theme.warning.style(words()).to_string())
}

/// Writes how many errors a project file relaxed; nothing, where there was none.
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

/// That a delivery has findings which are not written, and of which rules.
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

/// A finding in words, for where its line is not shown: what is wrong with which value, where that
/// is in a wrapped body, and in a line below what to do about it.
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

/// Writes all findings of one report in full: for a view of something else that has to tell them.
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
