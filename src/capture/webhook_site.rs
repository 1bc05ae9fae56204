//! Requests from the API of webhook.site: one, or a page of a list.

use super::ambiguity::repeated_keys;
use super::json::Object;
use super::reading::Reading;
use super::request::{Fault, Request};
use crate::Text;

/// Reads the request, or each of the list.
pub(super) fn read<'a>(capture: &Object<'a>, reading: &mut Reading<'a, '_>) {
    match capture.get("data") {
        Some(list) if !capture.has("content") => {
            reading.refuse_repeated(capture, "data");
            reading.entries(list, request);
        }
        _ => reading.entry(capture, request),
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
    request.take_lengths(entry, &["size"]);
    request.received("created_at", entry.get("created_at"));
    request.body = match entry.get("content") {
        Some(content) => Some(content.text_body()?),
        None if entry.has("content") => None,
        None => {
            return Err(Fault::new(
                entry.text(),
                "it has headers without a `content`",
            ));
        }
    };
    Ok(request)
}
