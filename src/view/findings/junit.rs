//! `JUnit` XML: a test suite for each input, a test case for each delivery.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};
use std::path::MAIN_SEPARATOR;

use quick_junit::{NonSuccessKind, Report as XmlReport, TestCase, TestCaseStatus, TestSuite};

use super::concise::Said;
use super::{Listed, Problem, more_findings};
use crate::finding::{Finding, Rule, Severity};
use crate::name::with_slashes;
use crate::view::wording;
use crate::{Origin, Text};

/// The cases so far. XML says how many there are before it lists them, so they are kept: some
/// hundred bytes each.
#[derive(Default)]
pub(super) struct Cases {
    suites: Vec<TestSuite>,
}

impl Cases {
    /// A delivery with nothing to say about.
    pub(super) fn add_clean(&mut self, origin: &Origin<'_>) {
        self.add(&origin.source, case(origin, TestCaseStatus::success()));
    }

    /// A delivery with findings: a failure if one is an error, and an error of the test itself if
    /// nothing can be said of the signature, which fails a run too.
    pub(super) fn add_findings(&mut self, listed: &Listed<'_>) {
        let origin = listed.report().origin;
        let errors = lines(listed, Severity::Error);
        let warnings = lines(listed, Severity::Warning);
        let status = status(&listed.report().findings, &errors);
        let mut case = case(origin, status);
        let more = match listed.omitted {
            [] => String::new(),
            omitted => more_findings(omitted) + "\n",
        };
        let said = warnings + &more;
        if !said.is_empty() {
            case.set_system_out(said);
        }
        self.add(&origin.source, case);
    }

    /// A case for what could not be read: its error is that of the test, not of what is tested.
    pub(super) fn add_problem(&mut self, problem: &Problem<'_>) {
        let source = shown_path(problem.source);
        let name = match problem.position {
            Some(at) => format!("{source}:{}:{}", at.line, at.column),
            None => source.clone(),
        };
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("input").set_message(xml(problem.words()));
        let mut case = TestCase::new(name, status);
        case.set_classname(source);
        self.add(problem.source, case);
    }

    fn add(&mut self, source: &Text<'_>, case: TestCase) {
        let name = shown_path(source);
        match self.suites.last_mut() {
            Some(suite) if suite.name.as_str() == name => {
                suite.add_test_case(case);
            }
            _ => {
                let mut suite = TestSuite::new(name);
                suite.add_test_case(case);
                self.suites.push(suite);
            }
        }
    }

    pub(super) fn finish(self, out: &mut impl Write) -> io::Result<()> {
        let mut report = XmlReport::new("chatlog");
        report.add_test_suites(self.suites);
        // Serialized first: an error of `out` stays what it is.
        let xml = report.to_string().map_err(io::Error::other)?;
        out.write_all(xml.as_bytes())
    }
}

fn case(origin: &Origin<'_>, status: TestCaseStatus) -> TestCase {
    let source = shown_path(&origin.source);
    let mut case = TestCase::new(format!("{source}#{}", origin.index), status);
    case.set_classname(source);
    case
}

fn status(findings: &[Finding], errors: &str) -> TestCaseStatus {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let is_inconclusive = |finding: &&Finding| finding.rule == Rule::SignatureInconclusive;
    let failed = findings.iter().find(is_error);
    let undecided = findings.iter().find(is_inconclusive);
    match (failed, undecided) {
        (Some(first), _) => non_success(NonSuccessKind::Failure, first, errors),
        (None, Some(first)) => non_success(NonSuccessKind::Error, first, errors),
        (None, None) => TestCaseStatus::success(),
    }
}

fn non_success(kind: NonSuccessKind, first: &Finding, errors: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_type(first.rule.name())
        .set_message(xml(Text::from(wording::message(first))));
    if !errors.is_empty() {
        status.set_description(errors);
    }
    status
}

/// The findings of a severity, a line each, with their places and what to do about them.
fn lines(listed: &Listed<'_>, severity: Severity) -> String {
    let mut lines = String::new();
    let same = |finding: &&Finding| finding.severity == severity;
    for finding in listed.findings.iter().filter(same) {
        let start = listed.places.of_finding(finding).start;
        let said = xml(Said::of(finding, &listed.places));
        let pointer = xml(&finding.pointer);
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{}:{}: {said}", start.line, start.column);
        if !pointer.is_empty() {
            let _ = writeln!(lines, "  at {pointer}");
        }
        if let Some(help) = wording::help(finding) {
            let _ = writeln!(lines, "  help: {}", xml(Text::from(help)));
        }
    }
    lines
}

/// An input's name, with slashes where it is a path.
fn shown_path(source: &Text<'_>) -> String {
    xml(Text::from(with_slashes(source.as_str(), MAIN_SEPARATOR)))
}

/// Words with all characters that XML does not have replaced; the others are safe already.
fn xml(words: impl Display) -> String {
    words
        .to_string()
        .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
