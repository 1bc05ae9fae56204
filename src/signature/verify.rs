//! Comparing the signature of a delivery with the one that its bytes give.

use std::collections::BTreeSet;
use std::fmt::{self, Debug, Display};

use sha2::{Digest as _, Sha256};

use super::{
    Algorithm, Digest, HEADER, Hasher, Hint, Message, PresentedSignatures, Scheme, Secret, Template,
};
use crate::Position;
use crate::Text;
use crate::capture::Format;
use crate::delivery::{Delivery, Doubt, Fidelity, Headers};

/// What can be said of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "cli",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
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
#[derive(Debug, Clone)]
#[cfg_attr(feature = "cli", derive(serde::Serialize))]
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
    /// What would have matched, where [`diagnose`](crate::diagnosis::diagnose) was asked: it never
    /// changes the verdict.
    pub hints: Vec<Hint>,
    /// Which of the secrets matched, from 1.
    pub secret: Option<usize>,
    /// Of how many.
    #[cfg_attr(feature = "cli", serde(skip))]
    pub secrets: usize,
    /// Whether the delivery tells in two ways what was sent or signed, as `reason` says.
    #[cfg_attr(feature = "cli", serde(skip))]
    pub is_ambiguous: bool,
    /// What was tried to find hints, in words.
    #[cfg_attr(feature = "cli", serde(skip))]
    pub tried: Vec<&'static str>,
    /// The bytes that the signature matches, if it matches any.
    #[cfg_attr(feature = "cli", serde(skip))]
    pub signed: Option<SignedBytes>,
    /// The signatures presented and computed, for the
    /// [`SwapDetector`](crate::diagnosis::SwapDetector).
    #[cfg_attr(feature = "cli", serde(skip))]
    pub(crate) fingerprints: Fingerprints,
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
            is_ambiguous: false,
            tried: Vec::new(),
            signed: None,
            fingerprints: Fingerprints::default(),
        }
    }

    /// Says whether there is a mismatch whose cause can be looked for.
    pub fn is_mismatch(&self) -> bool {
        matches!(self.verdict, Verdict::Invalid | Verdict::Inconclusive)
            && self.signed.is_none()
            && !self.fingerprints.presented.is_empty()
    }
}

/// The signatures that came with a delivery, and those that its body gives; never shown.
#[derive(Clone, Default)]
pub(crate) struct Fingerprints {
    pub(crate) presented: Vec<Digest>,
    pub(crate) expected: Vec<Digest>,
}

impl Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprints([redacted])")
    }
}

/// The bytes of a delivery that a signature may cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignedBytes {
    /// The body.
    Body,
    /// The bytes as sent, before their content encoding was undone.
    Encoded,
    /// What the content encoding holds, not the bytes as sent.
    Decoded,
    /// The line with the line break that ends it.
    WithLineBreak,
    /// The file without the line break that ends it.
    WithoutLineBreak,
}

impl SignedBytes {
    /// The bytes, in parts.
    pub fn of<'d>(self, delivery: &'d Delivery<'_>) -> [&'d [u8]; 2] {
        let body: &[u8] = &delivery.body;
        match self {
            Self::Body | Self::Decoded => [body, b""],
            Self::Encoded => [delivery.encoded_body.as_deref().unwrap_or(body), b""],
            Self::WithLineBreak => [body, delivery.terminator],
            Self::WithoutLineBreak => [without_line_break(body).unwrap_or(body), b""],
        }
    }

    /// How many bytes they are.
    pub fn len(self, delivery: &Delivery<'_>) -> usize {
        self.of(delivery).into_iter().map(<[u8]>::len).sum()
    }

    /// Their SHA-256.
    pub fn sha256(self, delivery: &Delivery<'_>) -> [u8; 32] {
        let [start, end] = self.of(delivery);
        let hash = Sha256::new().chain_update(start).chain_update(end);
        hash.finalize().into()
    }

    /// Which bytes they are, after "N bytes"; none where they are simply the body.
    pub fn description(self) -> Option<&'static str> {
        match self {
            Self::Body => None,
            Self::Encoded => Some("as sent, before the content encoding was undone"),
            Self::Decoded => Some("decoded"),
            Self::WithLineBreak => Some("with the line break that ends the line"),
            Self::WithoutLineBreak => Some("without the line break at the end of the file"),
        }
    }

    /// What to say of a match with them.
    fn reason(self) -> Option<&'static str> {
        match self {
            Self::Body => None,
            Self::Encoded => {
                Some("the bytes as sent match, before their content encoding was taken off")
            }
            Self::Decoded => Some("the decoded bytes match, not those that were sent"),
            Self::WithLineBreak => Some("the line matches with its line break"),
            Self::WithoutLineBreak => {
                Some("the body matches without the line break at the end of the file")
            }
        }
    }
}

/// The body without the line break at its end.
fn without_line_break(body: &[u8]) -> Option<&[u8]> {
    let body = body.strip_suffix(b"\n")?;
    Some(body.strip_suffix(b"\r").unwrap_or(body))
}

/// What deliveries are checked against.
#[derive(Debug, Clone)]
pub struct Checks {
    pub(crate) scheme: Scheme,
    scheme_source: Option<String>,
    pub(crate) keys: Vec<Key>,
    header: String,
    header_source: Option<String>,
    given: Vec<String>,
    pub(crate) headers: Headers<'static>,
}

impl Checks {
    /// Checks of the header [`HEADER`] with any of these secrets; with none of them, every verdict
    /// is [`Verdict::Unchecked`].
    pub fn new(scheme: Scheme, secrets: impl IntoIterator<Item = Secret>) -> Self {
        let keys = secrets
            .into_iter()
            .map(|secret| Key::new(scheme.algorithm(), secret))
            .collect();
        Self {
            scheme,
            scheme_source: None,
            keys,
            header: HEADER.to_owned(),
            header_source: None,
            given: Vec::new(),
            headers: Headers::default(),
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

    /// The scheme.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Says whether there is a secret to check with.
    pub fn has_secret(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The signatures to check a delivery for.
    pub(crate) fn presented(&self, delivery: &Delivery<'_>) -> Result<PresentedSignatures, String> {
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
            let sent = PresentedSignatures::read(headers.all(&self.header).map(Text::as_str));
            return some_or(sent, || format!("the header `{name}` is empty"));
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

    /// Says whether the signatures are those of a delivery's own headers, and not one that the
    /// caller gave.
    fn reads_headers(&self) -> bool {
        self.given.is_empty()
    }
}

fn some_or(
    presented: PresentedSignatures,
    empty: impl FnOnce() -> String,
) -> Result<PresentedSignatures, String> {
    if presented.is_empty() {
        Err(empty())
    } else {
        Ok(presented)
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
        #[cfg(test)]
        tests::MACS.set(tests::MACS.get() + 1);
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

/// What may have been signed of a delivery, the likeliest first.
pub(crate) fn candidates(
    delivery: &Delivery<'_>,
    template: &Template,
) -> impl Iterator<Item = SignedBytes> {
    let is_encoded = delivery.encoded_body.is_some();
    let is_fixed = is_encoded && !template.holds_body();
    let is_file = delivery.ends_input && without_line_break(&delivery.body).is_some();
    [
        (SignedBytes::Encoded, is_encoded),
        (SignedBytes::Decoded, is_encoded && !is_fixed),
        (SignedBytes::Body, !is_encoded),
        (
            SignedBytes::WithLineBreak,
            !delivery.terminator.is_empty() && !is_fixed,
        ),
        (SignedBytes::WithoutLineBreak, is_file && !is_fixed),
    ]
    .into_iter()
    .filter_map(|(bytes, is_there)| is_there.then_some(bytes))
}

/// Says whether a delivery has the signature that its bytes give.
///
/// It costs one pass over the body for each secret and for each of the at most three ways in which
/// the body may have ended or been encoded, and copies nothing. Why a signature fails is not looked
/// for: see [`diagnose`](crate::diagnosis::diagnose).
pub fn verify(delivery: &Delivery<'_>, checks: &Checks) -> Signature {
    let outcome = |verdict, reason| Signature::new(verdict, checks, Some(reason));
    if !checks.has_secret() {
        return outcome(
            Verdict::Unchecked,
            "there is no secret to check with".to_owned(),
        );
    }
    let presented = match checks.presented(delivery) {
        Ok(presented) => presented,
        Err(reason) => return outcome(Verdict::Missing, reason),
    };
    let message = match checks.scheme.template().fill(delivery, &checks.headers) {
        Ok(message) => message,
        Err(unfilled) => return outcome(Verdict::Inconclusive, unfilled.to_string()),
    };
    let comparison = Comparison::make(delivery, checks, &presented, &message);
    match comparison.matched {
        Some(matched) => comparison.accepted(matched, delivery, checks, &presented),
        None => comparison.refused(delivery, checks, &presented),
    }
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
        ends_input: false,
        start: Position::START,
        body_start: None,
        notes: Vec::new(),
        ambiguities: Vec::new(),
    }
}

/// The signatures that came with a delivery beside those that its bytes give.
struct Comparison {
    /// The first match.
    matched: Option<Match>,
    /// The header values that hold a signature which matches.
    matching: BTreeSet<usize>,
    /// Every signature that was computed.
    expected: Vec<Digest>,
}

/// A presented signature that is the right one.
#[derive(Clone, Copy)]
struct Match {
    signed: SignedBytes,
    /// Which secret, from 0.
    secret: usize,
    digest: Digest,
}

impl Comparison {
    /// Computes a signature for each candidate and secret up to the first match; past it only
    /// where there are several headers, of which each may match.
    fn make(
        delivery: &Delivery<'_>,
        checks: &Checks,
        presented: &PresentedSignatures,
        message: &Message<'_>,
    ) -> Self {
        let mut comparison = Self {
            matched: None,
            matching: BTreeSet::new(),
            expected: Vec::new(),
        };
        for signed in candidates(delivery, checks.scheme.template()) {
            for (secret, key) in checks.keys.iter().enumerate() {
                let hasher = key.hash(message, &signed.of(delivery));
                for one in presented.matching(checks.scheme.algorithm(), &hasher) {
                    comparison.matching.insert(one.value);
                    comparison.matched.get_or_insert(Match {
                        signed,
                        secret,
                        digest: one.digest,
                    });
                }
                if comparison.matched.is_some() && presented.values() == 1 {
                    return comparison;
                }
                comparison.expected.push(hasher.finish());
            }
        }
        comparison
    }

    fn accepted(
        self,
        matched: Match,
        delivery: &Delivery<'_>,
        checks: &Checks,
        presented: &PresentedSignatures,
    ) -> Signature {
        let is_undecided = worst_doubt(delivery) == Some(Doubt::OfBoth);
        let (verdict, which) = if is_undecided {
            let which = "the signature matches the body that was read".to_owned();
            (Verdict::Inconclusive, Some(which))
        } else {
            (Verdict::Valid, matched.signed.reason().map(str::to_owned))
        };
        let several = self.several_headers(checks, presented);
        let is_ambiguous = several.is_some() || !delivery.ambiguities.is_empty();
        let reasons = which
            .into_iter()
            .chain(several)
            .chain(ambiguities(delivery));
        let reason = joined(reasons);
        Signature {
            is_ambiguous,
            secret: (verdict == Verdict::Valid).then_some(matched.secret + 1),
            signed: Some(matched.signed),
            fingerprints: Fingerprints {
                presented: vec![matched.digest],
                expected: vec![matched.digest],
            },
            ..Signature::new(verdict, checks, reason)
        }
    }

    fn refused(
        self,
        delivery: &Delivery<'_>,
        checks: &Checks,
        presented: &PresentedSignatures,
    ) -> Signature {
        let (verdict, doubt) = doubt(delivery);
        let reasons = std::iter::once(mismatch(checks, presented))
            .chain(self.several_headers(checks, presented))
            .chain(ambiguities(delivery))
            .chain(doubt.map(str::to_owned));
        Signature {
            fingerprints: Fingerprints {
                presented: presented.digests(),
                expected: self.expected,
            },
            ..Signature::new(verdict, checks, joined(reasons))
        }
    }

    /// That a delivery came with several signature headers, and how many of them match.
    fn several_headers(&self, checks: &Checks, presented: &PresentedSignatures) -> Option<String> {
        let headers = presented.values();
        if headers < 2 || !checks.reads_headers() {
            return None;
        }
        let matches = match self.matching.len() {
            0 => "none matches".to_owned(),
            1 => "1 matches".to_owned(),
            count => format!("{count} match"),
        };
        Some(format!("{headers} signature headers, {matches}"))
    }
}

/// What a capture says in two ways, in words.
fn ambiguities(delivery: &Delivery<'_>) -> impl Iterator<Item = String> {
    delivery
        .ambiguities
        .iter()
        .map(|ambiguity| ambiguity.message.clone())
}

fn worst_doubt(delivery: &Delivery<'_>) -> Option<Doubt> {
    let doubts = delivery.ambiguities.iter();
    doubts.map(|ambiguity| ambiguity.doubt).max()
}

fn joined(reasons: impl Iterator<Item = String>) -> Option<String> {
    let reasons: Vec<String> = reasons.collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// That no signature matches, and why none could.
fn mismatch(checks: &Checks, presented: &PresentedSignatures) -> String {
    presented
        .complaint(checks.scheme.algorithm())
        .unwrap_or_else(|| match checks.keys.len() {
            1 => "the signature does not match the body".to_owned(),
            count => format!("the signature does not match the body with any of {count} secrets"),
        })
}

/// What a mismatch says of a delivery whose body was kept so, and what makes that doubtful.
fn doubt(delivery: &Delivery<'_>) -> (Verdict, Option<&'static str>) {
    let (verdict, doubt) = fidelity_doubt(delivery);
    match worst_doubt(delivery) {
        None | Some(Doubt::Settled) => (verdict, doubt),
        Some(Doubt::OfMismatch | Doubt::OfBoth) => (Verdict::Inconclusive, doubt),
    }
}

fn fidelity_doubt(delivery: &Delivery<'_>) -> (Verdict, Option<&'static str>) {
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many signatures were computed in this thread.
        pub(super) static MACS: Cell<usize> = const { Cell::new(0) };
    }

    /// The signatures that one verdict computes.
    #[track_caller]
    fn costs(delivery: &Delivery<'_>, secrets: usize, macs: usize) {
        let secrets =
            (0..secrets).map(|index| Secret::new(format!("key {index}")).expect("not empty"));
        let checks = Checks::new(Scheme::default(), secrets);
        MACS.set(0);
        assert_eq!(verify(delivery, &checks).verdict, Verdict::Invalid);
        assert_eq!(MACS.get(), macs);
    }

    #[test]
    fn a_forged_signature_costs_one_mac_for_each_candidate_and_secret() {
        let mut headers = Headers::default();
        let forged = (0..64u8).map(|byte| hex::encode([byte; 32]));
        headers.push(HEADER, forged.collect::<Vec<_>>().join(","));
        let one = received(headers, b"{\"n\": 1}\n");
        costs(&one, 1, 1);
        costs(&one, 20, 20);
        let file = Delivery {
            ends_input: true,
            ..one.clone()
        };
        costs(&file, 1, 2);
        let encoded = Delivery {
            encoded_body: Some(b"as sent".into()),
            terminator: b"\n",
            ..one
        };
        costs(&encoded, 20, 60);
    }
}
