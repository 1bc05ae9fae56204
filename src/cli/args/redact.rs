//! The arguments of `redact`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::{FilterArgs, Inputs, ProgressArgs, RedactOptions, is_folder};

pub(super) const REDACT_EXAMPLES: &str = "\
Examples:
  chatlog redact session.json --output fixture.json
  chatlog redact --redact-text captures/ --output fixtures/
  chatlog redact --keep order_id session.har --output - | chatlog show";

#[derive(Debug, Args)]
pub(crate) struct Redact {
    /// Write the notifications to this file, one file each to this folder, or to standard output for
    /// `-`
    ///
    /// A folder exists already, or ends with a slash.
    #[arg(short, long, value_name = "FILE|FOLDER|-", value_hint = ValueHint::AnyPath)]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) inputs: Inputs,

    #[command(flatten)]
    pub(crate) progress: ProgressArgs,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

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
