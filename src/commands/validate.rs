//! `chatlog validate`: what is wrong.

use anyhow::Result;
use chatlog::view::findings::{counted, totals, write_lines};
use chatlog::view::{Zone, json};

use super::{Outcome, canvas, for_each_delivery, output, report_on};
use crate::args::{Validate, ValidateFormat};
use crate::input::Patience;

pub(super) fn run(args: &Validate) -> Result<Outcome> {
    let canvas = canvas(&args.look, Zone::UTC);
    let mut out = output();
    let mut deliveries = 0;
    let (mut errors, mut warnings) = (0, 0);
    let outcome = for_each_delivery(&args.inputs, Patience::Whole, |origin, delivery| {
        report_on(origin, delivery, |report| {
            deliveries += 1;
            let (more_errors, more_warnings) = totals(&report.findings);
            errors += more_errors;
            warnings += more_warnings;
            match args.format {
                ValidateFormat::Human => write_lines(report, &canvas, &mut out)?,
                ValidateFormat::Json if args.quiet && report.findings.is_empty() => {}
                ValidateFormat::Json => json::write(report, None, &canvas.zone, &mut out)?,
            }
            Ok(Outcome::of(report))
        })
    })?;
    if args.format == ValidateFormat::Human && !args.quiet && deliveries > 0 {
        let theme = &canvas.theme;
        let checked = counted(deliveries, "delivery").replace("deliverys", "deliveries");
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
