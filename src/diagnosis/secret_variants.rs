//! What a secret may have been meant to be.
//!
//! A secret is copied from a web page, kept in a file, quoted in a shell. Each row of [`VARIANTS`]
//! undoes one thing that goes wrong on the way; to add one, add its row. Every copy that is made of
//! a secret is overwritten when it is dropped.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::signature::{Code, Secret};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes that are overwritten when they are dropped.
type SecretBytes = Zeroizing<Vec<u8>>;

/// One thing that may be wrong with a secret: the hint, the words for undoing it, which follow "with
/// the secret", and a function that undoes it or returns `None` if it does not apply.
pub(super) type SecretVariant = (Code, &'static str, fn(&[u8]) -> Option<SecretBytes>);

/// The variants, the likeliest first.
#[rustfmt::skip]
pub(super) const VARIANTS: [SecretVariant; 8] = [
    (Code::SecretWhiteSpace, "without the white space around it", |given| Some(copy(given.trim_ascii()))),
    (Code::SecretWhiteSpace, "and a line break after it", |given| Some(copy([given, b"\n"].concat()))),
    (Code::SecretBom, "without the byte order mark at its start", |given| given.strip_prefix(BYTE_ORDER_MARK).map(copy)),
    (Code::SecretBom, "as UTF-8, without the byte order mark at its start and white space", |given| without_mark(given).map(|bytes| copy(bytes.trim_ascii()))),
    (Code::SecretQuotes, "without the quotes around it", |given| unquoted(given.trim_ascii()).map(copy)),
    (Code::SecretQuotes, "without the quotes and white space around it", |given| unquoted(given.trim_ascii()).map(<[u8]>::trim_ascii).map(copy)),
    (Code::SecretHex, "decoded from hex", |given| hex::decode(bare(given)).ok().map(copy)),
    (Code::SecretBase64, "decoded from base64", |given| from_base64(bare(given)).map(copy)),
];

/// The secrets that may have been meant, with the hint and the words of each.
pub(super) fn secret_variants(secret: &Secret) -> Vec<(Code, &'static str, Secret)> {
    let given = secret.bytes();
    let variant = |(code, words, bytes): SecretVariant| {
        let mut bytes = bytes(given).filter(|bytes| **bytes != given)?;
        Some((code, words, Secret::new(std::mem::take(&mut *bytes)).ok()?))
    };
    VARIANTS.into_iter().filter_map(variant).collect()
}

fn copy(bytes: impl Into<Vec<u8>>) -> SecretBytes {
    Zeroizing::new(bytes.into())
}

/// The secret without quotes and white space around it.
fn bare(given: &[u8]) -> &[u8] {
    let trimmed = given.trim_ascii();
    unquoted(trimmed).unwrap_or(trimmed).trim_ascii()
}

/// What is between a pair of quotes.
fn unquoted(secret: &[u8]) -> Option<&[u8]> {
    [b'"', b'\'', b'`']
        .into_iter()
        .find_map(|quote| secret.strip_prefix(&[quote])?.strip_suffix(&[quote]))
}

/// The secret in UTF-8 without its byte order mark. The mark may be that of UTF-16, in which `>`
/// writes files in Windows `PowerShell`.
fn without_mark(secret: &[u8]) -> Option<SecretBytes> {
    match secret {
        [0xff, 0xfe, units @ ..] => from_utf16(units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => from_utf16(units, u16::from_be_bytes),
        _ => secret.strip_prefix(BYTE_ORDER_MARK).map(copy),
    }
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<SecretBytes> {
    let pairs = bytes.chunks_exact(2);
    let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
    let units = Zeroizing::new(units);
    String::from_utf16(&units).ok().map(copy)
}

/// The bytes that base64 stands for; `whsec_` is how Standard Webhooks marks a secret.
fn from_base64(secret: &[u8]) -> Option<Vec<u8>> {
    let secret = secret.strip_prefix(b"whsec_").unwrap_or(secret);
    let end = secret.iter().rposition(|byte| *byte != b'=');
    let digits = &secret[..end.map_or(0, |last| last + 1)];
    let plain = STANDARD_NO_PAD.decode(digits);
    plain.or_else(|_| URL_SAFE_NO_PAD.decode(digits)).ok()
}
