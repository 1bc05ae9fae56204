//! `JUnit` XML: a test suite for each input, a test case for each delivery.
//!
//! CI servers show it as test results. A delivery with an error is a *failure* of its test case; a
//! signature that is inconclusive, or an input that could not be read, is an *error*: the test
//! could not be made. Warnings do not fail a test case and stand in its output.
//!
//! The XML states the number of test cases before it lists them, so the cases are kept in memory
//! until the end: a few hundred bytes each.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};
use std::path::MAIN_SEPARATOR;

use super::concise::OneLine;
use super::report_format::{Kept, Rendered, Reporter, Total};
use super::{InputProblem, Listed, more_findings};
use crate::finding::{Finding, Rule, Severity};
use crate::name::with_slashes;
use crate::view::wording;
use crate::{Origin, Report, Text};

/// The format with a test case for each delivery.
pub(super) struct Junit;

impl Reporter for Junit {
    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        let source = shown_path(&report.origin.source);
        let Origin { index, .. } = report.origin;
        let mut case = Case::new(format!("{source}#{index}"), source);
        if let Some(listed) = Listed::of(report) {
            let errors = lines(&listed, Severity::Error);
            case.fail(&report.findings, errors);
            case.output = lines(&listed, Severity::Warning);
            if !listed.omitted.is_empty() {
                case.output += &(more_findings(listed.omitted) + "\n");
            }
        }
        rendered.keep(case.kept());
        Ok(())
    }

    fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()> {
        let source = shown_path(problem.source);
        let name = match problem.position {
            Some(at) => format!("{source}:{}:{}", at.line, at.column),
            None => source.clone(),
        };
        let mut case = Case::new(name, source);
        case.failure = Some(Failure {
            kind: FailureKind::Error,
            rule: "input",
            message: xml(problem.words()),
            details: String::new(),
        });
        rendered.keep(case.kept());
        Ok(())
    }

    fn finish(&self, total: &Total, out: &mut dyn Write) -> io::Result<()> {
        let counts = Counts::of(&total.kept);
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(
            out,
            r#"<testsuites name="chatlog" tests="{}" skipped="0" failures="{}" errors="{}">"#,
            counts.tests, counts.failures, counts.errors
        )?;
        for suite in total.kept.chunk_by(|a, b| a.group == b.group) {
            write_suite(suite, out)?;
        }
        writeln!(out, "</testsuites>")
    }
}

fn write_suite(cases: &[Kept], out: &mut dyn Write) -> io::Result<()> {
    let counts = Counts::of(cases);
    writeln!(
        out,
        r#"    <testsuite name="{}" tests="{}" skipped="0" errors="{}" failures="{}">"#,
        escaped(&cases[0].group),
        counts.tests,
        counts.errors,
        counts.failures
    )?;
    for case in cases {
        out.write_all(case.text.as_bytes())?;
    }
    writeln!(out, "    </testsuite>")
}

/// The numbers of test cases, failures and errors.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Counts {
    fn of(cases: &[Kept]) -> Self {
        let count = |kind: FailureKind| {
            let same = |case: &&Kept| case.mark == Some(kind.tag());
            cases.iter().filter(same).count()
        };
        Self {
            tests: cases.len(),
            failures: count(FailureKind::Failure),
            errors: count(FailureKind::Error),
        }
    }
}

/// A test case.
struct Case {
    name: String,
    suite: String,
    failure: Option<Failure>,
    /// What a CI server shows even if the test case passes: warnings and notes.
    output: String,
}

/// Why a test case does not pass.
struct Failure {
    kind: FailureKind,
    rule: &'static str,
    message: String,
    details: String,
}

#[derive(Clone, Copy)]
enum FailureKind {
    /// The delivery is not as it should be.
    Failure,
    /// The delivery could not be checked.
    Error,
}

impl FailureKind {
    fn tag(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }
}

impl Case {
    fn new(name: String, suite: String) -> Self {
        Self {
            name,
            suite,
            failure: None,
            output: String::new(),
        }
    }

    fn fail(&mut self, findings: &[Finding], details: String) {
        let is_error = |finding: &&Finding| finding.severity == Severity::Error;
        let is_inconclusive = |finding: &&Finding| finding.rule == Rule::SignatureInconclusive;
        let failed = findings.iter().find(is_error);
        let undecided = findings.iter().find(is_inconclusive);
        let first = match (failed, undecided) {
            (Some(first), _) => (FailureKind::Failure, first),
            (None, Some(first)) => (FailureKind::Error, first),
            (None, None) => return,
        };
        let (kind, first) = first;
        self.failure = Some(Failure {
            kind,
            rule: first.rule.name(),
            message: xml(Text::from(wording::message(first))),
            details,
        });
    }

    fn kept(self) -> Kept {
        Kept {
            mark: self.failure.as_ref().map(|failure| failure.kind.tag()),
            text: self.element(),
            group: self.suite,
        }
    }

    /// The `testcase` element with its children.
    fn element(&self) -> String {
        let (name, suite) = (escaped(&self.name), escaped(&self.suite));
        let start = format!(r#"        <testcase name="{name}" classname="{suite}""#);
        if self.failure.is_none() && self.output.is_empty() {
            return start + "/>\n";
        }
        let failure = self.failure.as_ref().map(Failure::element);
        let mut children = failure.unwrap_or_default();
        if !self.output.is_empty() {
            let output = escaped(&self.output);
            children += &format!("            <system-out>{output}</system-out>\n");
        }
        format!("{start}>\n{children}        </testcase>\n")
    }
}

impl Failure {
    fn element(&self) -> String {
        let tag = self.kind.tag();
        let start = format!(
            r#"            <{tag} message="{}" type="{}""#,
            escaped(&self.message),
            self.rule
        );
        match self.details.as_str() {
            "" => format!("{start}/>\n"),
            details => format!("{start}>{}</{tag}>\n", escaped(details)),
        }
    }
}

/// The findings of one severity, with their positions, pointers and help.
fn lines(listed: &Listed<'_>, severity: Severity) -> String {
    let mut lines = String::new();
    let same = |finding: &&Finding| finding.severity == severity;
    for finding in listed.findings.iter().filter(same) {
        let start = listed.places.of_finding(finding).start;
        let words = xml(OneLine::of(finding, &listed.places));
        let pointer = xml(&finding.pointer);
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{}:{}: {words}", start.line, start.column);
        if !pointer.is_empty() {
            let _ = writeln!(lines, "  at {pointer}");
        }
        if let Some(help) = wording::help(finding) {
            let _ = writeln!(lines, "  help: {}", xml(Text::from(help)));
        }
    }
    lines
}

/// An input's name, with slashes on every platform.
fn shown_path(source: &Text<'_>) -> String {
    xml(Text::from(with_slashes(source.as_str(), MAIN_SEPARATOR)))
}

/// Replaces the two noncharacters that XML forbids; [`Text`] has escaped the control characters.
fn xml(words: impl Display) -> String {
    words
        .to_string()
        .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// Escapes a text for an XML element or attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '\'' => escaped += "&apos;",
            '"' => escaped += "&quot;",
            character => escaped.push(character),
        }
    }
    escaped
}
