//! Signature schemes: an algorithm, and a template of what is signed.
//!
//! Vendors agree on HMAC and little else: some sign the body, some put a timestamp or the path before
//! it, older ones hash the body and the secret without a key. A scheme is one short text that says
//! all of it, so that a vendor nobody has heard of needs no code. It is checked when it is parsed: a
//! [`Scheme`] that exists covers the body and takes the secret.

use std::fmt::{self, Display};
use std::str::FromStr;

use super::template::Piece;
use super::{Algorithm, SchemeError, SchemeTemplate};

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

    /// Whether making a signature takes the secret.
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
}
