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
//! # Limits
//!
//! Each container is read again at each level above it, so depth is limited; and so is everything
//! that is read and copied, to a multiple of the record.

mod copies;
mod form;
mod found;
mod place;
mod sender;
mod walk;

use serde::de::IgnoredAny;

use self::walk::Walk;
use super::entry_reader::EntryReader;
use super::json::Object;

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
    for found in found {
        reader.enter(found.entry.as_bytes());
        reader.deliver(Ok(found.into_request()));
    }
    if walk.is_partial() {
        reader.problem(None, "it is nested too deeply to search all of it");
    }
    true
}
