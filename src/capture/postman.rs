//! Postman collections (format 2.x).
//!
//! ```json
//! {"info": {"schema": "https://schema.getpostman.com/…"}, "item": [
//!   {"name": "a folder", "item": [
//!     {"request": {"method": "POST", "url": {"raw": "…"}, "header": [{"key": …, "value": …}],
//!                  "body": {"mode": "raw", "raw": "{…}"}}}]}]}
//! ```
//!
//! Folders nest. The body is text, unless variables such as `{{name}}` are left in it: Postman
//! fills them in when it sends the request. Saved example responses are ignored.

use super::ambiguity::repeated_keys;
use super::entry_reader::EntryReader;
use super::json::{Object, Value};
use super::request::{Body, Fault, Request};
use crate::Text;
use crate::delivery::{Fidelity, Headers};

/// How deep folders may be nested; no collection of a person's comes close.
const MAX_DEPTH: usize = 32;

/// Whether an object states Postman's schema.
pub(super) fn detect(object: &Object<'_>) -> bool {
    let info = object.object("info");
    let schema = info.and_then(|info| info.string("schema"));
    schema.is_some_and(|schema| schema.contains("getpostman.com"))
}

/// Reads the requests in the order of the collection. The folders being read are kept on a stack of
/// our own, because their depth is up to the input.
pub(super) fn read<'a>(collection: &Object<'a>, reader: &mut EntryReader<'a, '_>) {
    reader.report_repeated(collection, "item");
    let Some(items) = collection.get("item") else {
        reader.problem(Some(collection.text().as_bytes()), "it has no `item`");
        return;
    };
    let mut open = vec![list(items)];
    while let Some(items) = open.last_mut() {
        let Some(item) = items.next() else {
            open.pop();
            continue;
        };
        let Some(entry) = item.object() else { continue };
        match entry.get("item") {
            Some(_) if open.len() == MAX_DEPTH => {
                let what = format!("its folders are nested more than {MAX_DEPTH} deep");
                reader.problem(Some(item.text().as_bytes()), what);
            }
            Some(folder) => {
                reader.report_repeated(&entry, "item");
                open.push(list(folder));
            }
            None => reader.entry(&entry, request),
        }
    }
}

fn list<'a>(items: Value<'a>) -> Box<dyn Iterator<Item = Value<'a>> + 'a> {
    Box::new(items.items().into_iter().flatten())
}

fn request<'a>(item: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let value = item.need("request")?;
    let Some(saved) = value.object() else {
        // A bare URL stands for a GET request.
        return Ok(Request {
            method: Some("GET".into()),
            target: value.string().map(Text::from),
            ..Request::default()
        });
    };
    let target = saved.get("url").and_then(|url| match url.object() {
        Some(url) => url.string("raw"),
        None => url.string(),
    });
    let mut request = Request {
        method: saved.string("method").map(Text::from),
        target: target.map(Text::from),
        headers: saved.headers("header")?,
        ambiguities: repeated_keys(item),
        ..Request::default()
    };
    request.ambiguities.extend(repeated_keys(&saved));
    if let Some(body) = saved.object("body")
        && let Some(raw) = body.get("raw")
    {
        request.ambiguities.extend(repeated_keys(&body));
        request.body = Some(note_variables(raw.text_body()?, &request.headers));
    }
    Ok(request)
}

/// Lowers the fidelity of a body if it or a header contains variables, and lists them in its notes.
fn note_variables<'a>(mut body: Body<'a>, headers: &Headers<'_>) -> Body<'a> {
    let mut names: Vec<String> = Vec::new();
    let text = String::from_utf8_lossy(&body.bytes);
    let values = headers.iter().map(|(_, value)| value.as_str());
    for name in values.chain([&*text]).flat_map(variables) {
        let name = Text::from(name).shortened(40).to_string();
        if !names.contains(&name) && names.len() < 8 {
            names.push(name);
        }
    }
    for name in names {
        body.fidelity = Fidelity::Reserialized;
        body.notes
            .push(format!("the variable `{{{{{name}}}}}` is not filled in"));
    }
    body
}

/// The names of the variables in a text.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once("}}")?;
        let is_name = |c: char| c.is_alphanumeric() || "_-.$ ".contains(c);
        (!name.is_empty() && name.len() < 100 && name.chars().all(is_name)).then_some(name)
    })
}
