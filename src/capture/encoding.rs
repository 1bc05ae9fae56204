//! Decodes base64 and the content encodings of HTTP.

use std::io;
#[cfg(feature = "compression")]
use std::io::Read;

use base64::Engine;
use base64::alphabet::{self, Alphabet};
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
#[cfg(feature = "compression")]
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::Text;
use crate::delivery::Headers;

/// How many content encodings of one body are undone.
const MAX_ENCODINGS: usize = 4;

/// Whether a text is an object or an array, if it is JSON.
pub(super) fn starts_with_bracket(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Whether a text is JSON in base64 or hex.
pub(super) fn encodes_json(text: &str) -> bool {
    json_in_hex(text).or_else(|| json_in_base64(text)).is_some()
}

/// The JSON that hex digits stand for, also behind the `\x` of Postgres or a `0x`.
pub(super) fn json_in_hex(text: &str) -> Option<Vec<u8>> {
    let bytes = hex::decode(hex_digits(text)).ok()?;
    starts_with_bracket(&bytes).then_some(bytes)
}

/// The hex digits of a text, without what may stand before them.
pub(super) fn hex_digits(text: &str) -> &str {
    let digits = text.trim_ascii();
    let prefixed = digits.strip_prefix("\\x");
    let prefixed = prefixed.or_else(|| digits.strip_prefix("0x"));
    prefixed.unwrap_or(digits)
}

/// The JSON that base64 in either alphabet stands for. Its first characters are decoded alone, because
/// nearly all text is not base64 of JSON.
pub(super) fn json_in_base64(text: &str) -> Option<Vec<u8>> {
    let data = match text.split_once(";base64,") {
        Some((kind, data)) if kind.starts_with("data:") => data,
        _ => text,
    };
    let start = data.trim_ascii_start().get(..8)?;
    let start = STANDARD_NO_PAD.decode(start.replace('-', "+").replace('_', "/"));
    let start = start.ok()?;
    if !starts_with_bracket(&start) && !start.trim_ascii().is_empty() {
        return None;
    }
    let bytes = base64(data, false).ok()?;
    starts_with_bracket(&bytes).then_some(bytes)
}

/// Decodes base64 in either alphabet, with or without padding and line breaks. If the text was
/// `cut` off, its incomplete last group of four is ignored.
///
/// # Errors
/// The offset in the text at which it is not base64, and what is wrong there.
pub(crate) fn base64(text: &str, cut: bool) -> Result<Vec<u8>, (usize, String)> {
    let alphabet = match memchr::memchr2(b'-', b'_', text.as_bytes()) {
        Some(_) => &alphabet::URL_SAFE,
        None => &alphabet::STANDARD,
    };
    if !cut && let Ok(bytes) = engine(alphabet).decode(text) {
        return Ok(bytes);
    }
    let (places, mut symbols): (Vec<usize>, Vec<u8>) = text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| !byte.is_ascii_whitespace())
        .unzip();
    if cut {
        symbols.truncate(symbols.len() / 4 * 4);
    }
    let result = engine(alphabet).decode(symbols);
    result.map_err(|error| explain(text, &places, &error))
}

fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

/// Turns the decoder's error into an offset in the text and a message. `places` are the offsets of
/// the symbols in the text, without white space.
fn explain(text: &str, places: &[usize], error: &base64::DecodeError) -> (usize, String) {
    let base64::DecodeError::InvalidByte(at, _) = *error else {
        return (text.len(), "it ends too early".to_owned());
    };
    let at = text.floor_char_boundary(places.get(at).copied().unwrap_or(text.len()));
    let found = text[at..].chars().next().map(String::from);
    let found = Text::from(found.unwrap_or_default());
    (at, format!("unexpected `{found}`"))
}

/// The result of undoing a content encoding.
#[derive(Debug)]
pub(super) enum Decoded {
    /// The complete data.
    Whole(Vec<u8>),
    /// The data up to an error, and the error.
    Broken(Vec<u8>, io::Error),
    /// The data is larger than the limit.
    TooLarge,
    /// The bytes do not have this encoding.
    Not,
    /// The encoding is not supported.
    Unknown,
}

/// Undoes the content encoding of this name. Without the feature `compression`, none is known.
#[cfg(not(feature = "compression"))]
pub(super) fn decode(_: &str, _: &[u8], _: usize) -> Decoded {
    Decoded::Unknown
}

/// Undoes the content encoding of this name. At most `limit` bytes are decoded, because a small
/// input can decode to gigabytes.
#[cfg(feature = "compression")]
pub(super) fn decode(encoding: &str, bytes: &[u8], limit: usize) -> Decoded {
    let is = |name| encoding.eq_ignore_ascii_case(name);
    if is("gzip") || is("x-gzip") {
        match bytes {
            [0x1f, 0x8b, ..] => inflate(MultiGzDecoder::new(bytes), limit),
            _ => Decoded::Not,
        }
    } else if is("deflate") {
        deflated(bytes, limit)
    } else {
        Decoded::Unknown
    }
}

/// Undoes `deflate`, which is the zlib format (RFC 9110). Some senders take the name literally and
/// send raw deflate data.
#[cfg(feature = "compression")]
fn deflated(bytes: &[u8], limit: usize) -> Decoded {
    if let [first, second, ..] = *bytes
        && first & 0xf == 8
        && u16::from_be_bytes([first, second]) % 31 == 0
    {
        return inflate(ZlibDecoder::new(bytes), limit);
    }
    // Raw deflate has no signature: only data that decodes completely is accepted as such.
    match inflate(DeflateDecoder::new(bytes), limit) {
        Decoded::Broken(..) => Decoded::Not,
        decoded => decoded,
    }
}

#[cfg(feature = "compression")]
fn inflate(decoder: impl Read, limit: usize) -> Decoded {
    let mut bytes = Vec::new();
    let one_more = u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(1));
    match decoder.take(one_more).read_to_end(&mut bytes) {
        _ if bytes.len() > limit => Decoded::TooLarge,
        Ok(_) => Decoded::Whole(bytes),
        Err(error) => Decoded::Broken(bytes, error),
    }
}

/// The content encodings in the headers, the outermost first. Safe to print.
pub(super) fn encodings(headers: &Headers<'_>) -> Vec<String> {
    let mut names: Vec<String> = headers
        .all("content-encoding")
        .flat_map(|value| value.as_str().split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .map(|name| Text::from(name).shortened(20).to_string())
        .collect();
    names.reverse();
    // No client encodes a body more often; a longer list only costs time.
    names.truncate(MAX_ENCODINGS);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_base64_as_people_write_it() {
        for text in ["/+8/ew==", "_-8_ew==", "_-8_ew", "/+8/\r\n ew==\n"] {
            let bytes = base64(text, false).expect("base64");
            assert_eq!(bytes, [0xff, 0xef, 0x3f, 0x7b], "{text}");
        }
        assert_eq!(
            base64("/+8/ew", true).expect("whole quads"),
            [0xff, 0xef, 0x3f]
        );
    }

    #[test]
    fn says_where_base64_goes_wrong() {
        let fault = |text| base64(text, false).expect_err(text);
        assert_eq!(fault("YW Jj!A"), (5, "unexpected `!`".to_owned()));
        assert_eq!(fault("YWé"), (2, "unexpected `é`".to_owned()));
        assert_eq!(fault("YWJjZ").1, "it ends too early");
    }
}
