//! The identities to look for, in every form in which they may be written, and the search for all of
//! them in one pass over a text.
//!
//! Forms are kept in a trie of folded letters and digits, without what separates them: `KH-20418`
//! is also found in `kh 20418`. From each place where a word starts, the trie is followed as far as
//! it goes, and the longest form that ends with a word is taken. Forms with many digits are found in
//! the middle of words too. A form is recognised by at most [`MAX_LENGTH`] characters, so the search takes
//! time in proportion to the text.

use std::cmp::Reverse;
use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use foldhash::HashMap;

use super::fold::{Class, Unit, fold};

/// The most characters by which a form is recognised.
const MAX_LENGTH: usize = 48;
/// The fewest characters of a form that is looked for inside base64, where any letter is likely.
const MIN_ENCODED: usize = 4;
/// The fewest characters of base64 that can hold such a form.
const MIN_BASE64: usize = 6;
/// How often text may be encoded in base64.
const MAX_DEPTH: usize = 3;
/// The most separators between two characters of a form.
const MAX_GAP: usize = 6;

/// How a form is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// As whole words, with the same separators or others.
    Words,
    /// As one word, whose letters are next to each other.
    OneWord,
    /// Anywhere, also inside of words and numbers.
    Anywhere,
    /// Only exactly as it is written. It stands for itself, and is left as it is.
    Exactly,
}

#[derive(Debug, Clone)]
struct End {
    /// The number of the identity.
    id: usize,
    how: How,
    /// The number of characters.
    length: usize,
    /// The text, if it must be exactly this.
    exact: Option<Box<str>>,
    /// The characters after those by which it is recognised.
    rest: Box<[char]>,
}

/// Where the letters of a form are.
struct Place<'t> {
    written: &'t str,
    /// Whether it starts and ends with a word.
    is_word: bool,
    /// Whether there is something between the letters.
    has_gap: bool,
}

impl End {
    fn is_at(&self, place: &Place<'_>) -> bool {
        match self.how {
            How::Anywhere => true,
            How::Words => place.is_word,
            How::OneWord => place.is_word && !place.has_gap,
            How::Exactly => self.exact.as_deref() == Some(place.written),
        }
    }
}

/// The forms of some identities.
#[derive(Debug, Default)]
pub(super) struct Forms {
    edges: HashMap<(usize, char), usize>,
    ends: HashMap<usize, Vec<End>>,
    nodes: usize,
}

/// Where a form was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) bytes: Range<usize>,
    /// The number of the identity, or `None` for base64 that holds one.
    pub(super) id: Option<usize>,
}

impl Forms {
    /// Adds a form of the identity `id`, unless another identity has the same.
    pub(super) fn add(&mut self, text: &str, id: usize) {
        let letters = letters_of(text);
        let digits = letters.iter().filter(|c| c.is_ascii_digit()).count();
        let how = match letters.len() {
            7.. if digits == letters.len() => How::Anywhere,
            8.. if digits > 0 => How::Anywhere,
            16.. => How::Anywhere,
            0..5 if !text.trim().contains(|c: char| !c.is_alphanumeric()) => How::OneWord,
            _ => How::Words,
        };
        self.insert(&letters, id, how, None);
    }

    /// Adds an identity that stands for itself.
    pub(super) fn add_exactly(&mut self, text: &str, id: usize) {
        // A match reaches from a letter to a letter.
        let exact = text.trim_matches(|c: char| !c.is_alphanumeric());
        self.insert(&letters_of(text), id, How::Exactly, Some(exact.into()));
    }

    fn insert(&mut self, letters: &[char], id: usize, how: How, exact: Option<Box<str>>) {
        if letters.is_empty() {
            return;
        }
        let mut node = 0;
        for c in letters.iter().take(MAX_LENGTH) {
            node = *self.edges.entry((node, *c)).or_insert_with(|| {
                self.nodes += 1;
                self.nodes
            });
        }
        let length = letters.len().min(MAX_LENGTH);
        let how = if letters.len() > MAX_LENGTH {
            How::Anywhere
        } else {
            how
        };
        let end = End {
            id,
            how,
            length,
            exact,
            rest: letters[length..].into(),
        };
        let ends = self.ends.entry(node).or_default();
        if !ends
            .iter()
            .any(|known| known.exact == end.exact && known.rest == end.rest)
        {
            ends.push(end);
        }
    }

    /// Finds the forms in a text, from left to right; of several that start in one place, the longest.
    pub(super) fn find(&self, text: &str) -> Vec<Match> {
        let units = fold(text);
        let mut found = self.find_in(text, &units, 1);
        found.extend(self.find_encoded(text, 0));
        found.sort_by_key(|found| (found.bytes.start, usize::MAX - found.bytes.end));
        found
    }

    /// Whether there are no forms.
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn find_in(&self, text: &str, units: &[Unit], min_length: usize) -> Vec<Match> {
        if self.is_empty() {
            return Vec::new();
        }
        let solid: Vec<usize> = (0..units.len())
            .filter(|at| units[*at].class != Class::Separator)
            .collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < solid.len() {
            match self.longest_at(text, units, &solid, at, min_length) {
                Some((end, id)) => {
                    let bytes = units[solid[at]].bytes.start..units[solid[end - 1]].bytes.end;
                    found.push(Match {
                        bytes,
                        id: Some(id),
                    });
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    /// The end, in `solid`, of the longest form that starts there, and its identity.
    fn longest_at(
        &self,
        text: &str,
        units: &[Unit],
        solid: &[usize],
        start: usize,
        min_length: usize,
    ) -> Option<(usize, usize)> {
        let starts_word = is_boundary(units, solid, start);
        let (mut node, mut longest, mut has_gap) = (0, None, false);
        for at in start..solid.len() {
            if at > start {
                let gap = solid[at] - solid[at - 1] - 1;
                has_gap |= gap > 0;
                if gap > MAX_GAP {
                    break;
                }
            }
            let Some(next) = self.edges.get(&(node, units[solid[at]].c)) else {
                break;
            };
            node = *next;
            let place = Place {
                written: &text[units[solid[start]].bytes.start..units[solid[at]].bytes.end],
                is_word: starts_word && is_boundary(units, solid, at + 1),
                has_gap,
            };
            let ends = self.ends.get(&node).into_iter().flatten();
            let mut ends = ends.filter(|end| end.length >= min_length);
            if let Some(end) = ends.find(|end| end.is_at(&place)) {
                longest = Some((at + 1, end, node));
            }
        }
        let (at, end, node) = longest?;
        // Long forms start alike, and the one that goes on like the text is meant.
        let ends = self.ends.get(&node).into_iter().flatten();
        let ends = ends.filter(|end| !end.rest.is_empty());
        let ends = ends.map(|end| (end_of_rest(units, solid, at, &end.rest), end));
        let further = ends.max_by_key(|(at, end)| (*at, Reverse(end.rest.len())));
        let (at, end) = further.unwrap_or((at, end));
        Some((at, end.id))
    }

    /// Finds base64 that holds a form.
    fn find_encoded(&self, text: &str, depth: usize) -> Vec<Match> {
        if self.is_empty() || depth == MAX_DEPTH {
            return Vec::new();
        }
        let is_encoded = |run: &Range<usize>| self.is_in_base64(&text[run.clone()], depth);
        let found = base64_runs(text).filter(is_encoded);
        found.map(|bytes| Match { bytes, id: None }).collect()
    }

    fn is_in_base64(&self, run: &str, depth: usize) -> bool {
        let standard: String = run.replace('-', "+").replace('_', "/");
        // A run may start before what is encoded, such as with the path of a URL.
        (0..4).any(|skipped| {
            let rest = standard.get(skipped..).unwrap_or_default();
            let usable = rest.len() - usize::from(rest.len() % 4 == 1);
            let Ok(bytes) = LENIENT.decode(&rest[..usable]) else {
                return false;
            };
            let inner = String::from_utf8_lossy(&bytes);
            let units = fold(&inner);
            !self.find_in(&inner, &units, MIN_ENCODED).is_empty()
                || !self.find_encoded(&inner, depth + 1).is_empty()
        })
    }
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The runs of characters that may be base64, in either alphabet.
fn base64_runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes.get(at..)?.iter().position(is_part)?;
            let rest = &bytes[start..];
            at = start
                + rest
                    .iter()
                    .position(|byte| !is_part(byte))
                    .unwrap_or(rest.len());
            if at - start >= MIN_BASE64 {
                let padding = bytes[at..].iter().take(2).take_while(|byte| **byte == b'=');
                return Some(start..at + padding.count());
            }
        }
    })
}

/// The letters and digits of a text, folded.
pub(super) fn letters_of(text: &str) -> Vec<char> {
    let units = fold(text).into_iter();
    let solid = units.filter(|unit| unit.class != Class::Separator);
    solid.map(|unit| unit.c).collect()
}

/// Whether a word may start at `at`, and one may end before it.
fn is_boundary(units: &[Unit], solid: &[usize], at: usize) -> bool {
    let (Some(before), Some(after)) = (at.checked_sub(1), solid.get(at)) else {
        return true;
    };
    let before = solid[before];
    let (left, right) = (&units[before], &units[*after]);
    after - before > 1
        || left.class != right.class
        || left.class == Class::Unspaced
        || !left.is_capital && right.is_capital
}

/// How far the text goes on like the rest of a form, in whole words.
fn end_of_rest(units: &[Unit], solid: &[usize], start: usize, rest: &[char]) -> usize {
    let is_same = |at: usize, c: char| {
        let unit = solid.get(at).map(|unit| &units[*unit]);
        unit.is_some_and(|unit| unit.c == c) && solid[at] - solid[at - 1] <= MAX_GAP + 1
    };
    let mut end = start;
    for (at, c) in (start..).zip(rest) {
        if !is_same(at, *c) {
            break;
        }
        if is_boundary(units, solid, at + 1) {
            end = at + 1;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(texts: &[&str]) -> Forms {
        let mut forms = Forms::default();
        for (id, text) in texts.iter().enumerate() {
            forms.add(text, id);
        }
        forms
    }

    #[track_caller]
    fn finds(form: &str, text: &str, want: &[&str]) {
        let found = forms(&[form]).find(text);
        let found: Vec<&str> = found.into_iter().map(|found| &text[found.bytes]).collect();
        assert_eq!(found, want, "`{form}` in `{text}`");
    }

    #[test]
    fn finds_whole_words_in_every_form() {
        finds(
            "Dewi",
            "Halo Dewi, DEWI's d\u{200b}ewi",
            &["Dewi", "DEWI", "d\u{200b}ewi"],
        );
        finds(
            "Dewi",
            "dewi_id=%44ewi haloDewi2",
            &["dewi", "%44ewi", "Dewi"],
        );
        finds("Ani", "Animal Banani An i", &[]);
        finds("A", "A banana, a bAr", &["A", "a"]);
        finds("王", "王先生", &["王"]);
        finds(
            "KH-20418",
            "kh 20418, KH20418, receipt-KH–20418.pdf",
            &["kh 20418", "KH20418", "KH–20418"],
        );
    }

    #[test]
    fn finds_long_texts_up_to_their_end() {
        let long = "Jalan Jenderal Sudirman Kavling 52, Blok C, Kebayoran Baru, Jakarta Selatan";
        for (text, want) in [
            (format!("to {long}."), long),
            (format!("to {}", long.to_uppercase()), &long.to_uppercase()),
            (
                format!("to {}", long.replace("Jakarta", "Jakapura")),
                "Jalan Jenderal Sudirman Kavling 52, Blok C, Kebayoran Baru",
            ),
        ] {
            finds(long, &text, &[want]);
        }
    }

    #[test]
    fn tells_long_texts_apart_that_start_alike() {
        let start = "long ".repeat(20);
        let texts = ["north", "north gate", "south"].map(|end| format!("{start}{end}"));
        let forms = forms(&texts.each_ref().map(String::as_str));
        for (id, text) in texts.iter().enumerate() {
            let found = forms.find(&format!("to {text}, please"));
            let bytes = 3..3 + text.len();
            assert_eq!(
                found,
                [Match {
                    bytes,
                    id: Some(id)
                }]
            );
        }
    }

    #[test]
    fn finds_numbers_anywhere() {
        let forms = [
            "+62 800-0000-042",
            "0062800 0000 042x",
            "٦٢٨٠٠٠٠٠٠٠٤٢",
            "６２８000000042",
        ];
        for text in forms {
            assert_eq!(
                self::forms(&["+628000000042"]).find(text).len(),
                1,
                "{text}"
            );
        }
    }

    #[test]
    fn finds_what_is_inside_base64() {
        use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
        for before in ["", "a", "ab", "\u{1c}\u{18}ü"] {
            let plain = format!("{before}628000000042?>~");
            for encoded in [
                BASE64_STANDARD.encode(&plain),
                BASE64_URL_SAFE_NO_PAD.encode(&plain),
            ] {
                for text in [
                    encoded.clone(),
                    format!("wamid.{encoded}!"),
                    format!("/v1/{encoded}"),
                ] {
                    let found = forms(&["+628000000042"]).find(&text);
                    assert!(found.iter().any(|found| found.id.is_none()), "{text}");
                }
            }
        }
        assert!(
            forms(&["Dewi", "A"])
                .find("appointment reminder Anniversary")
                .is_empty()
        );
    }

    #[test]
    fn leaves_what_stands_for_itself_to_its_exact_words() {
        let mut forms = Forms::default();
        forms.add_exactly("name-1", 0);
        assert_eq!(forms.find("name-1, name 1, Name-1, Xname-12").len(), 2);
    }
}
