//! Requests and events from the API of Hookdeck: one, or a page of a list.

use super::ambiguity::repeated_keys;
use super::json::{Object, Value};
use super::reading::Reading;
use super::request::{Fault, Request};
use crate::Text;

/// Reads the request, or each of the list.
pub(super) fn read<'a>(capture: &Object<'a>, reading: &mut Reading<'a, '_>) {
    match capture.get("models") {
        Some(list) => {
            reading.refuse_repeated(capture, "models");
            reading.entries(list, request);
        }
        None => reading.entry(capture, request),
    }
}

fn request<'a>(entry: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let data = entry.need("data")?;
    let data = data
        .object()
        .ok_or_else(|| Fault::new(data.text(), "`data` is not an object"))?;
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
        return Err(Fault::new(data.text(), "it has headers without a `body`"));
    }
    let times = ["ingested_at", "created_at"];
    if let Some(name) = times.into_iter().find(|name| entry.get(name).is_some()) {
        request.received(name, entry.get(name));
    }
    if let Some(verified) = entry.get("verified") {
        let verdict = if verified.is_true() {
            "verified"
        } else {
            "not verified"
        };
        request.notes.push(format!("Hookdeck says: {verdict}"));
    }
    Ok(request)
}
