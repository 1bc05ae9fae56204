//! The identities that were collected from a delivery, with the pseudonyms that are shown instead.

use foldhash::HashMap;
use std::ops::Range;

use super::forms::{Forms, Match, letters_of};
use super::patterns::{Pattern, PatternKind};
use super::pseudonyms::Kind;
use super::words;

/// How an identity is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Shown {
    /// As these digits, which are grouped if the identity was.
    Phone(String),
    /// As these words.
    Words(String),
    /// As a pseudonym that this gets where it is found first.
    Pattern(Kind, String),
}

/// The identities of a delivery.
#[derive(Debug, Default)]
pub(super) struct Known {
    forms: Forms,
    identities: Vec<Identity>,
    /// The pseudonyms that were given out.
    pseudonyms: Forms,
    /// The numbers of the identities.
    numbers: HashMap<Shown, usize>,
}

#[derive(Debug)]
struct Identity {
    shown: Shown,
    /// Whether it is a pseudonym already, and stands for itself.
    is_own: bool,
}

impl Known {
    /// Adds a name or a value, with the pseudonym that was given to it.
    pub(super) fn add(&mut self, identity: &str, pseudonym: &str) {
        let is_own = identity == pseudonym;
        let id = self.identity(Shown::Words(pseudonym.to_owned()), is_own);
        if is_own {
            self.forms.add_exactly(identity, id);
        } else if is_searched(identity) {
            self.forms.add(identity, id);
        }
    }

    /// Adds a part of a name.
    pub(super) fn add_part(&mut self, part: &str, pseudonym: &str) {
        let id = self.identity(Shown::Words(pseudonym.to_owned()), false);
        self.forms.add(part, id);
    }

    /// Adds a number of digits, which may also be written without the code of its country.
    pub(super) fn add_phone(&mut self, digits: &str, pseudonym: &str) {
        let is_own = digits == pseudonym;
        let id = self.identity(Shown::Phone(pseudonym.to_owned()), is_own);
        self.forms.add(digits, id);
        if is_own {
            return;
        }
        let national = (1..=3).filter_map(|code| digits.get(code..));
        for digits in national.filter(|digits| digits.len() >= 8) {
            self.forms.add(digits, id);
        }
    }

    /// Adds what a text holds, and no field does.
    pub(super) fn add_pattern(&mut self, pattern: &Pattern) {
        let kind = match pattern.kind {
            PatternKind::Email => Kind::Email,
            _ => Kind::Phone,
        };
        let id = self.identity(Shown::Pattern(kind, pattern.folded.clone()), false);
        self.forms.add(&pattern.folded, id);
    }

    /// Notes the pseudonym that a pattern has got.
    pub(super) fn settle(&mut self, kind: &Kind, identity: &str, pseudonym: &str) {
        let pattern = Shown::Pattern(kind.clone(), identity.to_owned());
        if let Some(id) = self.numbers.get(&pattern) {
            self.identities[*id].is_own = identity == pseudonym;
        }
    }

    /// Notes a pseudonym that was given out.
    pub(super) fn give(&mut self, kind: &Kind, pseudonym: &str) {
        match kind {
            Kind::Phone => self.pseudonyms.add(pseudonym, 0),
            _ => self.pseudonyms.add_exactly(pseudonym, 0),
        }
    }

    fn identity(&mut self, shown: Shown, is_own: bool) -> usize {
        *self.numbers.entry(shown.clone()).or_insert_with(|| {
            self.identities.push(Identity { shown, is_own });
            self.identities.len() - 1
        })
    }

    /// Finds the identities in a text.
    pub(super) fn find(&self, text: &str) -> Vec<Match> {
        self.forms.find(text)
    }

    /// How an identity is shown.
    pub(super) fn shown(&self, id: usize) -> &Shown {
        &self.identities[id].shown
    }

    /// Whether an identity is a pseudonym already.
    fn is_own(&self, id: usize) -> bool {
        self.identities[id].is_own
    }

    /// Whether an identity is a pseudonym already, and found only as it is.
    pub(super) fn is_settled(&self, id: usize) -> bool {
        let is_number = match self.shown(id) {
            Shown::Phone(_) => true,
            Shown::Pattern(kind, _) => *kind == Kind::Phone,
            Shown::Words(_) => false,
        };
        self.is_own(id) && !is_number
    }

    /// Whether there is anything in a text that should have been replaced: an identity that is not,
    /// in whole or in part, a pseudonym.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let is_own = |found: &Match| found.id.is_some_and(|id| self.is_own(id));
        let mut found = self
            .forms
            .find(text)
            .into_iter()
            .filter(|found| !is_own(found))
            .peekable();
        if found.peek().is_none() {
            return false;
        }
        let given = self.pseudonyms.find(text).into_iter();
        let mut given: Vec<_> = given.map(|given| given.bytes).collect();
        given.dedup_by(|next, first| {
            let overlaps = next.start < first.end;
            if overlaps {
                first.end = first.end.max(next.end);
            }
            overlaps
        });
        found.any(|found| !overlaps(&found.bytes, &given))
    }
}

/// Whether a value is looked for in texts: not if it is a single letter or digit, a yes or no, or the
/// scheme of links, which are everywhere and nobody's.
fn is_searched(identity: &str) -> bool {
    let is_single = matches!(letters_of(identity)[..], [c] if c.is_ascii());
    let is_scheme = matches!(identity.trim(), "http" | "https");
    !is_single && !is_scheme && !words::is_flag(identity.trim())
}

/// Whether some bytes are among others, which are in order.
pub(super) fn overlaps(bytes: &Range<usize>, others: &[Range<usize>]) -> bool {
    let next = others.partition_point(|other| other.end <= bytes.start);
    let next = others.get(next);
    next.is_some_and(|other| other.start < bytes.end)
}
