//! `chatlog show`: the conversation.

use anyhow::{Context, Result, bail};
use chatlog::document::Document;
use chatlog::inspect;
use chatlog::view::{Selection, Zone, json, write_tables};
use jiff::tz::TimeZone;

use super::deliveries::{ReadOptions, for_each_delivery};
use super::secrets::Verifier;
use super::{Outcome, canvas, output};
use crate::args::{Show, ShowFormat};
use crate::config::Config;
use crate::input::Buffering;

pub(super) fn run(args: &Show, config: &Config) -> Result<Outcome> {
    let zone = zone(args.tz.as_deref().or(config.time_zone.as_deref()))?;
    let canvas = canvas(&args.look, config, zone);
    let levels = config.levels();
    let selection = Selection {
        only: args.only,
        order: args.sort,
    };
    let secrets = args.signature.secrets.read(&args.inputs)?;
    let mut verifier = Verifier::new(&args.signature, config, secrets);
    let mut out = output();
    let options = ReadOptions {
        buffering: Buffering::Eager,
        quiet: false,
    };
    for_each_delivery(&args.inputs, options, |arrival| {
        let document = Document::new(&arrival.delivery.body);
        let mut report = inspect(arrival.origin, arrival.delivery, &document);
        levels.apply(&mut report.findings);
        report.signature = Some(verifier.verify(arrival));
        match args.format {
            ShowFormat::Table => write_tables(&report, selection, &canvas, &mut out)?,
            ShowFormat::Json => json::write_session(&report, selection, &canvas.zone, &mut out)?,
        }
        // Whoever follows a stream wants each session when it is there.
        out.flush()?;
        Ok(Outcome::of(&report))
    })
}

fn zone(name: Option<&str>) -> Result<Zone> {
    match name {
        None | Some("UTC" | "utc" | "Z") => Ok(Zone::UTC),
        Some("local") => Ok(Zone::new(
            TimeZone::try_system().context("cannot find out the local time zone")?,
        )),
        Some(name) => match TimeZone::get(name) {
            Ok(zone) => Ok(Zone::new(zone)),
            Err(_) => bail!(
                "`{}` is no time zone: expected UTC, local or a name such as Asia/Jakarta",
                chatlog::Text::from(name)
            ),
        },
    }
}
