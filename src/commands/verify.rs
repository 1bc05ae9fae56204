//! `chatlog verify`: whether a signature is that of its body, and why not.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use chatlog::signature::{Discovery, Ledger, Line, Signature, Verdict};
use chatlog::view::signature::{Subject, write_closing, write_options, write_schemes};
use chatlog::view::{Canvas, Zone, json, signature};
use chatlog::{Origin, Text};

use super::deliveries::{IncomingDelivery, ReadOptions, for_each_delivery};
use super::secrets::Verifier;
use super::{Outcome, canvas, output, tell};
use crate::args::{Verify, VerifyFormat};
use crate::config::Config;
use crate::input::Buffering;

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
        ledger: Ledger::default(),
        counts: BTreeMap::new(),
        held: Vec::new(),
        unexplained: Vec::new(),
    };
    let options = ReadOptions {
        buffering: Buffering::Eager,
        quiet: args.quiet,
    };
    let outcome = for_each_delivery(&args.inputs, options, |arrival| {
        let signature = verifier.verify(arrival);
        let outcome = Outcome::of_signature(&signature);
        verdicts.add(arrival, signature)?;
        Ok(outcome)
    })?;
    verdicts.finish()?;
    Ok(outcome)
}

/// The verdicts of a run, on their way out.
///
/// A signature may belong to a delivery that is yet to come: what failed without a reason is held,
/// and all that follows it, until all were read or there is no more room. On a live stream nothing is
/// held: somebody waits for each verdict, and what explains it is said at the end.
struct Verdicts<'c> {
    format: VerifyFormat,
    quiet: bool,
    /// Whether signatures may have been swapped.
    compares: bool,
    canvas: &'c Canvas,
    out: Box<dyn Write>,
    ledger: Ledger,
    counts: BTreeMap<&'static str, usize>,
    held: Vec<Held>,
    /// The failures of live streams that a swap may explain.
    unexplained: Vec<(Text<'static>, Line)>,
}

/// A verdict with all that is shown of its delivery.
struct Held {
    subject: Subject<'static>,
    signature: Signature,
    line: Option<Line>,
}

impl Verdicts<'_> {
    fn add(&mut self, arrival: &IncomingDelivery<'_>, signature: Signature) -> Result<()> {
        *self.counts.entry(signature.verdict.name()).or_default() += 1;
        let Origin { source, index } = arrival.origin;
        let line = self
            .compares
            .then(|| self.ledger.enter(source.as_str(), *index, &signature))
            .flatten();
        if self.quiet && signature.verdict == Verdict::Valid {
            return Ok(());
        }
        let subject = Subject::of(arrival.origin, arrival.delivery);
        let may_be_explained =
            matches!(signature.verdict, Verdict::Invalid | Verdict::Inconclusive)
                && signature.hints.is_empty()
                && line.is_some();
        if arrival.is_live {
            return self.write_live(
                arrival,
                &subject,
                &signature,
                line.filter(|_| may_be_explained),
            );
        }
        if self.held.is_empty() && !may_be_explained {
            return self.write(&subject, &signature);
        }
        self.held.push(Held {
            subject: subject.into_owned(),
            signature,
            line,
        });
        if self.held.len() >= Ledger::MOST {
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
                    .extend(line.and_then(|line| self.ledger.hint(line)));
            }
            self.write(&subject, &signature)?;
        }
        Ok(())
    }

    fn write_live(
        &mut self,
        arrival: &IncomingDelivery<'_>,
        subject: &Subject<'_>,
        signature: &Signature,
        line: Option<Line>,
    ) -> Result<()> {
        let Origin { source, index } = arrival.origin;
        let name = || Text::from(format!("{}#{index}", source.as_str()));
        self.unexplained.extend(line.map(|line| (name(), line)));
        self.write_held()?;
        self.write(subject, signature)?;
        Ok(self.out.flush()?)
    }

    /// Says how many failures a swap explains, and one of them, where they were written before that
    /// was known.
    fn explain_swaps(&self) {
        let explained = |(name, line)| Some((name, self.ledger.hint(line)?.message));
        let mut explained = self.unexplained.iter().cloned().filter_map(explained);
        if let Some((name, why)) = explained.next() {
            let others = match explained.count() {
                0 => String::new(),
                count => format!(" (swapped signatures explain {count} more)"),
            };
            tell(&name, &format!("{why}{others}"));
        }
    }

    fn write(&mut self, subject: &Subject<'_>, checked: &Signature) -> Result<()> {
        match self.format {
            VerifyFormat::Human => signature::write(subject, checked, self.canvas, &mut self.out)?,
            VerifyFormat::Json => json::write_signature(subject, checked, &mut self.out)?,
        }
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        self.write_held()?;
        self.explain_swaps();
        if self.format == VerifyFormat::Human && !self.quiet {
            write_closing(&self.counts, self.canvas, &mut self.out)?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// Finds the schemes that give the signatures of all deliveries.
fn discover(args: &Verify, verifier: &Verifier, canvas: &Canvas) -> Result<Outcome> {
    let mut discovery = Discovery::new(verifier.checks());
    let mut deliveries = 0;
    let options = ReadOptions {
        buffering: Buffering::Whole,
        quiet: args.quiet,
    };
    let outcome = for_each_delivery(&args.inputs, options, |arrival| {
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
