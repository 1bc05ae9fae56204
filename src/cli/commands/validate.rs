//! `chatlog validate`: checks deliveries against the schema and writes findings.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Result;
use chatlog::Text;
use chatlog::signature::Signature;
use chatlog::view::findings::InputProblem;

use super::inspection::Inspection;
use super::redaction::Redaction;
use super::reports::{Destinations, FindingRenderers, FindingWriters, RenderedFindings};
use super::selection::DeliverySelection;
use super::verifier::{Failures, Verifier, is_silent};
use super::{delivery_options, levels, zone_of_project};
use crate::cli::args::Validate;
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::pipeline::{
    self, Buffering, IncomingDelivery, Outputs, Processor, Sink, read_contract,
};

pub(super) fn run(args: &Validate, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    run_with(args, config, outputs, None)
}

/// Validates, and also checks signatures if there is a verifier.
pub(super) fn run_with(
    args: &Validate,
    config: &Config,
    outputs: Arc<Outputs>,
    verifier: Option<Verifier>,
) -> Result<Outcome> {
    let (renderers, writers) = destinations(args).open(config)?;
    let mut output = ValidationOutput {
        writers,
        failures: verifier.as_ref().map(Verifier::failures),
    };
    let mut validation = Validation::new(args, config, renderers, verifier)?;
    let options = delivery_options(
        &args.deliveries,
        &args.decrypt,
        config,
        Buffering::Eager,
        args.quiet,
    )?
    .with_follow(args.follow.without(&[
        ("--report", !args.report.is_empty()),
        ("this --format", args.format.is_one_document()),
    ])?)?;
    let options = validation
        .inspection
        .prepare(options, &args.deliveries, &outputs)?;
    let outcome = pipeline::run(&options, &outputs, &validation, &mut output)?;
    // Windows cannot replace a file that is still open.
    drop(outputs);
    output.finish()?;
    validation.inspection.selection.report_if_all_left_out();
    Ok(outcome)
}

fn destinations(args: &Validate) -> Destinations<'_> {
    Destinations {
        format: Some(args.format),
        quiet: args.quiet,
        lists_all: args.limit.lists_all(),
        reports: &args.report,
        inputs: &args.deliveries.inputs,
        follow: &args.follow,
        look: &args.look,
    }
}

/// What to check every delivery against, and how to render its findings.
struct Validation {
    inspection: Inspection,
    renderers: FindingRenderers,
    fails_fast: bool,
    quiet: bool,
}

impl Validation {
    /// # Errors
    /// A schema or the key cannot be read or is invalid.
    fn new(
        args: &Validate,
        config: &Config,
        renderers: FindingRenderers,
        verifier: Option<Verifier>,
    ) -> Result<Self> {
        let contracts = args.schema.iter().map(|path| read_contract(path));
        let selection = DeliverySelection::new(
            &args.deliveries.filter,
            &zone_of_project(config),
            verifier.is_some(),
        )?;
        Ok(Self {
            inspection: Inspection {
                levels: levels(&args.levels, config),
                limit: args.limit.limit(),
                contracts: contracts.collect::<Result<_>>()?,
                verifier,
                redaction: Redaction::new(&args.redact)?,
                selection,
                ..Inspection::default()
            },
            renderers,
            fails_fast: args.fail_fast,
            quiet: args.quiet,
        })
    }
}

/// The output for some deliveries.
#[derive(Default)]
struct Validated {
    findings: RenderedFindings,
    /// Their signatures, if they were checked.
    signatures: Vec<Signature>,
}

impl Processor for Validation {
    type Output = Validated;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Validated,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        self.inspection.inspect(incoming, |mut report| {
            self.renderers.report(&mut report, &mut output.findings)?;
            let outcome = Outcome::of(&report);
            if !self.quiet || !is_silent(&report) {
                output.signatures.extend(report.signature);
            }
            Ok(if self.fails_fast && outcome != Outcome::Clean {
                ControlFlow::Break(outcome)
            } else {
                ControlFlow::Continue(outcome)
            })
        })
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.inspection.shown(text)
    }

    fn problem(&self, problem: &InputProblem<'_>, output: &mut Validated) -> Result<()> {
        self.inspection.redaction.problem(problem, |problem| {
            self.renderers.problem(problem, &mut output.findings)
        })
    }
}

/// Writes findings, and collects what the failed signatures have in common.
struct ValidationOutput {
    writers: FindingWriters,
    failures: Option<Failures>,
}

impl ValidationOutput {
    fn finish(self) -> Result<()> {
        self.writers.finish()?;
        if let Some(failures) = self.failures {
            failures.report();
        }
        Ok(())
    }
}

impl Sink<Validated> for ValidationOutput {
    fn write(
        &mut self,
        validated: Validated,
        _source: &Text<'_>,
        is_live: bool,
    ) -> Result<ControlFlow<()>> {
        for signature in &validated.signatures {
            if let Some(failures) = &mut self.failures {
                failures.count(signature);
                failures.is_repeated(signature);
            }
        }
        self.writers.write(validated.findings, is_live)?;
        Ok(self.writers.flow())
    }
}
