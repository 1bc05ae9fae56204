//! Copies of one delivery in one record: a mock server keeps the body as a string and in base64, a
//! web framework the raw body and the parsed one.

use foldhash::HashMap;

use super::super::json_equality::ComparedJson;
use super::found::Found;
use crate::delivery::{Ambiguity, Doubt, Fidelity};

/// Merges the copies among notifications that members of one object hold. `alone` are the indices of
/// those that are the only one in their member; others are items of a list, and no copies.
pub(super) fn merge<'t>(found: Vec<Found<'t>>, alone: &[usize]) -> Vec<Found<'t>> {
    let hasher = ComparedJson::new(b"");
    let mut alone = alone.iter().copied().peekable();
    let mut merged: Vec<(Found<'t>, Option<u64>)> = Vec::with_capacity(found.len());
    // Where in `merged` the delivery of a sender, or with a content, is.
    let mut by_sender = HashMap::default();
    let mut by_content = HashMap::default();
    for (index, found) in found.into_iter().enumerate() {
        if alone.next_if_eq(&index).is_none() {
            merged.push((found, None));
            continue;
        }
        let hash = hasher.hash_of(&found.body.bytes);
        let sender = found.sender;
        let same_content = hash.and_then(|hash| by_content.get(&hash));
        let known = same_content.or_else(|| by_sender.get(&sender?)).copied();
        let at = known.unwrap_or(merged.len());
        by_content.extend(hash.map(|hash| (hash, at)));
        by_sender.extend(sender.map(|sender| (sender, at)));
        match merged.get_mut(at) {
            Some(copy) => copy.0.add_copy(&mut copy.1, found, hash),
            None => merged.push((found, hash)),
        }
    }
    merged.into_iter().map(|(found, _)| found).collect()
}

impl Found<'_> {
    /// Adds another copy of the same delivery, and keeps the more faithful one. `own` and `hash` are
    /// the hashes of what the two say.
    fn add_copy(&mut self, own: &mut Option<u64>, mut other: Self, hash: Option<u64>) {
        let differs = match (*own, hash) {
            (Some(own), Some(hash)) => own != hash,
            _ => self.body.bytes != other.body.bytes,
        };
        if other.body.fidelity < self.body.fidelity {
            std::mem::swap(self, &mut other);
            // The delivery starts with its first copy, so that deliveries stay in order.
            self.entry = other.entry;
            *own = hash;
        }
        // What is in doubt about a copy that is not read does not matter, unless its headers are.
        if other.is_signed && !self.is_signed || self.sender.is_none() {
            self.take_request(&mut other);
        }
        let difference = differs.then(|| self.difference(&other.path, other.body.fidelity));
        // One difference is said, of however many.
        let differences = [self.difference.take(), other.difference, difference];
        let differences = differences.into_iter().flatten();
        self.difference = differences.max_by_key(|it| it.doubt);
    }

    /// The ambiguity of two copies that differ, of which this one is read.
    fn difference(&self, other: &str, fidelity: Fidelity) -> Ambiguity {
        let read = &self.path;
        if self.body.fidelity < fidelity {
            let message = format!(
                "the body at `{other}` differs from the one at `{read}`, which was read because it \
                 is more faithful"
            );
            return Ambiguity::new(Doubt::Settled, message);
        }
        let message = format!(
            "the bodies at `{read}` and `{other}` differ, and either may have been sent: the first \
             one was read"
        );
        Ambiguity::new(Doubt::OfBoth, message)
    }
}
