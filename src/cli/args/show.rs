//! The arguments of `show`.

use std::path::{Path, PathBuf};

use chatlog::view::{Order, Part, SessionFormat};
use clap::{Args, ValueHint};

use super::{
    DecryptArgs, DeliveryArgs, DisplayArgs, FollowArgs, Hyperlinks, LevelArgs, LimitArgs,
    RedactArgs, SessionArgs, SignatureArgs, is_folder,
};

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  chatlog show session.json                      the whole session
  tail -f captures.ndjson | chatlog show         each session as it arrives
  chatlog show --only summary archive/           only the summaries of a folder
  chatlog show --format text session.json        to paste into a ticket
  chatlog show archive/ --output pages/          a web page for each session, and an index
  chatlog show --format json session.json | jq '.session.messages[].text'";

#[derive(Debug, Args)]
pub(crate) struct Show {
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

    #[command(flatten)]
    pub(crate) session: SessionArgs,

    /// When to show URLs as short hyperlinks
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Hyperlinks::Auto, help_heading = "Display")]
    pub(crate) hyperlinks: Hyperlinks,

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
