//! The numbers that come first: how many sessions, who took over, what was read, and how long it took.

use std::io::{self, Write};

use super::numbers::{count, mean, share, time};
use super::panels::Panels;
use crate::Text;
use crate::archive::Totals;
use crate::archive::totals::{Dimension, Distribution};
use crate::view::wrap::wrap;
use crate::view::{Canvas, visible_width};

/// The columns of the names, such as `Agent reply`.
const NAME: usize = 11;

/// The columns of the quantiles, in the order in which they are shown.
const QUANTILES: [&str; 5] = ["min", "median", "90 %", "99 %", "max"];
/// Their places, that of the column that is left out first in front.
const LEFT_OUT: [usize; 4] = [0, 3, 2, 4];

/// Writes the headline of `totals`: facts, and below or beside them quantiles.
pub(super) fn write(totals: &Totals, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let panels = Panels::new(Panels::MAX, canvas);
    let facts = facts(totals).into_iter();
    let mut facts: Vec<_> = facts
        .flat_map(|fact| fact_lines(fact, panels.width, canvas))
        .collect();
    let screen = usize::from(canvas.width);
    if panels.count == 1 {
        let quantiles = quantile_lines(totals, screen, canvas);
        let is_table = totals.all.sessions > 1 && !quantiles.is_empty();
        facts.extend(is_table.then(String::new));
        facts.extend(quantiles);
        return panels.write(&[facts], out);
    }
    // In line with the second panel of sections, or as far to the left as quantiles need.
    let filled = widest(&facts) + Panels::GAP;
    let quantiles = quantile_lines(totals, screen.saturating_sub(filled), canvas);
    let start = screen.saturating_sub(widest(&quantiles)).max(filled);
    let panels = Panels {
        width: panels.width.min(start.saturating_sub(Panels::GAP)),
        ..panels
    };
    panels.write(&[facts, quantiles], out)
}

fn widest(lines: &[String]) -> usize {
    let widths = lines.iter().map(|line| visible_width(line));
    widths.max().unwrap_or(0)
}

/// A name with the number that matters and more words about it, in lines that fit.
fn fact_lines(
    (name, [number, words]): (&str, [String; 2]),
    width: usize,
    canvas: &Canvas,
) -> Vec<String> {
    let theme = &canvas.theme;
    let separator = if words.is_empty() { "" } else { " · " };
    let number = theme.heading.style(number);
    let words = theme.muted.style(format!("{separator}{words}"));
    let room = width.saturating_sub(NAME + 3).max(1);
    let lines = wrap(&format!("{number}{words}"), room)
        .into_iter()
        .enumerate();
    let line = |(at, line)| {
        let name = if at == 0 { name } else { "" };
        format!(" {}  {line}", theme.muted.style(format!("{name:NAME$}")))
    };
    lines.map(line).collect()
}

/// Names, each with the number that matters and more words about it.
fn facts(totals: &Totals) -> Vec<(&'static str, [String; 2])> {
    let conversation = &totals.conversation;
    let all = &totals.all;
    let mean = mean(all.messages, all.sessions).filter(|_| all.sessions > 1);
    let mean = mean.map(|mean| format!("{mean} a session"));
    let facts = [
        Some(("Sessions", [count(all.sessions), period(totals)])),
        Some(("Messages", [count(all.messages), mean.unwrap_or_default()])),
        (all.sessions > 0).then(|| {
            let noun = if all.sessions == 1 {
                "session"
            } else {
                "sessions"
            };
            let words = format!("{} {noun}", of(all.handed_over, all.sessions));
            ("Hand-over", [share(all.handed_over, all.sessions), words])
        }),
        (conversation.outgoing > 0).then(|| {
            let words = format!("{} sent", of(conversation.read, conversation.outgoing));
            (
                "Read",
                [share(conversation.read, conversation.outgoing), words],
            )
        }),
        Some(("Duplicates", duplicates(totals))),
    ];
    facts.into_iter().flatten().collect()
}

fn of(part: u64, whole: u64) -> String {
    format!("{} of {}", count(part), count(whole))
}

/// From which day to which, and what else was read.
fn period(totals: &Totals) -> String {
    let day = Dimension::USUAL.iter().position(|it| *it == Dimension::Day);
    let days = day.map(|day| totals.by_usual[day].by_name());
    let days = days.unwrap_or_default().into_iter();
    let days: Vec<_> = days
        .filter_map(|(name, _)| Some(day_shown(name.first()?.as_deref()?)))
        .collect();
    let days = match &days[..] {
        [] => None,
        [day] => Some(day.clone()),
        [first, .., last] => Some(format!("{first} → {last}")),
    };
    let others = (totals.without_session > 0).then(|| {
        let noun = match totals.without_session {
            1 => "delivery",
            _ => "deliveries",
        };
        format!("{} other {noun}", count(totals.without_session))
    });
    let words: Vec<_> = days.into_iter().chain(others).collect();
    words.join(" · ")
}

fn duplicates(totals: &Totals) -> [String; 2] {
    let duplicates = &totals.duplicates;
    let all = duplicates.same + duplicates.different;
    if all == 0 {
        return ["none".to_owned(), String::new()];
    }
    let (same, different) = (count(duplicates.same), count(duplicates.different));
    let words = format!("{same} with the same body, {different} with another one");
    [count(all), words]
}

/// How the numbers of sessions are distributed, a line for each number, below a heading.
fn quantile_lines(totals: &Totals, width: usize, canvas: &Canvas) -> Vec<String> {
    let conversation = &totals.conversation;
    let rows = [
        row("Duration", &totals.all.duration, time),
        row("Rounds", &totals.all.rounds, count),
        row("Robot reply", &conversation.robot_response, time),
        row("Agent reply", &conversation.agent_response, time),
    ];
    let rows: Vec<_> = rows.into_iter().flatten().collect();
    if rows.is_empty() {
        return Vec::new();
    }
    if totals.all.sessions == 1 {
        // All quantiles of one number are that number.
        let facts = rows
            .into_iter()
            .map(|(name, [number, ..])| (name, [number, String::new()]));
        return facts
            .flat_map(|fact| fact_lines(fact, width, canvas))
            .collect();
    }
    let widths = widths(&rows, width);
    let line = |name: &str, cells: &[String; 5]| {
        let cells = widths
            .iter()
            .map(|(at, width)| format!("  {:>width$}", cells[*at]));
        let name = canvas.theme.muted.style(format!("{name:NAME$}"));
        format!(" {name}{}", cells.collect::<String>())
    };
    let heading = widths
        .iter()
        .map(|(at, width)| format!("  {:>width$}", QUANTILES[*at]));
    let heading = format!(" {:NAME$}{}", "", heading.collect::<String>());
    let heading = canvas.theme.muted.style(heading).to_string();
    let lines = rows.iter().map(|(name, cells)| line(name, cells));
    std::iter::once(heading).chain(lines).collect()
}

/// The quantiles of a number, as they are shown; `None` if there is no number.
fn row(
    name: &'static str,
    numbers: &Distribution,
    shown: fn(u64) -> String,
) -> Option<(&'static str, [String; 5])> {
    let [median, ninety, ninety_nine] = [50, 90, 99].map(|percent| numbers.percentile(percent));
    let quantiles = [
        numbers.min()?,
        median?,
        ninety?,
        ninety_nine?,
        numbers.max()?,
    ];
    Some((name, quantiles.map(shown)))
}

/// The columns that fit beside the names, each with its width.
fn widths(rows: &[(&str, [String; 5])], canvas_width: usize) -> Vec<(usize, usize)> {
    let width = |at: usize| {
        let cells = rows.iter().map(|(_, cells)| cells[at].len());
        cells.chain([QUANTILES[at].len()]).max().unwrap_or(0)
    };
    let mut columns: Vec<_> = (0..QUANTILES.len()).map(|at| (at, width(at))).collect();
    for left_out in LEFT_OUT {
        let filled: usize = columns.iter().map(|(_, width)| width + 2).sum();
        if 1 + NAME + filled <= canvas_width {
            break;
        }
        columns.retain(|(at, _)| *at != left_out);
    }
    columns
}

/// A day as it may be shown: merged totals may hold anything.
fn day_shown(day: &str) -> String {
    let day = Text::from(day);
    day.shortened("2025-10-20".len()).to_string()
}
