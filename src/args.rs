//! The command line.

use std::path::PathBuf;

use chatlog::view::{Order, Part};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Inspects saved webhooks of chatbot sessions: what arrived, whether it is what it should be, and
/// what was said
#[derive(Debug, Parser)]
#[command(name = "chatlog", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all good · 1 something was checked and failed · 2 something could not be done";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows the conversation and a summary of the session
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
    /// Checks notifications against the documented schema
    #[command(visible_alias = "check", after_help = VALIDATE_EXAMPLES)]
    Validate(Validate),
}

const SHOW_EXAMPLES: &str = "\
Examples:
  chatlog show session.json                      the whole session
  tail -f captures.ndjson | chatlog show         each session as it arrives
  chatlog show --only summary archive/           a folder, in brief
  chatlog show --format json session.json | jq '.session.messages[].text'";

const VALIDATE_EXAMPLES: &str = "\
Examples:
  chatlog validate session.json                  every finding, and a count
  chatlog validate -q fixtures/ || exit 1        in a script: only problems are printed
  chatlog check --format json a.ndjson | jq 'select(.findings != [])'";

#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Files, folders, or `-` for standard input, which is also what none means
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Refuse a delivery of more than this many MiB
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_size: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Look {
    /// When to use colours; `NO_COLOR` and `CLICOLOR_FORCE` are heeded
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,

    /// The width in columns, instead of the terminal's
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) width: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Even into a pipe
    Always,
    /// Not at all
    Never,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// How to write the session
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,

    /// Show only this part
    #[arg(long, value_enum, value_name = "PART")]
    pub(crate) only: Option<Part>,

    /// The order of the messages
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = Order::Received)]
    pub(crate) sort: Order,

    /// The time zone: UTC, local, or a name such as Asia/Jakarta
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) tz: String,

    #[command(flatten)]
    pub(crate) look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// Tables, for people
    Table,
    /// One JSON object a line for each delivery
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// How to write the findings
    #[arg(long, value_enum, default_value_t = ValidateFormat::Human)]
    pub(crate) format: ValidateFormat,

    /// Print only problems
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ValidateFormat {
    /// A line for each finding, for people
    Human,
    /// One JSON object a line for each delivery
    Json,
}
