//! `chatlog show`: the conversation.

use anyhow::{Context, Result, bail};
use chatlog::view::{Selection, Zone, json, write_tables};
use jiff::tz::TimeZone;

use super::{Outcome, canvas, for_each_delivery, output, report_on};
use crate::args::{Show, ShowFormat};
use crate::input::Patience;

pub(super) fn run(args: &Show) -> Result<Outcome> {
    let canvas = canvas(&args.look, zone(&args.tz)?);
    let selection = Selection {
        only: args.only,
        order: args.sort,
    };
    let mut out = output();
    for_each_delivery(&args.inputs, Patience::Eager, |origin, delivery| {
        report_on(origin, delivery, |report| {
            match args.format {
                ShowFormat::Table => write_tables(report, selection, &canvas, &mut out)?,
                ShowFormat::Json => json::write(report, Some(selection), &canvas.zone, &mut out)?,
            }
            // Whoever follows a stream wants each session when it is there.
            out.flush()?;
            Ok(Outcome::of(report))
        })
    })
}

fn zone(name: &str) -> Result<Zone> {
    match name {
        "UTC" | "utc" | "Z" => Ok(Zone::UTC),
        "local" => Ok(Zone::new(
            TimeZone::try_system().context("cannot find out the local time zone")?,
        )),
        _ => match TimeZone::get(name) {
            Ok(zone) => Ok(Zone::new(zone)),
            Err(_) => bail!(
                "--tz: `{}` is no time zone: expected UTC, local or a name such as Asia/Jakarta",
                chatlog::Text::from(name)
            ),
        },
    }
}
