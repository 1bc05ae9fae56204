//! Any JSON object with headers and a body: what receivers write to their own logs.
//!
//! ```json
//! {"received_at": "2025-04-15T06:41:10Z", "method": "POST", "path": "/hook",
//!  "headers": {"X-AIRudder-Sign": "5e0e…"}, "rawBody": "{…}"}
//! ```
//!
//! There is no specification, so members are recognised by the names in the tables below, which are
//! those of common frameworks and loggers. The fidelity depends on the member: base64 and lists of
//! bytes are exact, a string is text, and any other value is reserialized.
//!
//! An envelope often holds the body twice, parsed and raw. The most faithful one is read. If bodies
//! differ, that is an ambiguity; see `ambiguity`.

use super::ambiguity::{most_faithful, repeated_beside_bodies};
use super::entry_reader::EntryReader;
use super::json::{Object, Value};
use super::length::take_lengths;
use super::request::{Body, Fault, Request};
use crate::Text;
use crate::delivery::Fidelity;

/// Members that hold the bytes of the body in base64.
const BASE64: [&str; 10] = [
    "body_b64",
    "body_base64",
    "bodyB64",
    "bodyBase64",
    "base64Body",
    "raw_body_b64",
    "raw_body_base64",
    "rawBodyB64",
    "rawBodyBase64",
    "payload_base64",
];

/// Members that hold the body, the ones that are usually not parsed first.
const BODY: [&str; 9] = [
    "rawBody", "bodyRaw", "raw_body", "body_raw", "rawbody", "body", "Body", "payload", "content",
];

/// The members of [`BODY`] that are always the body. The others have more general names: next to a
/// body, they hold something else.
pub(super) const UNMISTAKABLE: [&str; 7] = [
    "rawBody", "bodyRaw", "raw_body", "body_raw", "rawbody", "body", "Body",
];

/// Members that hold the length of the body in bytes.
const LENGTH: [&str; 8] = [
    "length",
    "size",
    "contentLength",
    "content_length",
    "bodyLength",
    "body_length",
    "bodySize",
    "body_size",
];

/// Members that hold the URL or the path.
pub(super) const TARGET: [&str; 5] = ["url", "target", "path", "uri", "originalUrl"];

/// Members that hold the time at which the request was received.
pub(super) const TIME: [&str; 13] = [
    "received_at",
    "receivedAt",
    "timestamp",
    "@timestamp",
    "time",
    "ts",
    "created_at",
    "createdAt",
    "date",
    "captured_at",
    "capturedAt",
    "logged_at",
    "datetime",
];

/// Whether an object has the keys of this format.
pub(super) fn detect(object: &Object<'_>) -> bool {
    object.has("headers") && has_body(object)
}

/// Whether an object has a member that may be a body.
fn has_body(object: &Object<'_>) -> bool {
    BASE64.iter().chain(&BODY).any(|name| object.has(name))
}

/// Reads an envelope.
pub(super) fn read<'a>(envelope: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.entry(envelope, request);
}

fn request<'a>(envelope: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    if !has_body(envelope) {
        return Err(Fault::new(envelope.text(), "it has headers but no body"));
    }
    let (body, mut ambiguities) = most_faithful(bodies(envelope)?);
    ambiguities.extend(repeated_beside_bodies(envelope));
    let mut request = Request {
        method: envelope
            .string("method")
            .or_else(|| envelope.string("httpMethod"))
            .map(Text::from),
        target: envelope
            .first(&TARGET)
            .and_then(Value::string)
            .map(Text::from),
        headers: envelope.headers("headers")?,
        body,
        ambiguities,
        ..Request::default()
    };
    take_lengths(&mut request, envelope, &LENGTH);
    if let Some(name) = TIME.iter().find(|name| envelope.get(name).is_some()) {
        request.received(name, envelope.get(name));
    }
    Ok(request)
}

/// The bodies that an envelope holds, with the names of their members, the most likely one first.
///
/// The first one must be readable. Further ones only serve to be compared with it, so those that
/// cannot be read are ignored.
fn bodies<'a>(envelope: &Object<'a>) -> Result<Vec<(&'static str, Body<'a>)>, Fault<'a>> {
    let mut bodies = Vec::new();
    let is_flagged = is_flagged_base64(envelope);
    for name in BASE64.into_iter().chain(BODY) {
        let is_other = !BASE64.contains(&name) && !UNMISTAKABLE.contains(&name);
        for value in envelope.all(name) {
            let is_first = bodies.is_empty();
            let is_repeated = bodies.last().is_some_and(|(last, _)| *last == name);
            match body(name, value, is_flagged) {
                Err(fault) if is_first => return Err(fault),
                Ok(body) if is_first => bodies.push((name, body)),
                Ok(body) if (!is_other || is_repeated) && !body.bytes.is_empty() => {
                    bodies.push((name, body));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
    // A logger that has the body in one member may leave the others empty.
    if bodies.iter().any(|(_, body)| !body.bytes.is_empty()) {
        bodies.retain(|(_, body)| !body.bytes.is_empty());
    }
    Ok(bodies)
}

/// The body in one member of an envelope.
fn body<'a>(
    name: &'static str,
    value: Value<'a>,
    is_flagged_base64: bool,
) -> Result<Body<'a>, Fault<'a>> {
    if is_flagged_base64 || BASE64.contains(&name) {
        return value.base64_body(name);
    }
    match value.byte_list() {
        Some(bytes) => Ok(Body::of(bytes, Fidelity::Exact)),
        None => value.body(),
    }
}

/// Whether another member states that the body is base64.
fn is_flagged_base64(envelope: &Object<'_>) -> bool {
    ["isBase64Encoded", "is_base64", "base64"]
        .iter()
        .any(|flag| envelope.get(flag).is_some_and(Value::is_true))
        || envelope
            .string("encoding")
            .is_some_and(|encoding| encoding == "base64")
}
