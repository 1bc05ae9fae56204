//! The summary of a session: what happened, to whom, when, and how it ended.
//!
//! It answers these questions from the fields of the session; the messages themselves are the
//! [`transcript`](super::transcript). A summary is a list of rows, each a name and a few lines. A
//! row without lines is left out, so a session that broke off still has a summary of what was
//! read. On a canvas that is too narrow for a table, the rows become plain lines.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use owo_colors::Style;

use super::clip::{self, MAX_CELL, Room};
use super::findings::{counted, more_findings};
use super::signature::{explanation, settings, verdict_style};
use super::table_layout::TableLayout;
use super::wording::humanize;
use super::{Canvas, Theme, wording};
use crate::finding::Finding;
use crate::json::{Integer, OneOf, RawObject, SessionTime, readable};
use crate::notification::{EndReason, HandOver, Session, Summary};
use crate::signature::{SignedBytes, Verdict};
use crate::{Report, Text, redact};

/// The columns of the row names.
const NAME_WIDTH: u16 = 11;
/// How many kinds of senders, or of messages, are listed with their counts.
const MAX_KINDS: usize = 20;

/// A named row: lines of words, already styled.
struct SummaryRow {
    name: &'static str,
    lines: Vec<String>,
}

impl SummaryRow {
    fn new(name: &'static str, lines: Vec<String>) -> Self {
        let lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
        Self { name, lines }
    }
}

/// Writes the summary of a session.
pub(super) fn write(
    report: &Report<'_>,
    session: &Session<'_>,
    full_text: bool,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let writer = SummaryWriter { canvas, full_text };
    let rows = writer.rows(report, session);
    if canvas.width < super::transcript::NARROWEST_TABLE {
        write_lines(rows, &canvas.theme, out)
    } else {
        write_table(rows, canvas, out)
    }
}

fn write_lines(rows: Vec<SummaryRow>, theme: &Theme, out: &mut impl Write) -> io::Result<()> {
    for SummaryRow { name, lines } in rows {
        writeln!(out, "{}: {}", theme.heading.style(name), lines.join("\n  "))?;
    }
    Ok(())
}

fn write_table(rows: Vec<SummaryRow>, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let layout = TableLayout::new(canvas.width, &[NAME_WIDTH, 0]);
    let cells =
        |row: SummaryRow| vec![styled(canvas.theme.heading, row.name), row.lines.join("\n")];
    let rows = rows.into_iter().map(cells).collect();
    writeln!(out, "{}", layout.top())?;
    writeln!(out, "{}", layout.rows(rows, false))?;
    writeln!(out, "{}", layout.bottom())
}

/// Joins the pieces that exist with a dot.
fn joined(pieces: impl IntoIterator<Item = Option<String>>) -> String {
    let pieces: Vec<_> = pieces.into_iter().flatten().collect();
    pieces.join(" · ")
}

fn styled(style: Style, text: impl Display) -> String {
    style.style(text).to_string()
}

/// Puts what a report and its session say into words that fit the canvas.
struct SummaryWriter<'c> {
    canvas: &'c Canvas,
    /// Whether long values are shown to their end.
    full_text: bool,
}

impl SummaryWriter<'_> {
    fn theme(&self) -> &Theme {
        &self.canvas.theme
    }

    fn muted(&self, text: impl Display) -> String {
        styled(self.theme().muted, text)
    }

    /// A value with a muted label before it.
    fn labelled(&self, label: &str, value: impl Display) -> String {
        format!("{} {value}", self.muted(label))
    }

    /// A text, clipped if it is long; none if it is blank.
    fn shown<'a>(&self, text: Option<&'a Text<'_>>) -> Option<Text<'a>> {
        let text = text.filter(|text| !text.is_blank())?;
        Some(clip::value(text, self.full_text))
    }

    /// The rows that have something to show, in their order on the screen.
    fn rows(&self, report: &Report<'_>, session: &Session<'_>) -> Vec<SummaryRow> {
        let summary = Summary::of(session);
        let mut rows = self.conversation_rows(session, &summary);
        rows.extend(self.workflow_rows(session));
        rows.extend([
            SummaryRow::new("Delivery", self.delivery(report)),
            SummaryRow::new("Signature", self.signature(report)),
            SummaryRow::new("Findings", self.findings(report)),
        ]);
        rows.retain(|row| !row.lines.is_empty());
        rows
    }

    /// What happened in the conversation.
    fn conversation_rows(&self, session: &Session<'_>, summary: &Summary<'_>) -> Vec<SummaryRow> {
        vec![
            SummaryRow::new("Outcome", vec![self.outcome(session, summary)]),
            SummaryRow::new("Person", vec![self.person(session)]),
            SummaryRow::new("When", self.when(session, summary)),
            SummaryRow::new("Messages", self.messages(summary)),
            SummaryRow::new("Slots", self.object(session.ner_slots.as_ref())),
            SummaryRow::new("Labels", self.object(session.event_label.as_ref())),
            SummaryRow::new("Variables", self.object(session.variables.as_ref())),
        ]
    }

    /// Which workflow the session was part of, and the ids to find it by.
    fn workflow_rows(&self, session: &Session<'_>) -> [SummaryRow; 4] {
        let (workflow, task) = (&session.workflow_name, &session.nodetask_name);
        let workflow = self.name_and_id(workflow.as_ref(), session.workflow_id.as_ref());
        let task = self.name_and_id(task.as_ref(), session.nodetask_id.as_ref());
        [
            SummaryRow::new("Workflow", vec![workflow]),
            SummaryRow::new("Node task", vec![task]),
            SummaryRow::new("Ids", self.ids(session)),
            SummaryRow::new("Other", self.members(session.extra.iter().cloned())),
        ]
    }

    fn outcome(&self, session: &Session<'_>, summary: &Summary<'_>) -> String {
        let heading = |text| {
            self.shown(text)
                .map(|text| styled(self.theme().heading, text))
        };
        let reason = session.session_end_reason.as_ref();
        let hand_over = summary.hand_over.as_ref();
        joined([
            heading(session.status.as_ref()),
            reason.map(|reason| self.end_reason(reason)),
            hand_over.map(|hand_over| self.hand_over(hand_over)),
            heading(session.intention.as_ref()).map(|intention| format!("intention {intention}")),
            session.talk_round.map(|rounds| self.talk_rounds(rounds)),
        ])
    }

    fn end_reason(&self, reason: &OneOf<'_, EndReason>) -> String {
        let style = match reason.known {
            Some(EndReason::Error) => self.theme().error,
            Some(EndReason::Expire) | None => self.theme().warning,
            Some(EndReason::Robot | EndReason::Agent | EndReason::User) => self.theme().heading,
        };
        let reason = clip::value(&reason.text, self.full_text);
        format!("end reason {}", styled(style, reason))
    }

    fn hand_over(&self, hand_over: &HandOver<'_>) -> String {
        let seat = hand_over.seat.as_ref();
        let seat = seat.map(|seat| format!(" {}", clip::value(seat, self.full_text)));
        let what = format!("handed over to agent{}", seat.unwrap_or_default());
        let what = styled(self.theme().agent, what);
        format!("{what} at message {}", hand_over.message + 1)
    }

    fn talk_rounds(&self, rounds: Integer<'_>) -> String {
        match rounds.0.as_str() {
            "1" => "1 talk round".to_owned(),
            rounds => {
                let rounds = Text::from(rounds);
                format!("{} talk rounds", clip::value(&rounds, self.full_text))
            }
        }
    }

    fn person(&self, session: &Session<'_>) -> String {
        let callee = self.shown(session.callee.as_ref());
        let channel = self.shown(session.channel.as_ref());
        let channel_id = self.shown(session.channel_id.as_ref());
        joined([
            callee.map(|callee| styled(self.theme().user, callee)),
            channel.map(|channel| format!("on {channel}")),
            channel_id.map(|id| self.labelled("channel", id)),
        ])
    }

    fn when(&self, session: &Session<'_>, summary: &Summary<'_>) -> Vec<String> {
        let seconds = summary.duration.map(|duration| duration.as_secs());
        let duration = seconds.map(|seconds| self.duration(seconds));
        let zone = &self.canvas.zone;
        let notified = session.timestamp.map(|time| {
            let time = zone.date_and_clock(time.instant());
            self.labelled("notified", time)
        });
        vec![
            joined([self.start_and_end(session), duration]),
            notified.unwrap_or_default(),
        ]
    }

    fn duration(&self, seconds: i64) -> String {
        if seconds < 0 {
            let words = format!("ends {} before it starts", humanize(-seconds));
            return styled(self.theme().warning, words);
        }
        styled(self.theme().heading, humanize(seconds))
    }

    /// When the session started and ended; none if neither is known.
    fn start_and_end(&self, session: &Session<'_>) -> Option<String> {
        let zone = &self.canvas.zone;
        let times = [&session.session_start_time, &session.session_end_time];
        if let [Some(start), Some(end)] = times.map(|time| time.as_ref()?.instant)
            && zone.day(start) == zone.day(end)
        {
            let (date, offset) = (zone.date(start), zone.offset(end));
            let (start, end) = (zone.clock(start), zone.clock(end));
            return Some(format!("{date} {start} → {end} {offset}"));
        }
        let any = times.iter().any(|time| time.is_some());
        any.then(|| times.map(|time| self.time(time.as_ref())).join(" → "))
    }

    /// A time of the session, or what stands in its place.
    fn time(&self, time: Option<&SessionTime<'_>>) -> String {
        let Some(SessionTime { text, instant }) = time else {
            return "?".to_owned();
        };
        match instant {
            Some(instant) => self.canvas.zone.date_and_clock(*instant),
            None => styled(self.theme().warning, clip::value(text, self.full_text)),
        }
    }

    fn messages(&self, summary: &Summary<'_>) -> Vec<String> {
        let total = styled(self.theme().heading, summary.messages);
        if summary.messages == 0 {
            return vec![total];
        }
        let by_sender = counts(&summary.by_sender);
        let read = format!("{} read", summary.read);
        vec![
            joined([Some(total), Some(by_sender), Some(read)]),
            self.labelled("as", counts(&summary.by_type)),
        ]
    }

    fn object(&self, object: Option<&RawObject<'_>>) -> Vec<String> {
        self.members(object.into_iter().flat_map(RawObject::members))
    }

    /// The members of an object, a line each, as many as there is room for.
    fn members<'a>(&self, members: impl Iterator<Item = (Text<'a>, &'a str)>) -> Vec<String> {
        let mut room = Room::new(MAX_CELL, self.full_text);
        let mut lines = Vec::new();
        for (key, value) in members {
            if room.is_full() {
                room.skip(key.as_str().len() + value.len());
                continue;
            }
            let value = readable(value);
            let [key, value] = [&key, &value].map(|text| clip::value(text, self.full_text));
            let line = format!("{key} {} {value}", self.muted("="));
            room.fill(line.len());
            lines.push(line);
        }
        lines.extend(room.rest().map(|rest| self.muted(rest)));
        lines
    }

    fn name_and_id(&self, name: Option<&Text<'_>>, id: Option<&Text<'_>>) -> String {
        let name = self.shown(name).map(|name| name.to_string());
        let id = self.shown(id).map(|id| self.muted(id));
        joined([name, id])
    }

    fn ids(&self, session: &Session<'_>) -> Vec<String> {
        let ids = [
            ("robot", &session.robot_id),
            ("call", &session.call_id),
            ("WABA task", &session.waba_task_id),
            ("list detail", &session.wfdetail_uuid),
        ];
        let line = |(name, id): &(&str, &Option<Text<'_>>)| {
            let id = self.shown(id.as_ref())?;
            Some(self.labelled(name, id))
        };
        ids.iter().filter_map(line).collect()
    }

    /// How the delivery was saved, what was requested, its body, and remarks on how it was read.
    fn delivery(&self, report: &Report<'_>) -> Vec<String> {
        let delivery = report.delivery;
        let format = format!("{}, {}", delivery.format, delivery.fidelity.name());
        let received = delivery.received_at.map(|time| {
            let time = self.canvas.zone.date_and_clock(time);
            self.labelled("received", time)
        });
        let mut lines = vec![
            joined([Some(format), self.request(report), received]),
            self.body(report),
        ];
        let remarks = delivery.remarks().map(Text::from);
        lines.extend(remarks.map(|remark| self.muted(remark)));
        lines
    }

    /// The method and the target of the request, as far as the capture kept them.
    fn request(&self, report: &Report<'_>) -> Option<String> {
        let delivery = report.delivery;
        let method = delivery.method.as_ref().map(ToString::to_string);
        let target = delivery.target.as_ref().map(|target| {
            let target = redact::url(target);
            styled(self.theme().link, clip::value(&target, self.full_text))
        });
        let words: Vec<_> = method.into_iter().chain(target).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// The size and the hash of the bytes that are signed, or of the body if that is not known.
    fn body(&self, report: &Report<'_>) -> String {
        let signed = report.signature.as_ref().and_then(|checked| checked.signed);
        let signed = signed.unwrap_or(SignedBytes::Body);
        let which = signed.description().map(|which| format!(" {which}"));
        let which = which.unwrap_or_default();
        let size = signed.len(report.delivery);
        let hash = hex::encode(signed.sha256(report.delivery));
        format!("{size} bytes{which} · {}", self.labelled("SHA-256", hash))
    }

    fn signature(&self, report: &Report<'_>) -> Vec<String> {
        let checked = report.signature.as_ref();
        let checked = checked.filter(|checked| checked.verdict != Verdict::Unchecked);
        let Some(checked) = checked else {
            return Vec::new();
        };
        let verdict = styled(
            verdict_style(self.theme(), checked.verdict),
            checked.verdict,
        );
        let scheme = self.muted(Text::from(checked.scheme.as_str()));
        let mut lines = vec![format!("{verdict} · {scheme}")];
        lines.extend(settings(checked));
        lines.extend(explanation(checked, self.theme()));
        lines
    }

    /// How many findings there are, of which rules, and those that no message of the transcript
    /// shows.
    fn findings(&self, report: &Report<'_>) -> Vec<String> {
        if report.findings.is_empty() {
            return vec![styled(self.theme().good, "none")];
        }
        let counts = report.counts();
        let rules = counts
            .iter()
            .map(|(rule, count)| format!("{rule} ×{count}"));
        let rules = rules.collect::<Vec<_>>().join(", ");
        let mut lines = vec![self.totals(report), self.muted(rules)];
        let about_session = |finding: &&Finding| finding.pointer.message().is_none();
        let about_session = report.findings.iter().filter(about_session);
        lines.extend(about_session.map(|finding| self.finding(finding)));
        if !report.omitted.is_empty() {
            lines.push(self.muted(more_findings(&report.omitted)));
        }
        lines
    }

    /// Such as `1 error · 2 warnings`.
    fn totals(&self, report: &Report<'_>) -> String {
        let (errors, warnings) = report.totals();
        let total = |count: usize, noun: &str, style: Style| {
            (count > 0).then(|| styled(style, counted(count, noun)))
        };
        joined([
            total(errors, "error", self.theme().error),
            total(warnings, "warning", self.theme().warning),
        ])
    }

    fn finding(&self, finding: &Finding) -> String {
        let pointer = Text::from(finding.pointer.to_json_pointer());
        let place = self.shown(Some(&pointer)).map(|place| format!(" {place}"));
        let place = place.unwrap_or_default();
        let severity = format!("{}[{}]", finding.severity.name(), finding.rule);
        let severity = styled(self.theme().severity(finding.severity), severity);
        format!("{severity}{place}: {}", wording::message(finding))
    }
}

/// Counts, the largest first, such as `3 user, 2 robot`.
fn counts(counts: &BTreeMap<Text<'_>, usize>) -> String {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more = counts.len().saturating_sub(MAX_KINDS);
    let kinds = counts.iter().take(MAX_KINDS);
    let kinds = kinds.map(|(kind, count)| format!("{count} {}", kind.shortened(40)));
    let more = (more > 0).then(|| format!("… {more} more kinds"));
    kinds.chain(more).collect::<Vec<_>>().join(", ")
}
