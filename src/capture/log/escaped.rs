//! Undoing what loggers do to text that they put between quotes.
//!
//! | written by | example |
//! |---|---|
//! | logfmt, `%q` of Go, JSON in a string | `"{\"call_id\": \"7\"}"` |
//! | nginx | `"{\x22call_id\x22: \x227\x22}"` |
//! | `repr` of Python | `'{"text": "a\\nb"}'`, `b'{"text": "a\\nb"}'` |

/// How a text was escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// With a backslash before quotes, as in most languages.
    Backslash,
    /// As bytes in hex.
    Hex,
    /// As `repr` of a string.
    Repr,
    /// As `repr` of bytes.
    ReprOfBytes,
}

impl Style {
    fn quote(self) -> u8 {
        match self {
            Self::Backslash | Self::Hex => b'"',
            Self::Repr | Self::ReprOfBytes => b'\'',
        }
    }

    /// Undoes the escapes of `text` from `start` up to the closing quote or the end of the line. Returns the
    /// content and where it ends.
    pub(super) fn undo(self, text: &[u8], start: usize) -> (Vec<u8>, usize) {
        let mut content = Vec::new();
        let mut at = start;
        while let Some(found) = memchr::memchr3(b'\\', self.quote(), b'\n', &text[at..]) {
            content.extend_from_slice(&text[at..at + found]);
            at += found;
            if text[at] != b'\\' {
                return (content, at);
            }
            at += self.escape(&text[at..], &mut content);
        }
        content.extend_from_slice(&text[at..]);
        (content, text.len())
    }

    /// Undoes the escape at the start of `text` and returns its length. What is not an escape stays.
    fn escape(self, text: &[u8], content: &mut Vec<u8>) -> usize {
        let second = text.get(1).copied().unwrap_or_default();
        if second == b'x'
            && let Some(code) = hex(text, 2)
        {
            match u8::try_from(code) {
                Ok(byte) if self != Self::Repr => content.push(byte),
                _ => push(code, content),
            }
            return 4;
        }
        if self == Self::Hex {
            return backslash(content);
        }
        let simple = match second {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'"' | b'\\' | b'\'' | b'/' => second,
            b'b' if self == Self::Backslash => 0x08,
            b'f' if self == Self::Backslash => 0x0c,
            b'u' => return unicode(text, content),
            b'U' => return code_point(text, 8, content),
            _ => return backslash(content),
        };
        content.push(simple);
        2
    }
}

/// The number in `digits` digits of hex behind the first two bytes.
fn hex(text: &[u8], digits: usize) -> Option<u32> {
    let digits = text.get(2..2 + digits)?;
    let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Undoes `\u00e3`, or a pair of surrogates.
fn unicode(text: &[u8], content: &mut Vec<u8>) -> usize {
    let first = hex(text, 4);
    let second = text.get(6..).filter(|rest| rest.starts_with(b"\\u"));
    let second = second.and_then(|rest| hex(rest, 4));
    match (first, second) {
        (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
            push(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), content);
            12
        }
        _ => code_point(text, 4, content),
    }
}

/// Undoes an escape with the number of a character in `digits` digits of hex. What is not one stays.
fn code_point(text: &[u8], digits: usize, content: &mut Vec<u8>) -> usize {
    let Some(code) = hex(text, digits) else {
        return backslash(content);
    };
    push(code, content);
    2 + digits
}

/// Keeps a backslash that starts no escape.
fn backslash(content: &mut Vec<u8>) -> usize {
    content.push(b'\\');
    1
}

fn push(code: u32, content: &mut Vec<u8>) {
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    content.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_what_loggers_write() {
        for (style, escaped, want) in [
            (
                Style::Backslash,
                r#"{\"a\": \"\\\"\u00e3\ud83d\udc4b\n\"}" x"#,
                "{\"a\": \"\\\"ã👋\n\"}",
            ),
            (
                Style::Hex,
                r#"{\x22a\x22: \x22\x5Cn\xC3\xA3\x22}" 7"#,
                "{\"a\": \"\\nã\"}",
            ),
            (
                Style::Repr,
                r#"{"a": "\\n\'\xa0"}' x"#,
                "{\"a\": \"\\n'\u{a0}\"}",
            ),
            (
                Style::ReprOfBytes,
                r#"{"a": "\xc3\xa3"}' x"#,
                "{\"a\": \"ã\"}",
            ),
            (Style::Backslash, r"\q\x\u12", r"\q\x\u12"),
            (Style::Backslash, r"{\U0001f44b", "{👋"),
            (Style::Backslash, "a\\", "a\\"),
        ] {
            let (content, _) = style.undo(escaped.as_bytes(), 0);
            assert_eq!(String::from_utf8_lossy(&content), want, "{escaped}");
        }
    }
}
