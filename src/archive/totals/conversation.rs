//! Totals of what was said: messages by sender and type, what was read, picked and answered, and where
//! conversations end.

use std::cell::OnceCell;

use foldhash::HashMap;

use super::{Breakdown, Distribution};
use crate::Text;
use crate::notification::{Content, ContentType, Message, MessageStatus, Sender, Session};

/// Totals of the messages of many sessions.
#[derive(Debug, Clone, Default)]
pub struct ConversationTotals {
    /// Messages by sender.
    pub by_sender: Breakdown<u64>,
    /// Messages by content type.
    pub by_type: Breakdown<u64>,
    /// Messages to the person: of the chatbot, the robot and the agent.
    pub outgoing: u64,
    /// Those of them with the status `read`.
    pub read: u64,
    /// Buttons and list rows that were picked, by [`PICK`].
    pub picks: Breakdown<u64>,
    /// From the person's first message to the next one of the robot or chatbot, in milliseconds.
    pub robot_response: Distribution,
    /// From the take-over to the agent's first message after it, in milliseconds.
    pub agent_response: Distribution,
    /// The last message of each session, apart from events, by [`LAST_MESSAGE`].
    pub last_message: Breakdown<u64>,
}

/// The parts of the name of a pick: the template that was answered, `button` or `list` for a choice that
/// the robot offered without a template, and what was picked.
pub const PICK: [&str; 3] = ["template", "interactive", "picked"];
/// The parts of the name of a last message.
pub const LAST_MESSAGE: [&str; 2] = ["sender_type", "type"];

impl ConversationTotals {
    /// Adds the messages of a session.
    pub(super) fn add(&mut self, session: &Session<'_>) {
        let originals = Originals::of(session);
        for message in session.messages() {
            self.add_message(&originals, message);
        }
        self.add_responses(session);
        let mut messages = session.messages().iter().rev();
        if let Some(last) = messages.find(|it| sender(it) != Some(Sender::System)) {
            self.last_message
                .count(&[sender_word(last), type_word(last)]);
        }
    }

    fn add_message<'s>(&mut self, originals: &Originals<'s>, message: &'s Message<'_>) {
        self.by_sender.count(&[sender_word(message)]);
        self.by_type.count(&[type_word(message)]);
        match sender(message) {
            Some(Sender::Chatbot | Sender::Robot | Sender::Agent) => {
                let status = message.status.as_ref().and_then(|status| status.known);
                self.outgoing += 1;
                self.read += u64::from(status == Some(MessageStatus::Read));
            }
            Some(Sender::User) => self.add_pick(originals, message),
            Some(Sender::System) | None => {}
        }
    }

    fn add_pick<'s>(&mut self, originals: &Originals<'s>, message: &'s Message<'_>) {
        let Some(content) = &message.content else {
            return;
        };
        let is_pick = matches!(
            content.content_type(),
            Some(ContentType::Button | ContentType::Interactive)
        );
        let Some(picked) = content
            .text
            .as_ref()
            .filter(|text| is_pick && !text.is_blank())
        else {
            return;
        };
        let offer = originals.offer(message);
        let template = offer.and_then(|it| it.template.as_ref()?.info.as_ref()?.name.as_ref());
        let interactive = offer.and_then(|it| it.interactive.as_ref()?.kind.as_ref());
        let name = [template, interactive, Some(picked)];
        self.picks.count(&name.map(|part| part.map(Text::as_str)));
    }

    fn add_responses(&mut self, session: &Session<'_>) {
        let messages = session.messages();
        let asked = messages
            .iter()
            .position(|it| sender(it) == Some(Sender::User));
        let is_robot =
            |it: &Message<'_>| matches!(sender(it), Some(Sender::Robot | Sender::Chatbot));
        if let Some(time) = asked.and_then(|asked| response(&messages[asked..], is_robot)) {
            self.robot_response.add(time);
        }
        let taken_over = messages.iter().position(|it| it.take_over().is_some());
        let is_agent = |it: &Message<'_>| sender(it) == Some(Sender::Agent);
        if let Some(time) = taken_over.and_then(|taken| response(&messages[taken..], is_agent)) {
            self.agent_response.add(time);
        }
    }

    /// Adds later totals.
    pub(super) fn merge(&mut self, later: Self) {
        let add = |sum: &mut u64, count| *sum += count;
        self.by_sender.merge(later.by_sender, add);
        self.by_type.merge(later.by_type, add);
        self.outgoing += later.outgoing;
        self.read += later.read;
        self.picks.merge(later.picks, add);
        self.robot_response.merge(later.robot_response);
        self.agent_response.merge(later.agent_response);
        self.last_message.merge(later.last_message, add);
    }
}

fn sender(message: &Message<'_>) -> Option<Sender> {
    message.sender_type.as_ref()?.known
}

fn sender_word<'m>(message: &'m Message<'_>) -> Option<&'m str> {
    not_blank(&message.sender_type.as_ref()?.text)
}

fn type_word<'m>(message: &'m Message<'_>) -> Option<&'m str> {
    not_blank(message.content.as_ref()?.kind.as_ref()?)
}

fn not_blank<'t>(text: &'t Text<'_>) -> Option<&'t str> {
    (!text.is_blank()).then_some(text.as_str())
}

/// The messages of a session, among which are those that picks answer.
struct Originals<'s> {
    session: &'s Session<'s>,
    /// The numbers of messages by their ids, once a long session has a pick.
    numbers: OnceCell<HashMap<&'s str, usize>>,
}

impl<'s> Originals<'s> {
    /// Up to how many messages are searched one by one, which is faster than an index.
    const MAX_SEARCHED: usize = 64;

    fn of(session: &'s Session<'_>) -> Self {
        Self {
            session,
            numbers: OnceCell::new(),
        }
    }

    /// What a pick answers: the message that it refers to, or else what it quotes.
    fn offer(&self, pick: &'s Message<'_>) -> Option<&'s Content<'s>> {
        let reply = pick.reply.as_ref()?;
        let id = reply.msg_id.as_ref().filter(|id| !id.is_blank());
        let original = id.and_then(|id| self.with_id(id)?.content.as_ref());
        original.or(reply.content.as_ref())
    }

    /// The first message with an id.
    fn with_id(&self, id: &Text<'_>) -> Option<&'s Message<'s>> {
        let messages = self.session.messages();
        if messages.len() <= Self::MAX_SEARCHED {
            return messages.iter().find(|it| it.msg_id.as_ref() == Some(id));
        }
        let numbers = self.numbers.get_or_init(|| self.session.numbers());
        messages.get(numbers.get(id.as_str())?.checked_sub(1)?)
    }
}

/// The time from the first message to the next one that is an answer, in milliseconds; `None` if there
/// is none, or it is older.
fn response(messages: &[Message<'_>], is_answer: impl Fn(&Message<'_>) -> bool) -> Option<u64> {
    let (first, later) = messages.split_first()?;
    let answer = later.iter().find(|it| is_answer(it))?;
    let seconds = answer.timestamp?.0.checked_sub(first.timestamp?.0)?;
    u64::try_from(seconds).ok().map(|seconds| seconds * 1000)
}
