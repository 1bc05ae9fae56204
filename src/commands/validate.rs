//! `chatlog validate`: what is wrong.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use chatlog::contract::Contract;
use chatlog::document::Document;
use chatlog::view::findings::{Format, Options, Writer};
use chatlog::view::{Canvas, Theme, Zone};
use chatlog::{Text, inspect};

use super::deliveries::{Flow, Way, for_each_delivery};
use super::secrets::Verifier;
use super::{Outcome, canvas, levels, output};
use crate::args::{Look, Validate};
use crate::config::Config;
use crate::input::{Patience, name_of, read_contract};

pub(super) fn run(args: &Validate, config: &Config) -> Result<Outcome> {
    run_with(args, config, None)
}

/// Validates, and verifies too where there is a verifier.
pub(super) fn run_with(
    args: &Validate,
    config: &Config,
    mut verifier: Option<Verifier>,
) -> Result<Outcome> {
    let levels = levels(&args.levels, config);
    let contracts = args
        .schema
        .iter()
        .map(|path| read_contract(path))
        .collect::<Result<Vec<Contract>>>()?;
    let mut writers = writers(&Outputs::of(args), config)?;
    let way = Way {
        patience: Patience::Whole,
        quiet: args.quiet,
    };
    let outcome = for_each_delivery(&args.inputs, way, |arrival| {
        let document = Document::new(&arrival.delivery.body);
        let mut report = inspect(arrival.origin, arrival.delivery, &document);
        for contract in &contracts {
            report.add(contract.findings(&document));
        }
        if let Some(verifier) = &mut verifier {
            report.add_signature(verifier.verify(arrival));
        }
        report.apply(&levels);
        for writer in &mut writers {
            writer.write(&report)?;
        }
        let outcome = Outcome::of(&report);
        Ok(if args.fail_fast && outcome != Outcome::Clean {
            Flow::Stop(outcome)
        } else {
            Flow::GoOn(outcome)
        })
    })?;
    for writer in writers {
        writer.finish()?;
    }
    Ok(outcome)
}

/// Where findings are written, and how.
pub(super) struct Outputs<'a> {
    /// The format on standard output, if they are written there.
    pub(super) format: Option<Format>,
    /// Whether only problems are written there.
    pub(super) quiet: bool,
    /// The files.
    pub(super) report: &'a [(Format, PathBuf)],
    /// The most findings of one delivery.
    pub(super) max_findings: Option<usize>,
    /// The look on standard output.
    pub(super) look: &'a Look,
}

impl<'a> Outputs<'a> {
    fn of(args: &'a Validate) -> Self {
        Self {
            format: Some(args.format),
            quiet: args.quiet,
            report: &args.report,
            max_findings: args.max_findings,
            look: &args.look,
        }
    }
}

/// One writer to standard output, if that is wanted, and one to each file that was asked for.
pub(super) fn writers(args: &Outputs<'_>, config: &Config) -> Result<Vec<Writer<Box<dyn Write>>>> {
    let options = |canvas: Canvas, quiet| Options {
        canvas,
        quiet,
        max_findings: args.max_findings,
        project: Text::from(config.name()),
    };
    let screen = canvas(args.look, config, Zone::UTC);
    let mut writers = Vec::new();
    if let Some(format) = args.format {
        let options = options(screen.clone(), args.quiet);
        writers.push(Writer::new(format, options, output())?);
    }
    for (format, path) in args.report {
        let name = name_of(path);
        let file = File::create(path).with_context(|| format!("--report {name}: cannot write"))?;
        let plain = Canvas {
            theme: Theme::plain(),
            ..screen.clone()
        };
        let out: Box<dyn Write> = Box::new(BufWriter::new(file));
        writers.push(Writer::new(*format, options(plain, false), out)?);
    }
    Ok(writers)
}
