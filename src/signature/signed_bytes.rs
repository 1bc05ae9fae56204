//! Which bytes of a delivery a signature may cover.
//!
//! A capture does not always tell: a body may have been signed before or after its content encoding
//! or its encryption was undone, and the line break at the end of a line or a file may belong to the body or not.

use sha2::{Digest as _, Sha256};

use super::SchemeTemplate;
use crate::delivery::Delivery;

/// The bytes of a delivery that a signature may cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignedBytes {
    /// The body.
    Body,
    /// The bytes as sent, before their content encoding or encryption was undone.
    Encoded,
    /// The bytes after their content encoding or encryption was undone.
    Decoded,
    /// The body with the line break that ends its line in the capture.
    WithLineBreak,
    /// The body without the line break at the end of its file.
    WithoutLineBreak,
}

impl SignedBytes {
    /// The bytes, in parts.
    pub fn of<'d>(self, delivery: &'d Delivery<'_>) -> [&'d [u8]; 2] {
        let body: &[u8] = &delivery.body;
        match self {
            Self::Body | Self::Decoded => [body, b""],
            Self::Encoded => [delivery.encoded_body.as_deref().unwrap_or(body), b""],
            Self::WithLineBreak => [body, delivery.terminator],
            Self::WithoutLineBreak => [without_line_break(body).unwrap_or(body), b""],
        }
    }

    /// How many bytes there are.
    pub fn len(self, delivery: &Delivery<'_>) -> usize {
        self.of(delivery).into_iter().map(<[u8]>::len).sum()
    }

    /// Their SHA-256.
    pub fn sha256(self, delivery: &Delivery<'_>) -> [u8; 32] {
        let [start, end] = self.of(delivery);
        let hash = Sha256::new().chain_update(start).chain_update(end);
        hash.finalize().into()
    }

    /// Which bytes they are, in words that follow "N bytes"; `None` for the body.
    pub fn description(self) -> Option<&'static str> {
        match self {
            Self::Body => None,
            Self::Encoded => Some("as sent, before the body was decoded"),
            Self::Decoded => Some("decoded"),
            Self::WithLineBreak => Some("with the line break that ends the line"),
            Self::WithoutLineBreak => Some("without the line break at the end of the file"),
        }
    }

    /// What to say about a match with them; `None` for the body.
    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Self::Body => None,
            Self::Encoded => Some("the bytes as sent match, before the body was decoded"),
            Self::Decoded => Some("the decoded bytes match, not the bytes as sent"),
            Self::WithLineBreak => Some("the line matches with its line break"),
            Self::WithoutLineBreak => {
                Some("the body matches without the line break at the end of the file")
            }
        }
    }
}

/// The body without the line break at its end, LF or CRLF; `None` if it has none.
pub(crate) fn without_line_break(body: &[u8]) -> Option<&[u8]> {
    let body = body.strip_suffix(b"\n")?;
    Some(body.strip_suffix(b"\r").unwrap_or(body))
}

/// The bytes of a delivery that may have been signed, the likeliest first: three at most.
pub(crate) fn candidates(
    delivery: &Delivery<'_>,
    template: &SchemeTemplate,
) -> impl Iterator<Item = SignedBytes> {
    let is_encoded = delivery.encoded_body.is_some();
    let is_fixed = is_encoded && !template.holds_body();
    let is_file = delivery.ends_input && without_line_break(&delivery.body).is_some();
    [
        (SignedBytes::Encoded, is_encoded),
        (SignedBytes::Decoded, is_encoded && !is_fixed),
        (SignedBytes::Body, !is_encoded),
        (
            SignedBytes::WithLineBreak,
            !delivery.terminator.is_empty() && !is_fixed,
        ),
        (SignedBytes::WithoutLineBreak, is_file && !is_fixed),
    ]
    .into_iter()
    .filter_map(|(bytes, is_there)| is_there.then_some(bytes))
}
