//! Events of smee.io, alone or in the event stream that carries them.

use super::Capture;
use super::ambiguity::most_faithful;
use super::json::{Object, Value};
use super::reading::Reading;
use super::request::{Fault, Request};
use crate::Text;
use crate::delivery::Headers;

/// Members of an event that are not headers.
const OTHERS: [&str; 4] = ["body", "rawbody", "query", "timestamp"];

/// Reads an event: the headers lie about between the other members.
pub(super) fn request<'a>(event: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
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

/// Reads the events of a stream.
pub(super) fn read_stream<'a>(mut reading: Reading<'a, '_>) -> Capture<'a> {
    let Ok(text) = simdutf8::basic::from_utf8(reading.record.bytes) else {
        reading.problem(Some(reading.record.bytes), "the stream is not UTF-8");
        return reading.capture;
    };
    let mut frame = Frame::default();
    for line in text.split_inclusive('\n') {
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            read_frame(&std::mem::take(&mut frame), &mut reading);
        } else {
            frame.add(line);
        }
    }
    read_frame(&frame, &mut reading);
    reading.capture
}

/// One event of a stream.
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

fn read_frame<'a>(frame: &Frame<'a>, reading: &mut Reading<'a, '_>) {
    let Some(first) = frame.data.first() else {
        return;
    };
    reading.enter(first.as_bytes());
    if ["ready", "ping"].contains(&frame.name) {
        reading.skip(frame.name.to_owned());
        return;
    }
    if let [line] = frame.data[..] {
        match Object::read(line) {
            Some(event) => {
                reading.entry(&event, request);
                reading.end_of(&event);
            }
            None => reading.problem(Some(line.as_bytes()), "the data is not an object"),
        }
        return;
    }
    read_lines(first, &frame.data, reading);
}

/// Reads an event whose data is several lines, which are one text only when they are joined.
fn read_lines<'a>(first: &'a str, lines: &[&'a str], reading: &mut Reading<'a, '_>) {
    let joined = lines.join("\n");
    let result = match Object::read(&joined) {
        Some(event) if event.fault().is_none() => request(&event).map(Request::into_owned),
        _ => Err(Fault::new(&joined, "the data is not a complete object")),
    };
    reading.deliver(result.map_err(|fault| fault.within(first)));
}
