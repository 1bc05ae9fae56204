//! Reading saved webhooks, in the formats that tools save them in.
//!
//! The caller cuts an input into [`Record`]s: one line of NDJSON, one item of an array, or the
//! whole input. [`deliveries`] detects the record's format and turns it into [`Delivery`](crate::delivery::Delivery)s:
//!
//! ```text
//! Record ──detect──▶ CaptureFormat ──har, http, curl, …──▶ Request ──EntryReader──▶ Delivery
//! ```
//!
//! # Detection
//!
//! If the caller gives a [`Layout`], nothing is detected: it says where everything is. Otherwise, in
//! this order, the first match wins:
//!
//! 1. An object whose first key is one of the notification's, and that has messages, is a bare body.
//!    Most inputs are, and this way their other keys are not looked at.
//! 2. A record that starts like an HTTP message, a curl command, a trace, a dump, an event stream or a
//!    table is one. These are not JSON, so the first bytes are enough.
//! 3. Any other text that does not begin like JSON is the lines of a log; see `log`.
//! 4. A JSON object is matched against each format's keys, in the order of [`CaptureFormat`]'s variants.
//! 5. JSON that holds notifications somewhere inside is searched for them; see `search`.
//! 6. Anything else is a bare body, and reading the notification reports what is wrong with it.
//!
//! What certainly holds no notification is passed over and counted; see `relevance`. Files that are no
//! captures at all are named by [`foreign`].
//!
//! Detection never depends on the file name.
//!
//! # Adding a format
//!
//! A format is a module beside this one, a variant of [`CaptureFormat`] with its name and help, and a
//! row in the table of `readers`. The module has two functions: one that detects the format, by the
//! first bytes or by the keys of an object, and one that passes each request it finds to the
//! `EntryReader`:
//!
//! ```ignore
//! pub(super) fn detect(object: &Object<'_>) -> bool {
//!     object.has_all(&["Header", "Body"])
//! }
//!
//! pub(super) fn read<'a>(event: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
//!     reader.entry(event, request);
//! }
//! ```
//!
//! A format only finds the parts of a request: method, target, headers, body, time. The methods of
//! `json::Value` that read a body choose its [`Fidelity`](crate::delivery::Fidelity). What content
//! encoding, length, character set and method mean for the delivery is the same for every format
//! and is decided in `entry_reader`. A format may fail for one entry; the entries after it are
//! still read.
//!
//! A sample in `samples/captures` is the format's test.

mod ambiguity;
mod api_gateway;
mod body;
mod curl;
mod curl_trace;
mod dumped;
mod encoding;
#[cfg(feature = "encryption")]
pub mod encryption;
mod entry_reader;
mod envelope;
mod foreign;
mod gh_webhook;
mod har;
mod hookdeck;
mod http;
mod json;
mod json_equality;
mod layout;
mod length;
mod log;
mod n8n;
mod ngrok;
mod postman;
mod readers;
mod record;
mod record_path;
mod relevance;
mod request;
mod search;
mod shell;
mod smee;
mod socat;
#[cfg(feature = "tables")]
mod table;
mod time;
mod webhook_site;
mod webhook_tester;

pub use self::body::is_notification;
pub(crate) use self::encoding::base64;
use self::entry_reader::EntryReader;
pub use self::foreign::{Foreign, foreign};
use self::json::Object;
pub use self::layout::{ColumnsError, Decoding, Layout, LayoutError, Part};
pub use self::log::{TextLines, is_log, starts_like_json};
use self::readers::{format_of_object, format_of_text, object_reader, text_reader};
pub use self::record::{
    Capture, CaptureOptions, Limits, PlaceTallies, PlaceTally, Problem, Record, Skipped,
    SkippedPart,
};
pub use self::record_path::{PathError, PathErrorKind, RecordPath};
use self::relevance::{pass_over_other_requests, passed_over_record};
use crate::delivery::CaptureFormat;

/// Reads the deliveries of a record, as the format in `options` or else as the detected format.
///
/// A record of no known format is returned as a bare body. If the options have a [`Layout`], the record
/// is read at its places.
///
/// ```
/// use chatlog::Position;
/// use chatlog::capture::{CaptureOptions, Record, deliveries};
/// use chatlog::delivery::{CaptureFormat, Fidelity};
///
/// let record = Record {
///     bytes: br#"{"headers": {"X-AIRudder-Sign": "5e0ee6"}, "rawBody": "{\"callee\": 1}"}"#,
///     terminator: b"",
///     is_whole: true,
///     start: Position::START,
/// };
/// let capture = deliveries(&record, &CaptureOptions::default());
/// assert_eq!(capture.format, CaptureFormat::Envelope);
/// assert_eq!(&*capture.deliveries[0].body, br#"{"callee": 1}"#);
/// assert_eq!(capture.deliveries[0].fidelity, Fidelity::Text);
/// ```
pub fn deliveries<'a>(record: &Record<'a>, options: &CaptureOptions) -> Capture<'a> {
    let format = options.format;
    if let Some(layout) = &options.layout {
        #[cfg(feature = "tables")]
        if layout.is_of_columns && is_text(options, record.bytes) {
            let (format, is_named) = (CaptureFormat::Table, true);
            let mut reader = EntryReader::new(format, is_named, record, options.limits);
            table::read_at(layout, &mut reader);
            return reader.capture;
        }
        return search::read_located(record, layout, options.limits);
    }
    if format.is_none() && body::detect(record.bytes) {
        return body::read(record);
    }
    let text = &record.without_byte_order_mark();
    let detected = format.or_else(|| format_of_text(text.bytes));
    if detected == Some(CaptureFormat::Body) {
        return body::read(record);
    }
    if detected.is_none() && log::is_text(text.bytes) {
        return log::read(text, options.limits);
    }
    let capture = match detected.and_then(|format| text_reader(format, text.bytes)) {
        Some(read) => {
            let detected = detected.unwrap_or(CaptureFormat::Body);
            let mut reader = EntryReader::new(detected, format.is_some(), text, options.limits);
            read(&mut reader);
            Some(reader.capture)
        }
        None => read_json(text, options),
    };
    match capture {
        Some(mut capture) => {
            pass_over_other_requests(&mut capture, record.is_whole);
            capture
        }
        None => read_other(record, text),
    }
}

/// Reads a record of no known format: a bare body, unless it is certainly none.
fn read_other<'a>(record: &Record<'a>, text: &Record<'_>) -> Capture<'a> {
    let json = std::str::from_utf8(text.bytes).ok();
    match json
        .filter(|_| !record.is_whole)
        .and_then(|json| passed_over_record(json, record.start))
    {
        Some(skipped) => Capture {
            deliveries: Vec::new(),
            skipped: vec![skipped],
            ..body::read(record)
        },
        None => body::read(record),
    }
}

/// Reads a record that is a JSON object of `format`, or of the format that its keys suggest, or that
/// holds notifications. `None` if it is none of these, or a notification itself.
fn read_json<'a>(record: &Record<'a>, options: &CaptureOptions) -> Option<Capture<'a>> {
    let format = options.format;
    let text = simdutf8::basic::from_utf8(record.bytes).ok();
    let object = text.and_then(Object::read);
    let detected = format.or_else(|| format_of_object(object.as_ref()?));
    let detected = detected.unwrap_or(CaptureFormat::Nested);
    let mut reader = EntryReader::new(detected, format.is_some(), record, options.limits);
    if detected == CaptureFormat::Nested {
        let is_body = object.as_ref().is_some_and(body::has_most_keys);
        let is_found =
            !is_body && text.is_some_and(|text| search::read(text, object.as_ref(), &mut reader));
        return is_found.then_some(reader.capture);
    }
    if let (Some(object), Some(read)) = (object, object_reader(detected)) {
        read(&object, &mut reader);
        reader.end_of(&object);
    } else {
        reader.problem(Some(record.bytes), "it is not a JSON object in UTF-8");
    }
    Some(reader.capture)
}

/// Whether an input is read as text, and so is one record: HTTP messages, curl commands, a trace, a
/// dump, an event stream or a table. Any other input is JSON, and cut into its values.
///
/// `start` is the start of the input, without a byte order mark; 4 KiB are enough.
pub fn is_text(options: &CaptureOptions, start: &[u8]) -> bool {
    if let Some(layout) = &options.layout {
        let may_be_table = cfg!(feature = "tables") && layout.is_of_columns;
        return may_be_table && starts_like_json(start.trim_ascii_start()) == Some(false);
    }
    match options.format {
        Some(format) => text_reader(format, start).is_some(),
        None => format_of_text(start).is_some(),
    }
}
