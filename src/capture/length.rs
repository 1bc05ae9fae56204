//! Compares a body with the lengths that its request and its capture give for it.
//!
//! `Content-Length` counts the bytes that were sent, so only a body that is kept as it was sent can
//! be compared with it: an exact one, or a string whose request had no content encoding.
//!
//! A shorter body was truncated, unless it is complete JSON: then something parsed it and wrote it
//! again, as a longer body was. Lengths that contradict each other prove nothing.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use super::encoding::encodings;
use super::json::{Object, Value};
use super::request::{Body, Request};
use crate::Text;
use crate::delivery::{Ambiguity, Doubt, Fidelity};
use crate::text::grouped;

/// How many different lengths are listed. A request has one or two; a hostile one can have a
/// million.
const MAX_LENGTHS: usize = 4;

/// Compares a body with the lengths given for it, before its content encodings are undone.
pub(super) fn compare_length(request: &mut Request<'_>, body: &mut Body<'_>) {
    let lengths = lengths(request);
    let is_as_sent = match body.fidelity {
        Fidelity::Exact => true,
        Fidelity::Text => encodings(&request.headers).is_empty(),
        Fidelity::Decoded | Fidelity::Reserialized | Fidelity::Truncated => false,
    };
    let mut sizes = lengths.keys();
    match (sizes.next(), sizes.next()) {
        (Some(_), Some(_)) => request.ambiguities.push(contradiction(&lengths)),
        (Some(sent), None) if is_as_sent => compare(*sent, request, body),
        _ => {}
    }
}

/// The different lengths given, each with the name of the first member or header that gives it.
fn lengths(request: &mut Request<'_>) -> BTreeMap<usize, String> {
    let mut lengths = BTreeMap::new();
    for (name, length) in &request.lengths {
        lengths
            .entry(*length)
            .or_insert_with(|| format!("`{name}`"));
    }
    let values = request.headers.all("content-length");
    let words = values
        .flat_map(|value| value.as_str().split(','))
        .map(str::trim);
    let mut odd = None;
    for word in words {
        match word.parse() {
            Ok(length) if lengths.len() < MAX_LENGTHS => {
                lengths
                    .entry(length)
                    .or_insert_with(|| "`Content-Length`".to_owned());
            }
            Ok(_) => {}
            Err(_) => odd = odd.or(Some(word)),
        }
    }
    if let Some(word) = odd {
        let word = Text::from(word).shortened(20).to_string();
        request
            .notes
            .push(format!("`Content-Length` is not a number: `{word}`"));
    }
    lengths
}

/// The ambiguity of several different lengths.
fn contradiction(lengths: &BTreeMap<usize, String>) -> Ambiguity {
    let listed: Vec<String> = lengths
        .iter()
        .map(|(length, name)| format!("{} in {name}", grouped(*length)))
        .collect();
    let message = format!(
        "the lengths given for the body differ: {}",
        listed.join(", ")
    );
    Ambiguity::new(Doubt::OfMismatch, message)
}

fn compare(sent: usize, request: &mut Request<'_>, body: &mut Body<'_>) {
    let kept = body.bytes.len();
    if kept == sent {
        return;
    }
    // Complete JSON was not cut off: it was parsed and written again.
    if kept < sent && serde_json::from_slice::<IgnoredAny>(&body.bytes).is_err() {
        body.fidelity = Fidelity::Truncated;
        let note = format!("the body is truncated: {kept} of {sent} bytes were saved");
        body.notes.push(note);
        return;
    }
    let (kept, sent) = (grouped(kept), grouped(sent));
    let message =
        format!("{kept} bytes were saved, but {sent} were sent: was the body reformatted?");
    request
        .ambiguities
        .push(Ambiguity::new(Doubt::OfMismatch, message));
}

/// Reads the body's length from these members of an object. Writers put 0 or -1 where they do not
/// know it; both are ignored.
pub(super) fn take_lengths(request: &mut Request<'_>, object: &Object<'_>, names: &[&'static str]) {
    for name in names {
        let length = object.get(name).and_then(Value::integer);
        let length = length.and_then(|length| usize::try_from(length).ok());
        let known = length.filter(|length| *length > 0);
        request.lengths.extend(known.map(|length| (*name, length)));
    }
}
