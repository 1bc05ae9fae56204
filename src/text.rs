//! Untrusted text, escaped when it is displayed.
//!
//! Almost everything that is printed comes from somebody else: messages, names, header values, file
//! names. A type for such text makes its `Display` safe, so that no view can forget to escape it.
//!
//! # What is escaped
//!
//! - Control characters, which terminals obey: colours, cursor movement, clipboard access, titles.
//!   A carriage return overwrites the line.
//! - Bidirectional controls, which change the order in which text is displayed.
//! - Invisible characters, which make two different texts look the same.
//! - Combining marks beyond [`MAX_MARKS`] on one letter, which cover the lines around them.
//! - Commands to CI systems that read their log: `::error::` on GitHub, `##vso[…]` on Azure.
//!
//! # What is not
//!
//! Text in any language stays readable. Some invisible characters are part of normal text, and are
//! kept where they do what they are for: joiners between letters of Arabic or Indic scripts and
//! between emoji, variation selectors after characters that have variants, and the tags in the
//! flags of England, Scotland and Wales.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};
use std::ops::Range;

use serde::{Serialize, Serializer};
use unicode_properties::{
    GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory,
};

/// How many combining marks a letter may have. No language needs as many.
const MAX_MARKS: usize = 8;
const JOINER: char = '\u{200d}';
const EMOJI_STYLE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';
const BLACK_FLAG: char = '\u{1f3f4}';
/// The flags of England, Scotland and Wales, the only flags that Unicode recommends to spell in
/// invisible tags.
const TAGGED_FLAGS: [&str; 3] = [
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// A string from an untrusted source: a payload, a header, a file name.
///
/// Its `Display` is always one line, in which control characters, bidirectional controls and
/// invisible characters are written as `\n`, `\t` or `\u{…}`. More than eight combining marks on
/// one letter are replaced by their number, such as `\u{+92 marks}`. A command to a CI system, `::`
/// at the start or `##[`, is broken up by escaping one of its characters.
///
/// Serializing writes the string unchanged: escaping is JSON's job there.
///
/// ```
/// use chatlog::Text;
///
/// assert_eq!(Text::from("red \u{1b}[31m").to_string(), r"red \u{1b}[31m");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// The string itself. Use it for matching, never for printing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the string is empty or all white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The lines of the string, for text that keeps its line breaks when it is displayed.
    pub fn lines(&self) -> impl Iterator<Item = Text<'_>> {
        self.0
            .split('\n')
            .map(|line| Text::from(line.strip_suffix('\r').unwrap_or(line)))
    }

    /// Whether `Display` changes anything.
    pub fn needs_escaping(&self) -> bool {
        let text = self.as_str();
        let mut characters = text.char_indices();
        command_colon(text).is_some()
            || characters.any(|(at, c)| replacement(text, at, c).is_some())
    }

    /// The text shortened to at most `limit` characters, including the ellipsis at its end.
    pub fn shortened(&self, limit: usize) -> Text<'_> {
        if self.0.char_indices().nth(limit).is_none() {
            Text::from(self.as_str())
        } else {
            let kept: String = self.0.chars().take(limit.saturating_sub(1)).collect();
            Text::from(kept.trim_end().to_owned() + "…")
        }
    }

    /// The same text without borrows.
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
        let text = self.as_str();
        let Some(colon) = command_colon(text) else {
            return write_escaped(text, 0..text.len(), f);
        };
        write_escaped(text, 0..colon, f)?;
        Replacement::Escape(':').fmt(f)?;
        write_escaped(text, colon + 1..text.len(), f)
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What is displayed in place of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replacement {
    /// Its escape sequence.
    Escape(char),
    /// The number of excess combining marks; the character is the first of them.
    MarkCount(usize),
    /// Nothing: the character is an excess mark after the first, and already counted.
    Nothing,
}

impl Display for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Escape('\n') => f.write_str("\\n"),
            Self::Escape('\r') => f.write_str("\\r"),
            Self::Escape('\t') => f.write_str("\\t"),
            Self::Escape(c) => write!(f, "\\u{{{:x}}}", u32::from(*c)),
            Self::MarkCount(1) => f.write_str("\\u{+1 mark}"),
            Self::MarkCount(count) => write!(f, "\\u{{+{count} marks}}"),
            Self::Nothing => Ok(()),
        }
    }
}

/// A range of a text, escaped as in the middle of a line: a `::` at its start is not a command
/// there.
pub(crate) fn escaped(text: &str, range: Range<usize>) -> String {
    let mut escaped = String::with_capacity(range.len());
    // Writing to a string cannot fail.
    let _ = write_escaped(text, range, &mut escaped);
    escaped
}

/// Writes a range of a text, escaped as in the middle of a line.
pub(crate) fn write_escaped(text: &str, range: Range<usize>, out: &mut impl Write) -> fmt::Result {
    let characters = text[range.clone()].char_indices();
    let mut characters = characters.map(|(at, c)| (range.start + at, c));
    let mut written = range.start;
    while let Some((at, c)) = characters.next() {
        let Some(replacement) = replacement(text, at, c) else {
            continue;
        };
        out.write_str(&text[written..at])?;
        write!(out, "{replacement}")?;
        written = at + c.len_utf8();
        if let Replacement::MarkCount(count) = replacement
            && let Some((at, c)) = characters.by_ref().take(count - 1).last()
        {
            written = at + c.len_utf8();
        }
    }
    out.write_str(&text[written..range.end])
}

/// Whether the character at an offset of a text is displayed as an escape sequence.
pub(crate) fn needs_escaping(text: &str, at: usize, c: char) -> bool {
    matches!(replacement(text, at, c), Some(Replacement::Escape(_)))
}

/// What is displayed in place of the character at an offset of a text, if anything. Whether a
/// character is escaped depends on its neighbours.
pub(crate) fn replacement(text: &str, at: usize, c: char) -> Option<Replacement> {
    let is_escaped = match c {
        // The fast path: ASCII, Chinese and Korean need no table lookups.
        ' '..='"' | '$'..='~' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => return None,
        '#' => is_command(text, at),
        '\u{200c}' => !joins_letters(text, at),
        JOINER => !joins_letters(text, at) && !joins_emoji(text, at),
        '\u{fe00}'..='\u{fe0f}' => !selects_variant(text, at, c),
        '\u{e0020}'..='\u{e007f}' => !is_of_flag(text, at),
        _ if is_invisible(c) => true,
        _ => match c.general_category() {
            GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator => true,
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => {
                return mark_replacement(text, at);
            }
            _ => false,
        },
    };
    is_escaped.then_some(Replacement::Escape(c))
}

/// The first colon of a text that GitHub would read as a command at the start of a line:
/// `::error::`, perhaps after blanks. A single colon counts too, because another one may be printed
/// after it.
fn command_colon(text: &str) -> Option<usize> {
    let trimmed = text.trim_start();
    (trimmed == ":" || trimmed.starts_with("::")).then(|| text.len() - trimmed.len())
}

/// Whether the number sign at `at` is the second one of a CI command, which may be anywhere in a
/// line: `##[error]` on GitHub, `##vso[…]` on Azure, `##teamcity[…]`.
fn is_command(text: &str, at: usize) -> bool {
    let name = &text[at + 1..];
    text[..at].ends_with('#')
        && name
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .starts_with('[')
}

/// Whether the character before `at` belongs to a script in which joiners and non-joiners select
/// the forms of letters: Arabic and its relatives, and the scripts that descend from Brahmi.
fn joins_letters(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(|c| {
        let has_forms = matches!(c,
            '\u{600}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1700}'..='\u{18af}'
            | '\u{1a20}'..='\u{1aad}' | '\u{1b00}'..='\u{1c4f}' | '\u{1cd0}'..='\u{1cff}'
            | '\u{a840}'..='\u{a8ff}' | '\u{a930}'..='\u{aadf}' | '\u{abc0}'..='\u{abff}'
            | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10a00}'..='\u{10bff}'
            | '\u{10d00}'..='\u{10d3f}' | '\u{10f30}'..='\u{1173f}' | '\u{1e900}'..='\u{1e95f}');
        has_forms
            && matches!(
                c.general_category_group(),
                GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
            )
    })
}

/// Whether the joiner at `at` is between two emoji.
fn joins_emoji(text: &str, at: usize) -> bool {
    let mut before = text[..at].chars().rev().peekable();
    before.next_if_eq(&EMOJI_STYLE);
    let after = text[at + JOINER.len_utf8()..].chars().next();
    before.next().is_some_and(is_emoji) && after.is_some_and(is_emoji)
}

/// Whether the variation selector at `at` follows a character that has variants.
fn selects_variant(text: &str, at: usize, selector: char) -> bool {
    let Some(before) = text[..at].chars().next_back() else {
        return false;
    };
    match selector {
        EMOJI_STYLE if before.is_ascii() => {
            before.is_emoji_char() && text[at..].chars().nth(1) == Some(KEYCAP)
        }
        '\u{fe0e}' | EMOJI_STYLE => is_emoji(before),
        '\u{fe00}'..='\u{fe02}' => has_forms(before),
        _ => false,
    }
}

/// Whether a character is of a kind for which Unicode defines standardized variants.
fn has_forms(c: char) -> bool {
    let is_in_script = matches!(c,
        '\u{1000}'..='\u{109f}' | '\u{3001}'..='\u{3002}' | '\u{3400}'..='\u{9fff}' | '\u{a840}'..='\u{a877}'
        | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff1f}' | '\u{10ac0}'..='\u{10aff}' | '\u{20000}'..='\u{3ffff}');
    is_in_script || (!c.is_ascii() && c.general_category() == GeneralCategory::MathSymbol)
}

fn is_emoji(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char()
}

/// Whether the tag at `at` is part of one of [`TAGGED_FLAGS`].
fn is_of_flag(text: &str, at: usize) -> bool {
    let mut before = text[..at].char_indices().rev().take(6);
    before
        .find(|(_, c)| *c == BLACK_FLAG)
        .is_some_and(|(start, _)| {
            let ends_after =
                |flag: &&str| text[start..].starts_with(*flag) && at < start + flag.len();
            TAGGED_FLAGS.iter().any(ends_after)
        })
}

/// Whether a character is invisible although its category is not Format: syllable fillers, and the
/// other characters with the property `Default_Ignorable_Code_Point`.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2065}'
        | '\u{3164}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
}

/// What is displayed in place of a combining mark, if its letter has too many of them. No more than
/// [`MAX_MARKS`] + 1 characters before it are looked at, so that a long stack does not take
/// quadratic time.
fn mark_replacement(text: &str, at: usize) -> Option<Replacement> {
    let before = text[..at].chars().rev().take(MAX_MARKS + 1);
    match before.take_while(|c| is_mark(*c)).count() {
        ..MAX_MARKS => None,
        MAX_MARKS => {
            let rest = text[at..].chars().take_while(|c| is_mark(*c));
            Some(Replacement::MarkCount(rest.count()))
        }
        _ => Some(Replacement::Nothing),
    }
}

/// Whether a character is drawn on the letter before it. One that is escaped is not.
fn is_mark(c: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark};
    match c {
        ..='\u{2ff}' | '\u{fe00}'..='\u{fe0f}' => false,
        _ if is_invisible(c) => false,
        '\u{300}'..='\u{36f}' => true,
        _ => matches!(c.general_category(), NonspacingMark | EnclosingMark),
    }
}

/// A count with thousands separators, such as `1,068`.
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
            "👩🏽\u{200d}🚀 ❤\u{fe0f}\u{200d}🔥 🏳\u{fe0f}\u{200d}🌈",
            "می\u{200c}خواهم ه\u{200d}",
            "क्\u{200d}ष क्\u{200c}ष",
            "❤\u{fe0f} ❤\u{fe0e} 1\u{fe0f}\u{20e3}",
            "∩\u{fe00} 。\u{fe01}",
            "e\u{301} ཧཱུྃ บ้ำ",
            TAGGED_FLAGS[1],
        ] {
            shows(text, text);
            assert!(!Text::from(text).needs_escaping(), "{text}");
        }
    }

    #[test]
    fn spells_out_what_hides() {
        shows(
            "a\u{200d}b 1\u{200d}👩 👩\u{200d}b",
            r"a\u{200d}b 1\u{200d}👩 👩\u{200d}b",
        );
        shows("é\u{200c}b 请\u{200d}选", r"é\u{200c}b 请\u{200d}选");
        shows(
            "\u{34f}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2065}",
            r"\u{34f}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2065}",
        );
        shows(
            "a\u{fe0f} 1\u{fe0f} 请\u{e0100} a\u{fe00}",
            r"a\u{fe0f} 1\u{fe0f} 请\u{e0100} a\u{fe00}",
        );
        shows("🏴\u{e0067}\u{e0062}x", r"🏴\u{e0067}\u{e0062}x");
        let flag = format!("{}\u{e0061}", TAGGED_FLAGS[0]);
        shows(&flag, &format!(r"{}\u{{e0061}}", TAGGED_FLAGS[0]));
    }

    #[test]
    fn counts_the_marks_that_no_letter_needs() {
        let zalgo = |marks| format!("e{}", "\u{301}".repeat(marks));
        shows(&zalgo(8), &zalgo(8));
        shows(&zalgo(9), &(zalgo(8) + r"\u{+1 mark}"));
        let word = format!("a{}b", zalgo(100));
        shows(&word, &format!(r"a{}\u{{+92 marks}}b", zalgo(8)));
        let red = format!("{}\u{1b}[31m", zalgo(10));
        shows(&red, &format!(r"{}\u{{+2 marks}}\u{{1b}}[31m", zalgo(8)));
        shows(
            &Text::from(&*word).to_string(),
            &Text::from(&*word).to_string(),
        );
    }

    #[test]
    fn breaks_what_a_ci_system_would_obey() {
        shows("::error::x", r"\u{3a}:error::x");
        shows(" \u{a0}::error::x", " \u{a0}\\u{3a}:error::x");
        shows(":", r"\u{3a}");
        shows("a ##[error]x", r"a #\u{23}[error]x");
        shows("###vso[task.x]", r"##\u{23}vso[task.x]");
        for text in ["std::io", ":a", "# a ## b", "#1[", ""] {
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
