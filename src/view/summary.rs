//! A session in a few lines: what happened, to whom, when, and what it came to.

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
use crate::json::{OneOf, RawObject, SessionTime, readable};
use crate::notification::{EndReason, HandOver, Session, Summary};
use crate::signature::{SignedBytes, Verdict};
use crate::{Report, Text, redact};

/// The names of rows take up to this many columns.
const NAMES: u16 = 11;
/// This many kinds of senders, or of messages, are listed with their counts.
const MAX_KINDS: usize = 20;

/// A named row: lines of words, already styled.
struct Row {
    name: &'static str,
    lines: Vec<String>,
}

/// Writes the summary of a session.
pub(super) fn write(
    report: &Report<'_>,
    session: &Session<'_>,
    full_text: bool,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let rows = rows(report, session, full_text, canvas);
    if canvas.width < super::transcript::NARROWEST_TABLE {
        for Row { name, lines } in rows {
            writeln!(
                out,
                "{}: {}",
                canvas.theme.heading.style(name),
                lines.join("\n  ")
            )?;
        }
        return Ok(());
    }
    let sheet = TableLayout::new(canvas.width, &[NAMES, 0]);
    writeln!(out, "{}", sheet.top())?;
    let name = |name: &str| canvas.theme.heading.style(name).to_string();
    let cells = rows
        .into_iter()
        .map(|row| vec![name(row.name), row.lines.join("\n")])
        .collect();
    writeln!(out, "{}", sheet.rows(cells, false))?;
    writeln!(out, "{}", sheet.bottom())
}

fn rows(report: &Report<'_>, session: &Session<'_>, full_text: bool, canvas: &Canvas) -> Vec<Row> {
    let theme = &canvas.theme;
    let named =
        |name: &Option<_>, id: &Option<_>| named(name.as_ref(), id.as_ref(), full_text, theme);
    let map = |map: &Option<RawObject<'_>>| {
        let members = map.iter().flat_map(RawObject::members);
        values(members, full_text, theme)
    };
    let summary = Summary::of(session);
    let rows = [
        (
            "Outcome",
            vec![outcome(session, &summary, full_text, theme)],
        ),
        ("Person", vec![person(session, full_text, theme)]),
        ("When", when(session, &summary, full_text, canvas)),
        ("Messages", messages(&summary, theme)),
        ("Slots", map(&session.ner_slots)),
        ("Labels", map(&session.event_label)),
        ("Variables", map(&session.variables)),
        (
            "Workflow",
            named(&session.workflow_name, &session.workflow_id),
        ),
        (
            "Node task",
            named(&session.nodetask_name, &session.nodetask_id),
        ),
        ("Ids", ids(session, full_text, theme)),
        (
            "Other",
            values(session.extra.iter().cloned(), full_text, theme),
        ),
        ("Delivery", delivery(report, full_text, canvas)),
        ("Signature", signature(report, theme)),
        ("Findings", findings(report, full_text, theme)),
    ];
    rows.into_iter()
        .map(|(name, lines)| Row {
            name,
            lines: lines.into_iter().filter(|line| !line.is_empty()).collect(),
        })
        .filter(|row| !row.lines.is_empty())
        .collect()
}

/// Joins what there is with a dot between each two.
fn joined(pieces: impl IntoIterator<Item = Option<String>>) -> String {
    let pieces: Vec<_> = pieces.into_iter().flatten().collect();
    pieces.join(" · ")
}

/// A text as it is shown; none where there is nothing to show.
fn there<'a>(text: Option<&'a Text<'_>>, full_text: bool) -> Option<Text<'a>> {
    let text = text.filter(|text| !text.is_blank())?;
    Some(clip::value(text, full_text))
}

fn styled(style: Style, text: impl Display) -> String {
    style.style(text).to_string()
}

fn outcome(session: &Session<'_>, summary: &Summary<'_>, full_text: bool, theme: &Theme) -> String {
    let shown = |text| there(text, full_text);
    let status = shown(session.status.as_ref()).map(|status| styled(theme.heading, status));
    let reason = session
        .session_end_reason
        .as_ref()
        .map(|reason| end_reason(reason, full_text, theme));
    let hand_over = summary
        .hand_over
        .as_ref()
        .map(|hand_over| handed_over(hand_over, full_text, theme));
    let intention = shown(session.intention.as_ref())
        .map(|intention| format!("intention {}", styled(theme.heading, intention)));
    let rounds = session.talk_round.map(|rounds| match rounds.0.as_str() {
        "1" => "1 talk round".to_owned(),
        rounds => format!(
            "{} talk rounds",
            clip::value(&Text::from(rounds), full_text)
        ),
    });
    joined([status, reason, hand_over, intention, rounds])
}

fn end_reason(reason: &OneOf<'_, EndReason>, full_text: bool, theme: &Theme) -> String {
    let style = match reason.known {
        Some(EndReason::Error) => theme.error,
        Some(EndReason::Expire) | None => theme.warning,
        Some(EndReason::Robot | EndReason::Agent | EndReason::User) => theme.heading,
    };
    let reason = clip::value(&reason.text, full_text);
    format!("end reason {}", styled(style, reason))
}

fn handed_over(hand_over: &HandOver<'_>, full_text: bool, theme: &Theme) -> String {
    let seat = hand_over
        .seat
        .as_ref()
        .map(|seat| format!(" {}", clip::value(seat, full_text)))
        .unwrap_or_default();
    let what = styled(theme.agent, format_args!("handed over to agent{seat}"));
    format!("{what} at message {}", hand_over.message + 1)
}

fn person(session: &Session<'_>, full_text: bool, theme: &Theme) -> String {
    let shown = |text| there(text, full_text);
    let callee = shown(session.callee.as_ref()).map(|callee| styled(theme.user, callee));
    let channel = shown(session.channel.as_ref()).map(|channel| format!("on {channel}"));
    let channel_id = shown(session.channel_id.as_ref())
        .map(|id| format!("{} {id}", styled(theme.muted, "channel")));
    joined([callee, channel, channel_id])
}

fn when(
    session: &Session<'_>,
    summary: &Summary<'_>,
    full_text: bool,
    canvas: &Canvas,
) -> Vec<String> {
    let theme = &canvas.theme;
    let duration = summary.duration.map(|duration| match duration.as_secs() {
        seconds if seconds < 0 => styled(
            theme.warning,
            format_args!("ends {} before it starts", humanize(-seconds)),
        ),
        seconds => styled(theme.heading, humanize(seconds)),
    });
    let notified = session.timestamp.map(|time| {
        format!(
            "{} {}",
            styled(theme.muted, "notified"),
            canvas.zone.date_and_clock(time.instant())
        )
    });
    vec![
        joined([start_and_end(session, full_text, canvas), duration]),
        notified.unwrap_or_default(),
    ]
}

/// When the session started and ended; none where neither is known.
fn start_and_end(session: &Session<'_>, full_text: bool, canvas: &Canvas) -> Option<String> {
    let zone = &canvas.zone;
    let times = [&session.session_start_time, &session.session_end_time];
    if let [Some(start), Some(end)] = times.map(|time| time.as_ref()?.instant)
        && zone.day(start) == zone.day(end)
    {
        return Some(format!(
            "{} {} → {} {}",
            zone.date(start),
            zone.clock(start),
            zone.clock(end),
            zone.offset(end)
        ));
    }
    let shown = |time: &Option<SessionTime<'_>>| match time {
        Some(SessionTime {
            instant: Some(instant),
            ..
        }) => zone.date_and_clock(*instant),
        Some(SessionTime { text, .. }) => {
            styled(canvas.theme.warning, clip::value(text, full_text))
        }
        None => "?".to_owned(),
    };
    let any = times.iter().any(|time| time.is_some());
    any.then(|| times.map(shown).join(" → "))
}

fn messages(summary: &Summary<'_>, theme: &Theme) -> Vec<String> {
    let counts = |counts: &BTreeMap<Text<'_>, usize>| {
        let mut counts: Vec<_> = counts.iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let more = counts.len().saturating_sub(MAX_KINDS);
        let listed: Vec<_> = counts
            .iter()
            .take(MAX_KINDS)
            .map(|(what, count)| format!("{count} {}", what.shortened(40)))
            .chain((more > 0).then(|| format!("… {more} more kinds")))
            .collect();
        listed.join(", ")
    };
    let total = styled(theme.heading, summary.messages);
    let by_sender = (summary.messages > 0).then(|| counts(&summary.by_sender));
    let by_type = (summary.messages > 0)
        .then(|| format!("{} {}", styled(theme.muted, "as"), counts(&summary.by_type)));
    let read = (summary.messages > 0).then(|| format!("{} read", summary.read));
    vec![
        joined([Some(total), by_sender, read]),
        by_type.unwrap_or_default(),
    ]
}

/// The members of an object, a line each, as many as there is room for.
fn values<'a>(
    members: impl Iterator<Item = (Text<'a>, &'a str)>,
    full_text: bool,
    theme: &Theme,
) -> Vec<String> {
    let mut room = Room::new(MAX_CELL, full_text);
    let mut lines = Vec::new();
    for (key, value) in members {
        if room.is_full() {
            room.skip(key.as_str().len() + value.len());
            continue;
        }
        let value = readable(value);
        let [key, value] = [&key, &value].map(|text| clip::value(text, full_text));
        let line = format!("{key} {} {value}", styled(theme.muted, "="));
        room.fill(line.len());
        lines.push(line);
    }
    lines.extend(room.rest().map(|rest| styled(theme.muted, rest)));
    lines
}

fn named(
    name: Option<&Text<'_>>,
    id: Option<&Text<'_>>,
    full_text: bool,
    theme: &Theme,
) -> Vec<String> {
    let name = there(name, full_text).map(|name| name.to_string());
    let id = there(id, full_text).map(|id| styled(theme.muted, id));
    vec![joined([name, id])]
}

fn ids(session: &Session<'_>, full_text: bool, theme: &Theme) -> Vec<String> {
    let ids = [
        ("robot", &session.robot_id),
        ("call", &session.call_id),
        ("WABA task", &session.waba_task_id),
        ("list detail", &session.wfdetail_uuid),
    ];
    let id = |(name, id): &(&str, &Option<Text<'_>>)| {
        let id = there(id.as_ref(), full_text)?;
        Some(format!("{} {id}", styled(theme.muted, name)))
    };
    ids.iter().filter_map(id).collect()
}

/// How it was saved, what was requested, and its body.
fn delivery(report: &Report<'_>, full_text: bool, canvas: &Canvas) -> Vec<String> {
    let theme = &canvas.theme;
    let delivery = report.delivery;
    let format = Some(format!("{}, {}", delivery.format, delivery.fidelity.name()));
    let method = delivery.method.as_ref().map(ToString::to_string);
    let target = delivery
        .target
        .as_ref()
        .map(|target| styled(theme.link, clip::value(&redact::url(target), full_text)));
    let request = method
        .into_iter()
        .chain(target)
        .collect::<Vec<_>>()
        .join(" ");
    let received = delivery.received_at.map(|time| {
        format!(
            "{} {}",
            styled(theme.muted, "received"),
            canvas.zone.date_and_clock(time)
        )
    });
    let body = body(report, theme);
    let request = (!request.is_empty()).then_some(request);
    let notes = delivery
        .remarks()
        .map(|note| styled(theme.muted, Text::from(note)));
    [joined([format, request, received]), body]
        .into_iter()
        .chain(notes)
        .collect()
}

/// The size and the hash of the bytes that are signed, or of the body where nothing tells.
fn body(report: &Report<'_>, theme: &Theme) -> String {
    let signed = report.signature.as_ref().and_then(|checked| checked.signed);
    let signed = signed.unwrap_or(SignedBytes::Body);
    let which = signed
        .description()
        .map_or_else(String::new, |which| format!(" {which}"));
    let name = styled(theme.muted, "SHA-256");
    let size = signed.len(report.delivery);
    let sum = hex::encode(signed.sha256(report.delivery));
    format!("{size} bytes{which} · {name} {sum}")
}

fn signature(report: &Report<'_>, theme: &Theme) -> Vec<String> {
    let checked = report
        .signature
        .as_ref()
        .filter(|signature| signature.verdict != Verdict::Unchecked);
    let Some(signature) = checked else {
        return Vec::new();
    };
    let verdict = styled(verdict_style(theme, signature.verdict), signature.verdict);
    let scheme = styled(theme.muted, Text::from(signature.scheme.as_str()));
    std::iter::once(format!("{verdict} · {scheme}"))
        .chain(settings(signature))
        .chain(explanation(signature, theme))
        .collect()
}

/// How many there are, of which rules, and those that are about no message.
fn findings(report: &Report<'_>, full_text: bool, theme: &Theme) -> Vec<String> {
    let (errors, warnings) = report.totals();
    if report.findings.is_empty() {
        return vec![styled(theme.good, "none")];
    }
    let error_words = (errors > 0).then(|| styled(theme.error, counted(errors, "error")));
    let warning_words = (warnings > 0).then(|| styled(theme.warning, counted(warnings, "warning")));
    let rules: Vec<_> = report
        .counts()
        .iter()
        .map(|(rule, count)| format!("{rule} ×{count}"))
        .collect();
    let mut lines = vec![
        joined([error_words, warning_words]),
        styled(theme.muted, rules.join(", ")),
    ];
    let about_session = report
        .findings
        .iter()
        .filter(|finding| finding.pointer.message().is_none());
    lines.extend(about_session.map(|finding| {
        let pointer = Text::from(finding.pointer.to_json_pointer());
        let place =
            there(Some(&pointer), full_text).map_or_else(String::new, |at| format!(" {at}"));
        let severity = format!("{}[{}]", finding.severity.name(), finding.rule);
        format!(
            "{}{place}: {}",
            styled(theme.severity(finding.severity), severity),
            wording::message(finding)
        )
    }));
    if !report.omitted.is_empty() {
        lines.push(styled(theme.muted, more_findings(&report.omitted)));
    }
    lines
}
