//! Comparing the signature that came with a delivery with the one that its bytes give.
//!
//! A capture does not always say which bytes were signed: the body before or after its content
//! encoding, a line with or without its line break. Each such *candidate* is tried with each secret,
//! and a match says which it was. What a mismatch means depends on how faithfully the capture kept
//! the body: only bytes that are certainly those that were sent can be invalid.
//!
//! The work is bounded by the length of the body, the number of secrets and three candidates. A
//! forged signature costs no more than the last of these to match.

use std::collections::BTreeSet;

use super::{
    Checks, ComparedDigests, Digest, PresentedSignatures, Signature, SignedBytes, SignedMessage,
    Verdict, candidates,
};
use crate::Position;
use crate::delivery::CaptureFormat;
use crate::delivery::{Delivery, Doubt, Fidelity, Headers};

/// Checks the signature of a saved delivery.
///
/// It costs one pass over the body for each secret and for each of the at most three ways in which
/// the body may have ended or been encoded, and copies nothing. It does not look for the cause of a
/// mismatch: see [`diagnose`](crate::diagnosis::diagnose).
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

/// Checks the signature of a request that was just received, with its body exactly as received.
///
/// The method and the path are not known here: with a scheme that signs them, the verdict is
/// [`Verdict::Inconclusive`]. Use [`verify`] then, with a delivery that has them.
pub fn verify_request(headers: &Headers<'_>, body: &[u8], checks: &Checks) -> Signature {
    verify(&received(headers.clone(), body), checks)
}

/// A request as it is received.
fn received<'a>(headers: Headers<'a>, body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        format: CaptureFormat::Body,
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

/// A presented signature that matches.
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
        message: &SignedMessage<'_>,
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
            compared: ComparedDigests {
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
            compared: ComparedDigests {
                presented: presented.digests(),
                expected: self.expected,
            },
            ..Signature::new(verdict, checks, joined(reasons))
        }
    }

    /// Says that a delivery came with several signature headers, and how many of them match.
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

/// What a capture contradicts itself about, in words.
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

/// Says that no signature matches, or why none can.
fn mismatch(checks: &Checks, presented: &PresentedSignatures) -> String {
    presented
        .complaint(checks.scheme.algorithm())
        .unwrap_or_else(|| match checks.keys.len() {
            1 => "the signature does not match the body".to_owned(),
            count => format!("the signature does not match the body with any of {count} secrets"),
        })
}

/// The verdict on a mismatch, and what makes the saved body doubtful.
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
    use super::super::checks::MACS;
    use super::super::{HEADER, Scheme, Secret};
    use super::*;

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
