//! The sub-commands: inputs to reports to a view.

mod show;
mod validate;

use std::io::{self, IsTerminal};

use chatlog::capture::{self, Delivery};
use chatlog::document::Document;
use chatlog::view::{Canvas, Theme, Zone};
use chatlog::{Origin, Report, inspect};

use crate::args::{Cli, Color, Command, Inputs, Look};
use crate::input::{Patience, Records, Source, Trouble, sources};

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
        if report.has_errors() {
            Self::Findings
        } else {
            Self::Clean
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
    }
}

/// Hands every delivery of every input to `handle`, in order.
///
/// An input that cannot be used is said on standard error and does not stop the others.
fn for_each_delivery(
    inputs: &Inputs,
    patience: Patience,
    mut handle: impl FnMut(&Origin<'_>, &Delivery<'_>) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Clean;
    for source in sources(&inputs.inputs) {
        let read = match source {
            Ok(source) => read_source(&source, inputs, patience, &mut handle)?,
            Err(trouble) => Err(trouble),
        };
        outcome = outcome.max(read.unwrap_or_else(|trouble| {
            tell(&trouble);
            Outcome::Trouble
        }));
    }
    Ok(outcome)
}

/// Hands the deliveries of one input to `handle`. The outer error ends the run, the inner one is
/// only about this input.
fn read_source(
    source: &Source,
    inputs: &Inputs,
    patience: Patience,
    handle: &mut impl FnMut(&Origin<'_>, &Delivery<'_>) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Result<Outcome, Trouble>> {
    let trouble = |what: String| Trouble {
        place: source.name(),
        what,
    };
    let cannot_read = |error: io::Error| trouble(format!("cannot read: {error}"));
    let reader = match source.open() {
        Ok(reader) => reader,
        Err(error) => return Ok(Err(cannot_read(error))),
    };
    let patience = if *source == Source::Stdin {
        patience
    } else {
        Patience::Whole
    };
    let mut records = Records::new(reader, patience, inputs.max_size as usize * 1024 * 1024);
    let mut origin = Origin {
        source: source.name(),
        index: 0,
    };
    let mut outcome = Outcome::Clean;
    loop {
        let record = match records.next() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(error) => return Ok(Err(cannot_read(error))),
        };
        for delivery in capture::deliveries(&record) {
            origin.index += 1;
            outcome = outcome.max(handle(&origin, &delivery)?);
        }
    }
    if origin.index == 0 {
        return Ok(Err(trouble("is empty: no delivery to read".to_owned())));
    }
    Ok(Ok(outcome))
}

/// Reads and checks a delivery, and hands what is to say about it to `view`.
fn report_on<T>(
    origin: &Origin<'_>,
    delivery: &Delivery<'_>,
    view: impl FnOnce(&Report<'_>) -> T,
) -> T {
    let document = Document::new(&delivery.body);
    view(&inspect(origin, delivery, &document))
}

#[expect(
    clippy::print_stderr,
    reason = "this is where the program tells of its own trouble"
)]
fn tell(trouble: &Trouble) {
    eprintln!("chatlog: {}: {}", trouble.place, trouble.what);
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
