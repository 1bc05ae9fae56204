//! Finds contradictions in a capture: two bodies, or two objects of headers, that differ.
//!
//! JSON readers disagree on repeated keys: some take the first, some the last. A sender who knows
//! both could have one body verified and another one processed. So a contradiction is never
//! resolved in silence: one of the two is read, and a [`Doubt`] states how much that leaves open.
//!
//! | differ | read | doubt |
//! |---|---|---|
//! | two bodies of the same fidelity, or what encodes them | the last, or the one with the likelier name | `OfBoth`: even a match proves nothing |
//! | two objects of headers, or two lengths | the last | `OfMismatch`: a mismatch proves nothing |
//! | two bodies of different fidelity | the more faithful one | `Settled` |
//!
//! Bodies are compared as bytes, or as JSON values if one of them was parsed.

use super::json::Object;
use super::json_equality::ComparedJson;
use super::request::Body;
use crate::delivery::{Ambiguity, Doubt, Fidelity};

/// Members that hold a body, or an object with a body in it.
const BODIES: [&str; 9] = [
    "body",
    "Body",
    "content",
    "raw",
    "text",
    "request_payload_base64",
    "request",
    "data",
    "postData",
];
/// Members that state whether a body is base64.
const ENCODINGS: [&str; 4] = ["isBase64Encoded", "is_base64", "base64", "encoding"];
/// Members that hold headers.
const HEADERS: [&str; 4] = ["headers", "Header", "header", "multiValueHeaders"];

impl Ambiguity {
    pub(super) fn new(doubt: Doubt, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            doubt,
        }
    }
}

/// The repeated keys of an object whose values differ, if they hold a body, its encoding or
/// headers.
pub(super) fn repeated_keys(object: &Object<'_>) -> Vec<Ambiguity> {
    let bodies = BODIES.iter().filter(|name| object.is_ambiguous(name));
    bodies
        .map(|name| two_bodies(name, name))
        .chain(repeated_beside_bodies(object))
        .collect()
}

/// The same for keys that hold a body's encoding or headers, but not a body itself.
pub(super) fn repeated_beside_bodies(object: &Object<'_>) -> Vec<Ambiguity> {
    let encodings = ENCODINGS.iter().filter(|name| object.is_ambiguous(name));
    let encodings = encodings.map(|name| two_bodies(name, name));
    let headers = HEADERS.iter().filter(|name| object.is_ambiguous(name));
    let headers = headers.map(|name| {
        let message = format!("two `{name}` keys differ: the last one was read");
        Ambiguity::new(Doubt::OfMismatch, message)
    });
    encodings.chain(headers).collect()
}

/// Chooses the most faithful of the bodies that a capture holds, given with the names of their
/// members, and returns the ambiguities of the others that differ from it. Of bodies that are
/// equally faithful the first one is chosen.
pub(super) fn most_faithful<'a>(
    mut bodies: Vec<(&'static str, Body<'a>)>,
) -> (Option<Body<'a>>, Vec<Ambiguity>) {
    // The sort is stable, so equals stay in order.
    bodies.sort_by_key(|(_, body)| body.fidelity);
    let mut bodies = bodies.into_iter();
    let Some((read, body)) = bodies.next() else {
        return (None, Vec::new());
    };
    let json = ComparedJson::new(&body.bytes);
    let others = bodies.filter(|(_, other)| !is_same(&body, &json, other));
    let ambiguities = others.map(|(name, other)| {
        if other.fidelity == body.fidelity {
            return two_bodies(read, name);
        }
        let message = if name == read {
            format!("two `{name}` keys differ: the more faithful one was read")
        } else {
            format!("`{name}` differs from `{read}`, which was read because it is more faithful")
        };
        Ambiguity::new(Doubt::Settled, message)
    });
    let ambiguities = without_repeated(ambiguities);
    (Some(body), ambiguities)
}

/// The first of each message: a million members of one name differ in one way. There are only as
/// many messages as there are names, so comparing each with all stays cheap.
fn without_repeated(ambiguities: impl Iterator<Item = Ambiguity>) -> Vec<Ambiguity> {
    let mut distinct: Vec<Ambiguity> = Vec::new();
    for ambiguity in ambiguities {
        if distinct.iter().all(|it| it.message != ambiguity.message) {
            distinct.push(ambiguity);
        }
    }
    distinct
}

/// The ambiguity of two bodies of which either may have been sent.
fn two_bodies(read: &str, other: &str) -> Ambiguity {
    let message = if read == other {
        format!("two `{read}` keys differ, and either may have been sent: the last one was read")
    } else {
        format!("`{read}` and `{other}` differ, and either may have been sent: `{read}` was read")
    };
    Ambiguity::new(Doubt::OfBoth, message)
}

/// Whether two bodies are equal: as bytes, or as JSON values if one of them was parsed.
fn is_same(one: &Body<'_>, json: &ComparedJson<'_>, other: &Body<'_>) -> bool {
    let is_parsed = |body: &Body<'_>| body.fidelity == Fidelity::Reserialized;
    one.bytes == other.bytes || (is_parsed(one) || is_parsed(other)) && json.equals(&other.bytes)
}
