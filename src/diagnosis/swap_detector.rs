//! The signatures of a run's deliveries, to find those that were swapped.

use std::collections::HashMap;
use std::fmt::{self, Debug};
use std::sync::Arc;

use crate::Text;
use crate::signature::{Code, Digest, Hint, Signature, Verdict};

/// The signatures that the deliveries of a run came with, and those they should have had.
///
/// A failed signature may belong to another delivery: that can be said once all were seen. It
/// keeps what it needs of the first [`SwapDetector::MAX_DELIVERIES`] deliveries; those that come later are not
/// compared.
#[derive(Default)]
pub struct SwapDetector {
    entries: Vec<Entry>,
    /// The delivery that gives a signature.
    expected: HashMap<Digest, usize>,
    /// The delivery that came with a signature, where it was the wrong one.
    given: HashMap<Digest, usize>,
}

struct Entry {
    source: Arc<str>,
    index: usize,
    verdict: Verdict,
    given: Vec<Digest>,
    expected: Vec<Digest>,
}

/// The number of a delivery in a [`SwapDetector`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line(usize);

impl SwapDetector {
    /// How many deliveries it keeps.
    pub const MAX_DELIVERIES: usize = 10_000;
    /// How many signatures it keeps that came with one delivery.
    const MAX_PRESENTED: usize = 4;
    /// How many signatures it keeps in all: with many secrets each delivery has many.
    const MAX_DIGESTS: usize = 100_000;

    /// Notes the signature of a delivery, which is the `index`th of its source, from 1.
    pub fn enter(&mut self, source: &str, index: usize, signature: &Signature) -> Option<Line> {
        let line = self.entries.len();
        let expected = &signature.fingerprints.expected;
        if line >= Self::MAX_DELIVERIES || self.expected.len() + expected.len() > Self::MAX_DIGESTS
        {
            return None;
        }
        let source = match self.entries.last() {
            Some(last) if &*last.source == source => Arc::clone(&last.source),
            _ => Arc::from(source),
        };
        let expected = expected.clone();
        let given = signature
            .fingerprints
            .presented
            .iter()
            .take(Self::MAX_PRESENTED);
        let given: Vec<Digest> = given.copied().collect();
        for digest in &expected {
            self.expected.entry(*digest).or_insert(line);
        }
        if signature.verdict != Verdict::Valid {
            for digest in &given {
                self.given.entry(*digest).or_insert(line);
            }
        }
        self.entries.push(Entry {
            source,
            index,
            verdict: signature.verdict,
            given,
            expected,
        });
        Some(Line(line))
    }

    /// Says where the signature of a failed delivery belongs, or who has its own.
    pub fn hint(&self, line: Line) -> Option<Hint> {
        let entry = self.entries.get(line.0)?;
        if entry.verdict == Verdict::Valid {
            return None;
        }
        let find = |digests: &[Digest], lines: &HashMap<Digest, usize>| {
            let found = digests.iter().find_map(|digest| lines.get(digest))?;
            self.entries.get(*found)
        };
        let owner = find(&entry.given, &self.expected);
        let holder = find(&entry.expected, &self.given);
        let found = match (owner, holder) {
            (Some(owner), Some(holder)) if std::ptr::eq(owner, holder) => {
                format!("it has the signature of {owner}, and that one has its own")
            }
            // The same signature at two deliveries is that of one request, saved twice.
            (Some(owner), _) if owner.verdict == Verdict::Valid && shares(entry, owner) => {
                let message = format!(
                    "{owner} has this signature too: it may be the same request, saved more faithfully there"
                );
                return Some(Hint {
                    code: Code::SwappedDeliveries,
                    message,
                });
            }
            (Some(owner), _) => format!("it has the signature of {owner}"),
            (None, Some(holder)) => format!("its own signature is at {holder}"),
            (None, None) => return None,
        };
        Some(Hint::new(Code::SwappedDeliveries, &found))
    }
}

/// Says whether two deliveries came with the same signature.
fn shares(one: &Entry, other: &Entry) -> bool {
    one.given.iter().any(|digest| other.given.contains(digest))
}

/// As an input of its own, whose number tells it from its neighbours even where that is the first.
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
