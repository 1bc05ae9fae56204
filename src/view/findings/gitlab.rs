//! GitLab code quality: a JSON array of issues.
//!
//! GitLab compares the report of a merge request with the one of its target branch, by
//! [fingerprint](super::fingerprint), and shows new and resolved issues. Each issue must have a
//! description, a check name, a fingerprint, a severity and a location.

use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::{Fingerprint, PLACEHOLDER};
use super::places::{Region, path};
use super::report_format::{Rendered, Reporter, Total};
use super::{InputProblem, Listed, more_findings, words};
use crate::Position;
use crate::Report;
use crate::finding::{Finding, Severity};

/// The format with an issue for each finding.
pub(super) struct Gitlab;

impl Reporter for Gitlab {
    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"[")
    }

    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        let Some(listed) = Listed::of(report) else {
            return Ok(());
        };
        let source = path(&report.origin.source);
        for finding in listed.findings {
            let region = listed.places.of_finding(finding);
            let issue = Issue::of(finding, &source, region);
            rendered.item(&issue, Fingerprint::of_finding(report, finding))?;
        }
        if !listed.omitted.is_empty() {
            let issue = Issue {
                description: more_findings(listed.omitted),
                check_name: "chatlog",
                fingerprint: PLACEHOLDER,
                severity: "info",
                location: IssueLocation::of(&source, listed.places.region(None)),
            };
            rendered.item(&issue, Fingerprint::of_rest(report))?;
        }
        Ok(())
    }

    fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()> {
        let region = Region::at(problem.start());
        let source = path(problem.source);
        let issue = Issue {
            description: problem.words().to_string(),
            check_name: "chatlog",
            fingerprint: PLACEHOLDER,
            severity: "critical",
            location: IssueLocation::of(&source, region),
        };
        rendered.item(&issue, Fingerprint::of_problem(problem))
    }

    fn finish(&self, _total: &Total, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n]\n")
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'static str,
    severity: &'a str,
    location: IssueLocation<'a>,
}

impl<'a> Issue<'a> {
    fn of(finding: &'a Finding, path: &'a str, region: Region) -> Self {
        Self {
            description: words(finding, region),
            check_name: finding.rule.name(),
            fingerprint: PLACEHOLDER,
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
            },
            location: IssueLocation::of(path, region),
        }
    }
}

#[derive(Serialize)]
struct IssueLocation<'a> {
    path: &'a str,
    lines: LineRange,
    positions: Positions,
}

#[derive(Serialize)]
struct LineRange {
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

impl<'a> IssueLocation<'a> {
    fn of(path: &'a str, Region { start, end, .. }: Region) -> Self {
        Self {
            path,
            lines: LineRange {
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
