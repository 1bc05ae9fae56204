//! `chatlog verify --discover`: finds the schemes under which every delivery is valid.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Result, bail};
use chatlog::Text;
use chatlog::delivery::Delivery;
use chatlog::diagnosis::Discovery;
use chatlog::view::signature::{write_options, write_schemes};
use chatlog::view::{Canvas, json};

use super::selection::DeliverySelection;
use super::verifier::Verifier;
use super::{delivery_options, zone_of_project};
use crate::cli::args::{Verify, VerifyScreen};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::Stdout;
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

/// Finds the schemes that produce the signatures of all deliveries.
pub(super) fn discover(
    args: &Verify,
    config: &Config,
    outputs: &Arc<Outputs>,
    verifier: &Verifier,
    canvas: &Canvas,
) -> Result<Outcome> {
    let Some(screen) = args.format.screen() else {
        bail!("--discover prints schemes: give --format human or json");
    };
    let mut narrowing = Narrowing {
        discovery: Discovery::new(verifier.checks()),
        deliveries: 0,
    };
    let options = delivery_options(
        &args.deliveries,
        &args.decrypt,
        config,
        Buffering::Whole,
        args.quiet,
    )?
    .with_follow(args.follow.without(&[("--discover", true)])?)?;
    let mut signed = SignedDeliveries {
        verifier,
        selection: DeliverySelection::new(
            &args.deliveries.filter,
            &zone_of_project(config),
            false,
        )?,
    };
    signed.selection.find_superseded(&options, outputs)?;
    let outcome = pipeline::run(&options, outputs, &signed, &mut narrowing)?;
    signed.selection.report_if_all_left_out();
    narrowing.write(screen, args.quiet, canvas, &mut Stdout::new())?;
    Ok(if narrowing.discovery.schemes().is_empty() {
        outcome.max(Outcome::Findings)
    } else {
        outcome
    })
}

/// Passes each delivery on with its signature.
struct SignedDeliveries<'v> {
    verifier: &'v Verifier,
    selection: DeliverySelection,
}

impl Processor for SignedDeliveries<'_> {
    type Output = Vec<Delivery<'static>>;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Self::Output,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        if !self.selection.accepts(incoming) {
            return Ok(self.selection.left_out());
        }
        let signed = incoming.signed(self.verifier.header_name());
        output.push(signed.into_owned().into_owned());
        Ok(self.selection.after(ControlFlow::Continue(Outcome::Clean)))
    }
}

/// Narrows the schemes down to those that fit every delivery.
struct Narrowing<'v> {
    discovery: Discovery<'v>,
    deliveries: usize,
}

impl Narrowing<'_> {
    fn write(
        &self,
        screen: VerifyScreen,
        quiet: bool,
        canvas: &Canvas,
        out: &mut Stdout,
    ) -> Result<()> {
        let schemes = self.discovery.schemes();
        match screen {
            VerifyScreen::Json => json::write_schemes(schemes, out)?,
            VerifyScreen::Human if quiet => write_options(schemes, canvas, out)?,
            VerifyScreen::Human => write_schemes(schemes, self.deliveries, canvas, out)?,
        }
        Ok(out.flush()?)
    }
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
