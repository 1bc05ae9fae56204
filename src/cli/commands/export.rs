//! `chatlog export`: writes sessions, messages or findings as the rows of a table.
//!
//! What is wrong with a delivery is in the rows, and does not matter to the outcome: a broken one gives
//! what it has.

use std::borrow::Cow;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Context, Result};
use chatlog::Text;
use chatlog::view::delivery_count;
use chatlog::view::tables::{Table, TableFormat, TableWriter};

use super::inspection::Inspection;
use super::redaction::Redaction;
use super::screen::Target;
use super::selection::DeliverySelection;
use super::verifier::Verifier;
use super::{delivery_options, levels, zone_of_project};
use crate::cli::args::{Export, OUTPUT};
use crate::cli::config::Config;
use crate::cli::interrupt;
use crate::cli::outcome::Outcome;
use crate::cli::output::{ReportFile, Stdout, report_problem};
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

pub(super) fn run(args: &Export, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let table = args
        .table
        .writer(&args.table_columns)
        .context("--columns")?;
    if args.schema_sql {
        let mut out = Stdout::new();
        out.write_all(table.create_table().as_bytes())?;
        out.flush()?;
        return Ok(Outcome::Clean);
    }
    let mut export = Exporting::new(args, config, table)?;
    let options = delivery_options(
        &args.deliveries,
        &args.decrypt,
        config,
        Buffering::Eager,
        false,
    )?
    .with_follow(
        args.follow
            .without(&[("--output", args.file().is_some())])?,
    )?;
    let options = export
        .inspection
        .prepare(options, &args.deliveries, &outputs)?;
    let mut output = ExportOutput::open(args, &export)?;
    let outcome = pipeline::run(&options, &outputs, &export, &mut output)?;
    // Windows cannot replace a file that is still open.
    drop(outputs);
    if outcome == Outcome::Trouble && !export.inspection.selection.has_accepted() {
        // Nothing could be read: what was written before stays.
        return Ok(outcome);
    }
    output.finish(export.table.table())?;
    export.inspection.selection.report_if_all_left_out();
    Ok(outcome)
}

/// Which rows to write of every delivery, and how.
struct Exporting {
    inspection: Inspection,
    table: TableWriter,
    format: TableFormat,
    is_raw: bool,
}

impl Exporting {
    /// # Errors
    /// A secret or the key cannot be read, or the environment holds an invalid scheme.
    fn new(args: &Export, config: &Config, table: TableWriter) -> Result<Self> {
        let secrets = args.signature.secrets.read(&args.deliveries.inputs)?;
        let selection =
            DeliverySelection::new(&args.deliveries.filter, &zone_of_project(config), true)?;
        let verifier = Verifier::of_verdicts(&args.signature, config, secrets, &selection.filter)?;
        Ok(Self {
            inspection: Inspection {
                levels: levels(&args.levels, config),
                limit: args.limit.limit(),
                verifier,
                redaction: Redaction::new(&args.redact)?,
                selection,
                ..Inspection::default()
            },
            table,
            format: args.format()?,
            is_raw: args.raw,
        })
    }
}

/// The output for some deliveries.
#[derive(Default)]
struct Exported {
    rows: Vec<u8>,
    without_session: usize,
}

impl Processor for Exporting {
    type Output = Exported;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Exported,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        self.inspection.inspect(incoming, |report| {
            self.table
                .write(&report, self.format, self.is_raw, &mut output.rows)?;
            output.without_session += usize::from(report.session.is_none());
            Ok(ControlFlow::Continue(Outcome::Clean))
        })
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.inspection.shown(text)
    }
}

/// Writes rows, and counts the deliveries that have none.
struct ExportOutput {
    target: Target,
    is_csv: bool,
    without_session: usize,
}

impl ExportOutput {
    /// Opens the output, and writes the header.
    ///
    /// # Errors
    /// It cannot be written.
    fn open(args: &Export, export: &Exporting) -> Result<Self> {
        let target = match args.file() {
            Some(path) => Target::File(ReportFile::create(OUTPUT, path)?),
            None => Target::Stdout(Stdout::new()),
        };
        let mut output = Self {
            target,
            is_csv: export.format == TableFormat::Csv,
            without_session: 0,
        };
        if output.is_csv && !args.no_header {
            let mut header = Vec::new();
            export.table.write_csv_header(&mut header)?;
            output.target.write_all(&header)?;
        }
        Ok(output)
    }

    /// Completes the output, and reports how many deliveries are not in it.
    fn finish(self, table: Table) -> Result<()> {
        match self.target {
            Target::Stdout(mut out) => out.flush()?,
            Target::File(file) => file.put_in_place()?,
        }
        if self.without_session > 0 && table != Table::Findings {
            let count = delivery_count(self.without_session);
            let what = format!("nothing to write of {count}: --table findings says why");
            report_problem(&table.name(), &what);
        }
        Ok(())
    }
}

impl Sink<Exported> for ExportOutput {
    fn write(
        &mut self,
        exported: Exported,
        _source: &Text<'_>,
        is_live: bool,
    ) -> Result<ControlFlow<()>> {
        self.without_session += exported.without_session;
        // A row of CSV may be several lines, so an interrupt waits for the end of the last one.
        let _busy = self.is_csv.then(interrupt::hold);
        self.target.write_all(&exported.rows)?;
        let Target::Stdout(out) = &mut self.target else {
            return Ok(ControlFlow::Continue(()));
        };
        if is_live || self.is_csv {
            out.flush()?;
        }
        Ok(out.flow())
    }
}
