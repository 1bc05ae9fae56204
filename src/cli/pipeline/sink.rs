//! Accounting, in the order of the input: what is written, what standard error is told, and how the
//! run went.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::ControlFlow;

use anyhow::Result;
use chatlog::capture::Format;
use chatlog::view::delivery_count;
use chatlog::view::findings::{InputProblem, counted};
use chatlog::{Position, Text};

use super::batch::ReadEvent;
use super::input::Claim;
use super::reader::Stop;
use super::worker::{CaptureTally, OpenSource, PartialOutput};
use super::{Processor, ReadOptions, Sink};
use crate::cli::outcome::Outcome;
use crate::cli::output::{eprint_line, report_problem};

/// How far a run has got.
pub(super) struct Progress<'p, P, S> {
    pub(super) processor: &'p P,
    sink: &'p mut S,
    verbose: bool,
    quiet: bool,
    outcome: Outcome,
    input: InputProgress,
    source: SourceProgress,
}

/// The input that is being read.
#[derive(Default)]
struct InputProgress {
    name: Text<'static>,
    is_folder: bool,
    /// The number of the delivery that is wanted of it.
    number: Option<usize>,
    deliveries: usize,
    /// How many files of the folder held none, and need not.
    passed_over: usize,
    outcome: Outcome,
}

/// The source that is being read.
#[derive(Default)]
struct SourceProgress {
    deliveries: usize,
    formats: BTreeMap<&'static str, usize>,
    /// How many requests were passed over, by reason.
    skipped: BTreeMap<String, usize>,
    outcome: Outcome,
}

impl<'p, P: Processor, S: Sink<P::Output>> Progress<'p, P, S> {
    /// The progress of a run that has yet to start.
    pub(super) fn new(options: &ReadOptions, processor: &'p P, sink: &'p mut S) -> Self {
        Self {
            processor,
            sink,
            verbose: options.verbose,
            quiet: options.quiet,
            outcome: Outcome::Clean,
            input: InputProgress::default(),
            source: SourceProgress::default(),
        }
    }

    /// How the run went.
    pub(super) fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Writes what came of some deliveries. `piece` is left empty, to be used again.
    pub(super) fn piece(
        &mut self,
        source: &OpenSource,
        piece: &mut PartialOutput<P::Output>,
    ) -> Result<(), Stop> {
        self.count(&mut piece.tally);
        self.take(std::mem::take(&mut piece.outcome));
        for problem in piece.problems.drain(..) {
            eprint_line(&format!("chatlog: {problem}"));
        }
        let output = std::mem::take(&mut piece.output);
        let stop = piece.stop.take();
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

    fn count(&mut self, tally: &mut CaptureTally) {
        let deliveries = std::mem::take(&mut tally.deliveries);
        self.input.deliveries += deliveries;
        self.source.deliveries += deliveries;
        for (format, count) in tally.formats.drain(..) {
            *self.source.formats.entry(Format::name(format)).or_default() += count;
        }
        for reason in tally.skipped.drain(..) {
            *self.source.skipped.entry(reason).or_default() += 1;
        }
    }

    fn take(&mut self, outcome: Outcome) {
        for taken in [
            &mut self.outcome,
            &mut self.input.outcome,
            &mut self.source.outcome,
        ] {
            *taken = outcome.max(*taken);
        }
    }

    /// Accounts for what happened.
    pub(super) fn event(&mut self, event: ReadEvent) -> Result<(), Stop> {
        let done = match event {
            ReadEvent::InputStart {
                name,
                is_folder,
                number,
            } => {
                self.input = InputProgress {
                    name,
                    is_folder,
                    number,
                    ..InputProgress::default()
                };
                Ok(())
            }
            ReadEvent::InputEnd => self.end_input(),
            ReadEvent::SourceStart => {
                self.source = SourceProgress::default();
                Ok(())
            }
            ReadEvent::SourceEnd {
                name,
                claim,
                undone,
            } => self.end_source(&name, claim, &undone),
            ReadEvent::PassedOver(name) => {
                self.pass_over(&name);
                Ok(())
            }
            ReadEvent::NotRead(name, why) => {
                report_problem(&name, &why);
                Ok(())
            }
            ReadEvent::Problem {
                source,
                position,
                message,
            } => self.problem(&source, position, &message),
        };
        done.map_err(Stop::Failed)
    }

    /// Reports what cannot be read, on standard error and to the command.
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
        eprint_line(&format!("chatlog: {problem}"));
        self.take(Outcome::Trouble);
        let mut output = P::Output::default();
        self.processor.problem(&problem, &mut output)?;
        self.sink.write(output, source, false).map(drop)
    }

    fn pass_over(&mut self, name: &Text<'_>) {
        self.input.passed_over += 1;
        if self.verbose {
            report_problem(name, "passed over: holds no delivery");
        }
    }

    /// Says how a source was read and what was skipped, and whether it held nothing.
    fn end_source(&mut self, name: &Text<'_>, claim: Claim, undone: &[&str]) -> Result<()> {
        let source = std::mem::take(&mut self.source);
        if self.verbose {
            report_problem(
                name,
                &format!("read {}{}", source.formats(), joined(undone)),
            );
        }
        let has_skipped = !source.skipped.is_empty();
        if has_skipped && !self.quiet {
            report_problem(name, &source.skipped());
        }
        if source.deliveries > 0 || source.outcome != Outcome::Clean {
            return Ok(());
        }
        match claim {
            _ if has_skipped => self.problem(name, None, "holds no webhook"),
            Claim::Named => self.problem(name, None, "is empty: no delivery to read"),
            Claim::CaptureByName | Claim::Unknown => {
                self.pass_over(name);
                Ok(())
            }
        }
    }

    /// Says how many files were passed over, and whether what was asked for was not there.
    fn end_input(&mut self) -> Result<()> {
        let input = std::mem::take(&mut self.input);
        let hint = if self.verbose { "" } else { " (-v names them)" };
        let files = counted(input.passed_over, "file");
        if input.is_folder && input.deliveries == 0 && input.outcome == Outcome::Clean {
            let why = match input.passed_over {
                0 => "there is no file to read".to_owned(),
                _ => format!("passed over {files}{hint}"),
            };
            self.problem(&input.name, None, &format!("holds no delivery: {why}"))?;
        } else if input.passed_over > 0 && !self.quiet {
            let what = format!("passed over {files} without a delivery{hint}");
            report_problem(&input.name, &what);
        }
        match input.number {
            Some(number) if input.deliveries > 0 => {
                let deliveries = delivery_count(input.deliveries);
                let what = format!("holds {deliveries}; there is no #{number}");
                self.problem(&input.name, None, &what)
            }
            _ => Ok(()),
        }
    }
}

impl SourceProgress {
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
fn listed(counts: &BTreeMap<impl Display, usize>) -> String {
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
