//! Which sessions are read out of many.

use std::num::NonZeroUsize;

use anyhow::{Context, Result, ensure};
use chatlog::archive::{Filter, Words};
use chatlog::finding::Rule;
use chatlog::json::Enumeration;
use chatlog::notification::{ContentType, EndReason, MessageStatus, Sender};
use chatlog::signature::Verdict;
use chatlog::view::Zone;
use clap::{Args, ValueHint};
use jiff::Timestamp;

use crate::cli::completion::words;
use crate::cli::time_bound::{self, TimeBound};

/// Conditions on sessions: several of a kind are alternatives, and those of different kinds must all be
/// met.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// Only sessions that started at this time or later: 2025-10-20, 2025-10-20T08:00:00Z, or 2h, 7d for
    /// so long ago
    #[arg(long, value_name = "TIME", value_parser = time_bound::parse, value_hint = ValueHint::Other)]
    since: Option<TimeBound>,

    /// Only sessions that started at this time or earlier; a date includes that day
    #[arg(long, value_name = "TIME", value_parser = time_bound::parse, value_hint = ValueHint::Other)]
    until: Option<TimeBound>,

    /// Only sessions with this phone number, of which only the digits count
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    callee: Vec<String>,

    /// Only sessions of a workflow with this in its name, or with this id
    ///
    /// Several filters of a kind are alternatives: --workflow a --workflow b is either of them. Filters
    /// of different kinds must all be met. Case is ignored unless the value has a capital letter.
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    workflow: Vec<String>,

    /// Only sessions on this channel, such as WhatsApp
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    channel: Vec<String>,

    /// Only sessions with this intention
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    intention: Vec<String>,

    /// Only sessions that ended for this reason, such as agent
    #[arg(long, value_name = "REASON", hide_possible_values = true, value_parser = words(known::<EndReason>))]
    end_reason: Vec<String>,

    /// Only sessions with this status, or with a message that has it, such as read
    #[arg(long, value_name = "STATUS", hide_possible_values = true, value_parser = words(known::<MessageStatus>))]
    status: Vec<String>,

    /// Only sessions with a message of this sender, such as user
    ///
    /// --sender, --type, --contains and the --status of a message are about the same message.
    #[arg(long, value_name = "SENDER", hide_possible_values = true, value_parser = words(known::<Sender>))]
    sender: Vec<String>,

    /// Only sessions with a message of this content type, such as image
    #[arg(long = "type", value_name = "TYPE", hide_possible_values = true, value_parser = words(content_types))]
    content_type: Vec<String>,

    /// Only sessions that a human took over
    #[arg(long)]
    handed_over: bool,

    /// Only sessions with a message that says this; case counts if it has a capital letter
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_hint = ValueHint::Other)]
    contains: Vec<String>,

    /// Only sessions in which this variable, slot, label or field has this value
    #[arg(long = "where", value_name = "NAME=VALUE", value_parser = pair, value_hint = ValueHint::Other)]
    values: Vec<(String, String)>,

    /// Only deliveries with a finding, or with one of this rule
    #[arg(long, value_enum, value_name = "RULE", num_args = 0..=1, require_equals = true,
          hide_possible_values = true)]
    has_findings: Option<Vec<Rule>>,

    /// Only deliveries with this verdict on their signature
    #[arg(long, value_enum, value_name = "VERDICT", hide_possible_values = true)]
    verdict: Vec<Verdict>,

    /// Leave out deliveries that were delivered again: of those with the same call_id and
    /// session_end_time, keep the last
    ///
    /// The inputs are read twice, and some 40 bytes are kept in memory for each delivery.
    #[arg(long)]
    dedupe: bool,

    /// Stop after N deliveries; those that filters leave out do not count
    #[arg(long, value_name = "N", value_hint = ValueHint::Other)]
    limit: Option<NonZeroUsize>,
}

impl FilterArgs {
    /// The most deliveries to process.
    pub(crate) fn limit(&self) -> Option<NonZeroUsize> {
        self.limit
    }

    /// Whether only the last delivery of each session is wanted.
    pub(crate) fn dedupe(&self) -> bool {
        self.dedupe
    }

    /// The filter. Dates are days in `zone`; `verifies` is whether the command checks signatures.
    ///
    /// # Errors
    /// A time is out of range, or a condition is about something that the command does not do.
    pub(crate) fn filter(&self, zone: &Zone, verifies: bool) -> Result<Filter> {
        ensure!(
            verifies || self.verdict.is_empty(),
            "--verdict: this command does not check signatures, or has no secret: see check, verify, show and list"
        );
        let now = Timestamp::now();
        let since = self
            .since
            .map(|bound| bound.start(zone, now).context("--since: out of range"));
        let until = self
            .until
            .map(|bound| bound.end(zone, now).context("--until: out of range"));
        let all = |texts: &[String]| {
            texts
                .iter()
                .map(|text| Words::from(text.as_str()))
                .collect()
        };
        let values = self.values.iter();
        Ok(Filter {
            since: since.transpose()?,
            until: until.transpose()?,
            callees: self.callee.clone(),
            workflows: all(&self.workflow),
            channels: all(&self.channel),
            intentions: all(&self.intention),
            end_reasons: all(&self.end_reason),
            statuses: all(&self.status),
            senders: all(&self.sender),
            types: all(&self.content_type),
            texts: all(&self.contains),
            is_handed_over: self.handed_over,
            values: values
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect(),
            findings: self.has_findings.clone(),
            verdicts: self.verdict.clone(),
        })
    }
}

/// The documented words of a set.
fn known<E: Enumeration>() -> Vec<String> {
    E::WORDS
        .iter()
        .map(|(word, _)| (*word).to_owned())
        .collect()
}

fn content_types() -> Vec<String> {
    ContentType::WORDS
        .iter()
        .map(|(word, _)| (*word).to_owned())
        .collect()
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or("expected NAME=VALUE, such as city=Bandung")?;
    Ok((name.to_owned(), value.to_owned()))
}
