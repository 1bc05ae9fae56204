//! From what a capture says of its requests to deliveries: what every format has in common.

use std::fmt::Display;

use memchr::memmem;

use super::encoding::{Decoded, decode};
use super::json::{Object, Value};
use super::length::compare_length;
use super::request::{Body, Fault, Request};
use super::{Capture, Format, Limits, Problem, Record, Skipped};
use crate::Position;
use crate::Text;
use crate::delivery::{Delivery, Fidelity, Headers};

/// What decoders put where bytes are not characters.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// A record in the course of being read.
#[derive(Debug)]
pub(super) struct Reading<'a, 'r> {
    pub(super) record: &'r Record<'a>,
    pub(super) capture: Capture<'a>,
    limits: Limits,
    /// The entry that is being read: its first byte in the record, and where that is.
    entry: (usize, Position),
}

impl<'a, 'r> Reading<'a, 'r> {
    /// Nothing is read yet.
    pub(super) fn new(format: Format, record: &'r Record<'a>, limits: Limits) -> Self {
        Self {
            record,
            capture: Capture {
                format,
                deliveries: Vec::new(),
                skipped: Vec::new(),
                problems: Vec::new(),
            },
            limits,
            entry: (0, record.start),
        }
    }

    /// Reads every entry of a list.
    pub(super) fn entries(
        &mut self,
        list: Value<'a>,
        request: impl Fn(&Object<'a>) -> Result<Request<'a>, Fault<'a>>,
    ) {
        let Some(items) = list.items() else {
            self.problem(Some(list.text().as_bytes()), "expected an array");
            return;
        };
        for item in items {
            self.enter(item.text().as_bytes());
            match item.object() {
                Some(entry) => self.entry(&entry, &request),
                None => self.problem(Some(item.text().as_bytes()), "expected an object"),
            }
        }
    }

    /// Reads one entry.
    pub(super) fn entry(
        &mut self,
        entry: &Object<'a>,
        request: impl Fn(&Object<'a>) -> Result<Request<'a>, Fault<'a>>,
    ) {
        self.enter(entry.text().as_bytes());
        match request(entry) {
            // What is missing from an entry that was cut off is missing because of that.
            Err(_) | Ok(Request { body: None, .. }) if entry.fault().is_some() => {
                self.end_of(entry);
            }
            result => self.deliver(result),
        }
    }

    /// Says what is wrong with the end of an object, if something is.
    pub(super) fn end_of(&mut self, object: &Object<'a>) {
        match object.fault() {
            None => {}
            Some(fault) if fault.trim().is_empty() => {
                self.problem(Some(fault.as_bytes()), "it ends too early");
            }
            Some(fault) => {
                let found = Text::from(fault.trim_start()).shortened(20).to_string();
                self.problem(
                    Some(fault.as_bytes()),
                    format!("expected `,` or the end of an object, found `{found}`"),
                );
            }
        }
    }

    /// Goes on to the entry that starts with `part`: places are counted from there.
    pub(super) fn enter(&mut self, part: &[u8]) {
        if let (Some(at), Some(position)) = (self.offset(part), self.position(part)) {
            self.entry = (at, position);
        }
    }

    /// Where `part` starts, if it is a part of the input.
    fn position(&self, part: &[u8]) -> Option<Position> {
        let at = self.offset(part)?;
        let (start, position) = if at < self.entry.0 {
            (0, self.record.start)
        } else {
            self.entry
        };
        Some(position.after_bytes(&self.record.bytes[start..at]))
    }

    /// The byte of the record at which `part` starts, if it is a part of it.
    fn offset(&self, part: &[u8]) -> Option<usize> {
        let at = part
            .as_ptr()
            .addr()
            .checked_sub(self.record.bytes.as_ptr().addr())?;
        (at + part.len() <= self.record.bytes.len()).then_some(at)
    }

    /// Says that of two different lists of one name only the last is read.
    pub(super) fn refuse_repeated(&mut self, object: &Object<'a>, name: &str) {
        if object.is_ambiguous(name) {
            let what = format!("two `{name}` keys differ, and only the last is read");
            self.problem(Some(object.text().as_bytes()), what);
        }
    }

    /// Notes what cannot be read, once for each place.
    pub(super) fn problem(&mut self, part: Option<&[u8]>, what: impl Display) {
        let position = part.and_then(|part| self.position(part));
        let last = self.capture.problems.last();
        if position.is_some() && last.is_some_and(|last| last.position == position) {
            return;
        }
        let format = self.capture.format;
        let what = match format {
            Format::Http => format!("looks like an HTTP message, but {what}"),
            Format::Curl => format!("looks like a curl command, but {what}"),
            _ => format!("looks like `{format}`, but {what}"),
        };
        self.capture.problems.push(Problem {
            position,
            message: what,
        });
    }

    /// Counts a request that is not a webhook.
    pub(super) fn skip(&mut self, reason: String) {
        self.capture.skipped.push(Skipped {
            position: self.entry.1,
            reason,
        });
    }

    /// Makes a delivery of a request, if it is a webhook.
    pub(super) fn deliver(&mut self, request: Result<Request<'a>, Fault<'a>>) {
        match request {
            Err(fault) => self.problem(fault.place, fault.message),
            Ok(Request {
                method: Some(method),
                ..
            }) if !method.as_str().eq_ignore_ascii_case("POST") => {
                self.skip(method.shortened(20).to_string());
            }
            Ok(mut request) => match request.body.take().filter(|body| !body.bytes.is_empty()) {
                None => self.skip("no body".to_owned()),
                Some(body) => self.deliver_body(request, body),
            },
        }
    }

    fn deliver_body(&mut self, mut request: Request<'a>, mut body: Body<'a>) {
        compare_length(&mut request, &mut body);
        let start = body.place.and_then(|place| self.position(place));
        let limit = self.limits.max_body;
        for encoding in encodings(&request.headers) {
            if !undo(&encoding, &mut body, limit) {
                let entry = self.record.bytes.get(self.entry.0..);
                self.problem(
                    entry,
                    format!("the decoded body is larger than {limit} bytes (see --max-size)"),
                );
                return;
            }
        }
        compare_charset(&request.headers, &mut body);
        request.notes.append(&mut body.notes);
        request.ambiguities.append(&mut body.ambiguities);
        self.capture.deliveries.push(Delivery {
            format: self.capture.format,
            fidelity: body.fidelity,
            method: request.method,
            target: request.target,
            received_at: request.received_at,
            headers: request.headers,
            body: body.bytes,
            body_start: start.filter(|_| body.encoded.is_none()),
            encoded_body: body.encoded,
            terminator: body.terminator,
            ends_input: body.ends_input,
            start: self.entry.1,
            notes: request.notes,
            ambiguities: request.ambiguities,
        });
    }
}

/// Undoes one content encoding of a body, if nothing has before; `false` if it gets too large.
fn undo(encoding: &str, body: &mut Body<'_>, limit: usize) -> bool {
    let decoded = match body.fidelity {
        Fidelity::Reserialized => return true,
        Fidelity::Text | Fidelity::Decoded => Decoded::Not,
        Fidelity::Exact | Fidelity::Truncated => decode(encoding, &body.bytes, limit),
    };
    let note = match decoded {
        Decoded::TooLarge => return false,
        Decoded::Whole(bytes) => {
            body.replace(bytes);
            format!("decoded {encoding}")
        }
        Decoded::Broken(bytes, error) => {
            body.replace(bytes);
            body.fidelity = Fidelity::Truncated;
            format!("the {encoding} data is incomplete: {error}")
        }
        Decoded::Unknown if simdutf8::basic::from_utf8(&body.bytes).is_err() => {
            format!("cannot decode {encoding}")
        }
        Decoded::Not | Decoded::Unknown => {
            body.fidelity = Fidelity::Decoded;
            format!("{encoding} was decoded when it was saved")
        }
    };
    body.notes.push(note);
    true
}

/// The content encodings a body has, the outermost first; safe to show.
pub(super) fn encodings(headers: &Headers<'_>) -> Vec<String> {
    let mut names: Vec<String> = headers
        .all("content-encoding")
        .flat_map(|value| value.as_str().split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .map(|name| Text::from(name).shortened(20).to_string())
        .collect();
    names.reverse();
    // Nobody encodes a body more often; who says so wants to keep the reader busy.
    names.truncate(4);
    names
}

/// A string is not what was sent if that was in another character set, or in none.
fn compare_charset(headers: &Headers<'_>, body: &mut Body<'_>) {
    if body.fidelity != Fidelity::Text {
        return;
    }
    let is_unicode = |charset: &str| {
        let names = ["utf-8", "utf8", "us-ascii", "ascii"];
        names.iter().any(|name| name.eq_ignore_ascii_case(charset))
    };
    let charset = headers.first("content-type").and_then(charset);
    if let Some(charset) = charset.filter(|charset| !is_unicode(charset)) {
        body.fidelity = Fidelity::Decoded;
        let charset = Text::from(charset).shortened(20).to_string();
        body.notes
            .push(format!("{charset} was decoded when it was saved"));
    } else if memmem::find(&body.bytes, REPLACEMENT).is_some() {
        body.fidelity = Fidelity::Decoded;
        body.notes
            .push("U+FFFD in the body may stand for what was not UTF-8".to_owned());
    }
}

fn charset<'t>(content_type: &'t Text<'_>) -> Option<&'t str> {
    let mut parameters = content_type.as_str().split(';').skip(1);
    parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    })
}
