//! Detects a capture's format by its first bytes or by its keys.
//!
//! The order of the checks is described in the documentation of the parent module.

use super::Format;
use super::json::{Object, Value};

/// The format of an input that is not JSON, by its first bytes: HTTP messages, curl commands or an
/// event stream. Such an input is one record, however many lines it has.
///
/// `start` is the start of the input, without a byte order mark; 4 KiB are enough.
pub fn sniff(start: &[u8]) -> Option<Format> {
    let start = start.trim_ascii_start();
    if is_request_line(start) {
        return Some(Format::Http);
    }
    let command = start.strip_prefix(b"$ ").unwrap_or(start);
    let command = command.trim_ascii_start().strip_prefix(b"curl");
    let options = command.map(|rest| rest.strip_prefix(b".exe").unwrap_or(rest));
    if options.is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace)) {
        return Some(Format::Curl);
    }
    [&b"id:"[..], b"event:", b"data:"]
        .iter()
        .any(|field| start.starts_with(field))
        .then_some(Format::Smee)
}

/// Whether bytes start with a request line, such as `POST /path HTTP/1.1`.
pub(super) fn is_request_line(start: &[u8]) -> bool {
    if !start.first().is_some_and(u8::is_ascii_uppercase) {
        return false;
    }
    let line = memchr::memchr(b'\n', start).map_or(start, |newline| &start[..newline]);
    let mut words = line.split(|byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    let version = words.next().and_then(|word| word.strip_prefix(b"HTTP/"));
    method.iter().all(u8::is_ascii_uppercase)
        && !target.is_empty()
        && version.is_some_and(|version| version.first().is_some_and(u8::is_ascii_digit))
}

/// Keys of a notification that no capture format uses.
const NOTIFICATION: [&[u8]; 18] = [
    b"workflow_id",
    b"workflow_name",
    b"nodetask_id",
    b"nodetask_name",
    b"waba_task_id",
    b"wfdetail_uuid",
    b"channel_id",
    b"callee",
    b"call_id",
    b"robot_id",
    b"session_start_time",
    b"session_end_time",
    b"session_end_reason",
    b"intention",
    b"talk_round",
    b"ner_slots",
    b"event_label",
    b"messages",
];

/// Whether the first key of an object is one of [`NOTIFICATION`]. Such an object is a bare body,
/// whatever its other keys are. This is a shortcut for the most frequent input; a bare body with
/// another first key is recognised because no format matches it.
pub(super) fn starts_like_notification(bytes: &[u8]) -> bool {
    let key = || {
        let members = bytes.trim_ascii_start().strip_prefix(b"{")?;
        let key = members.trim_ascii_start().strip_prefix(b"\"")?;
        let end = key.iter().take(20).position(|byte| *byte == b'"')?;
        Some(&key[..end])
    };
    key().is_some_and(|key| NOTIFICATION.contains(&key))
}

/// Whether a body looks like a notification: it has at least three of the notification's keys. One
/// or two could belong to any program.
pub fn is_notification(body: &[u8]) -> bool {
    let object = std::str::from_utf8(body).ok().and_then(Object::read);
    let has = |key: &&&[u8]| {
        let name = std::str::from_utf8(key);
        name.is_ok_and(|name| object.as_ref().is_some_and(|object| object.has(name)))
    };
    NOTIFICATION.iter().filter(has).take(3).count() == 3
}

/// The format of an object, by its keys. The formats with the most specific keys are tried first.
pub(super) fn detect_object(object: &Object<'_>) -> Option<Format> {
    let has = |keys: &[&str]| keys.iter().all(|key| object.has(key));
    let inside = |name: &str, keys: &[&str]| {
        let inner = || object.object(name);
        has(&[name]) && inner().is_some_and(|inner| keys.iter().all(|key| inner.has(key)))
    };
    let list = |name: &str| {
        object
            .get(name)
            .is_some_and(|value| value.items().is_some())
    };
    let version = || {
        object
            .string("version")
            .is_some_and(|version| version == "2.0")
    };

    let format = if inside("log", &["entries"]) {
        Format::Har
    } else if has(&["requestContext"]) && (has(&["rawPath"]) || version()) {
        Format::ApiGatewayV2
    } else if has(&["httpMethod"]) && (has(&["requestContext"]) || has(&["multiValueHeaders"])) {
        Format::ApiGateway
    } else if inside("request", &["raw", "proto"]) || is_ngrok_list(object) {
        Format::Ngrok
    } else if has(&["token_id", "content", "headers"]) || (has(&["per_page"]) && list("data")) {
        Format::WebhookSite
    } else if has(&["request_payload_base64"])
        || has(&["body", "created_at_unit_milli"])
        || has(&["body", "created_at_unix_milli"])
    {
        Format::WebhookTester
    } else if has(&["Header", "Body"]) {
        Format::GhWebhook
    } else if (has(&["source_id"]) && inside("data", &["headers", "body"])) || list("models") {
        Format::Hookdeck
    } else if has(&["headers", "params", "query", "body", "webhookUrl"]) {
        Format::N8n
    } else if is_postman(object) {
        Format::Postman
    } else if has(&["body", "query", "timestamp"]) && !has(&["headers"]) {
        Format::Smee
    } else if has(&["headers"]) && super::envelope::has_body(object) {
        Format::Envelope
    } else {
        return None;
    };
    Some(format)
}

/// The agent's list of requests. It is empty until the first request, and then only its own URI
/// identifies it.
fn is_ngrok_list(object: &Object<'_>) -> bool {
    let Some(mut requests) = object.get("requests").and_then(Value::items) else {
        return false;
    };
    let uri = object.string("uri");
    uri.is_some_and(|uri| uri.starts_with("/api/requests"))
        || requests
            .next()
            .and_then(|first| first.object()?.object("request"))
            .is_some_and(|request| request.has("raw") && request.has("proto"))
}

fn is_postman(object: &Object<'_>) -> bool {
    let schema = || object.object("info")?.string("schema");
    object.has("info") && schema().is_some_and(|schema| schema.contains("getpostman.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_not_json_by_its_first_line() {
        for (start, want) in [
            ("POST /hook HTTP/1.1\r\nHost: a", Some(Format::Http)),
            ("\nPOST https://a/b HTTP/2\n", Some(Format::Http)),
            ("curl -X POST https://a", Some(Format::Curl)),
            ("$ curl.exe ^\r\n", Some(Format::Curl)),
            ("event: ready\ndata: {}\n", Some(Format::Smee)),
            ("POST /hook\r\n", None),
            ("curly {", None),
            ("{\"data\": 1}", None),
            ("", None),
        ] {
            assert_eq!(sniff(start.as_bytes()), want, "{start}");
        }
    }
}
