//! Findings that say the same of several places, as one.
//!
//! The places are put together by the [`Pattern`](crate::finding::Pattern) of their findings, so
//! that a sentence is read once. Nothing is hidden by that: each block counts its places and names
//! them, and every other format lists each finding.

use foldhash::HashMap;
use foldhash::fast::RandomState;

use crate::Text;
use crate::finding::Finding;

/// How many messages, ranges of messages, or pointers are named.
const MAX_NAMED: usize = 8;
/// The number of characters that are shown of a pointer.
const MAX_POINTER: usize = 60;

/// A finding, and those after it that say the same of other places.
pub(super) struct Repeated<'r> {
    pub(super) first: &'r Finding,
    pub(super) others: Vec<&'r Finding>,
}

impl<'r> Repeated<'r> {
    /// Every finding on its own.
    pub(super) fn none(findings: &'r [Finding]) -> Vec<Self> {
        findings.iter().map(Self::alone).collect()
    }

    /// Findings that say the same as one, in the order of the first of each.
    pub(super) fn all(findings: &'r [Finding]) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        let mut known = HashMap::with_capacity_and_hasher(findings.len(), RandomState::default());
        for finding in findings {
            let next = blocks.len();
            let block = *known.entry(finding.pattern()).or_insert(next);
            match blocks.get_mut(block) {
                Some(block) => block.others.push(finding),
                None => blocks.push(Self::alone(finding)),
            }
        }
        blocks
    }

    fn alone(first: &'r Finding) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }

    /// Counts and names the other places, such as `and 15 more: messages 2–16`; `None` if there are
    /// none.
    pub(super) fn more(&self) -> Option<String> {
        let count = self.others.len();
        let messages = self.others.iter().map(|finding| finding.pointer.message());
        let places = match messages.collect::<Option<Vec<_>>>() {
            Some(messages) => in_messages(messages),
            None => listed(self.others.iter().map(|finding| pointer(finding))),
        };
        (count > 0).then(|| format!("and {count} more: {places}"))
    }
}

fn pointer(finding: &Finding) -> String {
    let pointer = Text::from(finding.pointer.to_json_pointer());
    pointer.shortened(MAX_POINTER).to_string()
}

/// Names messages by their numbers from 1, given their indices from 0: `messages 2–4, 7`.
fn in_messages(mut indices: Vec<usize>) -> String {
    indices.sort_unstable();
    indices.dedup();
    let noun = if indices.len() == 1 {
        "message"
    } else {
        "messages"
    };
    let ranges = indices.chunk_by(|one, next| one + 1 == *next);
    let range = |range: &[usize]| match range {
        [first, .., last] if last - first > 1 => vec![format!("{}–{}", first + 1, last + 1)],
        few => few.iter().map(|index| (index + 1).to_string()).collect(),
    };
    format!("{noun} {}", listed(ranges.flat_map(range)))
}

/// The first of these names, with a mark if there are more.
fn listed(mut names: impl Iterator<Item = String>) -> String {
    let mut first: Vec<String> = names.by_ref().take(MAX_NAMED).collect();
    first.extend(names.next().map(|_| "…".to_owned()));
    first.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_named_by_numbers_and_ranges() {
        for (indices, want) in [
            (&[3][..], "message 4"),
            (&[3, 3, 3], "message 4"),
            (&[1, 2, 3, 4], "messages 2–5"),
            (&[0, 1, 4], "messages 1, 2, 5"),
            (&[8, 1, 2, 3], "messages 2–4, 9"),
            (
                &[0, 2, 4, 6, 8, 10, 12, 14, 16],
                "messages 1, 3, 5, 7, 9, 11, 13, 15, …",
            ),
        ] {
            assert_eq!(in_messages(indices.to_vec()), want);
        }
    }
}
