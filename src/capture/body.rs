//! A body without its request: a test fixture, a line of NDJSON, a file written by a receiver.
//!
//! ```json
//! {"callee": "+62…", "session_end_reason": "expire", "messages": […]}
//! ```
//!
//! The body is exact: it is the record, byte for byte. Only the line break at the end of a line or
//! a file is in doubt, and a signature is checked with and without it.

use std::borrow::Cow;

use super::{Capture, Format, Record};
use crate::delivery::{Delivery, Fidelity, Headers};

/// Reads the record as one body.
pub(super) fn read<'a>(record: &Record<'a>) -> Capture<'a> {
    let delivery = Delivery {
        format: Format::Body,
        fidelity: Fidelity::Exact,
        method: None,
        target: None,
        received_at: None,
        headers: Headers::default(),
        body: Cow::Borrowed(record.bytes),
        encoded_body: None,
        terminator: record.terminator,
        ends_input: record.is_whole,
        start: record.start,
        body_start: Some(record.start),
        notes: Vec::new(),
        ambiguities: Vec::new(),
    };
    Capture {
        format: Format::Body,
        deliveries: vec![delivery],
        skipped: Vec::new(),
        problems: Vec::new(),
    }
}
