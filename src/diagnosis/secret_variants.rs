//! What a secret may have been meant to be.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use zeroize::Zeroizing;

use crate::signature::{Code, Secret};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A secret that may have been meant: what was done to it, and its bytes if that can have been.
type Variant = (Code, &'static str, Option<Vec<u8>>);

/// What a secret may have been meant to be: what was done to it, and the secret.
pub(super) fn secret_variants(secret: &Secret) -> Vec<(Code, &'static str, Secret)> {
    let given = secret.bytes();
    let variants = surrounded(given).into_iter().chain(encoded(given));
    variants
        .filter_map(|(code, what, bytes)| {
            let mut bytes = Zeroizing::new(bytes?);
            if *bytes == given {
                return None;
            }
            Some((code, what, Secret::new(std::mem::take(&mut *bytes)).ok()?))
        })
        .collect()
}

/// The secret without what an editor or a shell leaves around it.
fn surrounded(given: &[u8]) -> [Variant; 6] {
    use Code::{SecretBom, SecretQuotes, SecretWhiteSpace};
    let trimmed = given.trim_ascii();
    let inner = unquoted(trimmed);
    let marked = given.strip_prefix(BYTE_ORDER_MARK);
    let unmarked = without_mark(given).map(|secret| secret.trim_ascii().to_vec());
    let owned = |bytes: &[u8]| Some(bytes.to_vec());
    #[rustfmt::skip]
    let variants = [
        (SecretWhiteSpace, "without the white space around it", owned(trimmed)),
        (SecretWhiteSpace, "and a line break after it", owned(&[given, b"\n"].concat())),
        (SecretBom, "without the byte order mark at its start", marked.and_then(owned)),
        (SecretBom, "as UTF-8, without the byte order mark at its start and white space", unmarked),
        (SecretQuotes, "without the quotes around it", inner.and_then(owned)),
        (SecretQuotes, "without the quotes and white space around it", inner.and_then(|inner| owned(inner.trim_ascii()))),
    ];
    variants
}

/// The bytes that the secret stands for.
fn encoded(given: &[u8]) -> [Variant; 2] {
    let trimmed = given.trim_ascii();
    let bare = unquoted(trimmed).unwrap_or(trimmed).trim_ascii();
    [
        (Code::SecretHex, "decoded from hex", hex::decode(bare).ok()),
        (Code::SecretBase64, "decoded from base64", from_base64(bare)),
    ]
}

/// The secret in UTF-8 without its byte order mark, which may be that of UTF-16: PowerShell's `>`
/// writes it so.
fn without_mark(secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let utf_16 = |units: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Zeroizing<Vec<u16>> = Zeroizing::new(
            units
                .chunks_exact(2)
                .map(|pair| unit([pair[0], pair[1]]))
                .collect(),
        );
        let text = String::from_utf16(&units).ok()?;
        Some(Zeroizing::new(text.into_bytes()))
    };
    match secret {
        [0xff, 0xfe, units @ ..] => utf_16(units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => utf_16(units, u16::from_be_bytes),
        _ => {
            let secret = secret.strip_prefix(BYTE_ORDER_MARK)?;
            Some(Zeroizing::new(secret.to_vec()))
        }
    }
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
