//! The sub-commands: what each does with a delivery, and where its output goes.
//!
//! A command that reads deliveries implements [`Processor`](super::pipeline::Processor) for what runs
//! on any thread, and [`Sink`](super::pipeline::Sink) for what runs in the order of the input.

mod check;
mod dedupe;
mod discover;
mod documents;
mod explain;
mod export;
mod extract;
mod folder;
mod inspection;
mod list;
#[cfg(feature = "listen")]
mod listen;
mod pages;
mod redact;
mod redaction;
#[cfg(feature = "listen")]
mod replay;
mod reports;
mod sample;
mod scheme;
mod screen;
mod secrets;
mod selection;
mod show;
mod sign;
mod stats;
mod validate;
mod verifier;
mod verify;

use std::fmt::{self, Display};
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use chatlog::capture::CaptureOptions;
use chatlog::delivery::CaptureFormat;
use chatlog::finding::Levels;
use chatlog::view::{Canvas, Theme, Zone};

use clap::CommandFactory;

use crate::cli::args::{
    Cli, Command, DecryptArgs, DeliveryArgs, DisplayArgs, FollowArgs, InputArgs, Inputs, LevelArgs,
    OUTPUT, ZoneArgs,
};
use crate::cli::color::Color;
use crate::cli::config::Config;
use crate::cli::layout::LayoutSettings;
use crate::cli::outcome::Outcome;
use crate::cli::output::{Pager, eprint_line};
use crate::cli::pipeline::{Buffering, Decryption, Input, Outputs, ReadOptions, Reporting};

/// The columns of the widest table on a terminal.
const MAX_TABLE: u16 = 110;
/// The columns of a table that is not on a terminal.
const FILE_WIDTH: u16 = 100;

/// Runs the command.
///
/// # Errors
/// The command cannot be run, or its output cannot be written.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Outcome> {
    let project_file = Config::locate(cli.config.config.as_deref(), cli.config.no_config);
    let outputs = Arc::new(outputs(cli, project_file.as_deref())?);
    let config = || Config::load(project_file.as_deref(), cli.config.config.is_some());
    let outcome = match &cli.command {
        Command::Show(args) => show::run(args, &config()?, outputs),
        Command::List(args) => list::run(args, &config()?, outputs),
        Command::Stats(args) => stats::run(args, &config()?, outputs),
        Command::Check(args) => check::run(args, &config()?, outputs),
        Command::Validate(args) => validate::run(args, &config()?, outputs),
        Command::Verify(args) => verify::run(args, &config()?, outputs),
        Command::Sign(args) => sign::run(args, &config()?, &outputs),
        Command::Sample(args) => sample::run(args, &config()?),
        Command::Extract(args) => extract::run(args, &config()?, &outputs),
        Command::Redact(args) => redact::run(args, &config()?, outputs),
        Command::Export(args) => export::run(args, &config()?, outputs),
        #[cfg(feature = "listen")]
        Command::Listen(args) => listen::run(args, &config()?, outputs),
        #[cfg(feature = "listen")]
        Command::Replay(args) => replay::run(args, &config()?, &outputs),
        // It needs only a colour from the project file, and works if that file is invalid.
        Command::Explain(args) => explain::run(args, &config().unwrap_or_default()),
        Command::Schema(args) => documents::schema(args),
        Command::Completions(args) => documents::completions(args),
        Command::Man(args) => documents::man(args),
    };
    match outcome {
        Err(error) if error.is::<NoInput>() => {
            eprint_help(cli.command.name());
            Ok(Outcome::Trouble)
        }
        outcome => outcome,
    }
}

/// The files that a run writes.
///
/// # Errors
/// One of them is also a file to be read.
fn outputs(cli: &Cli, project_file: Option<&Path>) -> anyhow::Result<Outputs> {
    let mut outputs = Outputs::new(cli.command.outputs())?;
    if let Some(folder) = cli.command.output_folder() {
        outputs.add_folder(OUTPUT, folder);
    }
    for (option, path) in cli.command.named_files() {
        outputs.add_input(option, path)?;
    }
    let inputs = cli.command.inputs().map(Input::all).unwrap_or_default();
    for input in inputs.into_iter().flatten() {
        outputs.add_input("", input.path().unwrap_or(Path::new("-")))?;
    }
    if let Some(path) = project_file {
        outputs.add_input("", path)?;
    }
    Ok(outputs)
}

/// Prints the help of a command on standard error.
fn eprint_help(command: &str) {
    let mut program = Cli::command();
    program.build();
    if let Some(command) = program.find_subcommand_mut(command) {
        command
            .render_help()
            .to_string()
            .lines()
            .for_each(eprint_line);
    }
}

/// How to read the inputs of a command.
fn read_options(
    inputs: &Inputs,
    config: &Config,
    buffering: Buffering,
    quiet: bool,
) -> anyhow::Result<ReadOptions> {
    read_options_of(&inputs.inputs, &inputs.reading, config, buffering, quiet)
}

/// How to read the deliveries of a command.
fn delivery_options(
    args: &DeliveryArgs,
    decrypt: &DecryptArgs,
    config: &Config,
    buffering: Buffering,
    quiet: bool,
) -> anyhow::Result<ReadOptions> {
    Ok(read_options(&args.inputs, config, buffering, quiet)?
        .with_decryption(decrypt.read()?)
        .with_progress(&args.progress))
}

/// How to read these inputs.
fn read_options_of(
    inputs: &[PathBuf],
    args: &InputArgs,
    config: &Config,
    buffering: Buffering,
    quiet: bool,
) -> anyhow::Result<ReadOptions> {
    if inputs.is_empty() && io::stdin().is_terminal() {
        return Err(NoInput.into());
    }
    let mut settings = layout_settings(args, config)?;
    Ok(ReadOptions {
        inputs: inputs.to_vec(),
        strip_prefix: settings.strip_prefix.take(),
        capture: CaptureOptions {
            layout: settings.layout(is_vouched_for(&settings, args, config))?,
            ..args.capture_options()
        },
        buffering,
        reporting: Reporting::of(args.verbose, quiet),
        follows: false,
        jobs: Some(NonZeroUsize::MIN),
        decryption: Decryption::Off,
        meter: Arc::default(),
        shows_progress: false,
    })
}

/// Where the parts of requests are: as the options say or, where they say nothing, as the project file
/// does.
///
/// # Errors
/// The format that the user named has its own places.
fn layout_settings(args: &InputArgs, config: &Config) -> anyhow::Result<LayoutSettings> {
    let given = args.layout.settings();
    match args.input {
        Some(format) if format != CaptureFormat::Nested => {
            if given.has_places() {
                bail!(
                    "--input {format} says where the body is, and so does --body-at, --capture-columns or \
                     --decode: leave one of them out"
                );
            }
            Ok(given.over(&config.capture.clone().without_places()))
        }
        _ => Ok(given.over(&config.capture)),
    }
}

/// Whether the user vouches for what the layout enters. A project file that was merely found may have
/// come with the captures.
fn is_vouched_for(settings: &LayoutSettings, args: &InputArgs, config: &Config) -> bool {
    config.is_named || settings.has_only_places_of(&args.layout.settings())
}

/// No input was named, and standard input is a terminal.
#[derive(Debug)]
struct NoInput;

impl Display for NoInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no input: name a file or a folder, or pipe something in")
    }
}

impl std::error::Error for NoInput {}

/// The levels of the project file, overridden by the options.
fn levels(args: &LevelArgs, config: &Config) -> Levels {
    let mut levels = config.levels();
    for (rule, level) in &args.set {
        levels.set(*rule, *level);
    }
    if args.strict {
        levels.be_strict();
    }
    levels
}

/// The canvas for standard output.
fn canvas(look: &DisplayArgs, config: &Config, zone: Zone) -> Canvas {
    let width = look.width.or_else(terminal_width).unwrap_or(FILE_WIDTH);
    let theme = if is_coloured(look.color, config.color) {
        Theme::ansi()
    } else {
        Theme::plain()
    };
    Canvas {
        width,
        theme,
        zone,
        hyperlinks: false,
    }
}

/// The time zone: that of the option or else of the project file.
fn zone(args: &ZoneArgs, config: &Config) -> Zone {
    args.tz.clone().unwrap_or_else(|| zone_of_project(config))
}

/// The time zone of the project file, for the days that filters of a command without the option name.
fn zone_of_project(config: &Config) -> Zone {
    config.time_zone.clone().unwrap_or(Zone::UTC)
}

/// The canvas for tables on standard output, which nobody reads comfortably across a wide terminal.
fn table_canvas(look: &DisplayArgs, config: &Config, zone: Zone) -> Canvas {
    let canvas = canvas(look, config, zone);
    let width = look.width.unwrap_or(canvas.width.min(MAX_TABLE));
    Canvas { width, ..canvas }
}

/// The pager for output that people read, if they want one.
fn pager(look: &DisplayArgs) -> Option<Pager> {
    Some(look)
        .filter(|look| !look.no_pager)
        .and_then(|_| Pager::of_terminal())
}

/// The pager for what is read from these inputs: none for a stream, which is shown as it arrives.
fn pager_of(inputs: &Inputs, follow: &FollowArgs, look: &DisplayArgs) -> Option<Pager> {
    let inputs = Input::all(&inputs.inputs);
    let mut readable = inputs.iter().flatten();
    (!follow.follow && !readable.any(Input::is_stream))
        .then(|| pager(look))
        .flatten()
}

/// The canvas for files, which have no colours and are the same on every terminal.
fn file_canvas(look: &DisplayArgs, zone: Zone) -> Canvas {
    Canvas {
        width: look.width.unwrap_or(FILE_WIDTH),
        theme: Theme::plain(),
        zone,
        hyperlinks: false,
    }
}

fn terminal_width() -> Option<u16> {
    terminal_size::terminal_size().map(|(terminal_size::Width(width), _)| width)
}

/// Whether to use colour. The flag takes precedence over the environment, the environment over the
/// project file, and that over whether standard output is a terminal.
fn is_coloured(flag: Option<Color>, configured: Option<Color>) -> bool {
    let chosen = match flag {
        // `--color auto` means to look at the environment.
        None | Some(Color::Auto) => color_in_environment().or(flag).or(configured),
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

/// The choice in `NO_COLOR` and `CLICOLOR_FORCE`.
fn color_in_environment() -> Option<Color> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        return Some(Color::Never);
    }
    let forced = std::env::var_os("CLICOLOR_FORCE");
    let is_forced = forced.is_some_and(|value| !value.is_empty() && value != "0");
    is_forced.then_some(Color::Always)
}
