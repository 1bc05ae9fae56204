//! Signatures: whether a delivery came from who shares the secret and, where that is not so, why
//! not.
//!
//! [`verify`] compares the signature that came with a [`Delivery`] with the one that its bytes
//! give. Nothing is written again before that: a body is signed as it was sent. What the verdict
//! can be depends on how faithfully the capture kept the body, and a failure comes with the one
//! change that would have made it match, if there is one (see [`Code`]).
//!
//! A receiver checks a request before it believes it:
//!
//! ```
//! use chatlog::capture::Headers;
//! use chatlog::signature::{Checks, Scheme, Secret, Verdict, verify_request};
//!
//! let checks = Checks::new(Scheme::default(), vec![Secret::new("Jefe")?]);
//!
//! let body = b"what do ya want for nothing?";
//! let mut headers = Headers::default();
//! headers.push(
//!     "X-AIRudder-Sign",
//!     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
//! );
//! assert_eq!(verify_request(&headers, body, &checks).verdict, Verdict::Valid);
//!
//! let forged = b"what do ya want for something?";
//! assert_eq!(verify_request(&headers, forged, &checks).verdict, Verdict::Invalid);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! To add a hypothesis on why a signature fails, give [`Code`] a variant and write it in
//! `changes`, `printing` or `failure`, whichever knows what it changes: the body, its JSON, or the
//! secret and algorithm.

mod algorithm;
mod changes;
mod discovery;
mod failure;
mod finding;
mod given;
mod ledger;
mod printing;
mod scheme;
mod secret;

use std::fmt::{self, Debug, Display};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

pub use self::algorithm::{Algorithm, UnknownAlgorithm};
use self::algorithm::{Digest, Hasher};
pub use self::discovery::{Discovery, discover};
use self::failure::Failure;
pub use self::failure::{Code, Hint};
use self::given::Given;
pub use self::ledger::{Ledger, Line};
use self::scheme::Message;
pub use self::scheme::{Scheme, SchemeError, Template, Unfilled};
pub use self::secret::{EmptySecret, Secret};
use crate::Text;
use crate::capture::{Delivery, Fidelity, Format, Headers, Position};

/// The header in which the vendor sends the signature.
pub const HEADER: &str = "X-AIRudder-Sign";

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
    /// Who chose the scheme, where it is not the built-in one and the caller said so.
    pub scheme_source: Option<String>,
    /// The header that holds the signature.
    pub header: String,
    /// Who chose the header, as for the scheme.
    pub header_source: Option<String>,
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
    fingerprints: Fingerprints,
}

impl Signature {
    fn new(verdict: Verdict, checks: &Checks, reason: Option<String>) -> Self {
        Self {
            verdict,
            scheme: checks.scheme.to_string(),
            scheme_source: checks.scheme_source.clone(),
            header: checks.header.clone(),
            header_source: checks.header_source.clone(),
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
struct Fingerprints {
    given: Vec<Digest>,
    expected: Vec<Digest>,
}

impl Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprints([redacted])")
    }
}

/// What deliveries are checked against.
#[derive(Debug, Clone)]
pub struct Checks {
    scheme: Scheme,
    scheme_source: Option<String>,
    keys: Vec<Key>,
    header: String,
    header_source: Option<String>,
    given: Vec<String>,
    headers: Headers<'static>,
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
            scheme_source: None,
            keys,
            header: HEADER.to_owned(),
            header_source: None,
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

    /// Says who chose the scheme and the header, for those that are not the built-in ones.
    pub fn with_sources(mut self, scheme: Option<String>, header: Option<String>) -> Self {
        self.scheme_source = scheme;
        self.header_source = header;
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
    fn given(&self, delivery: &Delivery<'_>) -> Result<Given, String> {
        let sent = |headers: &Headers<'_>| Given::read(headers.all(&self.header).map(Text::as_str));
        if !self.given.is_empty() {
            let given = Given::read(self.given.iter().map(String::as_str));
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

fn some_or(given: Given, empty: impl FnOnce() -> String) -> Result<Given, String> {
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
struct Key {
    secret: Secret,
    begun: Hasher,
}

impl Key {
    fn new(algorithm: Algorithm, secret: Secret) -> Self {
        let begun = Hasher::new(algorithm, secret.bytes());
        Self { secret, begun }
    }

    /// The hash of a message with this body.
    fn hash(&self, message: &Message<'_>, body: &[&[u8]]) -> Hasher {
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
struct Candidate<'d> {
    body: [&'d [u8]; 2],
    /// What to say where they were, if they are not simply the body.
    reason: Option<&'static str>,
}

/// What may have been signed of a delivery, the likeliest first.
fn candidates<'d>(delivery: &'d Delivery<'_>) -> impl Iterator<Item = Candidate<'d>> {
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
    given: &Given,
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
fn matching(
    key: &Key,
    message: &Message<'_>,
    body: &[&[u8]],
    algorithm: Algorithm,
    given: &Given,
) -> Option<Digest> {
    let mut possible = given.of(algorithm).peekable();
    possible.peek()?;
    let hasher = key.hash(message, body);
    possible.copied().find(|digest| hasher.clone().is(digest))
}

fn failed(
    delivery: &Delivery<'_>,
    checks: &Checks,
    given: Given,
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
fn refusal(delivery: &Delivery<'_>, checks: &Checks, given: &Given) -> (Verdict, String) {
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

/// How the bytes of a signature are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, clap::ValueEnum)]
pub enum Encoding {
    /// Lower-case hexadecimal digits
    #[default]
    Hex,
    /// Base64 with padding
    Base64,
}

/// The signature of a delivery: what a sender would put into the header.
///
/// # Errors
/// Where the scheme signs something that the delivery does not have.
pub fn sign(
    delivery: &Delivery<'_>,
    scheme: &Scheme,
    secret: &Secret,
    encoding: Encoding,
) -> Result<String, Unfilled> {
    let headers = Headers::default();
    let message = scheme.template.fill(delivery, &headers)?;
    let body = delivery.encoded_body.as_ref().unwrap_or(&delivery.body);
    let digest = Key::new(scheme.algorithm, secret.clone())
        .hash(&message, &[body])
        .finish();
    Ok(match encoding {
        Encoding::Hex => hex::encode(digest.bytes()),
        Encoding::Base64 => STANDARD.encode(digest.bytes()),
    })
}
