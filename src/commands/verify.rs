//! `chatlog verify`: whether a signature is that of its body, and why not.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use chatlog::Origin;
use chatlog::diagnosis::{CommonCause, Discovery, Line, SwapDetector};
use chatlog::signature::{Signature, Verdict};
use chatlog::view::signature::{
    Subject, write_closing, write_failures, write_options, write_schemes,
};
use chatlog::view::{Canvas, Zone, json, signature};

use super::deliveries::{Arrival, Way, for_each_delivery};
use super::secrets::Verifier;
use super::{Outcome, canvas, output};
use crate::args::{Verify, VerifyFormat};
use crate::config::Config;
use crate::input::Patience;

pub(super) fn run(args: &Verify, config: &Config) -> Result<Outcome> {
    let secrets = args.signature.secrets.require(&args.inputs)?;
    let verifier = Verifier::new(&args.signature, config, secrets);
    let canvas = canvas(&args.look, config, Zone::UTC);
    if args.discover {
        discover(args, &verifier, &canvas)
    } else {
        verify(args, verifier, &canvas)
    }
}

fn verify(args: &Verify, mut verifier: Verifier, canvas: &Canvas) -> Result<Outcome> {
    let mut verdicts = Verdicts {
        format: args.format,
        quiet: args.quiet,
        compares: !verifier.is_shared(),
        canvas,
        out: output(),
        swaps: SwapDetector::default(),
        common: CommonCause::default(),
        counts: BTreeMap::new(),
        held: Vec::new(),
    };
    let way = Way {
        patience: Patience::Whole,
        quiet: args.quiet,
    };
    let outcome = for_each_delivery(&args.inputs, way, |arrival| {
        let signature = verifier.verify(arrival);
        let outcome = Outcome::of_signature(&signature);
        verdicts.add(arrival, signature)?;
        Ok(outcome)
    })?;
    verdicts.finish(verifier.unexplained())?;
    Ok(outcome)
}

/// The verdicts of a run, on their way out.
///
/// A signature may belong to a delivery that is yet to come: what failed without a reason is held,
/// and all that follows it, until all were read or there is no more room.
struct Verdicts<'c> {
    format: VerifyFormat,
    quiet: bool,
    /// Whether signatures may have been swapped.
    compares: bool,
    canvas: &'c Canvas,
    out: Box<dyn Write>,
    swaps: SwapDetector,
    common: CommonCause,
    counts: BTreeMap<&'static str, usize>,
    held: Vec<Held>,
}

/// A verdict with all that is shown of its delivery.
struct Held {
    subject: Subject<'static>,
    signature: Signature,
    line: Option<Line>,
}

impl Verdicts<'_> {
    fn add(&mut self, arrival: &Arrival<'_>, signature: Signature) -> Result<()> {
        *self.counts.entry(signature.verdict.name()).or_default() += 1;
        let Origin { source, index } = arrival.origin;
        let line = self
            .compares
            .then(|| self.swaps.enter(source.as_str(), *index, &signature))
            .flatten();
        if self.quiet && signature.verdict == Verdict::Valid {
            return Ok(());
        }
        let subject = Subject::of(arrival.origin, arrival.delivery);
        let may_be_explained =
            matches!(signature.verdict, Verdict::Invalid | Verdict::Inconclusive)
                && signature.hints.is_empty()
                && line.is_some();
        if self.held.is_empty() && !may_be_explained {
            return self.write(&subject, &signature);
        }
        self.held.push(Held {
            subject: subject.into_owned(),
            signature,
            line,
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
            line,
        } in std::mem::take(&mut self.held)
        {
            if signature.hints.is_empty() {
                signature
                    .hints
                    .extend(line.and_then(|line| self.swaps.hint(line)));
            }
            self.write(&subject, &signature)?;
        }
        Ok(())
    }

    fn write(&mut self, subject: &Subject<'_>, checked: &Signature) -> Result<()> {
        match self.format {
            // Without a closing line each failure says for itself why.
            VerifyFormat::Human if !self.quiet && self.compares && self.common.add(checked) => {
                signature::write_again(subject, checked, self.canvas, &mut self.out)?;
            }
            VerifyFormat::Human => signature::write(subject, checked, self.canvas, &mut self.out)?,
            VerifyFormat::Json => json::write_signature(subject, checked, &mut self.out)?,
        }
        Ok(())
    }

    /// Writes what is left, and what there is to say of all of them.
    fn finish(mut self, unexplained: Option<String>) -> Result<()> {
        self.write_held()?;
        if self.format == VerifyFormat::Human && !self.quiet {
            write_closing(&self.counts, self.canvas, &mut self.out)?;
            let about_all = self.common.sentence().into_iter().chain(unexplained);
            write_failures(about_all, self.canvas, &mut self.out)?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// Finds the schemes that give the signatures of all deliveries.
fn discover(args: &Verify, verifier: &Verifier, canvas: &Canvas) -> Result<Outcome> {
    let mut discovery = Discovery::new(verifier.checks());
    let mut deliveries = 0;
    let way = Way {
        patience: Patience::Whole,
        quiet: args.quiet,
    };
    let outcome = for_each_delivery(&args.inputs, way, |arrival| {
        deliveries += 1;
        discovery.narrow(&arrival.signed(verifier.header_name()));
        Ok(Outcome::Clean)
    })?;
    let mut out = output();
    let schemes = discovery.schemes();
    match args.format {
        VerifyFormat::Json => json::write_schemes(schemes, &mut out)?,
        VerifyFormat::Human if args.quiet => write_options(schemes, canvas, &mut out)?,
        VerifyFormat::Human => write_schemes(schemes, deliveries, canvas, &mut out)?,
    }
    out.flush()?;
    let found = if schemes.is_empty() {
        Outcome::Findings
    } else {
        Outcome::Clean
    };
    Ok(outcome.max(found))
}
