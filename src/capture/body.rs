//! A body without its request: a test fixture, a line of NDJSON, a file written by a receiver.
//!
//! ```json
//! {"callee": "+62…", "session_end_reason": "expire", "messages": […]}
//! ```
//!
//! The body is exact: it is the record, byte for byte. Only the line break at the end of a line or
//! a file is in doubt, and a signature is checked with and without it.

use std::borrow::Cow;
use std::sync::LazyLock;

use foldhash::HashSet;
use memchr::memmem::Finder;

use super::json::Object;
use super::record::{Capture, Record};
use crate::delivery::CaptureFormat;
use crate::delivery::{Delivery, Fidelity, Headers};
use crate::documented;

/// How many of its 22 keys an object must have to be a notification wherever it is: more than half of
/// them. A row of a table may repeat some as its columns, next to the notification itself.
const MOST: u32 = 12;

/// How many telling keys a notification has at least: one or two could belong to any program.
const MIN_TELLING: usize = 3;

/// Whether the first key of an object tells a notification, and `messages` is a key, too. Such an
/// object is a bare body, whatever its other keys are. This is a shortcut for the most frequent input:
/// a bare body with other keys is recognised because no format matches it. A row of a table that
/// starts with a column of the same name keeps the messages in a string.
pub(super) fn detect(bytes: &[u8]) -> bool {
    static MESSAGES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"messages\""));
    let key = || {
        let members = bytes.trim_ascii_start().strip_prefix(b"{")?;
        let key = members.trim_ascii_start().strip_prefix(b"\"")?;
        let end = key.iter().take(20).position(|byte| *byte == b'"')?;
        Some(&key[..end])
    };
    let is_telling = |key| std::str::from_utf8(key).is_ok_and(documented::is_telling);
    key().is_some_and(is_telling) && MESSAGES.find(bytes).is_some()
}

/// Reads the record as one body.
pub(super) fn read<'a>(record: &Record<'a>) -> Capture<'a> {
    let delivery = Delivery {
        format: CaptureFormat::Body,
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
        deliveries: vec![delivery],
        ..Capture::new(CaptureFormat::Body)
    }
}

/// Whether an object has most of a notification's keys.
pub(super) fn has_most_keys(object: &Object<'_>) -> bool {
    let mut found = 0_u32;
    for (key, _) in object.members() {
        let mut known = documented::SESSION_END.iter();
        if let Some(at) = known.position(|known| *known == key) {
            found |= 1 << at;
        }
    }
    found.count_ones() >= MOST
}

/// Whether a body looks like a notification of the platform: it has keys enough that tell one.
pub fn is_notification(body: &[u8]) -> bool {
    let object = std::str::from_utf8(body).ok().and_then(Object::read);
    object.as_ref().is_some_and(has_telling_keys)
}

/// Whether an object has keys enough that tell a notification of the platform.
pub(super) fn has_telling_keys(object: &Object<'_>) -> bool {
    let keys = object.members().map(|(key, _)| key);
    let telling: HashSet<_> = keys.filter(|key| documented::is_telling(key)).collect();
    telling.len() >= MIN_TELLING
}
