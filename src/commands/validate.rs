//! `chatlog validate`: what is wrong.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result};
use chatlog::contract::Contract;
use chatlog::document::Document;
use chatlog::finding::Levels;
use chatlog::inspect;
use chatlog::view::findings::{Options, Writer};
use chatlog::view::{Canvas, Theme, Zone};

use super::deliveries::{Flow, ReadOptions, for_each_delivery};
use super::secrets::Verifier;
use super::{Outcome, canvas, output};
use crate::args::Validate;
use crate::config::Config;
use crate::input::{Buffering, name_of, read_contract};

pub(super) fn run(args: &Validate, config: &Config) -> Result<Outcome> {
    let levels = levels(args, config);
    let contracts = args
        .schema
        .iter()
        .map(|path| read_contract(path))
        .collect::<Result<Vec<Contract>>>()?;
    let secrets = args.signature.secrets.read(&args.inputs)?;
    let mut verifier =
        (!secrets.is_empty()).then(|| Verifier::new(&args.signature, config, secrets));
    let mut writers = writers(args, config)?;
    let options = ReadOptions {
        buffering: Buffering::Eager,
        quiet: args.quiet,
    };
    let outcome = for_each_delivery(&args.inputs, options, |arrival| {
        let document = Document::new(&arrival.delivery.body);
        let mut report = inspect(arrival.origin, arrival.delivery, &document);
        for contract in &contracts {
            report.add(contract.findings(&document));
        }
        levels.apply(&mut report.findings);
        report.signature = verifier.as_mut().map(|verifier| verifier.verify(arrival));
        for writer in &mut writers {
            writer.write(&report)?;
            if arrival.is_live {
                writer.flush()?;
            }
        }
        let outcome = Outcome::of(&report);
        Ok(if args.fail_fast && outcome != Outcome::Clean {
            Flow::Break(outcome)
        } else {
            Flow::Continue(outcome)
        })
    })?;
    for writer in writers {
        writer.finish()?;
    }
    Ok(outcome)
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

/// One writer to standard output, and one to each file that was asked for.
fn writers(args: &Validate, config: &Config) -> Result<Vec<Writer<Box<dyn Write>>>> {
    let options = |canvas: Canvas, quiet| Options {
        canvas,
        quiet,
        max_findings: args.max_findings,
    };
    let screen = canvas(&args.look, config, Zone::UTC);
    let mut writers = vec![Writer::new(
        args.format,
        options(screen.clone(), args.quiet),
        output(),
    )?];
    for (format, path) in &args.report {
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
