//! `chatlog show`: shows conversations.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use chatlog::delivery::Delivery;
use chatlog::finding::{FindingLimit, Levels};
use chatlog::json::Document;
use chatlog::signature::Signature;
use chatlog::view::findings::write_errors_allowed;
use chatlog::view::{Canvas, Selection, Zone, json, write_delivery_rule, write_tables};
use chatlog::{InspectOptions, Origin, Report, Text, inspect};

use super::verifier::{Failures, Verifier};
use super::{levels, pager_of, read_options, table_canvas};
use crate::cli::args::{Hyperlinks, Show, ShowFormat};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::{Pager, Stdout, report_problem};
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

/// The bytes of output that are held until the number of deliveries is known.
const MAX_HELD: usize = 256 * 1024;
/// The first version of `less` that passes hyperlinks on.
const MIN_LESS: u32 = 581;

pub(super) fn run(args: &Show, config: &Config, outputs: &Arc<Outputs>) -> Result<Outcome> {
    let showing = Showing::new(args, config)?;
    let mut output = ShowOutput {
        screen: &showing.screen,
        errors_allowed: 0,
        failures: showing.verifier.failures(),
    };
    let options = read_options(&args.inputs, Buffering::Eager, false)?.with_jobs(args.jobs.jobs());
    let outcome = pipeline::run(&options, outputs, &showing, &mut output)?;
    let mut screen = lock(&showing.screen);
    screen.finish()?;
    if let Some(unexplained) = output.failures.unexplained() {
        report_problem(&"signatures", &unexplained);
    }
    if args.format == ShowFormat::Table {
        let allowed = output.errors_allowed;
        write_errors_allowed(allowed, &config.name(), &showing.canvas, &mut screen.out)?;
        screen.out.flush()?;
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
    screen: Mutex<Screen>,
}

impl Showing {
    /// # Errors
    /// A secret cannot be read, or the environment holds an invalid scheme.
    fn new(args: &Show, config: &Config) -> Result<Self> {
        let zone = args.tz.clone().or_else(|| config.time_zone.clone());
        let secrets = args.signature.secrets.read(&args.inputs)?;
        let is_paged = args.format == ShowFormat::Table;
        let pager = is_paged.then(|| pager_of(&args.inputs, &args.look));
        let pager = pager.flatten();
        let canvas = Canvas {
            hyperlinks: shows_hyperlinks(args.hyperlinks, pager.as_ref()),
            ..table_canvas(&args.look, config, zone.unwrap_or(Zone::UTC))
        };
        Ok(Self {
            format: args.format,
            screen: Mutex::new(Screen::new(
                Stdout::before(pager),
                args.format,
                canvas.clone(),
            )),
            canvas,
            levels: levels(&args.levels, config),
            limit: args.limit.limit(),
            selection: Selection {
                only: args.only,
                order: args.sort,
                full_text: args.full_text,
                details: args.details,
            },
            verifier: Verifier::new(&args.signature, config, secrets)?,
        })
    }

    fn write(&self, report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
        match self.format {
            ShowFormat::Table => write_tables(report, self.selection, &self.canvas, out),
            ShowFormat::Json => json::write_session(report, self.selection, &self.canvas.zone, out),
        }
    }
}

/// Whether URLs are shown as hyperlinks. Older versions of `less` show the escape sequence, and of
/// other pagers nothing is known.
fn shows_hyperlinks(when: Hyperlinks, pager: Option<&Pager>) -> bool {
    let is_known = || io::stdout().is_terminal() && supports_hyperlinks::supports_hyperlinks();
    match when {
        Hyperlinks::Never => false,
        Hyperlinks::Auto if !is_known() => false,
        Hyperlinks::Auto | Hyperlinks::Always => pager.is_none_or(|pager| {
            let version = pager.less_version();
            version.map_or(when == Hyperlinks::Always, |it| it >= MIN_LESS)
        }),
    }
}

/// The output for some deliveries.
#[derive(Default)]
struct ShownSessions {
    deliveries: Vec<ShownDelivery>,
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
        let document = Document::new(&incoming.delivery.body);
        let verify = |_: &Delivery<'_>| self.verifier.verify(incoming);
        let options = InspectOptions {
            limit: self.limit,
            levels: &self.levels,
            verifier: Some(&verify),
            ..InspectOptions::default()
        };
        let report = inspect(incoming.origin, incoming.delivery, &document, &options);
        if incoming.turn.is_alone() && incoming.delivery.body.len() > MAX_HELD {
            // It may be many times as large as the delivery: a place is written at each finding.
            let mut screen = lock(&self.screen);
            screen.release(None)?;
            screen.begin(incoming.origin, None)?;
            self.write(&report, &mut screen.out)?;
        } else {
            let mut text = Vec::new();
            self.write(&report, &mut text)?;
            let origin = incoming.origin.clone().into_owned();
            output.deliveries.push(ShownDelivery { origin, text });
        }
        output.errors_allowed += report.errors_allowed;
        let outcome = Outcome::of(&report);
        output.signatures.extend(report.signature);
        Ok(ControlFlow::Continue(outcome))
    }
}

/// A delivery as it is shown, without the line above it.
struct ShownDelivery {
    origin: Origin<'static>,
    text: Vec<u8>,
}

/// Standard output, with a line above each delivery.
///
/// The line says how many deliveries there are, which is only known at the end. So the first ones are
/// held until then, if they are few and nobody waits for them.
struct Screen {
    out: Stdout,
    format: ShowFormat,
    canvas: Canvas,
    held: Vec<ShownDelivery>,
    held_bytes: usize,
    /// Whether there are more deliveries than are held.
    is_full: bool,
}

impl Screen {
    fn new(out: Stdout, format: ShowFormat, canvas: Canvas) -> Self {
        Self {
            out,
            format,
            canvas,
            held: Vec::new(),
            held_bytes: 0,
            is_full: false,
        }
    }

    /// Adds the next delivery.
    fn add(&mut self, delivery: ShownDelivery) -> io::Result<()> {
        self.held_bytes += delivery.text.len();
        self.held.push(delivery);
        if self.is_full || self.held_bytes > MAX_HELD {
            self.release(None)?;
        }
        Ok(())
    }

    /// Writes what is held. `total` is the number of deliveries, if it is known.
    fn release(&mut self, total: Option<usize>) -> io::Result<()> {
        self.is_full = true;
        let total = total.filter(|total| *total > 1);
        for (number, delivery) in (1..).zip(std::mem::take(&mut self.held)) {
            let place = total.map(|total| (number, total));
            self.begin(&delivery.origin, place)?;
            self.out.write_all(&delivery.text)?;
        }
        Ok(())
    }

    /// Writes the line above a delivery.
    fn begin(&mut self, origin: &Origin<'_>, place: Option<(usize, usize)>) -> io::Result<()> {
        match self.format {
            ShowFormat::Table => write_delivery_rule(origin, place, &self.canvas, &mut self.out),
            ShowFormat::Json => Ok(()),
        }
    }

    /// Writes what is held, now that all deliveries are known.
    fn finish(&mut self) -> io::Result<()> {
        let total = (!self.is_full).then_some(self.held.len());
        self.release(total)?;
        self.out.flush()
    }
}

/// Writes sessions to standard output, and counts what is reported at the end.
struct ShowOutput<'s> {
    screen: &'s Mutex<Screen>,
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
        let mut screen = lock(self.screen);
        for delivery in shown.deliveries {
            screen.add(delivery)?;
        }
        if is_live {
            screen.release(None)?;
            screen.out.flush()?;
        }
        Ok(screen.out.flow())
    }
}

fn lock(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}
