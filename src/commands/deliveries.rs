//! Going through the deliveries of all inputs.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use anyhow::{Result, bail};
use chatlog::capture::{self, Capture, Delivery, Fidelity, Format, Limits, Position, Record};
use chatlog::view::findings::Problem;
use chatlog::{Origin, Text};

use super::output::say;
use super::{Outcome, tell};
use crate::args::{Inputs, Reading};
use crate::input::{Opened, Outputs, Patience, Records, Source, Trouble, sources};

/// How inputs are gone through.
#[derive(Debug)]
pub(super) struct Way {
    /// Whether to wait for what follows the first record of standard input.
    pub(super) patience: Patience,
    /// Whether nothing but trouble is to be said of an input.
    pub(super) quiet: bool,
    /// The files that the run writes, which are not read.
    pub(super) outputs: Outputs,
}

/// Whether to go on after a delivery, with how it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// To the next one.
    GoOn(Outcome),
    /// No further.
    Stop(Outcome),
}

impl From<Outcome> for Flow {
    fn from(outcome: Outcome) -> Self {
        Self::GoOn(outcome)
    }
}

/// A delivery with where it came from.
pub(super) struct Arrival<'a> {
    /// Which input, and which delivery of it.
    pub(super) origin: &'a Origin<'a>,
    /// The delivery.
    pub(super) delivery: &'a Delivery<'a>,
    sidecar: &'a Sidecar<'a>,
}

/// The signature in the file beside an input's, read when it is first asked for: only who checks
/// signatures opens that file.
struct Sidecar<'a> {
    source: &'a Source,
    outputs: &'a Outputs,
    signature: OnceCell<Option<String>>,
}

impl<'a> Sidecar<'a> {
    fn of(source: &'a Source, outputs: &'a Outputs) -> Self {
        Self {
            source,
            outputs,
            signature: OnceCell::new(),
        }
    }

    fn signature(&self) -> Option<&str> {
        let signature = self
            .signature
            .get_or_init(|| self.source.sidecar(self.outputs));
        signature.as_deref()
    }
}

impl<'a> Arrival<'a> {
    /// The delivery, with the signature in the file beside it as the header `name`, if it has none.
    pub(super) fn signed(&self, name: &str) -> Cow<'a, Delivery<'a>> {
        if self.delivery.headers.first(name).is_some() {
            return Cow::Borrowed(self.delivery);
        }
        match self.sidecar.signature() {
            Some(signature) => {
                let mut delivery = self.delivery.clone();
                delivery.headers.push(name.to_owned(), signature);
                Cow::Owned(delivery)
            }
            None => Cow::Borrowed(self.delivery),
        }
    }
}

/// What is done with the deliveries of inputs.
pub(super) trait Handler {
    /// Does it with one delivery.
    fn delivery(&mut self, arrival: &Arrival<'_>) -> Result<Flow>;

    /// Notes something that could not be read, which standard error has told already.
    fn problem(&mut self, problem: &Problem<'_>) -> Result<()>;
}

/// A function of deliveries, which does not care for problems.
struct Each<H>(H);

impl<F: Into<Flow>, H: FnMut(&Arrival<'_>) -> Result<F>> Handler for Each<H> {
    fn delivery(&mut self, arrival: &Arrival<'_>) -> Result<Flow> {
        (self.0)(arrival).map(Into::into)
    }

    fn problem(&mut self, _problem: &Problem<'_>) -> Result<()> {
        Ok(())
    }
}

/// There is nothing to read: no input was named, and nothing is piped in.
#[derive(Debug)]
pub(super) struct NoInput;

impl fmt::Display for NoInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no input: name a file or a folder, or pipe something in")
    }
}

impl std::error::Error for NoInput {}

/// Hands every delivery of every input to `handle`, in order.
pub(super) fn for_each_delivery<F: Into<Flow>>(
    inputs: &Inputs,
    way: &Way,
    handle: impl FnMut(&Arrival<'_>) -> Result<F>,
) -> Result<Outcome> {
    handle_deliveries(inputs, way, &mut Each(handle))
}

/// Hands every delivery of every input to `handler`, in order.
///
/// An input that cannot be used is said on standard error and does not stop the others.
pub(super) fn handle_deliveries(
    inputs: &Inputs,
    way: &Way,
    handler: &mut impl Handler,
) -> Result<Outcome> {
    if inputs.inputs.is_empty() && io::stdin().is_terminal() {
        bail!(NoInput);
    }
    let mut outcome = Outcome::Clean;
    for source in sources(&inputs.inputs) {
        let flow = match source {
            Ok(source) if is_output(&source, &way.outputs) => continue,
            Ok(source) => read_source(&source, &inputs.reading, way, handler)?,
            Err(Trouble { place, what }) => {
                report_problem(handler, &place, None, &what)?;
                Flow::GoOn(Outcome::Trouble)
            }
        };
        match flow {
            Flow::GoOn(more) => outcome = outcome.max(more),
            Flow::Stop(last) => return Ok(outcome.max(last)),
        }
    }
    Ok(outcome)
}

/// Hands every delivery of one input to `handle`.
pub(super) fn for_each_delivery_of(
    source: &Path,
    reading: &Reading,
    outputs: Outputs,
    handle: impl FnMut(&Arrival<'_>) -> Result<Outcome>,
) -> Result<Outcome> {
    let source = if source.as_os_str() == "-" {
        Source::Stdin
    } else {
        Source::File(source.to_owned())
    };
    let way = Way {
        patience: Patience::Whole,
        quiet: true,
        outputs,
    };
    match read_source(&source, reading, &way, &mut Each(handle))? {
        Flow::GoOn(outcome) | Flow::Stop(outcome) => Ok(outcome),
    }
}

/// Says whether a file, found in a folder, is an output, which is then passed over.
fn is_output(source: &Source, outputs: &Outputs) -> bool {
    let Source::File(path) = source else {
        return false;
    };
    let output = outputs.find(path);
    if let Some(output) = output {
        let what = format!("not read: this file is {output}");
        tell(&source.name(), &what);
    }
    output.is_some()
}

/// Hands the deliveries of a source to `handler`. An error ends the run: that output cannot be
/// written, say; what is wrong with the source itself does not.
fn read_source(
    source: &Source,
    reading: &Reading,
    way: &Way,
    handler: &mut impl Handler,
) -> Result<Flow> {
    let name = source.name();
    let opened = match source.open() {
        Ok(opened) => opened,
        Err(error) => return Ok(Flow::GoOn(cannot_read(handler, &name, &error)?)),
    };
    let patience = if *source == Source::Stdin {
        way.patience
    } else {
        Patience::Whole
    };
    let max_size = reading.max_size as usize * 1024 * 1024;
    let undone = opened.undone.clone();
    let mut course = Course {
        origin: Origin {
            source: name,
            index: 0,
        },
        format: reading.input,
        limits: Limits { max_body: max_size },
        sidecar: Sidecar::of(source, &way.outputs),
        is_recoded: opened.is_recoded,
        outcome: Outcome::Clean,
        formats: BTreeMap::new(),
        skipped: BTreeMap::new(),
        handler,
    };
    match course.run(opened, patience, max_size) {
        Ok(()) => course.say(reading.verbose, way.quiet, &undone)?,
        Err(Halt::Stop) => return Ok(Flow::Stop(course.outcome)),
        Err(Halt::Run(error)) => return Err(error),
        Err(Halt::Input(error)) => {
            let Course {
                origin, handler, ..
            } = &mut course;
            let trouble = cannot_read(*handler, &origin.source, &error)?;
            course.outcome = course.outcome.max(trouble);
        }
    }
    Ok(Flow::GoOn(course.outcome))
}

fn cannot_read(
    handler: &mut impl Handler,
    source: &Text<'_>,
    error: &io::Error,
) -> Result<Outcome> {
    report_problem(handler, source, None, &format!("cannot read: {error}"))?;
    Ok(Outcome::Trouble)
}

/// Says on standard error what could not be read, and hands it on.
fn report_problem(
    handler: &mut impl Handler,
    source: &Text<'_>,
    position: Option<Position>,
    message: &str,
) -> Result<()> {
    let problem = Problem {
        source,
        position,
        message,
    };
    say(&format!("chatlog: {problem}"));
    handler.problem(&problem)
}

/// Why going through a source stopped.
enum Halt {
    /// It cannot be read on.
    Input(io::Error),
    /// The run cannot go on.
    Run(anyhow::Error),
    /// The run need not go on.
    Stop,
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Input(error)
    }
}

/// Going through one source.
struct Course<'s, H> {
    origin: Origin<'static>,
    format: Option<Format>,
    limits: Limits,
    sidecar: Sidecar<'s>,
    is_recoded: bool,
    outcome: Outcome,
    /// How many deliveries were in each format.
    formats: BTreeMap<&'static str, usize>,
    /// How many requests were passed over, by reason.
    skipped: BTreeMap<String, usize>,
    handler: &'s mut H,
}

impl<H: Handler> Course<'_, H> {
    fn run(&mut self, opened: Opened, patience: Patience, max_size: usize) -> Result<(), Halt> {
        let mut records = Records::new(opened.reader, patience, max_size);
        if self.is_whole(&mut records)? {
            return match records.whole()? {
                Some(record) => self.read(&record),
                None => Ok(()),
            };
        }
        while let Some(record) = records.next()? {
            self.read(&record)?;
        }
        Ok(())
    }

    /// Says whether the source is one capture that is not JSON.
    fn is_whole(&self, records: &mut Records<impl Read>) -> Result<bool, Halt> {
        Ok(match self.format {
            Some(Format::Http | Format::Curl) => true,
            None | Some(Format::Smee) => capture::sniff(records.start()?).is_some(),
            Some(_) => false,
        })
    }

    fn read(&mut self, record: &Record<'_>) -> Result<(), Halt> {
        let Capture {
            format,
            deliveries,
            skipped,
            problems,
        } = capture::deliveries(record, self.format, &self.limits);
        if !deliveries.is_empty() {
            *self.formats.entry(format.name()).or_default() += deliveries.len();
        }
        for request in skipped {
            *self.skipped.entry(request.reason).or_default() += 1;
        }
        for mut delivery in deliveries {
            if self.is_recoded && delivery.fidelity == Fidelity::Exact {
                delivery.fidelity = Fidelity::Text;
                delivery.notes.push("decoded from UTF-16".to_owned());
            }
            self.origin.index += 1;
            let arrival = Arrival {
                origin: &self.origin,
                delivery: &delivery,
                sidecar: &self.sidecar,
            };
            match self.handler.delivery(&arrival).map_err(Halt::Run)? {
                Flow::GoOn(outcome) => self.outcome = self.outcome.max(outcome),
                Flow::Stop(outcome) => {
                    self.outcome = self.outcome.max(outcome);
                    return Err(Halt::Stop);
                }
            }
        }
        for problem in problems {
            self.outcome = Outcome::Trouble;
            let (position, message) = (problem.position, &problem.message);
            report_problem(self.handler, &self.origin.source, position, message)
                .map_err(Halt::Run)?;
        }
        Ok(())
    }

    /// Says what was passed over, how the source was read if that is asked for, and whether there
    /// was nothing in it.
    fn say(&mut self, verbose: bool, quiet: bool, undone: &[&str]) -> Result<()> {
        let name = &self.origin.source;
        if verbose {
            let formats: Vec<_> = self
                .formats
                .iter()
                .map(|(format, count)| format!("{count} × {format}"))
                .collect();
            let undone: Vec<_> = undone
                .iter()
                .map(|what| format!(", {what} undone"))
                .collect();
            let undone = undone.concat();
            tell(
                name,
                &format!(
                    "read {}{undone}",
                    if formats.is_empty() {
                        "nothing".to_owned()
                    } else {
                        formats.join(", ")
                    }
                ),
            );
        }
        if !self.skipped.is_empty() && !quiet {
            let count: usize = self.skipped.values().sum();
            let listed: Vec<_> = self
                .skipped
                .iter()
                .map(|(reason, count)| format!("{count} × {reason}"))
                .collect();
            let words = if count == 1 {
                "request is no webhook and was"
            } else {
                "requests are no webhooks and were"
            };
            tell(
                name,
                &format!("{count} {words} skipped: {}", listed.join(", ")),
            );
        }
        if self.origin.index == 0 && self.outcome == Outcome::Clean {
            let what = if self.skipped.is_empty() {
                "is empty: no delivery to read"
            } else {
                "holds no webhook"
            };
            self.outcome = Outcome::Trouble;
            report_problem(self.handler, name, None, what)?;
        }
        Ok(())
    }
}
