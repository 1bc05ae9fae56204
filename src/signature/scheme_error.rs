//! What can be wrong with a scheme, and what a delivery can lack for one.

use std::fmt::{self, Display};

use super::{Algorithm, Scheme, UnknownAlgorithm};

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
