//! The body that all samples of captures hold, and what its sender and its receiver share.

use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::{CaptureFormat, Delivery};
use chatlog::signature::{Checks, Encoding, Scheme, Secret, Verdict, sign, verify};

pub(crate) const SECRET: &str = "chatlog-sample-secret";

/// What OpenSSL signs the body with: `openssl dgst -sha256 -hmac chatlog-sample-secret`.
pub(crate) const SIGNATURE: &str =
    "6a60f0896fe55be4a4a0a3c7bbcc2f4318883f09ac45a7bb4a3f483518264a5f";

/// The body, which changes when any tool prints it again.
pub(crate) const BODY: &str = include_str!("../../samples/captures/body.json");

pub(crate) fn secret() -> Secret {
    Secret::new(SECRET).expect("it is not empty")
}

pub(crate) fn checks() -> Checks {
    Checks::new(Scheme::default(), [secret()])
}

pub(crate) fn verdict(delivery: &Delivery<'_>) -> Verdict {
    verify(delivery, &checks()).verdict
}

/// The signature of a body.
pub(crate) fn signature_of(body: &str) -> String {
    let options = CaptureOptions::for_format(CaptureFormat::Body);
    let capture = deliveries(&record(body.as_bytes()), &options);
    let signature = sign(
        &capture.deliveries[0],
        &Scheme::default(),
        &secret(),
        Encoding::Hex,
    );
    signature.expect("it is signed")
}

/// A record of an input with others.
pub(crate) fn record(bytes: &[u8]) -> Record<'_> {
    Record {
        bytes,
        terminator: b"",
        is_whole: false,
        start: Position::START,
    }
}

/// A record that is all of its input.
pub(crate) fn whole(bytes: &[u8]) -> Record<'_> {
    Record {
        is_whole: true,
        ..record(bytes)
    }
}
