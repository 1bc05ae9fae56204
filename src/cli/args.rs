//! The command line as clap knows it: commands, options and their help.
//!
//! Every doc comment of a command, an option or a value is its help text: one line, in the
//! imperative or as a noun phrase, without a full stop. A second paragraph is shown only by
//! `--help`.
//!
//! Options are grouped in structs by what they are about ([`Inputs`], [`SignatureArgs`],
//! [`LevelArgs`], …), so that all commands that take them describe them in the same words.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are help texts, not Markdown"
)]

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chatlog::capture::Limits;
use chatlog::delivery::CaptureFormat;
use chatlog::delivery::Headers;
use chatlog::diagnosis::Budget;
use chatlog::finding::{FindingLimit, Level, Rule, nearest};
use chatlog::signature::{Encoding, Scheme};
use chatlog::view::findings::ReportFormat;
use chatlog::view::{Order, Part, SessionFormat, Zone};
use clap::builder::PossibleValue;
use clap::{ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint};
use zeroize::Zeroizing;

use crate::cli::color::Color;
use crate::cli::completion::{budgets, reports, schemes, zones};
use crate::cli::time_zone;

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
    /// Check the schema and the signature of each delivery
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Check notifications against the documented schema, but not their signatures
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(Validate),
    /// Check only signatures, and explain those that do not match
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Verify),
    /// Sign bodies as the sender would
    #[command(after_help = SIGN_EXAMPLES)]
    Sign(Sign),
    /// Write the exact bytes of a body for other tools
    #[command(after_help = EXTRACT_EXAMPLES)]
    Extract(Extract),
    /// Write notifications of the same shape without the people in them
    #[command(after_help = REDACT_EXAMPLES)]
    Redact(Redact),
    /// Explain a rule: why it matters, examples, and how to silence it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Print the JSON Schema of a notification or of the JSON output
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
            Self::Check(_) => "check",
            Self::Validate(_) => "validate",
            Self::Verify(_) => "verify",
            Self::Sign(_) => "sign",
            Self::Extract(_) => "extract",
            Self::Redact(_) => "redact",
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
            Self::Show(args) => Some(&args.inputs.inputs),
            Self::Check(args) => Some(&args.validate.inputs.inputs),
            Self::Validate(args) => Some(&args.inputs.inputs),
            Self::Verify(args) => Some(&args.inputs.inputs),
            Self::Sign(args) => Some(&args.inputs.inputs),
            Self::Extract(args) => Some(std::slice::from_ref(&args.source)),
            Self::Redact(args) => Some(&args.inputs.inputs),
            Self::Explain(_) | Self::Schema(_) | Self::Completions(_) | Self::Man(_) => None,
        }
    }

    /// The other files that the command reads, each with its option; `-` is standard input.
    pub(crate) fn named_files(&self) -> Vec<(&'static str, &Path)> {
        match self {
            Self::Show(args) => named_files(&args.signature.secrets, &args.decrypt, &args.redact),
            Self::Check(args) => {
                [args.validate.named_files(), args.signature.secrets.named()].concat()
            }
            Self::Validate(args) => args.named_files(),
            Self::Verify(args) => named_files(&args.signature.secrets, &args.decrypt, &args.redact),
            Self::Redact(args) => args.options.named(),
            Self::Sign(args) => args.secrets.named(),
            Self::Extract(args) => args.decrypt.named(),
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

const SHOW_EXAMPLES: &str = "\
Examples:
  chatlog show session.json                      the whole session
  tail -f captures.ndjson | chatlog show         each session as it arrives
  chatlog show --only summary archive/           only the summaries of a folder
  chatlog show --format text session.json        to paste into a ticket
  chatlog show archive/ --output pages/          a web page for each session, and an index
  chatlog show --format json session.json | jq '.session.messages[].text'";

const CHECK_EXAMPLES: &str = "\
Examples:
  CHATLOG_SECRET=… chatlog check request.http    schema and signature
  chatlog check --format github tests/fixtures   in CI: annotations
  chatlog check --secret-file key --report junit=report.xml tests/fixtures
  chatlog check --secret-file key --format json a.ndjson | jq 'select(.findings != [])'";

const VALIDATE_EXAMPLES: &str = "\
Examples:
  chatlog validate session.json                  every finding and a count
  chatlog validate -q fixtures/ || exit 1        in a script: print only problems
  chatlog validate --format json a.ndjson | jq 'select(.findings != [])'";

const VERIFY_EXAMPLES: &str = "\
Examples:
  CHATLOG_SECRET=… chatlog verify request.http   the signature in its header
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

const REDACT_EXAMPLES: &str = "\
Examples:
  chatlog redact session.json --output fixture.json
  chatlog redact --redact-text captures/ --output fixtures/
  chatlog redact --keep order_id session.har --output - | chatlog show";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  chatlog explain                                a table of all rules
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
  chatlog man | man -l -                         all pages
  chatlog man --dir ~/.local/share/man/man1      a file for each command";

#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Files, folders, zip or tar archives, files in one (`x.zip/in/it.json`) or `-`, optionally
    /// followed by #N for the N-th delivery; reads standard input if none is given
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) reading: InputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Read inputs as this format instead of detecting it
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        hide_possible_values = true,
        help_heading = "Reading"
    )]
    pub(crate) input: Option<CaptureFormat>,

    /// Reject deliveries of more than this many MiB
    #[arg(long, value_name = "MIB", default_value_t = 256, help_heading = "Reading", value_hint = ValueHint::Other,
          value_parser = clap::value_parser!(u32).range(1..=16_384))]
    pub(crate) max_size: u32,

    /// Report how each input was read and what was skipped
    #[arg(short, long, help_heading = "Reading")]
    pub(crate) verbose: bool,
}

impl InputArgs {
    /// The limits on one delivery.
    pub(crate) fn limits(&self) -> Limits {
        let mebibytes = usize::try_from(self.max_size).unwrap_or(usize::MAX);
        Limits {
            max_body: mebibytes.saturating_mul(1 << 20),
        }
    }
}

/// How many workers inspect deliveries.
#[derive(Debug, Args)]
pub(crate) struct JobsArgs {
    /// Inspect deliveries in this many threads [default: one for each core]; the output is the same
    #[arg(short, long, value_name = "N", help_heading = "Reading", value_hint = ValueHint::Other)]
    jobs: Option<NonZeroUsize>,
}

impl JobsArgs {
    /// The number of workers, if the user gave it.
    pub(crate) fn jobs(&self) -> Option<NonZeroUsize> {
        self.jobs
    }
}

#[derive(Debug, Args)]
pub(crate) struct DisplayArgs {
    /// When to use colours [default: auto, or the project file's setting]; respects NO_COLOR
    /// and CLICOLOR_FORCE
    #[arg(long, value_enum, value_name = "WHEN", help_heading = "Display")]
    pub(crate) color: Option<Color>,

    /// Use this many columns instead of the terminal's width
    #[arg(long, value_name = "COLUMNS", help_heading = "Display", value_hint = ValueHint::Other, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) width: Option<u16>,

    /// Do not show output that is longer than the screen in a pager
    ///
    /// The pager is the command in CHATLOG_PAGER or PAGER, or else less (none on Windows). An empty
    /// variable or `cat` means none. Only tables and lists for people are paged, only on a terminal,
    /// and never those of a stream.
    #[arg(long, help_heading = "Display")]
    pub(crate) no_pager: bool,
}

/// Where secrets come from, in the order in which they are tried.
#[derive(Debug, Args)]
#[command(next_help_heading = "Secret")]
pub(crate) struct Secrets {
    /// Read the secret from a file, ignoring a line break at its end; may be repeated
    ///
    /// Verdicts number the secrets from 1: files first, then environment variables, standard input
    /// and values.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) secret_file: Vec<PathBuf>,

    /// Read the secret from this environment variable [default: CHATLOG_SECRET, if there is no
    /// other secret option]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub(crate) secret_env: Vec<String>,

    /// Read the secret from standard input
    #[arg(long)]
    pub(crate) secret_stdin: bool,

    /// Use this secret; other users of the machine can see it
    #[arg(long, value_name = "VALUE", value_hint = ValueHint::Other)]
    pub(crate) secret: Vec<SecretArg>,
}

impl Secrets {
    fn named(&self) -> Vec<(&'static str, &Path)> {
        let files = self.secret_file.iter();
        let stdin = self
            .secret_stdin
            .then_some(("--secret-stdin", Path::new("-")));
        files
            .map(|path| ("--secret-file", path.as_path()))
            .chain(stdin)
            .collect()
    }
}

/// A secret from the command line. It is never printed, and is overwritten when it is dropped.
#[derive(Clone)]
pub(crate) struct SecretArg(Zeroizing<String>);

impl SecretArg {
    /// The secret itself.
    pub(crate) fn bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.as_bytes().to_vec())
    }
}

impl From<String> for SecretArg {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl std::fmt::Debug for SecretArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Signature")]
pub(crate) struct SchemeArgs {
    /// The signature scheme: ALGORITHM[:TEMPLATE], such as hmac-sha256:{timestamp}.{body}
    ///
    /// The vendor does not publish its scheme. The algorithms are hmac-sha256, hmac-sha1,
    /// hmac-sha384, hmac-sha512 and hmac-md5, and the plain hashes sha256, sha1, sha384, sha512 and
    /// md5, whose template must contain {secret}. A template is any text with these placeholders:
    /// {body} {encoded_body} {secret} {timestamp} {header:NAME} {method} {path}. It must contain
    /// {body}, the body as sent or decoded, or {encoded_body}, the body only as sent. Without this
    /// option, CHATLOG_SCHEME is used, or else hmac-sha256:{body}.
    #[arg(
        long,
        value_name = "SCHEME",
        hide_possible_values = true,
        value_parser = schemes(str::parse::<Scheme>)
    )]
    pub(crate) scheme: Option<Scheme>,

    /// The header that holds the signature [default: X-AIRudder-Sign]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other, value_parser = header_name)]
    pub(crate) header_name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SignatureArgs {
    #[command(flatten)]
    pub(crate) secrets: Secrets,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

    /// Check this signature instead of the one in the header or in NAME.sig next to the file NAME
    #[arg(long, value_name = "VALUE", help_heading = "Signature", value_hint = ValueHint::Other)]
    pub(crate) signature: Vec<String>,

    /// Add this header to every delivery
    #[arg(long, value_name = "NAME: VALUE", help_heading = "Signature", value_hint = ValueHint::Other, value_parser = header)]
    pub(crate) header: Vec<(String, String)>,

    /// How many failures to explain: all, none or a number [default: 20]
    ///
    /// Unless `all` is given, explaining stops after hashing 256 MiB.
    #[arg(long, value_name = "COUNT", help_heading = "Signature", hide_possible_values = true, value_parser = budgets(diagnose))]
    pub(crate) diagnose: Option<Budget>,
}

fn diagnose(text: &str) -> Result<Budget, String> {
    match text {
        "all" => Ok(Budget::unlimited()),
        "none" => Ok(Budget::of_failures(0)),
        number => match number.parse() {
            Ok(failures) => Ok(Budget::of_failures(failures)),
            Err(_) => Err("expected all, none or a number".to_owned()),
        },
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected `Name: value`")?;
    let name = header_name(name.trim()).map_err(|error| format!("before the colon: {error}"))?;
    Ok((name, value.trim().to_owned()))
}

fn header_name(name: &str) -> Result<String, &'static str> {
    if Headers::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err("expected a header name: letters, digits and any of !#$%&'*+-.^_`|~")
    }
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    #[command(flatten)]
    pub(crate) jobs: JobsArgs,

    /// How to print the session [default: table, or as the file of --output is named, or html in a
    /// folder]
    #[arg(long, value_enum)]
    format: Option<SessionFormat>,

    /// Write to this file, or a page for each session and an index to this folder; `-` is standard
    /// output
    ///
    /// A folder exists already, or its name ends with a slash. Files are replaced once they are
    /// complete; nothing else in the folder is touched.
    #[arg(short, long, value_name = "FILE|FOLDER", value_hint = ValueHint::AnyPath)]
    output: Option<PathBuf>,

    /// Show only this part of the session
    #[arg(long, value_enum, value_name = "PART")]
    pub(crate) only: Option<Part>,

    /// How to order the messages
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = Order::Received)]
    pub(crate) sort: Order,

    /// Show times in this zone: UTC, local, an offset such as +07:00 or a name such as Asia/Jakarta
    /// [default: UTC]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_possible_values = true,
          value_parser = zones(time_zone::parse))]
    pub(crate) tz: Option<Zone>,

    /// Show long texts in full
    #[arg(long)]
    pub(crate) full_text: bool,

    /// Also show ids, how the delivery was read, and the number, type and status of every message
    #[arg(long)]
    pub(crate) details: bool,

    /// When to show URLs as short hyperlinks
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Hyperlinks::Auto, help_heading = "Display")]
    pub(crate) hyperlinks: Hyperlinks,

    #[command(flatten)]
    pub(crate) limit: LimitArgs,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) redact: RedactArgs,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

impl Show {
    /// The format that is asked for, by its name or by the name of the file.
    pub(crate) fn format(&self) -> SessionFormat {
        let by_extension = |path: &Path| SessionFormat::of_extension(path.extension()?.to_str()?);
        self.format
            .or_else(|| self.folder().map(|_| SessionFormat::Html))
            .or_else(|| Some(by_extension(self.file()?).unwrap_or(SessionFormat::Text)))
            .unwrap_or(SessionFormat::Table)
    }

    /// The folder to write to, if it is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| is_folder(path))
    }

    /// The file to write to, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        let output = self.output.as_deref();
        output.filter(|path| path.as_os_str() != "-" && !is_folder(path))
    }
}

/// Whether an output is a folder: one that exists, or a name that ends as only folders do.
fn is_folder(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::is_separator) || path.is_dir()
}

/// When URLs are hyperlinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hyperlinks {
    /// On a terminal that knows them, unless the pager does not
    Auto,
    /// Even in a pipe or a file
    Always,
    /// Whole URLs
    Never,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    #[command(flatten)]
    pub(crate) jobs: JobsArgs,

    /// How to print the findings
    #[arg(long, value_enum, default_value_t = ReportFormat::Full)]
    pub(crate) format: ReportFormat,

    /// Print only errors, and nothing if there are none
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Also write the findings to a file, such as sarif=findings.sarif; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", hide_possible_values = true,
          value_hint = ValueHint::Other, value_parser = reports(report))]
    pub(crate) report: Vec<(ReportFormat, PathBuf)>,

    /// Also check against your own JSON Schema; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) schema: Vec<PathBuf>,

    /// Stop at the first delivery that fails
    #[arg(long)]
    pub(crate) fail_fast: bool,

    #[command(flatten)]
    pub(crate) limit: LimitArgs,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) redact: RedactArgs,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

impl Validate {
    fn named_files(&self) -> Vec<(&'static str, &Path)> {
        let schemas = self.schema.iter();
        let schemas = schemas.map(|path| ("--schema", path.as_path()));
        let keys = [self.decrypt.named(), self.redact.named()].concat();
        schemas.chain(keys).collect()
    }
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) validate: Validate,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,
}

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// Keep at most N findings of each rule in a delivery and count the rest; 0 keeps and lists all
    #[arg(long, value_name = "N", default_value_t = 100, value_hint = ValueHint::Other)]
    max_findings: usize,
}

impl LimitArgs {
    /// The limit on the findings of each rule in a delivery.
    pub(crate) fn limit(&self) -> FindingLimit {
        FindingLimit::new(self.max_findings)
    }

    /// Whether every finding is listed on its own, even if others say the same.
    pub(crate) fn lists_all(&self) -> bool {
        self.max_findings == 0
    }
}

fn report(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let (format, path) = text
        .split_once('=')
        .ok_or("expected FORMAT=FILE, such as junit=report.xml")?;
    if path.is_empty() {
        return Err("expected a file after `=`".to_owned());
    }
    Ok((
        ReportFormat::from_str(format, false).map_err(|_| unknown_format(format))?,
        path.into(),
    ))
}

fn unknown_format(word: &str) -> String {
    let names = || {
        ReportFormat::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
    };
    let names: Vec<String> = names().map(|value| value.get_name().to_owned()).collect();
    match nearest(word, names.iter().map(String::as_str)) {
        Some(near) => format!("`{word}` is not a format: did you mean `{near}`?"),
        None => format!(
            "`{word}` is not a format: expected one of {}",
            names.join(", ")
        ),
    }
}

/// The levels of rules in the order of the command line: for each rule, the last one counts. clap
/// alone would lose the order between `-D`, `-W` and `-A`, which is why this type reads the matches
/// itself.
#[derive(Debug, Default)]
pub(crate) struct LevelArgs {
    pub(crate) set: Vec<(Rule, Level)>,
    pub(crate) strict: bool,
}

/// The options of [`LevelArgs`] as clap knows them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
struct LevelOptions {
    /// Report findings of this rule as errors
    #[arg(
        short = 'D',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    deny: Vec<Rule>,

    /// Report findings of this rule as warnings
    #[arg(
        short = 'W',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    warn: Vec<Rule>,

    /// Do not report findings of this rule; `chatlog explain` lists the rules
    #[arg(
        short = 'A',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    allow: Vec<Rule>,

    /// Treat all warnings as errors
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

    #[command(flatten)]
    pub(crate) jobs: JobsArgs,

    /// How to print the verdicts
    #[arg(long, value_enum, default_value_t = VerifyFormat::Human)]
    pub(crate) format: VerifyFormat,

    /// Print only errors, and nothing if there are none
    #[arg(short, long, action = ArgAction::SetTrue)]
    pub(crate) quiet: bool,

    /// Also write the findings to a file, such as junit=report.xml; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", hide_possible_values = true,
          value_hint = ValueHint::Other, value_parser = reports(report))]
    pub(crate) report: Vec<(ReportFormat, PathBuf)>,

    /// Find the scheme, out of a list of common ones, under which every delivery is valid
    #[arg(long, conflicts_with = "report")]
    pub(crate) discover: bool,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) redact: RedactArgs,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

/// How verdicts are printed: as a list of their own, or in a format of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerifyFormat {
    Human,
    Findings(ReportFormat),
}

impl ValueEnum for VerifyFormat {
    fn value_variants<'a>() -> &'a [Self] {
        static VARIANTS: LazyLock<Vec<VerifyFormat>> = LazyLock::new(|| {
            let formats = ReportFormat::value_variants().iter().copied();
            std::iter::once(VerifyFormat::Human)
                .chain(formats.map(VerifyFormat::Findings))
                .collect()
        });
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Human => {
                Some(PossibleValue::new("human").help("One line for each delivery, for people"))
            }
            Self::Findings(format) => format.to_possible_value(),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// What to print
    #[arg(long = "as", value_enum, value_name = "WHAT", default_value_t = SignAs::Header)]
    pub(crate) write_as: SignAs,

    /// How to encode the signature
    #[arg(long, value_enum, default_value_t = Encoding::Hex)]
    pub(crate) encoding: Encoding,

    /// The URL of the request for `--as curl` and `--as http`; a user and password in it become an
    /// Authorization header
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080/", value_hint = ValueHint::Url)]
    pub(crate) url: String,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

    #[command(flatten)]
    pub(crate) secrets: Secrets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignAs {
    /// The name and value of the header
    Header,
    /// Only the value of the header
    Value,
    /// A curl command that sends the request
    Curl,
    /// The whole HTTP request
    Http,
}

#[derive(Debug, Args)]
pub(crate) struct Extract {
    /// A file, one in an archive (`x.zip/in/it.json`) or `-`, optionally followed by #N for the N-th
    /// delivery; reads standard input if none is given
    #[arg(value_name = "INPUT", default_value = "-", value_hint = ValueHint::AnyPath)]
    pub(crate) source: PathBuf,

    /// Extract the N-th delivery, counted from 1; required if the input holds several
    #[arg(long, value_name = "N", value_hint = ValueHint::Other)]
    pub(crate) select: Option<NonZeroUsize>,

    /// Write the headers instead of the body, including credentials
    #[arg(long)]
    pub(crate) headers: bool,

    /// Undo the content encoding of the body, such as gzip
    #[arg(long, conflicts_with = "headers")]
    pub(crate) decoded: bool,

    /// Undo the encryption of the body too, with a key of the options below
    #[arg(long, conflicts_with = "headers")]
    pub(crate) decrypted: bool,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) reading: InputArgs,
}

/// The key of encrypted callbacks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Decryption")]
pub(crate) struct DecryptArgs {
    /// Decrypt encrypted bodies with the key in this file, ignoring a line break at its end
    ///
    /// The key has 16, 24 or 32 bytes, as they are, in hex or in base64. A body is encrypted if its
    /// delivery has the header `Is-Encrypted: 1`. The encryption (AES in ECB mode) and the checksum in
    /// `Signed` prove nothing about the sender.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "decrypt_key_env")]
    pub(crate) decrypt_key_file: Option<PathBuf>,

    /// Decrypt encrypted bodies with the key in this environment variable
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub(crate) decrypt_key_env: Option<String>,
}

impl DecryptArgs {
    /// Whether the user named a key.
    pub(crate) fn has_key(&self) -> bool {
        self.decrypt_key_file.is_some() || self.decrypt_key_env.is_some()
    }

    fn named(&self) -> Vec<(&'static str, &Path)> {
        let file = self.decrypt_key_file.as_deref();
        let file = file.map(|path| (DECRYPT_KEY_FILE, path));
        file.into_iter().collect()
    }
}

/// The name of the option in messages.
pub(crate) const DECRYPT_KEY_FILE: &str = "--decrypt-key-file";

/// Whether to redact what is printed, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Redaction")]
pub(crate) struct RedactArgs {
    /// Replace what identifies people with pseudonyms
    ///
    /// Numbers, names, ids, slots, labels, variables, links and coordinates are collected and replaced
    /// everywhere; a name that is only said in a text is not found. The options below imply this one.
    #[arg(long)]
    redact: bool,

    #[command(flatten)]
    pub(crate) options: RedactOptions,
}

impl RedactArgs {
    /// Whether to redact: any of the options asks for it.
    pub(crate) fn is_on(&self) -> bool {
        let RedactOptions {
            redact_key_file,
            redact_text,
            keep,
        } = &self.options;
        self.redact || redact_key_file.is_some() || *redact_text || !keep.is_empty()
    }

    fn named(&self) -> Vec<(&'static str, &Path)> {
        self.options.named()
    }
}

/// How to redact.
#[derive(Debug, Args)]
#[command(next_help_heading = "Redaction")]
pub(crate) struct RedactOptions {
    /// Make pseudonyms that are the same in every run, with the key in this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) redact_key_file: Option<PathBuf>,

    /// Replace whole texts with words of the same length
    #[arg(long)]
    pub(crate) redact_text: bool,

    /// Leave the values of these fields as they are, such as order_id,amount
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_hint = ValueHint::Other)]
    pub(crate) keep: Vec<String>,
}

impl RedactOptions {
    fn named(&self) -> Vec<(&'static str, &Path)> {
        let key = self.redact_key_file.iter();
        key.map(|path| ("--redact-key-file", path.as_path()))
            .collect()
    }
}

#[derive(Debug, Args)]
pub(crate) struct Redact {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// Write the notifications to this file, one file each to this folder, or to standard output for
    /// `-`
    ///
    /// A folder exists already, or ends with a slash.
    #[arg(short, long, value_name = "FILE|FOLDER|-", value_hint = ValueHint::AnyPath)]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) options: RedactOptions,
}

impl Redact {
    /// The folder to write to, if it is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        Some(self.output.as_path()).filter(|path| is_folder(path))
    }

    /// The file to write to, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        let is_file = self.output.as_os_str() != "-" && self.folder().is_none();
        is_file.then_some(self.output.as_path())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rule to explain; lists all rules if none is given
    #[arg(value_enum, value_name = "RULE", hide_possible_values = true)]
    pub(crate) rule: Option<Rule>,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Print the schema of the lines of `--format json`
    #[arg(long)]
    pub(crate) output: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell to complete for
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write one file per page to this folder instead of standard output
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}
