//! The table of sessions: the documented fields by the vendor's names, and what is computed from them.
//! A delivery without a session has no row; its findings say why.

use std::io;

use jiff::Timestamp;

use super::{Definition, TableColumn, Value, columns};
use crate::json::{SessionTime, UnixTime};
use crate::notification::{HandOver, MessageStatus, Sender, Session};
use crate::signature::Verdict;
use crate::{Report, Text};

pub(super) struct SessionTable;

pub(super) struct Row<'r> {
    report: &'r Report<'r>,
    session: &'r Session<'r>,
    hand_over: Option<HandOver<'r>>,
    first_words: Option<Text<'static>>,
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

    const COLUMNS: &'static [TableColumn<Self>] = columns! { row =>
        source: Text = Value::text(Some(&row.report.origin.source));
        index: Integer = Value::count(row.report.origin.index);
        workflow_id: Text = Value::text(row.session.workflow_id.as_ref());
        workflow_name: Text = Value::text(row.session.workflow_name.as_ref());
        nodetask_id: Text = Value::text(row.session.nodetask_id.as_ref());
        nodetask_name: Text = Value::text(row.session.nodetask_name.as_ref());
        waba_task_id: Text = Value::text(row.session.waba_task_id.as_ref());
        wfdetail_uuid: Text = Value::text(row.session.wfdetail_uuid.as_ref());
        timestamp: Time = Value::unix_time(row.session.timestamp);
        channel: Text = Value::text(row.session.channel.as_ref());
        channel_id: Text = Value::text(row.session.channel_id.as_ref());
        callee: Text = Value::text(row.session.callee.as_ref());
        call_id: Text = Value::text(row.session.call_id.as_ref());
        robot_id: Text = Value::text(row.session.robot_id.as_ref());
        status: Text = Value::text(row.session.status.as_ref());
        session_start_time: Time = session_time(row.session.session_start_time.as_ref());
        session_end_time: Time = session_time(row.session.session_end_time.as_ref());
        session_end_reason: Text = Value::one_of(row.session.session_end_reason.as_ref());
        intention: Text = Value::text(row.session.intention.as_ref());
        talk_round: Integer = Value::integer(row.session.talk_round.map(|it| it.0));
        ner_slots: Text = Value::json(row.session.ner_slots.as_ref());
        event_label: Text = Value::json(row.session.event_label.as_ref());
        variables: Text = Value::json(row.session.variables.as_ref());
        messages: Integer = Value::count(row.session.messages().len());
        duration_seconds: Float = Value::float(row.session.duration().map(|it| it.as_secs_f64()));
        messages_read: Integer = Value::count(row.read);
        messages_system: Integer = Value::count(row.senders.system);
        messages_user: Integer = Value::count(row.senders.user);
        messages_robot: Integer = Value::count(row.senders.robot);
        messages_agent: Integer = Value::count(row.senders.agent);
        messages_chatbot: Integer = Value::count(row.senders.chatbot);
        messages_other: Integer = Value::count(row.senders.other);
        handed_over: Boolean = Value::Boolean(row.hand_over.is_some());
        handover_agent: Text = Value::text(row.hand_over.as_ref().and_then(|it| it.seat.as_ref()));
        handover_number: Integer = Value::of(row.hand_over.as_ref(), |it| Value::count(it.message + 1));
        handover_time: Time = Value::time(row.hand_over_time());
        first_user_text: Text = Value::text(row.first_words.as_ref());
        errors: Integer = Value::count(row.errors);
        warnings: Integer = Value::count(row.warnings);
        verdict: Text = Value::of(row.verdict(), |it| Value::word(it.name()));
    };

    fn each_row<'r>(
        report: &'r Report<'r>,
        then: &mut dyn for<'a> FnMut(&'a Row<'a>) -> io::Result<()>,
    ) -> io::Result<()> {
        let row = report.session.as_ref().map(|it| Row::of(report, it));
        row.as_ref().map_or(Ok(()), then)
    }
}

fn session_time<'r>(time: Option<&SessionTime<'_>>) -> Value<'r> {
    Value::time(time.and_then(|time| time.instant))
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
