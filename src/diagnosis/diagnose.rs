//! Why one signature does not match: what is tried, in which order, and what would have matched.
//!
//! The search makes one signature after another and stops at the first that was presented. Its
//! order is that of [`STAGES`], the likeliest and the cheapest first: the bytes of the body, the
//! secret, the algorithm, the JSON of the body, and then two of these at once. It stops early once
//! it has hashed as many bytes as the [`Budget`] allows.

use std::cell::Cell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::Budget;
use super::byte_edits::{EditedBody, edited_bodies};
use super::difference::difference;
use super::forwarder::forwarder;
use super::reserialize::{JsonStyle, JsonTokens, MAX_BODY};
use super::signing_method::{
    SigningMethod, expected_methods, messages, other_schemes, under_schemes, with_secret_variants,
};
use crate::delivery::Delivery;
use crate::signature::{
    Checks, Hint, PresentedSignatures, Scheme, SignedMessage, candidates, without_line_break,
};

/// What was found out about a signature that does not match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// What would have matched, the likeliest first, and what may be the cause of that. Empty if
    /// neither was found.
    pub hints: Vec<Hint>,
    /// If nothing matched, what was tried: a phrase for each stage of the search.
    pub tried: Vec<&'static str>,
}

/// Finds out why the signature of a delivery does not match.
///
/// Ask it about a [`Signature`](crate::signature::Signature) that
/// [`is_mismatch`](crate::signature::Signature::is_mismatch), with the same checks. It can cost a
/// thousand times what [`verify`](crate::signature::verify) does, so call it for a person who wants
/// to know, never for each request that a stranger sends. A hint never changes the verdict: the
/// delivery stays refused.
///
/// Returns `None` if nothing is left of the budget. A delivery without a signature, or without
/// something that the scheme signs, has nothing to explain: its diagnosis is empty, and free.
///
/// ```
/// use chatlog::delivery::Headers;
/// use chatlog::diagnosis::{Budget, diagnose};
/// use chatlog::signature::{Checks, Encoding, Scheme, Secret, sign, verify};
/// # use chatlog::capture::{CaptureOptions, Record, deliveries};
/// # use chatlog::Position;
/// # let bytes = b"{\"a\":1}";
/// # let record = Record { bytes, terminator: b"", is_whole: true, start: Position::START };
/// # let mut delivery = deliveries(&record, &CaptureOptions::default()).deliveries.remove(0);
/// let secret = Secret::new("Jefe")?;
/// let value = sign(&delivery, &Scheme::default(), &secret, Encoding::Hex)?;
/// delivery.headers.push("X-AIRudder-Sign", value);
/// // An editor reformats the body.
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
    let schemes = other_schemes(checks, &presented);
    let other_messages = messages(&schemes, delivery, &checks.headers);
    let expected = expected_methods(checks, &message);
    let mismatch = Mismatch {
        delivery,
        checks,
        presented: &presented,
        secrets: with_secret_variants(&expected),
        algorithms: under_schemes(&expected, &other_messages),
        expected,
        other_messages: &other_messages,
        bytes_left: Cell::new(allowance),
    };
    let mut diagnosis = mismatch.search();
    let forwarder = forwarder(delivery, diagnosis.hints.first());
    diagnosis.hints.extend(forwarder);
    budget.spend(allowance - mismatch.bytes_left.get());
    Some(diagnosis)
}

/// A stage of the search.
struct Stage {
    /// What it tries, as a phrase.
    words: fn(&Mismatch<'_>) -> &'static str,
    /// Tries it: the hint of the first match.
    search: fn(&Mismatch<'_>) -> Option<Hint>,
}

/// The stages in their order. The hypotheses of a stage are a table of their own: `byte_edits`,
/// `secret_variants`, [`Algorithm::ALL`](crate::signature::Algorithm::ALL), `reserialize`.
const STAGES: [Stage; 5] = [
    Stage {
        words: |_| "line breaks, byte order marks and encodings of the body",
        search: |mismatch| mismatch.edited(),
    },
    Stage {
        words: |_| "white space, quotes, hex and base64 in the secret",
        search: |mismatch| mismatch.as_saved(&mismatch.secrets),
    },
    Stage {
        words: |_| "the other algorithms",
        search: |mismatch| mismatch.as_saved(&mismatch.algorithms),
    },
    Stage {
        words: |mismatch| match mismatch.delivery.body.len() {
            0..=MAX_BODY => "other ways to print JSON",
            _ => "no other ways to print JSON, as the body is over 16 MiB",
        },
        search: |mismatch| mismatch.reserialized(),
    },
    Stage {
        words: |_| "pairs of these",
        search: |mismatch| mismatch.pairs(),
    },
];

/// A signature that does not match, and all that the search works with.
struct Mismatch<'m> {
    delivery: &'m Delivery<'m>,
    checks: &'m Checks,
    presented: &'m PresentedSignatures,
    /// The scheme of the checks with each of the secrets.
    expected: Vec<SigningMethod<'m>>,
    /// The same with what the secrets may have been meant to be.
    secrets: Vec<SigningMethod<'m>>,
    /// The expected methods under other algorithms.
    algorithms: Vec<SigningMethod<'m>>,
    /// What the schemes with other algorithms sign.
    other_messages: &'m [(&'m Scheme, SignedMessage<'m>)],
    /// How many bytes may still be hashed.
    bytes_left: Cell<u64>,
}

impl Mismatch<'_> {
    /// Goes through the stages up to the first hint, or until the budget is spent.
    fn search(&self) -> Diagnosis {
        let mut tried = Vec::new();
        for stage in &STAGES {
            if let Some(hint) = (stage.search)(self) {
                return Diagnosis {
                    hints: vec![hint],
                    tried: Vec::new(),
                };
            }
            if self.is_exhausted() {
                tried.push(Budget::EXHAUSTED);
                break;
            }
            tried.push((stage.words)(self));
        }
        Diagnosis {
            hints: Vec::new(),
            tried,
        }
    }

    /// Edited bodies, signed as expected.
    fn edited(&self) -> Option<Hint> {
        edited_bodies(&self.delivery.body).find_map(|body| self.try_body(&body, &self.expected))
    }

    /// The body in other JSON styles, signed as expected.
    fn reserialized(&self) -> Option<Hint> {
        // Printing is the costly part here, and no signature of this length can match.
        if !self.presented.has(self.checks.scheme.algorithm()) {
            return None;
        }
        self.try_styles(JsonStyle::all(), &|body| {
            self.try_body(body, &self.expected)
        })
    }

    /// Two things at once: two edits, another secret and algorithm, or an edited body and one of
    /// these.
    fn pairs(&self) -> Option<Hint> {
        let both = || under_schemes(&self.secrets, self.other_messages);
        self.edited_twice()
            .or_else(|| self.as_saved(&both()))
            .or_else(|| self.edited_with(&[&self.secrets, &self.algorithms]))
    }

    /// Edited bodies with a line break added, or made from the body without its own.
    fn edited_twice(&self) -> Option<Hint> {
        let body = &*self.delivery.body;
        let ended =
            |body: EditedBody<'_>| self.try_body(&body.with_final_newline(), &self.expected);
        let trimmed = |body: EditedBody<'_>| {
            let body = body.after("without its final line break");
            self.try_body(&body, &self.expected)
        };
        edited_bodies(body)
            .find_map(ended)
            .or_else(|| edited_bodies(without_line_break(body)?).find_map(trimmed))
    }

    /// Edited bodies and those in common JSON styles, signed with any of these methods.
    fn edited_with(&self, methods: &[&[SigningMethod<'_>]]) -> Option<Hint> {
        let attempt = |body: &EditedBody<'_>| {
            methods
                .iter()
                .find_map(|methods| self.try_body(body, methods))
        };
        edited_bodies(&self.delivery.body)
            .find_map(|body| attempt(&body))
            .or_else(|| self.try_styles(JsonStyle::common(), &attempt))
    }

    /// The body as it was saved, in each of the forms that [`verify`](crate::signature::verify)
    /// tries too, signed with one of these methods.
    fn as_saved(&self, methods: &[SigningMethod<'_>]) -> Option<Hint> {
        candidates(self.delivery, self.checks.scheme.template()).find_map(|bytes| {
            let body = bytes.of(self.delivery);
            let method = methods.iter().find(|method| self.matches(method, &body))?;
            let (code, how) = method.difference.as_ref()?;
            Some(Hint::new(*code, &format!("the body would match {how}")))
        })
    }

    /// An edited body, signed with one of these methods.
    fn try_body(&self, body: &EditedBody<'_>, methods: &[SigningMethod<'_>]) -> Option<Hint> {
        let parts = body.parts();
        let method = methods.iter().find(|method| self.matches(method, &parts))?;
        let EditedBody { code, words, .. } = body;
        let hint = match &method.difference {
            None => Hint::new(*code, &format!("the body {words} would match")),
            Some((code, how)) => Hint::new(*code, &format!("the body {words} would match {how}")),
        };
        Some(hint.with_difference(difference(&self.delivery.body, parts)))
    }

    /// The body in each of these styles, with and without a line break at its end.
    fn try_styles(
        &self,
        styles: impl Iterator<Item = JsonStyle>,
        attempt: &dyn Fn(&EditedBody<'_>) -> Option<Hint>,
    ) -> Option<Hint> {
        let json = JsonTokens::read(&self.delivery.body)?;
        // Many styles print the same text. The body's own did not match already.
        let mut seen = HashSet::from([hash_of(json.text())]);
        styles
            .take_while(|_| !self.is_exhausted())
            .find_map(|style| {
                let text = json.print(style)?;
                // Printing counts as hashing: it costs as much.
                self.spend(text.len());
                if !seen.insert(hash_of(&text)) {
                    return None;
                }
                let body = EditedBody::rewritten(style.code(), style.words(), text.into_bytes());
                attempt(&body).or_else(|| attempt(&body.with_final_newline()))
            })
    }

    /// Whether a method makes a signature that was presented; `false` if the budget does not
    /// allow it to be computed.
    fn matches(&self, method: &SigningMethod<'_>, body: &[&[u8]]) -> bool {
        let SigningMethod {
            algorithm,
            key,
            message,
            ..
        } = method;
        if !self.presented.has(*algorithm) {
            return false;
        }
        let parts = message.bytes(key.secret.bytes(), body);
        if !self.spend(parts.map(<[u8]>::len).sum()) {
            return false;
        }
        let hasher = key.hash(message, body);
        let mut matching = self.presented.matching(*algorithm, &hasher);
        matching.next().is_some()
    }

    /// Takes bytes out of the budget; `false` if not enough are left.
    fn spend(&self, bytes: usize) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let left = self.bytes_left.get().checked_sub(bytes);
        self.bytes_left.set(left.unwrap_or(0));
        left.is_some()
    }

    fn is_exhausted(&self) -> bool {
        self.bytes_left.get() == 0
    }
}

/// A hash to recognise a text by: the texts themselves can be 64 MiB each.
fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
