//! Findings: for people in full or a line each, and in the formats that other programs read.
//!
//! To add a format, write a module beside this one and give [`Format`] a variant: the compiler
//! shows the arms.

mod concise;
mod excerpt;
mod fingerprint;
mod full;
mod github;
mod gitlab;
mod junit;
mod places;
mod problem;
mod sarif;

use std::io::{self, Write};

use serde::Serialize;

use self::places::{Places, Region};
pub use self::problem::Problem;
use super::json::{self, TerminalSafe};
use super::signature::{self, DeliveryInfo, VerdictCounts};
use super::{Canvas, Theme, delivery_count, wording};
use crate::finding::{Finding, Omitted};
use crate::signature::Verdict;
use crate::{Report, Text};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
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

impl Format {
    /// Says whether people read it: standard error, which they read too, has told them of problems.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
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

/// Writes the findings of many reports, one after another, in one format.
///
/// Reports are written as they come, and a report without findings costs next to nothing. Only
/// two formats keep something: `JUnit` its test cases, because XML says first how many there
/// are, and GitLab's and SARIF a few dozen bytes a finding, to tell equal ones apart.
pub struct Writer<W> {
    form: Form,
    options: Options,
    tally: Tally,
    out: W,
}

/// A format, and how far it has got.
enum Form {
    Full,
    Concise,
    Json,
    Github,
    Gitlab(gitlab::Issues),
    Sarif(sarif::Log),
    Junit(junit::Cases),
}

impl<W: Write> Writer<W> {
    /// A writer that has written what comes before the first report.
    ///
    /// # Errors
    /// Where `out` cannot be written.
    pub fn new(format: Format, options: Options, mut out: W) -> io::Result<Self> {
        let form = match format {
            Format::Full => Form::Full,
            Format::Concise => Form::Concise,
            Format::Json => Form::Json,
            Format::Github => Form::Github,
            Format::Gitlab => Form::Gitlab(gitlab::Issues::start(&mut out)?),
            Format::Sarif => Form::Sarif(sarif::Log::start(&mut out)?),
            Format::Junit => Form::Junit(junit::Cases::default()),
        };
        Ok(Self {
            form,
            options,
            tally: Tally::default(),
            out,
        })
    }

    /// Writes the findings of one delivery.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn write(&mut self, report: &Report<'_>) -> io::Result<()> {
        self.tally.add(report);
        if report.findings.is_empty() && self.options.quiet {
            return Ok(());
        }
        let canvas = &self.options.canvas;
        let out = &mut self.out;
        let listed = || Listed::of(report);
        match &mut self.form {
            Form::Json => json::write_findings(report, out)?,
            Form::Junit(cases) if report.findings.is_empty() => cases.add_clean(report.origin),
            Form::Full if report.findings.is_empty() => write_remarks(report, canvas, out)?,
            _ if report.findings.is_empty() => {}
            Form::Full => full::write(&listed(), canvas, out)?,
            Form::Concise => concise::write(&listed(), canvas, out)?,
            Form::Github => github::write(&listed(), out)?,
            Form::Gitlab(issues) => issues.write(&listed(), out)?,
            Form::Sarif(log) => log.write(&listed(), out)?,
            Form::Junit(cases) => cases.add_findings(&listed()),
        }
        Ok(())
    }

    /// Writes something that could not be read. JSON does not tell of it: it has a line for each
    /// delivery, and nothing else.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn write_problem(&mut self, problem: &Problem<'_>) -> io::Result<()> {
        self.count_problem();
        let canvas = &self.options.canvas;
        let out = &mut self.out;
        match &mut self.form {
            Form::Json => Ok(()),
            Form::Full => full::write_problem(problem, canvas, out),
            Form::Concise => concise::write_problem(problem, canvas, out),
            Form::Github => github::write_problem(problem, out),
            Form::Gitlab(issues) => issues.write_problem(problem, out),
            Form::Sarif(log) => {
                log.add_problem(problem);
                Ok(())
            }
            Form::Junit(cases) => {
                cases.add_problem(problem);
                Ok(())
            }
        }
    }

    /// Counts something that could not be read, which people are told elsewhere.
    pub fn count_problem(&mut self) {
        self.tally.problems += 1;
    }

    /// What is written to.
    pub fn get_ref(&self) -> &W {
        &self.out
    }

    /// Writes out what was written until now, for somebody who waits for it.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes what comes after the last report, and gives the output back, flushed.
    ///
    /// # Errors
    /// Where the output cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        let out = &mut self.out;
        match self.form {
            Form::Full if !self.options.quiet => {
                self.tally.write(&self.options, out)?;
            }
            Form::Full | Form::Concise | Form::Json | Form::Github => {}
            Form::Gitlab(_) => gitlab::Issues::finish(out)?,
            Form::Sarif(log) => log.finish(out)?,
            Form::Junit(cases) => cases.finish(out)?,
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Writes which bytes or which secret match, where a signature is valid but that is not plain.
fn write_remarks(report: &Report<'_>, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let checked = report.signature.as_ref();
    match checked.filter(|checked| checked.verdict == Verdict::Valid) {
        Some(checked) if !signature::explanation(checked, &canvas.theme).is_empty() => {
            let subject = DeliveryInfo::of(report.origin, report.delivery);
            signature::write(&subject, checked, canvas, out)
        }
        _ => Ok(()),
    }
}

/// The findings of a report, with their places.
struct Listed<'r> {
    findings: &'r [Finding],
    places: Places<'r>,
    /// How many more there are.
    omitted: &'r [Omitted],
}

impl<'r> Listed<'r> {
    fn of(report: &'r Report<'r>) -> Self {
        Self {
            findings: &report.findings,
            places: Places::of(report, &report.findings),
            omitted: &report.omitted,
        }
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
}

impl Tally {
    fn add(&mut self, report: &Report<'_>) {
        let (errors, warnings) = report.totals();
        self.deliveries += 1;
        self.errors += errors;
        self.warnings += warnings;
        self.allowed += report.errors_allowed;
        if let Some(signature) = &report.signature {
            self.verdicts.add(signature);
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
/// Where `out` cannot be written.
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

/// The items of a JSON array that is written one by one: an item a line.
#[derive(Default)]
struct JsonItems {
    started: bool,
}

impl JsonItems {
    fn write(&mut self, item: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
        out.write_all(if self.started { b",\n" } else { b"\n" })?;
        self.started = true;
        write_json(item, out)
    }
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
    full::write(&Listed::of(report), canvas, out)
}

/// A count with its noun, such as `1 error` or `2 errors`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
