//! `chatlog validate`: what is wrong.

use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Result;
use chatlog::contract::Contract;
use chatlog::delivery::Delivery;
use chatlog::finding::{FindingLimit, Levels};
use chatlog::json::Document;
use chatlog::signature::Signature;
use chatlog::view::findings::InputProblem;
use chatlog::{InspectOptions, Text, inspect};

use super::reports::{Destinations, FindingRenderers, FindingWriters, RenderedFindings};
use super::verifier::{Failures, Verifier};
use super::{levels, read_options};
use crate::cli::args::Validate;
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::pipeline::{
    self, Buffering, IncomingDelivery, Outputs, Processor, Sink, read_contract,
};

pub(super) fn run(args: &Validate, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    run_with(args, config, outputs, None)
}

/// Validates, and verifies too where there is a verifier.
pub(super) fn run_with(
    args: &Validate,
    config: &Config,
    outputs: Arc<Outputs>,
    verifier: Option<Verifier>,
) -> Result<Outcome> {
    let contracts = args
        .schema
        .iter()
        .map(|path| read_contract(path))
        .collect::<Result<Vec<Contract>>>()?;
    let destinations = Destinations {
        format: Some(args.format),
        quiet: args.quiet,
        reports: &args.report,
        look: &args.look,
    };
    let (renderers, writers) = destinations.open(config)?;
    let mut output = ValidationOutput {
        writers,
        failures: verifier.as_ref().map(Verifier::failures),
    };
    let validation = Validation {
        levels: levels(&args.levels, config),
        contracts,
        verifier,
        renderers,
        limit: args.limit.limit(),
        fails_fast: args.fail_fast,
    };
    let options =
        read_options(&args.inputs, Buffering::Eager, args.quiet)?.with_jobs(args.jobs.jobs());
    let outcome = pipeline::run(&options, &outputs, &validation, &mut output)?;
    // Windows replaces no file that is still open.
    drop(outputs);
    output.writers.finish()?;
    if let Some(failures) = output.failures {
        failures.report();
    }
    Ok(outcome)
}

/// What every delivery is checked against, and how its findings are rendered.
struct Validation {
    levels: Levels,
    contracts: Vec<Contract>,
    verifier: Option<Verifier>,
    renderers: FindingRenderers,
    limit: FindingLimit,
    fails_fast: bool,
}

/// What comes of validating some deliveries.
#[derive(Default)]
struct Validated {
    findings: RenderedFindings,
    /// Their signatures, if those were checked.
    signatures: Vec<Signature>,
}

impl Processor for Validation {
    type Output = Validated;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Validated,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        let document = Document::new(&incoming.delivery.body);
        let verify = self
            .verifier
            .as_ref()
            .map(|verifier| |_: &Delivery<'_>| verifier.verify(incoming));
        let checks = InspectOptions {
            limit: self.limit,
            levels: &self.levels,
            contracts: &self.contracts,
            verifier: verify
                .as_ref()
                .map(|verify| verify as chatlog::VerifyFn<'_>),
        };
        let report = inspect(incoming.origin, incoming.delivery, &document, &checks);
        self.renderers.report(&report, &mut output.findings)?;
        let outcome = Outcome::of(&report);
        output.signatures.extend(report.signature);
        Ok(if self.fails_fast && outcome != Outcome::Clean {
            ControlFlow::Break(outcome)
        } else {
            ControlFlow::Continue(outcome)
        })
    }

    fn problem(&self, problem: &InputProblem<'_>, output: &mut Validated) -> Result<()> {
        self.renderers.problem(problem, &mut output.findings)
    }
}

/// Where findings are written.
struct ValidationOutput {
    writers: FindingWriters,
    failures: Option<Failures>,
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
