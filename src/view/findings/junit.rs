//! `JUnit` XML: a test suite for each input, a test case for each delivery.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::AddAssign;
use std::path::MAIN_SEPARATOR;

use super::concise::Said;
use super::{Listed, Problem, more_findings};
use crate::finding::{Finding, Rule, Severity};
use crate::name::with_slashes;
use crate::{Origin, Text};

/// The suites so far. XML says how many cases there are before it lists them, so they are kept, as
/// they will be written: some hundred bytes each.
#[derive(Default)]
pub(super) struct Cases {
    suites: Vec<Suite>,
}

struct Suite {
    name: String,
    counts: Counts,
    /// Its cases in XML.
    cases: String,
}

#[derive(Default, Clone, Copy)]
struct Counts {
    tests: usize,
    errors: usize,
    failures: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.tests += other.tests;
        self.errors += other.errors;
        self.failures += other.failures;
    }
}

/// What a test came to.
enum Outcome {
    Success,
    /// What was tested is at fault.
    Failure(Fault),
    /// The test itself could not be made.
    Error(Fault),
}

/// Why a test did not succeed.
struct Fault {
    kind: &'static str,
    message: String,
    description: String,
}

impl Cases {
    /// A delivery with nothing to say about.
    pub(super) fn add_clean(&mut self, origin: &Origin<'_>) {
        self.add(&origin.source, &case_name(origin), &Outcome::Success, "");
    }

    /// A delivery with findings: a failure if one is an error, and an error of the test itself if
    /// nothing can be said of the signature, which fails a run too.
    pub(super) fn add_findings(&mut self, listed: &Listed<'_>) {
        let origin = listed.report().origin;
        let errors = lines(listed, Severity::Error);
        let outcome = outcome(&listed.report().findings, errors);
        let mut said = lines(listed, Severity::Warning);
        if !listed.omitted.is_empty() {
            said += &(more_findings(listed.omitted) + "\n");
        }
        self.add(&origin.source, &case_name(origin), &outcome, &said);
    }

    /// A case for what could not be read: its error is that of the test, not of what is tested.
    pub(super) fn add_problem(&mut self, problem: &Problem<'_>) {
        let source = shown_path(problem.source);
        let name = match problem.position {
            Some(at) => format!("{source}:{}:{}", at.line, at.column),
            None => source,
        };
        let outcome = Outcome::Error(Fault {
            kind: "input",
            message: problem.words().to_string(),
            description: String::new(),
        });
        self.add(problem.source, &name, &outcome, "");
    }

    fn add(&mut self, source: &Text<'_>, name: &str, outcome: &Outcome, said: &str) {
        let source = shown_path(source);
        let case = case(name, &source, outcome, said);
        if self.suites.last().is_none_or(|suite| suite.name != source) {
            self.suites.push(Suite {
                name: source,
                counts: Counts::default(),
                cases: String::new(),
            });
        }
        if let Some(suite) = self.suites.last_mut() {
            suite.counts += outcome.counts();
            suite.cases += &case;
        }
    }

    pub(super) fn finish(self, out: &mut impl Write) -> io::Result<()> {
        let mut total = Counts::default();
        for suite in &self.suites {
            total += suite.counts;
        }
        let Counts {
            tests,
            errors,
            failures,
        } = total;
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        let counts =
            format!(r#"tests="{tests}" skipped="0" failures="{failures}" errors="{errors}""#);
        writeln!(out, r#"<testsuites name="chatlog" {counts}>"#)?;
        for suite in &self.suites {
            suite.write(out)?;
        }
        writeln!(out, "</testsuites>")
    }
}

impl Suite {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Counts {
            tests,
            errors,
            failures,
        } = self.counts;
        let name = escaped(&self.name);
        let counts =
            format!(r#"tests="{tests}" skipped="0" errors="{errors}" failures="{failures}""#);
        writeln!(out, r#"    <testsuite name="{name}" {counts}>"#)?;
        out.write_all(self.cases.as_bytes())?;
        writeln!(out, "    </testsuite>")
    }
}

impl Outcome {
    fn counts(&self) -> Counts {
        Counts {
            tests: 1,
            errors: usize::from(matches!(self, Self::Error(_))),
            failures: usize::from(matches!(self, Self::Failure(_))),
        }
    }

    fn xml(&self) -> String {
        let (name, fault) = match self {
            Self::Success => return String::new(),
            Self::Failure(fault) => ("failure", fault),
            Self::Error(fault) => ("error", fault),
        };
        let attributes = [("message", &*fault.message), ("type", fault.kind)];
        leaf(name, &attributes, &fault.description)
    }
}

/// A case of the suite for a source.
fn case(name: &str, source: &str, outcome: &Outcome, said: &str) -> String {
    let tag = tag("testcase", &[("name", name), ("classname", source)]);
    let mut children = outcome.xml();
    if !said.is_empty() {
        children += &leaf("system-out", &[], said);
    }
    if children.is_empty() {
        format!("        <{tag}/>\n")
    } else {
        format!("        <{tag}>\n{children}        </testcase>\n")
    }
}

fn case_name(origin: &Origin<'_>) -> String {
    format!("{}#{}", shown_path(&origin.source), origin.index)
}

fn outcome(findings: &[Finding], errors: String) -> Outcome {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let is_inconclusive = |finding: &&Finding| finding.rule == Rule::SignatureInconclusive;
    let failed = findings.iter().find(is_error);
    let undecided = findings.iter().find(is_inconclusive);
    let fault = |first: &Finding| Fault {
        kind: first.rule.name(),
        message: Text::from(first.message.as_str()).to_string(),
        description: errors,
    };
    match (failed, undecided) {
        (Some(first), _) => Outcome::Failure(fault(first)),
        (None, Some(first)) => Outcome::Error(fault(first)),
        (None, None) => Outcome::Success,
    }
}

/// The findings of a severity, a line each, with their places and what to do about them.
fn lines(listed: &Listed<'_>, severity: Severity) -> String {
    let mut lines = String::new();
    let same = |finding: &&Finding| finding.severity == severity;
    for finding in listed.findings.iter().filter(same) {
        let start = listed.places.of_finding(finding).start;
        let said = Said::of(finding, &listed.places);
        let pointer = finding.pointer.to_string();
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{}:{}: {said}", start.line, start.column);
        if !pointer.is_empty() {
            let _ = writeln!(lines, "  at {pointer}");
        }
        if let Some(help) = &finding.help {
            let _ = writeln!(lines, "  help: {}", Text::from(help.as_str()));
        }
    }
    lines
}

/// An input's name, with slashes where it is a path.
fn shown_path(source: &Text<'_>) -> String {
    Text::from(with_slashes(source.as_str(), MAIN_SEPARATOR)).to_string()
}

/// What stands between the angle brackets of a start tag.
fn tag(name: &str, attributes: &[(&str, &str)]) -> String {
    let mut tag = name.to_owned();
    for (name, value) in attributes {
        tag += &format!(r#" {name}="{}""#, escaped(value));
    }
    tag
}

/// An element of a case, with text in it.
fn leaf(name: &str, attributes: &[(&str, &str)], text: &str) -> String {
    let tag = tag(name, attributes);
    match text {
        "" => format!("            <{tag}/>\n"),
        text => format!("            <{tag}>{}</{name}>\n", escaped(text)),
    }
}

/// Words as XML writes them, with the characters replaced that it does not have; those that act on
/// a terminal are spelled out already.
fn escaped(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\'' => escaped.push_str("&apos;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}
