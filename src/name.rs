//! File names as text.
//!
//! A path need not be Unicode: on Unix it is any bytes, on Windows any UTF-16 units. Replacing what
//! is not text would give two files the same name, in reports that are grouped and compared by it.
//! So it is escaped instead, and so that the escapes are unambiguous, backslashes that would look
//! like one.

use std::borrow::Cow;
use std::path::Path;

use crate::Text;

impl From<&Path> for Text<'static> {
    /// The name of a file. Bytes that are not UTF-8 are written as `\xff`; on Windows, unpaired
    /// surrogates as `\u{d800}`.
    fn from(path: &Path) -> Self {
        Self::from(spelled(path))
    }
}

impl Text<'static> {
    /// The name of a file, given its bytes, as an archive has them on any system. Those that are not
    /// UTF-8 are written as `\xff`.
    pub fn of_file_name(name: &[u8]) -> Self {
        Self::from(spelled_bytes(name))
    }
}

#[cfg(not(windows))]
fn spelled(path: &Path) -> String {
    spelled_bytes(path.as_os_str().as_encoded_bytes())
}

#[cfg(windows)]
fn spelled(path: &Path) -> String {
    use std::os::windows::ffi::OsStrExt;
    let units = char::decode_utf16(path.as_os_str().encode_wide());
    let spell = |unit: Result<char, std::char::DecodeUtf16Error>| match unit {
        Ok(c) => c.to_string(),
        Err(half) => format!("\\u{{{:x}}}", half.unpaired_surrogate()),
    };
    units.map(spell).collect()
}

/// The text of a name. A backslash that would look like an escape is escaped itself, so that no two
/// names have the same text. [`bytes`] reverses it.
fn spelled_bytes(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        let valid = chunk.valid();
        for (at, c) in valid.char_indices() {
            match escaped_byte(&valid.as_bytes()[at..]) {
                Some(_) => text.push_str("\\x5c"),
                None => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The bytes of the name that has this text.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = escaped_byte(rest);
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &rest[4..] } else { after };
    }
    bytes
}

/// The byte that the escape at the start of `text` stands for, if there is one.
fn escaped_byte(text: &[u8]) -> Option<u8> {
    let digits = text.strip_prefix(b"\\x")?.get(..2)?;
    let is_digit = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if !digits.iter().all(is_digit) {
        return None;
    }
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// A path with `/` as its separator, so that programs read the same path on every platform.
pub(crate) fn with_slashes(path: &str, separator: char) -> Cow<'_, str> {
    if separator == '/' || !path.contains(separator) {
        return Cow::Borrowed(path);
    }
    Cow::Owned(path.replace(separator, "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_text_stay_distinct() {
        let names: [&[u8]; 7] = [
            b"f\xff.json",
            b"f\xfe.json",
            b"f\\xff.json",
            b"f\\x5cxff.json",
            b"f\\\xff.json",
            b"\\x\xff",
            "请\\xf".as_bytes(),
        ];
        assert_eq!(spelled_bytes(names[0]), r"f\xff.json");
        assert_eq!(spelled_bytes(names[2]), r"f\x5cxff.json");
        assert_eq!(spelled_bytes(names[6]), r"请\xf");
        for name in names {
            assert_eq!(bytes(&spelled_bytes(name)), name);
        }
    }

    #[test]
    fn paths_have_slashes_for_programs() {
        assert_eq!(with_slashes(r".\a\b c.json", '\\'), "./a/b c.json");
        assert_eq!(with_slashes(r"a\b/c", '/'), r"a\b/c");
    }
}
