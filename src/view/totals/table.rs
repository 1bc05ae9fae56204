//! Totals as tables: the headline, and for each breakdown its names, the largest first, with bars.

use std::io::{self, Write};

use super::bar::bar;
use super::groups;
use super::headline::{self, NOTHING, count, share};
use crate::Text;
use crate::archive::Totals;
use crate::archive::totals::{Breakdown, Dimension};
use crate::finding::Rule;
use crate::view::clip::shortened;
use crate::view::table_layout::{TableLayout, write_pairs};
use crate::view::theme::Tone;
use crate::view::{Canvas, titled};

/// How many names of a breakdown are shown.
const MOST: usize = 10;
/// How many days are shown: the last ones.
const MOST_DAYS: usize = 31;
/// How many duplicates with another body are named.
const MOST_DUPLICATES: usize = 5;

/// The columns of counts and shares.
const COUNT_WIDTH: u16 = 10;
const SHARE_WIDTH: u16 = 7;
/// The widest column of names.
const MAX_NAME: u16 = 40;
/// The widest bar.
const MAX_BAR: u16 = 24;
/// The width of the names in the headline.
const HEADLINE_NAME: u16 = 10;

/// A line of a breakdown.
struct Line {
    name: String,
    tone: Tone,
    count: u64,
    /// Whether it is the sum of many, which is not compared with others.
    is_sum: bool,
}

/// Writes totals. `chosen` are the dimensions of their groups; if there are some, the groups are shown
/// instead of the usual breakdowns.
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
        let words = "Interrupted: these are the totals of what was read until then.";
        writeln!(out, "{}", canvas.theme.warning.style(words))?;
    }
    let name = |name: String| canvas.theme.muted.style(name).to_string();
    let pairs = headline::lines(totals).into_iter();
    write_pairs(
        HEADLINE_NAME,
        pairs.map(|[it, words]| [name(it), words]),
        canvas,
        out,
    )?;
    if chosen.is_empty() {
        write_usual(totals, canvas, out)?;
    } else {
        writeln!(out)?;
        groups::write(totals, chosen, canvas, out)?;
    }
    write_checks(totals, canvas, out)?;
    write_duplicates(totals, canvas, out)
}

fn write_usual(totals: &Totals, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    for (dimension, breakdown) in Dimension::USUAL.iter().zip(&totals.by_usual) {
        let title = match dimension.name() {
            "session_end_reason" => "End reason",
            "intention" => "Intention",
            "channel" => "Channel",
            "workflow_name" => "Workflow",
            _ => "Day",
        };
        if *dimension == Dimension::Day {
            write_days(title, breakdown, canvas, out)?;
        } else {
            write_breakdown(title, breakdown, canvas, out)?;
        }
    }
    let conversation = &totals.conversation;
    write_breakdown("Messages by sender", &conversation.by_sender, canvas, out)?;
    write_breakdown("Messages by type", &conversation.by_type, canvas, out)?;
    write_breakdown("Picked", &conversation.picks, canvas, out)?;
    write_breakdown("Last message", &conversation.last_message, canvas, out)
}

fn write_checks(totals: &Totals, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    if totals.findings.is_some() {
        let line = |(rule, count): (Rule, u64)| Line {
            name: rule.name().to_owned(),
            tone: Tone::of_severity(rule.severity()),
            count,
            is_sum: false,
        };
        let lines = totals.findings_by_rule().into_iter().map(line).collect();
        write_lines("Findings", lines, None, canvas, out)?;
    }
    match &totals.verdicts {
        Some(verdicts) => write_breakdown("Signatures", verdicts, canvas, out),
        None => Ok(()),
    }
}

fn write_breakdown(
    title: &str,
    breakdown: &Breakdown<u64>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let ranked = breakdown.ranked();
    let hidden = ranked.len().saturating_sub(MOST);
    let more = ranked
        .iter()
        .skip(MOST)
        .map(|(_, count)| count)
        .sum::<u64>()
        + breakdown.others;
    let mut lines: Vec<_> = ranked.iter().take(MOST).map(line).collect();
    if more > 0 {
        let name = match (hidden, breakdown.others) {
            (0, _) => "others".to_owned(),
            (hidden, 0) => format!("{} more", count(hidden as u64)),
            (hidden, _) => format!("more than {} more", count(hidden as u64)),
        };
        let tone = Tone::Muted;
        lines.push(Line {
            name,
            tone,
            count: more,
            is_sum: true,
        });
    }
    write_lines(title, lines, Some(breakdown.sum()), canvas, out)
}

/// The last days, in order.
fn write_days(
    title: &str,
    breakdown: &Breakdown<u64>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let days = breakdown.by_name();
    let earlier = days.len().saturating_sub(MOST_DAYS);
    let (hidden, shown) = days.split_at(earlier);
    let mut lines: Vec<_> = shown.iter().map(line).collect();
    if earlier > 0 {
        let first = Line {
            name: format!("{} days before", count(earlier as u64)),
            tone: Tone::Muted,
            count: hidden.iter().map(|(_, count)| count).sum::<u64>() + breakdown.others,
            is_sum: true,
        };
        lines.insert(0, first);
    }
    write_lines(title, lines, Some(breakdown.sum()), canvas, out)
}

fn line((name, count): &(&[Option<Box<str>>], u64)) -> Line {
    let is_missing = name.iter().all(Option::is_none);
    Line {
        name: shown_name(name),
        tone: if is_missing { Tone::Muted } else { Tone::Plain },
        count: *count,
        is_sum: false,
    }
}

/// The parts of a name, as they may be shown.
fn shown_name(name: &[Option<Box<str>>]) -> String {
    let parts = name
        .iter()
        .flatten()
        .map(|part| Text::from(&**part).to_string());
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() {
        return NOTHING.to_owned();
    }
    parts.join(" → ")
}

/// Writes lines with their counts, their share of `whole` and bars, below a title.
fn write_lines(
    title: &str,
    lines: Vec<Line>,
    whole: Option<u64>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", titled(title, canvas))?;
    let layout = layout(canvas.width);
    let (name_width, bar_width) = (layout.0, usize::from(layout.1));
    let widths = [name_width, COUNT_WIDTH, SHARE_WIDTH, layout.1];
    let layout = TableLayout::new(canvas.width, &widths);
    // A bar is about its own breakdown, and the rest of it is not a bar.
    let compared = lines.iter().filter(|line| !line.is_sum);
    let most = compared.map(|line| line.count).max().unwrap_or(0);
    let cells = |line: Line| {
        let shown = if line.is_sum { 0 } else { line.count };
        let style = canvas.theme.tone(line.tone);
        let share = whole
            .map(|whole| share(line.count, whole))
            .unwrap_or_default();
        let name = shortened(&line.name, usize::from(name_width)).into_owned();
        vec![
            vec![style.style(name).to_string()],
            vec![format!(
                "{:>width$}",
                count(line.count),
                width = usize::from(COUNT_WIDTH)
            )],
            vec![canvas.theme.muted.style(format!("{share:>7}")).to_string()],
            vec![
                canvas
                    .theme
                    .robot
                    .style(bar(shown, most, bar_width))
                    .to_string(),
            ],
        ]
    };
    writeln!(
        out,
        "{}",
        layout.rows_of_lines(lines.into_iter().map(cells))
    )
}

/// The widths of names and of bars: bars get what is left, and nothing on a narrow screen.
fn layout(width: u16) -> (u16, u16) {
    // A blank before each of the four columns.
    let rest = width.saturating_sub(COUNT_WIDTH + SHARE_WIDTH + 4);
    let name = (rest / 2).clamp(8.min(rest.max(1)), MAX_NAME);
    (name, rest.saturating_sub(name).clamp(1, MAX_BAR))
}

fn write_duplicates(totals: &Totals, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let duplicates = &totals.duplicates;
    if duplicates.listed.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{}",
        titled("Delivered again with another body", canvas)
    )?;
    for (name, first) in duplicates.listed.iter().take(MOST_DUPLICATES) {
        writeln!(
            out,
            " {name} {}",
            canvas.theme.muted.style(format!("after {first}"))
        )?;
    }
    let more = duplicates.different.saturating_sub(MOST_DUPLICATES as u64);
    if more > 0 {
        let words = format!(" and {} more; --format json lists up to 100", count(more));
        writeln!(out, "{}", canvas.theme.muted.style(words))?;
    }
    Ok(())
}
