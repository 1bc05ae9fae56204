//! The events that `gh webhook forward`, an extension of GitHub's command line, receives.
//!
//! ```json
//! {"Header": {"Content-Type": ["application/json"]}, "Body": "eyJh…"}
//! ```
//!
//! This is how Go marshals a header and a `[]byte`: the body is base64, so it is exact.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::json::Object;
use super::request::{Fault, Request};

/// Whether an object has the keys of this format.
pub(super) fn detect(object: &Object<'_>) -> bool {
    object.has_all(&["Header", "Body"])
}

/// Reads an event.
pub(super) fn read<'a>(event: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.entry(event, request);
}

fn request<'a>(event: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    Ok(Request {
        headers: event.headers("Header")?,
        body: match event.get("Body") {
            Some(body) => Some(body.base64_body("Body")?),
            None if event.has("Body") => None,
            None => return Err(Fault::new(event.text(), "it has headers but no `Body`")),
        },
        ambiguities: repeated_keys(event),
        ..Request::default()
    })
}
