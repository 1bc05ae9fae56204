//! How often each key of an object was there.
//!
//! A hostile object has millions of keys. A table of them misses the processor's cache with every
//! key once it is larger than that: so the table holds only numbers, and the keys stand in a list
//! beside it, with their hashes, for the table to grow without reading them in the text again.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// The keys of an object, each with how often it was there.
#[derive(Default)]
pub(super) struct KeyCounts<'a> {
    hasher: RandomState,
    /// The places in `keys`.
    table: HashTable<u32>,
    keys: Vec<CountedKey<'a>>,
}

struct CountedKey<'a> {
    hash: u64,
    key: Cow<'a, str>,
    count: u32,
}

impl<'a> KeyCounts<'a> {
    /// Counts a key and says how often it was there before. A key that is counted for the first time
    /// was there `uncounted` times.
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
                // An object of four thousand million different keys has its first ones counted.
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
    fn tells_equal_keys_from_others_however_they_are_held() {
        let mut counts = KeyCounts::default();
        assert_eq!(counts.count(Cow::from("a"), 0), 0);
        assert_eq!(counts.count(Cow::from("b"), 1), 1);
        assert_eq!(counts.count(Cow::from("a".to_owned()), 0), 1);
        assert_eq!(counts.count(Cow::from("b"), 1), 2);
    }
}
