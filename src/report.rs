//! Everything there is to say about one delivery.

use std::fmt::{self, Display};

use crate::Text;
use crate::capture::{Delivery, Position};
use crate::document::Document;
use crate::finding::{Finding, Findings, Severity};
use crate::notification::Session;
use crate::signature::Signature;

/// Which input a delivery came from, and which of its deliveries it is.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    /// The input, as the user named it; `-` for standard input.
    pub source: Text<'a>,
    /// The delivery's number in the input, from 1.
    pub index: usize,
}

/// As the user names it: the input, and from its second delivery on `#` with the number.
impl Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            0 | 1 => Display::fmt(&self.source, f),
            index => write!(f, "{}#{index}", self.source),
        }
    }
}

/// Everything there is to say about one delivery.
#[derive(Debug)]
pub struct Report<'a> {
    /// Where the delivery came from.
    pub origin: &'a Origin<'a>,
    /// The delivery.
    pub delivery: &'a Delivery<'a>,
    /// The text of its body.
    pub document: &'a Document<'a>,
    /// What is wrong or odd with it, in the order of the document.
    pub findings: Vec<Finding>,
    /// The session, where the body is an object.
    pub session: Option<Session<'a>>,
    /// What is to be said of its signature, where that was asked for.
    pub signature: Option<Signature>,
}

/// Reads and checks a delivery. It never fails: what is wrong with a payload is data.
pub fn inspect<'a>(
    origin: &'a Origin<'a>,
    delivery: &'a Delivery<'a>,
    document: &'a Document<'a>,
) -> Report<'a> {
    let mut findings = Findings::default();
    let session = Session::read(document, &mut findings);
    let mut findings = findings.into_vec();
    if !findings.is_empty() {
        document.place(&mut findings);
    }
    Report {
        origin,
        delivery,
        document,
        findings,
        session,
        signature: None,
    }
}

impl Report<'_> {
    /// Adds findings of somebody else's, and keeps all in the order of the document.
    pub fn add(&mut self, findings: Vec<Finding>) {
        if !findings.is_empty() {
            self.findings.extend(findings);
            self.document.place(&mut self.findings);
        }
    }

    /// Says whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }

    /// Where each finding is in the body, in the order of the findings.
    pub fn positions(&self) -> Vec<Position> {
        let text = self.document.text();
        let mut position = Position::START;
        let mut offset = 0;
        let mut positions = Vec::with_capacity(self.findings.len());
        for finding in &self.findings {
            // Findings are in the order of the document: each walk goes on where the last ended.
            let start = finding
                .span
                .as_ref()
                .map_or(0, |span| span.start)
                .max(offset);
            position = position.after(&text[offset..start]);
            offset = start;
            positions.push(position);
        }
        positions
    }

    /// A position of the body as one of the input; none where the body is wrapped.
    pub fn in_input(&self, position: Position) -> Option<Position> {
        let start = self.delivery.body_start?;
        Some(match position.line {
            1 => Position {
                line: start.line,
                column: start.column + position.column - 1,
            },
            line => Position {
                line: start.line + line - 1,
                column: position.column,
            },
        })
    }
}
