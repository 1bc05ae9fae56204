//! The command line as clap knows it: commands, options and their help.
//!
//! Every doc comment of a command, an option or a value is its help text: one line, in the
//! imperative or as a noun phrase, without a full stop. A second paragraph is shown only by
//! `--help`.
//!
//! Options are grouped in structs by what they are about ([`Inputs`], [`SignatureArgs`],
//! [`LevelArgs`], …), so that all commands that take them describe them in the same words. Each
//! command's own arguments are in a module of its name, with the examples of its help.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are help texts, not Markdown"
)]

mod display;
mod documents;
mod export;
mod filter;
mod findings;
mod groups;
mod list;
#[cfg(feature = "listen")]
mod listen;
mod reading;
mod redact;
mod redaction;
#[cfg(feature = "listen")]
mod replay;
mod sample;
mod show;
mod sign;
mod signature;
mod stats;
mod validate;
mod verify;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueHint};

pub(crate) use self::display::{DisplayArgs, Hyperlinks, SessionArgs, ZoneArgs};
use self::documents::{COMPLETIONS_EXAMPLES, EXPLAIN_EXAMPLES, MAN_EXAMPLES, SCHEMA_EXAMPLES};
pub(crate) use self::documents::{Completions, Explain, Man, SchemaArgs};
use self::export::EXPORT_EXAMPLES;
pub(crate) use self::export::Export;
pub(crate) use self::filter::FilterArgs;
pub(crate) use self::findings::{LevelArgs, LimitArgs};
pub(crate) use self::groups::with_grouped_help;
use self::list::LIST_EXAMPLES;
pub(crate) use self::list::List;
#[cfg(feature = "listen")]
use self::listen::LISTEN_EXAMPLES;
#[cfg(feature = "listen")]
pub(crate) use self::listen::Listen;
pub(crate) use self::reading::{
    DECRYPT_KEY_FILE, DecryptArgs, DeliveryArgs, FollowArgs, InputArgs, Inputs, ProgressArgs,
};
use self::redact::REDACT_EXAMPLES;
pub(crate) use self::redact::Redact;
pub(crate) use self::redaction::{RedactArgs, RedactOptions};
#[cfg(feature = "listen")]
use self::replay::REPLAY_EXAMPLES;
#[cfg(feature = "listen")]
pub(crate) use self::replay::{Replay, ReplayFormat};
use self::sample::SAMPLE_EXAMPLES;
pub(crate) use self::sample::{Sample, SampleAs};
use self::show::SHOW_EXAMPLES;
pub(crate) use self::show::Show;
use self::sign::{EXTRACT_EXAMPLES, SIGN_EXAMPLES};
pub(crate) use self::sign::{Extract, Sign, SignAs};
pub(crate) use self::signature::{SchemeArgs, Secrets, SignatureArgs};
use self::stats::STATS_EXAMPLES;
pub(crate) use self::stats::{Stats, StatsFormat};
use self::validate::{CHECK_EXAMPLES, VALIDATE_EXAMPLES};
pub(crate) use self::validate::{Check, Validate};
use self::verify::VERIFY_EXAMPLES;
pub(crate) use self::verify::{Verify, VerifyFormat, VerifyScreen};

/// Inspect saved webhooks of chatbot sessions: show the conversation, check schema and signature
#[derive(Debug, Parser)]
#[command(name = "chatlog", version, arg_required_else_help = true, override_usage = USAGE, after_help = NOTES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// The arguments of the process. `-#N`, the N-th delivery of standard input, becomes `./-#N`,
/// because clap would take it for an option.
pub(crate) fn arguments() -> impl Iterator<Item = OsString> {
    std::env::args_os().map(|argument| match argument.to_str() {
        Some(text) if is_number_of_stdin(text) => format!("./{text}").into(),
        _ => argument,
    })
}

fn is_number_of_stdin(argument: &str) -> bool {
    let number = argument.strip_prefix("-#");
    let is_digits = |number: &str| number.bytes().all(|digit| digit.is_ascii_digit());
    number.is_some_and(|number| !number.is_empty() && is_digits(number))
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Project file")]
pub(crate) struct ConfigArgs {
    /// Use this project file instead of the nearest chatlog.toml in this folder or its parents
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,

    /// Do not read a project file
    #[arg(long, global = true, conflicts_with = "config")]
    pub(crate) no_config: bool,
}

/// The option that names a report.
pub(crate) const REPORT: &str = "--report";
/// The option that names where the output is written.
pub(crate) const OUTPUT: &str = "--output";

const USAGE: &str = "chatlog [OPTIONS] <COMMAND>
       chatlog [OPTIONS] [INPUT]...";

const NOTES: &str = "\
`chatlog FILE` and `… | chatlog` are short for `chatlog show`. To read a file that has the name of a
command, write ./show.

Exit codes: 0 all good · 1 a check failed · 2 something could not be done";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the conversation and a summary of the session
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
    /// List sessions, a row each: who, when, how they ended
    #[command(after_help = LIST_EXAMPLES)]
    List(List),
    /// Count sessions: how they ended, how long, what was picked
    #[command(after_help = STATS_EXAMPLES)]
    Stats(Stats),
    /// Check the schema and the signature in one reading
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Check notifications against the documented schema
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(Validate),
    /// Check signatures, and explain those that do not match
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Verify),
    /// Sign bodies as the sender would
    #[command(after_help = SIGN_EXAMPLES)]
    Sign(Sign),
    /// Make up notifications, to test receivers with
    #[command(after_help = SAMPLE_EXAMPLES)]
    Sample(Sample),
    /// Write the exact bytes of a body for other tools
    #[command(after_help = EXTRACT_EXAMPLES)]
    Extract(Extract),
    /// Write notifications without the people in them
    #[command(after_help = REDACT_EXAMPLES)]
    Redact(Redact),
    /// Write sessions, messages or findings as flat tables
    #[command(after_help = EXPORT_EXAMPLES, mut_arg("diagnose", |it| it.hide(true)))]
    Export(Export),
    /// Receive webhooks, keep their exact bytes and show them
    #[cfg(feature = "listen")]
    #[command(after_help = LISTEN_EXAMPLES)]
    Listen(Listen),
    /// Send saved deliveries again, byte for byte
    #[cfg(feature = "listen")]
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(Replay),
    /// Explain a rule: why it matters, with examples
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Print the JSON Schema of a notification or of the output
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),
    /// Print the manual pages
    #[command(after_help = MAN_EXAMPLES)]
    Man(Man),
}

impl Command {
    /// The name on the command line.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Show(_) => "show",
            Self::List(_) => "list",
            Self::Stats(_) => "stats",
            Self::Check(_) => "check",
            Self::Validate(_) => "validate",
            Self::Verify(_) => "verify",
            Self::Sign(_) => "sign",
            Self::Sample(_) => "sample",
            Self::Extract(_) => "extract",
            Self::Redact(_) => "redact",
            Self::Export(_) => "export",
            #[cfg(feature = "listen")]
            Self::Listen(_) => "listen",
            #[cfg(feature = "listen")]
            Self::Replay(_) => "replay",
            Self::Explain(_) => "explain",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }

    /// The files that the command writes, each with its option.
    pub(crate) fn outputs(&self) -> Vec<(&'static str, &Path)> {
        let reports = match self {
            Self::Show(args) => {
                return args.file().map(|path| (OUTPUT, path)).into_iter().collect();
            }
            Self::Redact(args) => {
                return args.file().map(|path| (OUTPUT, path)).into_iter().collect();
            }
            Self::Export(args) => {
                return args.file().map(|path| (OUTPUT, path)).into_iter().collect();
            }
            Self::Check(args) => &args.validate.report[..],
            Self::Validate(args) => &args.report,
            Self::Verify(args) => &args.report,
            _ => &[],
        };
        let reports = reports.iter();
        reports.map(|(_, path)| (REPORT, path.as_path())).collect()
    }

    /// The folder that the command writes files to, if there is one.
    pub(crate) fn output_folder(&self) -> Option<&Path> {
        match self {
            Self::Show(args) => args.folder(),
            Self::Redact(args) => args.folder(),
            _ => None,
        }
    }

    /// The inputs that are named; `None` if the command takes no inputs.
    pub(crate) fn inputs(&self) -> Option<&[PathBuf]> {
        match self {
            Self::Show(args) => Some(&args.deliveries.inputs.inputs),
            Self::List(args) => Some(&args.deliveries.inputs.inputs),
            Self::Stats(args) => Some(&args.deliveries.inputs.inputs),
            Self::Check(args) => Some(&args.validate.deliveries.inputs.inputs),
            Self::Validate(args) => Some(&args.deliveries.inputs.inputs),
            Self::Verify(args) => Some(&args.deliveries.inputs.inputs),
            Self::Sign(args) => Some(&args.inputs.inputs),
            Self::Extract(args) => Some(std::slice::from_ref(&args.source)),
            Self::Redact(args) => Some(&args.inputs.inputs),
            Self::Export(args) => Some(&args.deliveries.inputs.inputs),
            #[cfg(feature = "listen")]
            Self::Listen(_) => None,
            #[cfg(feature = "listen")]
            Self::Replay(args) => Some(&args.inputs.inputs),
            Self::Sample(_)
            | Self::Explain(_)
            | Self::Schema(_)
            | Self::Completions(_)
            | Self::Man(_) => None,
        }
    }

    /// The other files that the command reads, each with its option; `-` is standard input.
    pub(crate) fn named_files(&self) -> Vec<(&'static str, &Path)> {
        match self {
            Self::Show(args) => named_files(&args.signature.secrets, &args.decrypt, &args.redact),
            Self::List(args) => named_files(&args.signature.secrets, &args.decrypt, &args.redact),
            Self::Stats(args) => [args.signature.secrets.named(), args.decrypt.named()].concat(),
            Self::Check(args) => {
                [args.validate.named_files(), args.signature.secrets.named()].concat()
            }
            Self::Validate(args) => args.named_files(),
            Self::Verify(args) => named_files(&args.signature.secrets, &args.decrypt, &args.redact),
            Self::Redact(args) => args.options.named(),
            Self::Export(args) => named_files(&args.signature.secrets, &args.decrypt, &args.redact),
            #[cfg(feature = "listen")]
            Self::Replay(args) => args.secrets.named(),
            Self::Sign(args) => args.secrets.named(),
            Self::Sample(args) => args.secrets.named(),
            Self::Extract(args) => args.decrypt.named(),
            #[cfg(feature = "listen")]
            Self::Listen(args) => args.named_files(),
            Self::Explain(_) | Self::Schema(_) | Self::Completions(_) | Self::Man(_) => Vec::new(),
        }
    }
}

fn named_files<'a>(
    secrets: &'a Secrets,
    decrypt: &'a DecryptArgs,
    redact: &'a RedactArgs,
) -> Vec<(&'static str, &'a Path)> {
    [secrets.named(), decrypt.named(), redact.named()].concat()
}

/// Whether an output is a folder: one that exists, or a name that ends as only folders do.
fn is_folder(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::is_separator) || path.is_dir()
}
