//! The API of Hookdeck: a request or an event, or one page of a list.
//!
//! ```json
//! {"models": [{"source_id": "src_1", "verified": true, "ingested_at": "2025-04-15T06:41:09Z",
//!              "data": {"method": "POST", "path": "/x", "headers": {…}, "body": {…}}}]}
//! ```
//!
//! Hookdeck parses the body, so it is reserialized; a body that is a string is text.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::json::{Object, Value};
use super::request::{Fault, Request};
use crate::Text;

/// Whether an object has the keys of this format.
pub(super) fn detect(object: &Object<'_>) -> bool {
    (object.has("source_id") && object.has_inside("data", &["headers", "body"]))
        || object.has_list("models")
}

/// Reads one request or a list of them.
pub(super) fn read<'a>(capture: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    match capture.get("models") {
        Some(list) => {
            reader.report_repeated(capture, "models");
            reader.entries(list, request);
        }
        None => reader.entry(capture, request),
    }
}

fn request<'a>(entry: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let data = entry.need_object("data")?;
    let mut request = Request {
        method: data.string("method").map(Text::from),
        target: data.string("path").map(Text::from),
        headers: data.headers("headers")?,
        body: data.get("body").map(Value::body).transpose()?,
        ambiguities: repeated_keys(entry),
        ..Request::default()
    };
    request.ambiguities.extend(repeated_keys(&data));
    if request.body.is_none() && !data.has("body") {
        return Err(Fault::new(data.text(), "it has headers but no `body`"));
    }
    let times = ["ingested_at", "created_at"];
    if let Some(name) = times.into_iter().find(|name| entry.get(name).is_some()) {
        request.received(name, entry.get(name));
    }
    request
        .notes
        .extend(entry.get("verified").map(note_verified));
    Ok(request)
}

/// A note on Hookdeck's own verdict, which is shown but not trusted.
fn note_verified(verified: Value<'_>) -> String {
    let verdict = if verified.is_true() {
        "verified"
    } else {
        "not verified"
    };
    format!("Hookdeck says: {verdict}")
}
