//! The sub-commands: inputs to reports to a view.

mod deliveries;
mod documents;
mod explain;
mod extract;
mod secrets;
mod show;
mod sign;
mod validate;
mod verify;

use std::fmt::Display;
use std::io::{self, IsTerminal};

use chatlog::Report;
use chatlog::signature::{Signature, Verdict};
use chatlog::view::{Canvas, Theme, Zone};

use clap::CommandFactory;

use self::deliveries::NoInput;
use crate::args::{Cli, Color, Command, Look};
use crate::config::Config;

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
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Outcome> {
    let config = Config::find(&cli.config)?;
    let outcome = match &cli.command {
        Command::Show(args) => show::run(args, &config),
        Command::Validate(args) => validate::run(args, &config),
        Command::Verify(args) => verify::run(args, &config),
        Command::Sign(args) => sign::run(args, &config),
        Command::Extract(args) => extract::run(args),
        Command::Explain(args) => explain::run(args, &config),
        Command::Schema(args) => documents::schema(args),
        Command::Completions(args) => documents::completions(args),
        Command::Man(args) => documents::man(args),
    };
    match outcome {
        Err(error) if error.is::<NoInput>() => {
            tell_help(cli.command.name());
            Ok(Outcome::Trouble)
        }
        outcome => outcome,
    }
}

/// Prints the help of a command on standard error.
#[expect(
    clippy::print_stderr,
    reason = "this is where the program tells of itself"
)]
fn tell_help(command: &str) {
    let mut program = Cli::command();
    program.build();
    if let Some(command) = program.find_subcommand_mut(command) {
        eprint!("{}", command.render_help());
    }
}

/// Says something on standard error.
#[expect(
    clippy::print_stderr,
    reason = "this is where the program tells of itself"
)]
fn tell(place: &impl Display, what: &str) {
    eprintln!("chatlog: {place}: {what}");
}

/// What a view draws on, for this output.
fn canvas(look: &Look, config: &Config, zone: Zone) -> Canvas {
    let width = look.width.or_else(terminal_width).unwrap_or(100);
    let theme = if is_coloured(look.color, config.color) {
        Theme::ansi()
    } else {
        Theme::plain()
    };
    Canvas { width, theme, zone }
}

fn terminal_width() -> Option<u16> {
    terminal_size::terminal_size().map(|(terminal_size::Width(width), _)| width)
}

/// A flag beats the environment, the environment the project file, and that what standard output
/// is.
fn is_coloured(flag: Option<Color>, configured: Option<Color>) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_forced =
        std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
    let from_environment = || match () {
        () if is_set("NO_COLOR") => Some(Color::Never),
        () if is_forced => Some(Color::Always),
        () => None,
    };
    let chosen = match flag {
        // Asking for `auto` is asking to look at the environment.
        None | Some(Color::Auto) => from_environment().or(flag).or(configured),
        Some(flag) => Some(flag),
    };
    match chosen.unwrap_or(Color::Auto) {
        Color::Always => true,
        Color::Never => false,
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
