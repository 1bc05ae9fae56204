//! The events that AWS passes to a Lambda function: from API Gateway in either payload version,
//! from load balancers and from function URLs.
//!
//! ```json
//! {"httpMethod": "POST", "path": "/x", "multiValueHeaders": {…}, "requestContext": {…},
//!  "body": "eyJh…", "isBase64Encoded": true}
//! {"version": "2.0", "rawPath": "/x", "headers": {…}, "requestContext": {"http": {…}},
//!  "body": "{…}", "isBase64Encoded": false}
//! ```
//!
//! The body is exact in base64, and text otherwise.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::json::{Object, Value};
use super::request::{Body, Fault, Request};
use crate::Text;

/// Whether an object has the keys of payload version 1.
pub(super) fn detect_v1(object: &Object<'_>) -> bool {
    object.has("httpMethod") && (object.has("requestContext") || object.has("multiValueHeaders"))
}

/// Whether an object has the keys of payload version 2.
pub(super) fn detect_v2(object: &Object<'_>) -> bool {
    let version = || object.string("version");
    object.has("requestContext")
        && (object.has("rawPath") || version().is_some_and(|version| version == "2.0"))
}

/// Reads an event of payload version 1.
pub(super) fn read_v1<'a>(event: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.entry(event, version_1);
}

/// Reads an event of payload version 2.
pub(super) fn read_v2<'a>(event: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.entry(event, version_2);
}

/// Reads an event of a REST API (payload version 1) or of a load balancer.
fn version_1<'a>(event: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    // `headers` keeps only the last value of a repeated name.
    let mut headers = event.headers("multiValueHeaders")?;
    if headers.is_empty() {
        headers = event.headers("headers")?;
    }
    let mut request = Request {
        method: event.string("httpMethod").map(Text::from),
        target: event.string("path").map(Text::from),
        headers,
        body: body(event)?,
        ambiguities: repeated_keys(event),
        ..Request::default()
    };
    let context = event.object("requestContext");
    let time = context.and_then(|context| context.get("requestTimeEpoch"));
    request.received("requestTimeEpoch", time);
    Ok(request)
}

/// Reads an event of an HTTP API (payload version 2) or of a function URL.
fn version_2<'a>(event: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let context = event.object("requestContext");
    let http = context.as_ref().and_then(|context| context.object("http"));
    let method = http.as_ref().and_then(|http| http.string("method"));
    let path = event
        .string("rawPath")
        .or_else(|| http.as_ref().and_then(|http| http.string("path")));
    let mut request = Request {
        method: method.map(Text::from),
        headers: event.headers("headers")?,
        body: body(event)?,
        ambiguities: repeated_keys(event),
        ..Request::default()
    };
    request.target = path.map(|path| match event.string("rawQueryString") {
        Some(query) if !query.is_empty() => Text::from(format!("{path}?{query}")),
        _ => Text::from(path),
    });
    let cookies = event.get("cookies").and_then(Value::items);
    for cookie in cookies.into_iter().flatten().filter_map(Value::string) {
        request.headers.push("cookie", cookie);
    }
    request.received(
        "timeEpoch",
        context.and_then(|context| context.get("timeEpoch")),
    );
    Ok(request)
}

/// The body; a request without one has `null` or no member at all.
fn body<'a>(event: &Object<'a>) -> Result<Option<Body<'a>>, Fault<'a>> {
    let Some(body) = event.get("body") else {
        return Ok(None);
    };
    Ok(Some(match event.get("isBase64Encoded") {
        Some(flag) if flag.is_true() => body.base64_body("body")?,
        _ => body.text_body()?,
    }))
}
