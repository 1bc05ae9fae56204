//! Whether and how people are taken out of what is printed.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

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

    pub(super) fn named(&self) -> Vec<(&'static str, &Path)> {
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
    pub(super) fn named(&self) -> Vec<(&'static str, &Path)> {
        let key = self.redact_key_file.iter();
        key.map(|path| ("--redact-key-file", path.as_path()))
            .collect()
    }
}
