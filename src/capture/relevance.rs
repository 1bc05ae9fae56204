//! What is passed over because it holds no notification: logs, tables and captures record whatever
//! happened, and most of that is nobody's webhook.
//!
//! | what | is passed over if |
//! |---|---|
//! | a request in a capture | it has no signature, and its body is neither a notification nor a piece of one |
//! | a JSON object among others | it has a time, a level or an index, as records of logs and tables do, and is not a notification |
//!
//! Both are counted. A request with a signature is always a delivery, and so is the only request of an
//! input. What begins like JSON and breaks off may have been a notification, so it stays a delivery too.

use serde::de::IgnoredAny;

use super::body::has_telling_keys;
use super::envelope::TIME;
use super::json::Object;
use super::record::{Capture, Skipped, SkippedPart};
use crate::Position;
use crate::delivery::{CaptureFormat, Delivery, Headers, SIGNATURE_HEADER};
use crate::documented::{SESSION_END_FIELDS, holds_telling_key};

/// Members that give the time, the level or the index of a record, besides [`TIME`].
const OF_RECORDS: [&str; 16] = [
    "level",
    "severity",
    "levelname",
    "log_level",
    "loglevel",
    "lvl",
    "stream",
    "asctime",
    "eventTime",
    "ingestionTime",
    "updated_at",
    "inserted_at",
    "_time",
    "__REALTIME_TIMESTAMP",
    "_index",
    "index",
];

/// Passes over the requests of a capture that hold no notification, unless one is all that its input
/// holds.
pub(super) fn pass_over_other_requests(capture: &mut Capture<'_>, is_whole: bool) {
    if matches!(capture.format, CaptureFormat::Body | CaptureFormat::Nested)
        || is_whole && capture.deliveries.len() == 1
    {
        return;
    }
    let is_other = |it: &mut Delivery<'_>| !is_signed(&it.headers) && is_other(&it.body);
    let others = capture.deliveries.extract_if(.., is_other);
    let skipped =
        |it: Delivery<'_>| Skipped::without_notification(SkippedPart::Request, 1, it.start);
    capture.skipped.extend(others.map(skipped));
}

/// The object at `position`, if it is a record of a log or a table, and not a notification.
pub(super) fn passed_over_record(object: &Object<'_>, position: Position) -> Option<Skipped> {
    let text = object.text();
    let is_record = object
        .members()
        .any(|(key, _)| TIME.contains(&&**key) || OF_RECORDS.contains(&&**key));
    let is_passed_over =
        is_record && is_of_no_kind(object) && serde_json::from_str::<IgnoredAny>(text).is_ok();
    is_passed_over.then(|| Skipped::without_notification(SkippedPart::Record, 1, position))
}

/// Whether the headers of a request say that the platform may have sent it.
pub(super) fn is_signed(headers: &Headers<'_>) -> bool {
    headers.first(SIGNATURE_HEADER).is_some() || headers.first("is-encrypted").is_some()
}

/// Whether a body is neither a notification nor a piece of one.
fn is_other(body: &[u8]) -> bool {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match text.trim_ascii_start().first() {
        Some(b'{' | b'[') if serde_json::from_slice::<IgnoredAny>(text).is_err() => false,
        Some(b'{') => {
            let object = std::str::from_utf8(text).ok().and_then(Object::read);
            object.is_some_and(|object| is_of_no_kind(&object))
        }
        _ => !holds_telling_key(text),
    }
}

/// Whether an object is not a notification of the platform, whole or broken.
fn is_of_no_kind(object: &Object<'_>) -> bool {
    let mut keys = object.members().map(|(key, _)| key);
    !has_telling_keys(object) && !keys.any(|key| SESSION_END_FIELDS.contains(&&**key))
}
