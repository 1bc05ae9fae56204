//! Forwarders in front of a capture that write JSON again.
//!
//! A dump of what a local receiver got holds exact bytes, but not those of the sender: smee-client and
//! others parse the body of an event and print it again. Nothing can be verified behind them unless the
//! signed style is found by chance, so the forwarder is named as the cause. It is recognised
//!
//! - by a header that it adds: the rows of [`FORWARDERS`];
//! - by a body that arrived otherwise than it was signed: the capture keeps what arrives byte for
//!   byte, so the JSON was written again before that.

use crate::delivery::{CaptureFormat, Delivery, Fidelity, Headers};
use crate::signature::{Code, Hint};

/// A program that writes the JSON of what it forwards again.
struct Forwarder {
    name: &'static str,
    /// The header by which it is known.
    header: &'static str,
    /// Whether it is this program that wrote such a value.
    is_its: fn(&str) -> bool,
}

/// The forwarders that are known by a header.
const FORWARDERS: [Forwarder; 1] = [
    // smee.io adds the time to each event, and its client sends all that an event has as headers.
    Forwarder {
        name: "smee-client",
        header: "timestamp",
        is_its: |value| value.len() == 13 && value.bytes().all(|byte| byte.is_ascii_digit()),
    },
];

/// The hint that a forwarder is the cause of a mismatch, given the hint of what would match.
pub(super) fn forwarder(delivery: &Delivery<'_>, found: Option<&Hint>) -> Option<Hint> {
    let is_printed_otherwise = found.is_none_or(|hint| is_style(hint.code));
    if delivery.fidelity != Fidelity::Exact || !is_printed_otherwise {
        return None;
    }
    if let Some(Forwarder { name, header, .. }) = known(&delivery.headers)
        && delivery.body.starts_with(b"{")
    {
        let what = format!("the header `{header}` tells that {name} forwarded the request");
        return Some(Hint::new(Code::Forwarder, &what));
    }
    // A file with a body alone may have been formatted by anybody.
    let keeps_requests = delivery.format != CaptureFormat::Body && !delivery.headers.is_empty();
    (found.is_some() && keeps_requests).then(|| {
        let what =
            "the capture keeps what arrives, so the body was printed again before it arrived";
        Hint::new(Code::Forwarder, what)
    })
}

fn known(headers: &Headers<'_>) -> Option<&'static Forwarder> {
    FORWARDERS.iter().find(|forwarder| {
        let value = headers.first(forwarder.header);
        value.is_some_and(|value| (forwarder.is_its)(value.as_str()))
    })
}

/// Whether a hint says that JSON was printed in another style.
fn is_style(code: Code) -> bool {
    matches!(
        code,
        Code::ReprintedCompact
            | Code::ReprintedIndented
            | Code::ReprintedSorted
            | Code::ReprintedAscii
    )
}
