//! When output is coloured: a choice that both the command line and the project file can make.

use clap::ValueEnum;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Only on a terminal
    Auto,
    /// Even in a pipe or a file
    Always,
    /// No colours
    Never,
}
