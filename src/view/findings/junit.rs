//! `JUnit` XML: a test suite for each input, a test case for each delivery.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as XmlReport, TestCase, TestCaseStatus, TestSuite};

use super::concise::Said;
use super::{Listed, more_findings};
use crate::finding::{Finding, Severity};
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
        self.add(origin, case(origin, TestCaseStatus::success()));
    }

    /// A delivery with findings: a failure if one is an error.
    pub(super) fn add_findings(&mut self, listed: &Listed<'_>) {
        let origin = listed.report().origin;
        let errors = lines(listed, Severity::Error);
        let warnings = lines(listed, Severity::Warning);
        let first = listed
            .report()
            .findings
            .iter()
            .find(|finding| finding.severity == Severity::Error);
        let status = first.map_or_else(TestCaseStatus::success, |first| failure(first, &errors));
        let mut case = case(origin, status);
        let more = match listed.omitted {
            [] => String::new(),
            omitted => more_findings(omitted) + "\n",
        };
        let said = warnings + &more;
        if !said.is_empty() {
            case.set_system_out(said);
        }
        self.add(origin, case);
    }

    fn add(&mut self, origin: &Origin<'_>, case: TestCase) {
        let name = xml(&origin.source);
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
        let mut report = XmlReport::new("chatlog validate");
        report.add_test_suites(self.suites);
        // Serialized first: an error of `out` stays what it is.
        let xml = report.to_string().map_err(io::Error::other)?;
        out.write_all(xml.as_bytes())
    }
}

fn case(origin: &Origin<'_>, status: TestCaseStatus) -> TestCase {
    let source = xml(&origin.source);
    let mut case = TestCase::new(format!("{source}#{}", origin.index), status);
    case.set_classname(source);
    case
}

fn failure(first: &Finding, errors: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status
        .set_type(first.rule.name())
        .set_message(xml(Text::from(first.message.as_str())));
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
        let start = listed.places.region(finding.span.as_ref()).start;
        let said = xml(Said::of(finding, &listed.places));
        let pointer = xml(&finding.pointer);
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{}:{}: {said}", start.line, start.column);
        if !pointer.is_empty() {
            let _ = writeln!(lines, "  at {pointer}");
        }
        if let Some(help) = &finding.help {
            let _ = writeln!(lines, "  help: {}", xml(Text::from(help.as_str())));
        }
    }
    lines
}

/// Words with all characters that XML does not have replaced; the others are safe already.
fn xml(words: impl Display) -> String {
    words
        .to_string()
        .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
