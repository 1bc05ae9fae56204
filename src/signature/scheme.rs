//! Signature schemes: an algorithm, and a template of what is signed.
//!
//! Vendors agree on HMAC and little else: some sign the body, some put a timestamp or the path before
//! it, older ones hash the body and the secret without a key. A scheme is one short text that says
//! all of it, so that a vendor nobody has heard of needs no code. It is checked when it is parsed: a
//! [`Scheme`] that exists covers the body and takes the secret.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};
use std::str::FromStr;

use super::algorithm::{Algorithm, UnknownAlgorithm};
use crate::Text;
use crate::delivery::{Delivery, Fidelity, Headers};
use crate::finding::nearest;
use crate::json::{Document, members, unescape};

/// How a delivery is signed, written `ALGORITHM[:TEMPLATE]`.
///
/// The template says what is hashed: literal text, and placeholders that each delivery fills.
///
/// | placeholder | stands for |
/// |---|---|
/// | `{body}` | the bytes of the body, as sent or with their content encoding undone |
/// | `{encoded_body}` | the bytes of the body as sent only |
/// | `{secret}` | the secret |
/// | `{timestamp}` | the notification's own `timestamp`, as the body writes it |
/// | `{header:NAME}` | the value of the first header of that name |
/// | `{method}` | the request's method |
/// | `{path}` | the path of the request's target, without host and query |
///
/// Write a literal brace twice: `{{` or `}}`. The default template of an HMAC is `{body}`; that of a
/// plain hash, which must contain `{secret}`, is `{body}{secret}`.
///
/// Every scheme covers the body: a template without it is refused, because its signature would be
/// valid for any body.
///
/// ```
/// use chatlog::signature::Scheme;
///
/// assert_eq!(Scheme::default().to_string(), "hmac-sha256:{body}");
/// assert_eq!("sha1".parse::<Scheme>()?.to_string(), "sha1:{body}{secret}");
/// let dated: Scheme = "hmac-sha256:v0:{header:X-Time}:{body}".parse()?;
/// assert_eq!(dated.to_string(), "hmac-sha256:v0:{header:X-Time}:{body}");
/// assert!("hmac-sha256:{header:X-Time}".parse::<Scheme>().is_err());
/// # Ok::<(), chatlog::signature::SchemeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    algorithm: Algorithm,
    template: SchemeTemplate,
}

impl Scheme {
    /// A scheme with the default template of this algorithm.
    pub fn new(algorithm: Algorithm) -> Self {
        let pieces = if algorithm.is_keyed() {
            vec![Piece::Body]
        } else {
            vec![Piece::Body, Piece::Secret]
        };
        Self {
            algorithm,
            template: SchemeTemplate(pieces),
        }
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What is signed.
    pub fn template(&self) -> &SchemeTemplate {
        &self.template
    }

    /// The same template with another algorithm, which may leave the secret out: for finding out
    /// what a sender did, not for trusting it.
    pub(crate) fn with_algorithm(&self, algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            template: self.template.clone(),
        }
    }

    /// Says whether making a signature takes the secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.algorithm.is_keyed() || self.template.holds_secret()
    }

    /// The ways to hash the secret and the body without a key.
    pub(crate) fn of_secret_and_body(algorithm: Algorithm) -> impl Iterator<Item = Self> {
        [
            vec![Piece::Body, Piece::Secret],
            vec![Piece::Secret, Piece::Body],
        ]
        .map(|pieces| Self {
            algorithm,
            template: SchemeTemplate(pieces),
        })
        .into_iter()
    }
}

impl Default for Scheme {
    fn default() -> Self {
        Self::new(Algorithm::HmacSha256)
    }
}

impl Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.template)
    }
}

impl FromStr for Scheme {
    type Err = SchemeError;

    fn from_str(text: &str) -> Result<Self, SchemeError> {
        let Some((name, template)) = text.split_once(':') else {
            return Ok(Self::new(text.parse()?));
        };
        let algorithm: Algorithm = name.parse()?;
        let template = SchemeTemplate::parse(template, name.chars().count() + 2)?;
        let scheme = Self {
            algorithm,
            template,
        };
        if !scheme.template.covers_body() {
            return Err(SchemeError::NoBody);
        }
        if !scheme.is_secret() {
            return Err(SchemeError::NoSecret(algorithm));
        }
        Ok(scheme)
    }
}

/// What is signed: literal text and placeholders, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeTemplate(Vec<Piece>);

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Body,
    EncodedBody,
    Secret,
    Timestamp,
    Method,
    Path,
    Header(String),
    Literal(String),
}

/// The names between braces; a colon says that the name of a header follows.
const PIECES: [&str; 7] = [
    "body",
    "encoded_body",
    "secret",
    "timestamp",
    "header:",
    "method",
    "path",
];

impl SchemeTemplate {
    /// Reads a template, which starts at character `column` of what the user gave.
    fn parse(text: &str, column: usize) -> Result<Self, SchemeError> {
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

    /// Says whether the secret is part of what is hashed.
    pub fn holds_secret(&self) -> bool {
        self.0.contains(&Piece::Secret)
    }

    /// Says whether `{body}` is part of what is hashed.
    pub(crate) fn holds_body(&self) -> bool {
        self.0.contains(&Piece::Body)
    }

    /// Says whether the body is part of what is hashed, in one form or another.
    fn covers_body(&self) -> bool {
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
    fn parse(name: &str, column: usize) -> Result<Self, SchemeError> {
        Ok(match name {
            "body" => Self::Body,
            "encoded_body" => Self::EncodedBody,
            "secret" => Self::Secret,
            "timestamp" => Self::Timestamp,
            "method" => Self::Method,
            "path" => Self::Path,
            _ => match name.strip_prefix("header:") {
                Some(header) if Headers::is_name(header) => Self::Header(header.to_owned()),
                Some(_) => return Err(SchemeError::HeaderName { column }),
                None => {
                    return Err(SchemeError::UnknownPiece {
                        column,
                        nearest: nearest(name, PIECES),
                    });
                }
            },
        })
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
            Self::Body => f.write_str("{body}"),
            Self::EncodedBody => f.write_str("{encoded_body}"),
            Self::Secret => f.write_str("{secret}"),
            Self::Timestamp => f.write_str("{timestamp}"),
            Self::Method => f.write_str("{method}"),
            Self::Path => f.write_str("{path}"),
            Self::Header(name) => write!(f, "{{header:{name}}}"),
            Self::Literal(text) => text.chars().try_for_each(|c| match c {
                '{' | '}' => write!(f, "{c}{c}"),
                _ => f.write_char(c),
            }),
        }
    }
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

/// Why a scheme is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemeError {
    /// There is no algorithm of this name.
    Algorithm(UnknownAlgorithm),
    /// Nothing follows the colon.
    Empty,
    /// There is no placeholder of this name. The name is not kept: it may be the secret.
    UnknownPiece {
        /// The place of the brace in the scheme, in characters from 1.
        column: usize,
        /// The placeholder that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A brace is not closed, or was not opened.
    LoneBrace {
        /// Its place in the scheme, in characters from 1.
        column: usize,
    },
    /// The name in `{header:…}` is not one that a header can have.
    HeaderName {
        /// Its place in the scheme, in characters from 1.
        column: usize,
    },
    /// A plain hash leaves the secret out: anybody could compute it.
    NoSecret(Algorithm),
    /// The body is left out: one signature would be valid for any body.
    NoBody,
}

impl From<UnknownAlgorithm> for SchemeError {
    fn from(error: UnknownAlgorithm) -> Self {
        Self::Algorithm(error)
    }
}

impl Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(error) => error.fmt(f),
            Self::Empty => {
                f.write_str("nothing follows the colon; to sign the body, write `{body}`")
            }
            Self::UnknownPiece { column, nearest } => {
                write!(f, "unknown placeholder at character {column}: ")?;
                match nearest {
                    Some("header:") => f.write_str("did you mean `{header:NAME}`?"),
                    Some(nearest) => write!(f, "did you mean `{{{nearest}}}`?"),
                    None => f.write_str(
                        "expected {body}, {encoded_body}, {secret}, {timestamp}, {header:NAME}, {method} or {path}",
                    ),
                }
            }
            Self::LoneBrace { column } => write!(
                f,
                "the brace at character {column} is unmatched; write a literal brace twice"
            ),
            Self::HeaderName { column } => write!(
                f,
                "the placeholder at character {column} has no valid header name; write `{{header:NAME}}`"
            ),
            Self::NoSecret(algorithm) => write!(
                f,
                "`{algorithm}` is not keyed: its template must hold `{{secret}}`, as `{}` does",
                Scheme::new(*algorithm)
            ),
            Self::NoBody => f.write_str(
                "the template must hold `{body}` or `{encoded_body}`: otherwise one signature would be valid for any body",
            ),
        }
    }
}

impl std::error::Error for SchemeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Algorithm(error) => Some(error),
            _ => None,
        }
    }
}

/// The scheme signs something that a delivery does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfilled {
    /// The capture did not keep the bytes of the body as sent.
    EncodedBody,
    /// The capture did not keep the method.
    Method,
    /// The capture did not keep the target.
    Path,
    /// The body has no `timestamp` that is a number or a string.
    Timestamp,
    /// The delivery has no header of this name.
    Header(String),
}

impl Display for Unfilled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the scheme signs ")?;
        match self {
            Self::EncodedBody => {
                f.write_str("the body as sent, but the capture kept it decoded only")
            }
            Self::Method => f.write_str("the method, which the capture did not keep"),
            Self::Path => f.write_str("the path, which the capture did not keep"),
            Self::Timestamp => f.write_str("the body's own `timestamp`, which it does not have"),
            Self::Header(name) => {
                write!(f, "the header `{name}`, which the delivery does not have")
            }
        }
    }
}

impl std::error::Error for Unfilled {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        for text in [
            "hmac-sha256:{body}",
            "md5:{secret}{timestamp}.{body}",
            "hmac-sha1:{method} {path}: {header:X-Nonce}{body}",
            "hmac-sha512:{timestamp}{encoded_body}",
            "sha512:{{\"k\":\"{secret}\"}}é{body}",
        ] {
            let scheme: Scheme = text.parse().expect("it is a scheme");
            assert_eq!(scheme.to_string(), text);
        }
    }

    #[track_caller]
    fn refuses(text: &str, want: &str) {
        let error = text.parse::<Scheme>().expect_err("it is not a scheme");
        let message = error.to_string();
        assert!(message.contains(want), "{message}");
    }

    #[test]
    fn says_where_a_scheme_is_wrong() {
        refuses("hmac-sha2:{body}", "did you mean `hmac-sha");
        refuses("hmac-sha256:", "nothing follows");
        refuses(
            "hmac-sha256:é{bodi}",
            "at character 14: did you mean `{body}`?",
        );
        refuses(
            "hmac-sha256:{}",
            "expected {body}, {encoded_body}, {secret}",
        );
        refuses("hmac-sha256:{body", "at character 13 is unmatched");
        refuses("hmac-sha256:{body}}", "at character 19 is unmatched");
        refuses(
            "hmac-sha256:{header:}",
            "at character 13 has no valid header name",
        );
        refuses("hmac-sha256:{header:a b}", "no valid header name");
        refuses(
            "sha256:{body}",
            "must hold `{secret}`, as `sha256:{body}{secret}` does",
        );
        refuses(&"x".repeat(1 << 20), "unknown algorithm: expected one of");
        for uncovered in [
            "hmac-sha256:{header:X-Note}",
            "hmac-sha256:{path}",
            "hmac-sha512:body",
            "hmac-sha512:{{body}}",
            "md5:{secret}",
            "sha1:{secret}{timestamp}",
        ] {
            refuses(uncovered, "must hold `{body}` or `{encoded_body}`");
        }
        assert!("md5:{secret}{encoded_body}".parse::<Scheme>().is_ok());
    }

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
