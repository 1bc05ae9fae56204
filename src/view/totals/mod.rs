//! Totals over many sessions: as a screen with bars for people, and as rows for spreadsheets. As JSON they
//! are part of the [totals](crate::archive::totals) themselves, because that is also read again.
//!
//! The screen answers first how many sessions there were and how they went, in the headline. Below it are
//! sections, each a breakdown: side by side in panels if the screen is wide enough. If sessions were
//! grouped, a table of the groups takes their place. Long breakdowns show their largest names, and how
//! much is left out; JSON and CSV have all.

mod bar;
mod csv;
mod groups;
mod headline;
mod numbers;
mod panels;
mod sections;

use std::io::{self, Write};

pub use self::csv::write_csv;
use self::numbers::count;
use super::table_layout::fill;
use super::{Canvas, titled};
use crate::archive::totals::Dimension;
use crate::archive::{Duplicates, Totals};

/// How many duplicates with another body are named.
const MOST_DUPLICATES: usize = 5;

/// Writes the screen of totals. `chosen` are the dimensions of their groups; if there are some, the groups
/// are shown instead of the usual breakdowns.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_table(
    totals: &Totals,
    chosen: &[Dimension],
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    if totals.is_partial {
        let words = "Interrupted: the totals of what was read until then";
        writeln!(out, " {}", canvas.theme.warning.style(words))?;
    }
    headline::write(totals, canvas, out)?;
    if chosen.is_empty() {
        let usual = sections::usual(totals, canvas).into_iter();
        panels::write(
            &usual
                .chain(sections::checks(totals, canvas))
                .collect::<Vec<_>>(),
            canvas,
            out,
        )?;
    } else {
        groups::write(totals, chosen, canvas, out)?;
        panels::write(&sections::checks(totals, canvas), canvas, out)?;
    }
    write_duplicates(&totals.duplicates, canvas, out)
}

/// Names the first deliveries that repeat another one with a different body.
fn write_duplicates(
    duplicates: &Duplicates,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    if duplicates.listed.is_empty() {
        return Ok(());
    }
    let title = titled("Delivered again with another body", canvas);
    writeln!(out, "\n{title}")?;
    let muted = canvas.theme.muted;
    let room = usize::from(canvas.width).saturating_sub(1).max(1);
    let shown = duplicates.listed.iter().take(MOST_DUPLICATES);
    let listed = shown.len() as u64;
    for (name, first) in shown {
        let after = muted.style(format!("after {first}"));
        for line in fill(&format!("{name} {after}"), room) {
            writeln!(out, " {line}")?;
        }
    }
    let more = duplicates.different.saturating_sub(listed);
    if more > 0 {
        let words = format!("{} more; --format json lists up to 100", count(more));
        writeln!(out, " {}", muted.style(words))?;
    }
    Ok(())
}
