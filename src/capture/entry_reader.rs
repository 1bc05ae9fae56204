//! Turns the requests that a capture format has found into deliveries: the part that all formats
//! share.
//!
//! For each request, in this order:
//!
//! 1. A request that is not a `POST`, or has no body, is skipped and counted.
//! 2. The body's length is compared with the lengths given for it. A body that is shorter and not
//!    complete JSON is truncated; any other difference leaves in doubt what was sent.
//! 3. Its content encodings are undone, the outermost first.
//! 4. A body that was kept as a string is checked for signs that the string is not what was sent.
//!
//! # Fidelity
//!
//! A format states how it kept the body, and each step can only lower that:
//!
//! | the capture holds | fidelity |
//! |---|---|
//! | the bytes, or base64 of them | `exact`, also after decoding: the encoded bytes are kept too |
//! | a string | `text`: exact if the body was UTF-8 and had no content encoding |
//! | a string, but the headers name an encoding or a character set | `decoded` |
//! | a string with U+FFFD in it, where a decoder may have replaced bytes | `decoded` |
//! | a JSON value in place of the body's text | `reserialized` |
//! | less than the whole body | `truncated` |
//!
//! Verdicts depend on it: only an `exact` or `text` body can make a signature `invalid`.
//!
//! # Positions
//!
//! Formats pass slices of the record around. Where a slice is in the record follows from its
//! address, so no format has to count offsets. Lines and columns are counted onwards from the
//! current entry, because counting from the record's start for each of `n` entries takes
//! quadratic time.

use std::fmt::Display;

use memchr::memmem;

use super::encoding::{Decoded, decode, encodings};
use super::json::{Object, Value};
#[cfg(feature = "tables")]
use super::layout::Part;
use super::length::compare_length;
use super::record::{Capture, Limits, Problem, Record, Skipped, SkippedPart};
use super::request::{Body, Fault, Request};
use crate::Position;
use crate::Text;
use crate::delivery::CaptureFormat;
use crate::delivery::{Delivery, Fidelity, Headers};

/// The character that decoders put in place of bytes that are not text.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Reads the entries of one record and collects what they hold.
#[derive(Debug)]
pub(super) struct EntryReader<'a, 'r> {
    pub(super) record: &'r Record<'a>,
    pub(super) capture: Capture<'a>,
    /// Whether the user named the format, so that it was not detected.
    is_named: bool,
    limits: Limits,
    /// The current entry: the offset of its first byte in the record, and its position.
    entry: (usize, Position),
}

impl<'a, 'r> EntryReader<'a, 'r> {
    pub(super) fn new(
        format: CaptureFormat,
        is_named: bool,
        record: &'r Record<'a>,
        limits: Limits,
    ) -> Self {
        Self {
            record,
            is_named,
            capture: Capture::new(format),
            limits,
            entry: (0, record.start),
        }
    }

    /// Reads every entry of a JSON array; one that cannot be read does not stop the rest.
    pub(super) fn entries(
        &mut self,
        list: Value<'a>,
        request: impl Fn(&Object<'a>) -> Result<Request<'a>, Fault<'a>>,
    ) {
        let Some(items) = list.items() else {
            self.problem(
                Some(list.text().as_bytes()),
                "its list of requests is not an array",
            );
            return;
        };
        for item in items {
            self.enter(item.text().as_bytes());
            match item.object() {
                Some(entry) => self.entry(&entry, &request),
                None => self.problem(Some(item.text().as_bytes()), "this entry is not an object"),
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
            // Whatever an entry that was cut off lacks, it lacks because it was cut off.
            Err(_) | Ok(Request { body: None, .. }) if entry.fault().is_some() => {
                self.end_of(entry);
            }
            result => self.deliver(result),
        }
    }

    /// Reports an object that is not closed properly.
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
                    format!("it is invalid JSON: expected `,` or `}}`, found `{found}`"),
                );
            }
        }
    }

    /// Makes `part` the current entry: positions are counted from its start.
    pub(super) fn enter(&mut self, part: &[u8]) {
        if let (Some(at), Some(position)) = (self.offset(part), self.position(part)) {
            self.entry = (at, position);
        }
    }

    /// The position at which `part` starts; `None` if it is not a slice of the record.
    pub(super) fn position(&self, part: &[u8]) -> Option<Position> {
        let at = self.offset(part)?;
        let (start, position) = if at < self.entry.0 {
            (0, self.record.start)
        } else {
            self.entry
        };
        Some(position.after_bytes(&self.record.bytes[start..at]))
    }

    /// The offset in the record at which `part` starts; `None` if it is not a slice of the record.
    fn offset(&self, part: &[u8]) -> Option<usize> {
        let at = part
            .as_ptr()
            .addr()
            .checked_sub(self.record.bytes.as_ptr().addr())?;
        (at + part.len() <= self.record.bytes.len()).then_some(at)
    }

    /// Reports two lists under one key that differ: only the last one is read, and the requests in
    /// the others would be missing without a word.
    pub(super) fn report_repeated(&mut self, object: &Object<'a>, name: &str) {
        if object.is_ambiguous(name) {
            let what = format!("two `{name}` keys differ, and only the last one is read");
            self.problem(Some(object.text().as_bytes()), what);
        }
    }

    /// Records a problem at `part`, unless the last problem has the same position.
    pub(super) fn problem(&mut self, part: Option<&[u8]>, what: impl Display) {
        let position = part.and_then(|part| self.position(part));
        let last = self.capture.problems.last();
        if position.is_some() && last.is_some_and(|last| last.position == position) {
            return;
        }
        let format = match self.capture.format {
            CaptureFormat::Http => "an HTTP message".to_owned(),
            CaptureFormat::Curl => "a curl command".to_owned(),
            format => format!("`{format}`"),
        };
        let verb = if self.is_named {
            "read as"
        } else {
            "looks like"
        };
        self.capture.problems.push(Problem {
            position,
            message: format!("{verb} {format}, but {what}"),
        });
    }

    /// The limits on one delivery.
    #[cfg(feature = "tables")]
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes over what was read from a text that stands for the current entry, and whose places are not
    /// in the record.
    #[cfg(feature = "tables")]
    pub(super) fn adopt(&mut self, mut capture: Capture<'_>) {
        let start = self.entry.1;
        let format = self.capture.format;
        let deliveries = capture.deliveries.into_iter();
        self.capture
            .deliveries
            .extend(deliveries.map(|delivery| Delivery {
                format,
                start,
                body_start: None,
                ..delivery.into_owned()
            }));
        let skipped = capture.skipped.into_iter();
        self.capture.skipped.extend(skipped.map(|it| Skipped {
            position: start,
            ..it
        }));
        let at_start = |problem: Problem| Problem {
            position: Some(start),
            ..problem
        };
        let problems = capture.problems.into_iter().map(at_start);
        self.capture.problems.extend(problems);
        if let Some(mut places) = capture.places.take() {
            for part in Part::ALL {
                let first = &mut places.of(part).first_missing;
                *first = first.take().map(at_start);
            }
            self.capture.places.get_or_insert_default().add(*places);
        }
    }

    /// Records that the current entry is not a webhook.
    pub(super) fn skip(&mut self, reason: String) {
        self.capture.skipped.push(Skipped {
            part: SkippedPart::Request,
            count: 1,
            position: self.entry.1,
            reason,
        });
    }

    /// Records that the current entry is a part of this kind, and holds no notification.
    #[cfg(feature = "tables")]
    pub(super) fn pass_over(&mut self, part: SkippedPart) {
        let skipped = Skipped::without_notification(part, 1, self.entry.1);
        self.capture.skipped.push(skipped);
    }

    /// Records a request as a delivery, a skipped request or a problem.
    pub(super) fn deliver(&mut self, request: Result<Request<'a>, Fault<'a>>) {
        match request {
            Err(fault) => self.problem(fault.place, fault.message),
            Ok(Request {
                method: Some(method),
                ..
            }) if !method.as_str().eq_ignore_ascii_case("POST") => {
                self.skip(usual(method.as_str()).to_owned());
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

/// The methods of requests that are not webhooks.
const OTHER_METHODS: [&str; 8] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT", "TRACE",
];

/// A method as a remark names it: one that somebody made up may say anything.
fn usual(method: &str) -> &'static str {
    let usual = OTHER_METHODS.iter();
    let found = usual
        .copied()
        .find(|usual| usual.eq_ignore_ascii_case(method));
    found.unwrap_or("an unusual method")
}

/// Undoes one content encoding of a body; returns false if the result is larger than `limit`.
///
/// The header stays in a capture when a tool has already decoded the body. So an encoding that the
/// bytes do not have is taken as one that was undone earlier, which costs the body its fidelity.
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
            format!("the {encoding} encoding was undone before the body was saved")
        }
    };
    body.notes.push(note);
    true
}

/// Lowers the fidelity of a string that was converted from another character set, or in which
/// bytes that are not text were replaced.
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
        body.notes.push(format!(
            "the body was converted from {charset} before it was saved"
        ));
    } else if memmem::find(&body.bytes, REPLACEMENT).is_some() {
        body.fidelity = Fidelity::Decoded;
        body.notes
            .push("U+FFFD in the body may replace bytes that were not UTF-8".to_owned());
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
