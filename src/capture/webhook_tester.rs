//! webhook-tester (`tarampampam/webhook-tester`), a self-hosted request inspector.
//!
//! Its API and its storage write the same request with different keys:
//!
//! ```json
//! {"method": "POST", "headers": [{"name": "Host", "value": "h"}], "url": "http://h/",
//!  "request_payload_base64": "eyJh…", "captured_at_unix_milli": 1744699269500}
//! {"method": "POST", "headers": […], "url": …, "body": "eyJh…", "created_at_unit_milli": …}
//! ```
//!
//! The body is base64 in both, so it is exact. The API cuts long header values.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::json::Object;
use super::request::{Body, Fault, Request};
use crate::Text;

/// The number of characters at which the API cuts a header's value.
const MAX_VALUE: usize = 2048;

/// Whether an object has the keys of this format.
pub(super) fn detect(object: &Object<'_>) -> bool {
    object.has("request_payload_base64")
        || object.has_all(&["body", "created_at_unit_milli"])
        || object.has_all(&["body", "created_at_unix_milli"])
}

/// Reads a request.
pub(super) fn read<'a>(entry: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.entry(entry, request);
}

fn request<'a>(entry: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let mut request = Request {
        method: entry.string("method").map(Text::from),
        target: entry.string("url").map(Text::from),
        headers: entry.headers("headers")?,
        body: body(entry)?,
        ambiguities: repeated_keys(entry),
        ..Request::default()
    };
    // `unit` is how the storage spells it.
    let times = [
        "captured_at_unix_milli",
        "created_at_unit_milli",
        "created_at_unix_milli",
    ];
    if let Some(name) = times.into_iter().find(|name| entry.has(name)) {
        request.received(name, entry.get(name));
    }
    let is_at_limit = |value: &Text<'_>| value.as_str().chars().count() == MAX_VALUE;
    if request.headers.iter().any(|(_, value)| is_at_limit(value)) {
        let note = format!("a header value of {MAX_VALUE} characters may be truncated");
        request.notes.push(note);
    }
    Ok(request)
}

/// The body; a request without one has `null`.
fn body<'a>(entry: &Object<'a>) -> Result<Option<Body<'a>>, Fault<'a>> {
    // The API's name comes first: only the API writes it.
    let names = ["request_payload_base64", "body"];
    let Some(name) = names.into_iter().find(|name| entry.has(name)) else {
        return Err(Fault::new(entry.text(), "it has headers but no body"));
    };
    let body = entry.get(name).map(|body| body.base64_body(name));
    body.transpose()
}
