//! `chatlog verify`: whether a signature is that of its body, and why not.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Result, bail};
use chatlog::delivery::Delivery;
use chatlog::diagnosis::{DeliveryId, Discovery, SwapDetector};
use chatlog::finding::{Finding, Levels, Severity};
use chatlog::signature::Signature;
use chatlog::view::findings::{InputProblem, ReportFormat};
use chatlog::view::signature::{
    DeliveryInfo, VerdictCounts, write_failures, write_options, write_schemes,
};
use chatlog::view::{Canvas, Zone, json, signature};
use chatlog::{InspectOptions, Text, inspect_signature};

use super::reports::{Destinations, FindingRenderers, FindingWriters, RenderedFindings};
use super::verifier::{Failures, Verifier};
use super::{canvas, levels, read_options};
use crate::cli::args::{Verify, VerifyFormat};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::{Stdout, report_problem};
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

pub(super) fn run(args: &Verify, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let secrets = args.signature.secrets.require(&args.inputs)?;
    let verifier = Verifier::new(&args.signature, config, secrets)?;
    let canvas = canvas(&args.look, config, Zone::UTC);
    if args.discover {
        discover(args, &outputs, &verifier, &canvas)
    } else {
        verify(args, outputs, config, verifier, canvas)
    }
}

fn verify(
    args: &Verify,
    outputs: Arc<Outputs>,
    config: &Config,
    verifier: Verifier,
    canvas: Canvas,
) -> Result<Outcome> {
    let (renderers, writers) = destinations(args).open(config)?;
    let screen = Screen::of(args.format);
    let mut output = VerificationOutput {
        verdicts: screen.map(|screen| Verdicts::new(screen, args.quiet, &verifier, canvas)),
        failures: verifier.failures(),
        writers,
    };
    let verification = Verification {
        levels: levels(&args.levels, config),
        verifier,
        renderers,
        is_shown: screen.is_some(),
        quiet: args.quiet,
    };
    let options =
        read_options(&args.inputs, Buffering::Eager, args.quiet)?.with_jobs(args.jobs.jobs());
    let outcome = pipeline::run(&options, &outputs, &verification, &mut output)?;
    match output.verdicts {
        Some(verdicts) => verdicts.finish(&mut output.failures)?,
        None => output.failures.report(),
    }
    // Windows replaces no file that is still open.
    drop(outputs);
    output.writers.finish()?;
    Ok(outcome)
}

/// What signatures are checked with, and how the findings that they are get rendered.
struct Verification {
    levels: Levels,
    verifier: Verifier,
    renderers: FindingRenderers,
    /// Whether standard output gets the verdicts themselves.
    is_shown: bool,
    quiet: bool,
}

/// What comes of verifying some deliveries.
#[derive(Default)]
struct Verified {
    findings: RenderedFindings,
    verdicts: Vec<CheckedDelivery>,
}

/// The verdict on a delivery.
struct CheckedDelivery {
    /// The delivery's number in its source, from 1.
    index: usize,
    signature: Signature,
    /// The severity of the finding that the verdict is, if it is one.
    severity: Option<Severity>,
    /// What is shown of the delivery, if anything is.
    info: Option<DeliveryInfo<'static>>,
}

impl Processor for Verification {
    type Output = Verified;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Verified,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        let verify = |_: &Delivery<'_>| self.verifier.verify(incoming);
        let checks = InspectOptions {
            levels: &self.levels,
            verifier: Some(&verify),
            ..InspectOptions::default()
        };
        let report = inspect_signature(incoming.origin, incoming.delivery, &checks);
        self.renderers.report(&report, &mut output.findings)?;
        let outcome = Outcome::of(&report);
        let severity = report.findings.first().map(|finding| finding.severity);
        let is_shown = self.is_shown && !(self.quiet && severity.is_none());
        let info = || DeliveryInfo::of(incoming.origin, incoming.delivery).into_owned();
        let checked = |signature| CheckedDelivery {
            index: incoming.origin.index,
            signature,
            severity,
            info: is_shown.then(info),
        };
        output.verdicts.extend(report.signature.map(checked));
        Ok(ControlFlow::Continue(outcome))
    }

    fn problem(&self, problem: &InputProblem<'_>, output: &mut Verified) -> Result<()> {
        self.renderers.problem(problem, &mut output.findings)
    }
}

/// Where verdicts and findings are written.
struct VerificationOutput {
    /// None, where standard output gets the verdicts as findings.
    verdicts: Option<Verdicts>,
    failures: Failures,
    writers: FindingWriters,
}

impl Sink<Verified> for VerificationOutput {
    fn write(
        &mut self,
        verified: Verified,
        source: &Text<'_>,
        is_live: bool,
    ) -> Result<ControlFlow<()>> {
        self.writers.write(verified.findings, is_live)?;
        for checked in verified.verdicts {
            self.failures.count(&checked.signature);
            match &mut self.verdicts {
                Some(verdicts) => verdicts.add(checked, source, is_live, &mut self.failures)?,
                None => drop(self.failures.is_repeated(&checked.signature)),
            }
        }
        Ok(match &self.verdicts {
            Some(verdicts) if !self.writers.has_reports() => verdicts.out.flow(),
            _ => self.writers.flow(),
        })
    }
}

/// Where verdicts are written as findings: to files and, in most formats, on standard output.
fn destinations(args: &Verify) -> Destinations<'_> {
    Destinations {
        format: match args.format {
            VerifyFormat::Findings(format) if Screen::of(args.format).is_none() => Some(format),
            _ => None,
        },
        quiet: args.quiet,
        reports: &args.report,
        look: &args.look,
    }
}

/// How verdicts are written on standard output, where they are not written as findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Screen {
    Human,
    Json,
}

impl Screen {
    fn of(format: VerifyFormat) -> Option<Self> {
        match format {
            VerifyFormat::Human => Some(Self::Human),
            VerifyFormat::Findings(ReportFormat::Json) => Some(Self::Json),
            VerifyFormat::Findings(_) => None,
        }
    }
}

/// The verdicts of a run, on their way out.
///
/// A signature may belong to a delivery that is yet to come: what failed without a reason is held,
/// and all that follows it, until all were read or there is no more room. On a live stream nothing is
/// held: somebody waits for each verdict, and what explains it is said at the end.
struct Verdicts {
    screen: Screen,
    quiet: bool,
    /// Whether signatures may have been swapped.
    compares: bool,
    canvas: Canvas,
    out: Stdout,
    swaps: SwapDetector,
    counts: VerdictCounts,
    held: Vec<Held>,
    /// The failures of live streams that a swap may explain.
    unexplained: Vec<(Text<'static>, DeliveryId)>,
}

/// A verdict with all that is shown of its delivery.
struct Held {
    info: DeliveryInfo<'static>,
    signature: Signature,
    severity: Option<Severity>,
    line: Option<DeliveryId>,
}

impl Verdicts {
    fn new(screen: Screen, quiet: bool, verifier: &Verifier, canvas: Canvas) -> Self {
        Self {
            screen,
            quiet,
            compares: !verifier.is_shared(),
            canvas,
            out: Stdout::new(),
            swaps: SwapDetector::default(),
            counts: VerdictCounts::default(),
            held: Vec::new(),
            unexplained: Vec::new(),
        }
    }

    fn add(
        &mut self,
        checked: CheckedDelivery,
        source: &Text<'_>,
        is_live: bool,
        failures: &mut Failures,
    ) -> Result<()> {
        let CheckedDelivery {
            index,
            signature,
            severity,
            info,
        } = checked;
        self.counts.add(&signature);
        let entered = || self.swaps.enter(source.as_str(), index, &signature);
        let line = self.compares.then(entered).flatten();
        let line = line.filter(|_| signature.is_mismatch() && signature.hints.is_empty());
        let Some(info) = info else {
            return Ok(());
        };
        if is_live {
            let name = || Text::from(format!("{}#{index}", source.as_str()));
            self.unexplained.extend(line.map(|line| (name(), line)));
            self.write_held(failures)?;
            self.write(&info, &signature, severity, failures)?;
            return Ok(self.out.flush()?);
        }
        if self.held.is_empty() && line.is_none() {
            return self.write(&info, &signature, severity, failures);
        }
        self.held.push(Held {
            info,
            signature,
            severity,
            line,
        });
        if self.held.len() >= SwapDetector::MAX_DELIVERIES {
            self.write_held(failures)?;
        }
        Ok(())
    }

    fn write_held(&mut self, failures: &mut Failures) -> Result<()> {
        for Held {
            info,
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
            self.write(&info, &signature, severity, failures)?;
        }
        Ok(())
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
            report_problem(&name, &format!("{why}{others}"));
        }
    }

    /// Writes a verdict, and the finding of this severity that it is.
    fn write(
        &mut self,
        info: &DeliveryInfo<'_>,
        checked: &Signature,
        severity: Option<Severity>,
        failures: &mut Failures,
    ) -> Result<()> {
        match self.screen {
            // Without a closing line each failure says for itself why.
            Screen::Human if !self.quiet && failures.is_repeated(checked) => {
                signature::write_again(info, checked, &self.canvas, &mut self.out)?;
            }
            Screen::Human => signature::write(info, checked, &self.canvas, &mut self.out)?,
            Screen::Json => {
                let finding = severity.and_then(|severity| {
                    let finding = checked.finding(&info.notes)?;
                    Some(Finding {
                        severity,
                        ..finding
                    })
                });
                json::write_signature(info, checked, finding.as_ref(), &mut self.out)?;
            }
        }
        Ok(())
    }

    /// Writes what is left, and what there is to say of all of them.
    fn finish(mut self, failures: &mut Failures) -> Result<()> {
        self.write_held(failures)?;
        self.explain_swaps();
        if self.screen == Screen::Human && !self.quiet {
            self.counts.write_closing(&self.canvas, &mut self.out)?;
            write_failures(failures.sentences(), &self.canvas, &mut self.out)?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// Finds the schemes that give the signatures of all deliveries.
fn discover(
    args: &Verify,
    outputs: &Arc<Outputs>,
    verifier: &Verifier,
    canvas: &Canvas,
) -> Result<Outcome> {
    let Some(screen) = Screen::of(args.format) else {
        bail!("--discover prints schemes: give --format human or json");
    };
    let mut narrowing = Narrowing {
        discovery: Discovery::new(verifier.checks()),
        deliveries: 0,
    };
    let options = read_options(&args.inputs, Buffering::Whole, args.quiet)?;
    let outcome = pipeline::run(
        &options,
        outputs,
        &SignedDeliveries(verifier),
        &mut narrowing,
    )?;
    let mut out = Stdout::new();
    let schemes = narrowing.discovery.schemes();
    match screen {
        Screen::Json => json::write_schemes(schemes, &mut out)?,
        Screen::Human if args.quiet => write_options(schemes, canvas, &mut out)?,
        Screen::Human => write_schemes(schemes, narrowing.deliveries, canvas, &mut out)?,
    }
    out.flush()?;
    let found = if schemes.is_empty() {
        Outcome::Findings
    } else {
        Outcome::Clean
    };
    Ok(outcome.max(found))
}

/// Hands on each delivery with its signature.
struct SignedDeliveries<'v>(&'v Verifier);

impl Processor for SignedDeliveries<'_> {
    type Output = Vec<Delivery<'static>>;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Self::Output,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        let signed = incoming.signed(self.0.header_name());
        output.push(signed.into_owned().into_owned());
        Ok(ControlFlow::Continue(Outcome::Clean))
    }
}

/// Leaves of the schemes those that fit every delivery.
struct Narrowing<'v> {
    discovery: Discovery<'v>,
    deliveries: usize,
}

impl Sink<Vec<Delivery<'static>>> for Narrowing<'_> {
    fn write(
        &mut self,
        deliveries: Vec<Delivery<'static>>,
        _source: &Text<'_>,
        _is_live: bool,
    ) -> Result<ControlFlow<()>> {
        self.deliveries += deliveries.len();
        for delivery in &deliveries {
            self.discovery.narrow(delivery);
        }
        Ok(ControlFlow::Continue(()))
    }
}
