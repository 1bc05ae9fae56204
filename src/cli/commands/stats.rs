//! `chatlog stats`: counts sessions.
//!
//! Workers count batches, and the sink adds them up. Of each session only the outline is read, unless
//! something else is asked for: findings, verdicts, or a filter on words.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use chatlog::Text;
use chatlog::archive::totals::{Dimension, Dimensions};
use chatlog::archive::{DuplicateFinder, Totals};
use chatlog::finding::FindingLimit;
use chatlog::json::Document;
use chatlog::notification::Session;
use serde_json::Value;

use super::dedupe::KeyedDelivery;
use super::inspection::Inspection;
use super::redaction::Redaction;
use super::selection::DeliverySelection;
use super::verifier::Verifier;
use super::{NoInput, filter_zone, levels, read_options};
use crate::cli::args::{Inputs, Stats, StatsFormat};
use crate::cli::config::Config;
use crate::cli::interrupt;
use crate::cli::outcome::Outcome;
use crate::cli::output::Stdout;
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink, name_of};

pub(super) fn run(args: &Stats, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    if args.merge {
        let (totals, chosen) = merged(&args.inputs)?;
        print(&rendered(&totals, &chosen, args.format))?;
        return Ok(Outcome::Clean);
    }
    let mut counting = Counting::new(args, config)?;
    let options = read_options(&args.inputs, config, Buffering::Eager, false)?
        .with_decryption(args.decrypt.read()?)
        .with_progress(&args.progress)
        .with_jobs(counting.inspection.jobs(args.jobs.jobs()));
    counting
        .inspection
        .selection
        .find_superseded(&options, &outputs)?;
    let mut sum = SharedSum::default();
    let chosen = &counting.dimensions.chosen;
    let partial = interrupt::print_last(sum.partial(chosen.clone(), args.format));
    let outcome = pipeline::run(&options, &outputs, &counting, &mut sum)?;
    drop(partial);
    drop(outputs);
    let selection = &counting.inspection.selection;
    selection.report_if_all_left_out();
    let mut totals = sum.lock().totals();
    if let Some(duplicates) = selection.duplicates() {
        totals.duplicates = duplicates.clone();
    }
    print(&rendered(&totals, chosen, args.format))?;
    Ok(outcome)
}

/// Adds up the totals in files, each with one object of `stats --format json` or several, one after
/// another.
///
/// # Errors
/// A file cannot be read, holds something else, or has other groups than the one before.
fn merged(inputs: &Inputs) -> Result<(Totals, Vec<Dimension>)> {
    let stdin = [PathBuf::from("-")];
    let inputs = match &inputs.inputs[..] {
        [] if io::stdin().is_terminal() => return Err(NoInput.into()),
        [] => &stdin[..],
        inputs => inputs,
    };
    let mut sum: Option<(Totals, Vec<Dimension>)> = None;
    for path in inputs {
        let name = name_of(path);
        let text = if path.as_os_str() == "-" {
            io::read_to_string(io::stdin())
        } else {
            fs::read_to_string(path)
        };
        let text = text.with_context(|| format!("{name}: cannot read"))?;
        for json in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
            let json = json.map_err(|error| anyhow!("{name}: not JSON: {error}"))?;
            let (totals, chosen) =
                Totals::from_json(&json).with_context(|| format!("{name}: not totals"))?;
            match &mut sum {
                None => sum = Some((totals, chosen)),
                Some((_, of_first)) if *of_first != chosen => {
                    bail!("{name}: its groups are by other fields than those before (see --by)")
                }
                Some((sum, _)) => sum.merge(totals),
            }
        }
    }
    sum.context("--merge: there are no totals in the input")
}

fn print(totals: &str) -> Result<()> {
    let mut out = Stdout::new();
    out.write_all(totals.as_bytes())?;
    Ok(out.flush()?)
}

fn rendered(totals: &Totals, chosen: &[Dimension], format: StatsFormat) -> String {
    match format {
        StatsFormat::Table | StatsFormat::Csv | StatsFormat::Json => {
            format!("{}\n", totals.to_json(chosen))
        }
    }
}

/// What is counted.
struct Counting {
    inspection: Inspection,
    dimensions: Dimensions,
    counts_findings: bool,
    /// Whether the outline of a session suffices.
    needs_outline_only: bool,
}

impl Counting {
    /// # Errors
    /// A secret cannot be read, or a filter asks for something impossible.
    fn new(args: &Stats, config: &Config) -> Result<Self> {
        let zone = args.tz.clone().unwrap_or_else(|| filter_zone(config));
        let secrets = args.signature.secrets.read(&args.inputs)?;
        let has_secret = !secrets.is_empty();
        let verifier = has_secret.then(|| Verifier::new(&args.signature, config, secrets));
        let selection = DeliverySelection::new(&args.filter, &zone, has_secret)?;
        if args.by.len() > Dimensions::MAX {
            bail!("--by: at most {} fields", Dimensions::MAX);
        }
        Ok(Self {
            needs_outline_only: !args.findings
                && !has_secret
                && selection.filter.needs_outline_only(),
            inspection: Inspection {
                levels: levels(&args.levels, config),
                limit: FindingLimit::default(),
                contracts: Vec::new(),
                verifier: verifier.transpose()?,
                redaction: Redaction::off(),
                selection,
                reads_body: true,
            },
            dimensions: Dimensions {
                chosen: args.by.clone(),
                zone: zone.time_zone().clone(),
            },
            counts_findings: args.findings,
        })
    }
}

/// What was counted of some deliveries.
#[derive(Default)]
struct Counted {
    totals: Totals,
    deliveries: Vec<KeyedDelivery>,
}

impl Counted {
    fn add(
        &mut self,
        incoming: &IncomingDelivery<'_>,
        session: &Session<'_>,
        dimensions: &Dimensions,
    ) {
        self.totals.add(session, dimensions);
        self.deliveries.extend(KeyedDelivery::of(incoming, session));
    }
}

impl Processor for Counting {
    type Output = Counted;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        counted: &mut Counted,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        let selection = &self.inspection.selection;
        if self.needs_outline_only && !selection.is_superseded(incoming) {
            let document = Document::new(&incoming.delivery.body);
            if let Some(session) = Session::read_outline(&document) {
                if !selection.filter.accepts_session(&session) {
                    return Ok(selection.left_out());
                }
                counted.add(incoming, &session, &self.dimensions);
                return Ok(selection.after(ControlFlow::Continue(Outcome::Clean)));
            }
        }
        self.inspection.inspect(incoming, |report| {
            match &report.session {
                Some(session) => counted.add(incoming, session, &self.dimensions),
                None => counted.totals.without_session += 1,
            }
            counted.totals.add_checks(&report, self.counts_findings);
            Ok(ControlFlow::Continue(Outcome::Clean))
        })
    }
}

/// The sum of what the workers counted.
#[derive(Default)]
struct Sum {
    totals: Totals,
    duplicates: DuplicateFinder,
}

impl Sum {
    fn totals(&self) -> Totals {
        Totals {
            duplicates: self.duplicates.found.clone(),
            ..self.totals.clone()
        }
    }
}

/// Adds up what the workers counted, and shares the sum with what prints it when a signal ends the run.
#[derive(Default)]
struct SharedSum(Arc<Mutex<Sum>>);

impl SharedSum {
    fn lock(&self) -> MutexGuard<'_, Sum> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Renders the totals so far.
    fn partial(
        &self,
        chosen: Vec<Dimension>,
        format: StatsFormat,
    ) -> impl FnOnce() -> Vec<u8> + Send + 'static {
        let sum = Self(Arc::clone(&self.0));
        move || {
            let totals = Totals {
                is_partial: true,
                ..sum.lock().totals()
            };
            rendered(&totals, &chosen, format).into_bytes()
        }
    }
}

impl Sink<Counted> for SharedSum {
    fn write(
        &mut self,
        counted: Counted,
        source: &Text<'_>,
        _is_live: bool,
    ) -> Result<ControlFlow<()>> {
        let mut sum = self.lock();
        sum.totals.merge(counted.totals);
        for delivery in &counted.deliveries {
            sum.duplicates.enter(delivery.key, source, delivery.index);
        }
        Ok(ControlFlow::Continue(()))
    }
}
