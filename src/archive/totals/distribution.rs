//! How a number is distributed over many sessions: its minimum, its maximum and its quantiles.
//!
//! The first [`MAX_EXACT`] numbers are kept as they are. From then on they are counted in buckets whose
//! width is less than one percent of the numbers in them, so that memory does not grow with the archive;
//! the minimum and the maximum stay exact. Which numbers came first does not matter: two distributions
//! with the same numbers are the same, however they were merged.

use std::fmt::{self, Debug};

use hdrhistogram::Histogram;

/// How many numbers are kept as they are.
const MAX_EXACT: usize = 128;
/// The significant digits of a bucket: numbers in one differ by less than one percent.
const DIGITS: u8 = 2;
/// The largest number that is told apart from larger ones: some 35 years in milliseconds.
const MAX_NUMBER: u64 = 1 << 40;

/// The distribution of a number.
#[derive(Clone, Default)]
pub struct Distribution {
    /// All numbers, as long as they are few.
    exact: Vec<u64>,
    /// All numbers, if they are many.
    buckets: Option<Box<Histogram<u64>>>,
    min: Option<u64>,
    max: Option<u64>,
}

impl Distribution {
    /// Adds a number.
    pub fn add(&mut self, number: u64) {
        self.add_many(number, 1);
    }

    /// Adds a number several times.
    fn add_many(&mut self, number: u64, count: u64) {
        self.see(number);
        if let Some(buckets) = &mut self.buckets {
            record(buckets, number, count);
        } else if count <= (MAX_EXACT - self.exact.len()) as u64 {
            self.exact.extend((0..count).map(|_| number));
        } else {
            record(self.make_buckets(), number, count);
        }
    }

    fn see(&mut self, number: u64) {
        self.min = Some(self.min.map_or(number, |min| min.min(number)));
        self.max = Some(self.max.map_or(number, |max| max.max(number)));
    }

    /// The buckets, into which the numbers so far are put.
    fn make_buckets(&mut self) -> &mut Histogram<u64> {
        let exact = std::mem::take(&mut self.exact);
        self.buckets.get_or_insert_with(|| {
            let mut buckets = empty_buckets();
            for number in exact {
                record(&mut buckets, number, 1);
            }
            Box::new(buckets)
        })
    }

    /// Adds all numbers of another distribution.
    pub fn merge(&mut self, other: Self) {
        let Some(buckets) = other.buckets else {
            for number in other.exact {
                self.add(number);
            }
            return;
        };
        // The buckets do not know the exact minimum and maximum.
        for number in [other.min, other.max].into_iter().flatten() {
            self.see(number);
        }
        if self.make_buckets().add(&*buckets).is_err() {
            unreachable!("both have the same buckets, and grow as needed");
        }
    }

    /// The number of numbers.
    pub fn count(&self) -> u64 {
        let exact = self.exact.len() as u64;
        self.buckets.as_ref().map_or(exact, |buckets| buckets.len())
    }

    /// The smallest number.
    pub fn min(&self) -> Option<u64> {
        self.min
    }

    /// The largest number.
    pub fn max(&self) -> Option<u64> {
        self.max
    }

    /// The smallest number that is at least as large as `percent` of all; within one percent, if there
    /// are many.
    pub fn percentile(&self, percent: u8) -> Option<u64> {
        let (min, max) = (self.min?, self.max?);
        if let Some(buckets) = &self.buckets {
            let number = buckets.value_at_quantile(f64::from(percent) / 100.0);
            return Some(number.clamp(min, max));
        }
        let mut sorted = self.exact.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * usize::from(percent)).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied()
    }

    /// The numbers, or the lowest one of each bucket, each with how often it is there, in order.
    pub fn counts(&self) -> Vec<(u64, u64)> {
        if let Some(buckets) = &self.buckets {
            let recorded = buckets.iter_recorded();
            let lowest = |number| buckets.lowest_equivalent(number);
            return recorded
                .map(|it| (lowest(it.value_iterated_to()), it.count_at_value()))
                .collect();
        }
        let mut sorted = self.exact.clone();
        sorted.sort_unstable();
        let mut counts: Vec<(u64, u64)> = Vec::new();
        for number in sorted {
            match counts.last_mut() {
                Some((last, count)) if *last == number => *count += 1,
                _ => counts.push((number, 1)),
            }
        }
        counts
    }

    /// The distribution with these [counts](Self::counts), minimum and maximum; `None` if no distribution
    /// has them.
    pub fn of_counts(counts: &[(u64, u64)], min: Option<u64>, max: Option<u64>) -> Option<Self> {
        let mut distribution = Self::default();
        for (number, count) in counts {
            distribution.add_many(*number, *count);
        }
        let is_empty = distribution.count() == 0;
        let is_possible = match (min, max) {
            (None, None) => is_empty,
            (Some(min), Some(max)) => !is_empty && min <= max,
            _ => false,
        };
        // The lowest number of a bucket may be below the minimum.
        (distribution.min, distribution.max) = (min, max);
        is_possible.then_some(distribution)
    }
}

fn empty_buckets() -> Histogram<u64> {
    let Ok(mut buckets) = Histogram::new_with_bounds(1, 2, DIGITS) else {
        unreachable!("the bounds and the digits are valid");
    };
    buckets.auto(true);
    buckets
}

fn record(buckets: &mut Histogram<u64>, number: u64, count: u64) {
    if buckets.record_n(number.min(MAX_NUMBER), count).is_err() {
        unreachable!("the buckets grow up to the largest number");
    }
}

impl Debug for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.counts()).finish()
    }
}

impl PartialEq for Distribution {
    fn eq(&self, other: &Self) -> bool {
        (self.min, self.max) == (other.min, other.max) && self.counts() == other.counts()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[u64]) -> Distribution {
        let mut distribution = Distribution::default();
        for number in numbers {
            distribution.add(*number);
        }
        distribution
    }

    proptest! {
        #[test]
        fn is_the_same_however_it_is_merged(
            numbers in prop::collection::vec(0..10_000_000_u64, 0..400),
            cut in 0..400_usize,
        ) {
            let (one, other) = numbers.split_at(cut.min(numbers.len()));
            let mut merged = of(one);
            let later = of(other);
            let read = Distribution::of_counts(&later.counts(), later.min(), later.max());
            let read = read.expect("the counts of a distribution");
            merged.merge(later);
            prop_assert_eq!(&merged, &of(&numbers));
            let mut merged = of(one);
            merged.merge(read);
            prop_assert_eq!(&merged, &of(&numbers));
        }

        #[test]
        fn percentiles_are_within_one_percent(
            mut numbers in prop::collection::vec(0..10_000_000_u64, 1..400),
        ) {
            let distribution = of(&numbers);
            numbers.sort_unstable();
            for percent in [50, 90, 99] {
                let rank = (numbers.len() * usize::from(percent)).div_ceil(100);
                let exact = numbers[rank - 1];
                let found = distribution.percentile(percent).expect("there are numbers");
                prop_assert!(found.abs_diff(exact) * 100 <= exact, "{percent}: {found} for {exact}");
            }
            prop_assert_eq!(distribution.min(), numbers.first().copied());
            prop_assert_eq!(distribution.max(), numbers.last().copied());
        }
    }
}
