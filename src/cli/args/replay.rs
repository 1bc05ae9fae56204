//! The arguments of `replay`.

use chatlog::signature::Encoding;
use clap::{Args, ValueEnum, ValueHint};

use super::{DisplayArgs, Inputs, SchemeArgs, Secrets};

pub(super) const REPLAY_EXAMPLES: &str = "\
Examples:
  chatlog replay --to http://localhost:8080/hook captures/
  chatlog replay --to http://localhost:8080/hook session.har#2
  chatlog replay --to http://localhost:8080/hook --sign --secret-file key body.json

Exit codes: 0 every answer is 2xx · 1 another answer · 2 something could not be read, sent or answered";

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The http URL to send to; its path and query replace those of the captures
    ///
    /// A user and password in it become an Authorization header. For https, send to a local proxy
    /// that adds TLS.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) to: String,

    /// Allow a URL on another machine; credentials in the captures are not sent there
    ///
    /// These are the headers Authorization and Cookie. The signature is sent.
    #[arg(long)]
    pub(crate) allow_remote: bool,

    /// How many seconds a delivery may take, up to the end of its answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_hint = ValueHint::Other,
          value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) timeout: u32,

    /// Stop at the first delivery that is not accepted
    #[arg(long)]
    pub(crate) fail_fast: bool,

    /// How to print the answers
    #[arg(long, value_enum, default_value_t = ReplayFormat::Human)]
    pub(crate) format: ReplayFormat,

    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// Sign the deliveries anew, with a secret of the options below
    #[arg(long, help_heading = "Signature")]
    pub(crate) sign: bool,

    /// How to encode the new signatures
    #[arg(long, value_enum, default_value_t = Encoding::Hex, help_heading = "Signature", requires = "sign")]
    pub(crate) encoding: Encoding,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

    #[command(flatten)]
    pub(crate) secrets: Secrets,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReplayFormat {
    /// One line for each answer, for people
    Human,
    /// One JSON object for each delivery, for programs
    Json,
}
