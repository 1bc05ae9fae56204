//! `chatlog verify`: whether a signature is that of its body, and why not.

use std::io::Write;

use anyhow::{Result, bail};
use chatlog::diagnosis::{CommonCause, DeliveryId, Discovery, SwapDetector};
use chatlog::finding::{Finding, Levels, Severity};
use chatlog::signature::Signature;
use chatlog::view::findings::{Format, Problem};
use chatlog::view::signature::{
    DeliveryInfo, VerdictCounts, write_failures, write_options, write_schemes,
};
use chatlog::view::{Canvas, Zone, json, signature};
use chatlog::{Origin, Report, Text, signature_report};

use super::deliveries::{
    Flow, Handler, IncomingDelivery, ReadOptions, for_each_delivery, handle_deliveries,
};
use super::output::Stdout;
use super::reports::{Destinations, Findings};
use super::secrets::Verifier;
use super::{Outcome, canvas, levels, tell};
use crate::cli::args::{Verify, VerifyFormat};
use crate::cli::config::Config;
use crate::cli::pipeline::{Buffering, Outputs};

pub(super) fn run(args: &Verify, config: &Config, outputs: Outputs) -> Result<Outcome> {
    let secrets = args.signature.secrets.require(&args.inputs)?;
    let verifier = Verifier::new(&args.signature, config, secrets)?;
    let canvas = canvas(&args.look, config, Zone::UTC);
    if args.discover {
        discover(args, &outputs, &verifier, &canvas)
    } else {
        verify(args, outputs, config, verifier, &canvas)
    }
}

fn verify(
    args: &Verify,
    outputs: Outputs,
    config: &Config,
    verifier: Verifier,
    canvas: &Canvas,
) -> Result<Outcome> {
    let mut verification = Verification {
        levels: levels(&args.levels, config),
        verdicts: Verdicts::on_screen(args, &verifier, canvas),
        findings: Findings::create(&destinations(args), config)?,
        verifier,
    };
    let options = ReadOptions {
        buffering: Buffering::Eager,
        quiet: args.quiet,
        outputs: &outputs,
    };
    let outcome = handle_deliveries(&args.inputs, options, &mut verification)?;
    let verifier = &verification.verifier;
    match verification.verdicts {
        Some(verdicts) => verdicts.finish(verifier.unexplained())?,
        None => verifier.tell_of_failures(),
    }
    // Windows replaces no file that is still open.
    drop(outputs);
    verification.findings.finish()?;
    Ok(outcome)
}

/// What signatures are checked with, and where the verdicts are written.
struct Verification<'c> {
    levels: Levels,
    verifier: Verifier,
    verdicts: Option<Verdicts<'c>>,
    findings: Findings,
}

impl Handler for Verification<'_> {
    fn delivery(&mut self, incoming: &IncomingDelivery<'_>) -> Result<Flow> {
        let signature = self.verifier.verify(incoming);
        let mut report = signature_report(incoming.origin, incoming.delivery, signature);
        report.apply(&self.levels);
        self.findings.write(&report)?;
        if incoming.is_live {
            self.findings.flush()?;
        }
        let outcome = Outcome::of(&report);
        match &mut self.verdicts {
            Some(verdicts) => {
                verdicts.add(report, incoming.is_live)?;
                Ok(if self.findings.has_reports() {
                    Flow::Continue(outcome)
                } else {
                    verdicts.out.flow(outcome)
                })
            }
            None => Ok(self.findings.flow(outcome)),
        }
    }

    fn problem(&mut self, problem: &Problem<'_>) -> Result<()> {
        self.findings.write_problem(problem)
    }
}

/// Where verdicts are written as findings: to files and, in most formats, on standard output.
fn destinations(args: &Verify) -> Destinations<'_> {
    Destinations {
        format: match args.format {
            VerifyFormat::Findings(format) if Form::of(args.format).is_none() => Some(format),
            _ => None,
        },
        quiet: args.quiet,
        reports: &args.report,
        look: &args.look,
    }
}

/// A form of its own that verdicts have on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Human,
    Json,
}

impl Form {
    /// None, where the verdicts are written as findings.
    fn of(format: VerifyFormat) -> Option<Self> {
        match format {
            VerifyFormat::Human => Some(Self::Human),
            VerifyFormat::Findings(Format::Json) => Some(Self::Json),
            VerifyFormat::Findings(_) => None,
        }
    }
}

/// The verdicts of a run, on their way out.
///
/// A signature may belong to a delivery that is yet to come: what failed without a reason is held,
/// and all that follows it, until all were read or there is no more room. On a live stream nothing is
/// held: somebody waits for each verdict, and what explains it is said at the end.
struct Verdicts<'c> {
    form: Form,
    quiet: bool,
    /// Whether signatures may have been swapped.
    compares: bool,
    canvas: &'c Canvas,
    out: Stdout,
    swaps: SwapDetector,
    common: CommonCause,
    counts: VerdictCounts,
    held: Vec<Held>,
    /// The failures of live streams that a swap may explain.
    unexplained: Vec<(Text<'static>, DeliveryId)>,
}

/// A verdict with all that is shown of its delivery.
struct Held {
    subject: DeliveryInfo<'static>,
    signature: Signature,
    severity: Option<Severity>,
    line: Option<DeliveryId>,
}

impl<'c> Verdicts<'c> {
    /// None, where standard output gets the verdicts as findings.
    fn on_screen(args: &Verify, verifier: &Verifier, canvas: &'c Canvas) -> Option<Self> {
        Some(Self {
            form: Form::of(args.format)?,
            quiet: args.quiet,
            compares: !verifier.is_shared(),
            canvas,
            out: Stdout::new(),
            swaps: SwapDetector::default(),
            common: CommonCause::default(),
            counts: VerdictCounts::default(),
            held: Vec::new(),
            unexplained: Vec::new(),
        })
    }

    fn add(&mut self, report: Report<'_>, is_live: bool) -> Result<()> {
        let Some(signature) = report.signature else {
            return Ok(());
        };
        self.counts.add(&signature);
        let Origin { source, index } = report.origin;
        let line = self
            .compares
            .then(|| self.swaps.enter(source.as_str(), *index, &signature))
            .flatten();
        let severity = report.findings.first().map(|finding| finding.severity);
        if self.quiet && severity.is_none() {
            return Ok(());
        }
        let subject = DeliveryInfo::of(report.origin, report.delivery);
        let may_be_explained =
            signature.is_mismatch() && signature.hints.is_empty() && line.is_some();
        if is_live {
            let name = || Text::from(format!("{}#{index}", source.as_str()));
            let line = line.filter(|_| may_be_explained);
            self.unexplained.extend(line.map(|line| (name(), line)));
            return self.write_live(&subject, &signature, severity);
        }
        if self.held.is_empty() && !may_be_explained {
            return self.write(&subject, &signature, severity);
        }
        self.held.push(Held {
            subject: subject.into_owned(),
            signature,
            severity,
            line: line.filter(|_| may_be_explained),
        });
        if self.held.len() >= SwapDetector::MAX_DELIVERIES {
            self.write_held()?;
        }
        Ok(())
    }

    fn write_held(&mut self) -> Result<()> {
        for Held {
            subject,
            mut signature,
            severity,
            line,
        } in std::mem::take(&mut self.held)
        {
            if signature.hints.is_empty() {
                signature
                    .hints
                    .extend(line.and_then(|line| self.swaps.hint(line)));
            }
            self.write(&subject, &signature, severity)?;
        }
        Ok(())
    }

    fn write_live(
        &mut self,
        subject: &DeliveryInfo<'_>,
        signature: &Signature,
        severity: Option<Severity>,
    ) -> Result<()> {
        self.write_held()?;
        self.write(subject, signature, severity)?;
        Ok(self.out.flush()?)
    }

    /// Says how many failures a swap explains, and one of them, where they were written before that
    /// was known.
    fn explain_swaps(&self) {
        let explained = |(name, line)| Some((name, self.swaps.hint(line)?.message));
        let mut explained = self.unexplained.iter().cloned().filter_map(explained);
        if let Some((name, why)) = explained.next() {
            let others = match explained.count() {
                0 => String::new(),
                count => format!(" (swapped signatures explain {count} more)"),
            };
            tell(&name, &format!("{why}{others}"));
        }
    }

    /// Writes a verdict, and the finding of this severity that it is.
    fn write(
        &mut self,
        subject: &DeliveryInfo<'_>,
        checked: &Signature,
        severity: Option<Severity>,
    ) -> Result<()> {
        match self.form {
            // Without a closing line each failure says for itself why.
            Form::Human if !self.quiet && self.compares && self.common.add(checked) => {
                signature::write_again(subject, checked, self.canvas, &mut self.out)?;
            }
            Form::Human => signature::write(subject, checked, self.canvas, &mut self.out)?,
            Form::Json => {
                let finding = severity.and_then(|severity| {
                    let finding = checked.finding(&subject.notes)?;
                    Some(Finding {
                        severity,
                        ..finding
                    })
                });
                json::write_signature(subject, checked, finding.as_ref(), &mut self.out)?;
            }
        }
        Ok(())
    }

    /// Writes what is left, and what there is to say of all of them.
    fn finish(mut self, unexplained: Option<String>) -> Result<()> {
        self.write_held()?;
        self.explain_swaps();
        if self.form == Form::Human && !self.quiet {
            self.counts.write_closing(self.canvas, &mut self.out)?;
            let about_all = self.common.sentence().into_iter().chain(unexplained);
            write_failures(about_all, self.canvas, &mut self.out)?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// Finds the schemes that give the signatures of all deliveries.
fn discover(
    args: &Verify,
    outputs: &Outputs,
    verifier: &Verifier,
    canvas: &Canvas,
) -> Result<Outcome> {
    let Some(form) = Form::of(args.format) else {
        bail!("--discover prints schemes: give --format human or json");
    };
    let mut discovery = Discovery::new(verifier.checks());
    let mut deliveries = 0;
    let options = ReadOptions {
        buffering: Buffering::Whole,
        quiet: args.quiet,
        outputs,
    };
    let outcome = for_each_delivery(&args.inputs, options, |incoming| {
        deliveries += 1;
        discovery.narrow(&incoming.signed(verifier.header_name()));
        Ok(Outcome::Clean)
    })?;
    let mut out = Stdout::new();
    let schemes = discovery.schemes();
    match form {
        Form::Json => json::write_schemes(schemes, &mut out)?,
        Form::Human if args.quiet => write_options(schemes, canvas, &mut out)?,
        Form::Human => write_schemes(schemes, deliveries, canvas, &mut out)?,
    }
    out.flush()?;
    let found = if schemes.is_empty() {
        Outcome::Findings
    } else {
        Outcome::Clean
    };
    Ok(outcome.max(found))
}
