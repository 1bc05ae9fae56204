//! Sorting rows, all of them or only the first few.
//!
//! Rows without a value come last in either direction, and rows with the same value stay in the order
//! in which they were added. Of a number of rows that are wanted, no more are ever held.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::num::NonZeroUsize;

use super::{Column, SessionRow};

/// What rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sorting {
    /// The column.
    pub column: Column,
    /// Whether the largest value comes first.
    pub is_descending: bool,
}

impl Sorting {
    fn compare(self, one: &SessionRow, other: &SessionRow) -> Ordering {
        let [one, other] = [one, other].map(|row| self.column.sort_key(row));
        match (one, other) {
            (Some(one), Some(other)) if self.is_descending => other.cmp(&one),
            (Some(one), Some(other)) => one.cmp(&other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
    }
}

/// Rows that are being sorted.
#[derive(Debug)]
pub struct Ranking {
    sorting: Sorting,
    most: Option<NonZeroUsize>,
    added: usize,
    /// The last row is on top, so that it makes room for a better one.
    rows: BinaryHeap<Ranked>,
}

impl Ranking {
    /// An empty ranking, of which the first `most` rows are wanted, or all.
    pub fn new(sorting: Sorting, most: Option<NonZeroUsize>) -> Self {
        Self {
            sorting,
            most,
            added: 0,
            rows: BinaryHeap::new(),
        }
    }

    /// Adds a row. The order of adding decides between rows with the same value.
    pub fn add(&mut self, row: SessionRow) {
        self.added += 1;
        self.rows.push(Ranked {
            sorting: self.sorting,
            number: self.added,
            row,
        });
        if self.most.is_some_and(|most| self.rows.len() > most.get()) {
            self.rows.pop();
        }
    }

    /// The rows that are wanted, in order.
    pub fn into_rows(self) -> impl ExactSizeIterator<Item = SessionRow> {
        let rows = self.rows.into_sorted_vec();
        rows.into_iter().map(|ranked| ranked.row)
    }
}

/// A row with all that decides about its rank.
#[derive(Debug)]
struct Ranked {
    sorting: Sorting,
    /// The row's number among those added.
    number: usize,
    row: SessionRow,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = self.sorting.compare(&self.row, &other.row);
        by_value.then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::archive::row::tests::row_of;

    fn ranked(seconds: &[Option<i64>], sorting: Sorting, most: usize) -> Vec<(usize, Option<i64>)> {
        let row = row_of("{}");
        let mut ranking = Ranking::new(sorting, NonZeroUsize::new(most));
        for (index, seconds) in seconds.iter().enumerate() {
            let mut row = row.clone();
            row.origin.index = index;
            row.duration = seconds.map(SignedDuration::from_secs);
            ranking.add(row);
            assert!(most == 0 || ranking.rows.len() <= most);
        }
        let rows = ranking.into_rows();
        rows.map(|row| (row.origin.index, row.duration.map(|it| it.as_secs())))
            .collect()
    }

    proptest! {
        #[test]
        fn the_first_rows_are_those_of_a_stable_sort_of_all(
            seconds in prop::collection::vec(prop::option::of(-3..3_i64), 0..40),
            is_descending: bool,
            most in 0..50_usize,
        ) {
            let mut want: Vec<_> = seconds.iter().copied().enumerate().collect();
            want.sort_by_key(|(_, it)| (it.is_none(), if is_descending { it.map(|it| -it) } else { *it }));
            want.truncate(if most == 0 { want.len() } else { most });
            let column = Column::Duration;
            prop_assert_eq!(ranked(&seconds, Sorting { column, is_descending }, most), want);
        }
    }

    #[test]
    fn numbers_are_sorted_as_numbers_and_what_is_not_there_comes_last() {
        let rows = ["9", "10", "-1", "\"x\"", "123456789012345678901234567890"];
        for (is_descending, want) in [(false, [3, 1, 2, 5, 4]), (true, [5, 2, 1, 3, 4])] {
            let column = Column::Rounds;
            let mut ranking = Ranking::new(
                Sorting {
                    column,
                    is_descending,
                },
                None,
            );
            for (index, rounds) in rows.iter().enumerate() {
                let mut row = row_of(&format!(r#"{{"talk_round": {rounds}, "messages": []}}"#));
                row.origin.index = index + 1;
                ranking.add(row);
            }
            let order: Vec<_> = ranking.into_rows().map(|row| row.origin.index).collect();
            assert_eq!(order, want);
        }
    }
}
