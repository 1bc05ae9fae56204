//! The styles in which programs print JSON, as rows of one table.
//!
//! To add a style, add its row to [`STYLES`]. A choice that no row has made so far becomes a
//! variant of the enum it belongs to, with the words that hints use for it.

use std::borrow::Cow;

use crate::signature::Code;

/// A style in which a program prints JSON: its choices where the grammar leaves one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diagnosis) struct JsonStyle {
    pub(super) white_space: WhiteSpace,
    pub(super) sorts_keys: bool,
    pub(super) escapes: Escapes,
    pub(super) slashes: Slashes,
    pub(super) numbers: Numbers,
}

/// The white space between tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhiteSpace {
    /// As in the body.
    Kept,
    None,
    /// A space after each comma and colon.
    Spaced,
    /// A line for each member and item, indented by this much for each level.
    Indented(&'static str),
}

/// Which characters of strings are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// As in the body.
    Kept,
    /// Those that JSON requires.
    Minimal,
    /// Those, and all that are not ASCII.
    Ascii,
    /// Those that JSON requires, and `<`, `>`, `&`, U+2028 and U+2029.
    Html,
}

/// Whether `/` is escaped. Where strings are escaped anew, `Kept` means that it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slashes {
    Kept,
    Plain,
    Escaped,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As in the body.
    Kept,
    /// As JavaScript prints the 64-bit floats that it makes of them.
    JavaScript,
}

use Escapes as E;
use Numbers as N;
use Slashes as S;
use WhiteSpace as W;

const TWO_SPACES: W = W::Indented("  ");
const FOUR_SPACES: W = W::Indented("    ");
const TABS: W = W::Indented("\t");

/// The styles that leave keys in their order, the likeliest first.
///
/// A comment names a program that prints this way. The rows that keep the escapes of the body come
/// first in each group: they match where the signed and the saved body escape the same characters,
/// whatever program wrote them and however it spells an escape (`\u00E9`, `\u00e9`).
#[rustfmt::skip]
const STYLES: [JsonStyle; 42] = [
    style(W::Kept,     E::Ascii,   S::Kept,    N::Kept), // a filter that makes text ASCII
    style(W::Kept,     E::Minimal, S::Kept,    N::Kept), // a filter that undoes this
    style(W::Kept,     E::Kept,    S::Escaped, N::Kept),
    style(W::Kept,     E::Kept,    S::Plain,   N::Kept),
    style(W::Kept,     E::Ascii,   S::Escaped, N::Kept),
    style(W::Kept,     E::Minimal, S::Escaped, N::Kept),
    style(W::Kept,     E::Html,    S::Kept,    N::Kept), // Go: json.HTMLEscape

    style(W::None,     E::Kept,    S::Kept,    N::Kept), // Go: json.Compact
    style(W::None,     E::Ascii,   S::Kept,    N::Kept), // Python: separators=(",", ":")
    style(W::None,     E::Minimal, S::Kept,    N::Kept), // Ruby, Jackson, serde_json, jq -c
    style(W::None,     E::Kept,    S::Escaped, N::Kept),
    style(W::None,     E::Kept,    S::Plain,   N::Kept),
    style(W::None,     E::Ascii,   S::Escaped, N::Kept), // PHP: json_encode
    style(W::None,     E::Minimal, S::Escaped, N::Kept), // PHP: JSON_UNESCAPED_UNICODE
    style(W::None,     E::Html,    S::Kept,    N::Kept), // Go: json.Marshal
    style(W::None,     E::Kept,    S::Kept,    N::JavaScript),
    style(W::None,     E::Minimal, S::Kept,    N::JavaScript), // JavaScript: JSON.stringify
    style(W::None,     E::Html,    S::Kept,    N::JavaScript), // Go: json.Marshal of float64

    style(W::Spaced,   E::Kept,    S::Kept,    N::Kept),
    style(W::Spaced,   E::Ascii,   S::Kept,    N::Kept), // Python: json.dumps
    style(W::Spaced,   E::Minimal, S::Kept,    N::Kept), // Python: ensure_ascii=False

    style(TWO_SPACES,  E::Kept,    S::Kept,    N::Kept), // Go: json.Indent
    style(TWO_SPACES,  E::Ascii,   S::Kept,    N::Kept), // Python: indent=2
    style(TWO_SPACES,  E::Minimal, S::Kept,    N::Kept), // Ruby: pretty_generate; jq
    style(TWO_SPACES,  E::Html,    S::Kept,    N::Kept), // Go: json.MarshalIndent
    style(TWO_SPACES,  E::Kept,    S::Kept,    N::JavaScript),
    style(TWO_SPACES,  E::Minimal, S::Kept,    N::JavaScript), // JavaScript: JSON.stringify(_, null, 2)
    style(TWO_SPACES,  E::Html,    S::Kept,    N::JavaScript),

    style(FOUR_SPACES, E::Kept,    S::Kept,    N::Kept),
    style(FOUR_SPACES, E::Ascii,   S::Kept,    N::Kept), // Python: indent=4
    style(FOUR_SPACES, E::Minimal, S::Kept,    N::Kept), // Python: indent=4, ensure_ascii=False
    style(FOUR_SPACES, E::Kept,    S::Escaped, N::Kept),
    style(FOUR_SPACES, E::Kept,    S::Plain,   N::Kept),
    style(FOUR_SPACES, E::Ascii,   S::Escaped, N::Kept), // PHP: JSON_PRETTY_PRINT
    style(FOUR_SPACES, E::Minimal, S::Escaped, N::Kept), // PHP: and JSON_UNESCAPED_UNICODE
    style(FOUR_SPACES, E::Kept,    S::Kept,    N::JavaScript),
    style(FOUR_SPACES, E::Minimal, S::Kept,    N::JavaScript), // JavaScript: JSON.stringify(_, null, 4)
    style(FOUR_SPACES, E::Html,    S::Kept,    N::JavaScript),

    style(TABS,        E::Kept,    S::Kept,    N::Kept),
    style(TABS,        E::Ascii,   S::Kept,    N::Kept), // Python: indent="\t"
    style(TABS,        E::Minimal, S::Kept,    N::Kept), // jq --tab
    style(TABS,        E::Html,    S::Kept,    N::Kept), // Go: json.MarshalIndent with tabs
];

const fn style(
    white_space: WhiteSpace,
    escapes: Escapes,
    slashes: Slashes,
    numbers: Numbers,
) -> JsonStyle {
    JsonStyle {
        white_space,
        sorts_keys: false,
        escapes,
        slashes,
        numbers,
    }
}

impl JsonStyle {
    /// Every style: those of the table, then those that print white space of their own once more
    /// with sorted keys, which each of these programs can do as well.
    pub(in crate::diagnosis) fn all() -> impl Iterator<Item = Self> {
        let reprinting = STYLES
            .into_iter()
            .filter(|style| style.white_space != WhiteSpace::Kept);
        let sorting = reprinting.map(|style| Self {
            sorts_keys: true,
            ..style
        });
        STYLES.into_iter().chain(sorting)
    }

    /// The styles that most programs use: on one line, and nothing but ASCII escaped.
    pub(in crate::diagnosis) fn common() -> impl Iterator<Item = Self> {
        Self::all().filter(|style| {
            matches!(style.white_space, WhiteSpace::None | WhiteSpace::Spaced)
                && style.escapes != Escapes::Html
                && style.slashes == Slashes::Kept
                && style.numbers == Numbers::Kept
        })
    }

    /// The hint that a signature over a body in this style gives.
    pub(in crate::diagnosis) fn code(self) -> Code {
        match self.white_space {
            _ if self.sorts_keys => Code::ReprintedSorted,
            WhiteSpace::None => Code::ReprintedCompact,
            WhiteSpace::Spaced | WhiteSpace::Indented(_) => Code::ReprintedIndented,
            WhiteSpace::Kept => Code::ReprintedAscii,
        }
    }

    /// The style in words that follow "the body".
    pub(in crate::diagnosis) fn words(self) -> String {
        let white_space = self.white_space.words();
        [
            white_space.as_deref(),
            self.sorts_keys.then_some("with its keys sorted"),
            self.escapes.words(),
            self.slashes.words(),
            self.numbers.words(),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
    }
}

impl WhiteSpace {
    fn words(self) -> Option<Cow<'static, str>> {
        Some(match self {
            Self::Kept => return None,
            Self::None => "printed compactly".into(),
            Self::Spaced => "printed with a space after each comma and colon".into(),
            Self::Indented("\t") => "printed with tabs for indentation".into(),
            Self::Indented(unit) => {
                format!("printed with {} spaces of indentation", unit.len()).into()
            }
        })
    }
}

impl Escapes {
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Kept => None,
            Self::Minimal => Some("with no more escapes than needed"),
            Self::Ascii => Some("with characters outside ASCII escaped"),
            Self::Html => Some("with `<`, `>` and `&` escaped"),
        }
    }
}

impl Slashes {
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Kept => None,
            Self::Plain => Some("with `/` not escaped"),
            Self::Escaped => Some("with `/` escaped"),
        }
    }
}

impl Numbers {
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Kept => None,
            Self::JavaScript => Some("with numbers as JavaScript prints them"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Two rows for one style would cost twice, and two styles with the same words would mislead.
    #[test]
    fn every_style_is_listed_once_and_has_words_of_its_own() {
        let words: HashSet<String> = JsonStyle::all().map(JsonStyle::words).collect();
        assert_eq!(words.len(), JsonStyle::all().count());
    }
}
