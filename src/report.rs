//! Inspecting one delivery: reads it, checks it and collects the results in a [`Report`].

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
use crate::notification::{Notification, OtherNotification, Session};
use crate::signature::Signature;

/// Where a delivery came from: its input and its number there.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    /// The input, as the user named it; `-` for standard input.
    pub source: Text<'a>,
    /// The delivery's number in the input, from 1.
    pub index: usize,
}

/// The source of deliveries that `chatlog listen` received and did not save. A file of this name is
/// called `./listen`, because the command line takes it for the command.
const NOT_SAVED: &str = "listen";

impl Origin<'_> {
    /// Whether the source can be read again: it is not a stream that is gone.
    pub fn is_kept(&self) -> bool {
        !matches!(self.source.as_str(), "-" | NOT_SAVED)
    }

    /// The name for readers on other machines: without the folders of the input.
    pub fn short_name(&self) -> String {
        let source = self.source.as_str();
        let name = match source {
            "-" => "standard input",
            _ => source
                .rsplit(['/', '\\'])
                .find(|name| !name.is_empty())
                .unwrap_or(source),
        };
        let name = Text::from(name);
        match self.index {
            0 | 1 => name.to_string(),
            index => format!("{name}#{index}"),
        }
    }

    /// The same origin without borrows.
    pub fn into_owned(self) -> Origin<'static> {
        Origin {
            source: self.source.into_owned(),
            index: self.index,
        }
    }
}

/// Displays the name that selects the delivery on the command line: `INPUT`, and `INPUT#N` from the
/// second delivery on.
impl Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            0 | 1 => Display::fmt(&self.source, f),
            index => write!(f, "{}#{index}", self.source),
        }
    }
}

/// Everything known about one delivery.
#[derive(Debug)]
pub struct Report<'a> {
    /// Where the delivery came from.
    pub origin: &'a Origin<'a>,
    /// The delivery.
    pub delivery: &'a Delivery<'a>,
    /// The text of its body.
    pub document: &'a Document<'a>,
    /// What is wrong or odd with it, in the order of the document: the first findings of each rule,
    /// up to [`InspectOptions::limit`].
    pub findings: Vec<Finding>,
    /// How many more findings there are of each rule, in the order of the rules.
    pub omitted: Vec<Omitted>,
    /// How many errors the project file relaxed, to warnings or to nothing.
    pub errors_allowed: usize,
    /// The session; `None` if the body does not hold one.
    pub session: Option<Session<'a>>,
    /// The notification, if it is another one than that of a session's end.
    pub other: Option<OtherNotification<'a>>,
    /// The verdict on its signature; `None` if there was no verifier.
    pub signature: Option<Signature>,
}

/// What to check a delivery for.
#[derive(Clone, Copy)]
pub struct InspectOptions<'c> {
    /// How many findings of each rule to keep.
    pub limit: FindingLimit,
    /// The severity of each rule.
    pub levels: &'c Levels,
    /// The user's own JSON Schemas, checked in addition to the documented one.
    #[cfg(feature = "cli")]
    pub contracts: &'c [Contract],
    /// Checks the signature. If `None`, it is not checked.
    pub verifier: Option<VerifyFn<'c>>,
}

/// A function that checks the signature of a delivery.
pub type VerifyFn<'c> = &'c dyn Fn(&Delivery<'_>) -> Signature;

impl Default for InspectOptions<'_> {
    /// The documented schema with the default severities; no signature, and no other schema.
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

/// Reads and checks a delivery. This never fails: what is wrong with a payload is a [`Finding`].
///
/// ```
/// use chatlog::capture::{CaptureOptions, Record, deliveries};
/// use chatlog::json::Document;
/// use chatlog::signature::{Scheme, Secret, Verdict, verify};
/// use chatlog::{InspectOptions, Origin, Position, Text, inspect, signature};
///
/// let bytes = br#"{"messages": []}"#;
/// let record = Record { bytes, terminator: b"", is_whole: true, start: Position::START };
/// let delivery = &deliveries(&record, &CaptureOptions::default()).deliveries[0];
/// let origin = Origin { source: Text::from("example"), index: 1 };
/// let document = Document::new(&delivery.body);
///
/// let secrets = signature::Checks::new(Scheme::default(), [Secret::new("swordfish")?]);
/// let options = InspectOptions {
///     verifier: Some(&|delivery| verify(delivery, &secrets)),
///     ..InspectOptions::default()
/// };
/// let report = inspect(&origin, delivery, &document, &options);
/// assert_eq!(report.signature.as_ref().map(|it| it.verdict), Some(Verdict::Missing));
/// assert!(report.has_errors());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn inspect<'a>(
    origin: &'a Origin<'a>,
    delivery: &'a Delivery<'a>,
    document: &'a Document<'a>,
    options: &InspectOptions<'_>,
) -> Report<'a> {
    let mut findings = Findings::new(options.limit);
    let notification = Notification::read(document, &mut findings);
    let mut report = Report::new(origin, delivery, document);
    match notification {
        Notification::SessionEnd(session) => report.session = Some(session),
        Notification::Other(other) => report.other = Some(other),
        Notification::Unknown => {}
    }
    report.add(findings, options.limit);
    #[cfg(feature = "cli")]
    for contract in options.contracts {
        report.add(contract.findings(document, options.limit), options.limit);
    }
    report.verify(options);
    report.apply(options.levels);
    report
}

/// Checks the signature of a delivery and nothing else. The body is not read as text, so the
/// report's document is empty.
pub fn inspect_signature<'a>(
    origin: &'a Origin<'a>,
    delivery: &'a Delivery<'a>,
    options: &InspectOptions<'_>,
) -> Report<'a> {
    static NOT_READ: Document<'static> = Document::EMPTY;
    let mut report = Report::new(origin, delivery, &NOT_READ);
    report.verify(options);
    report.apply(options.levels);
    report
}

impl<'a> Report<'a> {
    /// An empty report.
    fn new(origin: &'a Origin<'a>, delivery: &'a Delivery<'a>, document: &'a Document<'a>) -> Self {
        Self {
            origin,
            delivery,
            document,
            findings: Vec::new(),
            omitted: Vec::new(),
            errors_allowed: 0,
            session: None,
            other: None,
            signature: None,
        }
    }
}

impl Report<'_> {
    /// Adds findings, and keeps the first ones of each rule in the order of the document.
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

    /// Adds the verdict. It is also a finding, unless it is simply valid or there was no secret. The
    /// finding comes first, because it is about the delivery as a whole.
    fn verify(&mut self, options: &InspectOptions<'_>) {
        let Some(verifier) = options.verifier else {
            return;
        };
        let signature = verifier(self.delivery);
        let finding = signature.finding(&self.delivery.notes);
        self.findings.splice(0..0, finding);
        self.signature = Some(signature);
    }

    /// Sets the severity of all findings, and removes those that are allowed.
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

    /// Removes the findings that do not fail a run.
    pub fn keep_failures(&mut self) {
        self.findings.retain(Finding::is_failure);
        self.omitted
            .retain(|omitted| omitted.severity == Severity::Error);
    }

    /// The number of errors and of warnings, including omitted ones.
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

    /// The number of findings of each rule that has any, including omitted ones.
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

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.totals().0 > 0
    }

    /// The position of each finding in the body, in the order of the findings.
    pub fn positions(&self) -> Vec<Position> {
        let text = self.document.text();
        let mut position = Position::START;
        let mut offset = 0;
        let mut positions = Vec::with_capacity(self.findings.len());
        for finding in &self.findings {
            // Findings are in the order of the document, so each search continues at the last one.
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

    /// The position of a finding in the input, given that in the body; `None` if the body is wrapped
    /// in something that changes its lines. A finding about the signature is where its delivery
    /// starts.
    pub fn place_of(&self, finding: &Finding, in_body: Position) -> Option<Position> {
        if finding.rule.is_about_signature() {
            return Some(self.delivery.start);
        }
        self.in_input(in_body)
    }

    /// Converts a position in the body to one in the input; `None` if the body is wrapped.
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
