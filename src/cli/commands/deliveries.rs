//! Going through the deliveries of all inputs.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Result, bail};
use chatlog::Position;
use chatlog::capture::{self, Capture, Format, Limits, Record};
use chatlog::delivery::{Delivery, Fidelity};
use chatlog::view::delivery_count;
use chatlog::view::findings::{Problem, counted};
use chatlog::{Origin, Text};

use super::output::say;
use super::{Outcome, tell};
use crate::cli::args::{InputArgs, Inputs};
use crate::cli::pipeline::{
    Buffering, Claim, FramingError, Input, InputError, Opened, Outputs, Records, Source,
    holds_delivery,
};

/// How inputs are gone through.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadOptions<'o> {
    /// Whether to wait for what follows the first record of a live stream.
    pub(super) buffering: Buffering,
    /// Whether nothing but trouble is to be said of an input.
    pub(super) quiet: bool,
    /// The files that the run writes, which are not read.
    pub(super) outputs: &'o Outputs,
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
    sidecar: &'a Sidecar<'a>,
    /// Whether somebody may be waiting for what is said of it while more is yet to come.
    pub(super) is_live: bool,
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
        let read = || self.source.sidecar(self.outputs);
        self.signature.get_or_init(read).as_deref()
    }
}

impl<'a> IncomingDelivery<'a> {
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
    fn delivery(&mut self, incoming: &IncomingDelivery<'_>) -> Result<Flow>;

    /// Notes something that could not be read, which standard error has told already.
    fn problem(&mut self, problem: &Problem<'_>) -> Result<()>;
}

/// A function of deliveries, which does not care for problems.
struct Each<H>(H);

impl<F: Into<Flow>, H: FnMut(&IncomingDelivery<'_>) -> Result<F>> Handler for Each<H> {
    fn delivery(&mut self, incoming: &IncomingDelivery<'_>) -> Result<Flow> {
        (self.0)(incoming).map(Into::into)
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
    options: ReadOptions<'_>,
    handle: impl FnMut(&IncomingDelivery<'_>) -> Result<F>,
) -> Result<Outcome> {
    for_each_delivery_of(&inputs.inputs, &inputs.reading, options, handle)
}

/// Hands every delivery of the inputs that are named to `handle`, in order.
pub(super) fn for_each_delivery_of<F: Into<Flow>>(
    inputs: &[PathBuf],
    args: &InputArgs,
    options: ReadOptions<'_>,
    handle: impl FnMut(&IncomingDelivery<'_>) -> Result<F>,
) -> Result<Outcome> {
    handle_deliveries_of(inputs, args, options, &mut Each(handle))
}

/// Hands every delivery of every input to `handler`, in order.
pub(super) fn handle_deliveries(
    inputs: &Inputs,
    options: ReadOptions<'_>,
    handler: &mut impl Handler,
) -> Result<Outcome> {
    handle_deliveries_of(&inputs.inputs, &inputs.reading, options, handler)
}

/// An input that cannot be used is reported on standard error and does not stop the others.
fn handle_deliveries_of(
    inputs: &[PathBuf],
    args: &InputArgs,
    options: ReadOptions<'_>,
    handler: &mut impl Handler,
) -> Result<Outcome> {
    if inputs.is_empty() && io::stdin().is_terminal() {
        bail!(NoInput);
    }
    let mut outcome = Outcome::Clean;
    for input in Input::all(inputs) {
        let flow = match input {
            Ok(input) => InputReader::new(&input, args, options, handler).run()?,
            Err(error) => cannot_use(handler, &error)?.into(),
        };
        match flow {
            ControlFlow::Continue(more) => outcome = outcome.max(more),
            ControlFlow::Break(last) => return Ok(outcome.max(last)),
        }
    }
    Ok(outcome)
}

fn cannot_use(handler: &mut impl Handler, error: &InputError) -> Result<Outcome> {
    report_problem(handler, &error.place, None, &error.what)
}

fn cannot_read(
    handler: &mut impl Handler,
    source: &Text<'_>,
    error: &io::Error,
) -> Result<Outcome> {
    report_problem(handler, source, None, &format!("cannot read: {error}"))
}

/// Says on standard error what could not be read, and hands it on.
fn report_problem(
    handler: &mut impl Handler,
    source: &Text<'_>,
    position: Option<Position>,
    message: &str,
) -> Result<Outcome> {
    let problem = Problem {
        source,
        position,
        message,
    };
    say(&format!("chatlog: {problem}"));
    handler.problem(&problem)?;
    Ok(Outcome::Trouble)
}

/// Going through one input, which is one source or a folder of them.
struct InputReader<'a, H> {
    input: &'a Input,
    args: &'a InputArgs,
    options: ReadOptions<'a>,
    handler: &'a mut H,
    /// How many deliveries there were.
    count: usize,
    /// How many files of the folder held none, and need not.
    passed_over: usize,
    outcome: Outcome,
}

impl<'a, H: Handler> InputReader<'a, H> {
    fn new(
        input: &'a Input,
        args: &'a InputArgs,
        options: ReadOptions<'a>,
        handler: &'a mut H,
    ) -> Self {
        Self {
            input,
            args,
            options,
            handler,
            count: 0,
            passed_over: 0,
            outcome: Outcome::Clean,
        }
    }

    fn run(mut self) -> Result<Flow> {
        for source in self.input.sources() {
            let flow = match source {
                Ok(source) if self.is_output(&source) => Outcome::Clean.into(),
                Ok(source) => self.read(&source)?,
                Err(error) => cannot_use(self.handler, &error)?.into(),
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
        self.summarize()?;
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
            Err(error) => Ok(cannot_read(self.handler, &name, &error)?.into()),
        }
    }

    /// Says whether a file that was found in a folder is an output, which is then passed over.
    fn is_output(&self, source: &Source) -> bool {
        let output = source
            .path()
            .and_then(|path| self.options.outputs.find(path));
        if let Some(output) = output {
            let what = format!("not read: this file is {output}");
            tell(&source.name(), &what);
        }
        output.is_some()
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
                let trouble = cannot_read(reader.handler, &name, &error)?;
                reader.outcome = reader.outcome.max(trouble);
            }
        }
        let is_empty = !reader.summarize(&undone)?;
        let outcome = reader.outcome;
        if is_empty && source.claim == Claim::Named {
            let what = "is empty: no delivery to read";
            return Ok(report_problem(self.handler, &name, None, what)?.into());
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
    fn summarize(&mut self) -> Result<()> {
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
                count => format!("passed over {}{hint}", counted(count, "file")),
            };
            let what = format!("holds no delivery: {why}");
            self.outcome = report_problem(self.handler, &name, None, &what)?;
        } else if self.passed_over > 0 && !self.options.quiet {
            let files = counted(self.passed_over, "file");
            tell(
                &name,
                &format!("passed over {files} without a delivery{hint}"),
            );
        }
        if let Some(number) = self.input.number
            && self.count > 0
        {
            let deliveries = delivery_count(self.count);
            let what = format!("holds {deliveries}; there is no #{number}");
            self.outcome = report_problem(self.handler, &name, None, &what)?;
        }
        Ok(())
    }
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
    options: ReadOptions<'a>,
    verbose: bool,
    /// The number in the input of the delivery that was asked for.
    wanted: Option<usize>,
    sidecar: Sidecar<'a>,
    is_recoded: bool,
    is_live: bool,
    outcome: Outcome,
    /// How many deliveries were in each format.
    formats: BTreeMap<&'static str, usize>,
    /// How many requests were passed over, by reason.
    skipped: BTreeMap<String, usize>,
    count: &'a mut usize,
    handler: &'a mut H,
}

impl<'a, H: Handler> SourceReader<'a, H> {
    fn new(source: &'a Source, opened: &Opened, input: &'a mut InputReader<'_, H>) -> Self {
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
            sidecar: Sidecar::of(source, input.options.outputs),
            is_recoded: opened.is_recoded,
            is_live: opened.is_live,
            outcome: Outcome::Clean,
            formats: BTreeMap::new(),
            skipped: BTreeMap::new(),
            count: &mut input.count,
            handler: input.handler,
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
        self.report_problem(Some(position), &what)
    }

    /// Says whether the source is one capture that is not JSON.
    fn is_whole(&self, records: &mut Records<impl Read>) -> Result<bool, FramingError> {
        Ok(capture::is_text(self.format, records.start()?))
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
            self.report_problem(problem.position, &problem.message)?;
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
            sidecar: &self.sidecar,
            is_live: self.is_live,
        };
        let flow = self.handler.delivery(&incoming).map_err(Stop::Run)?;
        let (ControlFlow::Continue(outcome) | ControlFlow::Break(outcome)) = flow;
        self.outcome = self.outcome.max(outcome);
        match flow {
            ControlFlow::Break(_) => Err(Stop::Told),
            ControlFlow::Continue(_) if self.wanted.is_some() => Err(Stop::Reached),
            ControlFlow::Continue(_) => Ok(()),
        }
    }

    fn report_problem(&mut self, position: Option<Position>, what: &str) -> Result<(), Stop> {
        let told = report_problem(self.handler, &self.origin.source, position, what);
        self.outcome = told.map_err(Stop::Run)?;
        Ok(())
    }

    /// Says what was skipped, and how the source was read if that is asked for; `false` if there was
    /// nothing in it at all.
    fn summarize(&mut self, undone: &[&str]) -> Result<bool> {
        let name = &self.origin.source;
        if self.verbose {
            tell(name, &format!("read {}{}", self.formats(), joined(undone)));
        }
        if !self.skipped.is_empty() && !self.options.quiet {
            tell(name, &self.skipped());
        }
        if self.origin.index > 0 || self.outcome != Outcome::Clean {
            return Ok(true);
        }
        if !self.skipped.is_empty() {
            self.outcome = report_problem(self.handler, name, None, "holds no webhook")?;
        }
        Ok(!self.skipped.is_empty())
    }

    fn formats(&self) -> String {
        if self.formats.is_empty() {
            return "nothing".to_owned();
        }
        listed(&self.formats)
    }

    fn skipped(&self) -> String {
        let requests = match self.skipped.values().sum() {
            1_usize => "1 request that is not a webhook".to_owned(),
            count => format!("{count} requests that are not webhooks"),
        };
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
