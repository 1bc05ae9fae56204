//! Lints: what is odd about a session as a whole, although every value has the right shape.
//!
//! The readers check one value at a time. A lint compares several: times with each other, ids with
//! ids, replies with messages. Lints run after the whole body was read, and not at all if it
//! breaks off, because a missing rest would look like missing messages. Each takes one pass over
//! the messages.
//!
//! They are warnings: the vendor's own example is out of order and refers to masked ids.

use super::{Message, Session};
use crate::Text;
use crate::finding::{
    Detail, Finding, Findings, Label, Place, Rule, SessionRelation, quoted_id, quoted_word,
};
use crate::json::{SessionTime, UnixTime};

/// Notes the findings about a session that was read to its end.
pub(super) fn note(session: &Session<'_>, findings: &mut Findings) {
    note_times(session, findings);
    let Some(messages) = &session.messages else {
        return;
    };
    let at = Place::Root.member("messages");
    if messages.is_empty() {
        findings.note(Rule::EmptyTranscript, |rule| {
            Finding::new(rule, &at, Detail::EmptyTranscript)
        });
    }
    note_order(messages, &at, findings);
    note_outside(session, messages, &at, findings);
    note_ids_and_replies(session, &at, findings);
}

fn note_times(session: &Session<'_>, findings: &mut Findings) {
    let (Some(start), Some(end)) = (&session.session_start_time, &session.session_end_time) else {
        return;
    };
    if let (Some(from), Some(to)) = (start.instant, end.instant)
        && to < from
    {
        findings.note(Rule::SessionEndsBeforeStart, |rule| {
            let detail = Detail::EndsBeforeStart {
                start: quoted_word(start.text.as_str()),
                end: quoted_word(end.text.as_str()),
            };
            let related = Place::Root.member("session_start_time").pointer();
            Finding::new(rule, &Place::Root.member("session_end_time"), detail)
                .with_related(related, Label::SessionStart)
        });
    }
}

fn note_order(messages: &[Message<'_>], at: &Place<'_>, findings: &mut Findings) {
    let times = messages
        .iter()
        .enumerate()
        .filter_map(|(index, message)| Some((index, message.timestamp?)));
    let mut before = None;
    for (index, time) in times {
        if let Some((earlier, UnixTime(earlier_time))) = before
            && time.0 < earlier_time
        {
            let seconds = earlier_time - time.0;
            findings.note(Rule::MessageOrder, |rule| {
                out_of_order(rule, at, index, earlier, seconds)
            });
        }
        before = Some((index, time));
    }
}

/// The finding that the message `index` is older than the message `earlier` before it.
fn out_of_order(rule: Rule, at: &Place<'_>, index: usize, earlier: usize, seconds: i64) -> Finding {
    let detail = Detail::MessageOrder {
        message: index + 1,
        before: earlier + 1,
        seconds,
    };
    let related = at.item(earlier).member("timestamp").pointer();
    Finding::new(rule, &at.item(index).member("timestamp"), detail)
        .with_related(related, Label::Message(earlier + 1))
}

fn note_outside(
    session: &Session<'_>,
    messages: &[Message<'_>],
    at: &Place<'_>,
    findings: &mut Findings,
) {
    let second = |time: &Option<SessionTime<'_>>| Some(time.as_ref()?.instant?.as_second());
    let start = second(&session.session_start_time);
    let end = second(&session.session_end_time);
    // If the session ends before it starts, every message would be outside.
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        return;
    }
    for (index, message) in messages.iter().enumerate() {
        let outside = message.timestamp.and_then(|time| outside(time, start, end));
        if let Some((seconds, relation)) = outside {
            findings.note(Rule::MessageOutsideSession, |rule| {
                let (boundary, label) = boundary(relation);
                let detail = Detail::OutsideSession { seconds, relation };
                Finding::new(rule, &at.item(index).member("timestamp"), detail)
                    .with_related(Place::Root.member(boundary).pointer(), label)
            });
        }
    }
}

/// The field of the session that a message is outside of.
fn boundary(relation: SessionRelation) -> (&'static str, Label) {
    match relation {
        SessionRelation::BeforeStart => ("session_start_time", Label::SessionStart),
        SessionRelation::AfterEnd => ("session_end_time", Label::SessionEnd),
    }
}

/// Returns by how many seconds a time is outside a session, and on which side. A message's time
/// has no fractions of a second, so those of the session's times are ignored.
fn outside(
    UnixTime(time): UnixTime,
    start: Option<i64>,
    end: Option<i64>,
) -> Option<(i64, SessionRelation)> {
    match (start, end) {
        (Some(start), _) if time < start => Some((start - time, SessionRelation::BeforeStart)),
        (_, Some(end)) if time > end => Some((time - end, SessionRelation::AfterEnd)),
        _ => None,
    }
}

fn note_ids_and_replies(session: &Session<'_>, at: &Place<'_>, findings: &mut Findings) {
    let numbers = session.numbers();
    for (index, message) in session.messages().iter().enumerate() {
        let id = message.msg_id.as_ref().map(Text::as_str);
        let first = id.and_then(|id| Some((id, *numbers.get(id)?)));
        if let Some((id, first)) = first.filter(|(_, first)| *first != index + 1) {
            findings.note(Rule::DuplicateMessageId, |rule| {
                duplicate_id(rule, &at.item(index), id, at.item(first - 1), first)
            });
        }
        let reply = message.reply.as_ref();
        let answered = reply.and_then(|reply| Some(reply.msg_id.as_ref()?.as_str()));
        if let Some(id) = answered.filter(|id| !numbers.contains_key(id)) {
            findings.note(Rule::DanglingReply, |rule| {
                let detail = Detail::DanglingReply { id: quoted_id(id) };
                let message = at.item(index);
                Finding::new(rule, &message.member("reply").member("msg_id"), detail)
            });
        }
    }
}

/// The finding that a message has the id of an earlier one, the message number `first`.
fn duplicate_id(
    rule: Rule,
    message: &Place<'_>,
    id: &str,
    earlier: Place<'_>,
    first: usize,
) -> Finding {
    let id = quoted_id(id);
    let detail = Detail::DuplicateMessageId { id, first };
    Finding::new(rule, &message.member("msg_id"), detail)
        .with_related(earlier.member("msg_id").pointer(), Label::FirstUse)
}
