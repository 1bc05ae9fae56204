//! Which columns fit onto a canvas, and how wide each is.
//!
//! Every column has a fixed width, but for the name, which grows with the canvas, and the first words,
//! which take the rest. Columns that were chosen are never left out: texts get narrower, and if that is
//! not enough, the table is wider than the canvas.

use super::ListOptions;
use crate::archive::Column;
use crate::view::width::width;
use crate::view::{Canvas, Zone};

/// The columns that a canvas has no room for, the first to go first. The name and the first words stay.
const LEFT_OUT: [Column; 11] = [
    Column::Rounds,
    Column::Messages,
    Column::Intention,
    Column::HandOver,
    Column::Workflow,
    Column::Findings,
    Column::Duration,
    Column::Verdict,
    Column::Callee,
    Column::Start,
    Column::EndReason,
];

/// The columns between two cells.
const GAP: usize = 2;
/// The columns that the first words should have at least on the narrowest and the widest canvas.
const WORDS: (usize, usize) = (16, 22);
/// The fewest columns of any text.
const NARROWEST: usize = 8;
/// The columns of the name on the narrowest and the widest canvas.
const NAME: (usize, usize) = (10, 32);
/// The columns of the number behind the name of an input.
const NUMBER: usize = "#123456".len();
/// The columns of the start under the shortest and the longest heading.
const START: (usize, usize) = ("2025-10-20 01:00".len(), 18);

/// The columns that are shown on a canvas, each with its width.
pub(super) fn fitted(options: &ListOptions, canvas: &Canvas) -> Vec<(Column, usize)> {
    let room = usize::from(canvas.width);
    let sized = |columns: &[Column]| -> Vec<_> {
        let columns = columns.iter();
        columns
            .map(|column| (*column, width_of(*column, options, canvas)))
            .collect()
    };
    if !options.columns.is_empty() {
        return squeezed(sized(&options.columns), room);
    }
    let mut columns = Column::OWN.to_vec();
    columns.retain(|column| match column {
        // The first words tell what is not a session.
        Column::Kind => false,
        Column::Verdict => options.has_verdicts,
        _ => true,
    });
    for left_out in LEFT_OUT {
        if room >= table_width(&sized(&columns)) {
            break;
        }
        columns.retain(|column| *column != left_out);
    }
    squeezed(sized(&columns), room)
}

/// The columns of the screen that a table fills.
pub(super) fn table_width(columns: &[(Column, usize)]) -> usize {
    let cells: usize = columns.iter().map(|(_, width)| width).sum();
    1 + cells + GAP * columns.len().saturating_sub(1)
}

/// Gives the first words the rest, or else the name, or takes from the texts what is missing: from the
/// last ones first.
fn squeezed(mut columns: Vec<(Column, usize)>, room: usize) -> Vec<(Column, usize)> {
    let filled = table_width(&columns);
    let place = |column| columns.iter().position(|(it, _)| *it == column);
    let rest = room.saturating_sub(filled);
    match (place(Column::FirstWords), place(Column::Name)) {
        (Some(words), _) => columns[words].1 += rest,
        (None, Some(name)) => columns[name].1 += rest.min(NAME.1),
        (None, None) => {}
    }
    let mut missing = filled.saturating_sub(room);
    for (column, width) in columns.iter_mut().rev() {
        if is_text(*column) {
            let taken = missing.min(width.saturating_sub(NARROWEST));
            *width -= taken;
            missing -= taken;
        }
    }
    columns
}

fn is_text(column: Column) -> bool {
    matches!(
        column,
        Column::Name
            | Column::Callee
            | Column::Workflow
            | Column::Intention
            | Column::HandOver
            | Column::FirstWords
            | Column::Field(_)
    )
}

/// The columns of a cell, which depend only on what is known before the first row.
fn width_of(column: Column, options: &ListOptions, canvas: &Canvas) -> usize {
    let room = usize::from(canvas.width);
    match column {
        Column::Name => {
            let share = (room / 5).clamp(NAME.0, NAME.1);
            let longest = options.longest_name.map(|name| name + NUMBER);
            longest.map_or(share, |longest| longest.min(share))
        }
        Column::FirstWords => (room / 5).clamp(WORDS.0, WORDS.1),
        Column::Start => width(&start_heading(&canvas.zone)).clamp(START.0, START.1),
        Column::Duration => "11 min 47 s".len(),
        Column::Callee => "+6280000000042".len(),
        Column::EndReason => "expired".len(),
        Column::Intention => "Intention".len(),
        Column::Rounds => "Rounds".len(),
        Column::Messages => "Messages".len(),
        Column::HandOver => 10,
        Column::Verdict => "inconclusive".len(),
        Column::Findings => "99 err 99 warn".len(),
        Column::Kind => "session".len(),
        Column::Workflow | Column::Field(_) => 18,
    }
}

/// The heading of the times, which says where clocks show them: `Start UTC`, `Start Jakarta`.
pub(super) fn start_heading(zone: &Zone) -> String {
    let name = zone.name();
    let city = name.rsplit('/').next().unwrap_or(&name);
    format!("Start {city}")
}
