//! Templates of what is signed, and filling them for a delivery.
//!
//! A template is parsed once. Filling it takes method, path, headers and timestamp from a delivery
//! and leaves two things open, the secret and the body, which are hashed in their places: a body is
//! never copied, however many secrets and forms of it are tried.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use super::{SchemeError, Unfilled};
use crate::Text;
use crate::delivery::{Delivery, Fidelity, Headers};
use crate::finding::nearest;
use crate::json::{Document, members, unescape};

/// What is signed: literal text and placeholders, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeTemplate(pub(super) Vec<Piece>);

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Body,
    EncodedBody,
    Secret,
    Timestamp,
    Method,
    Path,
    Header(String),
    Literal(String),
}

/// The placeholders and their names between braces. `{header:NAME}` is one more, with a name.
static PLACEHOLDERS: [(&str, Piece); 6] = [
    ("body", Piece::Body),
    ("encoded_body", Piece::EncodedBody),
    ("secret", Piece::Secret),
    ("timestamp", Piece::Timestamp),
    ("method", Piece::Method),
    ("path", Piece::Path),
];
const HEADER_PREFIX: &str = "header:";

impl SchemeTemplate {
    /// Reads a template, which starts at character `column` of what the user gave.
    pub(super) fn parse(text: &str, column: usize) -> Result<Self, SchemeError> {
        if text.is_empty() {
            return Err(SchemeError::Empty);
        }
        let at = |rest: &str| column + text[..text.len() - rest.len()].chars().count();
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            literal.push_str(&rest[..brace]);
            rest = &rest[brace..];
            if let Some(escaped) = ["{{", "}}"].iter().find(|twice| rest.starts_with(**twice)) {
                literal.push_str(&escaped[1..]);
                rest = &rest[2..];
                continue;
            }
            let unclosed = || SchemeError::LoneBrace { column: at(rest) };
            let inner = rest.strip_prefix('{').ok_or_else(unclosed)?;
            let (name, after) = inner.split_once('}').ok_or_else(unclosed)?;
            let piece = Piece::parse(name, at(rest))?;
            pieces.extend(Self::literal(&mut literal));
            pieces.push(piece);
            rest = after;
        }
        literal.push_str(rest);
        pieces.extend(Self::literal(&mut literal));
        Ok(Self(pieces))
    }

    fn literal(text: &mut String) -> Option<Piece> {
        (!text.is_empty()).then(|| Piece::Literal(std::mem::take(text)))
    }

    /// Whether the secret is part of what is hashed.
    pub fn holds_secret(&self) -> bool {
        self.0.contains(&Piece::Secret)
    }

    /// Whether `{body}` is part of what is hashed.
    pub(crate) fn holds_body(&self) -> bool {
        self.0.contains(&Piece::Body)
    }

    /// Whether the body is part of what is hashed, in one form or another.
    pub(super) fn covers_body(&self) -> bool {
        self.holds_body() || self.0.contains(&Piece::EncodedBody)
    }

    /// Fills the template for a delivery. The secret and the body are left open, so that one message
    /// serves every secret and every form of the body. `headers` hide those of the delivery.
    pub(crate) fn fill<'f>(
        &'f self,
        delivery: &'f Delivery<'_>,
        headers: &'f Headers<'_>,
    ) -> Result<SignedMessage<'f>, Unfilled> {
        self.0
            .iter()
            .map(|piece| piece.fill(delivery, headers))
            .collect::<Result<_, _>>()
            .map(SignedMessage)
    }
}

impl Display for SchemeTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| piece.fmt(f))
    }
}

impl Piece {
    /// Reads what is between the braces, the first of which is at character `column`.
    fn parse(name: &str, column: usize) -> Result<Self, SchemeError> {
        match name.strip_prefix(HEADER_PREFIX) {
            Some(header) if Headers::is_name(header) => Ok(Self::Header(header.to_owned())),
            Some(_) => Err(SchemeError::HeaderName { column }),
            None => Self::named(name).ok_or_else(|| SchemeError::UnknownPiece {
                column,
                nearest: nearest(name, names()),
            }),
        }
    }

    fn named(name: &str) -> Option<Self> {
        let (_, piece) = PLACEHOLDERS.iter().find(|(known, _)| *known == name)?;
        Some(piece.clone())
    }

    fn fill<'f>(
        &'f self,
        delivery: &'f Delivery<'_>,
        headers: &'f Headers<'_>,
    ) -> Result<MessagePart<'f>, Unfilled> {
        let text = |text: Option<&'f str>, missing| text.map(MessagePart::from).ok_or(missing);
        match self {
            Self::Body => Ok(MessagePart::Body),
            Self::EncodedBody => encoded_body(delivery),
            Self::Secret => Ok(MessagePart::Secret),
            Self::Literal(literal) => Ok(MessagePart::from(literal.as_str())),
            Self::Method => text(delivery.method.as_ref().map(Text::as_str), Unfilled::Method),
            Self::Path => text(delivery.target.as_ref().map(path), Unfilled::Path),
            Self::Timestamp => timestamp(&delivery.body).ok_or(Unfilled::Timestamp),
            Self::Header(name) => {
                let value = headers.first(name).or_else(|| delivery.headers.first(name));
                text(value.map(Text::as_str), Unfilled::Header(name.clone()))
            }
        }
    }
}

impl Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "{{{HEADER_PREFIX}{name}}}"),
            Self::Literal(text) => text.chars().try_for_each(|c| match c {
                '{' | '}' => write!(f, "{c}{c}"),
                _ => f.write_char(c),
            }),
            _ => PLACEHOLDERS
                .iter()
                .filter(|(_, piece)| piece == self)
                .try_for_each(|(name, _)| write!(f, "{{{name}}}")),
        }
    }
}

/// Every name that may be between braces.
fn names() -> impl Iterator<Item = &'static str> {
    let names = PLACEHOLDERS.iter().map(|(name, _)| *name);
    names.chain([HEADER_PREFIX])
}

/// The bytes as sent. If nothing was decoded, they are the body, with or without its line break.
fn encoded_body<'f>(delivery: &'f Delivery<'_>) -> Result<MessagePart<'f>, Unfilled> {
    match &delivery.encoded_body {
        Some(encoded) => Ok(MessagePart::Text(Cow::Borrowed(encoded))),
        None if delivery.fidelity == Fidelity::Decoded => Err(Unfilled::EncodedBody),
        None => Ok(MessagePart::Body),
    }
}

/// The path of a target or URL.
fn path<'t>(target: &'t Text<'_>) -> &'t str {
    let target = target.as_str();
    let target = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => {
            rest.find('/').map_or("/", |slash| &rest[slash..])
        }
        _ => target,
    };
    target.split(['?', '#']).next().unwrap_or_default()
}

/// The value of the body's own `timestamp`, as it is written there.
fn timestamp(body: &[u8]) -> Option<MessagePart<'_>> {
    let document = Document::new(body);
    // If the key is repeated, most JSON readers keep the last value.
    let (_, token) = members(document.text())
        .filter(|(key, _)| key == "timestamp")
        .last()?;
    let is_scalar = !token.starts_with(['{', '[', 'n', 't', 'f']);
    is_scalar.then(|| MessagePart::Text(Cow::Owned(unescape(token).into_owned().into_bytes())))
}

/// What is hashed for one delivery, with the secret and the body still open.
pub(crate) struct SignedMessage<'f>(Vec<MessagePart<'f>>);

/// A part of what is hashed.
enum MessagePart<'f> {
    Text(Cow<'f, [u8]>),
    Body,
    Secret,
}

impl<'f> From<&'f str> for MessagePart<'f> {
    fn from(text: &'f str) -> Self {
        Self::Text(Cow::Borrowed(text.as_bytes()))
    }
}

impl SignedMessage<'_> {
    /// The bytes to hash for this secret and this body, in order.
    pub(crate) fn bytes<'b>(
        &'b self,
        secret: &'b [u8],
        body: &'b [&'b [u8]],
    ) -> impl Iterator<Item = &'b [u8]> {
        self.0.iter().flat_map(move |part| match part {
            MessagePart::Text(text) => PartBytes::One(Some(text)),
            MessagePart::Secret => PartBytes::One(Some(secret)),
            MessagePart::Body => PartBytes::Body(body.iter()),
        })
    }
}

/// The bytes of one part of a message.
enum PartBytes<'b> {
    One(Option<&'b [u8]>),
    Body(std::slice::Iter<'b, &'b [u8]>),
}

impl<'b> Iterator for PartBytes<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        match self {
            Self::One(bytes) => bytes.take(),
            Self::Body(body) => body.next().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_path_of_a_target() {
        for (target, want) in [
            ("/hooks/a?b=c", "/hooks/a"),
            ("https://example.com/hooks?next=http://x/", "/hooks"),
            ("https://example.com", "/"),
            ("/to?u=http://x/y", "/to"),
            ("", ""),
        ] {
            assert_eq!(path(&Text::from(target)), want);
        }
    }

    #[test]
    fn takes_the_timestamp_as_it_is_written() {
        let text = |body: &str| match timestamp(body.as_bytes()) {
            Some(MessagePart::Text(text)) => String::from_utf8_lossy(&text).into_owned(),
            _ => String::new(),
        };
        assert_eq!(
            text("\u{feff}{\"a\":{\"timestamp\":1},\"timestamp\": 1.0e9 }"),
            "1.0e9"
        );
        assert_eq!(text(r#"{"timestamp":1,"timestamp":"2"}"#), "2");
        assert_eq!(text(r#"{"timestamp":null}"#), "");
        assert_eq!(text(r"[]"), "");
    }
}
