//! The API of webhook.site: one request, or one page of a list.
//!
//! ```json
//! {"per_page": 50, "data": [
//!   {"token_id": "…", "method": "POST", "url": "https://webhook.site/…", "size": 1637,
//!    "headers": {"host": ["h"]}, "content": "{…}", "created_at": "2025-04-15 06:41:09"}]}
//! ```
//!
//! The body is text, and `size` is the number of bytes that were sent.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::json::Object;
use super::length::take_lengths;
use super::request::{Fault, Request};
use crate::Text;

/// Whether an object has the keys of this format.
pub(super) fn detect(object: &Object<'_>) -> bool {
    object.has_all(&["token_id", "content", "headers"])
        || (object.has("per_page") && object.has_list("data"))
}

/// Reads one request or a list of them.
pub(super) fn read<'a>(capture: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    match capture.get("data") {
        Some(list) if !capture.has("content") => {
            reader.report_repeated(capture, "data");
            reader.entries(list, request);
        }
        _ => reader.entry(capture, request),
    }
}

fn request<'a>(entry: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let mut request = Request {
        method: entry.string("method").map(Text::from),
        target: entry.string("url").map(Text::from),
        headers: entry.headers("headers")?,
        ambiguities: repeated_keys(entry),
        ..Request::default()
    };
    take_lengths(&mut request, entry, &["size"]);
    request.received("created_at", entry.get("created_at"));
    request.body = match entry.get("content") {
        Some(content) => Some(content.text_body()?),
        None if entry.has("content") => None,
        None => {
            return Err(Fault::new(entry.text(), "it has headers but no `content`"));
        }
    };
    Ok(request)
}
