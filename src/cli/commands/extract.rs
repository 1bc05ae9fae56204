//! `chatlog extract`: writes the exact bytes of one body, or the headers of its request.
//!
//! Reading stops at the delivery that `--select` names. Without that option all deliveries are
//! read, because a single one must be the only one: writing the first of several would be a guess.

use std::io::Write;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Result, bail};
use chatlog::Text;
use chatlog::delivery::Delivery;
use chatlog::view::delivery_count;

use super::read_options_of;
use crate::cli::args::Extract;
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::Stdout;
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

pub(super) fn run(args: &Extract, config: &Config, outputs: &Arc<Outputs>) -> Result<Outcome> {
    let inputs = std::slice::from_ref(&args.source);
    let mut options = read_options_of(inputs, &args.reading, config, Buffering::Whole, true)?;
    if args.decrypt.has_key() && !args.decrypted {
        bail!("a key for decryption needs --decrypted");
    }
    if args.decrypted {
        options = options.with_decryption(args.decrypt.read()?);
    }
    let extraction = Extraction(args.select);
    let mut found = Selected::default();
    let outcome = pipeline::run(&options, outputs, &extraction, &mut found)?;
    let count = found.count;
    match (found.delivery, args.select) {
        (Some(_), None) if count > 1 => {
            bail!("the input holds {count} deliveries: choose one with --select 1 to {count}")
        }
        (Some(delivery), _) => {
            write(args, &delivery, &mut Stdout::new())?;
            Ok(outcome)
        }
        (None, Some(wanted)) if count > 0 => {
            let deliveries = delivery_count(count);
            bail!("--select {wanted}: the input holds only {deliveries}")
        }
        (None, _) => Ok(outcome.max(Outcome::Trouble)),
    }
}

/// The number of the delivery to extract; `None` if there must be only one.
struct Extraction(Option<NonZeroUsize>);

/// The selected delivery, once it was read, and the number of deliveries.
#[derive(Default)]
struct Selected {
    delivery: Option<Delivery<'static>>,
    count: usize,
}

impl Processor for Extraction {
    type Output = Selected;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Selected,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        output.count += 1;
        if incoming.number == self.0.map_or(1, NonZeroUsize::get) {
            output.delivery = Some(incoming.delivery.clone().into_owned());
            if self.0.is_some() {
                return Ok(ControlFlow::Break(Outcome::Clean));
            }
        }
        Ok(ControlFlow::Continue(Outcome::Clean))
    }
}

impl Sink<Selected> for Selected {
    fn write(&mut self, found: Self, _: &Text<'_>, _: bool) -> Result<ControlFlow<()>> {
        self.count += found.count;
        self.delivery = self.delivery.take().or(found.delivery);
        Ok(ControlFlow::Continue(()))
    }
}

fn write(args: &Extract, delivery: &Delivery<'_>, out: &mut impl Write) -> Result<()> {
    if args.headers {
        for (name, value) in delivery.headers.iter() {
            writeln!(out, "{name}: {value}")?;
        }
    } else {
        let is_wanted = !args.decoded && !args.decrypted;
        let as_sent = delivery.encoded_body.as_ref().filter(|_| is_wanted);
        out.write_all(as_sent.unwrap_or(&delivery.body))?;
    }
    out.flush()?;
    Ok(())
}
