//! Requests from the API of the ngrok agent: one, or its list.

use super::ambiguity::repeated_keys;
use super::http;
use super::json::{Object, Value};
use super::reading::Reading;
use super::request::{Body, Fault, Request};
use crate::Text;

/// Reads the request, or each of the list.
pub(super) fn read<'a>(capture: &Object<'a>, reading: &mut Reading<'a, '_>) {
    match capture.get("requests") {
        Some(list) => {
            reading.refuse_repeated(capture, "requests");
            reading.entries(list, request);
        }
        None => reading.entry(capture, request),
    }
}

fn request<'a>(entry: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let sent = entry.need("request")?;
    let sent = sent
        .object()
        .ok_or_else(|| Fault::new(sent.text(), "`request` is not an object"))?;
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

/// The raw bytes are those of the whole message, or of its body alone.
fn raw(value: Value<'_>) -> Result<Request<'_>, Fault<'_>> {
    let body = value.base64_body("raw")?;
    if !super::detect::is_request_line(&body.bytes) {
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

/// What is wrong with the message is wrong with its body.
fn keep_fidelity(body: &mut Body<'_>, message: &Body<'_>) {
    if message.fidelity != crate::delivery::Fidelity::Exact {
        body.fidelity = message.fidelity;
        body.notes.extend_from_slice(&message.notes);
    }
}
