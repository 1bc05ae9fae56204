//! `chatlog list`: a row for each session.
//!
//! Workers draw rows, and the sink writes them in the order of the input, below the heading. With
//! `--sort` the sink ranks rows instead, and draws them at the end.

use std::borrow::Cow;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, ensure};
use chatlog::Text;
use chatlog::archive::{Column, Ranking, SessionField, SessionRow};
use chatlog::signature::Secret;
use chatlog::view::findings::write_errors_allowed;
use chatlog::view::list::{List, ListCounts, ListFormat, ListOptions};
use chatlog::view::{Canvas, Zone, visible_width};

use super::inspection::Inspection;
use super::redaction::Redaction;
use super::selection::DeliverySelection;
use super::verifier::Verifier;
use super::{canvas, delivery_options, levels, pager_of, zone};
use crate::cli::args;
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::Stdout;
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Input, Outputs, Processor, Sink};

pub(super) fn run(args: &args::List, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let options = delivery_options(
        &args.deliveries,
        &args.decrypt,
        config,
        Buffering::Eager,
        false,
    )?;
    let mut listing = Listing::new(args, config)?;
    let options = options.with_follow(args.follow.without(&[("--sort", args.sort.is_some())])?)?;
    let options = listing
        .inspection
        .prepare(options, &args.deliveries, &outputs)?;
    let mut output = listing.output(args);
    let outcome = pipeline::run(&options, &outputs, &listing, &mut output)?;
    drop(outputs);
    output.finish(&config.name())?;
    listing.inspection.selection.report_if_all_left_out();
    Ok(outcome)
}

/// How the names of archives end, in which files have names of their own.
const ARCHIVES: [&str; 4] = [".zip", ".tar", ".tgz", ".gz"];

/// What is listed of every session, and how.
struct Listing {
    inspection: Inspection,
    format: ListFormat,
    list: List,
    canvas: Canvas,
    /// The fields that rows must have.
    fields: Vec<SessionField>,
    is_sorted: bool,
}

impl Listing {
    /// # Errors
    /// A secret or a key cannot be read, or the options contradict each other.
    fn new(args: &args::List, config: &Config) -> Result<Self> {
        let zone = zone(&args.zone, config);
        let secrets = args.signature.secrets.read(&args.deliveries.inputs)?;
        let options = list_options(args, !secrets.is_empty())?;
        let inspection = inspection(args, config, &zone, secrets)?;
        let canvas = canvas(&args.look, config, zone);
        let list = List::new(args.format, &options, &canvas);
        let mut fields = list.fields();
        if let Some(Column::Field(field)) = args.sort.map(|sorting| sorting.column)
            && !fields.contains(&field)
        {
            fields.push(field);
        }
        Ok(Self {
            inspection,
            format: args.format,
            list,
            canvas,
            fields,
            is_sorted: args.sort.is_some(),
        })
    }

    fn output(&self, args: &args::List) -> ListOutput<'_> {
        let is_for_people = args.format == ListFormat::Table;
        let pager =
            is_for_people.then(|| pager_of(&args.deliveries.inputs, &args.follow, &args.look));
        ListOutput {
            out: Stdout::before(pager.flatten()),
            listing: self,
            ranking: args.sort.map(|sorting| Ranking::new(sorting, args.top)),
            counts: ListCounts::default(),
            errors_allowed: 0,
            has_begun: false,
        }
    }
}

fn inspection(
    args: &args::List,
    config: &Config,
    zone: &Zone,
    secrets: Vec<Secret>,
) -> Result<Inspection> {
    let selection = DeliverySelection::new(&args.deliveries.filter, zone, true)?;
    let verifier = Verifier::of_verdicts(&args.signature, config, secrets, &selection.filter)?;
    Ok(Inspection {
        levels: levels(&args.levels, config),
        verifier,
        redaction: Redaction::new(&args.redact)?,
        selection,
        ..Inspection::default()
    })
}

fn list_options(args: &args::List, has_verdicts: bool) -> Result<ListOptions> {
    ensure!(
        !args.raw || args.format == ListFormat::Csv,
        "--raw: only CSV is guarded: use it with --format csv"
    );
    // `errors` and `warnings` are two names of one column.
    let mut columns = Vec::new();
    for column in &args.chosen {
        if !columns.contains(column) {
            columns.push(*column);
        }
    }
    Ok(ListOptions {
        columns,
        has_verdicts,
        longest_name: longest_name(&args.deliveries.inputs.inputs),
        is_raw: args.raw,
    })
}

/// The columns of the longest name of an input; `None` if one of them has several files.
fn longest_name(inputs: &[PathBuf]) -> Option<usize> {
    let inputs = Input::all(inputs);
    let mut inputs = inputs.iter().flatten();
    let mut longest = 1;
    inputs
        .all(|input| {
            let name = input.name().to_string();
            longest = longest.max(visible_width(&name));
            !input.is_folder() && !ARCHIVES.iter().any(|end| name.ends_with(end))
        })
        .then_some(longest)
}

/// The rows of some deliveries.
#[derive(Default)]
struct Listed {
    /// As they are written, if the list is not sorted.
    drawn: Vec<u8>,
    /// If it is sorted.
    rows: Vec<SessionRow>,
    counts: ListCounts,
    errors_allowed: usize,
}

impl Processor for Listing {
    type Output = Listed;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        listed: &mut Listed,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        self.inspection.inspect(incoming, |report| {
            let row = SessionRow::with_fields(&report, &self.fields);
            listed.counts.add(&row);
            listed.errors_allowed += report.errors_allowed;
            if self.is_sorted {
                listed.rows.push(row);
            } else {
                self.list.row(&row, &mut listed.drawn)?;
            }
            Ok(ControlFlow::Continue(Outcome::of(&report)))
        })
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.inspection.shown(text)
    }
}

/// Writes rows, or ranks them to be written at the end.
struct ListOutput<'l> {
    out: Stdout,
    listing: &'l Listing,
    ranking: Option<Ranking>,
    counts: ListCounts,
    errors_allowed: usize,
    has_begun: bool,
}

impl ListOutput<'_> {
    /// Writes the heading, once.
    fn begin(&mut self) -> Result<()> {
        if !self.has_begun {
            self.has_begun = true;
            self.listing.list.begin(&mut self.out)?;
        }
        Ok(())
    }

    /// Completes the list. `project_file` is its name for messages.
    fn finish(mut self, project_file: &str) -> Result<()> {
        let is_table = self.listing.format == ListFormat::Table;
        if !is_table || self.counts.rows() > 0 {
            self.begin()?;
        }
        let mut listed = self.counts.rows();
        if let Some(ranking) = self.ranking.take() {
            let rows = ranking.into_rows();
            listed = rows.len();
            for row in rows {
                self.listing.list.row(&row, &mut self.out)?;
            }
        }
        if is_table && listed > 0 {
            let Listing { list, canvas, .. } = self.listing;
            list.finish(&self.counts, listed, &mut self.out)?;
            write_errors_allowed(self.errors_allowed, project_file, canvas, &mut self.out)?;
        }
        Ok(self.out.flush()?)
    }
}

impl Sink<Listed> for ListOutput<'_> {
    fn write(
        &mut self,
        listed: Listed,
        _source: &Text<'_>,
        is_live: bool,
    ) -> Result<ControlFlow<()>> {
        self.counts.merge(listed.counts);
        self.errors_allowed += listed.errors_allowed;
        if let Some(ranking) = &mut self.ranking {
            for row in listed.rows {
                ranking.add(row);
            }
            return Ok(self.out.flow());
        }
        if !listed.drawn.is_empty() {
            self.begin()?;
            self.out.write_all(&listed.drawn)?;
        }
        if is_live {
            self.out.flush()?;
        }
        Ok(self.out.flow())
    }
}
