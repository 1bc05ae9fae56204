//! The command line.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are help texts, not Markdown"
)]

use std::path::PathBuf;

use chatlog::capture::Format as CaptureFormat;
use chatlog::signature::{Encoding, HEADER, Scheme};
use chatlog::view::{Order, Part};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

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
    /// Checks signatures, and says why one does not match
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Verify),
    /// Signs bodies, as the sender would
    #[command(after_help = SIGN_EXAMPLES)]
    Sign(Sign),
    /// Writes the exact bytes of a body, for other tools
    #[command(after_help = EXTRACT_EXAMPLES)]
    Extract(Extract),
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

const VERIFY_EXAMPLES: &str = "\
Examples:
  CHATLOG_SECRET=… chatlog verify request.http   the header that came with it
  chatlog verify --secret-file key --signature 5f1c… body.json
  chatlog verify --discover --secret-file key good.http
  chatlog verify --scheme 'hmac-sha512:{timestamp}.{body}' --secret-env KEY captures/";

const SIGN_EXAMPLES: &str = "\
Examples:
  chatlog sign --secret-file key body.json       the header to send
  chatlog sign --secret-file key --as http body.json > request.http
  chatlog sign --secret-file key --as curl --url http://localhost:8080/hook body.json | sh";

const EXTRACT_EXAMPLES: &str = "\
Examples:
  chatlog extract session.har --select 2 | openssl dgst -sha256 -hmac \"$SECRET\"
  chatlog extract --headers request.http";

#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Files, folders, or `-` for standard input, which is also what none means
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// How the captures are laid out, instead of finding out
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        hide_possible_values = true,
        help_heading = "Reading"
    )]
    pub(crate) input: Option<CaptureFormat>,

    /// Refuse a delivery of more than this many MiB
    #[arg(long, value_name = "MIB", default_value_t = 256, help_heading = "Reading",
          value_parser = clap::value_parser!(u32).range(1..=16_384))]
    pub(crate) max_size: u32,

    /// Say how each input was read, and what was skipped
    #[arg(short, long, help_heading = "Reading")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Look {
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are heeded
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, help_heading = "Look")]
    pub(crate) color: Color,

    /// The width in columns, instead of the terminal's
    #[arg(long, value_name = "COLUMNS", help_heading = "Look", value_parser = clap::value_parser!(u16).range(1..=1000))]
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

/// Where secrets come from. They are tried in the order of these options.
#[derive(Debug, Args)]
#[command(next_help_heading = "Secret")]
pub(crate) struct Secrets {
    /// A file that holds the secret; one line break at its end is cut
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Vec<PathBuf>,

    /// A variable of the environment that holds the secret; CHATLOG_SECRET is used if no secret is
    /// named
    #[arg(long, value_name = "NAME")]
    pub(crate) secret_env: Vec<String>,

    /// Read the secret from standard input
    #[arg(long)]
    pub(crate) secret_stdin: bool,

    /// The secret itself, which other users of this machine can then see
    #[arg(long, value_name = "VALUE")]
    pub(crate) secret: Vec<Hidden>,
}

/// A secret on its way: it is not printed by accident.
#[derive(Clone)]
pub(crate) struct Hidden(pub(crate) String);

impl From<String> for Hidden {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Signature")]
pub(crate) struct SchemeArgs {
    /// How signatures are made: ALGORITHM[:TEMPLATE], such as hmac-sha256:{timestamp}.{body}
    ///
    /// The vendor does not publish its scheme. Algorithms: hmac-sha256, -sha1, -sha384, -sha512, -md5,
    /// and the plain hashes of these names, whose template holds {secret}. Pieces of a template:
    /// {body} {secret} {timestamp} {header:NAME} {method} {path} and any text.
    #[arg(
        long,
        value_name = "SCHEME",
        env = "CHATLOG_SCHEME",
        default_value = "hmac-sha256:{body}"
    )]
    pub(crate) scheme: Scheme,

    /// The header that holds the signature
    #[arg(long, value_name = "NAME", default_value = HEADER)]
    pub(crate) header_name: String,
}

#[derive(Debug, Args)]
pub(crate) struct SignatureArgs {
    #[command(flatten)]
    pub(crate) secrets: Secrets,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

    /// The signature, instead of the one in a header or in the file NAME.sig beside NAME
    #[arg(long, value_name = "VALUE", help_heading = "Signature")]
    pub(crate) signature: Vec<String>,

    /// A header that every delivery came with
    #[arg(long, value_name = "NAME: VALUE", help_heading = "Signature", value_parser = header)]
    pub(crate) header: Vec<(String, String)>,
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected `Name: value`")?;
    if name.trim().is_empty() {
        return Err("expected a name before the colon".to_owned());
    }
    Ok((name.trim().to_owned(), value.trim().to_owned()))
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
    pub(crate) signature: SignatureArgs,

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
    pub(crate) signature: SignatureArgs,

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

#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// How to write the verdicts
    #[arg(long, value_enum, default_value_t = VerifyFormat::Human)]
    pub(crate) format: VerifyFormat,

    /// Print only what is not valid
    #[arg(short, long, action = ArgAction::SetTrue)]
    pub(crate) quiet: bool,

    /// Find the scheme that fits every delivery, of a catalogue of common ones
    #[arg(long)]
    pub(crate) discover: bool,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,

    #[command(flatten)]
    pub(crate) look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerifyFormat {
    /// A line for each delivery, for people
    Human,
    /// One JSON object a line for each delivery
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// What to write
    #[arg(long = "as", value_enum, value_name = "WHAT", default_value_t = SignAs::Header)]
    pub(crate) write_as: SignAs,

    /// How the signature is written
    #[arg(long, value_enum, default_value_t = Encoding::Hex)]
    pub(crate) encoding: Encoding,

    /// Where the request goes, for `curl` and `http`
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080/")]
    pub(crate) url: String,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

    #[command(flatten)]
    pub(crate) secrets: Secrets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignAs {
    /// The header's name and value
    Header,
    /// The value alone
    Value,
    /// A curl command that sends the request
    Curl,
    /// The whole request
    Http,
}

#[derive(Debug, Args)]
pub(crate) struct Extract {
    /// A file, or `-` for standard input
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(crate) source: PathBuf,

    /// Which delivery of the input, from 1; needed where there are several
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) select: Option<u64>,

    /// Write the headers instead
    #[arg(long)]
    pub(crate) headers: bool,

    /// Write the body decoded, where it has a content encoding
    #[arg(long, conflicts_with = "headers")]
    pub(crate) decoded: bool,

    #[command(flatten)]
    pub(crate) reading: Reading,
}
