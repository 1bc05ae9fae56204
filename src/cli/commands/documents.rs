//! `chatlog schema`, `completions` and `man`: documents about the program itself.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use chatlog::schema;
use clap::CommandFactory;

use super::Outcome;
use crate::cli::args::{Cli, Completions, Man, SchemaArgs};
use crate::cli::output::Stdout;
use crate::cli::pipeline::name_of;

/// Prints a JSON Schema.
pub(super) fn schema(args: &SchemaArgs) -> Result<Outcome> {
    print(
        if args.output {
            schema::OUTPUT
        } else {
            schema::NOTIFICATION
        }
        .as_bytes(),
    )
}

/// Prints a completion script for a shell.
pub(super) fn completions(args: &Completions) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "chatlog", &mut script);
    print(&script)
}

/// Prints all manual pages, or writes each to a file.
pub(super) fn man(args: &Man) -> Result<Outcome> {
    if let Some(folder) = &args.dir {
        write_pages(folder)?;
        return Ok(Outcome::Clean);
    }
    let program = documented();
    let mut pages = page(&program)?;
    for command in program.get_subcommands() {
        pages.extend(page(command)?);
    }
    print(&pages)
}

/// The program as the manual describes it. `clap_mangen` would list every option in the synopsis,
/// which for these commands is a screenful, so it is overridden with the usage line.
fn documented() -> clap::Command {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    program.mut_subcommands(|mut command| {
        let usage = command.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").to_owned();
        command.override_usage(usage)
    })
}

fn page(command: &clap::Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

fn write_pages(folder: &Path) -> Result<()> {
    let name = name_of(folder);
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(documented(), folder))
        .with_context(|| format!("--dir {name}: cannot write"))
}

fn print(bytes: &[u8]) -> Result<Outcome> {
    let mut out = Stdout::new();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(Outcome::Clean)
}
