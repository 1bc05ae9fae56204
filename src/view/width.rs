//! How many columns of a terminal a text fills.
//!
//! Terminals place text character by character, as the C function `wcwidth` counts. The crate
//! `unicode-width` counts a string as a good font draws it: it gives the Arabic ligature of lam and
//! alef one column, and some vowels of Indic scripts none, which terminals do not. So only its
//! widths of single characters are used here. The one thing that terminals join is an emoji: a
//! family is as wide as one face.
//!
//! Where terminals differ, the widest counts: a line that ends early is straight, one that is too long
//! is not. So a hand with a skin tone has the columns of both, as in tmux.
//!
//! All views measure text with [`width`], so that what they draw lines up.

use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// The columns of an emoji.
const EMOJI_WIDTH: usize = 2;
const JOINER: char = '\u{200d}';
const EMOJI_STYLE: char = '\u{fe0f}';

/// The columns that a text fills; it must be safe to show and hold no escape sequences.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    // Finding letters takes time, and only an emoji is not as wide as its characters together.
    if !text.chars().any(joins_emoji) {
        return text.chars().map(char_width).sum();
    }
    text.graphemes(true).map(letter_width).sum()
}

/// The columns that a letter (a grapheme cluster) fills.
fn letter_width(letter: &str) -> usize {
    let mut characters = letter.chars();
    let is_emoji = characters.next().is_some_and(UnicodeEmoji::is_emoji_char);
    if is_emoji && characters.any(joins_emoji) {
        let tones = letter.chars().filter(|c| is_skin_tone(*c)).count();
        return EMOJI_WIDTH * (1 + tones);
    }
    letter.chars().map(char_width).sum()
}

/// Whether a character behind an emoji makes one emoji of both: a joiner, the emoji style, or a
/// skin tone.
fn joins_emoji(c: char) -> bool {
    matches!(c, JOINER | EMOJI_STYLE) || is_skin_tone(c)
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// The columns that a character fills when it stands alone.
fn char_width(c: char) -> usize {
    let width = c.width().unwrap_or(0);
    if has_no_marks(c) {
        return width;
    }
    match c.general_category() {
        GeneralCategory::NonspacingMark => 0,
        // Vowels that stand beside their consonant, even if they never stand without one.
        GeneralCategory::SpacingMark => width.max(1),
        _ => width,
    }
}

/// Whether a character is in a block without marks, so that its category need not be looked up.
fn has_no_marks(c: char) -> bool {
    matches!(c,
        '\0'..='\u{2ff}' | '\u{2010}'..='\u{20cf}' | '\u{2500}'..='\u{2bff}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

    use super::{has_no_marks, width};

    #[test]
    fn blocks_without_marks_have_none() {
        let mut all = (0..=0x0010_ffff).filter_map(char::from_u32);
        let is_mark = |c: char| c.general_category_group() == GeneralCategoryGroup::Mark;
        assert_eq!(all.find(|c| has_no_marks(*c) && is_mark(*c)), None);
    }

    #[test]
    fn text_is_as_wide_as_terminals_draw_it() {
        for (text, columns) in [
            ("plain", 5),
            ("请选择", 6),
            ("لا", 2),
            ("السلام عليكم", 12),
            ("שָׁלוֹם", 4),
            ("e\u{301}\u{302}", 1),
            ("नमस्ते", 4),
            ("മലയാളം", 6),
            ("สวัสดีครับ", 7),
            ("한국", 4),
            ("👨‍👩‍👧x", 3),
            ("🇮🇩", 2),
            ("1️⃣", 2),
            ("❤", 1),
            ("❤️", 2),
            ("👍🏽", 4),
            ("👩🏽‍🚀", 4),
            (
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
                2,
            ),
        ] {
            assert_eq!(width(text), columns, "{text}");
        }
    }
}
