//! The arguments of `sample`.

use chatlog::sample::Invalid;
use clap::{Args, ValueEnum, ValueHint};

use super::{SchemeArgs, Secrets};
use crate::cli::completion::invalid;

pub(super) const SAMPLE_EXAMPLES: &str = "\
Examples:
  chatlog sample | chatlog                       a conversation that never took place
  chatlog sample --count 100000 > archive.ndjson
  chatlog sample --count 100 --invalid 5% | chatlog validate
  chatlog sample --as http --secret-file key | nc localhost 8080";

#[derive(Debug, Args)]
pub(crate) struct Sample {
    /// How many notifications to make
    #[arg(long, value_name = "N", default_value_t = 1, value_hint = ValueHint::Other)]
    pub(crate) count: u64,

    /// Make other notifications; the same seed gives the same bytes everywhere
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_hint = ValueHint::Other)]
    pub(crate) seed: u64,

    /// Break these rules in turn, each notification one of them, or break a share of the
    /// notifications: RULE,... or a number such as 0.05 or 5%
    ///
    /// `chatlog explain` lists the rules. Those on signatures need a secret, and --as http or --as
    /// envelope. For `contract`, the notification breaks the schema of its explanation: it lacks
    /// the variable `order_id`.
    #[arg(
        long,
        value_name = "RULES|RATE",
        hide_possible_values = true,
        value_parser = invalid(str::parse::<Invalid>)
    )]
    pub(crate) invalid: Option<Invalid>,

    /// What to write for each notification
    #[arg(long = "as", value_enum, value_name = "WHAT", default_value_t = SampleAs::Body)]
    pub(crate) write_as: SampleAs,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

    #[command(flatten)]
    pub(crate) secrets: Secrets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SampleAs {
    /// The notification on a line
    Body,
    /// The HTTP request, signed if there is a secret
    Http,
    /// A line of JSON with the method, the headers and the body of the request
    Envelope,
}
