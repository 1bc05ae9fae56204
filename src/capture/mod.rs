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
//! What certainly holds no notification is passed over and counted; see `relevance`. Files that are not
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
    let reader = |detected| Some((detected, text_reader(detected, text.bytes)?));
    let Some((detected, read)) = detected.and_then(reader) else {
        return read_json(record, text, options);
    };
    let mut reader = EntryReader::new(detected, format.is_some(), text, options.limits);
    read(&mut reader);
    pass_over_other_requests(&mut reader.capture, record.is_whole);
    reader.capture
}

/// Reads a record that is an object of the format in `options`, or of the format that its keys suggest, or
/// that holds notifications; and any other record as a bare body. `text` is the record without a byte order
/// mark.
fn read_json<'a>(record: &Record<'a>, text: &Record<'a>, options: &CaptureOptions) -> Capture<'a> {
    let format = options.format;
    let json = simdutf8::basic::from_utf8(text.bytes).ok();
    let object = json.and_then(Object::read);
    let detected = format.or_else(|| format_of_object(object.as_ref()?));
    let detected = detected.unwrap_or(CaptureFormat::Nested);
    let mut reader = EntryReader::new(detected, format.is_some(), text, options.limits);
    if detected == CaptureFormat::Nested {
        let is_body = object.as_ref().is_some_and(body::has_most_keys);
        let is_found =
            !is_body && json.is_some_and(|json| search::read(json, object.as_ref(), &mut reader));
        return if is_found {
            reader.capture
        } else {
            read_other(record, object.as_ref())
        };
    }
    if let (Some(object), Some(read)) = (object, object_reader(detected)) {
        read(&object, &mut reader);
        reader.end_of(&object);
    } else {
        reader.problem(Some(text.bytes), "it is not a JSON object in UTF-8");
    }
    pass_over_other_requests(&mut reader.capture, record.is_whole);
    reader.capture
}

/// Reads a record of no known format, which is `object` if it is one: a bare body, unless it is certainly
/// not a notification.
fn read_other<'a>(record: &Record<'a>, object: Option<&Object<'_>>) -> Capture<'a> {
    let object = object.filter(|_| !record.is_whole);
    match object.and_then(|object| passed_over_record(object, record.start)) {
        Some(skipped) => Capture {
            skipped: vec![skipped],
            ..Capture::new(CaptureFormat::Body)
        },
        None => body::read(record),
    }
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
