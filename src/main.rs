//! The program: arguments in, one exit code out.

mod args;
mod commands;
mod config;
mod input;

use std::io;
use std::process::ExitCode;

use chatlog::Text;
use clap::Parser;

use crate::args::Cli;

fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(args::arguments()) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match commands::run(&cli) {
        Ok(outcome) => ExitCode::from(outcome.code()),
        // Whoever reads the output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chatlog: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Prints help, or what is wrong with the arguments, which may be a stranger's words.
fn usage(error: &clap::Error) -> ExitCode {
    let acts = |argument: std::ffi::OsString| Text::from(argument.to_string_lossy()).acts();
    if error.use_stderr() && std::env::args_os().any(acts) {
        let message = error.render().to_string();
        for line in message.lines() {
            eprintln!("{}", Text::from(line));
        }
    } else if error.print().is_err() {
        // Whoever asked for help has closed the pipe.
        return ExitCode::SUCCESS;
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
