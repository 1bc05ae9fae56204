//! Draws sections side by side: as many panels as the screen has room for, and in each of them sections
//! below each other. The columns of all sections line up.

use std::io::{self, Write};

use super::bar::bar;
use super::numbers::{count, share};
use super::sections::{Line, Section};
use crate::view::clip::shortened;
use crate::view::width::width;
use crate::view::{Canvas, titled, visible_width};

/// The narrowest panel among several.
const MIN_PANEL: usize = 58;
/// The columns of a share: `100.0 %`.
const SHARE: usize = 7;
/// The narrowest bar, and the widest one.
const BAR: (usize, usize) = (4, 24);
/// The narrowest column of names, and the widest one.
const NAME: (usize, usize) = (6, 44);
/// The fewest columns for the details behind a name.
const MIN_DETAIL: usize = 4;
/// What separates a name from its details.
const SEPARATOR: &str = " · ";

/// How many panels there are side by side, and how wide each is.
#[derive(Clone, Copy)]
pub(super) struct Panels {
    pub(super) count: usize,
    pub(super) width: usize,
}

impl Panels {
    /// The most panels side by side.
    pub(super) const MAX: usize = 3;
    /// The blanks between them.
    pub(super) const GAP: usize = 2;

    /// As many as the canvas has room for, up to `most`.
    pub(super) fn new(most: usize, canvas: &Canvas) -> Self {
        let width = usize::from(canvas.width);
        let count = (width / MIN_PANEL).clamp(1, most.clamp(1, Self::MAX));
        Self {
            count,
            width: (width + Self::GAP) / count - Self::GAP,
        }
    }

    /// Writes the lines of each panel.
    pub(super) fn write(self, panels: &[Vec<String>], out: &mut impl Write) -> io::Result<()> {
        let height = panels.iter().map(Vec::len).max().unwrap_or(0);
        for row in 0..height {
            let cells = panels
                .iter()
                .map(|lines| lines.get(row).map_or("", String::as_str));
            writeln!(out, "{}", side_by_side(cells, self.width))?;
        }
        Ok(())
    }
}

/// Writes sections, each into the panel that is the shortest so far.
pub(super) fn write(sections: &[Section], canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
    let panels = Panels::new(sections.len(), canvas);
    let grid = Grid::new(sections, panels.width, canvas);
    let mut columns = vec![Vec::new(); panels.count];
    for section in sections {
        if let Some(shortest) = columns.iter_mut().min_by_key(|column| column.len()) {
            shortest.push(String::new());
            shortest.push(titled(section.title, canvas));
            shortest.extend(grid.lines(section));
        }
    }
    panels.write(&columns, out)
}

/// Cells in one line, each in its panel.
fn side_by_side<'c>(cells: impl Iterator<Item = &'c str>, panel: usize) -> String {
    let mut line = String::new();
    let mut start = 0_usize;
    for cell in cells {
        if !cell.is_empty() {
            let filled = visible_width(&line);
            line += &" ".repeat(start.saturating_sub(filled));
            line += cell;
        }
        start += panel + Panels::GAP;
    }
    line
}

/// The columns of a panel: name, count, share, bar.
struct Grid<'c> {
    canvas: &'c Canvas,
    name: usize,
    count: usize,
    has_shares: bool,
    bar: usize,
}

impl<'c> Grid<'c> {
    fn new(sections: &[Section], panel: usize, canvas: &'c Canvas) -> Self {
        let lines = || sections.iter().flat_map(|section| &section.lines);
        let count = lines()
            .map(|line| count(line.count).len())
            .max()
            .unwrap_or(0);
        let wanted = lines().map(full_width).max().unwrap_or(0);
        // A blank before each column, and two behind the name.
        let room = panel.saturating_sub(count + 3);
        let has_shares = room > NAME.0 + SHARE;
        let room = if has_shares { room - SHARE - 1 } else { room };
        let most = (room * 5 / 8).clamp(NAME.0, NAME.1);
        let name = wanted.clamp(NAME.0, most.max(NAME.0));
        let bar = room.saturating_sub(name + 1).min(BAR.1);
        Self {
            canvas,
            name,
            count,
            has_shares,
            bar: if bar < BAR.0 { 0 } else { bar },
        }
    }

    fn lines(&self, section: &Section) -> impl Iterator<Item = String> {
        let names = section.lines.iter().filter(|line| !line.is_rest);
        let most = names.map(|line| line.count).max().unwrap_or(0);
        section.lines.iter().map(move |line| {
            let muted = self.canvas.theme.muted;
            let count = format!("{:>width$}", count(line.count), width = self.count);
            let count = if line.is_rest {
                muted.style(count).to_string()
            } else {
                count
            };
            let mut drawn = format!(" {}  {count}", self.name(line));
            if self.has_shares {
                let share = format!("{:>SHARE$}", share(line.count, section.whole));
                drawn += &format!(" {}", muted.style(share));
            }
            if !line.is_rest && self.bar > 0 {
                let bar = bar(line.count, most, self.bar);
                drawn += &format!(" {}", self.canvas.theme.bar.style(bar));
            }
            drawn
        })
    }

    /// A name and its details, which fill their column.
    fn name(&self, line: &Line) -> String {
        let name = shortened(&line.name, self.name);
        let mut filled = width(&name);
        let mut drawn = line.style.style(&name).to_string();
        let room = self.name.saturating_sub(filled + width(SEPARATOR));
        if !line.detail.is_empty() && room >= MIN_DETAIL {
            let detail = format!("{SEPARATOR}{}", shortened(&line.detail, room));
            filled += width(&detail);
            drawn += &self.canvas.theme.muted.style(detail).to_string();
        }
        drawn + &" ".repeat(self.name.saturating_sub(filled))
    }
}

/// The columns of a name with all its details.
fn full_width(line: &Line) -> usize {
    let detail = match width(&line.detail) {
        0 => 0,
        detail => width(SEPARATOR) + detail,
    };
    width(&line.name) + detail
}
