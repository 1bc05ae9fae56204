//! Workers: from records to what a command makes of their deliveries.

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

/// A source whose records are on their way.
pub(super) struct OpenSource {
    /// The number of the source in the run, and that of its input.
    pub(super) number: usize,
    pub(super) input: usize,
    pub(super) name: Text<'static>,
    pub(super) source: Source,
    /// Whether its text was decoded from UTF-16.
    pub(super) is_recoded: bool,
    /// Whether more of it may come at any time.
    pub(super) is_live: bool,
    /// The number in the input of the one delivery that is wanted.
    pub(super) wanted: Option<usize>,
    /// The signature in the file beside it, read when it is first asked for: only who checks
    /// signatures opens that file.
    pub(super) sidecar: OnceLock<Option<String>>,
}

impl OpenSource {
    /// A delivery as this source kept it.
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

/// A delivery with where it came from.
pub(crate) struct IncomingDelivery<'a> {
    /// Which input, and which delivery of it.
    pub(crate) origin: &'a Origin<'a>,
    /// The delivery.
    pub(crate) delivery: &'a Delivery<'a>,
    /// Its number among those that are wanted of the input that the user named, from 1: a folder is
    /// one input of many sources, and of an input with `#N` only one is wanted.
    pub(crate) number: usize,
    /// Its turn among all deliveries.
    pub(crate) turn: Turn<'a>,
    source: &'a OpenSource,
    outputs: &'a Outputs,
}

impl<'a> IncomingDelivery<'a> {
    /// The delivery, with the signature in the file beside it as the header `name`, if it has none.
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

/// What came of some records of one source.
#[derive(Default)]
pub(super) struct PartialOutput<O> {
    pub(super) output: O,
    pub(super) tally: CaptureTally,
    /// What could not be read, for standard error.
    pub(super) problems: Vec<String>,
    pub(super) outcome: Outcome,
    /// Why nothing that follows is wanted.
    pub(super) stop: Option<Stop>,
}

/// How many deliveries and other requests some records held.
#[derive(Debug, Default)]
pub(super) struct CaptureTally {
    /// How many deliveries.
    pub(super) deliveries: usize,
    /// How many of them were in each format.
    pub(super) formats: Vec<(Format, usize)>,
    /// The requests that were passed over, each with the reason.
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

/// How many deliveries came before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DeliveryCounts {
    source: usize,
    in_source: usize,
    input: usize,
    in_input: usize,
}

impl DeliveryCounts {
    /// The counts before these deliveries of `source`, which are then counted too.
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

/// A worker: all of them are the same.
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

    /// What comes of a batch. Its deliveries are counted in turn, as soon as they are known.
    pub(super) fn work(
        &self,
        batch: &Batch,
        number: u64,
        gates: &Gates,
    ) -> Vec<DoneItem<P::Output>> {
        let runs = batch.runs();
        let captures: Vec<Vec<Capture<'_>>> = runs.map(|run| self.captures(batch, run)).collect();
        let starts: Vec<DeliveryCounts> = gates.counted.pass(number, |counted| {
            let runs = batch.runs().zip(&captures);
            runs.map(|(run, captures)| counted.count(&run.source, captures))
                .collect()
        });
        let turn = Turn::of(&gates.done, number);
        let mut counted = captures.into_iter().zip(starts);
        let mut done = Vec::with_capacity(batch.items.len());
        for item in &batch.items {
            match item {
                BatchItem::Event(event) => done.push(DoneItem::Event(event.clone())),
                BatchItem::Run(run) => {
                    let mut piece = PartialOutput::default();
                    if let Some((captures, start)) = counted.next() {
                        self.work_on(&run.source, captures, start, turn, &mut piece);
                    }
                    let is_last = piece.stop.is_some();
                    done.push(DoneItem::Output(Arc::clone(&run.source), piece));
                    if is_last {
                        break;
                    }
                }
            }
        }
        gates.done.pass(number, |()| ());
        done
    }

    fn captures<'b>(&self, batch: &'b Batch, run: &'b Run) -> Vec<Capture<'b>> {
        let records = run.records.iter();
        records
            .map(|record| self.capture(&record.record(&batch.buffer)))
            .collect()
    }

    /// Adds what comes of these captures to `piece`.
    fn work_on<'r>(
        &self,
        source: &OpenSource,
        captures: impl IntoIterator<Item = Capture<'r>>,
        start: DeliveryCounts,
        turn: Turn<'_>,
        piece: &mut PartialOutput<P::Output>,
    ) {
        let mut origin = Origin {
            source: source.name.clone(),
            index: start.in_source,
        };
        let mut number = start.in_input;
        for mut capture in captures {
            piece.tally.add(&mut capture);
            for delivery in capture.deliveries {
                origin.index += 1;
                number += 1;
                if source.wanted.is_some_and(|wanted| number < wanted) {
                    continue;
                }
                let delivery = source.delivery(delivery);
                let incoming = IncomingDelivery {
                    origin: &origin,
                    delivery: &delivery,
                    number: source.wanted.map_or(number, |_| 1),
                    turn,
                    source,
                    outputs: self.outputs,
                };
                piece.stop = self.process(&incoming, piece);
                if piece.stop.is_some() {
                    return;
                }
            }
            for problem in capture.problems {
                self.report(source, &problem, piece);
            }
        }
    }

    /// Processes a delivery, and says whether it was the last one that is wanted.
    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        piece: &mut PartialOutput<P::Output>,
    ) -> Option<Stop> {
        let (outcome, stop) = match self.processor.process(incoming, &mut piece.output) {
            Err(error) => return Some(Stop::Failed(error)),
            Ok(ControlFlow::Break(outcome)) => (outcome, Some(Stop::Enough)),
            Ok(ControlFlow::Continue(outcome)) => {
                let is_reached = incoming.source.wanted.is_some();
                (outcome, is_reached.then_some(Stop::Reached))
            }
        };
        piece.outcome = piece.outcome.max(outcome);
        stop
    }

    fn report(
        &self,
        source: &OpenSource,
        problem: &capture::Problem,
        piece: &mut PartialOutput<P::Output>,
    ) {
        let problem = InputProblem {
            source: &source.name,
            position: problem.position,
            message: &problem.message,
        };
        piece.problems.push(problem.to_string());
        piece.outcome = Outcome::Trouble;
        if let Err(error) = self.processor.problem(&problem, &mut piece.output) {
            piece.stop = Some(Stop::Failed(error));
        }
    }
}

/// Runs with one worker: each record is handed on where it lies, and its output written at once.
///
/// # Errors
/// Where the run cannot go on.
pub(super) fn run_inline<P: Processor>(
    options: &ReadOptions,
    outputs: &Arc<Outputs>,
    progress: &mut Progress<'_, P, impl Sink<P::Output>>,
) -> Result<()> {
    let stage = RefCell::new(Inline {
        worker: Worker::new(options, outputs, progress.processor),
        progress,
        counted: DeliveryCounts::default(),
        piece: PartialOutput::default(),
    });
    match Reader::new(options, Arc::downgrade(outputs), &stage).run() {
        Err(Stop::Failed(error)) => Err(error),
        Ok(()) | Err(Stop::Enough | Stop::Reached) => Ok(()),
    }
}

/// The only worker, which also writes.
struct Inline<'i, 'p, P: Processor, S> {
    worker: Worker<'i, P>,
    progress: &'i mut Progress<'p, P, S>,
    counted: DeliveryCounts,
    /// Used again for each record.
    piece: PartialOutput<P::Output>,
}

impl<P: Processor, S: Sink<P::Output>> Consumer for Inline<'_, '_, P, S> {
    fn event(&mut self, event: ReadEvent) -> Result<(), Stop> {
        self.progress.event(event)
    }

    fn record(&mut self, source: &Arc<OpenSource>, framed: Framed<'_>) -> Result<(), Stop> {
        let captures = [self.worker.capture(&framed.record())];
        let start = self.counted.count(source, &captures);
        self.worker
            .work_on(source, captures, start, Turn::ONLY, &mut self.piece);
        self.progress.piece(source, &mut self.piece)
    }

    fn before_waiting(&mut self) -> Result<(), Stop> {
        Ok(())
    }
}
