//! What is odd about a session as a whole, though every value in it has its shape.

use super::{Message, Session};
use crate::finding::{Finding, Findings, Place, Rule};

/// Notes everything odd about a session that was read to its end.
pub(super) fn note(session: &Session<'_>, findings: &mut Findings) {
    note_times(session, findings);
    let Some(messages) = &session.messages else {
        return;
    };
    let at = Place::Root.member("messages");
    if messages.is_empty() {
        findings.note(Rule::EmptyTranscript, |rule| {
            Finding::new(rule, &at, "the session has no messages")
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
            let message = format!(
                "the session ends at {}, before it starts at {}",
                end.text.shortened(40),
                start.text.shortened(40)
            );
            let related = Place::Root.member("session_start_time").pointer();
            Finding::new(rule, &Place::Root.member("session_end_time"), message)
                .with_related(related, "the session starts here")
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
                // Messages may be shown in another order, so both are named.
                let message = format!(
                    "message {} is {} older than message {}, which precedes it in the notification",
                    index + 1,
                    humanize(earlier_time.0 - time.0),
                    earlier + 1
                );
                let related = at.item(earlier).member("timestamp").pointer();
                Finding::new(rule, &at.item(index).member("timestamp"), message)
                    .with_related(related, format!("message {}", earlier + 1))
            });
        }
        before = Some((index, time));
    }
}

/// The session's times are to the second or finer, a message's to the second: only a whole second
/// outside is outside.
fn note_outside(
    session: &Session<'_>,
    messages: &[Message<'_>],
    at: &Place<'_>,
    findings: &mut Findings,
) {
    let second =
        |time: &Option<crate::json::SessionTime<'_>>| Some(time.as_ref()?.instant?.as_second());
    let start = second(&session.session_start_time);
    let end = second(&session.session_end_time);
    // A session that ends before it starts has no inside.
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        return;
    }
    for (index, message) in messages.iter().enumerate() {
        let Some(time) = message.timestamp else {
            continue;
        };
        let (distance, relation, boundary, label) = match (start, end) {
            (Some(start), _) if time.0 < start => (
                start - time.0,
                "before the session starts",
                "session_start_time",
                "the session starts here",
            ),
            (_, Some(end)) if time.0 > end => (
                time.0 - end,
                "after the session ends",
                "session_end_time",
                "the session ends here",
            ),
            _ => continue,
        };
        findings.note(Rule::MessageOutsideSession, |rule| {
            let message = format!("sent {} {relation}", humanize(distance));
            let related = Place::Root.member(boundary).pointer();
            Finding::new(rule, &at.item(index).member("timestamp"), message)
                .with_related(related, label)
        });
    }
}

fn note_ids_and_replies(session: &Session<'_>, at: &Place<'_>, findings: &mut Findings) {
    let numbers = session.numbers();
    for (index, message) in session.messages().iter().enumerate() {
        if let Some(id) = &message.msg_id
            && let Some(first) = numbers
                .get(id.as_str())
                .filter(|first| **first != index + 1)
        {
            findings.note(Rule::DuplicateMessageId, |rule| {
                let message = format!(
                    "duplicate message id `{}`, first used by message {first}",
                    id.shortened(60)
                );
                let related = at.item(first - 1).member("msg_id").pointer();
                Finding::new(rule, &at.item(index).member("msg_id"), message)
                    .with_related(related, "first used here")
            });
        }
        if let Some(id) = message
            .reply
            .as_ref()
            .and_then(|reply| reply.msg_id.as_ref())
            && !numbers.contains_key(id.as_str())
        {
            findings.note(Rule::DanglingReply, |rule| {
                let message = format!(
                    "the reply is to message `{}`, which is not in the transcript",
                    id.shortened(60)
                );
                let place = at.item(index);
                let reply = place.member("reply");
                Finding::new(rule, &reply.member("msg_id"), message)
            });
        }
    }
}

/// A number of seconds in the two largest units that it fills.
pub(crate) fn humanize(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let seconds = seconds.max(0);
    let largest = UNITS
        .iter()
        .position(|(size, _)| seconds >= *size)
        .unwrap_or(3);
    let mut rest = seconds;
    let mut words = Vec::new();
    for (size, unit) in &UNITS[largest..(largest + 2).min(UNITS.len())] {
        if rest >= *size || words.is_empty() {
            words.push(format!("{} {unit}", rest / size));
        }
        rest %= size;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::humanize;

    #[test]
    fn durations_read_like_a_person_says_them() {
        for (seconds, want) in [
            (0, "0 s"),
            (9, "9 s"),
            (60, "1 min"),
            (707, "11 min 47 s"),
            (3_600, "1 h"),
            (86_399, "23 h 59 min"),
            (24_503_653, "283 d 14 h"),
        ] {
            assert_eq!(humanize(seconds), want);
        }
    }
}
