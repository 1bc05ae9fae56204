//! Whether a body has the length that it was sent with.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use super::reading::encodings;
use super::request::{Body, Request};
use crate::Text;
use crate::delivery::{Ambiguity, Doubt, Fidelity};
use crate::text::grouped;

/// No request has so many lengths by accident; a stranger may send a million.
const MAX_LENGTHS: usize = 4;

/// Compares a body that was kept as it came with the length it came with: one that has another
/// length is not what was sent, whether it is shorter or longer.
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

/// The lengths that the capture gives, each with the name of what gives it first.
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

/// That the capture gives several lengths.
fn contradiction(lengths: &BTreeMap<usize, String>) -> Ambiguity {
    let listed: Vec<String> = lengths
        .iter()
        .map(|(length, name)| format!("{} by {name}", grouped(*length)))
        .collect();
    let message = format!(
        "several lengths of the body are given: {}",
        listed.join(", ")
    );
    Ambiguity::new(Doubt::OfMismatch, message)
}

fn compare(sent: usize, request: &mut Request<'_>, body: &mut Body<'_>) {
    let kept = body.bytes.len();
    if kept == sent {
        return;
    }
    // What is whole was not cut, but written again.
    if kept < sent && serde_json::from_slice::<IgnoredAny>(&body.bytes).is_err() {
        body.fidelity = Fidelity::Truncated;
        let note = format!("the body was cut: {kept} of {sent} bytes are left");
        body.notes.push(note);
        return;
    }
    let (kept, sent) = (grouped(kept), grouped(sent));
    let message = format!("{kept} bytes were saved, {sent} were sent: re-formatted?");
    request
        .ambiguities
        .push(Ambiguity::new(Doubt::OfMismatch, message));
}
