//! Workers: find the deliveries in records and have the command process each of them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use chatlog::capture::{self, Capture, Format, Limits, Record};
use chatlog::delivery::{Delivery, Fidelity};
use chatlog::view::findings::InputProblem;
use chatlog::{Origin, Text};

use super::batch::{Batch, BatchItem, ReadEvent, Run};
use super::framing::Framed;
use super::input::Source;
use super::reader::{Consumer, Reader, Stop};
use super::sink::Progress;
use super::threads::{DoneItem, Gates};
use super::turn::Turn;
use super::{Outputs, Processor, ReadOptions, Sink};
use crate::cli::outcome::Outcome;

/// A source that was opened. Its records may still be on their way when it is closed.
pub(super) struct OpenSource {
    /// The number of the source in the run, and the number of its input.
    pub(super) number: usize,
    pub(super) input: usize,
    pub(super) name: Text<'static>,
    pub(super) source: Source,
    /// Whether its text was decoded from UTF-16.
    pub(super) is_recoded: bool,
    /// Whether more data may arrive at any time.
    pub(super) is_live: bool,
    /// The number, in its input, of the only delivery to process.
    pub(super) wanted: Option<usize>,
    /// The signature in the file `NAME.sig` next to it. It is read on first use, so that commands
    /// which check no signatures do not open that file.
    pub(super) sidecar: OnceLock<Option<String>>,
}

impl OpenSource {
    /// Adjusts the fidelity of a delivery to that of this source.
    fn delivery<'d>(&self, mut delivery: Delivery<'d>) -> Delivery<'d> {
        if self.is_recoded && delivery.fidelity == Fidelity::Exact {
            delivery.fidelity = Fidelity::Text;
            delivery.notes.push("decoded from UTF-16".to_owned());
        }
        delivery
    }

    fn sidecar(&self, outputs: &Outputs) -> Option<&str> {
        let read = || self.source.sidecar(outputs);
        self.sidecar.get_or_init(read).as_deref()
    }
}

/// A delivery on its way to the command, with its origin.
pub(crate) struct IncomingDelivery<'a> {
    /// Its source and its number there.
    pub(crate) origin: &'a Origin<'a>,
    /// The delivery.
    pub(crate) delivery: &'a Delivery<'a>,
    /// Its number among all deliveries to process of its input, from 1. A folder is one input with
    /// many sources, and an input with `#N` has one delivery to process.
    pub(crate) number: usize,
    /// Lets it wait until all earlier deliveries are done.
    pub(crate) turn: Turn<'a>,
    source: &'a OpenSource,
    outputs: &'a Outputs,
}

impl<'a> IncomingDelivery<'a> {
    /// The delivery with a signature: if it has no header `name`, the signature in the file next to
    /// its source becomes that header.
    pub(crate) fn signed(&self, name: &str) -> Cow<'a, Delivery<'a>> {
        if self.delivery.headers.first(name).is_some() {
            return Cow::Borrowed(self.delivery);
        }
        match self.source.sidecar(self.outputs) {
            Some(signature) => {
                let mut delivery = self.delivery.clone();
                delivery.headers.push(name.to_owned(), signature);
                Cow::Owned(delivery)
            }
            None => Cow::Borrowed(self.delivery),
        }
    }
}

/// The output for some records of one source, and everything else to account for.
#[derive(Default)]
pub(super) struct PartialOutput<O> {
    pub(super) output: O,
    pub(super) tally: CaptureTally,
    /// Problems to report on standard error.
    pub(super) problems: Vec<String>,
    pub(super) outcome: Outcome,
    /// Why the run stops after these records.
    pub(super) stop: Option<Stop>,
}

/// What some records held.
#[derive(Debug, Default)]
pub(super) struct CaptureTally {
    /// The number of deliveries.
    pub(super) deliveries: usize,
    /// The number of deliveries in each format.
    pub(super) formats: Vec<(Format, usize)>,
    /// The reason for each request that was skipped.
    pub(super) skipped: Vec<String>,
}

impl CaptureTally {
    fn add(&mut self, capture: &mut Capture<'_>) {
        let (format, count) = (capture.format, capture.deliveries.len());
        self.deliveries += count;
        match self.formats.last_mut() {
            _ if count == 0 => {}
            Some((last, counted)) if *last == format => *counted += count,
            _ => self.formats.push((format, count)),
        }
        let skipped = capture.skipped.drain(..);
        self.skipped.extend(skipped.map(|request| request.reason));
    }
}

/// How many deliveries came before, in the current source and in the current input.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DeliveryCounts {
    source: usize,
    in_source: usize,
    input: usize,
    in_input: usize,
}

impl DeliveryCounts {
    /// Counts the deliveries in `captures`, and returns the counts before them.
    fn count(&mut self, source: &OpenSource, captures: &[Capture<'_>]) -> Self {
        let deliveries: usize = captures.iter().map(|it| it.deliveries.len()).sum();
        if self.source != source.number {
            (self.source, self.in_source) = (source.number, 0);
        }
        if self.input != source.input {
            (self.input, self.in_input) = (source.input, 0);
        }
        let before = *self;
        self.in_source += deliveries;
        self.in_input += deliveries;
        before
    }
}

/// A position among the deliveries of a source.
struct Cursor<'c> {
    source: &'c OpenSource,
    origin: Origin<'c>,
    /// The number of the delivery in its input.
    number: usize,
    turn: Turn<'c>,
}

impl<'c> Cursor<'c> {
    /// Before the first delivery that follows those in `start`.
    fn new(source: &'c OpenSource, start: DeliveryCounts, turn: Turn<'c>) -> Self {
        Self {
            source,
            origin: Origin {
                source: source.name.clone(),
                index: start.in_source,
            },
            number: start.in_input,
            turn,
        }
    }

    fn advance(&mut self) {
        self.origin.index += 1;
        self.number += 1;
    }

    /// Whether the delivery is to be processed: with `#N`, those before the N-th are not.
    fn is_wanted(&self) -> bool {
        self.source
            .wanted
            .is_none_or(|wanted| self.number >= wanted)
    }

    fn incoming<'a>(
        &'a self,
        delivery: &'a Delivery<'a>,
        outputs: &'a Outputs,
    ) -> IncomingDelivery<'a> {
        IncomingDelivery {
            origin: &self.origin,
            delivery,
            number: self.source.wanted.map_or(self.number, |_| 1),
            turn: self.turn,
            source: self.source,
            outputs,
        }
    }
}

/// Processes records. It has no state, so all threads share one.
pub(super) struct Worker<'w, P> {
    pub(super) processor: &'w P,
    pub(super) format: Option<Format>,
    pub(super) limits: Limits,
    pub(super) outputs: &'w Outputs,
}

impl<'w, P: Processor> Worker<'w, P> {
    pub(super) fn new(options: &ReadOptions, outputs: &'w Outputs, processor: &'w P) -> Self {
        Self {
            processor,
            format: options.format,
            limits: options.limits,
            outputs,
        }
    }

    fn capture<'r>(&self, record: &Record<'r>) -> Capture<'r> {
        capture::deliveries(record, self.format, &self.limits)
    }

    /// Processes a batch. Its deliveries are counted in turn as soon as they are found.
    pub(super) fn work(
        &self,
        batch: &Batch,
        number: u64,
        gates: &Gates,
    ) -> Vec<DoneItem<P::Output>> {
        let runs = batch.runs();
        let captures: Vec<_> = runs.map(|run| self.captures(batch, run)).collect();
        let starts: Vec<DeliveryCounts> = gates.counted.pass(number, |counts| {
            let runs = batch.runs().zip(&captures);
            runs.map(|(run, captures)| counts.count(&run.source, captures))
                .collect()
        });
        let turn = Turn::of(&gates.done, number);
        let done = self.work_on_items(batch, captures.into_iter().zip(starts), turn);
        gates.done.pass(number, |()| ());
        done
    }

    /// Processes the items of a batch, given the captures of each of its runs and the counts before
    /// them.
    fn work_on_items<'b>(
        &self,
        batch: &'b Batch,
        mut runs: impl Iterator<Item = (Vec<Capture<'b>>, DeliveryCounts)>,
        turn: Turn<'_>,
    ) -> Vec<DoneItem<P::Output>> {
        let mut done = Vec::with_capacity(batch.items.len());
        for item in &batch.items {
            match item {
                BatchItem::Event(event) => done.push(DoneItem::Event(event.clone())),
                BatchItem::Run(run) => {
                    let mut partial = PartialOutput::default();
                    if let Some((captures, start)) = runs.next() {
                        let cursor = Cursor::new(&run.source, start, turn);
                        self.work_on(captures, cursor, &mut partial);
                    }
                    let is_last = partial.stop.is_some();
                    done.push(DoneItem::Output(Arc::clone(&run.source), partial));
                    if is_last {
                        break;
                    }
                }
            }
        }
        done
    }

    fn captures<'b>(&self, batch: &'b Batch, run: &'b Run) -> Vec<Capture<'b>> {
        let records = run.records.iter();
        records
            .map(|record| self.capture(&record.record(&batch.buffer)))
            .collect()
    }

    /// Processes the deliveries of some captures and adds the output to `partial`. `cursor` stands
    /// before the first of them.
    fn work_on<'r>(
        &self,
        captures: impl IntoIterator<Item = Capture<'r>>,
        mut cursor: Cursor<'_>,
        partial: &mut PartialOutput<P::Output>,
    ) {
        for mut capture in captures {
            partial.tally.add(&mut capture);
            for delivery in capture.deliveries {
                cursor.advance();
                if !cursor.is_wanted() {
                    continue;
                }
                let delivery = cursor.source.delivery(delivery);
                partial.stop = self.process(&cursor.incoming(&delivery, self.outputs), partial);
                if partial.stop.is_some() {
                    return;
                }
            }
            for problem in capture.problems {
                self.report(cursor.source, &problem, partial);
            }
        }
    }

    /// Processes a delivery. Returns a reason to stop if it is the last one to process.
    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        partial: &mut PartialOutput<P::Output>,
    ) -> Option<Stop> {
        let (outcome, stop) = match self.processor.process(incoming, &mut partial.output) {
            Err(error) => return Some(Stop::Failed(error)),
            Ok(ControlFlow::Break(outcome)) => (outcome, Some(Stop::Enough)),
            Ok(ControlFlow::Continue(outcome)) => {
                let is_reached = incoming.source.wanted.is_some();
                (outcome, is_reached.then_some(Stop::Reached))
            }
        };
        partial.outcome = partial.outcome.max(outcome);
        stop
    }

    fn report(
        &self,
        source: &OpenSource,
        problem: &capture::Problem,
        partial: &mut PartialOutput<P::Output>,
    ) {
        let problem = InputProblem {
            source: &source.name,
            position: problem.position,
            message: &problem.message,
        };
        partial.problems.push(problem.to_string());
        partial.outcome = Outcome::Trouble;
        if let Err(error) = self.processor.problem(&problem, &mut partial.output) {
            partial.stop = Some(Stop::Failed(error));
        }
    }
}

/// Runs with one worker: processes each record where it lies and writes its output at once.
///
/// # Errors
/// The output cannot be written, or the processor cannot go on.
pub(super) fn run_inline<P: Processor>(
    options: &ReadOptions,
    outputs: &Arc<Outputs>,
    progress: &mut Progress<'_, P, impl Sink<P::Output>>,
) -> Result<()> {
    let stage = RefCell::new(Inline {
        worker: Worker::new(options, outputs, progress.processor),
        progress,
        counts: DeliveryCounts::default(),
        partial: PartialOutput::default(),
    });
    match Reader::new(options, Arc::downgrade(outputs), &stage).run() {
        Err(Stop::Failed(error)) => Err(error),
        Ok(()) | Err(Stop::Enough | Stop::Reached) => Ok(()),
    }
}

/// A worker that also writes.
struct Inline<'i, 'p, P: Processor, S> {
    worker: Worker<'i, P>,
    progress: &'i mut Progress<'p, P, S>,
    counts: DeliveryCounts,
    /// Reused for each record.
    partial: PartialOutput<P::Output>,
}

impl<P: Processor, S: Sink<P::Output>> Consumer for Inline<'_, '_, P, S> {
    fn event(&mut self, event: ReadEvent) -> Result<(), Stop> {
        self.progress.event(event)
    }

    fn record(&mut self, source: &Arc<OpenSource>, framed: Framed<'_>) -> Result<(), Stop> {
        let captures = [self.worker.capture(&framed.record())];
        let start = self.counts.count(source, &captures);
        let cursor = Cursor::new(source, start, Turn::ONLY);
        self.worker.work_on(captures, cursor, &mut self.partial);
        self.progress.write(source, &mut self.partial)
    }

    fn before_waiting(&mut self) -> Result<(), Stop> {
        Ok(())
    }
}
