//! `chatlog validate`: what is wrong.

use anyhow::Result;
use chatlog::document::Document;
use chatlog::inspect;
use chatlog::view::findings::{counted, totals, write_lines};
use chatlog::view::signature::Subject;
use chatlog::view::{Zone, json, signature};

use super::deliveries::{Way, for_each_delivery};
use super::secrets::Verifier;
use super::{Outcome, canvas, output};
use crate::args::{Validate, ValidateFormat};
use crate::input::Patience;

pub(super) fn run(args: &Validate) -> Result<Outcome> {
    let canvas = canvas(&args.look, Zone::UTC);
    let secrets = args.signature.secrets.read(&args.inputs)?;
    let mut verifier = (!secrets.is_empty()).then(|| Verifier::new(&args.signature, secrets));
    let mut out = output();
    let mut deliveries = 0;
    let (mut errors, mut warnings) = (0, 0);
    let way = Way {
        patience: Patience::Whole,
        quiet: args.quiet,
    };
    let outcome = for_each_delivery(&args.inputs, way, |arrival| {
        let document = Document::new(&arrival.delivery.body);
        let mut report = inspect(arrival.origin, arrival.delivery, &document);
        report.signature = verifier.as_mut().map(|verifier| verifier.verify(arrival));
        deliveries += 1;
        let (more_errors, more_warnings) = totals(&report.findings);
        errors += more_errors;
        warnings += more_warnings;
        let outcome = Outcome::of(&report);
        match args.format {
            ValidateFormat::Human => {
                write_lines(&report, &canvas, &mut out)?;
                if let Some(checked) = &report.signature
                    && (!args.quiet || outcome != Outcome::Clean)
                {
                    let subject = Subject::of(report.origin, report.delivery);
                    signature::write(&subject, checked, &canvas, &mut out)?;
                }
            }
            ValidateFormat::Json
                if args.quiet && report.findings.is_empty() && outcome == Outcome::Clean => {}
            ValidateFormat::Json => json::write_findings(&report, &mut out)?,
        }
        Ok(outcome)
    })?;
    if args.format == ValidateFormat::Human && !args.quiet && deliveries > 0 {
        let theme = &canvas.theme;
        let checked = if deliveries == 1 {
            "1 delivery".to_owned()
        } else {
            format!("{deliveries} deliveries")
        };
        let found = match (errors, warnings) {
            (0, 0) => theme.good.style("no problems").to_string(),
            (0, _) => theme
                .warning
                .style(counted(warnings, "warning"))
                .to_string(),
            (_, 0) => theme.error.style(counted(errors, "error")).to_string(),
            _ => {
                let errors = theme.error.style(counted(errors, "error")).to_string();
                format!(
                    "{errors}, {}",
                    theme.warning.style(counted(warnings, "warning"))
                )
            }
        };
        writeln!(out, "{checked}: {found}")?;
    }
    out.flush()?;
    Ok(outcome)
}
