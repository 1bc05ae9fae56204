//! The arguments of `export`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use chatlog::Text;
use chatlog::view::tables::{Table, TableFormat};
use clap::{Args, ValueHint};

use super::{
    DecryptArgs, DeliveryArgs, FollowArgs, LevelArgs, LimitArgs, RedactArgs, SignatureArgs,
};

pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  chatlog export --table messages archive/ > messages.ndjson
  chatlog export --table sessions archive/ --output sessions.csv
  chatlog export --table messages --columns call_id,number,text < part.ndjson
  chatlog export --table messages --schema-sql   the columns and their types";

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What the rows are
    #[arg(
        long,
        value_enum,
        value_name = "sessions|messages|findings",
        hide_possible_values = true
    )]
    pub(crate) table: Table,

    /// How to write them [default: ndjson, or as the file of --output is named]
    #[arg(long, value_enum)]
    format: Option<TableFormat>,

    /// Write only these columns, in this order
    ///
    /// Without the columns source, index and line, the rows of a delivery do not depend on where it is:
    /// the outputs of the parts of an input are, one after the other, that of the whole.
    #[arg(long = "columns", value_name = "NAME,…", value_delimiter = ',', value_hint = ValueHint::Other)]
    pub(crate) table_columns: Vec<String>,

    /// Write CSV without the header
    #[arg(long)]
    pub(crate) no_header: bool,

    /// Write texts to CSV as they are, even if a spreadsheet would execute them
    ///
    /// Without this option, a text that looks like a formula starts with an apostrophe, and characters
    /// that act on a terminal are spelled out, as in \u{1b}.
    #[arg(long)]
    pub(crate) raw: bool,

    /// Write to this file, which is replaced once it is complete; `-` is standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    /// Print the SQL statement that creates the table, and read nothing
    #[arg(long, conflicts_with = "inputs")]
    pub(crate) schema_sql: bool,

    #[command(flatten)]
    pub(crate) limit: LimitArgs,

    #[command(flatten)]
    pub(crate) deliveries: DeliveryArgs,

    #[command(flatten)]
    pub(crate) follow: FollowArgs,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) redact: RedactArgs,
}

impl Export {
    /// The format that is asked for, by its name or by the name of the file.
    ///
    /// # Errors
    /// The name of the file is that of another format.
    pub(crate) fn format(&self) -> Result<TableFormat> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let extension = self.file().and_then(Path::extension);
        let extension = extension.map(|it| it.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("csv") => Ok(TableFormat::Csv),
            None | Some("ndjson" | "jsonl" | "json") => Ok(TableFormat::Ndjson),
            Some(other) => bail!(
                "--output: `.{}` is neither .csv nor .ndjson: give --format",
                Text::from(other)
            ),
        }
    }

    /// The file to write to, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        let output = self.output.as_deref();
        output.filter(|path| path.as_os_str() != "-")
    }
}
