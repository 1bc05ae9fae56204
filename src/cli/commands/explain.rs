//! `chatlog explain`: prints the explanation of one rule, or a table of all rules.

use std::io::Write;

use anyhow::Result;
use chatlog::view::{Zone, explanation};

use super::{Outcome, pager, table_canvas};
use crate::cli::args::Explain;
use crate::cli::config::Config;
use crate::cli::output::Stdout;

pub(super) fn run(args: &Explain, config: &Config) -> Result<Outcome> {
    let canvas = table_canvas(&args.look, config, Zone::UTC);
    let mut out = Stdout::before(pager(&args.look));
    match args.rule {
        Some(rule) => explanation::write(rule, &canvas, &mut out)?,
        None => explanation::write_table(&canvas, &mut out)?,
    }
    out.flush()?;
    Ok(Outcome::Clean)
}
