//! `chatlog validate`: what is wrong.

use anyhow::Result;
use chatlog::contract::Contract;
use chatlog::finding::{FindingLimit, Levels};
use chatlog::inspect_up_to;
use chatlog::json::Document;
use chatlog::view::findings::Problem;

use super::deliveries::{Flow, Handler, IncomingDelivery, ReadOptions, handle_deliveries};
use super::reports::{Destinations, Findings};
use super::secrets::Verifier;
use super::{Outcome, levels};
use crate::cli::args::Validate;
use crate::cli::config::Config;
use crate::cli::pipeline::{Buffering, Outputs, read_contract};

pub(super) fn run(args: &Validate, config: &Config, outputs: Outputs) -> Result<Outcome> {
    run_with(args, config, outputs, None)
}

/// Validates, and verifies too where there is a verifier.
pub(super) fn run_with(
    args: &Validate,
    config: &Config,
    outputs: Outputs,
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
    let mut validation = Validation {
        levels: levels(&args.levels, config),
        contracts,
        verifier,
        findings: Findings::create(&destinations, config)?,
        limit: args.limit.limit(),
        fails_fast: args.fail_fast,
    };
    let options = ReadOptions {
        buffering: Buffering::Eager,
        quiet: args.quiet,
        outputs: &outputs,
    };
    let outcome = handle_deliveries(&args.inputs, options, &mut validation)?;
    // Windows replaces no file that is still open.
    drop(outputs);
    validation.findings.finish()?;
    if let Some(verifier) = validation.verifier {
        verifier.tell_of_failures();
    }
    Ok(outcome)
}

/// What every delivery is checked against, and where that is written.
struct Validation {
    levels: Levels,
    contracts: Vec<Contract>,
    verifier: Option<Verifier>,
    findings: Findings,
    limit: FindingLimit,
    fails_fast: bool,
}

impl Handler for Validation {
    fn delivery(&mut self, incoming: &IncomingDelivery<'_>) -> Result<Flow> {
        let document = Document::new(&incoming.delivery.body);
        let mut report = inspect_up_to(self.limit, incoming.origin, incoming.delivery, &document);
        for contract in &self.contracts {
            report.add(contract.findings(&document, self.limit));
        }
        if let Some(verifier) = &mut self.verifier {
            report.add_signature(verifier.verify(incoming));
        }
        report.apply(&self.levels);
        self.findings.write(&report)?;
        if incoming.is_live {
            self.findings.flush()?;
        }
        let outcome = Outcome::of(&report);
        Ok(if self.fails_fast && outcome != Outcome::Clean {
            Flow::Break(outcome)
        } else {
            self.findings.flow(outcome)
        })
    }

    fn problem(&mut self, problem: &Problem<'_>) -> Result<()> {
        self.findings.write_problem(problem)
    }
}
