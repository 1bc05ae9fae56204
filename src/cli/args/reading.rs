//! What is read, and how.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use chatlog::capture::{CaptureOptions, Decoding, Layout, Limits, RecordPath};
use chatlog::delivery::CaptureFormat;
use clap::{Args, ValueHint};
use regex::bytes::Regex;

use super::FilterArgs;
use crate::cli::layout::{LayoutSettings, prefix_regex};

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

    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

/// Where the body is, for tools whose layout is not known.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct LayoutArgs {
    /// Read the body at this place of each record, such as '/requests/*/body'; -v prints what was found
    /// where
    ///
    /// A place is a JSON Pointer, in which `*` stands for every item of a list, and ` > ` enters a string
    /// that holds JSON: '/log > /body'. The empty path is the whole record. In a key, `~0` is a `~`, `~1`
    /// a `/`, `~*` a `*` and `~>` a `>`. Each item of a list around all others is a record of its own.
    ///
    /// Who names a place inside a string states that the receiver wrote that string, as it writes a log
    /// line: a signature in it may then be valid.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::Other)]
    body_at: Option<RecordPath>,

    /// Read the headers at this place; its first `*` is the same item as the first `*` of --body-at
    #[arg(long, value_name = "PATH", value_hint = ValueHint::Other)]
    headers_at: Option<RecordPath>,

    /// Read the signature at this place
    #[arg(long, value_name = "PATH", value_hint = ValueHint::Other)]
    signature_at: Option<RecordPath>,

    /// How the body is encoded at its place, instead of detecting it
    #[arg(long, value_enum, value_name = "FORM")]
    decode: Option<Decoding>,

    /// Read the parts of a request in these columns of a table, or in these keys of JSON:
    /// body=payload,signature=sig,headers=hdrs
    #[arg(long = "capture-columns", value_name = "PART=COLUMN,…", value_parser = Layout::of_columns, value_hint = ValueHint::Other,
          conflicts_with_all = ["body_at", "headers_at", "signature_at"])]
    columns: Option<Layout>,

    /// Cut off what this regular expression matches at the start of each line
    #[arg(long, value_name = "REGEX", value_parser = prefix_regex, value_hint = ValueHint::Other)]
    strip_prefix: Option<Regex>,
}

impl LayoutArgs {
    /// What the options say.
    pub(crate) fn settings(&self) -> LayoutSettings {
        LayoutSettings {
            body_at: self.body_at.clone(),
            headers_at: self.headers_at.clone(),
            signature_at: self.signature_at.clone(),
            decode: self.decode,
            columns: self.columns.clone(),
            strip_prefix: self.strip_prefix.clone(),
        }
    }
}

impl InputArgs {
    /// How each record is read.
    pub(crate) fn capture_options(&self) -> CaptureOptions {
        let mebibytes = usize::try_from(self.max_size).unwrap_or(usize::MAX);
        CaptureOptions {
            format: self.input,
            layout: None,
            limits: Limits {
                max_body: mebibytes.saturating_mul(1 << 20),
            },
        }
    }
}

/// What is read, on how many threads, and which deliveries of it: for commands that read many.
#[derive(Debug, Args)]
pub(crate) struct DeliveryArgs {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    #[command(flatten)]
    pub(crate) jobs: JobsArgs,

    #[command(flatten)]
    pub(crate) progress: ProgressArgs,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,
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

/// Whether to go on reading a file as it grows.
#[derive(Debug, Args)]
pub(crate) struct FollowArgs {
    /// Go on reading the file as it grows, also after it was truncated or replaced, until Ctrl-C
    ///
    /// A file that does not exist yet is waited for. What others append is shown within a fraction of a
    /// second.
    #[arg(long, help_heading = "Reading")]
    pub(crate) follow: bool,
}

impl FollowArgs {
    /// Whether to follow.
    ///
    /// # Errors
    /// Also given is one of these options, whose output is only complete at the end.
    pub(crate) fn without(&self, needing_an_end: &[(&str, bool)]) -> Result<&Self> {
        let option = needing_an_end.iter().find(|(_, is_given)| *is_given);
        match option.filter(|_| self.follow) {
            Some((option, _)) => bail!("--follow never ends, and {option} is written at the end"),
            None => Ok(self),
        }
    }
}

/// Whether to show how far reading has got.
#[derive(Debug, Args)]
pub(crate) struct ProgressArgs {
    /// Show no progress bar, which appears on a terminal when reading takes longer than half a second
    #[arg(long, help_heading = "Reading")]
    pub(crate) no_progress: bool,
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

    pub(super) fn named(&self) -> Vec<(&'static str, &Path)> {
        let file = self.decrypt_key_file.as_deref();
        let file = file.map(|path| (DECRYPT_KEY_FILE, path));
        file.into_iter().collect()
    }
}

/// The name of the option in messages.
pub(crate) const DECRYPT_KEY_FILE: &str = "--decrypt-key-file";
