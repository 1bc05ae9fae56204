//! The API of the ngrok agent (`localhost:4040/api/requests/http`): one request, or its list.
//!
//! ```json
//! {"uri": "/api/requests/http", "requests": [
//!   {"start": "2025-04-15T06:41:09Z", "request": {"method": "POST", "proto": "HTTP/1.1",
//!    "headers": {"Host": ["h"]}, "uri": "/x", "raw": "UE9TVCAv…"}}]}
//! ```
//!
//! `raw` is the whole HTTP message in base64, so the body is exact; other tools that write this
//! format put only the body there. The agent may keep only the start of a long body.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::http;
use super::json::{Object, Value};
use super::request::{Body, Fault, Request};
use crate::Text;
use crate::delivery::Fidelity;

/// Whether an object has the keys of this format.
pub(super) fn detect(object: &Object<'_>) -> bool {
    object.has_inside("request", &["raw", "proto"]) || is_list(object)
}

/// Whether an object is the agent's list of requests. It is empty until the first request, and then
/// only its own URI identifies it.
fn is_list(object: &Object<'_>) -> bool {
    let Some(mut requests) = object.get("requests").and_then(Value::items) else {
        return false;
    };
    let uri = object.string("uri");
    let mut first = || requests.next().and_then(Value::object);
    uri.is_some_and(|uri| uri.starts_with("/api/requests"))
        || first().is_some_and(|first| first.has_inside("request", &["raw", "proto"]))
}

/// Reads one request or a list of them.
pub(super) fn read<'a>(capture: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    match capture.get("requests") {
        Some(list) => {
            reader.report_repeated(capture, "requests");
            reader.entries(list, request);
        }
        None => reader.entry(capture, request),
    }
}

fn request<'a>(entry: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let sent = entry.need_object("request")?;
    let mut request = raw(sent.need("raw")?)?;
    if request.headers.is_empty() {
        request.headers = sent.headers("headers")?;
    }
    request.method = request.method.or(sent.string("method").map(Text::from));
    request.target = request.target.or(sent.string("uri").map(Text::from));
    request.ambiguities.extend(repeated_keys(entry));
    request.ambiguities.extend(repeated_keys(&sent));
    request.received("start", entry.get("start"));
    Ok(request)
}

/// Reads `raw`: the whole message, or only its body.
fn raw(value: Value<'_>) -> Result<Request<'_>, Fault<'_>> {
    let body = value.base64_body("raw")?;
    if !http::is_request_line(&body.bytes) {
        return Ok(Request {
            body: Some(body),
            ..Request::default()
        });
    }
    let (request, _) = http::message(&body.bytes).map_err(|fault| fault.within(value.text()))?;
    let mut request = request.into_owned();
    if let Some(read) = &mut request.body {
        keep_fidelity(read, &body);
    }
    Ok(request)
}

/// Applies the fidelity of the message, such as that of base64 that was cut off, to its body.
fn keep_fidelity(body: &mut Body<'_>, message: &Body<'_>) {
    if message.fidelity != Fidelity::Exact {
        body.fidelity = message.fidelity;
        body.notes.extend_from_slice(&message.notes);
    }
}
