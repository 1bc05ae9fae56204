//! HTTP archives (HAR 1.2), exported by browsers and proxies.
//!
//! ```json
//! {"log": {"entries": [{"startedDateTime": "2025-04-15T06:41:09Z", "request": {
//!   "method": "POST", "url": "https://h/x", "headers": [{"name": "Host", "value": "h"}],
//!   "postData": {"mimeType": "application/json", "text": "{…}"}, "bodySize": 1637}}]}}
//! ```
//!
//! The body is text, or exact where the writer uses base64. Most entries of an archive are GET
//! requests, which are skipped.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::json::Object;
use super::length::take_lengths;
use super::request::{Fault, Request};
use crate::Text;
use crate::delivery::Headers;

/// Whether an object has the keys of this format.
pub(super) fn detect(object: &Object<'_>) -> bool {
    object.has_inside("log", &["entries"])
}

/// Reads every entry of the log.
pub(super) fn read<'a>(archive: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.report_repeated(archive, "log");
    let log = archive.object("log");
    if let Some(log) = &log {
        reader.report_repeated(log, "entries");
    }
    let entries = log.and_then(|log| log.get("entries"));
    match entries {
        Some(entries) => reader.entries(entries, request),
        None => reader.problem(Some(archive.text().as_bytes()), "it has no `log.entries`"),
    }
}

fn request<'a>(entry: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let sent = entry.need_object("request")?;
    let mut request = Request {
        method: sent.string("method").map(Text::from),
        target: sent.string("url").map(Text::from),
        headers: without_pseudo_headers(&sent.headers("headers")?),
        ambiguities: repeated_keys(entry),
        ..Request::default()
    };
    request.ambiguities.extend(repeated_keys(&sent));
    request.received("startedDateTime", entry.get("startedDateTime"));
    if let Some(posted) = sent.object("postData")
        && let Some(text) = posted.get("text")
    {
        request.ambiguities.extend(repeated_keys(&posted));
        // HAR defines `encoding` only for responses, but some writers use it for requests too.
        let is_base64 = posted
            .string("encoding")
            .is_some_and(|name| name == "base64");
        request.body = Some(if is_base64 {
            text.base64_body("text")?
        } else {
            text.text_body()?
        });
    }
    take_lengths(&mut request, &sent, &["bodySize"]);
    Ok(request)
}

/// The headers without `:method`, `:path` and the like, which carry the request line in HTTP/2.
fn without_pseudo_headers<'a>(headers: &Headers<'a>) -> Headers<'a> {
    headers
        .iter()
        .filter(|(name, _)| !name.as_str().starts_with(':'))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
