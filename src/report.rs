//! Everything there is to say about one delivery.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::sync::LazyLock;

use crate::Position;
use crate::Text;
#[cfg(feature = "cli")]
use crate::contract::Contract;
use crate::delivery::Delivery;
use crate::finding::{
    Finding, FindingLimit, Findings, Levels, Omitted, Rule, Severity, add_omitted, cut,
};
use crate::json::Document;
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
    /// What is wrong or odd with it, in the order of the document: of each rule the first ones, up
    /// to the limit of the inspection.
    pub findings: Vec<Finding>,
    /// How many more findings there are, in the order of the rules.
    pub omitted: Vec<Omitted>,
    /// How many errors the project relaxed: they are warnings, or left out.
    pub errors_allowed: usize,
    /// The session, where the body is an object.
    pub session: Option<Session<'a>>,
    /// What is to be said of its signature, where that was asked for.
    pub signature: Option<Signature>,
}

/// What a delivery is checked for.
#[derive(Clone, Copy)]
pub struct InspectOptions<'c> {
    /// How many findings of each rule are kept.
    pub limit: FindingLimit,
    /// How severe each rule is to the user.
    pub levels: &'c Levels,
    /// Schemas of the user's, beside the documented one.
    #[cfg(feature = "cli")]
    pub contracts: &'c [Contract],
    /// What checks the signature, if anything does.
    pub verifier: Option<VerifyFn<'c>>,
}

/// Checks the signature of a delivery.
pub type VerifyFn<'c> = &'c dyn Fn(&Delivery<'_>) -> Signature;

impl Default for InspectOptions<'_> {
    /// The documented schema and the default severities: no signature, and no other schema.
    fn default() -> Self {
        static DEFAULT: LazyLock<Levels> = LazyLock::new(Levels::default);
        Self {
            limit: FindingLimit::default(),
            levels: &DEFAULT,
            #[cfg(feature = "cli")]
            contracts: &[],
            verifier: None,
        }
    }
}

/// Reads and checks a delivery. It never fails: what is wrong with a payload is data.
///
/// ```
/// use chatlog::capture::{Limits, Record, deliveries};
/// use chatlog::json::Document;
/// use chatlog::signature::{Scheme, Secret, Verdict, verify};
/// use chatlog::{InspectOptions, Origin, Position, Text, inspect, signature};
///
/// let bytes = br#"{"messages": []}"#;
/// let record = Record { bytes, terminator: b"", is_whole: true, start: Position::START };
/// let delivery = &deliveries(&record, None, &Limits::default()).deliveries[0];
/// let origin = Origin { source: Text::from("example"), index: 1 };
/// let document = Document::new(&delivery.body);
///
/// let secrets = signature::Checks::new(Scheme::default(), [Secret::new("swordfish")?]);
/// let checks = InspectOptions { verifier: Some(&|delivery| verify(delivery, &secrets)), ..InspectOptions::default() };
/// let report = inspect(&origin, delivery, &document, &checks);
/// assert_eq!(report.signature.as_ref().map(|it| it.verdict), Some(Verdict::Missing));
/// assert!(report.has_errors());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn inspect<'a>(
    origin: &'a Origin<'a>,
    delivery: &'a Delivery<'a>,
    document: &'a Document<'a>,
    checks: &InspectOptions<'_>,
) -> Report<'a> {
    let mut findings = Findings::new(checks.limit);
    let session = Session::read(document, &mut findings);
    let mut report = Report::new(origin, delivery, document);
    report.session = session;
    report.add(findings, checks.limit);
    #[cfg(feature = "cli")]
    for contract in checks.contracts {
        report.add(contract.findings(document, checks.limit), checks.limit);
    }
    report.verify(checks);
    report.apply(checks.levels);
    report
}

/// Checks the signature of a delivery, and nothing else. The body is not read as text, and the
/// report's document is empty.
pub fn inspect_signature<'a>(
    origin: &'a Origin<'a>,
    delivery: &'a Delivery<'a>,
    checks: &InspectOptions<'_>,
) -> Report<'a> {
    static NOT_READ: Document<'static> = Document::EMPTY;
    let mut report = Report::new(origin, delivery, &NOT_READ);
    report.verify(checks);
    report.apply(checks.levels);
    report
}

impl<'a> Report<'a> {
    /// A report in which nothing is said yet.
    fn new(origin: &'a Origin<'a>, delivery: &'a Delivery<'a>, document: &'a Document<'a>) -> Self {
        Self {
            origin,
            delivery,
            document,
            findings: Vec::new(),
            omitted: Vec::new(),
            errors_allowed: 0,
            session: None,
            signature: None,
        }
    }
}

impl Report<'_> {
    /// Adds findings, and keeps the first of each rule in the order of the document.
    fn add(&mut self, findings: Findings, limit: FindingLimit) {
        let (kept, omitted) = findings.finish();
        for more in omitted {
            add_omitted(&mut self.omitted, more);
        }
        if !kept.is_empty() {
            self.findings.extend(kept);
            self.document.place(&mut self.findings);
            cut(&mut self.findings, &mut self.omitted, limit);
        }
    }

    /// Adds the verdict, which is a finding too unless it is plainly valid or there was no secret. It
    /// is about the delivery as a whole, and comes first.
    fn verify(&mut self, checks: &InspectOptions<'_>) {
        let Some(verifier) = checks.verifier else {
            return;
        };
        let signature = verifier(self.delivery);
        let finding = signature.finding(&self.delivery.notes);
        self.findings.splice(0..0, finding);
        self.signature = Some(signature);
    }

    /// Gives all findings the severities that the user wants, and leaves out those that are
    /// allowed.
    fn apply(&mut self, levels: &Levels) {
        let relaxed = self.counts().into_iter();
        let relaxed = relaxed.filter(|(rule, _)| levels.relaxes(*rule));
        self.errors_allowed = relaxed.map(|(_, count)| count).sum();
        let apply = |rule, severity: &mut Severity| match levels.severity(rule) {
            Some(wanted) => {
                *severity = wanted;
                true
            }
            None => false,
        };
        self.findings
            .retain_mut(|finding| apply(finding.rule, &mut finding.severity));
        self.omitted
            .retain_mut(|omitted| apply(omitted.rule, &mut omitted.severity));
    }

    /// How many errors and warnings there are, with those that are omitted.
    pub fn totals(&self) -> (usize, usize) {
        let kept = self.findings.iter().map(|finding| (finding.severity, 1));
        let omitted = self
            .omitted
            .iter()
            .map(|omitted| (omitted.severity, omitted.count));
        let (mut errors, mut warnings) = (0, 0);
        for (severity, count) in kept.chain(omitted) {
            match severity {
                Severity::Error => errors += count,
                Severity::Warning => warnings += count,
            }
        }
        (errors, warnings)
    }

    /// How many findings there are of each rule that has some, with those that are omitted.
    pub fn counts(&self) -> BTreeMap<Rule, usize> {
        let kept = self.findings.iter().map(|finding| (finding.rule, 1));
        let omitted = self
            .omitted
            .iter()
            .map(|omitted| (omitted.rule, omitted.count));
        let mut counts = BTreeMap::new();
        for (rule, count) in kept.chain(omitted) {
            *counts.entry(rule).or_default() += count;
        }
        counts
    }

    /// Says whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.totals().0 > 0
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

    /// The place of a finding in the input, from its place in the body; none where the body is wrapped.
    /// A signature is that of a whole delivery, and has the place where this starts.
    pub fn place_of(&self, finding: &Finding, in_body: Position) -> Option<Position> {
        if finding.rule.is_about_signature() {
            return Some(self.delivery.start);
        }
        self.in_input(in_body)
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
