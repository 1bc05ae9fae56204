//! The arguments of the commands that print what chatlog knows: rules, schemas, manuals.

use std::path::PathBuf;

use chatlog::finding::Rule;
use clap::{Args, ValueHint};

use super::DisplayArgs;

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  chatlog explain                                a table of all rules
  chatlog explain dangling-reply                 one rule";

pub(super) const SCHEMA_EXAMPLES: &str = "\
Examples:
  chatlog schema > notification.schema.json
  chatlog schema --output | jq .properties";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  chatlog completions bash > ~/.local/share/bash-completion/completions/chatlog
  chatlog completions zsh > ~/.zfunc/_chatlog
  chatlog completions fish > ~/.config/fish/completions/chatlog.fish";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  chatlog man | man -l -                         all pages
  chatlog man --dir ~/.local/share/man/man1      a file for each command";

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
