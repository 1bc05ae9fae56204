//! Strings with other characters of them escaped.
//!
//! A style either keeps the escapes of the body, and changes at most its slashes, or decodes each
//! string and escapes it anew. Decoded strings are UTF-16: that is what `\u` escapes are written
//! in, and JSON allows half of a surrogate pair, which no Rust string can hold.

use std::fmt::Write;
use std::str::Chars;

use super::catalogue::{Escapes, JsonStyle, Slashes};

/// Writes a string token, quotes included, in this style.
pub(super) fn write_string(token: &str, style: JsonStyle, printed: &mut String) {
    if is_plain(token) {
        return printed.push_str(token);
    }
    match (style.escapes, style.slashes) {
        (Escapes::Kept, Slashes::Kept) => printed.push_str(token),
        (Escapes::Kept, Slashes::Plain) => write_slashes(token, "/", printed),
        (Escapes::Kept, Slashes::Escaped) => write_slashes(token, "\\/", printed),
        _ => write_anew(token, style, printed),
    }
}

/// Whether every style writes this token the same way. Most tokens do not get past this.
fn is_plain(token: &str) -> bool {
    token
        .bytes()
        .all(|byte| byte.is_ascii() && !matches!(byte, b'\\' | b'/' | b'<' | b'>' | b'&' | 0x7f))
}

/// Writes a token with every slash of it in this form, and all else as it is.
fn write_slashes(token: &str, slash: &str, printed: &mut String) {
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        match c {
            '/' => printed.push_str(slash),
            '\\' => match chars.next() {
                Some('/') => printed.push_str(slash),
                next => printed.extend([Some(c), next].into_iter().flatten()),
            },
            _ => printed.push(c),
        }
    }
}

/// Decodes a token and escapes it again.
fn write_anew(token: &str, style: JsonStyle, printed: &mut String) {
    printed.push('"');
    for unit in char::decode_utf16(decoded(token)) {
        match unit {
            Ok('/') if style.slashes == Slashes::Escaped => printed.push_str("\\/"),
            Ok(c) => write_char(c, style.escapes, printed),
            Err(half) => write_escape(half.unpaired_surrogate(), printed),
        }
    }
    printed.push('"');
}

fn write_char(c: char, escapes: Escapes, printed: &mut String) {
    match short_escape(c) {
        Some(short) => printed.push_str(short),
        None if c < ' ' || is_escaped(c, escapes) => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write_escape(*unit, printed);
            }
        }
        None => printed.push(c),
    }
}

fn short_escape(c: char) -> Option<&'static str> {
    Some(match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        _ => return None,
    })
}

/// Whether a style escapes a character that JSON allows as it is.
fn is_escaped(c: char, escapes: Escapes) -> bool {
    match escapes {
        Escapes::Kept | Escapes::Minimal => false,
        Escapes::Ascii => !c.is_ascii() || c == '\u{7f}',
        Escapes::Html => matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
    }
}

fn write_escape(unit: u16, printed: &mut String) {
    write!(printed, "\\u{unit:04x}").expect("a string takes everything");
}

/// The UTF-16 units that a string token stands for.
fn decoded(token: &str) -> Vec<u16> {
    let inner = token.strip_prefix('"').unwrap_or(token);
    let mut chars = inner.strip_suffix('"').unwrap_or(inner).chars();
    let mut units = Vec::with_capacity(inner.len());
    while let Some(c) = chars.next() {
        match c {
            '\\' => units.extend(decoded_escape(&mut chars)),
            _ => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
        }
    }
    units
}

/// The UTF-16 unit of the escape whose backslash was just taken.
fn decoded_escape(chars: &mut Chars<'_>) -> Option<u16> {
    let unit = match chars.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let (digits, rest) = chars.as_str().split_at_checked(4)?;
            *chars = rest.chars();
            return u16::from_str_radix(digits, 16).ok();
        }
        other => other,
    };
    u16::try_from(u32::from(unit)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_strings_as_programs_do() {
        let text = r#""\u00e1ß😀\ud83d\u000a\"\/a/<\u007f""#;
        let plain = r#""\u00e1ß😀\ud83d\u000a\"/a/<\u007f""#;
        let escaped = r#""\u00e1ß😀\ud83d\u000a\"\/a\/<\u007f""#;
        let minimal = "\"áß😀\\ud83d\\n\\\"/a/<\u{7f}\"";
        let ascii = r#""\u00e1\u00df\ud83d\ude00\ud83d\n\"/a/<\u007f""#;
        let html = "\"áß😀\\ud83d\\n\\\"/a/\\u003c\u{7f}\"";
        for (words, want) in [
            ("printed compactly", text),
            ("printed compactly, with `/` not escaped", plain),
            ("printed compactly, with `/` escaped", escaped),
            (
                "printed compactly, with no more escapes than needed",
                minimal,
            ),
            (
                "printed compactly, with characters outside ASCII escaped",
                ascii,
            ),
            ("printed compactly, with `<`, `>` and `&` escaped", html),
        ] {
            let style = JsonStyle::all().find(|style| style.words() == words);
            let mut printed = String::new();
            write_string(text, style.expect("there is such a style"), &mut printed);
            assert_eq!(printed, want);
        }
    }
}
