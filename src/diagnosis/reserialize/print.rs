//! Writing the tokens of a body in one style.

use super::catalogue::{JsonStyle, WhiteSpace};
use super::numbers::write_number;
use super::strings::write_string;
use super::tokens::{JsonTokens, MAX_BODY, Token};

/// How many bytes a printed body may have: indentation grows with the depth, so that a hostile body
/// could grow a hundredfold.
const MAX_PRINTED: usize = 4 * MAX_BODY;

impl JsonTokens<'_> {
    /// The body in this style; `None` if it grows beyond [`MAX_PRINTED`].
    pub(in crate::diagnosis) fn print(&self, style: JsonStyle) -> Option<String> {
        let mut printed = String::with_capacity(self.text().len() + self.text().len() / 8);
        let mut depth = 0_usize;
        let mut previous = None;
        for token in self.tokens(style.sorts_keys) {
            let kind = self.kind(*token);
            if matches!(kind, b'}' | b']') {
                depth = depth.saturating_sub(1);
            }
            if let Some(previous) = previous {
                self.write_gap(style.white_space, previous, *token, depth, &mut printed);
            }
            self.write_token(*token, style, &mut printed);
            depth += usize::from(matches!(kind, b'{' | b'['));
            previous = Some(*token);
            if printed.len() > MAX_PRINTED {
                return None;
            }
        }
        Some(printed)
    }

    fn write_token(&self, token: Token, style: JsonStyle, printed: &mut String) {
        let text = self.token(token);
        match self.kind(token) {
            b'"' => write_string(text, style, printed),
            b'-' | b'0'..=b'9' => write_number(text, style.numbers, printed),
            _ => printed.push_str(text),
        }
    }

    /// Writes the white space between two tokens; `depth` is that of the second.
    fn write_gap(
        &self,
        white_space: WhiteSpace,
        before: Token,
        after: Token,
        depth: usize,
        printed: &mut String,
    ) {
        match (white_space, self.kind(before)) {
            (WhiteSpace::Kept, _) => printed.push_str(self.between(before, after)),
            (WhiteSpace::Spaced, b',' | b':') | (WhiteSpace::Indented(_), b':') => {
                printed.push(' ');
            }
            (WhiteSpace::Indented(unit), kind) if breaks_line(kind, self.kind(after)) => {
                printed.push('\n');
                (0..depth).for_each(|_| printed.push_str(unit));
            }
            _ => {}
        }
    }
}

/// Whether indented JSON has a line break between two tokens: after a comma, and inside the
/// brackets of whatever is not empty.
fn breaks_line(before: u8, after: u8) -> bool {
    let opens = matches!(before, b'{' | b'[');
    let closes = matches!(after, b'}' | b']');
    before == b',' || opens != closes
}

#[cfg(test)]
mod tests {
    use super::super::tokens::MAX_DEPTH;
    use super::*;

    /// Prints in the style that these words describe.
    #[track_caller]
    fn printed(text: &str, words: &str) -> String {
        let style = JsonStyle::all().find(|style| style.words() == words);
        let json = JsonTokens::read(text.as_bytes()).expect("it is JSON");
        let printed = json.print(style.expect("there is such a style"));
        printed.expect("it is short")
    }

    #[test]
    fn lays_out_without_changing_a_token() {
        let text = r#" {"b":[ ],"a":{"y":[1.0,-0,1E2],"x" : {}},"b":"\u00E9\/é, :"}"#;
        let compact = r#"{"b":[],"a":{"y":[1.0,-0,1E2],"x":{}},"b":"\u00E9\/é, :"}"#;
        let spaced = r#"{"b": [], "a": {"y": [1.0, -0, 1E2], "x": {}}, "b": "\u00E9\/é, :"}"#;
        let sorted = r#"{"a":{"x":{},"y":[1.0,-0,1E2]},"b":[],"b":"\u00E9\/é, :"}"#;
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
        for (words, want) in [
            ("printed compactly", compact),
            ("printed with a space after each comma and colon", spaced),
            ("printed compactly, with its keys sorted", sorted),
            ("printed with 2 spaces of indentation", indented),
        ] {
            assert_eq!(printed(text, words), want);
        }
    }

    #[test]
    fn keeps_white_space_where_only_escapes_change() {
        let text = r#"{ "a/b" :"\/é" }"#;
        assert_eq!(printed(text, "with `/` escaped"), r#"{ "a\/b" :"\/é" }"#);
    }

    #[test]
    fn leaves_alone_what_is_too_deep_or_not_json() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(JsonTokens::read(nested(MAX_DEPTH).as_bytes()).is_some());
        assert!(JsonTokens::read(nested(MAX_DEPTH + 1).as_bytes()).is_none());
        for body in ["", "{", "{\"a\" 1}", "1 2", "\u{feff}"] {
            assert!(JsonTokens::read(body.as_bytes()).is_none(), "{body}");
        }
        assert!(JsonTokens::read(b"\"\xff\"").is_none());
    }

    #[test]
    fn gives_up_on_what_would_grow_to_a_gigabyte() {
        let inner = vec!["1"; 1 << 20].join(",");
        let wide = format!("{}{inner}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        let json = JsonTokens::read(wide.as_bytes()).expect("it is JSON");
        let words = "printed with 4 spaces of indentation";
        let style = JsonStyle::all().find(|style| style.words() == words);
        assert!(json.print(style.expect("there is such a style")).is_none());
    }
}
