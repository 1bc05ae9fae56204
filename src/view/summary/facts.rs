//! What a summary says, row by row, as words with a tone and without any layout.
//!
//! Every view of a summary (a table, a text, a page) is drawn from these rows. The first screen must
//! say who, how it ended, when, and what was wrong; what a person looks at twice a year (ids, hashes,
//! how the delivery was read) is in [`details`](super::details).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Row, RowKind};
use crate::capture::encryption;
use crate::finding::{Finding, Rule, Severity};
use crate::json::{OneOf, RawObject, SessionTime, readable};
use crate::notification::{EndReason, HandOver, Session, Summary};
use crate::signature::{Signature, Verdict};
use crate::view::signature::settings;
use crate::view::transcript::first_untold;
use crate::view::wording::{self, humanize};
use crate::view::{Tone, Zone};
use crate::{Report, Text};

/// A piece of a row: words with a tone, perhaps below a muted label.
#[derive(Debug, Clone)]
pub(in crate::view) struct Piece<'r> {
    /// What kind of words they are, such as `intention`.
    pub(in crate::view) label: Option<Text<'r>>,
    /// The words.
    pub(in crate::view) text: Text<'r>,
    /// How they sound.
    pub(in crate::view) tone: Tone,
    /// What stands for the words where there is no room for all of them; otherwise they are cut.
    pub(super) short: Option<&'static str>,
}

impl<'r> Piece<'r> {
    pub(super) fn new(tone: Tone, text: impl Into<Text<'r>>) -> Self {
        Self {
            label: None,
            text: text.into(),
            tone,
            short: None,
        }
    }

    fn or_else(self, short: &'static str) -> Self {
        Self {
            short: Some(short),
            ..self
        }
    }

    pub(super) fn labelled(self, label: impl Into<Text<'r>>) -> Self {
        Self {
            label: Some(label.into()),
            ..self
        }
    }
}

/// Makes the rows of a summary.
pub(super) struct Facts<'r> {
    pub(super) report: &'r Report<'r>,
    pub(super) session: &'r Session<'r>,
    pub(super) summary: Summary<'r>,
    pub(super) zone: &'r Zone,
    /// Whether the reader has the input at hand.
    pub(super) has_input: bool,
}

impl<'r> Facts<'r> {
    pub(super) fn of(
        report: &'r Report<'r>,
        session: &'r Session<'r>,
        zone: &'r Zone,
        has_input: bool,
    ) -> Self {
        Self {
            report,
            session,
            summary: Summary::of(session),
            zone,
            has_input,
        }
    }

    /// The rows of every summary, those without words left out.
    pub(super) fn rows(&self) -> Vec<Row<'r>> {
        let mut rows = vec![
            Row::new("Person", vec![self.person()]).of_kind(RowKind::Person),
            Row::new("Outcome", vec![self.outcome()]),
            Row::new("Hand-over", vec![self.hand_over()]),
            Row::new("When", vec![self.when()]),
            Row::new("Workflow", vec![self.workflow()]).of_kind(RowKind::Workflow),
            self.values(),
            Row::new("Signature", self.signature()),
            Row::new("Encryption", vec![self.encryption()]),
            self.findings(),
        ];
        rows.retain(|row| !row.lines.is_empty());
        rows
    }

    /// That the body was decrypted, and what its checksum tells.
    fn encryption(&self) -> Vec<Piece<'r>> {
        let remark = encryption::remark(self.report.delivery);
        let piece = remark.map(|remark| Piece::new(Tone::Muted, remark));
        piece.into_iter().collect()
    }

    fn person(&self) -> Vec<Piece<'r>> {
        let callee = said(self.session.callee.as_ref()).map(|text| Piece::new(Tone::User, text));
        let channel = said(self.session.channel.as_ref());
        let channel = channel.map(|text| Piece::new(Tone::Plain, text));
        callee.into_iter().chain(channel).collect()
    }

    /// How it ended, how long it took, and what came of it.
    fn outcome(&self) -> Vec<Piece<'r>> {
        let intention = said(self.session.intention.as_ref());
        let intention = intention.map(|text| Piece::new(Tone::Strong, text).labelled("intention"));
        let pieces = [self.end(), self.duration(), self.rounds(), intention];
        pieces.into_iter().flatten().collect()
    }

    /// Such as `closed by agent`.
    fn end(&self) -> Option<Piece<'r>> {
        let status = said(self.session.status.as_ref());
        let reason = self.session.session_end_reason.as_ref();
        let reason = reason.filter(|reason| !reason.text.is_blank());
        let words = match (status, reason) {
            (None, None) => return None,
            (Some(status), None) => status.as_str().to_owned(),
            (None, Some(reason)) => format!("end reason {}", reason.text.as_str()),
            (Some(status), Some(reason)) => ended(status.as_str(), reason),
        };
        let tone = match reason.map(|reason| reason.known) {
            Some(Some(EndReason::Error)) => Tone::Error,
            Some(Some(EndReason::Expire) | None) => Tone::Warning,
            _ => Tone::Strong,
        };
        Some(Piece::new(tone, words))
    }

    fn duration(&self) -> Option<Piece<'r>> {
        let seconds = self.summary.duration?.as_secs();
        Some(if seconds < 0 {
            let words = format!("ends {} before it starts", humanize(-seconds));
            Piece::new(Tone::Warning, words)
        } else {
            Piece::new(Tone::Plain, humanize(seconds))
        })
    }

    fn rounds(&self) -> Option<Piece<'r>> {
        let rounds = self.session.talk_round?;
        let rounds = rounds.0.as_str();
        let noun = if rounds == "1" { "round" } else { "rounds" };
        Some(Piece::new(Tone::Plain, format!("{rounds} {noun}")))
    }

    /// Such as `to seat-07 at 01:02:51 (message 11)`.
    fn hand_over(&self) -> Vec<Piece<'r>> {
        let Some(HandOver { message, seat }) = &self.summary.hand_over else {
            return Vec::new();
        };
        let seat = said(seat.as_ref());
        let seat = seat.as_ref().map_or("an agent", Text::as_str);
        let received = self.session.messages().get(*message);
        let time = received.and_then(|it| it.timestamp);
        let time = time.map(|time| self.moment(time.instant()));
        let time = time.unwrap_or_default();
        let words = format!("to {seat}{time} (message {})", message + 1);
        vec![Piece::new(Tone::Agent, words)]
    }

    /// Such as ` at 01:02:51`, with the date if it is not the day on which the session started.
    fn moment(&self, instant: Timestamp) -> String {
        let zone = self.zone;
        let start = self.session.session_start_time.as_ref();
        let start = start.and_then(|start| start.instant);
        let clock = zone.clock(instant);
        if start.is_none_or(|start| zone.date(start) == zone.date(instant)) {
            format!(" at {clock}")
        } else {
            format!(" on {} at {clock}", zone.weekday_and_date(instant))
        }
    }

    /// When the session started and ended; empty if neither is known.
    fn when(&self) -> Vec<Piece<'r>> {
        let session = self.session;
        let times = [&session.session_start_time, &session.session_end_time];
        let times = times.map(|time| time.as_ref().filter(|time| !time.text.is_blank()));
        if times.iter().all(Option::is_none) {
            return Vec::new();
        }
        if let [Some(start), Some(end)] = times.map(|time| time?.instant) {
            return vec![Piece::new(Tone::Plain, self.span(start, end))];
        }
        let is_broken = times
            .iter()
            .any(|it| it.is_some_and(|it| it.instant.is_none()));
        let tone = if is_broken {
            Tone::Warning
        } else {
            Tone::Plain
        };
        let times = times.map(|time| self.time(time));
        vec![Piece::new(tone, times.join(" → "))]
    }

    fn span(&self, start: Timestamp, end: Timestamp) -> String {
        let zone = self.zone;
        let from = format!("{} {}", zone.weekday_and_date(start), zone.clock(start));
        let until = if zone.day(start) == zone.day(end) {
            zone.clock(end)
        } else {
            format!("{} {}", zone.weekday_and_date(end), zone.clock(end))
        };
        if zone.offset(start) == zone.offset(end) {
            format!("{from} → {until} {}", zone.offset(end))
        } else {
            format!(
                "{from} {} → {until} {}",
                zone.offset(start),
                zone.offset(end)
            )
        }
    }

    /// A time of the session, or what stands in its place.
    fn time(&self, time: Option<&SessionTime<'_>>) -> String {
        match time {
            None => "?".to_owned(),
            Some(SessionTime { text, instant }) => match instant {
                Some(instant) => self.zone.date_and_clock(*instant),
                None => text.as_str().to_owned(),
            },
        }
    }

    fn workflow(&self) -> Vec<Piece<'r>> {
        let session = self.session;
        let name = said(session.workflow_name.as_ref());
        let name = name.or_else(|| said(session.workflow_id.as_ref()));
        name.map(|name| Piece::new(Tone::Plain, name))
            .into_iter()
            .collect()
    }

    /// The variables, slots and labels, as `name=value`. The row is named after the first of them
    /// that has any.
    fn values(&self) -> Row<'r> {
        let session = self.session;
        let groups = [
            ("Variables", session.variables.as_ref()),
            ("Slots", session.ner_slots.as_ref()),
            ("Labels", session.event_label.as_ref()),
        ];
        let groups = groups.map(|(name, object)| (name, pairs(object)));
        let mut groups = groups.into_iter().filter(|(_, pairs)| !pairs.is_empty());
        let (name, mut line) = groups.next().unwrap_or_default();
        for (label, mut pairs) in groups {
            pairs[0].label = Some(Text::from(label));
            line.extend(pairs);
        }
        Row::new(name, vec![line]).of_kind(RowKind::Values)
    }

    /// The verdict, if there is one, and why. A second line says who chose the scheme or the header,
    /// if they are not the built-in ones.
    fn signature(&self) -> Vec<Vec<Piece<'r>>> {
        let Some(checked) = checked(self.report) else {
            return Vec::new();
        };
        let verdict = Piece::new(Tone::of_verdict(checked.verdict), checked.verdict.name());
        let why = match (&checked.reason, checked.hints.first()) {
            (_, Some(hint)) => hint.message.as_str(),
            (Some(reason), None) => reason.as_str(),
            (None, None) => checked.scheme.as_str(),
        };
        let settings = settings(checked).into_iter();
        let settings = settings.map(|setting| Piece::new(Tone::Muted, setting));
        vec![
            vec![verdict, Piece::new(Tone::Muted, why)],
            settings.collect(),
        ]
    }

    /// How many findings there are of which rules. If not all of them are told elsewhere on the
    /// screen, there are two more lines: an example and, on a screen, the command that lists them.
    fn findings(&self) -> Row<'r> {
        let counts = rule_counts(self.report);
        let errors = rules(&counts, Severity::Error);
        let warnings = rules(&counts, Severity::Warning);
        let (name, mut lines) = match (errors.is_empty(), warnings.is_empty()) {
            (false, false) => ("Findings", both(errors, warnings)),
            (true, _) => ("Warnings", vec![warnings]),
            (false, true) => ("Errors", vec![errors]),
        };
        if let Some(example) = first_untold(self.report) {
            let words = format!("{}{}", place_of(example), wording::message(example));
            lines.push(vec![
                Piece::new(Tone::Muted, words).labelled("for example,"),
            ]);
            lines.push(self.command().into_iter().collect());
        }
        Row::new(name, lines).of_kind(RowKind::Findings)
    }

    /// The command that lists all findings, for readers who have the input.
    fn command(&self) -> Option<Piece<'r>> {
        let origin = self.report.origin;
        if !self.has_input || !origin.is_kept() {
            return None;
        }
        let name = match origin.index {
            0 | 1 => origin.source.as_str().to_owned(),
            index => format!("{}#{index}", origin.source.as_str()),
        };
        let name = shell_words::quote(&name);
        let whole = format!("chatlog validate --format concise {name}");
        let piece = Piece::new(Tone::Muted, whole).labelled("see");
        Some(piece.or_else("chatlog validate --format concise …"))
    }
}

/// The rules of a severity that findings are of, each with its count, the largest first.
fn rules<'r>(counts: &BTreeMap<Rule, RuleCount>, severity: Severity) -> Vec<Piece<'r>> {
    let mut rules: Vec<_> = counts
        .iter()
        .filter(|(_, it)| it.severity == severity)
        .collect();
    rules.sort_by_key(|(_, it)| Reverse(it.count));
    let tone = Tone::of_severity(severity);
    let piece = |(rule, it): (&Rule, &RuleCount)| Piece::new(tone, rule_count(*rule, it.count));
    rules.into_iter().map(piece).collect()
}

/// Errors and warnings, each kind on a line of its own, behind its name.
fn both<'r>(mut errors: Vec<Piece<'r>>, mut warnings: Vec<Piece<'r>>) -> Vec<Vec<Piece<'r>>> {
    errors[0].label = Some(Text::from("errors:"));
    warnings[0].label = Some(Text::from("warnings:"));
    vec![errors, warnings]
}

/// How often a rule was broken.
struct RuleCount {
    severity: Severity,
    count: usize,
}

/// The rules that were broken, without those about the signature, which has a row of its own.
fn rule_counts(report: &Report<'_>) -> BTreeMap<Rule, RuleCount> {
    let kept = report.findings.iter().map(|it| (it.rule, it.severity, 1));
    let omitted = report
        .omitted
        .iter()
        .map(|it| (it.rule, it.severity, it.count));
    let mut counts = BTreeMap::new();
    for (rule, severity, count) in kept
        .chain(omitted)
        .filter(|(rule, ..)| !rule.is_about_signature())
    {
        let counted = RuleCount { severity, count: 0 };
        counts.entry(rule).or_insert(counted).count += count;
    }
    counts
}

/// Such as `message-order ×2`.
fn rule_count(rule: Rule, count: usize) -> String {
    match count {
        1 => rule.name().to_owned(),
        _ => format!("{rule} ×{count}"),
    }
}

/// The verdict on a delivery, if its signature was checked.
pub(super) fn checked<'r>(report: &'r Report<'_>) -> Option<&'r Signature> {
    let checked = report.signature.as_ref()?;
    (checked.verdict != Verdict::Unchecked).then_some(checked)
}

/// The members of an object, as `name=value`.
fn pairs<'r>(object: Option<&'r RawObject<'_>>) -> Vec<Piece<'r>> {
    let members = object.into_iter().flat_map(RawObject::members);
    let pair = |(name, value): (Text<'_>, &str)| {
        let words = format!("{}={}", name.as_str(), readable(value).as_str());
        Piece::new(Tone::Plain, words)
    };
    members.map(pair).collect()
}

/// A text that says something.
pub(super) fn said<'r>(text: Option<&'r Text<'_>>) -> Option<Text<'r>> {
    let text = text.filter(|text| !text.is_blank())?;
    Some(Text::from(text.as_str()))
}

/// Such as `closed by agent`.
fn ended(status: &str, reason: &OneOf<'_, EndReason>) -> String {
    let word = reason.text.as_str();
    match reason.known {
        Some(EndReason::Robot | EndReason::Agent | EndReason::User) => {
            format!("{status} by {word}")
        }
        Some(EndReason::Error | EndReason::Expire) | None => format!("{status}, end reason {word}"),
    }
}

/// The message that a finding is about, or the value, with a colon.
fn place_of(finding: &Finding) -> String {
    match finding.pointer.message() {
        Some(index) => format!("message {}: ", index + 1),
        None => match finding.pointer.to_json_pointer() {
            pointer if pointer.is_empty() => pointer,
            pointer => format!("{pointer}: "),
        },
    }
}
