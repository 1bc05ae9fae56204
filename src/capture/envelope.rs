//! Objects of headers and a body, as receivers log them.

use super::ambiguity::{most_faithful, repeated_beside_bodies};
use super::json::{Object, Value};
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

/// Members that hold the body, those that nothing has parsed first.
const BODY: [&str; 9] = [
    "rawBody", "bodyRaw", "raw_body", "body_raw", "rawbody", "body", "Body", "payload", "content",
];

/// Those of them that are the body whatever else there is; the others may be something else.
const UNMISTAKABLE: [&str; 7] = [
    "rawBody", "bodyRaw", "raw_body", "body_raw", "rawbody", "body", "Body",
];

/// Members that say how long the body was.
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

const TARGET: [&str; 5] = ["url", "target", "path", "uri", "originalUrl"];

const TIME: [&str; 13] = [
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

/// Says whether an object has a member that could be a body.
pub(super) fn has_body(object: &Object<'_>) -> bool {
    BASE64.iter().chain(&BODY).any(|name| object.has(name))
}

/// Reads an envelope.
pub(super) fn request<'a>(envelope: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    if !has_body(envelope) {
        return Err(Fault::new(envelope.text(), "it has headers without a body"));
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
    request.take_lengths(envelope, &LENGTH);
    if let Some(name) = TIME.iter().find(|name| envelope.get(name).is_some()) {
        request.received(name, envelope.get(name));
    }
    Ok(request)
}

/// The bodies that an envelope holds, the likeliest first, with the names of their members.
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
                // Only what can be read can be compared.
                Ok(body) if (!is_other || is_repeated) && !body.bytes.is_empty() => {
                    bodies.push((name, body));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
    // An empty one is what a logger writes that has the body in another member.
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
    match buffer(value) {
        Some(body) => Ok(body),
        None => value.body(),
    }
}

/// Says whether another member tells that the body is in base64.
fn is_flagged_base64(envelope: &Object<'_>) -> bool {
    ["isBase64Encoded", "is_base64", "base64"]
        .iter()
        .any(|flag| envelope.get(flag).is_some_and(Value::is_true))
        || envelope
            .string("encoding")
            .is_some_and(|encoding| encoding == "base64")
}

/// The bytes of `{"type": "Buffer", "data": [123, 10, …]}`, which is how Node.js writes them.
fn buffer(body: Value<'_>) -> Option<Body<'_>> {
    let object = body.object().filter(|object| object.has("data"))?;
    if object.string("type")? != "Buffer" {
        return None;
    }
    let bytes: Vec<u8> = serde_json::from_str(object.get("data")?.text()).ok()?;
    Some(Body::of(bytes, Fidelity::Exact))
}
