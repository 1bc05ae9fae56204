//! The program around the library: everything that knows the arguments, the environment, files,
//! threads and the terminal.
//!
//! `command_line` parses the arguments into the types of `args`. `commands` has one file for each
//! sub-command, which passes its deliveries through the `pipeline` and writes to an `output`. How
//! the run went is an [`Outcome`](outcome::Outcome), which becomes the exit code. `http` sends
//! deliveries to other programs.

mod args;
mod color;
mod command_line;
mod commands;
mod completion;
mod config;
#[cfg(feature = "listen")]
mod http;
mod interrupt;
mod layout;
mod outcome;
mod output;
mod pipeline;
mod quoting;
mod time_bound;
mod time_zone;
mod url;
mod usage;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use chatlog::Text;

use self::args::Cli;
use self::interrupt::Interrupt;
use self::output::{eprint_line, eprint_problem, unless_closed};

/// Runs the program with the arguments of the process.
pub(crate) fn main() -> ExitCode {
    let cli = match command_line::parse(args::arguments()) {
        Ok(cli) => cli,
        Err(error) => return print_usage(&error),
    };
    match run(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => report_failure(&error),
    }
}

fn run(cli: &Cli) -> anyhow::Result<u8> {
    let interrupt = Interrupt::listen().context("cannot listen for signals")?;
    let outcome = commands::run(cli);
    interrupt.settle();
    Ok(outcome?.code())
}

fn report_failure(error: &anyhow::Error) -> ExitCode {
    eprint_problem(&format_args!("{error:#}"));
    ExitCode::from(2)
}

/// Prints help or a usage error. An error quotes the arguments, which may come from a script that
/// passes on untrusted text, so it is escaped if they need it.
fn print_usage(error: &clap::Error) -> ExitCode {
    let is_hostile =
        |argument: std::ffi::OsString| Text::from(argument.to_string_lossy()).needs_escaping();
    if !error.use_stderr() {
        let printed = error.print().and_then(|()| io::stdout().flush());
        if let Err(error) = unless_closed(printed) {
            return report_failure(&error.into());
        }
    } else if std::env::args_os().any(is_hostile) {
        error.render().to_string().lines().for_each(eprint_line);
    } else {
        // If standard error is closed, the error cannot be reported anywhere.
        drop(error.print());
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
