//! A code quality report, as GitLab reads it: a JSON array of issues.

use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::places::{Region, path};
use super::{JsonItems, Listed, Problem, more_findings, words};
use crate::Position;
use crate::finding::Severity;

/// The report so far.
#[derive(Default)]
pub(super) struct Issues {
    items: JsonItems,
    fingerprints: Fingerprints,
}

impl Issues {
    pub(super) fn start(out: &mut impl Write) -> io::Result<Self> {
        out.write_all(b"[")?;
        Ok(Self::default())
    }

    pub(super) fn write(&mut self, listed: &Listed<'_>, out: &mut impl Write) -> io::Result<()> {
        let source = path(&listed.report().origin.source);
        for finding in listed.findings {
            let region = listed.places.of_finding(finding);
            let issue = Issue {
                description: words(finding, region),
                check_name: finding.rule.name(),
                fingerprint: self.fingerprints.of_finding(listed.report(), finding),
                severity: match finding.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                },
                location: Location::of(&source, region),
            };
            self.items.write(&issue, out)?;
        }
        if !listed.omitted.is_empty() {
            let issue = Issue {
                description: more_findings(listed.omitted),
                check_name: "chatlog",
                fingerprint: self.fingerprints.of_rest(listed.report()),
                severity: "info",
                location: Location::of(&source, listed.places.region(None)),
            };
            self.items.write(&issue, out)?;
        }
        Ok(())
    }

    pub(super) fn write_problem(
        &mut self,
        problem: &Problem<'_>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let start = problem.start();
        let region = Region {
            start,
            end: start,
            in_body: None,
        };
        let source = path(problem.source);
        let issue = Issue {
            description: problem.words().to_string(),
            check_name: "chatlog",
            fingerprint: self.fingerprints.of_problem(problem),
            severity: "critical",
            location: Location::of(&source, region),
        };
        self.items.write(&issue, out)
    }

    pub(super) fn finish(out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"\n]\n")
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
    positions: Positions,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

#[derive(Serialize)]
struct Positions {
    begin: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

impl From<Position> for Point {
    fn from(Position { line, column }: Position) -> Self {
        Self { line, column }
    }
}

impl<'a> Location<'a> {
    fn of(path: &'a str, Region { start, end, .. }: Region) -> Self {
        Self {
            path,
            lines: Lines {
                begin: start.line,
                end: end.line,
            },
            positions: Positions {
                begin: start.into(),
                end: end.into(),
            },
        }
    }
}
