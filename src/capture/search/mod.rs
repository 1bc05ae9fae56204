//! Finds the notifications in JSON of any shape: what loggers, brokers, mock servers and databases
//! write, whose layouts nobody can list.
//!
//! ```json
//! {"topic": "hooks", "message": {"attributes": {"x-airudder-sign": "5e0e…"}, "data": "eyJ3b3…"}}
//! ```
//!
//! A notification is an object with most of the documented keys. It is recognised as
//!
//! | the record holds | fidelity |
//! |---|---|
//! | an object | `reserialized` |
//! | a string with its JSON, encoded once or several times | `text` |
//! | base64, hex, or an array of bytes | `exact` |
//!
//! A string that holds other JSON, plain or in base64, is entered and searched as well. If nothing is found,
//! so are strings that hold JSON behind other text, such as lines of a log. The headers
//! are those of the nearest object around the notification that has any; see `sender`.
//!
//! # What must not be found
//!
//! Whoever writes to a chatbot, or posts to a receiver, chooses some of the text in a record. That
//! text may hold another notification, with a signature that is its own. So:
//!
//! - A notification is never searched for another one, and neither is what is known to be a body.
//! - Headers, queries and cookies are never searched.
//! - What lies inside an entered string or inside another request may have been written by whoever
//!   wrote the string or sent the request. Both the body and its signature are read, but the
//!   signature can not be `valid`: a [`Doubt`](crate::delivery::Doubt) says why.
//!
//! # Copies
//!
//! Members of one object that hold the same notification, or different ones with the same headers, are
//! copies of one delivery. The most faithful one is read. Items of an array are deliveries of their
//! own.
//!
//! # Known places
//!
//! A [`Layout`] says where the parts of a request are, so that nothing need be searched; see `located`.
//! The search states what it found as layouts, too.
//!
//! # Limits
//!
//! Each container is read again at each level above it, so depth is limited; and so is everything
//! that is read and copied, to a multiple of the record.

mod copies;
mod cursor;
mod form;
mod found;
mod located;
mod nearest;
mod place;
#[cfg(feature = "tables")]
mod row;
mod sender;
mod walk;

use serde::de::IgnoredAny;

use self::form::Form;
use self::place::Scope;
#[cfg(feature = "tables")]
pub(super) use self::row::{has_body_name, has_text_name, read_row, read_row_at};
#[cfg(feature = "tables")]
pub(super) use self::sender::is_signed_headers;
use self::walk::Walk;
use super::body;
use super::entry_reader::EntryReader;
use super::json::{Object, Value};
use super::layout::Layout;
use super::record::{Capture, Limits, Record};
use super::record_path::RecordPath;
use crate::delivery::CaptureFormat;

/// Reads the notifications in the JSON `text`, which is the record and was read as `object` if it is
/// one. Returns false if there are none.
///
/// Only complete JSON is searched: what is wrong with any other text is more important.
pub(super) fn read<'a>(
    text: &'a str,
    object: Option<&Object<'a>>,
    reader: &mut EntryReader<'a, '_>,
) -> bool {
    let mut walk = Walk::new(text.len());
    let mut found = walk.record(text, object);
    // JSON in the middle of a string has escaped quotes.
    if found.is_empty() && memchr::memchr(b'\\', text.as_bytes()).is_some() {
        walk = Walk::new(text.len()).into_lines();
        found = walk.record(text, object);
    }
    if found.is_empty() || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return false;
    }
    for mut found in found {
        reader.capture.layouts.extend(found.take_layout());
        reader.enter(found.entry.as_bytes());
        reader.deliver(Ok(found.into_request()));
    }
    if walk.is_partial() {
        reader.problem(None, "it is nested too deeply to search all of it");
    }
    true
}

/// Reads what is at the places of a layout in a record.
pub(super) fn read_located<'a>(
    record: &Record<'a>,
    layout: &Layout,
    limits: Limits,
) -> Capture<'a> {
    let without_mark = record.without_byte_order_mark();
    let text = simdutf8::basic::from_utf8(without_mark.bytes).ok();
    let object = text.and_then(Object::read);
    let json = text.filter(|text| nearest::starts_like_value(text));
    let is_all = layout.body == RecordPath::default();
    if is_all && layout.decoding.is_none() && (json.is_none() || object.is_some()) {
        return body::read(record);
    }
    let mut reader = EntryReader::new(CaptureFormat::Nested, true, &without_mark, limits);
    let bare = text
        .zip(layout.decoding)
        .filter(|_| is_all && json.is_none());
    let bare = bare.and_then(|(text, decoding)| Form::of_bare_text(text, decoding));
    if let Some(text) = json {
        located::read(text, layout, &mut reader);
    } else if let Some(form) = bare {
        reader.deliver(Ok(form.into_request()));
    } else {
        reader.capture.places = Some(Box::new(nearest::not_json(layout, record)));
    }
    if let Some(object) = object {
        reader.end_of(&object);
    }
    reader.capture
}

/// The path to the first notification in a complete JSON text. Safe to print.
fn first_path(text: &str) -> Option<String> {
    let mut found = Vec::new();
    Walk::new(text.len()).value(Value::of(text), &Scope::ROOT, &mut found);
    let mut first = found.into_iter().next()?;
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let layout = first.take_layout();
    Some(layout.map_or(first.path, |layout| layout.body.shown()))
}
