//! The output items of an n8n webhook node.
//!
//! ```json
//! {"headers": {"host": "h"}, "params": {}, "query": {}, "body": {…}, "webhookUrl": "https://…"}
//! ```
//!
//! n8n parses the body, so it is reserialized.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::json::{Object, Value};
use super::request::{Fault, Request};
use crate::Text;

/// Whether an object has the keys of this format.
pub(super) fn detect(object: &Object<'_>) -> bool {
    object.has_all(&["headers", "params", "query", "body", "webhookUrl"])
}

/// Reads an item.
pub(super) fn read<'a>(item: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.entry(item, request);
}

fn request<'a>(item: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    if !item.has("body") {
        return Err(Fault::new(item.text(), "it has headers but no `body`"));
    }
    Ok(Request {
        target: item.string("webhookUrl").map(Text::from),
        headers: item.headers("headers")?,
        body: item.get("body").map(Value::body).transpose()?,
        ambiguities: repeated_keys(item),
        ..Request::default()
    })
}
