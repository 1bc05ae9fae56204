//! Groups of sessions as a table: a row for each, with what they have in common and their totals.
//!
//! A column is as wide as its widest cell. Names get at most half of the screen; of the numbers, those that
//! matter most and fit are shown, and a bar if there is room for one.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::bar::bar;
use super::numbers::{NOTHING, count, mean, share, time};
use crate::Text;
use crate::archive::Totals;
use crate::archive::totals::{Dimension, Group};
use crate::view::clip::shortened;
use crate::view::table_layout::without_command;
use crate::view::width::width;
use crate::view::wrap::wrap;
use crate::view::{Canvas, visible_width};

/// How many groups are shown.
const MOST: usize = 100;
/// The narrowest column of a name.
const MIN_NAME: usize = 6;
/// The narrowest bar, and the widest one.
const BAR: (usize, usize) = (8, 24);
/// The blanks between two columns.
const GAP: usize = 2;

/// A number of a group among totals, as it is shown.
type NumberOf = fn(&Group, &Totals) -> String;

/// The columns of numbers, in their order.
const NUMBERS: [(&str, NumberOf); 7] = [
    ("Sessions", |group, _| count(group.sessions)),
    ("Share", |group, totals| {
        share(group.sessions, totals.all.sessions)
    }),
    ("Hand-over", |group, _| {
        share(group.handed_over, group.sessions)
    }),
    ("Messages", |group, _| {
        mean(group.messages, group.sessions).unwrap_or_default()
    }),
    ("Duration", |group, _| {
        shown(group.duration.percentile(50), time)
    }),
    ("90 %", |group, _| {
        shown(group.duration.percentile(90), time)
    }),
    ("Rounds", |group, _| {
        shown(group.rounds.percentile(50), count)
    }),
];
/// Their places, that of the one that matters most first.
const PRIORITY: [usize; 7] = [0, 1, 2, 4, 3, 6, 5];
/// What headings mean that do not say it.
const MEANINGS: [(&str, &str); 3] = [
    ("Messages", "mean of a session"),
    ("Duration", "median"),
    ("Rounds", "median"),
];
/// Behind which column the bar is: the share.
const BEFORE_BAR: usize = 1;

type NamedGroup<'t> = (&'t [Option<Box<str>>], &'t Group);

/// Writes the groups of `totals`.
pub(super) fn write(
    totals: &Totals,
    chosen: &[Dimension],
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut groups: Vec<_> = totals.groups.iter().collect();
    sort(&mut groups, chosen);
    let is_by_time = chosen.first().copied().is_some_and(is_time);
    let hidden = groups.len().saturating_sub(MOST);
    // Of days, the last ones matter.
    let shown = if is_by_time {
        &groups[hidden..]
    } else {
        &groups[..groups.len() - hidden]
    };
    if shown.is_empty() {
        return Ok(());
    }
    let table = GroupTable::new(shown, totals, chosen, canvas);
    table.write(out)?;
    let notes = [
        (hidden > 0).then(|| {
            let hidden = count(hidden as u64);
            let which = if is_by_time { "earlier" } else { "more" };
            format!("{hidden} {which} groups: see --format json")
        }),
        (totals.groups.others.sessions > 0).then(|| {
            let others = count(totals.groups.others.sessions);
            format!("{others} sessions in further groups, which are not told apart")
        }),
        table.legend(),
    ];
    let room = usize::from(canvas.width).saturating_sub(1).max(1);
    let notes = notes.iter().flatten().flat_map(|note| wrap(note, room));
    let mut notes = notes.map(|line| canvas.theme.muted.style(line).to_string());
    notes.try_for_each(|line| writeln!(out, " {line}"))
}

/// Sorts groups: those with the same first part together, the largest of these first, and in each the
/// largest group; but days and hours in their order.
fn sort(groups: &mut [NamedGroup<'_>], chosen: &[Dimension]) {
    let is_last_time = chosen.last().copied().is_some_and(is_time);
    groups.sort_by_key(|(name, _)| *name);
    if !is_last_time {
        groups.sort_by_key(|(_, group)| Reverse(group.sessions));
    }
    let mut sums: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for (name, group) in &*groups {
        *sums.entry(first_part(name)).or_default() += group.sessions;
    }
    if chosen.first().copied().is_some_and(is_time) {
        groups.sort_by_key(|(name, _)| first_part(name));
    } else {
        groups.sort_by_key(|(name, _)| {
            let part = first_part(name);
            (Reverse(sums.get(&part).copied()), part)
        });
    }
}

fn is_time(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Day | Dimension::Hour)
}

fn first_part(name: &[Option<Box<str>>]) -> Option<&str> {
    name.first()?.as_deref()
}

fn shown(number: Option<u64>, words: fn(u64) -> String) -> String {
    number.map_or_else(|| NOTHING.to_owned(), words)
}

struct GroupTable<'c> {
    canvas: &'c Canvas,
    headings: Vec<&'static str>,
    /// The names of each group, safe to show; `None` for what is missing.
    names: Vec<Vec<Option<String>>>,
    numbers: Vec<[String; NUMBERS.len()]>,
    sessions: Vec<u64>,
    name_widths: Vec<usize>,
    /// The columns of numbers that fit, each with its width.
    number_widths: Vec<(usize, usize)>,
    bar_width: usize,
}

impl<'c> GroupTable<'c> {
    fn new(
        groups: &[NamedGroup<'_>],
        totals: &Totals,
        chosen: &[Dimension],
        canvas: &'c Canvas,
    ) -> Self {
        let safe = |part: &Option<Box<str>>| {
            let text = Text::from(part.as_deref()?);
            Some(without_command(text.to_string()))
        };
        let names = groups
            .iter()
            .map(|(name, _)| name.iter().map(safe).collect());
        let numbers = groups
            .iter()
            .map(|(_, group)| NUMBERS.map(|(_, of)| of(group, totals)));
        let mut table = Self {
            canvas,
            headings: chosen.iter().map(|it| it.name()).collect(),
            names: names.collect(),
            numbers: numbers.collect(),
            sessions: groups.iter().map(|(_, group)| group.sessions).collect(),
            name_widths: Vec::new(),
            number_widths: Vec::new(),
            bar_width: 0,
        };
        table.fit(usize::from(canvas.width));
        table
    }

    /// Finds the widths of the columns.
    fn fit(&mut self, screen: usize) {
        self.name_widths = self.widest_names();
        let names = screen / 2;
        while self
            .name_widths
            .iter()
            .map(|width| width + GAP)
            .sum::<usize>()
            > names
        {
            let widest = self.name_widths.iter_mut().max();
            let Some(widest) = widest.filter(|width| **width > MIN_NAME) else {
                break;
            };
            *widest -= 1;
        }
        let filled: usize = self.name_widths.iter().map(|width| width + GAP).sum();
        let mut room = (screen + 1).saturating_sub(filled);
        for place in PRIORITY {
            let cells = self.numbers.iter().map(|cells| width(&cells[place]));
            let widest = cells.chain([NUMBERS[place].0.len()]).max().unwrap_or(0);
            if let Some(rest) = room.checked_sub(widest + GAP) {
                room = rest;
                self.number_widths.push((place, widest));
            }
        }
        self.number_widths.sort_unstable();
        let bar = room.saturating_sub(GAP).min(BAR.1);
        self.bar_width = if bar < BAR.0 { 0 } else { bar };
    }

    fn widest_names(&self) -> Vec<usize> {
        let column = |(at, heading): (usize, &&str)| {
            let names = self.names.iter();
            let names = names.map(|names| names[at].as_deref().map_or(1, width));
            names.chain([heading.len()]).max().unwrap_or(0)
        };
        self.headings.iter().enumerate().map(column).collect()
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let muted = self.canvas.theme.muted;
        let headings = self.headings.iter().zip(&self.name_widths);
        let headings = headings.map(|(heading, width)| padded(heading, *width));
        let numbers = NUMBERS.map(|(heading, _)| heading.to_owned());
        let heading = self.line(headings.collect(), &numbers, "");
        writeln!(out, "\n {}", muted.style(heading.trim_end()))?;
        let most = self.sessions.iter().max().copied().unwrap_or(0);
        let name = |(name, width): (&Option<String>, &usize)| match name {
            Some(name) => padded(name, *width),
            None => muted.style(padded(NOTHING, *width)).to_string(),
        };
        for ((names, numbers), sessions) in self.names.iter().zip(&self.numbers).zip(&self.sessions)
        {
            let names = names.iter().zip(&self.name_widths).map(name);
            let bar = bar(*sessions, most, self.bar_width);
            let bar = self.canvas.theme.bar.style(bar).to_string();
            writeln!(out, " {}", self.line(names.collect(), numbers, &bar))?;
        }
        Ok(())
    }

    /// What the columns hold that do not say it themselves.
    fn legend(&self) -> Option<String> {
        let shown = self
            .number_widths
            .iter()
            .map(|(place, _)| NUMBERS[*place].0);
        let meaning = |heading| MEANINGS.iter().find(|(it, _)| *it == heading);
        let meanings = shown
            .filter_map(meaning)
            .map(|(it, words)| format!("{it}: {words}"));
        let meanings: Vec<_> = meanings.collect();
        (!meanings.is_empty()).then(|| meanings.join(" · "))
    }

    /// The cells of a row; the names fill their columns.
    fn line(&self, mut cells: Vec<String>, numbers: &[String], bar: &str) -> String {
        for (place, width) in &self.number_widths {
            cells.push(format!("{:>width$}", numbers[*place]));
            if *place == BEFORE_BAR && self.bar_width > 0 {
                let blanks = " ".repeat(self.bar_width.saturating_sub(visible_width(bar)));
                cells.push(format!("{bar}{blanks}"));
            }
        }
        cells.join(&" ".repeat(GAP))
    }
}

/// A text that fills a column.
fn padded(text: &str, columns: usize) -> String {
    let text = shortened(text, columns);
    let missing = columns.saturating_sub(width(&text));
    format!("{text}{}", " ".repeat(missing))
}
