//! Groups of sessions as a table: a row for each, with what they have in common and their totals.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::bar::bar;
use super::headline::{NOTHING, count, share, time};
use crate::Text;
use crate::archive::Totals;
use crate::archive::totals::{Dimension, Group};
use crate::view::Canvas;
use crate::view::clip::shortened;
use crate::view::table_layout::TableLayout;

/// How many groups are shown.
const MOST: usize = 100;

/// The columns behind the names, with their widths, from the one that is left out last.
const COLUMNS: [(&str, u16); 6] = [
    ("Sessions", 9),
    ("Share", 7),
    ("Hand-over", 9),
    ("Median", 13),
    ("90 %", 13),
    ("Rounds", 6),
];
/// The narrowest column of a name if there is one, if there are two, and if there are more.
const MIN_NAMES: [u16; 3] = [20, 14, 10];
/// The widest column of a name.
const MAX_NAME: u16 = 30;
/// The narrowest bar.
const MIN_BAR: u16 = 8;

/// Writes the groups of `totals`: by time if they are by time, or else the largest first.
pub(super) fn write(
    totals: &Totals,
    chosen: &[Dimension],
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut groups: Vec<_> = totals.groups.iter().collect();
    let is_by_time = matches!(chosen.first(), Some(Dimension::Day | Dimension::Hour));
    groups.sort_by_key(|(name, _)| *name);
    if !is_by_time {
        groups.sort_by_key(|(_, group)| Reverse(group.sessions));
    }
    let table = GroupTable::new(chosen, canvas);
    let most = groups
        .iter()
        .map(|(_, group)| group.sessions)
        .max()
        .unwrap_or(0);
    let whole = totals.all.sessions;
    let hidden = groups.len().saturating_sub(MOST);
    // Of days, the last ones matter.
    let shown = if is_by_time {
        &groups[hidden..]
    } else {
        &groups[..groups.len() - hidden]
    };
    let heading = std::iter::once(table.heading());
    let rows = shown
        .iter()
        .map(|(name, group)| table.row(name, group, whole, most));
    writeln!(out, "{}", table.layout.rows_of_lines(heading.chain(rows)))?;
    if hidden > 0 || totals.groups.others.sessions > 0 {
        let words = match totals.groups.others.sessions {
            0 => format!(
                " {} more groups; --format json or csv has all",
                count(hidden as u64)
            ),
            others => format!(
                " more groups, {} sessions of them not told apart",
                count(others)
            ),
        };
        writeln!(out, "{}", canvas.theme.muted.style(words))?;
    }
    Ok(())
}

struct GroupTable<'c> {
    chosen: &'c [Dimension],
    canvas: &'c Canvas,
    layout: TableLayout,
    name_width: u16,
    /// How many of the columns fit.
    columns: usize,
    bar_width: u16,
}

impl<'c> GroupTable<'c> {
    fn new(chosen: &'c [Dimension], canvas: &'c Canvas) -> Self {
        let names = u16::try_from(chosen.len()).unwrap_or(1).max(1);
        let min_name = MIN_NAMES[chosen.len().clamp(1, MIN_NAMES.len()) - 1];
        let mut left = canvas.width.saturating_sub(names * (min_name + 1));
        let mut columns = 0;
        for (_, width) in COLUMNS {
            if left < width + 1 {
                break;
            }
            left -= width + 1;
            columns += 1;
        }
        let more = (left / 2 / names).min(MAX_NAME - min_name);
        left -= more * names;
        let bar_width = if left > MIN_BAR {
            (left - 1).min(40)
        } else {
            0
        };
        let name_width = min_name + more;
        let fixed = COLUMNS[..columns].iter().map(|(_, width)| *width);
        let mut widths: Vec<u16> = chosen.iter().map(|_| name_width).chain(fixed).collect();
        widths.extend((bar_width > 0).then_some(bar_width));
        Self {
            chosen,
            canvas,
            layout: TableLayout::new(canvas.width, &widths),
            name_width,
            columns,
            bar_width,
        }
    }

    fn heading(&self) -> Vec<Vec<String>> {
        let muted = |words: String| vec![self.canvas.theme.muted.style(words).to_string()];
        let names = self.chosen.iter();
        let names = names.map(|it| shortened(it.name(), usize::from(self.name_width)).into_owned());
        let columns = COLUMNS[..self.columns].iter();
        let columns =
            columns.map(|(name, width)| format!("{name:>width$}", width = usize::from(*width)));
        let bar = (self.bar_width > 0).then(String::new);
        names.chain(columns).chain(bar).map(muted).collect()
    }

    fn row(
        &self,
        name: &[Option<Box<str>>],
        group: &Group,
        whole: u64,
        most: u64,
    ) -> Vec<Vec<String>> {
        let part = |part: &Option<Box<str>>| match part {
            Some(part) => {
                let shown = Text::from(&**part).to_string();
                shortened(&shown, usize::from(self.name_width)).into_owned()
            }
            None => self.canvas.theme.muted.style(NOTHING).to_string(),
        };
        let number =
            |numbers: Option<u64>, shown: fn(u64) -> String| numbers.map(shown).unwrap_or_default();
        let cells = [
            count(group.sessions),
            share(group.sessions, whole),
            share(group.handed_over, group.sessions),
            number(group.duration.percentile(50), time),
            number(group.duration.percentile(90), time),
            number(group.rounds.percentile(50), count),
        ];
        let cells = cells.iter().zip(&COLUMNS[..self.columns]);
        let cells =
            cells.map(|(cell, (_, width))| format!("{cell:>width$}", width = usize::from(*width)));
        let bar = (self.bar_width > 0).then(|| {
            let bar = bar(group.sessions, most, usize::from(self.bar_width));
            self.canvas.theme.robot.style(bar).to_string()
        });
        let names = name.iter().map(part);
        names
            .chain(cells)
            .chain(bar)
            .map(|cell| vec![cell])
            .collect()
    }
}
