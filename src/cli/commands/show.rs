//! `chatlog show`: shows conversations.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use chatlog::archive::SessionRow;
use chatlog::signature::Signature;
use chatlog::view::findings::write_errors_allowed;
use chatlog::view::{Canvas, Selection, SessionFormat, Zone};
use chatlog::{Report, Text};

use super::inspection::Inspection;
use super::pages::Pages;
use super::redaction::Redaction;
use super::screen::{DrawnSession, MAX_HELD, Screen, SessionWriter, Target};
use super::selection::DeliverySelection;
use super::verifier::{Failures, Verifier};
use super::{delivery_options, file_canvas, levels, pager_of, table_canvas, zone};
use crate::cli::args::{Hyperlinks, OUTPUT, Show};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::{Pager, ReportFile, Stdout, report_problem};
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

/// The first version of `less` that passes hyperlinks on.
const MIN_LESS: u32 = 581;

pub(super) fn run(args: &Show, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let options = delivery_options(
        &args.deliveries,
        &args.decrypt,
        config,
        Buffering::Eager,
        false,
    )?
    .with_follow(
        args.follow
            .without(&[("--output", args.folder().is_some() || args.file().is_some())])?,
    )?;
    let mut showing = Showing::new(args, config, &outputs)?;
    let options = showing
        .inspection
        .prepare(options, &args.deliveries, &outputs)?;
    let mut output = showing.output();
    let outcome = pipeline::run(&options, &outputs, &showing, &mut output)?;
    // Windows cannot replace a file that is still open.
    drop(outputs);
    let counts = output.counts;
    showing.finish(&counts, &config.name())?;
    Ok(outcome)
}

/// How to show every session.
pub(super) struct Showing {
    pub(super) format: SessionFormat,
    pub(super) canvas: Canvas,
    /// Whether each session has a page of its own.
    pub(super) has_own_page: bool,
    pub(super) selection: Selection,
    pub(super) inspection: Inspection,
    pub(super) writer: Mutex<Box<dyn SessionWriter>>,
}

impl Showing {
    /// # Errors
    /// A secret or the key cannot be read, the environment holds an invalid scheme, or the output cannot be
    /// written.
    fn new(args: &Show, config: &Config, outputs: &Arc<Outputs>) -> Result<Self> {
        let zone = zone(&args.session.zone, config);
        let secrets = args.signature.secrets.read(&args.deliveries.inputs)?;
        let (canvas, pager) = canvas_and_pager(args, config, zone.clone());
        Ok(Self {
            format: args.format(),
            writer: Mutex::new(writer(args, &canvas, pager, outputs)?),
            canvas,
            has_own_page: args.folder().is_some(),
            selection: Selection {
                only: args.only,
                order: args.sort,
                full_text: args.session.full_text,
                details: args.session.details,
            },
            inspection: Inspection {
                levels: levels(&args.levels, config),
                limit: args.limit.limit(),
                verifier: Some(Verifier::new(&args.signature, config, secrets)?),
                redaction: Redaction::new(&args.redact)?,
                selection: DeliverySelection::new(&args.deliveries.filter, &zone, true)?,
                ..Inspection::default()
            },
        })
    }

    /// What takes the sessions that are shown.
    pub(super) fn output(&self) -> ShowOutput<'_> {
        ShowOutput {
            writer: &self.writer,
            counts: ShowCounts {
                errors_allowed: 0,
                failures: self.inspection.verifier.as_ref().map(Verifier::failures),
            },
        }
    }

    /// Completes the output, and reports what was counted. `project_file` is its name for messages.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(super) fn finish(self, counts: &ShowCounts, project_file: &str) -> Result<()> {
        let mut note = Vec::new();
        if self.format == SessionFormat::Table {
            let allowed = counts.errors_allowed;
            write_errors_allowed(allowed, project_file, &self.canvas, &mut note)?;
        }
        let writer = self.writer.into_inner();
        writer
            .unwrap_or_else(PoisonError::into_inner)
            .finish(&note)?;
        let failures = counts.failures.as_ref();
        if let Some(unexplained) = failures.and_then(Failures::unexplained) {
            report_problem(&"signatures", &unexplained);
        }
        self.inspection.selection.report_if_all_left_out();
        Ok(())
    }

    fn draw(
        &self,
        report: &Report<'_>,
        incoming: &IncomingDelivery<'_>,
        mut out: &mut dyn Write,
    ) -> io::Result<()> {
        let number = if self.has_own_page {
            1
        } else {
            incoming.number_in_run
        };
        self.format
            .session(report, number, self.selection, &self.canvas, &mut out)
    }
}

/// The canvas to draw on, and the pager for it: none for a file, or for what programs read.
fn canvas_and_pager(args: &Show, config: &Config, zone: Zone) -> (Canvas, Option<Pager>) {
    if args.folder().is_some() || args.file().is_some() {
        return (file_canvas(&args.look, zone), None);
    }
    let is_for_people = args.format().is_for_people();
    let pager = is_for_people.then(|| pager_of(&args.deliveries.inputs, &args.follow, &args.look));
    let pager = pager.flatten();
    let canvas = Canvas {
        hyperlinks: shows_hyperlinks(args.hyperlinks, pager.as_ref()),
        ..table_canvas(&args.look, config, zone)
    };
    (canvas, pager)
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

/// What writes the sessions to where they are to go.
fn writer(
    args: &Show,
    canvas: &Canvas,
    pager: Option<Pager>,
    outputs: &Arc<Outputs>,
) -> Result<Box<dyn SessionWriter>> {
    let (format, canvas) = (args.format(), canvas.clone());
    if let Some(folder) = args.folder() {
        let outputs = Arc::clone(outputs);
        return Ok(Box::new(Pages::create(folder, format, canvas, outputs)?));
    }
    let target = match args.file() {
        Some(path) => Target::File(ReportFile::create(OUTPUT, path)?),
        None => Target::Stdout(Stdout::before(pager)),
    };
    Ok(Box::new(Screen::new(target, format, canvas)))
}

/// The output for some deliveries.
#[derive(Default)]
pub(super) struct ShownSessions {
    sessions: Vec<DrawnSession>,
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
        self.inspection.inspect(incoming, |report| {
            let row = SessionRow::of(&report);
            let is_next = incoming.turn.is_alone() && output.sessions.is_empty();
            if is_next && incoming.delivery.body.len() > MAX_HELD {
                // It may be many times as large as the delivery: a place is written at each finding.
                let draw = |out: &mut dyn Write| self.draw(&report, incoming, out);
                lock(&self.writer).draw(&row, &draw)?;
            } else {
                let mut text = Vec::new();
                self.draw(&report, incoming, &mut text)?;
                output.sessions.push(DrawnSession { row, text });
            }
            output.errors_allowed += report.errors_allowed;
            let outcome = Outcome::of(&report);
            output.signatures.extend(report.signature);
            Ok(ControlFlow::Continue(outcome))
        })
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.inspection.shown(text)
    }
}

/// Writes sessions, and counts what is reported at the end.
pub(super) struct ShowOutput<'s> {
    writer: &'s Mutex<Box<dyn SessionWriter>>,
    pub(super) counts: ShowCounts,
}

/// What is reported at the end of a run.
pub(super) struct ShowCounts {
    errors_allowed: usize,
    failures: Option<Failures>,
}

impl Sink<ShownSessions> for ShowOutput<'_> {
    fn write(
        &mut self,
        shown: ShownSessions,
        _source: &Text<'_>,
        is_live: bool,
    ) -> Result<ControlFlow<()>> {
        self.counts.errors_allowed += shown.errors_allowed;
        for signature in &shown.signatures {
            if let Some(failures) = &mut self.counts.failures {
                failures.count(signature);
            }
        }
        let mut writer = lock(self.writer);
        for session in shown.sessions {
            writer.add(session)?;
        }
        if is_live {
            writer.release()?;
        }
        Ok(writer.flow())
    }
}

fn lock(writer: &Mutex<Box<dyn SessionWriter>>) -> MutexGuard<'_, Box<dyn SessionWriter>> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}
