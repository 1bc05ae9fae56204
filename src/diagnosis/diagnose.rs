//! Why one signature does not match: what is tried, and what would have matched.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::Budget;
use super::byte_edits::{Change, changes, trimmed};
use super::reserialize::{Json, MAX_BODY, Printing};
use super::secret_variants::secret_variants;
use crate::delivery::{Delivery, Headers};
use crate::signature::{
    Algorithm, Checks, Code, Hint, Key, Message, PresentedSignatures, Scheme, candidates,
};

/// What was found out about a signature that does not match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// What would have matched, the likeliest first.
    pub hints: Vec<Hint>,
    /// What was tried, in words, where nothing matches.
    pub tried: Vec<&'static str>,
}

/// Finds out why the signature of a delivery does not match; none where nothing is left of the
/// budget.
///
/// It costs some thousand times what the verdict does. A hint never changes the verdict.
///
/// ```
/// use chatlog::delivery::Headers;
/// use chatlog::diagnosis::{Budget, diagnose};
/// use chatlog::signature::{Checks, Encoding, Scheme, Secret, sign, verify};
/// # use chatlog::capture::{Limits, Record, deliveries};
/// # use chatlog::Position;
/// # let bytes = b"{\"a\":1}";
/// # let record = Record { bytes, terminator: b"", is_whole: true, start: Position::START };
/// # let mut delivery = deliveries(&record, None, &Limits::default()).deliveries.remove(0);
/// let secret = Secret::new("Jefe")?;
/// let value = sign(&delivery, &Scheme::default(), &secret, Encoding::Hex)?;
/// delivery.headers.push("X-AIRudder-Sign", value);
/// // Some editor re-formats it.
/// delivery.body = b"{ \"a\": 1 }".into();
///
/// let checks = Checks::new(Scheme::default(), [secret]);
/// assert_eq!(verify(&delivery, &checks).hints, []);
/// let diagnosis = diagnose(&delivery, &checks, &mut Budget::default()).expect("there is budget");
/// assert_eq!(diagnosis.hints[0].code.name(), "reprinted-compact");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diagnose(
    delivery: &Delivery<'_>,
    checks: &Checks,
    budget: &mut Budget,
) -> Option<Diagnosis> {
    let Ok(presented) = checks.presented(delivery) else {
        return Some(Diagnosis::default());
    };
    let Ok(message) = checks.scheme.template().fill(delivery, &checks.headers) else {
        return Some(Diagnosis::default());
    };
    if presented.digests().is_empty() {
        return Some(Diagnosis::default());
    }
    let allowance = budget.next_failure()?;
    let failure = Failure::new(delivery, checks, &presented, &message, allowance);
    let diagnosis = failure.explain();
    budget.spend(allowance - failure.left.get());
    Some(diagnosis)
}

/// A signature that does not match, and all that it was checked with.
struct Failure<'f> {
    delivery: &'f Delivery<'f>,
    checks: &'f Checks,
    presented: &'f PresentedSignatures,
    /// The scheme's own way to sign, with each of the secrets.
    usual: Vec<Way<'f>>,
    /// How many bytes may still be hashed.
    left: Cell<u64>,
}

/// A way to make a signature from a body.
struct Way<'f> {
    /// What is other than usual, and how to say so after "would match".
    other: Option<(Code, String)>,
    algorithm: Algorithm,
    key: Key,
    message: &'f Message<'f>,
}

impl<'f> Failure<'f> {
    fn new(
        delivery: &'f Delivery<'f>,
        checks: &'f Checks,
        presented: &'f PresentedSignatures,
        message: &'f Message<'f>,
        allowance: u64,
    ) -> Self {
        let usual = checks.keys.iter().map(|key| Way {
            other: None,
            algorithm: checks.scheme.algorithm(),
            key: key.clone(),
            message,
        });
        Self {
            delivery,
            checks,
            presented,
            usual: usual.collect(),
            left: Cell::new(allowance),
        }
    }

    /// What would have matched or else what was tried, the likeliest first.
    fn explain(&self) -> Diagnosis {
        let schemes = self.other_schemes();
        let messages = fill(&schemes, self.delivery, &self.checks.headers);
        let secrets = self.other_secrets();
        let algorithms = other_algorithms(&messages, &self.usual);
        let both = || self.unchanged(&other_algorithms(&messages, &secrets));
        let stages: [(&'static str, &dyn Fn() -> Option<Hint>); 5] = [
            (
                "line breaks, byte order marks and encodings of the body",
                &|| changes(&self.delivery.body).find_map(|change| self.usual(&change)),
            ),
            ("white space, quotes, hex and base64 in the secret", &|| {
                self.unchanged(&secrets)
            }),
            ("the other algorithms", &|| self.unchanged(&algorithms)),
            (self.printing(), &|| self.printed()),
            ("pairs of these", &|| {
                self.twice_changed()
                    .or_else(both)
                    .or_else(|| self.commonly_changed(&[&secrets, &algorithms]))
            }),
        ];
        let mut tried = Vec::new();
        for (what, stage) in stages {
            if let Some(hint) = stage() {
                return Diagnosis {
                    hints: vec![hint],
                    tried: Vec::new(),
                };
            }
            if self.is_exhausted() {
                tried.push("no further, for no more bytes may be hashed");
                break;
            }
            tried.push(what);
        }
        Diagnosis {
            hints: Vec::new(),
            tried,
        }
    }

    /// The hint of one of these ways, over what may have been signed.
    fn unchanged(&self, ways: &[Way<'_>]) -> Option<Hint> {
        candidates(self.delivery, self.checks.scheme.template()).find_map(|bytes| {
            let body = bytes.of(self.delivery);
            let way = ways.iter().find(|way| self.matches(way, &body))?;
            let (code, how) = way.other.as_ref()?;
            Some(Hint::new(*code, &format!("the body would match {how}")))
        })
    }

    /// The hint of a changed body, signed in one of these ways.
    fn changed(&self, change: &Change<'_>, ways: &[Way<'_>]) -> Option<Hint> {
        let way = ways.iter().find(|way| self.matches(way, &change.parts()))?;
        let what = &change.what;
        Some(match &way.other {
            None => Hint::new(change.code, &format!("the body {what} would match")),
            Some((code, how)) => Hint::new(*code, &format!("the body {what} would match {how}")),
        })
    }

    /// The hint of a changed body, signed as usual.
    fn usual(&self, change: &Change<'_>) -> Option<Hint> {
        self.changed(change, &self.usual)
    }

    fn matches(&self, way: &Way<'_>, body: &[&[u8]]) -> bool {
        if !self.presented.has(way.algorithm) {
            return false;
        }
        let parts = way.message.bytes(way.key.secret.bytes(), body);
        if !self.spend(parts.map(<[u8]>::len).sum()) {
            return false;
        }
        let hasher = way.key.hash(way.message, body);
        let mut matching = self.presented.matching(way.algorithm, &hasher);
        matching.next().is_some()
    }

    /// Takes bytes out of what may be hashed; `false` if there are not so many left.
    fn spend(&self, bytes: usize) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// How to say that the body was printed in other ways, or was not.
    fn printing(&self) -> &'static str {
        if self.delivery.body.len() > MAX_BODY {
            "no other ways to print JSON, for the body is over 16 MiB"
        } else {
            "other ways to print JSON"
        }
    }

    /// The body as JSON, printed in every way, with and without a line break at its end.
    fn printed(&self) -> Option<Hint> {
        if !self.presented.has(self.checks.scheme.algorithm()) {
            return None;
        }
        let json = Json::read(&self.delivery.body)?;
        self.prints(&json, Printing::all(), &|change| self.usual(change))
    }

    /// The hint of the first right text among those that the printings give, with and without a
    /// line break at its end.
    fn prints(
        &self,
        json: &Json<'_>,
        printings: impl Iterator<Item = Printing>,
        attempt: &dyn Fn(&Change<'_>) -> Option<Hint>,
    ) -> Option<Hint> {
        let mut seen = HashSet::new();
        printings
            .take_while(|_| !self.is_exhausted())
            .find_map(|printing| {
                let text = json.print(printing)?;
                self.spend(text.len());
                // A text that is printed as it is was not printed again, whatever stands around it.
                let is_new = text != *json.text() && seen.insert(hash_of(&text));
                let change = Change::whole(printing.code(), printing.what(), text.into_bytes());
                let ended = || attempt(&change.with_final_newline());
                is_new.then(|| attempt(&change).or_else(ended)).flatten()
            })
    }

    /// Two changes of the body's bytes at once.
    fn twice_changed(&self) -> Option<Hint> {
        let body = &*self.delivery.body;
        let ended = || changes(body).find_map(|change| self.usual(&change.with_final_newline()));
        let trimmed = || {
            changes(trimmed(body)?).find_map(|mut change| {
                change.what = format!("without its final line break and {}", change.what).into();
                self.usual(&change)
            })
        };
        ended().or_else(trimmed)
    }

    /// The likeliest of all changed bodies, signed in any of these ways.
    fn commonly_changed(&self, ways: &[&[Way<'_>]]) -> Option<Hint> {
        let body = &*self.delivery.body;
        let attempt = |change: &Change<'_>| ways.iter().find_map(|ways| self.changed(change, ways));
        changes(body)
            .find_map(|change| attempt(&change))
            .or_else(|| self.prints(&Json::read(body)?, Printing::common(), &attempt))
    }

    /// What the secrets may have been meant to be.
    fn other_secrets(&self) -> Vec<Way<'f>> {
        let several = self.usual.len() > 1;
        let mut ways = Vec::new();
        for (index, way) in self.usual.iter().enumerate() {
            let name = if several {
                format!("secret {}", index + 1)
            } else {
                "the secret".to_owned()
            };
            let others = secret_variants(&way.key.secret);
            ways.extend(others.into_iter().map(|(code, what, secret)| Way {
                other: Some((code, format!("with {name} {what}"))),
                key: Key::new(way.algorithm, secret),
                ..*way
            }));
        }
        ways
    }

    /// The same scheme with every other algorithm that can have made a signature that was given.
    fn other_schemes(&self) -> Vec<Scheme> {
        let own = &self.checks.scheme;
        let mut schemes = Vec::new();
        for algorithm in Algorithm::ALL.iter().copied() {
            if algorithm == own.algorithm() || !self.presented.has(algorithm) {
                continue;
            }
            schemes.push(own.with_algorithm(algorithm));
            if !algorithm.is_keyed() && !own.template().holds_secret() {
                schemes.extend(Scheme::of_secret_and_body(algorithm));
            }
            if algorithm.is_keyed() && own.template().holds_secret() {
                schemes.push(Scheme::new(algorithm));
            }
        }
        schemes
    }
}

/// The ways that sign as `ways` do, but with another algorithm.
fn other_algorithms<'m>(messages: &'m [(&Scheme, Message<'m>)], ways: &[Way<'_>]) -> Vec<Way<'m>> {
    messages
        .iter()
        .flat_map(|(scheme, message)| ways.iter().map(move |way| way.under(scheme, message)))
        .collect()
}

impl Way<'_> {
    /// The same way with another algorithm.
    fn under<'m>(&self, scheme: &Scheme, message: &'m Message<'m>) -> Way<'m> {
        let secret = match &self.other {
            Some((_, secret)) => format!(" {secret}"),
            None if scheme.is_secret() => String::new(),
            None => ", which has no secret in it and proves nothing".to_owned(),
        };
        let how = format!("under `{scheme}`{secret}");
        Way {
            other: Some((Code::OtherAlgorithm, how)),
            algorithm: scheme.algorithm(),
            key: Key::new(scheme.algorithm(), self.key.secret.clone()),
            message,
        }
    }
}

fn fill<'s>(
    schemes: &'s [Scheme],
    delivery: &'s Delivery<'_>,
    headers: &'s Headers<'_>,
) -> Vec<(&'s Scheme, Message<'s>)> {
    schemes
        .iter()
        .filter_map(|scheme| Some((scheme, scheme.template().fill(delivery, headers).ok()?)))
        .collect()
}

/// A hash to know a text again by.
fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
