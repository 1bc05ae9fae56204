//! Going through the deliveries of all inputs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Result, bail};
use chatlog::capture::{self, Capture, Delivery, Fidelity, Format, Limits, Position, Record};
use chatlog::{Origin, Text};

use super::{Outcome, tell};
use crate::args::{InputArgs, Inputs};
use crate::input::{
    Buffering, Claim, FramingError, Input, InputError, Opened, Records, Source, holds_delivery,
};

/// How inputs are gone through.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadOptions {
    /// Whether to wait for what follows the first record of a live stream.
    pub(super) buffering: Buffering,
    /// Whether nothing but trouble is to be said of an input.
    pub(super) quiet: bool,
}

/// Whether to go on after a delivery, with how it went.
pub(super) type Flow = ControlFlow<Outcome, Outcome>;

impl From<Outcome> for Flow {
    fn from(outcome: Outcome) -> Self {
        Self::Continue(outcome)
    }
}

/// A delivery with where it came from.
pub(super) struct IncomingDelivery<'a> {
    /// Which input, and which delivery of it.
    pub(super) origin: &'a Origin<'a>,
    /// The delivery.
    pub(super) delivery: &'a Delivery<'a>,
    /// The signature in the file beside the input's, if there is one.
    pub(super) sidecar: Option<&'a str>,
    /// Whether somebody may be waiting for what is said of it while more is yet to come.
    pub(super) is_live: bool,
}

impl<'a> IncomingDelivery<'a> {
    /// The delivery, with the signature in the file beside it as the header `name`, if it has none.
    pub(super) fn signed(&self, name: &str) -> Cow<'a, Delivery<'a>> {
        match self.sidecar {
            Some(signature) if self.delivery.headers.first(name).is_none() => {
                let mut delivery = self.delivery.clone();
                delivery.headers.push(name.to_owned(), signature);
                Cow::Owned(delivery)
            }
            _ => Cow::Borrowed(self.delivery),
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
    options: ReadOptions,
    handle: impl FnMut(&IncomingDelivery<'_>) -> Result<F>,
) -> Result<Outcome> {
    for_each_delivery_of(&inputs.inputs, &inputs.reading, options, handle)
}

/// Hands every delivery of the inputs that are named to `handle`, in order.
pub(super) fn for_each_delivery_of<F: Into<Flow>>(
    inputs: &[PathBuf],
    args: &InputArgs,
    options: ReadOptions,
    mut handle: impl FnMut(&IncomingDelivery<'_>) -> Result<F>,
) -> Result<Outcome> {
    if inputs.is_empty() && io::stdin().is_terminal() {
        bail!(NoInput);
    }
    let mut outcome = Outcome::Clean;
    for input in Input::all(inputs) {
        let flow = match input {
            Ok(input) => InputReader::new(&input, args, options, &mut handle).run()?,
            Err(error) => cannot_use(&error).into(),
        };
        match flow {
            ControlFlow::Continue(more) => outcome = outcome.max(more),
            ControlFlow::Break(last) => return Ok(outcome.max(last)),
        }
    }
    Ok(outcome)
}

fn cannot_use(InputError { place, what }: &InputError) -> Outcome {
    tell(place, what);
    Outcome::Trouble
}

fn cannot_read(name: &Text<'_>, error: &io::Error) -> Outcome {
    tell(name, &format!("cannot read: {error}"));
    Outcome::Trouble
}

/// Going through one input, which is one source or a folder of them.
struct InputReader<'a, H> {
    input: &'a Input,
    args: &'a InputArgs,
    options: ReadOptions,
    handle: &'a mut H,
    /// How many deliveries there were.
    count: usize,
    /// How many files of the folder held none, and need not.
    passed_over: usize,
    outcome: Outcome,
}

impl<'a, F: Into<Flow>, H: FnMut(&IncomingDelivery<'_>) -> Result<F>> InputReader<'a, H> {
    fn new(input: &'a Input, args: &'a InputArgs, options: ReadOptions, handle: &'a mut H) -> Self {
        Self {
            input,
            args,
            options,
            handle,
            count: 0,
            passed_over: 0,
            outcome: Outcome::Clean,
        }
    }

    fn run(mut self) -> Result<Flow> {
        for source in self.input.sources() {
            let flow = match source {
                Ok(source) => self.read(&source)?,
                Err(error) => cannot_use(&error).into(),
            };
            match flow {
                ControlFlow::Continue(outcome) => self.outcome = self.outcome.max(outcome),
                ControlFlow::Break(outcome) => {
                    return Ok(ControlFlow::Break(self.outcome.max(outcome)));
                }
            }
            if self.input.number == Some(self.count) {
                return Ok(ControlFlow::Continue(self.outcome));
            }
        }
        self.summarize();
        Ok(ControlFlow::Continue(self.outcome))
    }

    /// Hands the deliveries of a source to `handle`. An error ends the run: that output cannot be
    /// written, say; what is wrong with the source itself does not.
    fn read(&mut self, source: &Source) -> Result<Flow> {
        let name = source.name();
        match self.open(source) {
            Ok(Some(opened)) => self.read_opened(source, opened),
            Ok(None) => {
                self.pass_over(&name);
                Ok(Outcome::Clean.into())
            }
            Err(error) => Ok(cannot_read(&name, &error).into()),
        }
    }

    /// Opens a source, unless it is a file that was found and holds no delivery.
    fn open(&self, source: &Source) -> io::Result<Option<Opened>> {
        if source.claim == Claim::Unknown
            && !holds_delivery(source, self.args.input, self.args.limits())?
        {
            return Ok(None);
        }
        source.open().map(Some)
    }

    fn read_opened(&mut self, source: &Source, opened: Opened) -> Result<Flow> {
        let name = source.name();
        let undone = opened.undone.clone();
        let mut reader = SourceReader::new(source, &opened, self);
        match reader.run(opened) {
            Ok(()) | Err(Stop::Reached) => {}
            Err(Stop::Told) => return Ok(ControlFlow::Break(reader.outcome)),
            Err(Stop::Run(error)) => return Err(error),
            Err(Stop::Read(error)) => {
                reader.outcome = reader.outcome.max(cannot_read(&name, &error));
            }
        }
        let is_empty = !reader.summarize(&undone);
        let outcome = reader.outcome;
        if is_empty && source.claim == Claim::Named {
            tell(&name, "is empty: no delivery to read");
            return Ok(Outcome::Trouble.into());
        }
        if is_empty {
            self.pass_over(&name);
        }
        Ok(outcome.into())
    }

    fn pass_over(&mut self, name: &Text<'_>) {
        self.passed_over += 1;
        if self.args.verbose {
            tell(name, "passed over: holds no delivery");
        }
    }

    /// Says how many files were passed over, and whether what was asked for was not there.
    fn summarize(&mut self) {
        let name = self.input.name();
        let hint = if self.args.verbose {
            ""
        } else {
            " (-v names them)"
        };
        let is_nothing = self.count == 0 && self.outcome == Outcome::Clean;
        if is_nothing && self.input.is_folder() {
            let why = match self.passed_over {
                0 => "there is no file to read".to_owned(),
                count => format!("passed over {}{hint}", counted(count, "file", "files")),
            };
            tell(&name, &format!("holds no delivery: {why}"));
            self.outcome = Outcome::Trouble;
        } else if self.passed_over > 0 && !self.options.quiet {
            let files = counted(self.passed_over, "file", "files");
            tell(
                &name,
                &format!("passed over {files} without a delivery{hint}"),
            );
        }
        if let Some(number) = self.input.number
            && self.count > 0
        {
            let deliveries = counted(self.count, "delivery", "deliveries");
            tell(&name, &format!("holds {deliveries}; there is no #{number}"));
            self.outcome = Outcome::Trouble;
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Why going through a source stopped.
enum Stop {
    /// It cannot be read on.
    Read(io::Error),
    /// The run cannot go on.
    Run(anyhow::Error),
    /// The run need not go on.
    Told,
    /// The delivery that was asked for was reached.
    Reached,
}

/// Going through one source.
struct SourceReader<'a, H> {
    origin: Origin<'static>,
    format: Option<Format>,
    limits: Limits,
    options: ReadOptions,
    verbose: bool,
    /// The number in the input of the delivery that was asked for.
    wanted: Option<usize>,
    sidecar: Option<String>,
    is_recoded: bool,
    is_live: bool,
    outcome: Outcome,
    /// How many deliveries were in each format.
    formats: BTreeMap<&'static str, usize>,
    /// How many requests were passed over, by reason.
    skipped: BTreeMap<String, usize>,
    count: &'a mut usize,
    handle: &'a mut H,
}

impl<'a, F: Into<Flow>, H: FnMut(&IncomingDelivery<'_>) -> Result<F>> SourceReader<'a, H> {
    fn new(source: &Source, opened: &Opened, input: &'a mut InputReader<'_, H>) -> Self {
        Self {
            origin: Origin {
                source: source.name(),
                index: 0,
            },
            format: input.args.input,
            limits: input.args.limits(),
            options: input.options,
            verbose: input.args.verbose,
            wanted: input.input.number,
            sidecar: source.sidecar(),
            is_recoded: opened.is_recoded,
            is_live: opened.is_live,
            outcome: Outcome::Clean,
            formats: BTreeMap::new(),
            skipped: BTreeMap::new(),
            count: &mut input.count,
            handle: input.handle,
        }
    }

    fn run(&mut self, opened: Opened) -> Result<(), Stop> {
        let buffering = if opened.is_live {
            self.options.buffering
        } else {
            Buffering::Whole
        };
        let mut records = Records::new(opened.reader, buffering, self.limits.max_body);
        match self.is_whole(&mut records) {
            Ok(true) => match records.whole() {
                Ok(record) => record.map_or(Ok(()), |record| self.read(&record)),
                Err(error) => self.too_large(error, "capture"),
            },
            Ok(false) => self.read_records(&mut records),
            Err(error) => self.too_large(error, "capture"),
        }
    }

    fn read_records(&mut self, records: &mut Records<impl Read>) -> Result<(), Stop> {
        loop {
            match records.next() {
                Ok(None) => return Ok(()),
                Ok(Some(record)) => self.read(&record)?,
                Err(error) => self.too_large(error, "delivery")?,
            }
        }
    }

    /// Says where something is larger than the limit.
    fn too_large(&mut self, error: FramingError, what: &str) -> Result<(), Stop> {
        let position = match error {
            FramingError::Read(error) => return Err(Stop::Read(error)),
            FramingError::TooLarge(position) => position,
        };
        let limit = self.limits.max_body >> 20;
        let what = format!("a {what} is larger than {limit} MiB (see --max-size): passed over");
        self.report_problem(Some(position), &what);
        Ok(())
    }

    /// Says whether the source is one capture that is not JSON.
    fn is_whole(&self, records: &mut Records<impl Read>) -> Result<bool, FramingError> {
        Ok(match self.format {
            Some(Format::Http | Format::Curl) => true,
            None | Some(Format::Smee) => capture::sniff(records.start()?).is_some(),
            Some(_) => false,
        })
    }

    fn read(&mut self, record: &Record<'_>) -> Result<(), Stop> {
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
        for delivery in deliveries {
            self.hand_over(delivery)?;
        }
        for problem in problems {
            self.report_problem(problem.position, &problem.message);
        }
        Ok(())
    }

    fn hand_over(&mut self, mut delivery: Delivery<'_>) -> Result<(), Stop> {
        if self.is_recoded && delivery.fidelity == Fidelity::Exact {
            delivery.fidelity = Fidelity::Text;
            delivery.notes.push("decoded from UTF-16".to_owned());
        }
        self.origin.index += 1;
        *self.count += 1;
        if self.wanted.is_some_and(|wanted| *self.count < wanted) {
            return Ok(());
        }
        let incoming = IncomingDelivery {
            origin: &self.origin,
            delivery: &delivery,
            sidecar: self.sidecar.as_deref(),
            is_live: self.is_live,
        };
        let flow = (self.handle)(&incoming).map_err(Stop::Run)?.into();
        let (ControlFlow::Continue(outcome) | ControlFlow::Break(outcome)) = flow;
        self.outcome = self.outcome.max(outcome);
        match flow {
            ControlFlow::Break(_) => Err(Stop::Told),
            ControlFlow::Continue(_) if self.wanted.is_some() => Err(Stop::Reached),
            ControlFlow::Continue(_) => Ok(()),
        }
    }

    fn report_problem(&mut self, position: Option<Position>, what: &str) {
        let source = self.origin.source.as_str();
        let place = match position {
            Some(Position { line, column }) => format!("{source}:{line}:{column}"),
            None => source.to_owned(),
        };
        tell(&Text::from(place), what);
        self.outcome = Outcome::Trouble;
    }

    /// Says what was skipped, and how the source was read if that is asked for; `false` if there was
    /// nothing in it at all.
    fn summarize(&mut self, undone: &[&str]) -> bool {
        let name = &self.origin.source;
        if self.verbose {
            tell(name, &format!("read {}{}", self.formats(), joined(undone)));
        }
        if !self.skipped.is_empty() && !self.options.quiet {
            tell(name, &self.skipped());
        }
        if self.origin.index > 0 || self.outcome != Outcome::Clean {
            return true;
        }
        if !self.skipped.is_empty() {
            tell(name, "holds no webhook");
            self.outcome = Outcome::Trouble;
        }
        !self.skipped.is_empty()
    }

    fn formats(&self) -> String {
        if self.formats.is_empty() {
            return "nothing".to_owned();
        }
        listed(&self.formats)
    }

    fn skipped(&self) -> String {
        let count = self.skipped.values().sum();
        let one = "request that is not a webhook";
        let requests = counted(count, one, "requests that are not webhooks");
        format!("skipped {requests}: {}", listed(&self.skipped))
    }
}

/// `2 × http, 1 × har`
fn listed(counts: &BTreeMap<impl fmt::Display, usize>) -> String {
    let counts = counts
        .iter()
        .map(|(what, count)| format!("{count} × {what}"));
    counts.collect::<Vec<_>>().join(", ")
}

/// `, gzip undone`
fn joined(undone: &[&str]) -> String {
    undone
        .iter()
        .map(|what| format!(", {what} undone"))
        .collect()
}
