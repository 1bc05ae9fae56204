//! What a secret may have been meant to be.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::signature::{Code, Secret};

/// What a secret may have been meant to be: what was done to it, and the secret.
pub(super) fn secret_variants(
    secret: &Secret,
) -> impl IntoIterator<Item = (Code, &'static str, Secret)> {
    let given = secret.bytes();
    let trimmed = given.trim_ascii();
    let inner = unquoted(trimmed);
    let bare = inner.unwrap_or(trimmed).trim_ascii();
    let owned = |bytes: &[u8]| Some(bytes.to_vec());
    [
        (
            Code::SecretWhiteSpace,
            "without the white space around it",
            owned(trimmed),
        ),
        (
            Code::SecretWhiteSpace,
            "and a line break after it",
            owned(&[given, b"\n"].concat()),
        ),
        (
            Code::SecretQuotes,
            "without the quotes around it",
            inner.and_then(owned),
        ),
        (
            Code::SecretQuotes,
            "without the quotes and white space around it",
            inner.and(owned(bare)),
        ),
        (Code::SecretHex, "decoded from hex", hex::decode(bare).ok()),
        (Code::SecretBase64, "decoded from base64", from_base64(bare)),
    ]
    .into_iter()
    .filter_map(|(code, what, bytes)| {
        let bytes = bytes.filter(|bytes| bytes != given)?;
        Some((code, what, Secret::new(bytes).ok()?))
    })
    .collect::<Vec<_>>()
}

/// What is between a pair of quotes.
fn unquoted(secret: &[u8]) -> Option<&[u8]> {
    [b'"', b'\'', b'`']
        .into_iter()
        .find_map(|quote| secret.strip_prefix(&[quote])?.strip_suffix(&[quote]))
}

/// The bytes that base64 stands for; `whsec_` is how Standard Webhooks marks a secret.
fn from_base64(secret: &[u8]) -> Option<Vec<u8>> {
    let secret = secret.strip_prefix(b"whsec_").unwrap_or(secret);
    let padding = secret
        .iter()
        .rev()
        .take_while(|byte| **byte == b'=')
        .count();
    let digits = &secret[..secret.len() - padding];
    let plain = STANDARD_NO_PAD.decode(digits);
    plain.or_else(|_| URL_SAFE_NO_PAD.decode(digits)).ok()
}
