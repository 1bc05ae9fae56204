//! Reports for programs: one compact JSON object per line.
//!
//! The keys are a contract with scripts: keys are added, never renamed, and `output.schema.json`
//! beside this file states them. That is why these types are views, apart from the types of the
//! library: a field of a library type may be renamed, a key may not.
//!
//! Text from strangers arrives unchanged, but characters that could act on a terminal are written
//! as `\u` escapes, because JSON is often printed there. Values of the payload that have no
//! documented type, such as `variables`, are passed on as they were received and never parsed, so
//! that numbers keep every digit.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Formatter};
use serde_json::value::RawValue;

use super::signature::DeliveryInfo;
use super::transcript::{PlainText, ordered};
use super::{Order, Part, Selection, Zone, wording};
use crate::Position;
use crate::delivery::Headers;
use crate::finding::{Finding, Pointer, Rule, Severity};
use crate::json::{RawObject, compact, without_lone_surrogates};
use crate::notification::{Content, HandOver, Message, Reply, Session, Summary, Transcript};
use crate::signature::{Difference, Scheme, Signature};
use crate::text::needs_escaping;
use crate::{Report, Text, redact};

/// Writes a report with its findings, its signature and the selected parts of its session.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_session(
    report: &Report<'_>,
    selection: Selection,
    zone: &Zone,
    out: &mut impl Write,
) -> io::Result<()> {
    let view = |session| SessionView::of(report, session, selection, zone);
    let part = SessionPart {
        session: report.session.as_ref().map(view),
        other_notification: report.other.as_ref().map(|other| Received(other.as_json())),
    };
    write_report(report, Some(part), out)
}

/// Writes a report with its findings and, if it was checked, its signature; without its session.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_findings(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    write_report(report, None, out)
}

/// Writes a verdict on a signature and, if the verdict is not valid, its finding.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_signature(
    subject: &DeliveryInfo<'_>,
    signature: &Signature,
    finding: Option<&Finding>,
    out: &mut impl Write,
) -> io::Result<()> {
    let finding_view = |finding| FindingView::of(finding, Some(subject.start), subject.start);
    let line = ReportLine {
        source: &subject.source,
        index: subject.index,
        capture: CaptureView::of(subject),
        signature: Some(SignatureView::of(signature)),
        errors_allowed: 0,
        findings: finding.into_iter().map(finding_view).collect(),
        findings_omitted: BTreeMap::new(),
        session: None,
    };
    write_line(&line, out)
}

/// Writes one `{"scheme": …}` per line, the likeliest first.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_schemes(schemes: &[Scheme], out: &mut impl Write) -> io::Result<()> {
    schemes.iter().try_for_each(|scheme| {
        let scheme = scheme.to_string();
        write_line(&SchemeLine { scheme }, out)
    })
}

fn write_report(
    report: &Report<'_>,
    session: Option<SessionPart<'_>>,
    out: &mut impl Write,
) -> io::Result<()> {
    let subject = DeliveryInfo::of(report.origin, report.delivery);
    let line = ReportLine {
        source: &subject.source,
        index: subject.index,
        capture: CaptureView::of(&subject),
        signature: report.signature.as_ref().map(SignatureView::of),
        errors_allowed: report.errors_allowed,
        findings: finding_views(report),
        findings_omitted: omitted(report),
        session,
    };
    write_line(&line, out)
}

/// Writes one line of JSON that is safe to show on a terminal.
pub(super) fn write_line(line: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, TerminalSafe);
    line.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct SchemeLine {
    scheme: String,
}

#[derive(Serialize)]
struct ReportLine<'a> {
    source: &'a Text<'a>,
    index: usize,
    capture: CaptureView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<SignatureView<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    errors_allowed: usize,
    findings: Vec<FindingView<'a>>,
    findings_omitted: BTreeMap<Rule, usize>,
    #[serde(flatten)]
    session: Option<SessionPart<'a>>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The key `session`, if a session was asked for; null if the body has none. Another notification is
/// there as it was received.
#[derive(Serialize)]
struct SessionPart<'a> {
    session: Option<SessionView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_notification: Option<Received<'a>>,
}

#[derive(Serialize)]
struct CaptureView<'a> {
    format: &'static str,
    fidelity: &'static str,
    line: usize,
    method: Option<&'a Text<'a>>,
    target: Option<Text<'a>>,
    received_at: Option<String>,
    headers: HeadersView<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
}

impl<'a> CaptureView<'a> {
    fn of(subject: &'a DeliveryInfo<'_>) -> Self {
        Self {
            format: subject.format.name(),
            fidelity: subject.fidelity.name(),
            line: subject.start.line,
            method: subject.method.as_ref(),
            target: subject.target.as_ref().map(redact::url),
            received_at: subject.received_at.map(|time| time.to_string()),
            headers: HeadersView(&subject.headers),
            notes: &subject.notes,
        }
    }
}

/// An object with lower-case names; a repeated header has an array of values. Credentials are
/// redacted.
struct HeadersView<'a>(&'a Headers<'a>);

impl Serialize for HeadersView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let headers = self.0.by_name();
        let mut map = serializer.serialize_map(Some(headers.len()))?;
        for (name, values) in &headers {
            let shown: Vec<_> = values
                .iter()
                .map(|value| redact::header(name, value))
                .collect();
            match shown.as_slice() {
                [value] => map.serialize_entry(name, value)?,
                values => map.serialize_entry(name, values)?,
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct SignatureView<'a> {
    verdict: &'static str,
    scheme: &'a str,
    scheme_source: Option<&'a str>,
    header: &'a str,
    header_source: Option<&'a str>,
    reason: Option<&'a str>,
    hints: Vec<HintView<'a>>,
    secret: Option<usize>,
}

#[derive(Serialize)]
struct HintView<'a> {
    code: &'static str,
    message: &'a str,
    difference: Option<DifferenceView<'a>>,
}

#[derive(Serialize)]
struct DifferenceView<'a> {
    offset: usize,
    before: &'a Text<'a>,
    received: &'a Text<'a>,
    signed: &'a Text<'a>,
}

impl<'a> DifferenceView<'a> {
    fn of(difference: &'a Difference) -> Self {
        Self {
            offset: difference.offset,
            before: &difference.before,
            received: &difference.received,
            signed: &difference.signed,
        }
    }
}

impl<'a> SignatureView<'a> {
    fn of(signature: &'a Signature) -> Self {
        let hints = signature.hints.iter().map(|hint| HintView {
            code: hint.code.name(),
            message: &hint.message,
            difference: hint.difference.as_ref().map(DifferenceView::of),
        });
        Self {
            verdict: signature.verdict.name(),
            scheme: &signature.scheme,
            scheme_source: signature.scheme_source.as_deref(),
            header: &signature.header,
            header_source: signature.header_source.as_deref(),
            reason: signature.reason.as_deref(),
            hints: hints.collect(),
            secret: signature.secret,
        }
    }
}

#[derive(Serialize)]
struct FindingView<'a> {
    rule: Rule,
    severity: Severity,
    pointer: &'a Pointer,
    line: Option<usize>,
    column: Option<usize>,
    /// The position in the body, if the body is wrapped and has no position in the input.
    #[serde(flatten)]
    in_body: Option<BodyPlace>,
    message: String,
    help: Option<String>,
}

#[derive(Serialize)]
struct BodyPlace {
    body_line: usize,
    body_column: usize,
}

impl<'a> FindingView<'a> {
    /// A finding with its positions in the input, if it has one there, and in the body.
    fn of(finding: &'a Finding, in_input: Option<Position>, in_body: Position) -> Self {
        Self {
            rule: finding.rule,
            severity: finding.severity,
            pointer: &finding.pointer,
            line: in_input.map(|position| position.line),
            column: in_input.map(|position| position.column),
            in_body: in_input.is_none().then_some(BodyPlace {
                body_line: in_body.line,
                body_column: in_body.column,
            }),
            message: wording::message(finding),
            help: wording::help(finding),
        }
    }
}

fn finding_views<'a>(report: &'a Report<'_>) -> Vec<FindingView<'a>> {
    let view = |(finding, position): (&'a Finding, _)| {
        FindingView::of(finding, report.place_of(finding, position), position)
    };
    report
        .findings
        .iter()
        .zip(report.positions())
        .map(view)
        .collect()
}

/// The number of findings that were left out, of each rule that has some.
fn omitted(report: &Report<'_>) -> BTreeMap<Rule, usize> {
    let omitted = report.omitted.iter();
    omitted
        .map(|omitted| (omitted.rule, omitted.count))
        .collect()
}

#[derive(Serialize)]
struct SessionView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<SummaryView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<MessagesView<'a>>,
}

impl<'a> SessionView<'a> {
    fn of(
        report: &'a Report<'a>,
        session: &'a Session<'a>,
        selection: Selection,
        zone: &'a Zone,
    ) -> Self {
        let shows = |part| selection.shows(part);
        Self {
            summary: shows(Part::Summary).then(|| SummaryView::of(session, zone)),
            messages: shows(Part::Transcript)
                .then(|| MessagesView::of(report, session, selection.order, zone)),
        }
    }
}

#[derive(Serialize)]
struct SummaryView<'a> {
    workflow_id: Option<&'a Text<'a>>,
    workflow_name: Option<&'a Text<'a>>,
    nodetask_id: Option<&'a Text<'a>>,
    nodetask_name: Option<&'a Text<'a>>,
    waba_task_id: Option<&'a Text<'a>>,
    wfdetail_uuid: Option<&'a Text<'a>>,
    timestamp: Option<i64>,
    channel: Option<&'a Text<'a>>,
    channel_id: Option<&'a Text<'a>>,
    callee: Option<&'a Text<'a>>,
    call_id: Option<&'a Text<'a>>,
    robot_id: Option<&'a Text<'a>>,
    status: Option<&'a Text<'a>>,
    session_start_time: Option<&'a Text<'a>>,
    session_end_time: Option<&'a Text<'a>>,
    session_end_reason: Option<&'a Text<'a>>,
    intention: Option<&'a Text<'a>>,
    talk_round: Option<Received<'a>>,
    duration_seconds: Option<f64>,
    messages: usize,
    by_sender: BTreeMap<Text<'a>, usize>,
    by_type: BTreeMap<Text<'a>, usize>,
    ner_slots: Option<Received<'a>>,
    event_label: Option<Received<'a>>,
    variables: Option<Received<'a>>,
    handover: Option<HandoverView<'a>>,
    first_user_text: Option<Text<'static>>,
}

/// The last time that a human took over.
#[derive(Serialize)]
struct HandoverView<'a> {
    agent: Option<Text<'a>>,
    index: usize,
    time: Option<String>,
}

impl<'a> HandoverView<'a> {
    fn of(hand_over: HandOver<'a>, session: &Session<'_>, zone: &Zone) -> Self {
        let message = session.messages().get(hand_over.message);
        let time = message.and_then(|message| message.timestamp);
        Self {
            agent: hand_over.seat,
            index: hand_over.message + 1,
            time: time.map(|time| zone.rfc3339(time.instant())),
        }
    }
}

impl<'a> SummaryView<'a> {
    fn of(session: &'a Session<'a>, zone: &Zone) -> Self {
        let summary = Summary::of(session);
        let hand_over = summary.hand_over;
        let end_reason = session.session_end_reason.as_ref();
        Self {
            workflow_id: session.workflow_id.as_ref(),
            workflow_name: session.workflow_name.as_ref(),
            nodetask_id: session.nodetask_id.as_ref(),
            nodetask_name: session.nodetask_name.as_ref(),
            waba_task_id: session.waba_task_id.as_ref(),
            wfdetail_uuid: session.wfdetail_uuid.as_ref(),
            timestamp: session.timestamp.map(|time| time.0),
            channel: session.channel.as_ref(),
            channel_id: session.channel_id.as_ref(),
            callee: session.callee.as_ref(),
            call_id: session.call_id.as_ref(),
            robot_id: session.robot_id.as_ref(),
            status: session.status.as_ref(),
            session_start_time: session.session_start_time.as_ref().map(|time| &time.text),
            session_end_time: session.session_end_time.as_ref().map(|time| &time.text),
            session_end_reason: end_reason.map(|reason| &reason.text),
            intention: session.intention.as_ref(),
            talk_round: session.talk_round.map(|rounds| Received(rounds.0.as_str())),
            duration_seconds: summary.duration.map(|duration| duration.as_secs_f64()),
            messages: summary.messages,
            by_sender: summary.by_sender,
            by_type: summary.by_type,
            ner_slots: session.ner_slots.as_ref().map(Received::object),
            event_label: session.event_label.as_ref().map(Received::object),
            variables: session.variables.as_ref().map(Received::object),
            handover: hand_over.map(|it| HandoverView::of(it, session, zone)),
            first_user_text: summary.first_user_text,
        }
    }
}

#[derive(Serialize)]
struct MessageView<'a> {
    index: usize,
    msg_id: Option<&'a Text<'a>>,
    sender_type: Option<&'a Text<'a>>,
    timestamp: Option<i64>,
    time: Option<String>,
    status: Option<&'a Text<'a>>,
    #[serde(rename = "type")]
    kind: Option<&'a Text<'a>>,
    text: Displayed<Option<PlainText<'a>>>,
    plain: Text<'a>,
    content: Option<Received<'a>>,
    reply: Option<ReplyView<'a>>,
}

#[derive(Serialize)]
struct ReplyView<'a> {
    msg_id: Option<&'a Text<'a>>,
    index: Option<usize>,
}

/// The messages of a session. Each view is made when it is written, so that a long session needs
/// no second copy.
struct MessagesView<'a> {
    messages: Vec<(usize, &'a Message<'a>)>,
    transcript: Transcript<'a>,
    contents: Vec<Option<&'a str>>,
    zone: &'a Zone,
}

impl<'a> MessagesView<'a> {
    fn of(report: &'a Report<'a>, session: &'a Session<'a>, order: Order, zone: &'a Zone) -> Self {
        Self {
            messages: ordered(session, order),
            transcript: Transcript::of(session),
            contents: session.received_contents(report.document),
            zone,
        }
    }

    fn message(&self, index: usize, message: &'a Message<'a>) -> MessageView<'a> {
        let content = message.content.as_ref();
        let time = message.timestamp;
        MessageView {
            index,
            msg_id: message.msg_id.as_ref(),
            sender_type: message.sender_type.as_ref().map(|sender| &sender.text),
            timestamp: time.map(|time| time.0),
            time: time.map(|time| self.zone.rfc3339(time.instant())),
            status: message.status.as_ref().map(|status| &status.text),
            kind: content.and_then(|content| content.kind.as_ref()),
            text: Displayed(content.map(PlainText)),
            plain: content.map(Content::words).unwrap_or_default(),
            content: self.contents[index - 1].map(Received),
            reply: message.reply.as_ref().map(|reply| self.reply(reply)),
        }
    }

    fn reply(&self, reply: &'a Reply<'a>) -> ReplyView<'a> {
        let id = reply.msg_id.as_ref();
        ReplyView {
            msg_id: id,
            index: id.and_then(|id| self.transcript.number_of(id)),
        }
    }
}

impl Serialize for MessagesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let messages = self.messages.iter();
        serializer.collect_seq(messages.map(|(index, message)| self.message(*index, message)))
    }
}

/// Serializes what a value displays as a string, without making the string first; `None` is an
/// empty string.
struct Displayed<T>(T);

impl<T: Display> Serialize for Displayed<Option<T>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => serializer.collect_str(text),
            None => serializer.serialize_str(""),
        }
    }
}

/// JSON text as it was received, on one line; null if the body breaks off inside it.
struct Received<'a>(&'a str);

impl<'a> Received<'a> {
    fn object(object: &'a RawObject<'_>) -> Self {
        Self(object.as_json())
    }
}

impl Serialize for Received<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = compact(self.0);
        // Many parsers reject a line with half of a surrogate pair in it.
        let json = without_lone_surrogates(&json).into_owned();
        RawValue::from_string(json).ok().serialize(serializer)
    }
}

/// A formatter for compact JSON that escapes characters which could act on a terminal: `serde_json`
/// escapes the C0 controls, but not C1, DEL or bidirectional controls.
pub(super) struct TerminalSafe;

impl TerminalSafe {
    fn write<W: ?Sized + Write>(out: &mut W, text: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, c) in text.char_indices() {
            if needs_escaping(text, at, c) {
                out.write_all(&text.as_bytes()[written..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                written = at + c.len_utf8();
            }
        }
        out.write_all(&text.as_bytes()[written..])
    }
}

impl Formatter for TerminalSafe {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        Self::write(out, fragment)
    }

    fn write_raw_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        Self::write(out, fragment)
    }

    fn write_f64<W: ?Sized + Write>(&mut self, out: &mut W, value: f64) -> io::Result<()> {
        // Durations are nearly always whole seconds: `9`, not `9.0`.
        if value.fract() == 0.0 {
            write!(out, "{value:.0}")
        } else {
            CompactFormatter.write_f64(out, value)
        }
    }
}
