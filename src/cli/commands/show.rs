//! `chatlog show`: shows conversations.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use chatlog::delivery::Delivery;
use chatlog::finding::{FindingLimit, Levels};
use chatlog::json::Document;
use chatlog::signature::Signature;
use chatlog::view::findings::write_errors_allowed;
use chatlog::view::{Canvas, Selection, Zone, json, write_tables};
use chatlog::{InspectOptions, Report, Text, inspect};

use super::redaction::Redaction;
use super::verifier::{Failures, Verifier};
use super::{canvas, levels, read_options};
use crate::cli::args::{Show, ShowFormat};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::{Stdout, report_problem};
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

pub(super) fn run(args: &Show, config: &Config, outputs: &Arc<Outputs>) -> Result<Outcome> {
    let showing = Showing::new(args, config)?;
    let mut output = ShowOutput {
        out: &showing.out,
        errors_allowed: 0,
        failures: showing.verifier.failures(),
    };
    let options = read_options(&args.inputs, Buffering::Eager, false)?
        .with_jobs(showing.redaction.jobs(args.jobs.jobs()));
    let outcome = pipeline::run(&options, outputs, &showing, &mut output)?;
    let mut out = lock(&showing.out);
    out.flush()?;
    if let Some(unexplained) = output.failures.unexplained() {
        report_problem(&"signatures", &unexplained);
    }
    if args.format == ShowFormat::Table {
        let allowed = output.errors_allowed;
        write_errors_allowed(allowed, &config.name(), &showing.canvas, &mut *out)?;
        out.flush()?;
    }
    Ok(outcome)
}

/// How to show every session.
struct Showing {
    format: ShowFormat,
    canvas: Canvas,
    levels: Levels,
    limit: FindingLimit,
    selection: Selection,
    verifier: Verifier,
    redaction: Redaction,
    out: Mutex<Stdout>,
}

impl Showing {
    /// # Errors
    /// A secret or the key cannot be read, or the environment holds an invalid scheme.
    fn new(args: &Show, config: &Config) -> Result<Self> {
        let zone = args.tz.clone().or_else(|| config.time_zone.clone());
        let secrets = args.signature.secrets.read(&args.inputs)?;
        Ok(Self {
            format: args.format,
            canvas: canvas(&args.look, config, zone.unwrap_or(Zone::UTC)),
            levels: levels(&args.levels, config),
            limit: args.limit.limit(),
            selection: Selection {
                only: args.only,
                order: args.sort,
                full_text: args.full_text,
            },
            verifier: Verifier::new(&args.signature, config, secrets)?,
            redaction: Redaction::new(&args.redact)?,
            out: Mutex::new(Stdout::new()),
        })
    }

    fn write(&self, report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
        match self.format {
            ShowFormat::Table => write_tables(report, self.selection, &self.canvas, out),
            ShowFormat::Json => json::write_session(report, self.selection, &self.canvas.zone, out),
        }
    }
}

/// The output for some deliveries.
#[derive(Default)]
struct ShownSessions {
    text: Vec<u8>,
    errors_allowed: usize,
    signatures: Vec<Signature>,
}

impl Processor for Showing {
    type Output = ShownSessions;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut ShownSessions,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        let shown = self.redaction.delivery(incoming)?;
        let document = Document::new(&shown.delivery.body);
        let verify = |_: &Delivery<'_>| self.redaction.signature(self.verifier.verify(incoming));
        let options = InspectOptions {
            limit: self.limit,
            levels: &self.levels,
            verifier: Some(&verify),
            ..InspectOptions::default()
        };
        let report = inspect(&shown.origin, &shown.delivery, &document, &options);
        if incoming.turn.is_alone() {
            // It may be many times as large as the delivery: a place is written at each finding.
            self.write(&report, &mut *lock(&self.out))?;
        } else {
            self.write(&report, &mut output.text)?;
        }
        output.errors_allowed += report.errors_allowed;
        let outcome = Outcome::of(&report);
        output.signatures.extend(report.signature);
        Ok(ControlFlow::Continue(outcome))
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redaction.text(text)
    }
}

/// Writes sessions to standard output, and counts what is reported at the end.
struct ShowOutput<'s> {
    out: &'s Mutex<Stdout>,
    errors_allowed: usize,
    failures: Failures,
}

impl Sink<ShownSessions> for ShowOutput<'_> {
    fn write(
        &mut self,
        shown: ShownSessions,
        _source: &Text<'_>,
        is_live: bool,
    ) -> Result<ControlFlow<()>> {
        self.errors_allowed += shown.errors_allowed;
        for signature in &shown.signatures {
            self.failures.count(signature);
        }
        let mut out = lock(self.out);
        out.write_all(&shown.text)?;
        if is_live {
            out.flush()?;
        }
        Ok(out.flow())
    }
}

fn lock(out: &Mutex<Stdout>) -> MutexGuard<'_, Stdout> {
    out.lock().unwrap_or_else(PoisonError::into_inner)
}
