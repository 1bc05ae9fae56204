//! What is odd about a session as a whole, though every value in it has its shape.

use super::{Message, Session};
use crate::Text;
use crate::finding::{
    Detail, Finding, Findings, Label, Place, Rule, SessionRelation, quoted_id, quoted_word,
};
use crate::json::{SessionTime, UnixTime};

/// Notes everything odd about a session that was read to its end.
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
        if let Some((earlier, earlier_time)) = before
            && time < earlier_time
        {
            findings.note(Rule::MessageOrder, |rule| {
                let detail = Detail::MessageOrder {
                    message: index + 1,
                    before: earlier + 1,
                    seconds: earlier_time.0 - time.0,
                };
                let related = at.item(earlier).member("timestamp").pointer();
                Finding::new(rule, &at.item(index).member("timestamp"), detail)
                    .with_related(related, Label::Message(earlier + 1))
            });
        }
        before = Some((index, time));
    }
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
    // A session that ends before it starts has no inside.
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        return;
    }
    for (index, message) in messages.iter().enumerate() {
        let outside = message.timestamp.and_then(|time| outside(time, start, end));
        if let Some((seconds, relation)) = outside {
            findings.note(Rule::MessageOutsideSession, |rule| {
                let (boundary, label) = match relation {
                    SessionRelation::BeforeStart => ("session_start_time", Label::SessionStart),
                    SessionRelation::AfterEnd => ("session_end_time", Label::SessionEnd),
                };
                let detail = Detail::OutsideSession { seconds, relation };
                Finding::new(rule, &at.item(index).member("timestamp"), detail)
                    .with_related(Place::Root.member(boundary).pointer(), label)
            });
        }
    }
}

/// How many seconds a time is outside a session, and on which side. The session's times are to the
/// second or finer, a message's to the second: only a whole second outside is outside.
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
                let id = quoted_id(id);
                let related = at.item(first - 1).member("msg_id").pointer();
                let detail = Detail::DuplicateMessageId { id, first };
                Finding::new(rule, &at.item(index).member("msg_id"), detail)
                    .with_related(related, Label::FirstUse)
            });
        }
        let reply = message.reply.as_ref();
        let answered = reply.and_then(|reply| Some(reply.msg_id.as_ref()?.as_str()));
        if let Some(id) = answered.filter(|id| !numbers.contains_key(id)) {
            findings.note(Rule::DanglingReply, |rule| {
                let detail = Detail::DanglingReply { id: quoted_id(id) };
                let place = at.item(index);
                let reply = place.member("reply");
                Finding::new(rule, &reply.member("msg_id"), detail)
            });
        }
    }
}
