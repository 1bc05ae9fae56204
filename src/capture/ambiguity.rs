//! What a capture says of a request in two ways: two bodies, two objects of headers.
//!
//! Another reader may take the other one, so it is always said.

use super::json::Object;
use super::json_equality::ComparedJson;
use super::request::Body;
use crate::delivery::{Ambiguity, Doubt, Fidelity};

/// Members that hold a body, or what a body is in.
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
/// Members that say whether a body is in base64.
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

/// The keys of an object that hold different bodies or different headers.
pub(super) fn repeated_keys(object: &Object<'_>) -> Vec<Ambiguity> {
    let bodies = BODIES.iter().filter(|name| object.is_ambiguous(name));
    bodies
        .map(|name| two_bodies(name, name))
        .chain(repeated_beside_bodies(object))
        .collect()
}

/// The keys of an object that hold different headers, or tell in different ways how its body is
/// encoded.
pub(super) fn repeated_beside_bodies(object: &Object<'_>) -> Vec<Ambiguity> {
    let encodings = ENCODINGS.iter().filter(|name| object.is_ambiguous(name));
    let encodings = encodings.map(|name| two_bodies(name, name));
    let headers = HEADERS.iter().filter(|name| object.is_ambiguous(name));
    let headers = headers.map(|name| {
        let message = format!("two `{name}` keys differ, and the last was read");
        Ambiguity::new(Doubt::OfMismatch, message)
    });
    encodings.chain(headers).collect()
}

/// The most faithful of the bodies that a capture holds, with the names of the members that hold
/// them, and which of the others are not the same; of equals the first is read.
pub(super) fn most_faithful<'a>(
    mut bodies: Vec<(&'static str, Body<'a>)>,
) -> (Option<Body<'a>>, Vec<Ambiguity>) {
    // The sort is stable.
    bodies.sort_by_key(|(_, body)| body.fidelity);
    let mut bodies = bodies.into_iter();
    let Some((read, body)) = bodies.next() else {
        return (None, Vec::new());
    };
    let json = ComparedJson::new(&body.bytes);
    let others = bodies.filter(|(_, other)| !is_same(&body, &json, other));
    let told = others.map(|(name, other)| {
        if other.fidelity == body.fidelity {
            return two_bodies(read, name);
        }
        let message = if name == read {
            format!("two `{name}` keys differ, and the more faithful was read")
        } else {
            format!("`{name}` differs from `{read}`, which is more faithful and was read")
        };
        Ambiguity::new(Doubt::Settled, message)
    });
    // However many members of a name differ, that is said once.
    let mut ambiguities: Vec<Ambiguity> = Vec::new();
    for ambiguity in told {
        if ambiguities.iter().all(|it| it.message != ambiguity.message) {
            ambiguities.push(ambiguity);
        }
    }
    (Some(body), ambiguities)
}

fn two_bodies(read: &str, other: &str) -> Ambiguity {
    let which = if read == other {
        format!("two `{read}` keys differ, and nothing tells which was sent: the last was read")
    } else {
        format!(
            "`{read}` and `{other}` differ, and nothing tells which was sent: `{read}` was read"
        )
    };
    Ambiguity::new(Doubt::OfBoth, which)
}

/// Says whether two bodies are the same: byte for byte, or as values where one was parsed.
fn is_same(one: &Body<'_>, json: &ComparedJson<'_>, other: &Body<'_>) -> bool {
    let is_parsed = |body: &Body<'_>| body.fidelity == Fidelity::Reserialized;
    one.bytes == other.bytes || (is_parsed(one) || is_parsed(other)) && json.is(&other.bytes)
}
