//! Text as it is searched: without the differences that hide a name or a number from a search but
//! not from a reader.
//!
//! [`fold`] turns text into [`Unit`]s. Digits of every script and full-width letters become ASCII,
//! letters lose their case and common accents, characters that are not seen are left out, and what
//! is percent-encoded, or written as a numeric escape of JSON or HTML, is decoded. Each unit knows
//! the bytes that it stands for, so that what is found in the units can be replaced in the text.

use std::ops::{Range, RangeInclusive};

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A character of folded text.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// The character.
    pub(super) c: char,
    /// The bytes that it stands for, with the invisible characters after it.
    pub(super) bytes: Range<usize>,
    pub(super) class: Class,
    /// Whether it was a capital letter.
    pub(super) is_capital: bool,
}

/// What can stand next to what inside a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Digit,
    /// A letter of a script that puts spaces between words.
    Letter,
    /// A letter of a script that does not.
    Unspaced,
    Separator,
}

/// Folds a text.
pub(super) fn fold(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (c, length) = match c {
            '%' | '\\' | '&' => decoded(&text[at..]).unwrap_or((c, c.len_utf8())),
            c => (c, c.len_utf8()),
        };
        let bytes = at..at + length;
        at = bytes.end;
        match units.last_mut() {
            Some(before) if is_unseen(c) => before.bytes.end = bytes.end,
            _ if is_unseen(c) => {}
            _ => {
                let second = second_letter(c).map(|second| unit(second, bytes.clone()));
                units.push(unit(c, bytes));
                units.extend(second);
            }
        }
    }
    units
}

fn unit(c: char, bytes: Range<usize>) -> Unit {
    let is_capital = c.is_uppercase();
    let c = folded(c);
    Unit {
        c,
        bytes,
        class: class(c),
        is_capital,
    }
}

fn class(c: char) -> Class {
    match c {
        _ if c.is_ascii_digit() => Class::Digit,
        _ if !c.is_alphanumeric() => Class::Separator,
        // Thai to Myanmar, Khmer, kana, and all of Han; Hangul attaches particles to names.
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'.. => Class::Unspaced,
        _ => Class::Letter,
    }
}

/// Whether a character is not seen by itself: format characters such as zero-width spaces, and marks
/// such as accents and variation selectors.
pub(super) fn is_unseen(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    let category = c.general_category();
    category == GeneralCategory::Format
        || c.general_category_group() == GeneralCategoryGroup::Mark
        // The last one only makes an Arabic word longer.
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{640}')
}

/// The character that stands for all that read like it.
fn folded(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    if let Some(digit) = digit(c) {
        return digit;
    }
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => shifted(c, 0xff01, '!'),
        '\u{24b6}'..='\u{24cf}' => shifted(c, 0x24b6, 'a'),
        '\u{24d0}'..='\u{24e9}' => shifted(c, 0x24d0, 'a'),
        '\u{1f110}'..='\u{1f129}' => shifted(c, 0x1f110, 'a'),
        '\u{1f130}'..='\u{1f149}' => shifted(c, 0x1f130, 'a'),
        '\u{1f150}'..='\u{1f169}' => shifted(c, 0x1f150, 'a'),
        '\u{1f170}'..='\u{1f189}' => shifted(c, 0x1f170, 'a'),
        '\u{1d400}'..='\u{1d6a3}' => {
            char::from_u32('a' as u32 + (c as u32 - 0x1d400) % 26).unwrap_or(c)
        }
        c => c,
    };
    let lower = c.to_lowercase().next().unwrap_or(c);
    without_accent(plain_letter(lower))
}

/// The letter of an alphabet that is only a style of the usual one. `-` stands for letters that it has
/// not.
fn plain_letter(c: char) -> char {
    const ALPHABETS: [&str; 4] = [
        "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ-ʏᴢ",
        "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ-ʳˢᵗᵘᵛʷˣʸᶻ",
        "ᴬᴮ-ᴰᴱ-ᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾ-ᴿ-ᵀᵁⱽᵂ---",
        "-ℬℭ-ℰℱℊℋℐ--ℒℳ-ℴ--ℛ--------",
    ];
    const OTHERS: &str = "----ℯ--ℌℑ-------ℚℜ-------ℨ";
    if c.is_ascii() || !c.is_alphabetic() {
        return c;
    }
    let alphabets = ALPHABETS.iter().chain([&OTHERS]);
    let mut places = alphabets.filter_map(|alphabet| alphabet.chars().position(|known| known == c));
    let place = places.next().and_then(|place| u8::try_from(place).ok());
    place.map_or(c, |place| char::from(b'a' + place))
}

/// The second letter of one that stands for two.
fn second_letter(c: char) -> Option<char> {
    match c {
        'ß' | 'ẞ' => Some('s'),
        'æ' | 'Æ' | 'œ' | 'Œ' => Some('e'),
        _ => None,
    }
}

/// The character as far from `first` as `c` is from `start`.
fn shifted(c: char, start: u32, first: char) -> char {
    char::from_u32(first as u32 + (c as u32 - start)).unwrap_or(c)
}

/// The ASCII digit of a digit of any script.
fn digit(c: char) -> Option<char> {
    let code = c as u32;
    let value = match code {
        0xb2 | 0xb3 => code - 0xb0,
        0xb9 => 1,
        0x2070 | 0x2074..=0x2079 => code - 0x2070,
        0x2080..=0x2089 => code - 0x2080,
        0x2460..=0x2468 => code - 0x245f,
        0x24ea => 0,
        0x1d7ce..=0x1d7ff => (code - 0x1d7ce) % 10,
        _ if c.general_category() == GeneralCategory::DecimalNumber => {
            // Digits start where the last four bits are 0, or at 6 where those are not digits.
            let is_digit = |code| {
                char::from_u32(code).is_some_and(|c| {
                    UnicodeGeneralCategory::general_category(c) == GeneralCategory::DecimalNumber
                })
            };
            let low = code & 0xf;
            if is_digit(code & !0xf) {
                low
            } else {
                low.checked_sub(6)?
            }
        }
        _ => return None,
    };
    char::from_digit(value, 10)
}

fn without_accent(c: char) -> char {
    const ACCENTS: [(&str, char); 30] = [
        ("àáâãäåāăąǎæạảấầẩẫậắằẳẵặ", 'a'),
        ("çćĉċč", 'c'),
        ("ďđð", 'd'),
        ("èéêëēĕėęěẹẻẽếềểễệ", 'e'),
        ("ĝğġģǧ", 'g'),
        ("ĥħ", 'h'),
        ("ìíîïĩīĭįıỉị", 'i'),
        ("ĵ", 'j'),
        ("ķ", 'k'),
        ("ĺļľŀł", 'l'),
        ("ñńņň", 'n'),
        ("òóôõöøōŏőơœọỏốồổỗộớờởỡợ", 'o'),
        ("ŕŗř", 'r'),
        ("śŝşšșßẞ", 's'),
        ("ţťțŧ", 't'),
        ("ùúûüũūŭůűųưụủứừửữự", 'u'),
        ("ŵẁẃẅ", 'w'),
        ("ýÿŷỳỵỷỹ", 'y'),
        ("źżž", 'z'),
        // Accents of other scripts that are often left out, and a letter that ends words.
        ("ά", 'α'),
        ("έ", 'ε'),
        ("ή", 'η'),
        ("ίϊΐ", 'ι'),
        ("ό", 'ο'),
        ("ύϋΰ", 'υ'),
        ("ώ", 'ω'),
        ("ς", 'σ'),
        ("ё", 'е'),
        ("أإآ", 'ا'),
        ("ى", 'ي'),
    ];
    const SCRIPTS: [RangeInclusive<char>; 5] = [
        '\u{c0}'..='\u{24f}',
        '\u{370}'..='\u{3ff}',
        '\u{400}'..='\u{45f}',
        '\u{620}'..='\u{64a}',
        '\u{1e00}'..='\u{1eff}',
    ];
    if !SCRIPTS.iter().any(|script| script.contains(&c)) {
        return c;
    }
    let found = ACCENTS.iter().find(|(accented, _)| accented.contains(c));
    found.map_or(c, |(_, plain)| *plain)
}

/// The character that is written at the start of a text as `%C3%A9`, `\u00e9` or `&#233;`, and the
/// length of that.
fn decoded(text: &str) -> Option<(char, usize)> {
    match text.as_bytes()[0] {
        b'%' => percent_decoded(text),
        b'\\' => {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, 6))
        }
        _ => {
            let (number, _) = text
                .get(..text.len().min(12))?
                .strip_prefix("&#")?
                .split_once(';')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            Some((char::from_u32(code.ok()?)?, number.len() + 3))
        }
    }
}

/// Decodes a percent-encoded character, even if its percent signs are encoded again.
fn percent_decoded(text: &str) -> Option<(char, usize)> {
    let (first, mut at) = percent_decoded_byte(text)?;
    let length = match first {
        0..0x80 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return None,
    };
    let mut bytes = [first, 0, 0, 0];
    for byte in &mut bytes[1..length] {
        let (next, passed) = percent_decoded_byte(&text[at..])?;
        *byte = next;
        at += passed;
    }
    let c = std::str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
    Some((c, at))
}

fn percent_decoded_byte(text: &str) -> Option<(u8, usize)> {
    let mut digits = text.strip_prefix('%')?;
    while let Some(rest) = digits.strip_prefix("25") {
        if !rest.as_bytes().get(..2)?.iter().all(u8::is_ascii_hexdigit) {
            break;
        }
        digits = rest;
    }
    let byte = u8::from_str_radix(digits.get(..2)?, 16).ok()?;
    digits.as_bytes()[..2]
        .iter()
        .all(u8::is_ascii_hexdigit)
        .then_some(())?;
    Some((byte, text.len() - digits.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_person_reads() {
        let folded = |text| fold(text).iter().map(|unit| unit.c).collect::<String>();
        for (text, want) in [
            ("Dewi", "dewi"),
            ("D\u{200b}e\u{ad}w\u{2060}i", "dewi"),
            ("ＤＥＷＩ", "dewi"),
            ("𝐃𝐞𝐰𝐢", "dewi"),
            ("Déwi De\u{301}wi", "dewi dewi"),
            ("Łukasz Erdoğan Živa WEIß", "lukasz erdogan ziva weiss"),
            ("ΓΙΏΡΓΟΣ Γιώργος", "γιωργοσ γιωργοσ"),
            ("Алёна مـحـمـد", "алена محمد"),
            ("𝒟ℯ𝓌𝒾 🄳🅔🆆ⁱ ᴅᴇᴡɪ ᴰᵉʷⁱ", "dewi dewi dewi dewi"),
            ("٦٢۸६๖６²①𝟗", "628666219"),
            ("%44%65wi%2B%D9%A6", "dewi+6"),
            ("%2544%252562", "db"),
            ("\\u0044ewi &#68;&#x65;wi", "dewi dewi"),
            ("100% %zz %C3 & \\u12", "100% %zz %c3 & \\u12"),
            ("6️⃣2\u{fe0f}\u{20e3}", "62"),
        ] {
            assert_eq!(folded(text), want, "{text}");
        }
    }

    #[test]
    fn knows_the_bytes_of_every_character() {
        let text = "a\u{200b}%C3%A9中";
        let bytes: Vec<&str> = fold(text)
            .into_iter()
            .map(|unit| &text[unit.bytes])
            .collect();
        assert_eq!(bytes, ["a\u{200b}", "%C3%A9", "中"]);
    }
}
