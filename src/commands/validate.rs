//! `chatlog validate`: what is wrong.

use anyhow::Result;
use chatlog::contract::Contract;
use chatlog::document::Document;
use chatlog::finding::Levels;
use chatlog::inspect;
use chatlog::view::Zone;
use chatlog::view::findings::{Options, Problem};

use super::deliveries::{Arrival, Flow, Handler, Way, handle_deliveries};
use super::reports::Findings;
use super::secrets::Verifier;
use super::{Outcome, canvas};
use crate::args::Validate;
use crate::config::Config;
use crate::input::{Outputs, Patience, read_contract};

pub(super) fn run(args: &Validate, config: &Config, outputs: Outputs) -> Result<Outcome> {
    let levels = levels(args, config);
    let contracts = args
        .schema
        .iter()
        .map(|path| read_contract(path))
        .collect::<Result<Vec<Contract>>>()?;
    let secrets = args.signature.secrets.read(&args.inputs)?;
    let verifier = (!secrets.is_empty()).then(|| Verifier::new(&args.signature, config, secrets));
    let options = Options {
        canvas: canvas(&args.look, config, Zone::UTC),
        quiet: args.quiet,
        max_findings: args.max_findings,
    };
    let mut validation = Validation {
        levels,
        contracts,
        verifier,
        findings: Findings::create(args.format, options, &args.report)?,
        fails_fast: args.fail_fast,
    };
    let way = Way {
        patience: Patience::Whole,
        quiet: args.quiet,
        outputs,
    };
    let outcome = handle_deliveries(&args.inputs, way, &mut validation)?;
    validation.findings.finish()?;
    Ok(outcome)
}

/// What every delivery is checked against, and where that is written.
struct Validation {
    levels: Levels,
    contracts: Vec<Contract>,
    verifier: Option<Verifier>,
    findings: Findings,
    fails_fast: bool,
}

impl Handler for Validation {
    fn delivery(&mut self, arrival: &Arrival<'_>) -> Result<Flow> {
        let document = Document::new(&arrival.delivery.body);
        let mut report = inspect(arrival.origin, arrival.delivery, &document);
        for contract in &self.contracts {
            report.add(contract.findings(&document));
        }
        self.levels.apply(&mut report.findings);
        let verifier = self.verifier.as_mut();
        report.signature = verifier.map(|verifier| verifier.verify(arrival));
        self.findings.write(&report)?;
        let outcome = Outcome::of(&report);
        Ok(if self.fails_fast && outcome != Outcome::Clean {
            Flow::Stop(outcome)
        } else {
            self.findings.flow(outcome)
        })
    }

    fn problem(&mut self, problem: &Problem<'_>) -> Result<()> {
        self.findings.write_problem(problem)
    }
}

/// The project file's levels, then those of the options.
fn levels(args: &Validate, config: &Config) -> Levels {
    let mut levels = config.levels();
    for (rule, level) in &args.levels.set {
        levels.set(*rule, *level);
    }
    if args.levels.strict {
        levels.be_strict();
    }
    levels
}
