//! A row for programs: the values of each column, as many as it has keys.

use crate::Text;
use crate::archive::{Column, RowKind, SessionRow};
use crate::signature::Verdict;
use crate::view::Zone;
use crate::view::csv::Cell;

/// The values of a column in a row, in the order of its keys.
pub(super) fn cells<'r>(
    column: Column,
    row: &'r SessionRow,
    zone: &Zone,
) -> impl Iterator<Item = Cell<'r>> {
    let (first, second) = match column {
        Column::Name => (
            Cell::Text(row.origin.source.as_str().into()),
            Some(Cell::Count(row.origin.index)),
        ),
        Column::HandOver => {
            let hand_over = row.hand_over.as_ref();
            let agent = Cell::text(hand_over.and_then(|it| it.seat.as_ref()));
            let number = hand_over.map_or(Cell::Empty, |it| Cell::Count(it.message + 1));
            (agent, Some(number))
        }
        Column::Findings => (Cell::Count(row.errors), Some(Cell::Count(row.warnings))),
        column => (cell(column, row, zone), None),
    };
    [first].into_iter().chain(second)
}

/// The value of a column that has one key.
fn cell<'r>(column: Column, row: &'r SessionRow, zone: &Zone) -> Cell<'r> {
    let text = |text: &'r Option<Text<'static>>| Cell::text(text.as_ref());
    match column {
        Column::Kind => Cell::Word(row.kind.name().into()),
        Column::Start => Cell::word(row.start.map(|start| zone.rfc3339(start))),
        Column::Duration => {
            let seconds = row.duration.map(|it| it.as_secs_f64());
            seconds.map_or(Cell::Empty, Cell::Seconds)
        }
        Column::Callee => text(&row.callee),
        Column::Workflow => text(&row.workflow),
        Column::EndReason => text(&row.end_reason),
        Column::Intention => text(&row.intention),
        Column::Rounds => {
            let rounds = row.rounds.as_ref();
            rounds.map_or(Cell::Empty, |it| Cell::Number(it.as_str().into()))
        }
        Column::Messages if row.kind == RowKind::Session => Cell::Count(row.messages),
        Column::Verdict => Cell::word(row.verdict.map(Verdict::name)),
        Column::FirstWords => text(&row.first_words),
        Column::Field(field) => Cell::text(row.field(field)),
        // What is not a session has no messages; the others have two keys.
        Column::Messages | Column::Name | Column::HandOver | Column::Findings => Cell::Empty,
    }
}
