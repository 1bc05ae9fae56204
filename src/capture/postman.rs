//! Postman collections: the requests in them and in their folders. Saved examples are left out.

use super::ambiguity::repeated_keys;
use super::json::{Object, Value};
use super::reading::Reading;
use super::request::{Body, Fault, Request};
use crate::Text;
use crate::delivery::{Fidelity, Headers};

/// No collection that a person made has folders that deep.
const MAX_DEPTH: usize = 32;

/// Reads the requests in order.
pub(super) fn read<'a>(collection: &Object<'a>, reading: &mut Reading<'a, '_>) {
    reading.refuse_repeated(collection, "item");
    let Some(items) = collection.get("item") else {
        reading.problem(Some(collection.text().as_bytes()), "it has no `item`");
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
                reading.problem(Some(item.text().as_bytes()), what);
            }
            Some(folder) => {
                reading.refuse_repeated(&entry, "item");
                open.push(list(folder));
            }
            None => reading.entry(&entry, request),
        }
    }
}

fn list<'a>(items: Value<'a>) -> Box<dyn Iterator<Item = Value<'a>> + 'a> {
    Box::new(items.items().into_iter().flatten())
}

fn request<'a>(item: &Object<'a>) -> Result<Request<'a>, Fault<'a>> {
    let value = item.need("request")?;
    let Some(saved) = value.object() else {
        // A request of nothing but a URL.
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
        request.body = Some(without_variables(raw.text_body()?, &request.headers));
    }
    Ok(request)
}

/// A body that has variables, or came with a header that has, is not what was sent.
fn without_variables<'a>(mut body: Body<'a>, headers: &Headers<'_>) -> Body<'a> {
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
