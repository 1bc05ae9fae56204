//! Any bytes can be read as any capture: places are right, words are safe, signatures hold, and the
//! secret stays one.

#![no_main]

use chatlog::capture::{CaptureOptions, Limits, deliveries};
use chatlog::delivery::{Delivery, Doubt};
use chatlog::diagnosis::{Budget, diagnose};
use chatlog::signature::{Checks, Encoding, Scheme, Secret, Signature, Verdict, sign, verify};
use chatlog_fuzz::{assert_inert, byte_at, choice, format, records};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { max_body: 1 << 16 };
/// Why a signature fails is only asked of bodies up to this size: it takes a thousand times as long.
const EXPLAINED: usize = 2_000;
const SCHEMES: [&str; 4] = [
    "hmac-sha256:{body}",
    "hmac-sha512:{method} {path}\n{header:Host}\n{body}",
    "sha1:{secret}{timestamp}{body}",
    "md5:{body}{secret}",
];
/// As long as one another, as `Debug` of what holds one could not tell.
const SECRETS: [&str; 2] = ["chatlog-sample-secret", "another-of-this-lenth"];

fuzz_target!(|data: &[u8]| {
    let (input, choice) = choice(data);
    let scheme: Scheme = SCHEMES[usize::from(choice >> 6)].parse().expect("a scheme");
    let options = CaptureOptions {
        format: format(choice),
        limits: LIMITS,
        ..CaptureOptions::default()
    };
    for record in records(input).iter().take(8) {
        let capture = deliveries(record, &options);
        for delivery in &capture.deliveries {
            check_places(delivery, input);
            assert!(delivery.body.len() <= LIMITS.max_body.max(record.bytes.len()));
            check_signature(delivery, &scheme);
        }
        for skipped in &capture.skipped {
            assert!(byte_at(input, skipped.position).is_some(), "{skipped:?}");
            assert_inert(&skipped.reason);
        }
        for problem in &capture.problems {
            let inside = problem
                .position
                .map(|position| byte_at(input, position).is_some());
            assert_ne!(inside, Some(false), "{problem:?}");
            assert_inert(&problem.message);
        }
    }
});

/// A delivery is inside its input, and so is its body, byte for byte, if it has a place there.
fn check_places(delivery: &Delivery<'_>, input: &[u8]) {
    assert!(byte_at(input, delivery.start).is_some(), "{delivery:?}");
    let Some(start) = delivery.body_start else {
        return;
    };
    let at = byte_at(input, start);
    let rest = at.and_then(|at| input.get(at..));
    assert!(
        rest.is_some_and(|rest| rest.starts_with(&delivery.body)),
        "{delivery:?}"
    );
}

fn check_signature(delivery: &Delivery<'_>, scheme: &Scheme) {
    let [ours, other] = SECRETS.map(|secret| {
        let secret = Secret::new(secret).expect("it is not empty");
        let checks = Checks::new(scheme.clone(), [secret.clone()]);
        (secret, checks)
    });
    assert_eq!(format!("{:?}", ours.1), format!("{:?}", other.1));
    let signatures = [&ours, &other].map(|(_, checks)| explained(delivery, checks));
    signatures.iter().for_each(check_words);
    let [found, foreign] = &signatures;
    let is_same = found.verdict == foreign.verdict && found.hints == foreign.hints;
    assert!(!is_same || format!("{found:?}") == format!("{foreign:?}"));
    for encoding in [Encoding::Hex, Encoding::Base64] {
        let Ok(made) = sign(delivery, scheme, &ours.0, encoding) else {
            assert!(matches!(
                found.verdict,
                Verdict::Inconclusive | Verdict::Missing
            ));
            continue;
        };
        assert!(!format!("{found:?}{foreign:?}").contains(&made));
        let signed = ours.1.clone().with_signature(made);
        // Where nothing tells which of two bodies was sent, a match proves nothing.
        let is_undecided = delivery
            .ambiguities
            .iter()
            .any(|ambiguity| ambiguity.doubt == Doubt::OfBoth);
        let want = if is_undecided {
            Verdict::Inconclusive
        } else {
            Verdict::Valid
        };
        assert_eq!(verify(delivery, &signed).verdict, want, "{delivery:?}");
    }
}

/// The verdict on a delivery, with its diagnosis if that is small.
fn explained(delivery: &Delivery<'_>, checks: &Checks) -> Signature {
    let mut signature = verify(delivery, checks);
    if signature.is_mismatch()
        && delivery.body.len() <= EXPLAINED
        && let Some(diagnosis) = diagnose(delivery, checks, &mut Budget::default())
    {
        signature.hints = diagnosis.hints;
        signature.tried = diagnosis.tried;
    }
    signature
}

fn check_words(signature: &Signature) {
    signature
        .reason
        .iter()
        .for_each(|reason| assert_inert(reason));
    signature
        .hints
        .iter()
        .for_each(|hint| assert_inert(&hint.message));
    signature.tried.iter().for_each(|tried| assert_inert(tried));
}
