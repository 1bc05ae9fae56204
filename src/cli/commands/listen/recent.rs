//! Recognizes redeliveries: bodies that have arrived before. Senders deliver again what was not
//! answered, or not in time, so a receiver must expect it.

use std::collections::{HashMap, VecDeque};

use sha2::{Digest, Sha256};

/// How many bodies are remembered, by their hashes.
const MAX_REMEMBERED: usize = 10_000;

/// A hash of a body.
pub(super) type BodyHash = [u8; 32];

/// The last bodies that arrived, each with the name of its first delivery.
#[derive(Debug, Default)]
pub(super) struct RecentBodies {
    names: HashMap<BodyHash, String>,
    order: VecDeque<BodyHash>,
}

impl RecentBodies {
    pub(super) fn hash(body: &[u8]) -> BodyHash {
        Sha256::digest(body).into()
    }

    /// Remembers a body. Returns the name of the first delivery that had the same one.
    pub(super) fn add(&mut self, hash: BodyHash, name: &str) -> Option<&str> {
        if self.names.contains_key(&hash) {
            return self.names.get(&hash).map(String::as_str);
        }
        if self.order.len() == MAX_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.names.remove(&oldest);
        }
        self.order.push_back(hash);
        self.names.insert(hash, name.to_owned());
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_body_is_forgotten() {
        let mut recent = RecentBodies::default();
        let hash = |number: usize| RecentBodies::hash(number.to_string().as_bytes());
        for number in 0..MAX_REMEMBERED {
            assert_eq!(recent.add(hash(number), &number.to_string()), None);
        }
        assert_eq!(recent.add(hash(0), "again"), Some("0"));
        assert_eq!(recent.add(hash(MAX_REMEMBERED), "new"), None);
        assert_eq!(recent.add(hash(0), "forgotten"), None);
        assert_eq!(recent.names.len(), MAX_REMEMBERED);
    }
}
