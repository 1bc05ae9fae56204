//! How output looks on a terminal.

use clap::{Args, ValueEnum, ValueHint};

use crate::cli::color::Color;

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
