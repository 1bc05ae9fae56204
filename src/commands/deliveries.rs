//! Going through the deliveries of all inputs.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use anyhow::{Result, bail};
use chatlog::capture::{self, Capture, Delivery, Fidelity, Format, Limits, Record};
use chatlog::{Origin, Text};

use super::{Outcome, tell};
use crate::args::{Inputs, Reading};
use crate::input::{Opened, Patience, Records, Source, Trouble, sources};

/// How inputs are gone through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// Whether to wait for what follows the first record of standard input.
    pub(super) patience: Patience,
    /// Whether nothing but trouble is to be said of an input.
    pub(super) quiet: bool,
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
    signature: OnceCell<Option<String>>,
}

impl<'a> Sidecar<'a> {
    fn of(source: &'a Source) -> Self {
        Self {
            source,
            signature: OnceCell::new(),
        }
    }

    fn signature(&self) -> Option<&str> {
        let signature = self.signature.get_or_init(|| self.source.sidecar());
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
///
/// An input that cannot be used is said on standard error and does not stop the others.
pub(super) fn for_each_delivery<F: Into<Flow>>(
    inputs: &Inputs,
    way: Way,
    mut handle: impl FnMut(&Arrival<'_>) -> Result<F>,
) -> Result<Outcome> {
    if inputs.inputs.is_empty() && io::stdin().is_terminal() {
        bail!(NoInput);
    }
    let mut outcome = Outcome::Clean;
    for source in sources(&inputs.inputs) {
        let flow = match source {
            Ok(source) => read_source(&source, &inputs.reading, way, &mut handle)?,
            Err(Trouble { place, what }) => {
                tell(&place, &what);
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
    };
    match read_source(&source, reading, way, handle)? {
        Flow::GoOn(outcome) | Flow::Stop(outcome) => Ok(outcome),
    }
}

/// Hands the deliveries of a source to `handle`. An error ends the run: that output cannot be
/// written, say; what is wrong with the source itself does not.
fn read_source<F: Into<Flow>>(
    source: &Source,
    reading: &Reading,
    way: Way,
    handle: impl FnMut(&Arrival<'_>) -> Result<F>,
) -> Result<Flow> {
    let name = source.name();
    let opened = match source.open() {
        Ok(opened) => opened,
        Err(error) => return Ok(Flow::GoOn(cannot_read(&name, &error))),
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
        sidecar: Sidecar::of(source),
        is_recoded: opened.is_recoded,
        outcome: Outcome::Clean,
        formats: BTreeMap::new(),
        skipped: BTreeMap::new(),
        handle,
    };
    match course.run(opened, patience, max_size) {
        Ok(()) => course.say(reading.verbose, way.quiet, &undone),
        Err(Halt::Stop) => return Ok(Flow::Stop(course.outcome)),
        Err(Halt::Run(error)) => return Err(error),
        Err(Halt::Input(error)) => {
            course.outcome = course
                .outcome
                .max(cannot_read(&course.origin.source, &error));
        }
    }
    Ok(Flow::GoOn(course.outcome))
}

fn cannot_read(name: &Text<'_>, error: &io::Error) -> Outcome {
    tell(name, &format!("cannot read: {error}"));
    Outcome::Trouble
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
    handle: H,
}

impl<F: Into<Flow>, H: FnMut(&Arrival<'_>) -> Result<F>> Course<'_, H> {
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
            match (self.handle)(&arrival).map_err(Halt::Run)?.into() {
                Flow::GoOn(outcome) => self.outcome = self.outcome.max(outcome),
                Flow::Stop(outcome) => {
                    self.outcome = self.outcome.max(outcome);
                    return Err(Halt::Stop);
                }
            }
        }
        for problem in problems {
            let place = match problem.position {
                Some(position) => format!(
                    "{}:{}:{}",
                    self.origin.source.as_str(),
                    position.line,
                    position.column
                ),
                None => self.origin.source.as_str().to_owned(),
            };
            tell(&Text::from(place), &problem.message);
            self.outcome = Outcome::Trouble;
        }
        Ok(())
    }

    /// Says what was passed over, how the source was read if that is asked for, and whether there
    /// was nothing in it.
    fn say(&mut self, verbose: bool, quiet: bool, undone: &[&str]) {
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
            tell(name, what);
            self.outcome = Outcome::Trouble;
        }
    }
}
