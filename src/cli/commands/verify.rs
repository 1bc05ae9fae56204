//! `chatlog verify`: checks signatures, and explains those that do not match.

use std::borrow::Cow;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Result;
use chatlog::diagnosis::{DeliveryId, SwapDetector};
use chatlog::finding::{Finding, Severity};
use chatlog::signature::{Hint, Signature};
use chatlog::view::findings::InputProblem;
use chatlog::view::signature::{DeliveryInfo, VerdictCounts, write_failures};
use chatlog::view::{Canvas, Zone, json, signature};
use chatlog::{Report, Text};

use super::discover::discover;
use super::inspection::Inspection;
use super::redaction::Redaction;
use super::reports::{Destinations, FindingRenderers, FindingWriters, RenderedFindings};
use super::selection::DeliverySelection;
use super::verifier::{Failures, Verifier, is_silent};
use super::{canvas, delivery_options, levels, pager_of, zone_of_project};
use crate::cli::args::{Verify, VerifyFormat, VerifyScreen};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::{Stdout, report_problem};
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

pub(super) fn run(args: &Verify, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let secrets = args.signature.secrets.require(&args.deliveries.inputs)?;
    let verifier = Verifier::new(&args.signature, config, secrets)?;
    let canvas = canvas(&args.look, config, Zone::UTC);
    if args.discover {
        discover(args, config, &outputs, &verifier, &canvas)
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
    let screen = args.format.screen();
    let mut output = VerificationOutput {
        verdicts: screen.map(|screen| Verdicts::new(screen, args, &verifier, canvas)),
        failures: verifier.failures(),
        writers,
    };
    let mut verification = Verification {
        inspection: Inspection {
            levels: levels(&args.levels, config),
            verifier: Some(verifier),
            redaction: Redaction::new(&args.redact)?,
            selection: DeliverySelection::new(
                &args.deliveries.filter,
                &zone_of_project(config),
                true,
            )?,
            checks_signatures_only: true,
            ..Inspection::default()
        },
        renderers,
        is_shown: screen.is_some(),
        quiet: args.quiet,
    };
    let options = delivery_options(
        &args.deliveries,
        &args.decrypt,
        config,
        Buffering::Eager,
        args.quiet,
    )?
    .with_follow(args.follow.without(&[
        ("--report", !args.report.is_empty()),
        ("this --format", args.format.is_one_document()),
    ])?)?;
    let options = verification
        .inspection
        .prepare(options, &args.deliveries, &outputs)?;
    let outcome = pipeline::run(&options, &outputs, &verification, &mut output)?;
    // Windows cannot replace a file that is still open.
    drop(outputs);
    output.finish()?;
    verification.inspection.selection.report_if_all_left_out();
    Ok(outcome)
}

/// How to check signatures, and how to render their findings.
struct Verification {
    inspection: Inspection,
    renderers: FindingRenderers,
    /// Whether standard output gets verdicts and not findings.
    is_shown: bool,
    quiet: bool,
}

/// The output for some deliveries.
#[derive(Default)]
struct Verified {
    findings: RenderedFindings,
    verdicts: Vec<CheckedDelivery>,
}

/// The verdict on a delivery.
struct CheckedDelivery {
    /// Its source, as it is shown.
    source: Text<'static>,
    /// The delivery's number in its source, from 1.
    index: usize,
    signature: Signature,
    /// The severity of the verdict, if it is a finding.
    severity: Option<Severity>,
    /// Whether it counts in the summary of failures.
    is_counted: bool,
    /// What to show of the delivery; `None` to show nothing.
    info: Option<DeliveryInfo<'static>>,
}

impl Verification {
    fn checked(&self, report: Report<'_>) -> Option<CheckedDelivery> {
        let severity = report.findings.first().map(|finding| finding.severity);
        let is_counted = !(self.quiet && is_silent(&report));
        let is_shown = self.is_shown && !(self.quiet && severity.is_none());
        let info = || DeliveryInfo::of(report.origin, report.delivery).into_owned();
        Some(CheckedDelivery {
            source: report.origin.source.clone().into_owned(),
            index: report.origin.index,
            signature: report.signature?,
            severity,
            is_counted,
            info: is_shown.then(info),
        })
    }
}

impl Processor for Verification {
    type Output = Verified;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Verified,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        self.inspection.inspect(incoming, |mut report| {
            self.renderers.report(&mut report, &mut output.findings)?;
            let outcome = Outcome::of(&report);
            output.verdicts.extend(self.checked(report));
            Ok(ControlFlow::Continue(outcome))
        })
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.inspection.shown(text)
    }

    fn problem(&self, problem: &InputProblem<'_>, output: &mut Verified) -> Result<()> {
        self.inspection.redaction.problem(problem, |problem| {
            self.renderers.problem(problem, &mut output.findings)
        })
    }
}

/// Writes verdicts and findings.
struct VerificationOutput {
    /// `None` if standard output gets findings.
    verdicts: Option<Verdicts>,
    failures: Failures,
    writers: FindingWriters,
}

impl VerificationOutput {
    fn finish(mut self) -> Result<()> {
        match &mut self.verdicts {
            Some(verdicts) => verdicts.finish(&mut self.failures)?,
            None => self.failures.report(),
        }
        self.writers.finish()
    }
}

impl Sink<Verified> for VerificationOutput {
    fn write(
        &mut self,
        verified: Verified,
        _source: &Text<'_>,
        is_live: bool,
    ) -> Result<ControlFlow<()>> {
        self.writers.write(verified.findings, is_live)?;
        for checked in verified.verdicts {
            if checked.is_counted {
                self.failures.count(&checked.signature);
            }
            match &mut self.verdicts {
                Some(verdicts) => verdicts.add(checked, is_live, &mut self.failures)?,
                None if checked.is_counted => drop(self.failures.is_repeated(&checked.signature)),
                None => {}
            }
        }
        Ok(match &self.verdicts {
            Some(verdicts) if !self.writers.has_reports() => verdicts.out.flow(),
            _ => self.writers.flow(),
        })
    }
}

/// Where to write findings: to the report files and, in most formats, to standard output.
fn destinations(args: &Verify) -> Destinations<'_> {
    Destinations {
        format: match args.format {
            VerifyFormat::Findings(format) if args.format.screen().is_none() => Some(format),
            _ => None,
        },
        quiet: args.quiet,
        lists_all: true,
        reports: &args.report,
        inputs: &args.deliveries.inputs,
        follow: &args.follow,
        look: &args.look,
    }
}

/// Writes the verdicts of a run to standard output.
///
/// A signature may belong to a delivery that comes later. So the first failure that has no
/// explanation is held back with everything after it, until all deliveries were read or too many are
/// held. On a live stream nothing is held back, because someone may be waiting for each verdict; what
/// explains it is reported at the end.
struct Verdicts {
    screen: VerifyScreen,
    quiet: bool,
    /// Whether signatures may have been swapped.
    compares: bool,
    canvas: Canvas,
    out: Stdout,
    swaps: SwapDetector,
    counts: VerdictCounts,
    held: Vec<HeldVerdict>,
    /// The names of deliveries of live streams whose failure a swap may explain.
    unexplained: Vec<(Text<'static>, DeliveryId)>,
}

/// A verdict with what to show of its delivery.
struct HeldVerdict {
    info: DeliveryInfo<'static>,
    signature: Signature,
    severity: Option<Severity>,
    /// The delivery in the swap detector, if a swap may explain its failure.
    swap_id: Option<DeliveryId>,
}

impl HeldVerdict {
    /// The finding that the verdict is, if it is one.
    fn finding(&self) -> Option<Finding> {
        let severity = self.severity?;
        let finding = self.signature.finding(&self.info.notes)?;
        Some(Finding {
            severity,
            ..finding
        })
    }
}

impl Verdicts {
    fn new(screen: VerifyScreen, args: &Verify, verifier: &Verifier, canvas: Canvas) -> Self {
        let pager = (screen == VerifyScreen::Human)
            .then(|| pager_of(&args.deliveries.inputs, &args.follow, &args.look));
        Self {
            screen,
            quiet: args.quiet,
            compares: !verifier.is_shared(),
            canvas,
            out: Stdout::before(pager.flatten()),
            swaps: SwapDetector::default(),
            counts: VerdictCounts::default(),
            held: Vec::new(),
            unexplained: Vec::new(),
        }
    }

    /// Writes a verdict, or holds it back.
    fn add(
        &mut self,
        checked: CheckedDelivery,
        is_live: bool,
        failures: &mut Failures,
    ) -> Result<()> {
        self.counts.add(&checked.signature);
        let CheckedDelivery { source, index, .. } = &checked;
        let name = is_live.then(|| Text::from(format!("{}#{index}", source.as_str())));
        let Some(verdict) = self.enter(checked) else {
            return Ok(());
        };
        if let Some(name) = name {
            self.unexplained
                .extend(verdict.swap_id.map(|id| (name, id)));
            self.write_held(failures)?;
            self.write(&verdict, failures)?;
            return Ok(self.out.flush()?);
        }
        if self.held.is_empty() && verdict.swap_id.is_none() {
            return self.write(&verdict, failures);
        }
        self.held.push(verdict);
        if self.held.len() >= SwapDetector::MAX_DELIVERIES {
            self.write_held(failures)?;
        }
        Ok(())
    }

    /// Enters a delivery into the swap detector. Returns its verdict, if it is to be shown.
    fn enter(&mut self, checked: CheckedDelivery) -> Option<HeldVerdict> {
        let CheckedDelivery {
            source,
            index,
            signature,
            severity,
            info,
            ..
        } = checked;
        let enter = || self.swaps.enter(source.as_str(), index, &signature);
        let id = self.compares.then(enter).flatten();
        let may_be_swapped =
            signature.is_mismatch() && !signature.hints.iter().any(Hint::would_match);
        Some(HeldVerdict {
            info: info?,
            signature,
            severity,
            swap_id: id.filter(|_| may_be_swapped),
        })
    }

    fn write_held(&mut self, failures: &mut Failures) -> Result<()> {
        for mut verdict in std::mem::take(&mut self.held) {
            let swapped = verdict.swap_id.and_then(|id| self.swaps.hint(id));
            if let Some(hint) = swapped {
                verdict.signature.hints = vec![hint];
            }
            self.write(&verdict, failures)?;
        }
        Ok(())
    }

    /// Reports the first failure that a swap explains, and the number of others, among those that
    /// were written before all deliveries were read.
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

    /// Writes a verdict; in JSON with its finding.
    fn write(&mut self, verdict: &HeldVerdict, failures: &mut Failures) -> Result<()> {
        let HeldVerdict {
            info, signature, ..
        } = verdict;
        let (canvas, out) = (&self.canvas, &mut self.out);
        match self.screen {
            VerifyScreen::Json => {
                let finding = verdict.finding();
                json::write_signature(info, signature, finding.as_ref(), out)?;
            }
            // With `--quiet` there is no closing line, so each failure has its own explanation.
            VerifyScreen::Human if !self.quiet && failures.is_repeated(signature) => {
                signature::write_again(info, signature, canvas, out)?;
            }
            VerifyScreen::Human => signature::write(info, signature, canvas, out)?,
        }
        Ok(())
    }

    /// Writes the verdicts that are held back and the closing lines.
    fn finish(&mut self, failures: &mut Failures) -> Result<()> {
        self.write_held(failures)?;
        self.explain_swaps();
        if self.screen == VerifyScreen::Human && !self.quiet {
            self.counts.write_closing(&self.canvas, &mut self.out)?;
            write_failures(failures.sentences(), &self.canvas, &mut self.out)?;
        }
        self.out.flush()?;
        Ok(())
    }
}
