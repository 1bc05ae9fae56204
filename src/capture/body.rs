//! A body alone: the file that `curl -o`, a log line or a test fixture is.

use std::borrow::Cow;

use super::{Capture, Format, Record};
use crate::delivery::{Delivery, Fidelity, Headers};

/// The record is the body.
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
