//! The transcript as every view shows it: which message starts a day, a minute or a turn, and what
//! is worth saying of it besides its words.
//!
//! A screen says a thing once. The sender is named at the start of a *turn*, a run of messages; a
//! time is shown where the minute changes; a number where something refers to it; a status where it
//! is not the usual one of that sender; a finding where its rule is rare. These choices are made
//! here, so that a table and a page agree on them; how they look is up to each view.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;

use crate::finding::{Finding, Rule, Severity};
use crate::json::{OneOf, UnixTime};
use crate::notification::block::Quote;
use crate::notification::{Block, Message, MessageStatus, Session, Transcript};
use crate::view::{Order, Part, Selection, Zone};
use crate::{Report, Text};

/// A rule with more findings than this is told once, in the summary.
const MAX_TOLD_AT_MESSAGES: usize = 3;
/// The seconds after which a sender is named again.
const LONG_PAUSE: i64 = 5 * 60;

/// A message, and what to show around it.
pub(in crate::view) struct Entry<'r> {
    /// The number of the message in the notification, from 1.
    pub(in crate::view) number: usize,
    /// The message.
    pub(in crate::view) message: &'r Message<'r>,
    /// The message that this one replies to.
    pub(in crate::view) reply: Option<ReplyTo<'r>>,
    /// What the message says, from top to bottom, without the reply.
    pub(in crate::view) blocks: Vec<Block<'r>>,
    /// The heading of the day, if the message is the first of it.
    pub(in crate::view) day: Option<String>,
    /// When it was sent, if that is known.
    pub(in crate::view) instant: Option<Timestamp>,
    /// Whether its minute differs from that of the message before.
    pub(in crate::view) starts_minute: bool,
    /// Whether its sender is to be named.
    pub(in crate::view) starts_turn: bool,
    /// Whether something on the screen refers to it by its number.
    pub(in crate::view) is_referred_to: bool,
    /// Its status, if it is not the usual one of its sender.
    pub(in crate::view) unusual_status: Option<&'r OneOf<'r, MessageStatus>>,
    /// The findings that are told at this message.
    pub(in crate::view) findings: Vec<&'r Finding>,
}

impl Entry<'_> {
    /// Whether the message reports an event of the conversation.
    pub(in crate::view) fn is_event(&self) -> bool {
        matches!(self.blocks.first(), Some(Block::Event(_)))
    }

    /// The type of the message, if it is not known: its blocks do not tell what it is.
    pub(in crate::view) fn unknown_kind(&self) -> Option<&Text<'_>> {
        let content = self.message.content.as_ref()?;
        let kind = content.kind.as_ref()?;
        content.content_type().is_none().then_some(kind)
    }

    /// What is worth saying of the message besides its words: its status if it is not the usual one
    /// or, with details, its type and its status.
    pub(in crate::view) fn note(&self, details: bool) -> Option<Text<'static>> {
        if details {
            let content = self.message.content.as_ref();
            let kind = content.and_then(|it| it.kind.as_ref());
            let status = self.message.status.as_ref().map(|it| &it.text);
            let words = [kind, status].map(|it| it.map_or(Text::from("?"), |it| it.shortened(40)));
            let words = words.map(|it| it.as_str().to_owned()).join(" · ");
            return Some(Text::from(format!("({words})")));
        }
        let status = self.unusual_status?.text.shortened(40);
        Some(Text::from(format!("({})", status.as_str())))
    }
}

/// The message that another one replies to.
pub(in crate::view) struct ReplyTo<'r> {
    /// Where that message is.
    pub(in crate::view) target: ReplyTarget,
    /// What it says.
    pub(in crate::view) quote: Quote<'r>,
}

/// Where the message that another one replies to is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) enum ReplyTarget {
    /// It is the last thing that was said before.
    JustAbove,
    /// It has this number.
    Message(usize),
    /// It is not in this transcript.
    Missing,
}

/// The messages of a session in the order shown, with what is known of all of them.
pub(in crate::view) struct Entries<'r> {
    zone: &'r Zone,
    transcript: Transcript<'r>,
    /// The messages in the order shown, with their numbers from 1.
    messages: Vec<(usize, &'r Message<'r>)>,
    /// The numbers of the messages that something refers to.
    referred_to: HashSet<usize>,
    /// The usual status of each sender, by its word.
    usual_statuses: HashMap<&'r str, &'r str>,
    /// The findings that are told at a message, by its number.
    findings: HashMap<usize, Vec<&'r Finding>>,
}

impl<'r> Entries<'r> {
    /// Looks at all messages of a session once.
    pub(in crate::view) fn of(
        report: &'r Report<'_>,
        session: &'r Session<'_>,
        selection: Selection,
        zone: &'r Zone,
    ) -> Self {
        let told_once = rules_told_once(report);
        let mut findings: HashMap<usize, Vec<&Finding>> = HashMap::default();
        for finding in &report.findings {
            // A reply shows itself that its target is missing.
            if let Some(index) = finding.pointer.message()
                && finding.rule != Rule::DanglingReply
                && !told_once.contains(&finding.rule)
            {
                findings.entry(index + 1).or_default().push(finding);
            }
        }
        let mut entries = Self {
            zone,
            transcript: Transcript::of(session),
            messages: ordered(session, selection.order),
            referred_to: findings.keys().copied().collect(),
            usual_statuses: usual_statuses(session),
            findings,
        };
        entries.refer_to_reply_targets();
        if selection.shows(Part::Summary) {
            entries.refer_to_what_the_summary_names(report, session);
        }
        entries
    }

    /// The number of messages.
    pub(in crate::view) fn len(&self) -> usize {
        self.messages.len()
    }

    /// The largest number of a message that something refers to, without the events; 0 if there is
    /// none.
    pub(in crate::view) fn max_referred_to(&self) -> usize {
        let messages = self.messages.iter();
        let said = messages.filter_map(|(number, message)| said(message, *number));
        let referred_to = said.filter(|number| self.referred_to.contains(number));
        referred_to.max().unwrap_or_default()
    }

    /// The words for all senders, each once.
    pub(in crate::view) fn senders(&self) -> BTreeSet<&'r str> {
        let senders = self.messages.iter();
        senders.map(|(_, message)| sender_of(message)).collect()
    }

    /// Adds the targets of replies to the messages that something refers to.
    fn refer_to_reply_targets(&mut self) {
        let mut before = None;
        for (number, message) in &self.messages {
            if let ReplyTarget::Message(target) = self.target(message, before) {
                self.referred_to.insert(target);
            }
            before = said(message, *number).or(before);
        }
    }

    /// Adds the hand-over and the message that stands for findings told once.
    fn refer_to_what_the_summary_names(&mut self, report: &Report<'_>, session: &Session<'_>) {
        let hand_over = session.hand_over().map(|it| it.message);
        let example = first_untold(report).and_then(|it| it.pointer.message());
        let named = [hand_over, example].into_iter().flatten();
        self.referred_to.extend(named.map(|index| index + 1));
    }

    /// Where the message is that this one replies to, if `before` is what was said last.
    fn target(&self, message: &Message<'_>, before: Option<usize>) -> ReplyTarget {
        let reply = message.reply.as_ref();
        let id = reply.and_then(|reply| reply.msg_id.as_ref());
        match id.and_then(|id| self.transcript.number_of(id)) {
            None => ReplyTarget::Missing,
            Some(number) if Some(number) == before => ReplyTarget::JustAbove,
            Some(number) => ReplyTarget::Message(number),
        }
    }

    /// The messages, each with what to show around it.
    pub(in crate::view) fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut before = Before::default();
        self.messages.iter().map(move |(number, message)| {
            let entry = self.entry(*number, message, &before);
            before.advance(&entry);
            entry
        })
    }

    fn entry<'e>(&'e self, number: usize, message: &'e Message<'e>, before: &Before) -> Entry<'e> {
        let mut blocks = self.transcript.blocks(message);
        let reply = take_quote(&mut blocks).map(|quote| ReplyTo {
            target: self.target(message, before.said),
            quote,
        });
        let instant = message.timestamp.map(UnixTime::instant);
        let day = instant.map(|instant| self.zone.day(instant));
        let minute = instant.map(|instant| instant.as_second().div_euclid(60));
        let day = match (before.number, day) {
            (None, None) => Some("no date".to_owned()),
            (_, day) => day.filter(|day| before.day.as_ref() != Some(day)),
        };
        let is_after_pause = instant
            .zip(before.instant)
            .is_some_and(|(now, then)| now.as_second() - then.as_second() >= LONG_PAUSE);
        Entry {
            number,
            message,
            reply,
            starts_minute: day.is_some() || minute != before.minute(),
            starts_turn: day.is_some()
                || is_after_pause
                || before.sender.as_deref() != Some(sender_of(message)),
            blocks,
            day,
            instant,
            is_referred_to: self.referred_to.contains(&number),
            unusual_status: self.unusual_status(message),
            findings: self.findings.get(&number).cloned().unwrap_or_default(),
        }
    }

    fn unusual_status<'e>(&self, message: &'e Message<'e>) -> Option<&'e OneOf<'e, MessageStatus>> {
        let status = message.status.as_ref()?;
        let usual = self.usual_statuses.get(sender_of(message));
        (usual != Some(&status.text.as_str()) || status.known.is_none()).then_some(status)
    }
}

/// What came before a message.
#[derive(Default)]
struct Before {
    number: Option<usize>,
    /// The number of the last message that was not an event.
    said: Option<usize>,
    /// The sender of the turn; none after an event.
    sender: Option<String>,
    day: Option<String>,
    instant: Option<Timestamp>,
}

impl Before {
    fn advance(&mut self, entry: &Entry<'_>) {
        self.number = Some(entry.number);
        self.said = said(entry.message, entry.number).or(self.said);
        if entry.is_event() {
            self.sender = None;
        } else if entry.starts_turn {
            self.sender = Some(sender_of(entry.message).to_owned());
        }
        self.day = entry.day.clone().or_else(|| self.day.take());
        self.instant = entry.instant.or(self.instant);
    }

    fn minute(&self) -> Option<i64> {
        Some(self.instant?.as_second().div_euclid(60))
    }
}

/// The number of a message, unless it reports an event.
fn said(message: &Message<'_>, number: usize) -> Option<usize> {
    let is_event = message
        .content
        .as_ref()
        .is_some_and(|it| it.system.is_some());
    (!is_event).then_some(number)
}

/// Takes the quote out of the blocks of a message.
fn take_quote<'b>(blocks: &mut Vec<Block<'b>>) -> Option<Quote<'b>> {
    let at = blocks.iter().position(|it| matches!(it, Block::Quote(_)))?;
    match blocks.remove(at) {
        Block::Quote(quote) => Some(quote),
        _ => None,
    }
}

/// The word for the sender of a message; empty if it has none.
pub(in crate::view) fn sender_of<'m>(message: &'m Message<'_>) -> &'m str {
    let sender = message.sender_type.as_ref();
    sender.map_or("", |sender| sender.text.as_str())
}

/// The word for a sender as it is shown.
pub(super) fn sender_words(sender: &str) -> Text<'_> {
    match sender.trim() {
        "" => Text::from("–"),
        sender => Text::from(sender),
    }
}

/// The rules that are told once instead of at each message: those with many findings, and those
/// that more than a third of the messages break.
fn rules_told_once(report: &Report<'_>) -> BTreeSet<Rule> {
    let messages = report.session.as_ref().map_or(0, |it| it.messages().len());
    let is_frequent = |count: usize| {
        count > MAX_TOLD_AT_MESSAGES || (count > 1 && count.saturating_mul(3) > messages)
    };
    let counts = report.counts().into_iter();
    let frequent = counts.filter(|(_, count)| is_frequent(*count));
    frequent.map(|(rule, _)| rule).collect()
}

/// The first of the findings that no message tells, errors first. Those about the signature have a
/// place of their own.
pub(in crate::view) fn first_untold<'r>(report: &'r Report<'_>) -> Option<&'r Finding> {
    let told_once = rules_told_once(report);
    let is_untold = |finding: &&Finding| {
        let is_at_message = finding.pointer.message().is_some();
        let is_told = is_at_message && !told_once.contains(&finding.rule);
        !is_told && !finding.rule.is_about_signature()
    };
    let untold = report.findings.iter().filter(is_untold);
    untold.min_by_key(|finding| finding.severity == Severity::Warning)
}

/// The most frequent status of each sender's messages, by the words for both.
fn usual_statuses<'s>(session: &'s Session<'_>) -> HashMap<&'s str, &'s str> {
    let mut counts: HashMap<&str, BTreeMap<&str, usize>> = HashMap::default();
    for message in session.messages() {
        if let Some(status) = &message.status {
            let counts = counts.entry(sender_of(message)).or_default();
            *counts.entry(status.text.as_str()).or_default() += 1;
        }
    }
    let usual = |counts: BTreeMap<&'s str, usize>| {
        // `read` is what becomes of most messages, so it is the usual one of two equal counts.
        let counts = counts.into_iter();
        counts.max_by_key(|(word, count)| (*count, *word == "read"))
    };
    let usual = counts
        .into_iter()
        .filter_map(|(sender, counts)| Some((sender, usual(counts)?.0)));
    usual.collect()
}

/// Returns the messages of a session in the order asked for, each with its number from 1 in the
/// notification.
pub(in crate::view) fn ordered<'s>(
    session: &'s Session<'_>,
    order: Order,
) -> Vec<(usize, &'s Message<'s>)> {
    let mut messages: Vec<_> = (1..).zip(session.messages()).collect();
    if order == Order::Time {
        // A message without a time stays behind the one before it. The sort is stable, so messages
        // with equal times keep the order received.
        let mut latest = None;
        let times: Vec<_> = messages
            .iter()
            .map(|(_, message)| {
                latest = message.timestamp.or(latest);
                latest
            })
            .collect();
        messages.sort_by_key(|(number, _)| times[number - 1]);
    }
    messages
}
