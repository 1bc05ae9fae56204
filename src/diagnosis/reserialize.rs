//! Printing JSON text in the ways that programs print it, without losing a digit of it.
//!
//! It works on the tokens of the text: what no program would have changed stays as it is, be it
//! `1.0`, a number past 2^53 or a repeated key.

use std::borrow::Cow;
use std::fmt::Write;

use serde::de::IgnoredAny;

use crate::json::{token_spans, unescape};
use crate::signature::Code;

/// Longer bodies are not printed again.
pub(super) const MAX_BODY: usize = 16 << 20;
/// Indented text grows with its depth; no notification grows this far.
const MAX_PRINT: usize = 4 * MAX_BODY;
const MAX_DEPTH: usize = 128;

/// A way to print JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Printing {
    layout: Layout,
    sorted: bool,
    strings: Strings,
    slashes: Slashes,
    /// Whether numbers are printed as the 64-bit floats that JavaScript makes of them.
    floats: bool,
}

/// The white space between tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    AsIs,
    Compact,
    /// A space after each comma and colon, as Python prints.
    Spaced,
    Indented(&'static str),
}

/// Which characters of strings are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strings {
    AsIs,
    /// Those that must be.
    Literal,
    /// Those and all that are not ASCII.
    Ascii,
    /// Those that must be, and `<`, `>`, `&`, U+2028 and U+2029, as Go prints.
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slashes {
    AsIs,
    Plain,
    Escaped,
}

impl Printing {
    const AS_IS: Self = Self {
        layout: Layout::AsIs,
        sorted: false,
        strings: Strings::AsIs,
        slashes: Slashes::AsIs,
        floats: false,
    };

    /// The ways there are, the simplest first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let layouts = [
            Layout::Compact,
            Layout::Spaced,
            Layout::Indented("  "),
            Layout::Indented("    "),
            Layout::Indented("\t"),
        ];
        let laid_out = layouts.map(|layout| Self {
            layout,
            ..Self::AS_IS
        });
        let unsorted = Self::spelled(Self::AS_IS)
            .skip(1)
            .chain(laid_out.into_iter().flat_map(Self::spelled));
        let sorted = laid_out
            .into_iter()
            .flat_map(Self::spelled)
            .map(|printing| Self {
                sorted: true,
                ..printing
            });
        unsorted.chain(sorted)
    }

    /// The few that most programs use.
    pub(super) fn common() -> impl Iterator<Item = Self> {
        Self::all().filter(|printing| {
            let is_one_line = matches!(printing.layout, Layout::Compact | Layout::Spaced);
            let is_plain = !printing.floats && printing.slashes == Slashes::AsIs;
            is_one_line && is_plain && printing.strings != Strings::Html
        })
    }

    /// The ways to spell strings and numbers in one layout: those of programs that print it.
    fn spelled(self) -> impl Iterator<Item = Self> {
        let spell = move |strings, slashes, floats| Self {
            strings,
            slashes,
            floats,
            ..self
        };
        let every = [Strings::AsIs, Strings::Ascii, Strings::Literal]
            .map(|strings| spell(strings, Slashes::AsIs, false));
        let php = [
            spell(Strings::AsIs, Slashes::Escaped, false),
            spell(Strings::AsIs, Slashes::Plain, false),
            spell(Strings::Ascii, Slashes::Escaped, false),
            spell(Strings::Literal, Slashes::Escaped, false),
        ];
        let go = [spell(Strings::Html, Slashes::AsIs, false)];
        let javascript = [Strings::AsIs, Strings::Literal, Strings::Html]
            .map(|strings| spell(strings, Slashes::AsIs, true));
        let (prints_php, prints_go, prints_javascript) = match self.layout {
            Layout::AsIs => (true, true, false),
            Layout::Compact => (true, true, true),
            Layout::Spaced => (false, false, false),
            Layout::Indented("  ") => (false, true, true),
            Layout::Indented("    ") => (true, false, true),
            Layout::Indented(_) => (false, true, false),
        };
        every
            .into_iter()
            .chain(php.into_iter().filter(move |_| prints_php))
            .chain(go.into_iter().filter(move |_| prints_go))
            .chain(javascript.into_iter().filter(move |_| prints_javascript))
    }

    /// The hint for a body that was printed so.
    pub(super) fn code(self) -> Code {
        match self.layout {
            _ if self.sorted => Code::ReprintedSorted,
            Layout::Compact => Code::ReprintedCompact,
            Layout::Spaced | Layout::Indented(_) => Code::ReprintedIndented,
            Layout::AsIs => Code::ReprintedAscii,
        }
    }

    /// What the printed body is, after "the body".
    pub(super) fn what(self) -> String {
        let layout = match self.layout {
            Layout::AsIs => "",
            Layout::Compact => "printed compactly",
            Layout::Spaced => "printed with a space after each comma and colon",
            Layout::Indented("\t") => "printed with tabs for indentation",
            Layout::Indented("  ") => "printed with 2 spaces of indentation",
            Layout::Indented(_) => "printed with 4 spaces of indentation",
        };
        let strings = match self.strings {
            Strings::AsIs => "",
            Strings::Literal => "with no more escapes than needed",
            Strings::Ascii => "with characters outside ASCII escaped",
            Strings::Html => "with `<`, `>` and `&` escaped",
        };
        let slashes = match self.slashes {
            Slashes::AsIs => "",
            Slashes::Plain => "with `/` not escaped",
            Slashes::Escaped => "with `/` escaped",
        };
        let sorted = if self.sorted {
            "with its keys sorted"
        } else {
            ""
        };
        let floats = if self.floats {
            "with numbers as JavaScript prints them"
        } else {
            ""
        };
        [layout, sorted, strings, slashes, floats]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The tokens of a JSON text.
pub(super) struct Json<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    sorted: Vec<Token>,
}

/// Where a token is in the text, which is short enough for half the room.
#[derive(Clone, Copy)]
struct Token {
    start: u32,
    end: u32,
}

impl<'t> Json<'t> {
    /// The tokens of a body; none where it is not JSON, too long or too deep to be printed again.
    pub(super) fn read(body: &'t [u8]) -> Option<Self> {
        if body.len() > MAX_BODY {
            return None;
        }
        let text = std::str::from_utf8(body).ok()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        let tokens = token_spans(text).map(|span| {
            let place = |at| u32::try_from(at).ok();
            Some(Token {
                start: place(span.start)?,
                end: place(span.end)?,
            })
        });
        let mut json = Self {
            text,
            tokens: tokens.collect::<Option<_>>()?,
            sorted: Vec::new(),
        };
        if json.depth() > MAX_DEPTH {
            return None;
        }
        json.sorted.reserve(json.tokens.len());
        json.sort();
        Some(json)
    }

    /// The text itself, without what stands around it.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The text printed so; none where it grows out of bounds.
    pub(super) fn print(&self, printing: Printing) -> Option<String> {
        let tokens = if printing.sorted {
            &self.sorted
        } else {
            &self.tokens
        };
        let mut printed = String::with_capacity(self.text.len() + self.text.len() / 8);
        let mut depth = 0;
        let mut previous = None;
        for token in tokens {
            let mark = self.mark(*token);
            depth -= usize::from(matches!(mark, b'}' | b']'));
            if let Some(previous) = previous {
                self.gap(printing.layout, (previous, *token), depth, &mut printed);
            }
            self.write(*token, printing, &mut printed);
            depth += usize::from(matches!(mark, b'{' | b'['));
            previous = Some(*token);
            if printed.len() > MAX_PRINT {
                return None;
            }
        }
        Some(printed)
    }

    fn token(&self, token: Token) -> &'t str {
        &self.text[token.start as usize..token.end as usize]
    }

    /// The first byte of a token, which says what it is.
    fn mark(&self, token: Token) -> u8 {
        self.token(token).bytes().next().unwrap_or_default()
    }

    /// Writes the white space between two tokens.
    fn gap(&self, layout: Layout, (from, to): (Token, Token), depth: usize, printed: &mut String) {
        let (before, after) = (self.mark(from), self.mark(to));
        match layout {
            Layout::AsIs => printed.push_str(&self.text[from.end as usize..to.start as usize]),
            Layout::Spaced if matches!(before, b',' | b':') => printed.push(' '),
            Layout::Compact | Layout::Spaced => {}
            Layout::Indented(_) if before == b':' => printed.push(' '),
            Layout::Indented(unit) => {
                let opens = matches!(before, b'{' | b'[');
                let closes = matches!(after, b'}' | b']');
                if before == b',' || opens != closes {
                    printed.push('\n');
                    (0..depth).for_each(|_| printed.push_str(unit));
                }
            }
        }
    }

    fn write(&self, token: Token, printing: Printing, printed: &mut String) {
        let text = self.token(token);
        match self.mark(token) {
            b'"' => write_string(text, printing, printed),
            b'-' | b'0'..=b'9' if printing.floats => match javascript(text) {
                Some(number) => printed.push_str(&number),
                None => printed.push_str(text),
            },
            _ => printed.push_str(text),
        }
    }

    fn depth(&self) -> usize {
        let mut depth = 0_usize;
        let mut deepest = 0;
        for token in &self.tokens {
            match self.mark(*token) {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        deepest
    }

    fn sort(&mut self) {
        let mut sorted = std::mem::take(&mut self.sorted);
        self.sort_value(&mut 0, &mut sorted);
        self.sorted = sorted;
    }

    /// Moves one value to `sorted`. It calls itself as deep as the text, which is bounded.
    fn sort_value(&self, at: &mut usize, sorted: &mut Vec<Token>) {
        let Some(first) = self.tokens.get(*at) else {
            return;
        };
        *at += 1;
        match self.mark(*first) {
            b'{' => self.sort_members(*first, at, sorted),
            b'[' => {
                sorted.push(*first);
                while let Some(token) = self.tokens.get(*at) {
                    match self.mark(*token) {
                        b',' | b']' => {
                            sorted.push(*token);
                            *at += 1;
                        }
                        _ => self.sort_value(at, sorted),
                    }
                    if self.mark(*token) == b']' {
                        break;
                    }
                }
            }
            _ => sorted.push(*first),
        }
    }

    /// Moves the members of an object, whose brace is passed.
    fn sort_members(&self, open: Token, at: &mut usize, sorted: &mut Vec<Token>) {
        let mut members: Vec<(Cow<'_, str>, Vec<Token>)> = Vec::new();
        let mut comma = None;
        let mut close = None;
        while let Some(token) = self.tokens.get(*at).copied() {
            *at += 1;
            match self.mark(token) {
                b',' => comma = Some(token),
                b'}' => {
                    close = Some(token);
                    break;
                }
                _ => {
                    let mut member = vec![token];
                    member.extend(self.tokens.get(*at));
                    *at += 1;
                    self.sort_value(at, &mut member);
                    members.push((unescape(self.token(token)), member));
                }
            }
        }
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        sorted.push(open);
        for (index, (_, member)) in members.iter().enumerate() {
            if index > 0 {
                sorted.extend(comma);
            }
            sorted.extend_from_slice(member);
        }
        sorted.extend(close);
    }
}

/// Writes a string token with other characters of it escaped.
fn write_string(token: &str, printing: Printing, printed: &mut String) {
    let is_plain = token
        .bytes()
        .all(|byte| byte.is_ascii() && !matches!(byte, b'\\' | b'/' | b'<' | b'>' | b'&' | 0x7f));
    if is_plain {
        return printed.push_str(token);
    }
    if printing.strings == Strings::AsIs {
        return match printing.slashes {
            Slashes::AsIs => printed.push_str(token),
            Slashes::Plain => write_slashes(token, "/", printed),
            Slashes::Escaped => write_slashes(token, "\\/", printed),
        };
    }
    printed.push('"');
    for unit in char::decode_utf16(units(token)) {
        match unit {
            Ok('/') if printing.slashes == Slashes::Escaped => printed.push_str("\\/"),
            Ok(c) => write_char(c, printing.strings, printed),
            Err(half) => escape(half.unpaired_surrogate(), printed),
        }
    }
    printed.push('"');
}

/// Writes a string token with every slash of it written so.
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

fn write_char(c: char, strings: Strings, printed: &mut String) {
    let short = match c {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\t' => Some("\\t"),
        '\u{8}' => Some("\\b"),
        '\u{c}' => Some("\\f"),
        _ => None,
    };
    let is_escaped = match strings {
        Strings::Ascii => !c.is_ascii() || c == '\u{7f}',
        Strings::Html => matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
        Strings::AsIs | Strings::Literal => false,
    };
    match short {
        Some(short) => printed.push_str(short),
        None if is_escaped || c < ' ' => {
            c.encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| escape(*unit, printed));
        }
        None => printed.push(c),
    }
}

fn escape(unit: u16, printed: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(printed, "\\u{unit:04x}");
}

/// The UTF-16 units of what a string token says: the only way to name half of a surrogate pair.
fn units(token: &str) -> impl Iterator<Item = u16> {
    let inner = token.strip_prefix('"').unwrap_or(token);
    let mut chars = inner.strip_suffix('"').unwrap_or(inner).chars();
    let mut low = None;
    std::iter::from_fn(move || {
        if let Some(unit) = low.take() {
            return Some(unit);
        }
        let c = match chars.next()? {
            '\\' => match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => {
                    let digits = chars.as_str().get(..4)?;
                    chars = chars.as_str()[4..].chars();
                    return u16::from_str_radix(digits, 16).ok();
                }
                other => other,
            },
            c => c,
        };
        let mut room = [0; 2];
        let (first, second) = match *c.encode_utf16(&mut room) {
            [high, low] => (high, Some(low)),
            [unit] => (unit, None),
            _ => return None,
        };
        low = second;
        Some(first)
    })
}

/// A number as JavaScript prints it, which keeps all of them as 64-bit floats.
fn javascript(token: &str) -> Option<String> {
    let number: f64 = token.parse().ok()?;
    if !number.is_finite() {
        return Some("null".to_owned());
    }
    if number == 0.0 {
        return Some("0".to_owned());
    }
    let shortest = format!("{number:e}");
    let (mantissa, exponent) = shortest.split_once('e')?;
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let digits = mantissa.replace('.', "");
    let point = exponent.parse::<i32>().ok()? + 1;
    Some(format!("{sign}{}", place_point(&digits, point)))
}

/// Digits with the decimal point after the first `point` of them, in the way of ECMAScript.
fn place_point(digits: &str, point: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    match point {
        _ if count <= point && point <= 21 => format!("{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
            format!("{whole}.{fraction}")
        }
        -5..=0 => format!("0.{}{digits}", zeros(-point)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            format!("{first}{dot}{rest}e{:+}", point - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str, printing: Printing) -> String {
        let json = Json::read(text.as_bytes()).expect("it is JSON");
        json.print(printing).expect("it is short")
    }

    #[test]
    fn lays_out_without_changing_a_token() {
        let text = r#" {"b":[ ],"a":{"y":[1.0,-0,1E2],"x" : {}},"b":"\u00E9\/é, :"}"#;
        let layout = |layout| {
            printed(
                text,
                Printing {
                    layout,
                    ..Printing::AS_IS
                },
            )
        };
        assert_eq!(layout(Layout::AsIs), text.trim());
        assert_eq!(
            layout(Layout::Compact),
            r#"{"b":[],"a":{"y":[1.0,-0,1E2],"x":{}},"b":"\u00E9\/é, :"}"#
        );
        assert_eq!(
            layout(Layout::Spaced),
            r#"{"b": [], "a": {"y": [1.0, -0, 1E2], "x": {}}, "b": "\u00E9\/é, :"}"#
        );
        let indented = r#"{
  "b": [],
  "a": {
    "y": [
      1.0,
      -0,
      1E2
    ],
    "x": {}
  },
  "b": "\u00E9\/é, :"
}"#;
        assert_eq!(layout(Layout::Indented("  ")), indented);
        let sorted = Printing {
            layout: Layout::Compact,
            sorted: true,
            ..Printing::AS_IS
        };
        assert_eq!(
            printed(text, sorted),
            r#"{"a":{"x":{},"y":[1.0,-0,1E2]},"b":[],"b":"\u00E9\/é, :"}"#
        );
    }

    #[test]
    fn spells_strings_as_programs_do() {
        let text = r#""\u00e1ß😀\ud83d\u000a\"\/a/<\u007f""#;
        let spelled = |strings, slashes| {
            printed(
                text,
                Printing {
                    strings,
                    slashes,
                    ..Printing::AS_IS
                },
            )
        };
        for (strings, slashes, want) in [
            (Strings::AsIs, Slashes::AsIs, text),
            (
                Strings::AsIs,
                Slashes::Plain,
                r#""\u00e1ß😀\ud83d\u000a\"/a/<\u007f""#,
            ),
            (
                Strings::AsIs,
                Slashes::Escaped,
                r#""\u00e1ß😀\ud83d\u000a\"\/a\/<\u007f""#,
            ),
            (
                Strings::Literal,
                Slashes::AsIs,
                "\"áß😀\\ud83d\\n\\\"/a/<\u{7f}\"",
            ),
            (
                Strings::Ascii,
                Slashes::AsIs,
                r#""\u00e1\u00df\ud83d\ude00\ud83d\n\"/a/<\u007f""#,
            ),
            (
                Strings::Html,
                Slashes::Escaped,
                "\"áß😀\\ud83d\\n\\\"\\/a\\/\\u003c\u{7f}\"",
            ),
        ] {
            assert_eq!(spelled(strings, slashes), want);
        }
    }

    /// As ECMAScript's `Number::toString` has it.
    #[test]
    fn prints_numbers_as_javascript_does() {
        for (token, want) in [
            ("1.0", "1"),
            ("-0.0", "0"),
            ("9007199254740993", "9007199254740992"),
            ("-1.50", "-1.5"),
            ("1E2", "100"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("1.25e21", "1.25e+21"),
            ("0.000001", "0.000001"),
            ("0.00000012", "1.2e-7"),
            ("12.5", "12.5"),
            ("5e-324", "5e-324"),
            ("1e999", "null"),
        ] {
            assert_eq!(javascript(token).as_deref(), Some(want));
        }
    }

    #[test]
    fn leaves_alone_what_is_too_deep_or_no_json() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::read(nested(MAX_DEPTH).as_bytes()).is_some());
        assert!(Json::read(nested(MAX_DEPTH + 1).as_bytes()).is_none());
        for body in ["", "{", "{\"a\" 1}", "1 2", "\u{feff}"] {
            assert!(Json::read(body.as_bytes()).is_none(), "{body}");
        }
        assert!(Json::read(b"\"\xff\"").is_none());
        let inner = vec!["1"; 1 << 20].join(",");
        let wide = nested(MAX_DEPTH).replacen("[]", &format!("[{inner}]"), 1);
        let indented = Printing {
            layout: Layout::Indented("    "),
            ..Printing::AS_IS
        };
        let json = Json::read(wide.as_bytes()).expect("it is JSON");
        assert!(json.print(indented).is_none(), "it would take a gigabyte");
    }
}
