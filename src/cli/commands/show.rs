//! `chatlog show`: the conversation.

use std::io::Write;

use anyhow::Result;
use chatlog::json::Document;
use chatlog::view::findings::write_errors_allowed;
use chatlog::view::{Selection, Zone, json, write_tables};
use chatlog::{Text, inspect_up_to};

use super::deliveries::{ReadOptions, for_each_delivery};
use super::output::Stdout;
use super::secrets::Verifier;
use super::{Outcome, canvas, levels, tell};
use crate::cli::args::{Show, ShowFormat};
use crate::cli::config::Config;
use crate::cli::pipeline::{Buffering, Outputs};

pub(super) fn run(args: &Show, config: &Config, outputs: &Outputs) -> Result<Outcome> {
    let zone = args.tz.clone().or_else(|| config.time_zone.clone());
    let canvas = canvas(&args.look, config, zone.unwrap_or(Zone::UTC));
    let levels = levels(&args.levels, config);
    let selection = Selection {
        only: args.only,
        order: args.sort,
        full_text: args.full_text,
    };
    let secrets = args.signature.secrets.read(&args.inputs)?;
    let mut verifier = Verifier::new(&args.signature, config, secrets)?;
    let mut out = Stdout::new();
    let options = ReadOptions {
        buffering: Buffering::Eager,
        quiet: false,
        outputs,
    };
    let mut allowed = 0;
    let outcome = for_each_delivery(&args.inputs, options, |incoming| {
        let document = Document::new(&incoming.delivery.body);
        let limit = args.limit.limit();
        let mut report = inspect_up_to(limit, incoming.origin, incoming.delivery, &document);
        report.add_signature(verifier.verify(incoming));
        report.apply(&levels);
        allowed += report.errors_allowed;
        match args.format {
            ShowFormat::Table => write_tables(&report, selection, &canvas, &mut out)?,
            ShowFormat::Json => json::write_session(&report, selection, &canvas.zone, &mut out)?,
        }
        // Whoever follows a stream wants each session when it is there.
        out.flush()?;
        Ok(out.flow(Outcome::of(&report)))
    })?;
    if let Some(unexplained) = verifier.unexplained() {
        tell(&Text::from("signatures"), &unexplained);
    }
    if args.format == ShowFormat::Table {
        write_errors_allowed(allowed, &config.name(), &canvas, &mut out)?;
        out.flush()?;
    }
    Ok(outcome)
}
