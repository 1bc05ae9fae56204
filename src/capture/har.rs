//! HTTP archives (HAR 1.2), as browsers and proxies export them.

use super::ambiguity::repeated_keys;
use super::json::Object;
use super::reading::Reading;
use super::request::{Fault, Request};
use crate::Text;
use crate::delivery::Headers;

/// Reads every entry of the log.
pub(super) fn read<'a>(archive: &Object<'a>, reading: &mut Reading<'a, '_>) {
    reading.refuse_repeated(archive, "log");
    let log = archive.object("log");
    if let Some(log) = &log {
        reading.refuse_repeated(log, "entries");
    }
    let entries = log.and_then(|log| log.get("entries"));
    match entries {
        Some(entries) => reading.entries(entries, request),
        None => reading.problem(Some(archive.text().as_bytes()), "it has no `log.entries`"),
    }
}

fn request<'a>(entry: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let sent = entry.need("request")?;
    let sent = sent
        .object()
        .ok_or_else(|| Fault::new(sent.text(), "`request` is not an object"))?;
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
        // Not in the standard, but some writers do as for responses.
        let is_base64 = posted
            .string("encoding")
            .is_some_and(|name| name == "base64");
        request.body = Some(if is_base64 {
            text.base64_body("text")?
        } else {
            text.text_body()?
        });
    }
    request.take_lengths(&sent, &["bodySize"]);
    Ok(request)
}

/// HTTP/2 sends the method and the target as headers whose names start with a colon.
fn without_pseudo_headers<'a>(headers: &Headers<'a>) -> Headers<'a> {
    headers
        .iter()
        .filter(|(name, _)| !name.as_str().starts_with(':'))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
