//! Signatures that belong to another delivery of the same run.
//!
//! Whoever saves headers and bodies apart can pair them wrongly. To find that out, the detector
//! keeps two maps over all deliveries of a run: from each signature that a body *should have* to the
//! delivery with that body, and from each signature that came with a *failed* delivery to that
//! delivery. Looking up the signatures of a failure in both answers two questions:
//!
//! - which delivery has the body for the signature that came with this one (its *owner*);
//! - which failed delivery came with the signature for the body of this one (its *holder*).
//!
//! If owner and holder are the same delivery, the two were swapped. The answer may depend on a
//! delivery that comes last, so it can be asked for only after all were entered. Verification
//! computes every one of these signatures anyway: the detector hashes nothing.

use std::collections::HashMap;
use std::fmt::{self, Debug};
use std::sync::Arc;

use crate::Text;
use crate::signature::{Code, ComparedDigests, Digest, Hint, Signature, Verdict};

/// Finds failed signatures that belong to another delivery.
///
/// [Enter](SwapDetector::enter) every delivery of a run, then ask for the
/// [hint](SwapDetector::hint) of each that failed. It keeps about 200 bytes for each signature, and
/// compares the first [`SwapDetector::MAX_DELIVERIES`] deliveries only.
#[derive(Default)]
pub struct SwapDetector {
    entries: Vec<Entry>,
    /// For each signature, the first delivery that should have it.
    owners: HashMap<Digest, usize>,
    /// For each signature, the first failed delivery that came with it.
    holders: HashMap<Digest, usize>,
}

struct Entry {
    source: Arc<str>,
    index: usize,
    verdict: Verdict,
    /// The signatures that came with it.
    presented: Vec<Digest>,
    /// The signatures it should have: one for each secret and candidate.
    expected: Vec<Digest>,
}

/// Identifies a delivery that was entered into a [`SwapDetector`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryId(usize);

impl SwapDetector {
    /// How many deliveries are compared.
    pub const MAX_DELIVERIES: usize = 10_000;
    /// How many of the signatures that came with one delivery are kept.
    const MAX_PRESENTED: usize = 4;
    /// How many signatures are kept in all: with many secrets each delivery has many.
    const MAX_DIGESTS: usize = 100_000;

    /// Enters a delivery, the `index`th of its source (from 1), with its verified signature. Returns
    /// `None` if there is no more room.
    pub fn enter(
        &mut self,
        source: &str,
        index: usize,
        signature: &Signature,
    ) -> Option<DeliveryId> {
        let id = self.entries.len();
        let ComparedDigests {
            presented,
            expected,
        } = &signature.compared;
        if id >= Self::MAX_DELIVERIES || self.owners.len() + expected.len() > Self::MAX_DIGESTS {
            return None;
        }
        let presented: Vec<Digest> = presented
            .iter()
            .take(Self::MAX_PRESENTED)
            .copied()
            .collect();
        note(&mut self.owners, expected, id);
        if signature.verdict != Verdict::Valid {
            note(&mut self.holders, &presented, id);
        }
        self.entries.push(Entry {
            source: self.shared(source),
            index,
            verdict: signature.verdict,
            presented,
            expected: expected.clone(),
        });
        Some(DeliveryId(id))
    }

    /// The name of a source, kept once for all of its deliveries.
    fn shared(&self, source: &str) -> Arc<str> {
        match self.entries.last() {
            Some(last) if &*last.source == source => Arc::clone(&last.source),
            _ => Arc::from(source),
        }
    }

    /// Says where the signature of a failed delivery belongs, or which delivery has its own.
    /// Returns `None` if the delivery is valid, or if no other delivery is involved.
    pub fn hint(&self, id: DeliveryId) -> Option<Hint> {
        let entry = self.entries.get(id.0)?;
        if entry.verdict == Verdict::Valid {
            return None;
        }
        let owner = self.find(&entry.presented, &self.owners);
        let holder = self.find(&entry.expected, &self.holders);
        let found = match (owner, holder) {
            (Some(owner), Some(holder)) if std::ptr::eq(owner, holder) => {
                format!("the signatures of this delivery and {owner} are swapped")
            }
            // The same signature at two deliveries is that of one request, saved twice.
            (Some(owner), _) if owner.verdict == Verdict::Valid && shares(entry, owner) => {
                return Some(saved_twice(owner));
            }
            (Some(owner), _) => format!("the signature is that of {owner}"),
            (None, Some(holder)) => format!("the signature of this delivery came with {holder}"),
            (None, None) => return None,
        };
        Some(Hint::new(Code::SwappedDeliveries, &found))
    }

    /// The delivery that the first known of these signatures leads to.
    fn find(&self, digests: &[Digest], deliveries: &HashMap<Digest, usize>) -> Option<&Entry> {
        let found = digests.iter().find_map(|digest| deliveries.get(digest))?;
        self.entries.get(*found)
    }
}

/// Notes the delivery for each of its signatures, unless an earlier one has it.
fn note(deliveries: &mut HashMap<Digest, usize>, digests: &[Digest], id: usize) {
    for digest in digests {
        deliveries.entry(*digest).or_insert(id);
    }
}

fn saved_twice(valid: &Entry) -> Hint {
    Hint {
        code: Code::SwappedDeliveries,
        message: format!(
            "{valid} has this signature too: it may be the same request, saved more faithfully there"
        ),
        difference: None,
    }
}

/// Whether two deliveries came with the same signature.
fn shares(one: &Entry, other: &Entry) -> bool {
    one.presented
        .iter()
        .any(|digest| other.presented.contains(digest))
}

/// Shows a delivery as the input that would name it alone, `source#index`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}#{}`", Text::from(&*self.source), self.index)
    }
}

impl Debug for SwapDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SwapDetector({} deliveries)", self.entries.len())
    }
}
