//! Logs: lines of text with JSON in them, behind whatever a program and a platform write before it.
//!
//! ```text
//! web-1  | 2025-04-15T06:41:10Z INFO got webhook {"callee": "+62…", "messages": […]}
//! 10.0.0.7 - - [15/Apr/2025:06:41:10 +0000] "POST /hook HTTP/1.1" 200 2 "{\x22callee\x22: …}"
//! 2025-04-15T06:41:10.250000000Z stdout P {"callee": "+62…", "mess
//! 2025-04-15T06:41:10.250000001Z stdout F ages": […]}
//! ```
//!
//! Text is read in three steps. `lines` puts messages together, because some go on in the next lines;
//! `frame` knows what platforms write before each line. `find` finds the JSON objects in a message, and
//! `escaped` undoes the escapes of those in a string. Each object is then read as if it stood alone, and is
//! a delivery if it is or holds a notification.
//!
//! | a message with | is |
//! |---|---|
//! | notifications | their deliveries, in the format of the JSON |
//! | documented keys in quotes, but no complete JSON | a bare body, which is not JSON |
//! | neither | passed over and counted |
//!
//! # Fidelity
//!
//! A bare body in a log is `text` at best: the program decoded what it wrote. If it stands on several
//! lines, it is `reserialized`, because there is no telling where its line breaks were. What is inside of an
//! envelope keeps its fidelity: base64 is `exact` in a log, too.
//!
//! # Whose signature it is
//!
//! A log is as good as those who can write to it. What stands on a line outside of quotes is what the
//! program wrote; what stands in quotes may be what a stranger sent: the name of a browser, a text. So an
//! envelope in quotes, or one of several notifications on a line, never makes a signature `valid`: a
//! [`Doubt`] says why. A signature on the line beside a bare body is its own if the name of the header
//! stands there, outside of quotes.

mod escaped;
mod find;
mod frame;
mod grammar;
mod lines;
mod signature;

use std::borrow::Cow;

use memchr::memmem;

use self::find::{Found, search};
use self::frame::Frame;
use self::grammar::is_scalar;
use self::lines::{Assembler, Message};
use self::signature::{LineSignatures, Quotes, find_name};
use super::body::{self, is_notification};
use super::encoding::encodes_json;
use super::json_equality::ComparedJson;
use super::record::{Capture, CaptureOptions, Limits, Record, Skipped, SkippedPart};
use super::relevance::is_signed;
use crate::Position;
use crate::delivery::{Ambiguity, CaptureFormat, Delivery, Doubt, Fidelity};
use crate::documented::holds_telling_key;

/// The shortest JSON that can hold a notification in base64, or one that is escaped more than once.
const MIN_WRAPPED: usize = 256;

/// How much of a text is looked at to tell whether it starts like JSON.
const MAX_START: usize = 4096;

/// Follows the lines of a text, to know where it may be cut.
#[derive(Default)]
pub struct TextLines {
    assembler: Assembler,
    may_hold_json: bool,
}

impl TextLines {
    /// Takes the next line.
    pub fn line(&mut self, line: &[u8]) {
        self.may_hold_json |= memchr::memchr(b'{', line).is_some();
        self.assembler.line(line, 0, &mut |_| {});
    }

    /// Whether a message may go on in the next line.
    pub fn is_open(&self) -> bool {
        self.assembler.is_open()
    }

    /// Whether a line that could stand for itself goes on a message.
    pub fn is_continued_by(&self, line: &[u8]) -> bool {
        self.assembler.is_continued_by(line)
    }

    /// Whether one of the lines may hold JSON.
    pub fn may_hold_json(&self) -> bool {
        self.may_hold_json
    }
}

/// Whether a text starts like JSON; `None` if more of it is needed to tell. A line of a log may start with
/// a bracket, too: `[2025-04-15 06:41:10] ready`, `[info] ready`.
pub fn starts_like_json(text: &[u8]) -> Option<bool> {
    let start = &text[..text.len().min(MAX_START)];
    let undecided = if start.len() < text.len() {
        Some(true)
    } else {
        None
    };
    let Some((b'[', inner)) = start.split_first() else {
        return start.first().map(|first| *first == b'{');
    };
    let inner = inner.trim_ascii_start();
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let word = inner.iter().take_while(is_part).count();
    let (word, after) = inner.split_at(word);
    match after.trim_ascii_start().split_first() {
        None => undecided,
        Some((b'{' | b'[' | b'"' | b']', _)) if word.is_empty() => Some(true),
        _ if !is_scalar(word) => Some(false),
        Some((b',', _)) => Some(true),
        Some((b']', rest)) => match rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')) {
            None => undecided,
            Some(next) => Some(!next.is_ascii_alphabetic()),
        },
        Some(_) => Some(false),
    }
}

/// Whether a text is neither JSON nor the start of it. JSON in base64 or hex is a body that was saved so,
/// which a signature can still tell.
pub(super) fn is_text(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let is_encoded = || std::str::from_utf8(text).is_ok_and(encodes_json);
    starts_like_json(text) == Some(false)
        && !is_encoded()
        && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_err()
}

/// Whether a text starts like a log: with a time, or what platforms write before each line.
pub fn is_log(start: &[u8]) -> bool {
    let mut lines = start.split(|byte| *byte == b'\n').take(3);
    lines.any(|line| Frame::of(line).is_some() || has_time(line))
}

/// Whether a time of day stands near the start of a line: `12:30:01`.
fn has_time(line: &[u8]) -> bool {
    let start = &line[..line.len().min(80)];
    start.windows(8).any(|time| {
        let digits = [0, 1, 3, 4, 6, 7];
        time[2] == b':' && time[5] == b':' && digits.iter().all(|at| time[*at].is_ascii_digit())
    })
}

/// The JSON objects in a text, in order.
pub(super) fn objects(text: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    search(text).found.into_iter().map(|found| found.json)
}

/// Reads the lines of a text.
pub(super) fn read<'a>(record: &Record<'a>, limits: Limits) -> Capture<'a> {
    let mut reader = LogReader {
        record: *record,
        limits,
        place: (0, record.start),
        parts: Vec::new(),
    };
    let mut assembler = Assembler::default();
    let mut start = 0;
    for line in record.bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        assembler.line(text, start, &mut |message| reader.message(&message));
        start += line.len();
    }
    assembler.end(&mut |message| reader.message(&message));
    reader.finish()
}

/// What a message is.
enum Part<'a> {
    Deliveries(Vec<Delivery<'a>>),
    /// A piece of a notification, which ends here.
    Piece(usize),
    /// So many lines that hold nothing.
    Passed(usize),
}

struct LogReader<'a> {
    record: Record<'a>,
    limits: Limits,
    /// The last offset of which the position was asked for, and its position.
    place: (usize, Position),
    /// What was read, with the offset of the line where it starts.
    parts: Vec<(usize, Part<'a>)>,
}

impl<'a> LogReader<'a> {
    fn message(&mut self, message: &Message<'a>) {
        let (line, end, lines) = (message.line, message.end, message.lines);
        if memchr::memchr3(b'{', b'"', b'\\', &message.text).is_none() {
            return self.pass_over(line, lines);
        }
        let deliveries = match message.text {
            Cow::Borrowed(text) => self.deliveries(text, message),
            Cow::Owned(ref text) => {
                let found = self.deliveries(text, message);
                found.into_iter().map(Delivery::into_owned).collect()
            }
        };
        if !deliveries.is_empty() {
            self.parts.push((line, Part::Deliveries(deliveries)));
        } else if is_piece(&message.text) {
            self.add_piece(line, end);
        } else {
            self.pass_over(line, lines);
        }
    }

    fn pass_over(&mut self, line: usize, lines: usize) {
        match self.parts.last_mut() {
            Some((_, Part::Passed(passed))) => *passed += lines,
            _ => self.parts.push((line, Part::Passed(lines))),
        }
    }

    /// Adds a piece; pieces in lines that follow each other are one.
    fn add_piece(&mut self, line: usize, end: usize) {
        if let Some((_, Part::Piece(last))) = self.parts.last_mut()
            && self
                .record
                .bytes
                .get(*last..line)
                .is_some_and(|between| between.trim_ascii().is_empty())
        {
            *last = end;
        } else {
            self.parts.push((line, Part::Piece(end)));
        }
    }

    /// The deliveries in a message.
    fn deliveries<'t>(&mut self, text: &'t [u8], message: &Message<'_>) -> Vec<Delivery<'t>> {
        let found = search(text).found;
        let ranges: Vec<_> = found.iter().map(|found| found.range.clone()).collect();
        let mut quotes = Quotes::new(text, &ranges);
        let mut signatures = LineSignatures::default();
        let mut groups = Vec::new();
        for found in found.into_iter().filter(|found| may_matter(&found.json)) {
            let is_quoted = quotes.are_open_at(found.range.start) || found.is_escaped;
            let note = note(&found, message);
            let mut deliveries = self.read_json(&found, message);
            if deliveries.is_empty() {
                signatures.add_headers(&found.json, is_quoted);
                continue;
            }
            for delivery in &mut deliveries {
                settle(delivery, &found, message.is_broken);
                doubt(delivery, is_quoted);
                delivery.notes.insert(0, note.clone());
            }
            groups.push(deliveries);
        }
        if groups.is_empty() {
            return Vec::new();
        }
        signatures.add_text(text, &ranges);
        let mut deliveries = one_of_copies(groups);
        signatures.give(&mut deliveries);
        deliveries
    }

    /// Reads an object as if it stood alone.
    fn read_json<'t>(&mut self, found: &Found<'t>, message: &Message<'_>) -> Vec<Delivery<'t>> {
        let is_in_place = matches!(
            (&found.json, &message.text),
            (Cow::Borrowed(_), Cow::Borrowed(_))
        );
        let at = if is_in_place {
            message.at + found.range.start
        } else {
            message.line
        };
        let start = self.position(at);
        let own = |delivery: Delivery<'_>| Delivery {
            start,
            body_start: None,
            ..delivery.into_owned()
        };
        match &found.json {
            Cow::Borrowed(json) if is_in_place => self.read_record(json, start),
            json => {
                let read = self.read_record(json, start);
                read.into_iter().map(own).collect()
            }
        }
    }

    /// The deliveries in a JSON text that concern us.
    fn read_record<'t>(&self, bytes: &'t [u8], start: Position) -> Vec<Delivery<'t>> {
        let record = Record {
            bytes,
            terminator: b"",
            is_whole: false,
            start,
        };
        let options = CaptureOptions {
            limits: self.limits,
            ..CaptureOptions::default()
        };
        let mut deliveries = super::deliveries(&record, &options).deliveries;
        deliveries.retain(|it| is_signed(&it.headers) || is_notification(&it.body));
        deliveries
    }

    fn position(&mut self, at: usize) -> Position {
        if at < self.place.0 {
            self.place = (0, self.record.start);
        }
        let (from, position) = self.place;
        self.place = (at, position.after_bytes(&self.record.bytes[from..at]));
        self.place.1
    }

    fn finish(mut self) -> Capture<'a> {
        let mut parts = std::mem::take(&mut self.parts);
        // A message that goes on ends after others that start later.
        parts.sort_by_key(|(line, _)| *line);
        let mut capture = Capture::new(CaptureFormat::Body);
        for (line, part) in parts {
            let position = self.position(line);
            match part {
                Part::Deliveries(deliveries) => capture.deliveries.extend(deliveries),
                Part::Piece(end) => {
                    let piece = Record {
                        bytes: &self.record.bytes[line..end],
                        terminator: b"",
                        is_whole: self.record.is_whole,
                        start: position,
                    };
                    capture.deliveries.extend(body::read(&piece).deliveries);
                }
                Part::Passed(count) => {
                    let part = SkippedPart::Line;
                    let skipped = Skipped::without_notification(part, count, position);
                    capture.skipped.push(skipped);
                }
            }
        }
        if let Some(first) = capture.deliveries.first() {
            capture.format = first.format;
        }
        capture
    }
}

/// How an object was found.
fn note(found: &Found<'_>, message: &Message<'_>) -> String {
    let lines = match message.lines {
        1 => "a line of text".to_owned(),
        lines => format!("{lines} lines of text"),
    };
    let before = match (message.at - message.line) + found.range.start {
        0 => String::new(),
        1 => ", after 1 byte".to_owned(),
        bytes => format!(", after {bytes} bytes"),
    };
    let escapes = if found.is_escaped {
        "; its escapes were undone"
    } else {
        ""
    };
    format!("the JSON was found in {lines}{before}{escapes}")
}

/// Whether an object may be or hold a notification, or its headers. Most objects in a log are small, and
/// this is many times faster than reading them.
fn may_matter(json: &[u8]) -> bool {
    json.len() >= MIN_WRAPPED || find_name(json, 0).is_some() || holds_telling_key(json)
}

/// Whether text outside of complete JSON is a piece of a notification.
fn is_piece(text: &[u8]) -> bool {
    if !holds_telling_key(text) {
        return false;
    }
    let mut from = 0;
    let found = search(text).found;
    let ranges = found.iter().map(|found| found.range.clone());
    let ranges = ranges.chain(std::iter::once(text.len()..text.len()));
    let mut between =
        ranges.map(|range| &text[std::mem::replace(&mut from, range.end)..range.start]);
    between.any(holds_telling_key)
}

/// Sets what a log leaves of the fidelity of a delivery.
fn settle(delivery: &mut Delivery<'_>, found: &Found<'_>, is_broken: bool) {
    if delivery.format == CaptureFormat::Body {
        delivery.fidelity = match () {
            () if is_broken && !found.is_escaped => Fidelity::Reserialized,
            () if memmem::find(&delivery.body, "\u{fffd}".as_bytes()).is_some() => {
                Fidelity::Decoded
            }
            () => Fidelity::Text,
        };
    }
    if found.is_unclear {
        let message = "there is no telling whether backslashes and quotes in the line were doubled when it was written";
        delivery
            .ambiguities
            .push(Ambiguity::new(Doubt::OfMismatch, message));
    }
}

/// Doubts a signature that may be what a stranger wrote.
fn doubt(delivery: &mut Delivery<'_>, is_quoted: bool) {
    if is_quoted && is_signed(&delivery.headers) {
        let message = "the request was found in quotes on a line of text, and whoever wrote that may have \
                       chosen the body and the signature";
        delivery
            .ambiguities
            .push(Ambiguity::new(Doubt::OfBoth, message));
    }
}

/// The deliveries of the objects on one line: one if they are copies. If they are not, there is no telling
/// which of them a stranger wrote.
fn one_of_copies(groups: Vec<Vec<Delivery<'_>>>) -> Vec<Delivery<'_>> {
    let count = groups.len();
    let mut deliveries: Vec<_> = groups.into_iter().flatten().collect();
    if count == 1 {
        return deliveries;
    }
    let is_copy = {
        let (first, others) = deliveries.split_first().expect("each group has a delivery");
        let json = ComparedJson::new(&first.body);
        others.iter().all(|other| json.equals(&other.body))
    };
    if is_copy {
        deliveries.sort_by_key(|it| (!is_signed(&it.headers), it.fidelity));
        deliveries.truncate(1);
        return deliveries;
    }
    let message = format!(
        "the line holds {count} notifications, and there is no telling which of them somebody else wrote"
    );
    for delivery in &mut deliveries {
        delivery
            .ambiguities
            .push(Ambiguity::new(Doubt::OfBoth, &*message));
    }
    deliveries
}
