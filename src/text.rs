//! Words from strangers: shown with every character that could act on a terminal spelled out.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use serde::{Serialize, Serializer};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// A string that came from outside: a payload, a header, a file name.
///
/// Its `Display` is one line in which control characters, bidirectional controls and invisible
/// format characters appear as `\n`, `\t` or `\u{…}`, so a view cannot let them through by
/// forgetting to ask. Serializing keeps the string as it is.
///
/// ```
/// use chatlog::Text;
///
/// assert_eq!(Text::from("red \u{1b}[31m").to_string(), r"red \u{1b}[31m");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// The string itself, for matching; never for printing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether there is nothing in it but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Displays like `Text`, but with its line breaks kept: for what a person wrote.
    pub fn lines(&self) -> impl Iterator<Item = Text<'_>> {
        self.0
            .split('\n')
            .map(|line| Text::from(line.strip_suffix('\r').unwrap_or(line)))
    }

    /// Says whether anything in it would act on a terminal, and is spelled out when shown.
    pub fn acts(&self) -> bool {
        let mut previous = None;
        self.0.chars().any(|c| acts(c, previous.replace(c)))
    }

    /// At most `limit` characters of it, with an ellipsis where something was left out.
    pub fn shortened(&self, limit: usize) -> Text<'_> {
        if self.0.char_indices().nth(limit).is_none() {
            Text::from(self.as_str())
        } else {
            let kept: String = self.0.chars().take(limit.saturating_sub(1)).collect();
            Text::from(kept.trim_end().to_owned() + "…")
        }
    }

    /// The same text, owning its characters.
    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(value: &'a str) -> Self {
        Self(Cow::Borrowed(value))
    }
}

impl From<String> for Text<'_> {
    fn from(value: String) -> Self {
        Self(Cow::Owned(value))
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self(value)
    }
}

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = 0;
        let mut previous = None;
        for (at, c) in self.0.char_indices() {
            if acts(c, previous) {
                f.write_str(&self.0[shown..at])?;
                spell(c, f)?;
                shown = at + c.len_utf8();
            }
            previous = Some(c);
        }
        f.write_str(&self.0[shown..])
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Says whether a character does something other than appear, given the one before it.
pub(crate) fn acts(c: char, previous: Option<char>) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    match c {
        // Joins emoji, and letters of Indic scripts.
        '\u{200d}' => false,
        // Keeps letters apart in Persian and its neighbours; anywhere else it only hides.
        '\u{200c}' => !previous.is_some_and(|c| !c.is_ascii() && c.is_alphabetic()),
        _ => matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        ),
    }
}

fn spell(c: char, f: &mut impl Write) -> fmt::Result {
    match c {
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        _ => write!(f, "\\u{{{:x}}}", u32::from(c)),
    }
}

/// A count with a comma between each three digits, such as `1,068`.
pub(crate) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(text: &str, want: &str) {
        assert_eq!(Text::from(text).to_string(), want);
    }

    #[test]
    fn spells_out_what_acts_on_a_terminal() {
        shows(
            "\u{1b}]8;;http://evil\u{7}here",
            r"\u{1b}]8;;http://evil\u{7}here",
        );
        shows(
            "\u{9b}31m\u{9d}52;c;aGk=\u{9c}",
            r"\u{9b}31m\u{9d}52;c;aGk=\u{9c}",
        );
        shows("paid\rfree", r"paid\rfree");
        shows(
            "a\u{202e}b\u{2066}c\u{61c}d",
            r"a\u{202e}b\u{2066}c\u{61c}d",
        );
        shows(
            "a\u{200b}b\u{feff}c\u{ad}d\u{e0041}e",
            r"a\u{200b}b\u{feff}c\u{ad}d\u{e0041}e",
        );
        shows("a\u{2028}b\u{2029}c\u{7f}", r"a\u{2028}b\u{2029}c\u{7f}");
        shows("a\u{200c}b", r"a\u{200c}b");
    }

    #[test]
    fn leaves_every_script_readable() {
        for text in [
            "请选择您的性别👉",
            "👩\u{200d}👩\u{200d}👧",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "❤\u{fe0f}",
            "e\u{301}",
        ] {
            shows(text, text);
        }
    }

    #[test]
    fn groups_digits_by_three() {
        let all: Vec<String> = [0, 12, 999, 1000, 52_577, 1_234_567].map(grouped).to_vec();
        assert_eq!(all.join(" "), "0 12 999 1,000 52,577 1,234,567");
    }

    #[test]
    fn shortens_by_characters() {
        assert_eq!(
            Text::from("请选择您的性别").shortened(4).to_string(),
            "请选择…"
        );
        assert_eq!(Text::from("abcd").shortened(4).to_string(), "abcd");
    }
}
