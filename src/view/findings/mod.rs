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
mod sarif;

use std::io::{self, Write};

use serde::Serialize;

use self::places::{Places, Region};
use super::json::{self, Inert};
use super::signature::{self, Subject};
use super::{Canvas, delivery_count};
use crate::finding::{Finding, Severity};
use crate::signature::Verdict;
use crate::{Report, Text};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// With the lines they are about, for people
    Full,
    /// A line each: `path:line:column: severity[rule] message`
    Concise,
    /// One JSON object a line for each delivery
    Json,
    /// Workflow commands: annotations on GitHub
    Github,
    /// A code quality report for GitLab
    Gitlab,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// `JUnit` XML: a test case for each delivery
    Junit,
}

/// What is written of the findings, and on what.
#[derive(Debug, Clone)]
pub struct Options {
    /// What a view for people draws on.
    pub canvas: Canvas,
    /// Whether deliveries without findings, and the closing line, are left out.
    pub quiet: bool,
    /// The most findings of one delivery to write; the rest is counted. JSON always has all.
    pub max_findings: Option<usize>,
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
        self.tally.deliveries += 1;
        let is_clean = report.findings.is_empty() && !has_failed(report);
        if is_clean && self.options.quiet {
            return Ok(());
        }
        let (errors, warnings) = totals(&report.findings);
        self.tally.errors += errors;
        self.tally.warnings += warnings;
        let canvas = &self.options.canvas;
        let out = &mut self.out;
        let listed = || Listed::of(report, self.options.max_findings);
        match &mut self.form {
            Form::Json => return json::write_findings(report, out),
            Form::Junit(cases) if report.findings.is_empty() => cases.add_clean(report.origin),
            _ if report.findings.is_empty() => {}
            Form::Full => full::write(&listed(), canvas, out)?,
            Form::Concise => concise::write(&listed(), canvas, out)?,
            Form::Github => github::write(&listed(), out)?,
            Form::Gitlab(issues) => issues.write(&listed(), out)?,
            Form::Sarif(log) => log.write(&listed(), out)?,
            Form::Junit(cases) => cases.add_findings(&listed()),
        }
        self.write_signature(report)
    }

    /// The verdict on a signature is for people to read with the findings; programs have it in JSON.
    fn write_signature(&mut self, report: &Report<'_>) -> io::Result<()> {
        match (&self.form, &report.signature) {
            (Form::Full | Form::Concise, Some(checked))
                if !self.options.quiet || has_failed(report) =>
            {
                let subject = Subject::of(report.origin, report.delivery);
                signature::write(&subject, checked, &self.options.canvas, &mut self.out)
            }
            _ => Ok(()),
        }
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
                self.tally.write(&self.options.canvas, out)?;
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

/// Says whether the signature of a report was checked and is not valid.
fn has_failed(report: &Report<'_>) -> bool {
    report
        .signature
        .as_ref()
        .is_some_and(|signature| signature.verdict != Verdict::Valid)
}

/// The findings of a report that are written, with their places.
struct Listed<'r> {
    findings: &'r [Finding],
    places: Places<'r>,
    /// How many more there are.
    left_out: usize,
}

impl<'r> Listed<'r> {
    fn of(report: &'r Report<'r>, limit: Option<usize>) -> Self {
        let all = &report.findings;
        let count = limit.unwrap_or(usize::MAX).min(all.len());
        let findings = &all[..count];
        Self {
            findings,
            places: Places::of(report, findings),
            left_out: all.len() - count,
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
}

impl Tally {
    /// Such as `2 deliveries: 1 error, 3 warnings`; nothing, where there was no delivery.
    fn write(&self, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
        if self.deliveries == 0 {
            return Ok(());
        }
        let theme = &canvas.theme;
        let deliveries = delivery_count(self.deliveries);
        let counts = [
            (self.errors, "error", theme.error),
            (self.warnings, "warning", theme.warning),
        ];
        let found: Vec<String> = counts
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, noun, style)| style.style(counted(*count, noun)).to_string())
            .collect();
        if found.is_empty() {
            writeln!(out, "{deliveries}: {}", theme.good.style("no problems"))
        } else {
            writeln!(out, "{deliveries}: {}", found.join(", "))
        }
    }
}

/// That a delivery has findings which are not written.
fn more_findings(count: usize) -> String {
    format!("… and {} in this delivery", counted(count, "more finding"))
}

/// A finding in words, for where its line is not shown: what is wrong with which value, where that
/// is in a wrapped body, and in a line below what to do about it.
fn words(finding: &Finding, region: Region) -> String {
    let message = Text::from(finding.message.as_str());
    let pointer = Some(finding.pointer.to_string()).filter(|pointer| !pointer.is_empty());
    let in_body = region
        .in_body
        .map(|position| format!("body {}:{}", position.line, position.column));
    let places: Vec<String> = pointer.into_iter().chain(in_body).collect();
    let place = match places.join(", ") {
        place if place.is_empty() => place,
        place => format!(" ({place})"),
    };
    let help = finding
        .help
        .as_deref()
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
    let mut serializer = serde_json::Serializer::with_formatter(out, Inert);
    value.serialize(&mut serializer)?;
    Ok(())
}

/// Writes all findings of one report in full: for a view of something else that has to tell them.
pub(super) fn write_full(
    report: &Report<'_>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    full::write(&Listed::of(report, None), canvas, out)
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
