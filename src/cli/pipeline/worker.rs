//! Workers: find the deliveries in records and have the command process each of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use chatlog::capture::{
    self, Capture, CaptureOptions, Layout, PlaceTallies, Record, Skipped, SkippedPart,
};
use chatlog::delivery::{CaptureFormat, Delivery};
use chatlog::signature;
use chatlog::view::findings::InputProblem;
use chatlog::{Origin, Text};

use super::batch::{Batch, BatchItem, Run};
use super::event::{ReadEvent, Stop};
use super::open_source::OpenSource;
use super::turn::{Turn, Turnstile};
use super::{Decryption, Outputs, Processor, ReadOptions};
use crate::cli::layout::as_options;
use crate::cli::outcome::Outcome;

/// How many places of deliveries are told apart.
const MAX_LAYOUTS: usize = 1000;

/// A delivery on its way to the command, with its origin.
pub(crate) struct IncomingDelivery<'a> {
    /// Its source and its number there.
    pub(crate) origin: &'a Origin<'a>,
    /// The delivery.
    pub(crate) delivery: &'a Delivery<'a>,
    /// Its number among all deliveries to process of its input, from 1. A folder is one input with
    /// many sources, and an input with `#N` has one delivery to process.
    pub(crate) number: usize,
    /// Its number among all deliveries of the run, from 1.
    pub(crate) number_in_run: usize,
    /// Lets it wait until all earlier deliveries are done.
    pub(crate) turn: Turn<'a>,
    source: &'a OpenSource,
    outputs: &'a Outputs,
    /// Whether the user said where the signature is.
    has_signature_at: bool,
}

impl<'a> IncomingDelivery<'a> {
    /// The delivery with a signature: if it has no header `name`, the signature at the place that the
    /// user gave, or else in the file next to its source, becomes that header.
    pub(crate) fn signed(&self, name: &str) -> Cow<'a, Delivery<'a>> {
        let headers = &self.delivery.headers;
        if headers.first(name).is_some() {
            return Cow::Borrowed(self.delivery);
        }
        // A signature that was read at a place of its own has the usual name.
        let located = headers.first(signature::HEADER).map(Text::as_str);
        let located = located.filter(|_| self.has_signature_at);
        match located
            .or_else(|| self.source.sidecar(self.outputs))
            .map(str::to_owned)
        {
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
    /// How many deliveries have problems, or cannot be read.
    pub(super) failures: usize,
    /// Why the run stops after these records.
    pub(super) stop: Option<Stop>,
}

/// What some records held.
#[derive(Debug, Default)]
pub(super) struct CaptureTally {
    /// The number of deliveries.
    pub(super) deliveries: usize,
    /// The number of deliveries in each format.
    pub(super) formats: Vec<(CaptureFormat, usize)>,
    /// What was passed over.
    pub(super) skipped: Vec<Skipped>,
    /// How often the places of the layout were there.
    pub(super) places: Option<Box<PlaceTallies>>,
    /// Where deliveries were found, and how many at each place.
    pub(super) layouts: LayoutTally,
}

/// Where deliveries were found, and how many at each place.
#[derive(Debug, Default)]
pub(super) struct LayoutTally {
    counts: HashMap<Layout, usize>,
    /// How many more were found elsewhere.
    others: usize,
}

impl LayoutTally {
    /// Adds deliveries that were found at one place. Keys that differ in each record would make as many
    /// places, so only some are kept.
    pub(super) fn add(&mut self, layout: Layout, count: usize) {
        if let Some(known) = self.counts.get_mut(&layout) {
            *known += count;
        } else if self.counts.len() < MAX_LAYOUTS {
            self.counts.insert(layout, count);
        } else {
            self.others += count;
        }
    }

    /// Adds a later tally.
    pub(super) fn append(&mut self, later: Self) {
        self.others += later.others;
        for (layout, count) in later.counts {
            self.add(layout, count);
        }
    }

    /// A line for each of the most frequent places, as options that read it again, and one for the rest.
    pub(super) fn described(&self, most: usize) -> Vec<String> {
        let counts = self.counts.iter();
        let mut places: Vec<_> = counts
            .map(|(layout, count)| (*count, as_options(layout), layout.enters_a_string()))
            .collect();
        places.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        let others = places.split_off(most.min(places.len()));
        let others = others.iter().map(|(count, ..)| count).sum::<usize>() + self.others;
        let lines = places.into_iter().map(|(count, options, is_in_string)| {
            let how = if is_in_string {
                "found in a string, which these options vouch for:"
            } else {
                "found at"
            };
            format!("{count} × {how} {options}")
        });
        let rest = (others > 0).then(|| format!("{others} × found at other places"));
        lines.chain(rest).collect()
    }
}

impl CaptureTally {
    fn add(&mut self, capture: &mut Capture<'_>) {
        self.deliveries += capture.deliveries.len();
        for delivery in &capture.deliveries {
            match self.formats.last_mut() {
                Some((last, counted)) if *last == delivery.format => *counted += 1,
                _ => self.formats.push((delivery.format, 1)),
            }
        }
        self.skipped.append(&mut capture.skipped);
        if let Some(places) = capture.places.take() {
            self.places.get_or_insert_default().add(*places);
        }
        for layout in capture.layouts.drain(..) {
            self.layouts.add(layout, 1);
        }
    }
}

/// How many deliveries came before, in the current source, in the current input and in the run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DeliveryCounts {
    source: usize,
    in_source: usize,
    input: usize,
    in_input: usize,
    in_run: usize,
}

impl DeliveryCounts {
    /// A number for the source that follows the current one.
    #[cfg(feature = "listen")]
    pub(super) fn next_source(&self) -> usize {
        self.source + 1
    }

    /// Counts the deliveries in `captures`, and returns the counts before them.
    pub(super) fn count(&mut self, source: &OpenSource, captures: &[Capture<'_>]) -> Self {
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
        self.in_run += deliveries;
        before
    }
}

/// A position among the deliveries of a source.
pub(super) struct Cursor<'c> {
    source: &'c OpenSource,
    origin: Origin<'c>,
    /// The number of the delivery in its input.
    number: usize,
    /// The number of the delivery in the run.
    number_in_run: usize,
    turn: Turn<'c>,
}

impl<'c> Cursor<'c> {
    /// Before the first delivery that follows those in `start`.
    pub(super) fn new(source: &'c OpenSource, start: DeliveryCounts, turn: Turn<'c>) -> Self {
        Self {
            source,
            origin: Origin {
                source: source.name.clone(),
                index: start.in_source,
            },
            number: start.in_input,
            number_in_run: start.in_run,
            turn,
        }
    }

    fn advance(&mut self) {
        self.origin.index += 1;
        self.number += 1;
        self.number_in_run += 1;
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
        options: &CaptureOptions,
    ) -> IncomingDelivery<'a> {
        let layout = options.layout.as_ref();
        IncomingDelivery {
            origin: &self.origin,
            delivery,
            number: self.source.wanted.map_or(self.number, |_| 1),
            number_in_run: self.number_in_run,
            turn: self.turn,
            source: self.source,
            outputs,
            has_signature_at: layout.is_some_and(|layout| layout.signature.is_some()),
        }
    }
}

/// The result for one item of a batch.
pub(super) enum DoneItem<O> {
    Output(Arc<OpenSource>, PartialOutput<O>),
    Event(ReadEvent),
}

/// The turnstiles that batches pass in order.
pub(super) struct Gates {
    /// Passed once the deliveries of a batch are counted.
    pub(super) counted: Turnstile<DeliveryCounts>,
    /// Passed once the deliveries of a batch are processed.
    pub(super) done: Turnstile<()>,
}

/// Processes records. It has no state, so all threads share one.
pub(super) struct Worker<'w, P> {
    pub(super) processor: &'w P,
    pub(super) options: &'w CaptureOptions,
    pub(super) outputs: &'w Outputs,
    decryption: Decryption,
}

impl<'w, P: Processor> Worker<'w, P> {
    pub(super) fn new(options: &'w ReadOptions, outputs: &'w Outputs, processor: &'w P) -> Self {
        Self {
            processor,
            options: &options.capture,
            outputs,
            decryption: options.decryption.clone(),
        }
    }

    /// Reads a record. What is a fragment of JSON is not passed over like a line of a log.
    pub(super) fn capture<'r>(&self, record: &Record<'r>, is_fragment: bool) -> Capture<'r> {
        let capture = capture::deliveries(record, self.options);
        let is_line = |skipped: &Skipped| skipped.part == SkippedPart::Line;
        if is_fragment && capture.deliveries.is_empty() && capture.skipped.iter().any(is_line) {
            let as_body = CaptureOptions {
                limits: self.options.limits,
                ..CaptureOptions::for_format(CaptureFormat::Body)
            };
            return capture::deliveries(record, &as_body);
        }
        capture
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
        let turn = Turn::of(&gates.done, number, batch.is_alone());
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
            .map(|record| self.capture(&record.record(&batch.buffer), record.is_fragment()))
            .collect()
    }

    /// Processes the deliveries of some captures and adds the output to `partial`. `cursor` stands
    /// before the first of them.
    pub(super) fn work_on<'r>(
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
                let mut delivery = cursor.source.delivery(delivery);
                partial.stop = match self.decryption.undo(&mut delivery) {
                    Ok(()) => {
                        let incoming = cursor.incoming(&delivery, self.outputs, self.options);
                        self.process(&incoming, partial)
                    }
                    Err(why) => self.refuse(&delivery, &why, &cursor, partial),
                };
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
        partial.failures += usize::from(outcome != Outcome::Clean);
        stop
    }

    /// Reports a delivery that cannot be processed. Returns a reason to stop if it is the last one.
    fn refuse(
        &self,
        delivery: &Delivery<'_>,
        why: &str,
        cursor: &Cursor<'_>,
        partial: &mut PartialOutput<P::Output>,
    ) -> Option<Stop> {
        let problem = capture::Problem {
            position: Some(delivery.start),
            message: why.to_owned(),
        };
        self.report(cursor.source, &problem, partial);
        let is_reached = cursor.source.wanted.is_some();
        partial.stop.take().or(is_reached.then_some(Stop::Reached))
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
        let shown = self.processor.shown(&problem.to_string()).into_owned();
        partial.problems.push(shown);
        partial.outcome = Outcome::Trouble;
        partial.failures += 1;
        if let Err(error) = self.processor.problem(&problem, &mut partial.output) {
            partial.stop = Some(Stop::Failed(error));
        }
    }
}
