//! The generator behind samples: `SplitMix64`, in a dozen lines.
//!
//! It is our own because the same seed must give the same bytes on every machine and in every version.
//! Crates for random numbers promise neither: they change their streams between versions, and turn
//! numbers into choices with floats or with the width of the machine's pointers. Nothing here is
//! meant to be hard to guess.

use std::ops::RangeInclusive;

/// The step between two states: 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of numbers that only depends on its seed.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The stream `number` of a seed. Each is unrelated to its neighbours, so that a sample can be made
    /// without those before it.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        Self(mix(seed.wrapping_add(STEP)) ^ mix(number.wrapping_mul(STEP).wrapping_add(1)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `limit`, which is not zero.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        let scaled = (u128::from(self.next()) * u128::from(limit)) >> 64;
        u64::try_from(scaled).expect("it is below the limit")
    }

    /// A number of a range.
    pub(super) fn within(&mut self, range: RangeInclusive<i64>) -> i64 {
        let size = range.end().abs_diff(*range.start()) + 1;
        range.start().saturating_add_unsigned(self.below(size))
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// An index into a list of this length, which is not empty.
    pub(super) fn index(&mut self, length: usize) -> usize {
        let limit = u64::try_from(length).expect("no list is longer");
        usize::try_from(self.below(limit)).expect("it is below the length")
    }

    /// One of these, as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, items: &[(u64, T)]) -> T {
        let mut left = self.below(items.iter().map(|(weight, _)| weight).sum());
        let chosen = items.iter().find(|(weight, _)| {
            let is_chosen = left < *weight;
            left = left.saturating_sub(*weight);
            is_chosen
        });
        chosen.expect("the weights add up").1
    }

    /// An id of 32 hexadecimal digits.
    pub(super) fn id(&mut self) -> String {
        let mut id = [0; 32];
        let bytes = (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes();
        hex::encode_to_slice(bytes, &mut id).expect("two digits for each byte");
        String::from_utf8(id.to_vec()).expect("digits are text")
    }
}

/// Makes each bit of the result depend on all bits of the number.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Random, STEP, mix};

    #[test]
    fn is_split_mix_64() {
        // The first numbers of the reference implementation for the seed 1234567.
        let mut random = Random(1_234_567);
        let numbers = [(); 3].map(|()| random.next());
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
        assert_eq!(mix(STEP), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn choices_stay_within_their_limits() {
        let mut random = Random::new(1, 0);
        for _ in 0..1000 {
            assert!((-3..=3).contains(&random.within(-3..=3)));
            assert!(random.weighted(&[(1, true), (3, true), (0, false)]));
            assert_eq!(random.pick(&[7]), 7);
            assert_eq!(random.id().len(), 32);
        }
    }
}
