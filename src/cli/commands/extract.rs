//! `chatlog extract`: writes the exact bytes of one body, or the headers of its request.
//!
//! Reading stops at the delivery that `--select` names. Without that option all deliveries are
//! read, because a single one must be the only one: writing the first of several would be a guess.

use std::io::Write;
use std::num::NonZeroUsize;

use anyhow::{Result, bail};
use chatlog::delivery::Delivery;
use chatlog::view::delivery_count;

use super::Outcome;
use super::deliveries::{Flow, ReadOptions, for_each_delivery_of};
use super::output::Stdout;
use crate::cli::args::Extract;
use crate::cli::pipeline::{Buffering, Outputs};

pub(super) fn run(args: &Extract, outputs: &Outputs) -> Result<Outcome> {
    let mut count = 0;
    let mut selected: Option<Delivery<'static>> = None;
    let options = ReadOptions {
        buffering: Buffering::Whole,
        quiet: true,
        outputs,
    };
    let inputs = std::slice::from_ref(&args.source);
    let outcome = for_each_delivery_of(inputs, &args.reading, options, |incoming| {
        count += 1;
        if count == args.select.map_or(1, NonZeroUsize::get) {
            selected = Some(incoming.delivery.clone().into_owned());
        }
        Ok(match (&selected, args.select) {
            (Some(_), Some(_)) => Flow::Break(Outcome::Clean),
            _ => Flow::Continue(Outcome::Clean),
        })
    })?;
    match (selected, args.select) {
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

fn write(args: &Extract, delivery: &Delivery<'_>, out: &mut impl Write) -> Result<()> {
    if args.headers {
        for (name, value) in delivery.headers.iter() {
            writeln!(out, "{name}: {value}")?;
        }
    } else {
        let as_sent = delivery.encoded_body.as_ref().filter(|_| !args.decoded);
        out.write_all(as_sent.unwrap_or(&delivery.body))?;
    }
    out.flush()?;
    Ok(())
}
