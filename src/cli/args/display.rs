//! How output looks on a terminal.

use chatlog::view::Zone;
use clap::{Args, ValueEnum, ValueHint};

use crate::cli::color::Color;
use crate::cli::completion::zones;
use crate::cli::time_zone;

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

/// In which time zone times are shown and days counted.
#[derive(Debug, Args)]
pub(crate) struct ZoneArgs {
    /// Show times in this zone: UTC, local, an offset such as +07:00 or a name such as Asia/Jakarta
    /// [default: UTC]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_possible_values = true,
          value_parser = zones(time_zone::parse))]
    pub(crate) tz: Option<Zone>,
}

/// How much of a session is shown, and in which time zone.
#[derive(Debug, Args)]
pub(crate) struct SessionArgs {
    #[command(flatten)]
    pub(crate) zone: ZoneArgs,

    /// Show long texts in full
    #[arg(long)]
    pub(crate) full_text: bool,

    /// Also show ids, how the delivery was read, and the number, type and status of every message
    #[arg(long)]
    pub(crate) details: bool,
}
