//! smee.io, GitHub's webhook proxy: single events, or the event stream that carries them.
//!
//! ```text
//! id:1
//! data:{"host":"h","x-airudder-sign":"5e0e…","body":{…},"query":{},"timestamp":1744699269500}
//! ```
//!
//! Headers are members of the event, next to `body`. smee parses the body, so it is reserialized;
//! newer versions add the original text as `rawbody`.

use super::ambiguity::most_faithful;
use super::entry_reader::EntryReader;
use super::json::{Object, Value};
use super::request::{Fault, Request};
use crate::Text;
use crate::delivery::Headers;

/// Members of an event that are not headers.
const OTHERS: [&str; 4] = ["body", "rawbody", "query", "timestamp"];

/// Whether an object has the keys of an event. The headers of an envelope are one object; here they
/// are members of the event.
pub(super) fn detect(object: &Object<'_>) -> bool {
    object.has_all(&["body", "query", "timestamp"]) && !object.has("headers")
}

/// Whether an input starts like an event stream.
pub(super) fn detect_stream(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    let fields = [&b"id:"[..], b"event:", b"data:"];
    fields.iter().any(|field| start.starts_with(field))
}

/// Reads one event.
pub(super) fn read<'a>(event: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.entry(event, request);
}

/// Reads the request in an event. Every member that is not one of [`OTHERS`] is a header.
fn request<'a>(event: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let mut bodies = Vec::new();
    for name in ["rawbody", "body"] {
        for body in event.all(name) {
            bodies.push((name, body.body()?));
        }
    }
    if bodies.is_empty() && !event.has("body") {
        return Err(Fault::new(event.text(), "it has no `body`"));
    }
    let (body, ambiguities) = most_faithful(bodies);
    let mut request = Request {
        body,
        ambiguities,
        ..Request::default()
    };
    let mut headers = Headers::default();
    for (name, value) in event.members() {
        if OTHERS.contains(&&**name) {
            continue;
        }
        let values = value.items().into_iter().flatten().chain([value]);
        for value in values.filter_map(Value::string) {
            headers.push(name.clone(), Text::from(value));
        }
    }
    request.headers = headers;
    request.received("timestamp", event.get("timestamp"));
    Ok(request)
}

/// Reads a stream of server-sent events: `field: value` lines, with a blank line after each event.
pub(super) fn read_stream(reader: &mut EntryReader<'_, '_>) {
    let Ok(text) = simdutf8::basic::from_utf8(reader.record.bytes) else {
        reader.problem(Some(reader.record.bytes), "the stream is not UTF-8");
        return;
    };
    let mut frame = Frame::default();
    for line in text.split_inclusive('\n') {
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            read_frame(&std::mem::take(&mut frame), reader);
        } else {
            frame.add(line);
        }
    }
    read_frame(&frame, reader);
    if reader.capture.is_empty() {
        reader.problem(Some(text.as_bytes()), "it has no event with data");
    }
}

/// The lines of one event.
#[derive(Default)]
struct Frame<'a> {
    name: &'a str,
    data: Vec<&'a str>,
}

impl<'a> Frame<'a> {
    fn add(&mut self, line: &'a str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.name = value,
            "data" => self.data.push(value),
            _ => {}
        }
    }
}

fn read_frame<'a>(frame: &Frame<'a>, reader: &mut EntryReader<'a, '_>) {
    let Some(first) = frame.data.first() else {
        return;
    };
    reader.enter(first.as_bytes());
    if ["ready", "ping"].contains(&frame.name) {
        reader.skip(frame.name.to_owned());
        return;
    }
    if let [line] = frame.data[..] {
        match Object::read(line) {
            Some(event) => {
                reader.entry(&event, request);
                reader.end_of(&event);
            }
            None => reader.problem(Some(line.as_bytes()), "its data is not a JSON object"),
        }
        return;
    }
    read_lines(first, &frame.data, reader);
}

/// Reads an event whose data is spread over several lines. Only their concatenation is JSON, so
/// positions inside it are lost.
fn read_lines<'a>(first: &'a str, lines: &[&'a str], reader: &mut EntryReader<'a, '_>) {
    let joined = lines.join("\n");
    let result = match Object::read(&joined) {
        Some(event) if event.fault().is_none() => request(&event).map(Request::into_owned),
        _ => Err(Fault::new(
            &joined,
            "its data is not a complete JSON object",
        )),
    };
    reader.deliver(result.map_err(|fault| fault.within(first)));
}
