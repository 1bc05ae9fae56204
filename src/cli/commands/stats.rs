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
use chatlog::json::Document;
use chatlog::notification::Session;
use chatlog::view::totals::{write_csv, write_table};
use chatlog::view::{Canvas, Zone};
use serde_json::Value;

use super::dedupe::KeyedDelivery;
use super::inspection::Inspection;
use super::selection::DeliverySelection;
use super::verifier::Verifier;
use super::{NoInput, canvas, delivery_options, levels, pager, zone};
use crate::cli::args::{Inputs, Stats, StatsFormat};
use crate::cli::config::Config;
use crate::cli::interrupt::{self, LastOutput};
use crate::cli::outcome::Outcome;
use crate::cli::output::Stdout;
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink, name_of};

pub(super) fn run(args: &Stats, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let printing = Printing::new(args, config);
    if args.merge {
        let (totals, chosen) = merged(&args.deliveries.inputs)?;
        printing.print(&totals, &chosen, args)?;
        return Ok(Outcome::Clean);
    }
    let mut counting = Counting::new(args, config)?;
    let options = delivery_options(
        &args.deliveries,
        &args.decrypt,
        config,
        Buffering::Eager,
        false,
    )?;
    let options = counting
        .inspection
        .prepare(options, &args.deliveries, &outputs)?;
    let chosen = counting.dimensions.chosen.clone();
    let mut sum = Sum::default();
    let last_words = sum.printed_when_interrupted(&printing, &chosen);
    let outcome = pipeline::run(&options, &outputs, &counting, &mut sum)?;
    drop((outputs, last_words));
    let selection = &counting.inspection.selection;
    selection.report_if_all_left_out();
    let mut totals = sum.totals();
    if let Some(duplicates) = selection.duplicates() {
        totals.duplicates = duplicates.clone();
    }
    printing.print(&totals, &chosen, args)?;
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
        let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        for (index, json) in values.enumerate() {
            let name = || format!("{name}#{}", index + 1);
            let json = json.map_err(|error| anyhow!("{}: not JSON: {error}", name()))?;
            let read = Totals::from_json(&json);
            let (totals, chosen) = read.with_context(|| format!("{}: not totals", name()))?;
            match &mut sum {
                None => sum = Some((totals, chosen)),
                Some((_, of_first)) if *of_first != chosen => bail!(
                    "{}: its groups are by {}, those before by {} (see --by)",
                    name(),
                    names_of(&chosen),
                    names_of(of_first)
                ),
                Some((sum, _)) => sum.merge(totals),
            }
        }
    }
    sum.context("--merge: there are no totals in the input")
}

/// Such as `workflow_name,day`, as it is given to `--by`.
fn names_of(dimensions: &[Dimension]) -> String {
    let names: Vec<_> = dimensions.iter().map(|it| it.name()).collect();
    match names.join(",") {
        names if names.is_empty() => "nothing".to_owned(),
        names => names,
    }
}

/// How totals are printed.
#[derive(Clone)]
struct Printing {
    format: StatsFormat,
    canvas: Canvas,
}

impl Printing {
    fn new(args: &Stats, config: &Config) -> Self {
        Self {
            format: args.format,
            canvas: canvas(&args.look, config, Zone::UTC),
        }
    }

    fn write(&self, totals: &Totals, chosen: &[Dimension], out: &mut impl Write) -> io::Result<()> {
        match self.format {
            StatsFormat::Table => write_table(totals, chosen, &self.canvas, out),
            StatsFormat::Json => writeln!(out, "{}", totals.to_json(chosen)),
            StatsFormat::Csv => write_csv(totals, chosen, out),
        }
    }

    /// Prints totals, tables in a pager if they are longer than the screen.
    fn print(&self, totals: &Totals, chosen: &[Dimension], args: &Stats) -> Result<()> {
        let pager = (self.format == StatsFormat::Table).then(|| pager(&args.look));
        let mut out = Stdout::before(pager.flatten());
        self.write(totals, chosen, &mut out)?;
        Ok(out.flush()?)
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
        let zone = zone(&args.zone, config);
        let secrets = args.signature.secrets.read(&args.deliveries.inputs)?;
        let has_secret = !secrets.is_empty();
        let selection = DeliverySelection::new(&args.deliveries.filter, &zone, has_secret)?;
        let verifier = Verifier::of_verdicts(&args.signature, config, secrets, &selection.filter)?;
        if args.by.len() > Dimensions::MAX {
            bail!("--by: at most {} fields", Dimensions::MAX);
        }
        Ok(Self {
            needs_outline_only: !args.findings
                && !has_secret
                && selection.filter.needs_outline_only(),
            inspection: Inspection {
                levels: levels(&args.levels, config),
                verifier,
                selection,
                ..Inspection::default()
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

/// Adds up what the workers counted. It is shared with what prints the totals when a signal ends the run.
#[derive(Default)]
struct Sum(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    totals: Totals,
    duplicates: DuplicateFinder,
}

impl Counts {
    /// Takes the totals, and leaves nothing behind.
    fn take(&mut self) -> Totals {
        Totals {
            duplicates: std::mem::take(&mut self.duplicates.found),
            ..std::mem::take(&mut self.totals)
        }
    }
}

impl Sum {
    fn totals(&self) -> Totals {
        lock(&self.0).take()
    }

    /// Prints what was counted until then, if a signal ends the process.
    fn printed_when_interrupted(&self, printing: &Printing, chosen: &[Dimension]) -> LastOutput {
        let (printing, chosen) = (printing.clone(), chosen.to_vec());
        let counts = Arc::clone(&self.0);
        interrupt::print_last(move || {
            let totals = Totals {
                is_partial: true,
                ..lock(&counts).take()
            };
            let mut out = Vec::new();
            let written = printing.write(&totals, &chosen, &mut out);
            written.map(|()| out).unwrap_or_default()
        })
    }
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sink<Counted> for Sum {
    fn write(
        &mut self,
        counted: Counted,
        source: &Text<'_>,
        _is_live: bool,
    ) -> Result<ControlFlow<()>> {
        let mut counts = lock(&self.0);
        counts.totals.merge(counted.totals);
        for delivery in &counted.deliveries {
            counts
                .duplicates
                .enter(delivery.key, source, delivery.index);
        }
        Ok(ControlFlow::Continue(()))
    }
}
