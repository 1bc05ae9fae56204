//! Comparing the signature of a delivery with the one that its bytes give.

use std::fmt::{self, Debug, Display};

use serde::Serialize;

use super::{
    Algorithm, Digest, HEADER, Hasher, Hint, Message, PresentedSignatures, Scheme, Secret,
};
use crate::Text;
use crate::capture::{Delivery, Fidelity, Format, Headers, Position};
use crate::diagnosis::Failure;

/// What can be said of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is the signature of this body.
    Valid,
    /// It is not.
    Invalid,
    /// There is none.
    Missing,
    /// It does not match, and what was saved is not surely what was signed.
    Inconclusive,
    /// There was no secret to check it with.
    Unchecked,
}

impl Verdict {
    /// The word people and programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Missing => "missing",
            Self::Inconclusive => "inconclusive",
            Self::Unchecked => "unchecked",
        }
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What there is to say about the signature of a delivery.
#[derive(Debug, Clone, Serialize)]
pub struct Signature {
    /// Whether it is the signature of the body.
    pub verdict: Verdict,
    /// The scheme it was checked against.
    pub scheme: String,
    /// Why the verdict is what it is, or which bytes were signed, where that is not plain. Words of
    /// the delivery in it are already safe to show.
    pub reason: Option<String>,
    /// What would have matched: it never changes the verdict.
    pub hints: Vec<Hint>,
    /// Which of the secrets matched, from 1.
    pub secret: Option<usize>,
    /// Of how many.
    #[serde(skip)]
    pub secrets: usize,
    /// What was tried to find hints, in words.
    #[serde(skip)]
    pub tried: Vec<&'static str>,
    /// The signatures given and computed, for the [`Ledger`].
    #[serde(skip)]
    pub(crate) fingerprints: Fingerprints,
}

impl Signature {
    fn new(verdict: Verdict, checks: &Checks, reason: Option<String>) -> Self {
        Self {
            verdict,
            scheme: checks.scheme.to_string(),
            reason,
            hints: Vec::new(),
            secret: None,
            secrets: checks.keys.len(),
            tried: Vec::new(),
            fingerprints: Fingerprints::default(),
        }
    }
}

/// The signatures that came with a delivery, and those that its body gives; never shown.
#[derive(Clone, Default)]
pub(crate) struct Fingerprints {
    pub(crate) given: Vec<Digest>,
    pub(crate) expected: Vec<Digest>,
}

impl Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprints([redacted])")
    }
}

/// What deliveries are checked against.
#[derive(Debug, Clone)]
pub struct Checks {
    pub(crate) scheme: Scheme,
    pub(crate) keys: Vec<Key>,
    header: String,
    given: Vec<String>,
    pub(crate) headers: Headers<'static>,
    explains: bool,
}

impl Checks {
    /// Checks of the header [`HEADER`] with any of these secrets; with none of them, every verdict
    /// is [`Verdict::Unchecked`].
    pub fn new(scheme: Scheme, secrets: impl IntoIterator<Item = Secret>) -> Self {
        let keys = secrets
            .into_iter()
            .map(|secret| Key::new(scheme.algorithm, secret))
            .collect();
        Self {
            scheme,
            keys,
            header: HEADER.to_owned(),
            given: Vec::new(),
            headers: Headers::default(),
            explains: true,
        }
    }

    /// Looks for the signature in the header of this name.
    pub fn with_header_name(mut self, name: impl Into<String>) -> Self {
        self.header = name.into();
        self
    }

    /// Checks this signature too, and none that a delivery has itself.
    pub fn with_signature(mut self, value: impl Into<String>) -> Self {
        self.given.push(value.into());
        self
    }

    /// Adds a header to every delivery; it hides those of the same name.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(name.into(), value.into());
        self
    }

    /// Leaves out why a signature fails, which costs some thousand times what the verdict does.
    ///
    /// Of a great many failures the first few tell all: the rest need not be explained.
    pub fn without_hints(mut self) -> Self {
        self.explains = false;
        self
    }

    /// The scheme.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Says whether there is a secret to check with.
    pub fn has_secret(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The signatures to check a delivery for.
    pub(crate) fn given(&self, delivery: &Delivery<'_>) -> Result<PresentedSignatures, String> {
        let sent = |headers: &Headers<'_>| {
            PresentedSignatures::read(headers.all(&self.header).map(Text::as_str))
        };
        if !self.given.is_empty() {
            let given = PresentedSignatures::read(self.given.iter().map(String::as_str));
            return some_or(given, || "the signature is empty".to_owned());
        }
        let name = Text::from(self.header.as_str());
        let headers = if self.headers.first(&self.header).is_some() {
            &self.headers
        } else {
            &delivery.headers
        };
        if headers.first(&self.header).is_some() {
            return some_or(sent(headers), || format!("the header `{name}` is empty"));
        }
        Err(
            match delivery.headers.iter().find(|(name, _)| is_like_ours(name)) {
                Some((other, _)) => format!(
                    "there is no header `{name}`; there is `{}`, which may be the signature",
                    other.shortened(64)
                ),
                None => format!("there is no header `{name}`"),
            },
        )
    }
}

fn some_or(
    given: PresentedSignatures,
    empty: impl FnOnce() -> String,
) -> Result<PresentedSignatures, String> {
    if given.is_empty() {
        Err(empty())
    } else {
        Ok(given)
    }
}

/// Says whether a header of this name may hold a signature.
fn is_like_ours(name: &Text<'_>) -> bool {
    name.as_str().len() <= 256 && name.as_str().to_ascii_lowercase().contains("sign")
}

/// A secret, and a hash that has begun with it.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) secret: Secret,
    begun: Hasher,
}

impl Key {
    pub(crate) fn new(algorithm: Algorithm, secret: Secret) -> Self {
        let begun = Hasher::new(algorithm, secret.bytes());
        Self { secret, begun }
    }

    /// The hash of a message with this body.
    pub(crate) fn hash(&self, message: &Message<'_>, body: &[&[u8]]) -> Hasher {
        let mut hasher = self.begun.clone();
        message
            .bytes(self.secret.bytes(), body)
            .for_each(|bytes| hasher.update(bytes));
        hasher
    }
}

impl Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([redacted])")
    }
}

/// Bytes that may have been signed.
pub(crate) struct Candidate<'d> {
    pub(crate) body: [&'d [u8]; 2],
    /// What to say where they were, if they are not simply the body.
    reason: Option<&'static str>,
}

/// What may have been signed of a delivery, the likeliest first.
pub(crate) fn candidates<'d>(delivery: &'d Delivery<'_>) -> impl Iterator<Item = Candidate<'d>> {
    let body: &[u8] = &delivery.body;
    let encoded = delivery.encoded_body.as_deref();
    let as_sent = encoded.map(|encoded| Candidate {
        body: [encoded, b""],
        reason: Some("the bytes as sent match, before their content encoding was taken off"),
    });
    let decoded = Candidate {
        body: [body, b""],
        reason: encoded
            .is_some()
            .then_some("the decoded bytes match, not those that were sent"),
    };
    let line = (!delivery.terminator.is_empty()).then_some(Candidate {
        body: [body, delivery.terminator],
        reason: Some("the line matches with its line break"),
    });
    as_sent.into_iter().chain([decoded]).chain(line)
}

/// Says whether a delivery has the signature that its bytes give.
///
/// It costs one pass over the body and copies nothing, unless the signature fails: then it is
/// found out why.
pub fn verify(delivery: &Delivery<'_>, checks: &Checks) -> Signature {
    let outcome = |verdict, reason| Signature::new(verdict, checks, Some(reason));
    if !checks.has_secret() {
        return outcome(
            Verdict::Unchecked,
            "there is no secret to check with".to_owned(),
        );
    }
    let given = match checks.given(delivery) {
        Ok(given) => given,
        Err(reason) => return outcome(Verdict::Missing, reason),
    };
    let message = match checks.scheme.template.fill(delivery, &checks.headers) {
        Ok(message) => message,
        Err(unfilled) => return outcome(Verdict::Inconclusive, unfilled.to_string()),
    };
    valid(delivery, checks, &given, &message)
        .unwrap_or_else(|| failed(delivery, checks, given, &message))
}

/// Says whether a request that was just received has the signature that its bytes give.
pub fn verify_request(headers: &Headers<'_>, body: &[u8], checks: &Checks) -> Signature {
    verify(&received(headers.clone(), body), checks)
}

/// A request as it is received.
fn received<'a>(headers: Headers<'a>, body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        format: Format::Body,
        fidelity: Fidelity::Exact,
        method: None,
        target: None,
        received_at: None,
        headers,
        body: body.into(),
        encoded_body: None,
        terminator: b"",
        start: Position::START,
        body_start: None,
        notes: Vec::new(),
    }
}

fn valid(
    delivery: &Delivery<'_>,
    checks: &Checks,
    given: &PresentedSignatures,
    message: &Message<'_>,
) -> Option<Signature> {
    for candidate in candidates(delivery) {
        for (index, key) in checks.keys.iter().enumerate() {
            let Some(digest) = matching(
                key,
                message,
                &candidate.body,
                checks.scheme.algorithm,
                given,
            ) else {
                continue;
            };
            let reason = candidate.reason.map(str::to_owned);
            return Some(Signature {
                secret: Some(index + 1),
                fingerprints: Fingerprints {
                    given: vec![digest],
                    expected: vec![digest],
                },
                ..Signature::new(Verdict::Valid, checks, reason)
            });
        }
    }
    None
}

/// The given signature that this body has, if it has one of them.
pub(crate) fn matching(
    key: &Key,
    message: &Message<'_>,
    body: &[&[u8]],
    algorithm: Algorithm,
    given: &PresentedSignatures,
) -> Option<Digest> {
    let mut possible = given.of(algorithm).peekable();
    possible.peek()?;
    let hasher = key.hash(message, body);
    possible.copied().find(|digest| hasher.clone().is(digest))
}

fn failed(
    delivery: &Delivery<'_>,
    checks: &Checks,
    given: PresentedSignatures,
    message: &Message<'_>,
) -> Signature {
    let (verdict, reason) = refusal(delivery, checks, &given);
    let mut signature = Signature::new(verdict, checks, Some(reason));
    if checks.explains {
        let failure = Failure::new(delivery, checks, &given, message);
        (signature.hints, signature.tried) = failure.explain();
    }
    signature.fingerprints = Fingerprints {
        expected: expected(delivery, checks, message),
        given: given.digests,
    };
    signature
}

/// The signatures that a delivery should have had.
fn expected(delivery: &Delivery<'_>, checks: &Checks, message: &Message<'_>) -> Vec<Digest> {
    candidates(delivery)
        .flat_map(|candidate| {
            checks
                .keys
                .iter()
                .map(move |key| key.hash(message, &candidate.body).finish())
        })
        .collect()
}

/// The verdict on a signature that does not match, and its reason.
fn refusal(
    delivery: &Delivery<'_>,
    checks: &Checks,
    given: &PresentedSignatures,
) -> (Verdict, String) {
    let mismatch =
        given
            .complaint(checks.scheme.algorithm)
            .unwrap_or_else(|| match checks.keys.len() {
                1 => "the signature is not that of the body".to_owned(),
                count => {
                    format!("the signature is not that of the body with any of {count} secrets")
                }
            });
    match doubt(delivery) {
        (verdict, Some(doubt)) => (verdict, format!("{mismatch}; {doubt}")),
        (verdict, None) => (verdict, mismatch),
    }
}

/// What a mismatch says of a delivery whose body was kept so, and what makes that doubtful.
fn doubt(delivery: &Delivery<'_>) -> (Verdict, Option<&'static str>) {
    use Verdict::{Inconclusive, Invalid};
    match delivery.fidelity {
        Fidelity::Exact => (Invalid, None),
        // The bytes as sent are at hand.
        Fidelity::Decoded if delivery.encoded_body.is_some() => (Invalid, None),
        Fidelity::Text => (
            Invalid,
            Some(
                "the capture kept the body as text, which is exact only if it was sent as UTF-8 and not compressed",
            ),
        ),
        Fidelity::Decoded => (
            Inconclusive,
            Some("the capture decoded the body and did not keep the bytes that were sent"),
        ),
        Fidelity::Reserialized => (
            Inconclusive,
            Some(
                "the capture parsed the body and wrote it again, so the bytes that were sent are lost",
            ),
        ),
        Fidelity::Truncated => (
            Inconclusive,
            Some("the capture cut the body short, so not all of what was signed is there"),
        ),
    }
}
