//! The sub-commands: inputs to reports to a view.

mod deliveries;
mod extract;
mod secrets;
mod show;
mod sign;
mod validate;
mod verify;

use std::io::{self, IsTerminal};

use chatlog::signature::{Signature, Verdict};
use chatlog::view::{Canvas, Theme, Zone};
use chatlog::{Report, Text};

use crate::args::{Cli, Color, Command, Look};

/// How a run went: the worst of its parts counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Everything was read and is as it should be.
    Clean,
    /// Something was checked and failed.
    Findings,
    /// Something could not be done.
    Trouble,
}

impl Outcome {
    /// The exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Trouble => 2,
        }
    }

    fn of(report: &Report<'_>) -> Self {
        let findings = if report.has_errors() {
            Self::Findings
        } else {
            Self::Clean
        };
        findings.max(
            report
                .signature
                .as_ref()
                .map_or(Self::Clean, Self::of_signature),
        )
    }

    fn of_signature(signature: &Signature) -> Self {
        match signature.verdict {
            Verdict::Valid | Verdict::Unchecked => Self::Clean,
            Verdict::Invalid | Verdict::Missing => Self::Findings,
            Verdict::Inconclusive => Self::Trouble,
        }
    }
}

/// Runs the command that was asked for.
///
/// # Errors
/// Where it cannot be done at all, or its output cannot be written.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Outcome> {
    match cli.command {
        Command::Show(args) => show::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Extract(args) => extract::run(&args),
    }
}

/// Says something on standard error.
#[expect(
    clippy::print_stderr,
    reason = "this is where the program tells of itself"
)]
fn tell(place: &Text<'_>, what: &str) {
    eprintln!("chatlog: {place}: {what}");
}

/// What a view draws on, for this output.
fn canvas(look: &Look, zone: Zone) -> Canvas {
    let width = look.width.or_else(terminal_width).unwrap_or(100);
    let theme = if is_coloured(look.color) {
        Theme::ansi()
    } else {
        Theme::plain()
    };
    Canvas { width, theme, zone }
}

fn terminal_width() -> Option<u16> {
    terminal_size::terminal_size().map(|(terminal_size::Width(width), _)| width)
}

/// A flag beats the environment, and the environment what standard output is.
fn is_coloured(color: Color) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_forced =
        std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if is_set("NO_COLOR") => false,
        Color::Auto if is_forced => true,
        Color::Auto => {
            io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}

/// Standard output: written at once on a terminal, in blocks elsewhere.
fn output() -> Box<dyn io::Write> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        Box::new(stdout.lock())
    } else {
        Box::new(io::BufWriter::with_capacity(64 * 1024, stdout.lock()))
    }
}
