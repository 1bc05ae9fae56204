//! The table of sessions: the documented fields by the vendor's names, and what is computed from them.
//! A delivery without a session has no row; its findings say why.

use std::borrow::Cow;
use std::io;

use jiff::Timestamp;

use super::ColumnType::{Boolean, Float, Integer, Text, Time};
use super::{Cell, Column, Definition};
use crate::Report;
use crate::json::{SessionTime, UnixTime};
use crate::notification::{HandOver, MessageStatus, Sender, Session};
use crate::signature::Verdict;

pub(super) struct SessionTable;

pub(super) struct Row<'r> {
    report: &'r Report<'r>,
    session: &'r Session<'r>,
    hand_over: Option<HandOver<'r>>,
    first_words: Option<crate::Text<'static>>,
    senders: SenderCounts,
    read: usize,
    errors: usize,
    warnings: usize,
}

/// The number of messages of each sender.
#[derive(Default)]
struct SenderCounts {
    system: usize,
    user: usize,
    robot: usize,
    agent: usize,
    chatbot: usize,
    other: usize,
}

impl Definition for SessionTable {
    type Row<'r> = Row<'r>;

    #[rustfmt::skip]
    const COLUMNS: &'static [Column<Self>] = &[
        Column { name: "source", kind: Text, read: |row| Cell::text(Some(&row.report.origin.source)) },
        Column { name: "index", kind: Integer, read: |row| Cell::count(row.report.origin.index) },
        Column { name: "workflow_id", kind: Text, read: |row| Cell::text(row.session.workflow_id.as_ref()) },
        Column { name: "workflow_name", kind: Text, read: |row| Cell::text(row.session.workflow_name.as_ref()) },
        Column { name: "nodetask_id", kind: Text, read: |row| Cell::text(row.session.nodetask_id.as_ref()) },
        Column { name: "nodetask_name", kind: Text, read: |row| Cell::text(row.session.nodetask_name.as_ref()) },
        Column { name: "waba_task_id", kind: Text, read: |row| Cell::text(row.session.waba_task_id.as_ref()) },
        Column { name: "wfdetail_uuid", kind: Text, read: |row| Cell::text(row.session.wfdetail_uuid.as_ref()) },
        Column { name: "timestamp", kind: Time, read: |row| Cell::unix_time(row.session.timestamp) },
        Column { name: "channel", kind: Text, read: |row| Cell::text(row.session.channel.as_ref()) },
        Column { name: "channel_id", kind: Text, read: |row| Cell::text(row.session.channel_id.as_ref()) },
        Column { name: "callee", kind: Text, read: |row| Cell::text(row.session.callee.as_ref()) },
        Column { name: "call_id", kind: Text, read: |row| Cell::text(row.session.call_id.as_ref()) },
        Column { name: "robot_id", kind: Text, read: |row| Cell::text(row.session.robot_id.as_ref()) },
        Column { name: "status", kind: Text, read: |row| Cell::text(row.session.status.as_ref()) },
        Column { name: "session_start_time", kind: Time, read: |row| session_time(row.session.session_start_time.as_ref()) },
        Column { name: "session_end_time", kind: Time, read: |row| session_time(row.session.session_end_time.as_ref()) },
        Column { name: "session_end_reason", kind: Text, read: |row| Cell::text(row.session.session_end_reason.as_ref().map(|it| &it.text)) },
        Column { name: "intention", kind: Text, read: |row| Cell::text(row.session.intention.as_ref()) },
        Column { name: "talk_round", kind: Integer, read: |row| Cell::integer(row.session.talk_round.map(|it| it.0)) },
        Column { name: "ner_slots", kind: Text, read: |row| Cell::json(row.session.ner_slots.as_ref()) },
        Column { name: "event_label", kind: Text, read: |row| Cell::json(row.session.event_label.as_ref()) },
        Column { name: "variables", kind: Text, read: |row| Cell::json(row.session.variables.as_ref()) },
        Column { name: "messages", kind: Integer, read: |row| Cell::count(row.session.messages().len()) },
        Column { name: "duration_seconds", kind: Float, read: |row| Cell::of(row.session.duration(), |it| Cell::Float(it.as_secs_f64())) },
        Column { name: "messages_read", kind: Integer, read: |row| Cell::count(row.read) },
        Column { name: "messages_system", kind: Integer, read: |row| Cell::count(row.senders.system) },
        Column { name: "messages_user", kind: Integer, read: |row| Cell::count(row.senders.user) },
        Column { name: "messages_robot", kind: Integer, read: |row| Cell::count(row.senders.robot) },
        Column { name: "messages_agent", kind: Integer, read: |row| Cell::count(row.senders.agent) },
        Column { name: "messages_chatbot", kind: Integer, read: |row| Cell::count(row.senders.chatbot) },
        Column { name: "messages_other", kind: Integer, read: |row| Cell::count(row.senders.other) },
        Column { name: "handed_over", kind: Boolean, read: |row| Cell::Boolean(row.hand_over.is_some()) },
        Column { name: "handover_agent", kind: Text, read: |row| Cell::text(row.hand_over.as_ref().and_then(|it| it.seat.as_ref())) },
        Column { name: "handover_number", kind: Integer, read: |row| Cell::of(row.hand_over.as_ref(), |it| Cell::count(it.message + 1)) },
        Column { name: "handover_time", kind: Time, read: |row| Cell::time(row.hand_over_time()) },
        Column { name: "first_user_text", kind: Text, read: |row| Cell::text(row.first_words.as_ref()) },
        Column { name: "errors", kind: Integer, read: |row| Cell::count(row.errors) },
        Column { name: "warnings", kind: Integer, read: |row| Cell::count(row.warnings) },
        Column { name: "verdict", kind: Text, read: |row| Cell::of(row.verdict(), |it| Cell::Text(Cow::Borrowed(it.name()))) },
    ];

    fn each_row<'r>(
        report: &'r Report<'r>,
        then: &mut dyn for<'a> FnMut(&'a Row<'a>) -> io::Result<()>,
    ) -> io::Result<()> {
        let row = report.session.as_ref().map(|it| Row::of(report, it));
        row.as_ref().map_or(Ok(()), then)
    }
}

fn session_time<'r>(time: Option<&SessionTime<'_>>) -> Cell<'r> {
    Cell::time(time.and_then(|time| time.instant))
}

impl<'r> Row<'r> {
    fn of(report: &'r Report<'r>, session: &'r Session<'r>) -> Self {
        let (errors, warnings) = report.totals();
        let messages = session.messages().iter();
        let statuses = messages.clone().filter_map(|it| it.status.as_ref()?.known);
        let mut senders = SenderCounts::default();
        for message in messages {
            senders.count(message.sender_type.as_ref().and_then(|it| it.known));
        }
        Self {
            report,
            session,
            hand_over: session.hand_over(),
            first_words: session.first_user_text(),
            senders,
            read: statuses.filter(|it| *it == MessageStatus::Read).count(),
            errors,
            warnings,
        }
    }

    fn hand_over_time(&self) -> Option<Timestamp> {
        let index = self.hand_over.as_ref()?.message;
        let message = self.session.messages().get(index)?;
        message.timestamp.map(UnixTime::instant)
    }

    /// The verdict on the signature, if it was checked.
    fn verdict(&self) -> Option<Verdict> {
        let verdict = self.report.signature.as_ref().map(|it| it.verdict);
        verdict.filter(|verdict| *verdict != Verdict::Unchecked)
    }
}

impl SenderCounts {
    fn count(&mut self, sender: Option<Sender>) {
        *match sender {
            Some(Sender::System) => &mut self.system,
            Some(Sender::User) => &mut self.user,
            Some(Sender::Robot) => &mut self.robot,
            Some(Sender::Agent) => &mut self.agent,
            Some(Sender::Chatbot) => &mut self.chatbot,
            None => &mut self.other,
        } += 1;
    }
}
