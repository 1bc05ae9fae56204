//! Values for each of some names: sessions by end reason, messages by sender, totals of a group.
//!
//! Strangers write the names, so only the first [`MAX_NAMES`] are told apart, and what comes under any
//! other name is kept together. The order of the input decides which are the first, so the same input
//! gives the same breakdown, however it was divided among workers. Only if a single part has more names
//! than that does it matter where it was cut: a name may be among the others of a part, and known in the
//! rest. Sums are always those of the whole.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// How many names are told apart.
pub const MAX_NAMES: usize = 10_000;
/// Up to how many names are searched one by one, which is faster than a hash of so few.
const MAX_SEARCHED: usize = 10;
/// How many bytes are kept of each part of a name. Names that begin alike for so long are one.
const MAX_PART: usize = 256;
/// The most parts of a name.
pub(super) const MAX_PARTS: usize = 8;

/// The name of a value: one part for each column, `None` if a session has nothing there.
pub type Name = Box<[Option<Box<str>>]>;

/// Values by name, in the order in which the names came up.
#[derive(Debug, Clone, Default)]
pub struct Breakdown<V> {
    entries: Vec<(Name, V)>,
    /// The places in `entries`, by name.
    places: HashTable<usize>,
    /// What came under further names.
    pub others: V,
}

impl<V: Default> Breakdown<V> {
    /// The value for a name.
    ///
    /// # Panics
    /// If the name has more than eight parts.
    pub fn value(&mut self, name: &[Option<&str>]) -> &mut V {
        let mut kept = [None; MAX_PARTS];
        let kept = &mut kept[..name.len()];
        for (kept, part) in kept.iter_mut().zip(name) {
            *kept = part.map(|part| &part[..part.floor_char_boundary(MAX_PART)]);
        }
        match self.place(kept) {
            Some(place) => &mut self.entries[place].1,
            None => &mut self.others,
        }
    }

    /// The place of a name, which is new or known; `None` if there are too many.
    fn place(&mut self, name: &[Option<&str>]) -> Option<usize> {
        let entries = &self.entries;
        if entries.len() <= MAX_SEARCHED
            && let Some(place) = entries.iter().position(|(kept, _)| is_same(kept, name))
        {
            return Some(place);
        }
        let hash = FixedState::default().hash_one(name);
        let is_same = |place: &usize| is_same(&entries[*place].0, name);
        if let Some(place) = self.places.find(hash, is_same) {
            return Some(*place);
        }
        if self.entries.len() == MAX_NAMES {
            return None;
        }
        let place = entries.len();
        let hash_of =
            |place: &usize| FixedState::default().hash_one(&borrowed(&entries[*place].0)[..]);
        self.places.insert_unique(hash, place, hash_of);
        let owned = name.iter().map(|part| part.map(Box::from)).collect();
        self.entries.push((owned, V::default()));
        Some(place)
    }

    /// Adds a later breakdown; `add` adds a later value to an earlier one.
    pub fn merge(&mut self, later: Self, add: impl Fn(&mut V, V)) {
        for (name, value) in later.entries {
            add(self.value(&borrowed(&name)), value);
        }
        add(&mut self.others, later.others);
    }

    /// The names with their values, in the order in which they came up.
    pub fn iter(&self) -> impl Iterator<Item = (&[Option<Box<str>>], &V)> {
        self.entries.iter().map(|(name, value)| (&**name, value))
    }

    /// The number of names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no names.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Breakdown<u64> {
    /// Counts one under a name.
    pub fn count(&mut self, name: &[Option<&str>]) {
        *self.value(name) += 1;
    }

    /// The names with their counts, the most frequent first, and then by name.
    pub fn ranked(&self) -> Vec<(&[Option<Box<str>>], u64)> {
        let mut ranked: Vec<_> = self.iter().map(|(name, count)| (name, *count)).collect();
        ranked.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(other.0)));
        ranked
    }

    /// The names with their counts, by name.
    pub fn by_name(&self) -> Vec<(&[Option<Box<str>>], u64)> {
        let mut sorted: Vec<_> = self.iter().map(|(name, count)| (name, *count)).collect();
        sorted.sort();
        sorted
    }

    /// The sum of all counts.
    pub fn sum(&self) -> u64 {
        self.others + self.iter().map(|(_, count)| count).sum::<u64>()
    }
}

fn borrowed(name: &[Option<Box<str>>]) -> Vec<Option<&str>> {
    name.iter().map(Option::as_deref).collect()
}

fn is_same(kept: &[Option<Box<str>>], name: &[Option<&str>]) -> bool {
    let mut parts = kept.iter().zip(name);
    kept.len() == name.len() && parts.all(|(kept, part)| kept.as_deref() == *part)
}
