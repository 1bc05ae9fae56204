//! The command line.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are help texts, not Markdown"
)]

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use chatlog::capture::{Format as CaptureFormat, Limits};
use chatlog::finding::{Level, Rule, nearest};
use chatlog::signature::{Encoding, HEADER, Scheme};
use chatlog::view::findings::Format;
use chatlog::view::{Order, Part};
use clap::{ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::config::Config;

/// Inspects saved webhooks of chatbot sessions: what arrived, whether it is what it should be, and
/// what was said
#[derive(Debug, Parser)]
#[command(name = "chatlog", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// The arguments, with `-#N` spelled as clap can read it: what begins with `-` is an option to it.
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
    /// The project file, instead of the nearest chatlog.toml upward from the working folder
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Read no project file
    #[arg(long, global = true, conflicts_with = "config")]
    pub(crate) no_config: bool,
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
    /// Explains a rule: why it matters, a wrong and a right example, how to silence it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Prints the JSON Schema of the notification, or of this program's own JSON
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(SchemaArgs),
    /// Prints a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),
    /// Prints the manual pages
    #[command(after_help = MAN_EXAMPLES)]
    Man(Man),
}

impl Command {
    /// The name that it is called by.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Show(_) => "show",
            Self::Validate(_) => "validate",
            Self::Verify(_) => "verify",
            Self::Sign(_) => "sign",
            Self::Extract(_) => "extract",
            Self::Explain(_) => "explain",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
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
  chatlog sign --secret-file key --as curl --url http://localhost:8080/hook body.json | bash";

const EXTRACT_EXAMPLES: &str = "\
Examples:
  chatlog extract session.har --select 2 | openssl dgst -sha256 -hmac \"$SECRET\"
  chatlog extract --headers request.http";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  chatlog explain                                every rule, in a table
  chatlog explain dangling-reply                 one rule";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  chatlog schema > notification.schema.json
  chatlog schema --output | jq .properties";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  chatlog completions bash > ~/.local/share/bash-completion/completions/chatlog
  chatlog completions zsh > ~/.zfunc/_chatlog
  chatlog completions fish > ~/.config/fish/completions/chatlog.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  chatlog man | man -l -                         all pages, one after another
  chatlog man --dir ~/.local/share/man/man1      a file for each command";

#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Files, folders or `-`, each perhaps with #N behind it for its N-th delivery; reads standard
    /// input if none is given
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) reading: InputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
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

impl InputArgs {
    /// What one delivery may cost.
    pub(crate) fn limits(&self) -> Limits {
        let mebibytes = usize::try_from(self.max_size).unwrap_or(usize::MAX);
        Limits {
            max_body: mebibytes.saturating_mul(1 << 20),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Look {
    /// When to use colours: auto unless the project file says so; NO_COLOR and CLICOLOR_FORCE are
    /// heeded
    #[arg(long, value_enum, value_name = "WHEN", help_heading = "Look")]
    pub(crate) color: Option<Color>,

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
    /// A file that holds the secret; one line break at its end is cut. Secrets count from 1: files,
    /// then variables, standard input and values
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
    /// The default is hmac-sha256:{body}.
    #[arg(
        long,
        value_name = "SCHEME",
        env = "CHATLOG_SCHEME",
        hide_env_values = true
    )]
    pub(crate) scheme: Option<Scheme>,

    /// The header that holds the signature, X-AIRudder-Sign by default
    #[arg(long, value_name = "NAME")]
    pub(crate) header_name: Option<String>,
}

impl SchemeArgs {
    /// The scheme: an option beats the environment, and that the project file.
    pub(crate) fn scheme(&self, config: &Config) -> Scheme {
        self.scheme
            .clone()
            .or_else(|| config.scheme.clone())
            .unwrap_or_default()
    }

    /// The name of the header that holds the signature.
    pub(crate) fn header_name<'a>(&'a self, config: &'a Config) -> &'a str {
        self.header_name
            .as_deref()
            .or(config.header_name.as_deref())
            .unwrap_or(HEADER)
    }
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

    /// The time zone: UTC (the default), local, or a name such as Asia/Jakarta
    #[arg(long, value_name = "ZONE")]
    pub(crate) tz: Option<String>,

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
    #[arg(long, value_enum, default_value_t = Format::Full)]
    pub(crate) format: Format,

    /// Print only problems
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Also write the findings to a file, such as sarif=findings.sarif; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report)]
    pub(crate) report: Vec<(Format, PathBuf)>,

    /// Also check against this JSON Schema of your own; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Vec<PathBuf>,

    /// Stop at the first delivery that fails
    #[arg(long)]
    pub(crate) fail_fast: bool,

    /// Write at most this many findings of each delivery, and count the rest
    #[arg(long, value_name = "N")]
    pub(crate) max_findings: Option<usize>,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,

    #[command(flatten)]
    pub(crate) look: Look,
}

fn report(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) = text
        .split_once('=')
        .ok_or("expected FORMAT=FILE, such as junit=report.xml")?;
    if path.is_empty() {
        return Err("expected a file after `=`".to_owned());
    }
    Ok((
        Format::from_str(format, false).map_err(|_| unknown_format(format))?,
        path.into(),
    ))
}

fn unknown_format(word: &str) -> String {
    let names = || {
        Format::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
    };
    let names: Vec<String> = names().map(|value| value.get_name().to_owned()).collect();
    match nearest(word, names.iter().map(String::as_str)) {
        Some(near) => format!("`{word}` is no format: did you mean `{near}`?"),
        None => format!(
            "`{word}` is no format: expected one of {}",
            names.join(", ")
        ),
    }
}

/// The levels of rules, in the order in which they were given: the last one for a rule counts.
#[derive(Debug, Default)]
pub(crate) struct LevelArgs {
    pub(crate) set: Vec<(Rule, Level)>,
    pub(crate) strict: bool,
}

/// The options of [`LevelArgs`] as clap knows them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
struct LevelOptions {
    /// Make an error of what a rule finds
    #[arg(
        short = 'D',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    deny: Vec<Rule>,

    /// Make a warning of what a rule finds
    #[arg(
        short = 'W',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    warn: Vec<Rule>,

    /// Do not look for what a rule finds; `chatlog explain` lists the rules
    #[arg(
        short = 'A',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    allow: Vec<Rule>,

    /// Make errors of all warnings
    #[arg(long)]
    strict: bool,
}

impl Args for LevelArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        LevelOptions::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        LevelOptions::augment_args_for_update(command)
    }
}

impl FromArgMatches for LevelArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut args = Self::default();
        args.update_from_arg_matches(matches)?;
        Ok(args)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let options = LevelOptions::from_arg_matches(matches)?;
        let given = [
            ("deny", options.deny, Level::Deny),
            ("warn", options.warn, Level::Warn),
            ("allow", options.allow, Level::Allow),
        ];
        let mut set: Vec<(usize, Rule, Level)> = Vec::new();
        for (name, rules, level) in given {
            let places = matches.indices_of(name).into_iter().flatten();
            set.extend(places.zip(rules).map(|(place, rule)| (place, rule, level)));
        }
        set.sort_by_key(|(place, ..)| *place);
        self.set = set
            .into_iter()
            .map(|(_, rule, level)| (rule, level))
            .collect();
        self.strict = options.strict;
        Ok(())
    }
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
    /// A file or `-`, perhaps with #N behind it for its N-th delivery; reads standard input if none
    /// is given
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(crate) source: PathBuf,

    /// Which delivery of the input, from 1; needed where there are several
    #[arg(long, value_name = "N")]
    pub(crate) select: Option<NonZeroUsize>,

    /// Write the headers instead
    #[arg(long)]
    pub(crate) headers: bool,

    /// Write the body decoded, where it has a content encoding
    #[arg(long, conflicts_with = "headers")]
    pub(crate) decoded: bool,

    #[command(flatten)]
    pub(crate) reading: InputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rule; all of them in a table without one
    #[arg(value_enum, value_name = "RULE", hide_possible_values = true)]
    pub(crate) rule: Option<Rule>,

    #[command(flatten)]
    pub(crate) look: Look,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The schema of the lines that `--format json` writes
    #[arg(long)]
    pub(crate) output: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write a file for each page into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
}
