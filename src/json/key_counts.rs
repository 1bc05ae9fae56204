//! Counts how often each key of an object occurs.
//!
//! A hostile object has millions of keys. A hash table of keys that is larger than the processor's
//! cache misses it at every key. So the table holds only numbers, which index a list of the keys.
//! The list also holds their hashes, so that the table can grow without hashing all keys again.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// The keys of an object, each with its number of occurrences.
#[derive(Default)]
pub(super) struct KeyCounts<'a> {
    hasher: RandomState,
    /// Indices into `keys`.
    table: HashTable<u32>,
    keys: Vec<CountedKey<'a>>,
}

struct CountedKey<'a> {
    hash: u64,
    key: Cow<'a, str>,
    count: u32,
}

impl<'a> KeyCounts<'a> {
    /// Counts a key. Returns how often it occurred before; a key that was never counted here occurred
    /// `uncounted` times.
    pub(super) fn count(&mut self, key: Cow<'a, str>, uncounted: u32) -> u32 {
        let Self {
            hasher,
            table,
            keys,
        } = self;
        let hash = hasher.hash_one(&*key);
        let is_key = |at: &u32| keys[*at as usize].hash == hash && keys[*at as usize].key == key;
        match table.entry(hash, is_key, |at| keys[*at as usize].hash) {
            Entry::Occupied(entry) => {
                let counted = &mut keys[*entry.get() as usize];
                counted.count += 1;
                counted.count - 1
            }
            Entry::Vacant(entry) => {
                // Beyond 2^32 different keys, new ones are not counted any more.
                if let Ok(at) = u32::try_from(keys.len()) {
                    entry.insert(at);
                    let count = uncounted + 1;
                    keys.push(CountedKey { hash, key, count });
                }
                uncounted
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_borrowed_and_owned_keys_together() {
        let mut counts = KeyCounts::default();
        assert_eq!(counts.count(Cow::from("a"), 0), 0);
        assert_eq!(counts.count(Cow::from("b"), 1), 1);
        assert_eq!(counts.count(Cow::from("a".to_owned()), 0), 1);
        assert_eq!(counts.count(Cow::from("b"), 1), 2);
    }
}
