//! Accounts for a run in the order of the input: writes the output, reports on standard error, and
//! determines the outcome.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Result;
use chatlog::capture::{Layout, Part, PlaceTallies, RecordPath};
use chatlog::view::delivery_count;
use chatlog::view::findings::{InputProblem, counted};
use chatlog::{Position, Text};

use super::claim::Claim;
use super::event::{ArchiveStart, InputStart, ReadEvent, ReadProblem, SourceEnd, Stop};
use super::meter::Meter;
use super::open_source::OpenSource;
use super::skipped::{SkippedParts, listed};
use super::worker::{CaptureTally, LayoutTally, PartialOutput};
use super::{Processor, ReadOptions, Reporting, Sink};
use crate::cli::outcome::Outcome;
use crate::cli::output::{eprint_problem, report_problem};

/// How many of the places where deliveries were found are reported.
const MAX_PLACES: usize = 3;

/// The state of a run.
pub(super) struct Accounts<'p, P, S> {
    pub(super) processor: &'p P,
    sink: &'p mut S,
    /// Where the user said that the parts of requests are.
    layout: Option<Layout>,
    reporting: Reporting,
    meter: Arc<Meter>,
    outcome: Outcome,
    input: InputAccount,
    source: SourceAccount,
}

/// The input that is being read.
#[derive(Default)]
struct InputAccount {
    name: Text<'static>,
    /// Whether it is a folder or an archive, whose files are sources.
    has_files: bool,
    /// The number of the only delivery to process, if the user gave `#N`.
    number: Option<usize>,
    deliveries: usize,
    /// How many of its files were passed over, because they hold no delivery.
    passed_over: usize,
    outcome: Outcome,
}

/// The source that is being read.
#[derive(Default)]
struct SourceAccount {
    deliveries: usize,
    formats: BTreeMap<&'static str, usize>,
    skipped: SkippedParts,
    /// How often the places of the layout were there.
    places: PlaceTallies,
    /// Where deliveries were found.
    layouts: LayoutTally,
    outcome: Outcome,
}

impl<'p, P: Processor, S: Sink<P::Output>> Accounts<'p, P, S> {
    /// The state at the start of a run.
    pub(super) fn new(options: &ReadOptions, processor: &'p P, sink: &'p mut S) -> Self {
        Self {
            processor,
            sink,
            layout: options.capture.layout.clone(),
            reporting: options.reporting,
            meter: Arc::clone(&options.meter),
            outcome: Outcome::Clean,
            input: InputAccount::default(),
            source: SourceAccount::default(),
        }
    }

    /// The outcome so far.
    pub(super) fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Writes the output for some deliveries. `partial` is left empty for reuse.
    pub(super) fn write(
        &mut self,
        source: &OpenSource,
        partial: &mut PartialOutput<P::Output>,
    ) -> Result<(), Stop> {
        self.add_tally(&mut partial.tally);
        self.add_outcome(std::mem::take(&mut partial.outcome));
        self.meter
            .add_problems(std::mem::take(&mut partial.failures));
        for problem in partial.problems.drain(..) {
            self.eprint(&problem);
        }
        let output = std::mem::take(&mut partial.output);
        let stop = partial.stop.take();
        if let Some(Stop::Failed(error)) = stop {
            return Err(Stop::Failed(error));
        }
        match (self.sink.write(output, &source.name, source.is_live), stop) {
            (Err(error), _) => Err(Stop::Failed(error)),
            (_, Some(stop)) => Err(stop),
            (Ok(ControlFlow::Break(())), None) => Err(Stop::Enough),
            (Ok(ControlFlow::Continue(())), None) => Ok(()),
        }
    }

    fn add_tally(&mut self, tally: &mut CaptureTally) {
        let deliveries = std::mem::take(&mut tally.deliveries);
        self.input.deliveries += deliveries;
        self.source.deliveries += deliveries;
        for (format, count) in tally.formats.drain(..) {
            *self.source.formats.entry(format.name()).or_default() += count;
        }
        if let Some(places) = tally.places.take() {
            self.source.places.add(*places);
        }
        self.source
            .layouts
            .append(std::mem::take(&mut tally.layouts));
        for skipped in tally.skipped.drain(..) {
            self.source.skipped.add(skipped);
        }
    }

    fn add_outcome(&mut self, outcome: Outcome) {
        for taken in [
            &mut self.outcome,
            &mut self.input.outcome,
            &mut self.source.outcome,
        ] {
            *taken = outcome.max(*taken);
        }
    }

    /// Accounts for an event.
    pub(super) fn event(&mut self, event: ReadEvent) -> Result<(), Stop> {
        self.account_for(event).map_err(Stop::Failed)
    }

    fn account_for(&mut self, event: ReadEvent) -> Result<()> {
        match event {
            ReadEvent::InputStart(start) => self.start_input(start),
            ReadEvent::ArchiveStart(start) => self.start_archive(&start),
            ReadEvent::SourceStart => self.source = SourceAccount::default(),
            ReadEvent::PassedOver(name) => self.pass_over(&name),
            ReadEvent::NotRead(name, why) => self.report(&name, &why),
            ReadEvent::SourceEnd(end) => return self.end_source(&end),
            ReadEvent::InputEnd => return self.end_input(),
            ReadEvent::Problem(ReadProblem {
                source,
                position,
                message,
            }) => return self.problem(&source, position, &message),
        }
        Ok(())
    }

    fn start_input(&mut self, start: InputStart) {
        self.input = InputAccount {
            name: start.name,
            has_files: start.is_folder,
            number: start.number,
            ..InputAccount::default()
        };
    }

    fn start_archive(&mut self, start: &ArchiveStart) {
        self.input.has_files = true;
        if self.reporting == Reporting::Everything {
            let decoded = joined(&start.encodings);
            self.report(
                &start.name,
                &format!("read as a {} archive{decoded}", start.format),
            );
        }
    }

    fn eprint(&self, problem: &str) {
        if self.reporting > Reporting::Nothing {
            eprint_problem(&problem);
        }
    }

    /// Reports something about an input on standard error.
    fn report(&self, name: &Text<'_>, what: &str) {
        if self.reporting == Reporting::Nothing {
            return;
        }
        let shown = |text| self.processor.shown(text);
        report_problem(&shown(name.as_str()), &shown(what));
    }

    /// Reports a problem with an input, on standard error and to the command.
    fn problem(
        &mut self,
        source: &Text<'_>,
        position: Option<Position>,
        message: &str,
    ) -> Result<()> {
        let problem = InputProblem {
            source,
            position,
            message,
        };
        self.eprint(&self.processor.shown(&problem.to_string()));
        self.add_outcome(Outcome::Trouble);
        self.meter.add_problems(1);
        let mut output = P::Output::default();
        self.processor.problem(&problem, &mut output)?;
        self.sink.write(output, source, false).map(drop)
    }

    fn pass_over(&mut self, name: &Text<'_>) {
        self.input.passed_over += 1;
        if self.reporting == Reporting::Everything {
            self.report(name, "passed over: holds no delivery");
        }
    }

    /// Reports how a source was read and what was skipped, and fails a source without deliveries.
    fn end_source(&mut self, end: &SourceEnd) -> Result<()> {
        let name = &end.name;
        self.report_places(name)?;
        let source = std::mem::take(&mut self.source);
        if self.reporting == Reporting::Everything {
            let how = format!("read {}{}", source.formats(), joined(&end.encodings));
            self.report(name, &how);
            for line in source.layouts.described(MAX_PLACES) {
                self.report(name, &line);
            }
        }
        let skipped = &source.skipped;
        let is_foreign = source.deliveries == 0 && (end.foreign.is_some() || skipped.is_foreign());
        if !skipped.is_empty() && self.reporting > Reporting::Problems && !is_foreign {
            self.report(name, &format!("skipped {skipped}"));
        }
        if source.deliveries > 0 || source.outcome != Outcome::Clean {
            return Ok(());
        }
        match end.claim {
            Claim::Unknown => {}
            _ if is_foreign => {
                let what = skipped.no_notification(end.foreign);
                return self.problem(name, None, &what);
            }
            _ if !skipped.is_empty() => return self.problem(name, None, "holds no webhook"),
            Claim::Named => return self.problem(name, None, "is empty: no delivery to read"),
            Claim::CaptureByName => {}
        }
        self.pass_over(name);
        Ok(())
    }

    /// Fails a source that has nothing at a place of the layout, and reports how many records of another
    /// one do not have it.
    fn report_places(&mut self, name: &Text<'_>) -> Result<()> {
        for part in Part::ALL {
            let tally = std::mem::take(self.source.places.of(part));
            match tally.first_missing {
                Some(first) if tally.found == 0 => {
                    self.problem(name, first.position, &first.message)?;
                }
                Some(_) if part == Part::Body && self.reporting > Reporting::Problems => {
                    let records = counted(tally.missing, "record");
                    let path = self.path(part);
                    self.report(name, &format!("passed over {records} without `{path}`"));
                }
                Some(_) if self.reporting == Reporting::Everything => {
                    let deliveries = delivery_count(tally.missing);
                    let path = self.path(part);
                    self.report(name, &format!("read {deliveries} without `{path}`"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The path to a part, as the user gave it.
    fn path(&self, part: Part) -> String {
        let layout = self.layout.as_ref();
        let path = layout.and_then(|layout| layout.path(part));
        path.map(RecordPath::to_string).unwrap_or_default()
    }

    /// Reports how many files were passed over, and fails a folder or archive without deliveries and an
    /// input without the delivery `#N`.
    fn end_input(&mut self) -> Result<()> {
        let input = std::mem::take(&mut self.input);
        self.report_passed_over(&input)?;
        match input.number {
            Some(number) if input.deliveries > 0 => {
                let deliveries = delivery_count(input.deliveries);
                let what = format!("holds {deliveries}; there is no #{number}");
                self.problem(&input.name, None, &what)
            }
            _ => Ok(()),
        }
    }

    fn report_passed_over(&mut self, input: &InputAccount) -> Result<()> {
        let hint = if self.reporting == Reporting::Everything {
            ""
        } else {
            " (-v names them)"
        };
        let files = counted(input.passed_over, "file");
        if input.has_files && input.deliveries == 0 && input.outcome == Outcome::Clean {
            let why = match input.passed_over {
                0 => "there is no file to read".to_owned(),
                _ => format!("passed over {files}{hint}"),
            };
            return self.problem(&input.name, None, &format!("holds no delivery: {why}"));
        }
        if input.passed_over > 0 && self.reporting > Reporting::Problems {
            let what = format!("passed over {files} without a delivery{hint}");
            self.report(&input.name, &what);
        }
        Ok(())
    }
}

impl SourceAccount {
    fn formats(&self) -> String {
        if self.formats.is_empty() {
            return "nothing".to_owned();
        }
        listed(&self.formats)
    }
}

/// `, gzip decoded`
fn joined(encodings: &[&str]) -> String {
    encodings
        .iter()
        .map(|what| format!(", {what} decoded"))
        .collect()
}
