//! Where two bodies first differ, for the hints that say how they differ.
//!
//! Knowing that the signed body was printed compactly, the next question is where: which code wrote
//! that space, or that escape. The answer is a few characters of either body. Both are bodies that
//! the reader may see anyway; what a scheme signs around the body, such as a secret, is not here.

use crate::Text;
use crate::signature::Difference;

/// How many characters are quoted before the difference, and after it.
const MAX_CHARACTERS: usize = 24;
/// How many bytes these characters may take.
const MAX_BYTES: usize = 4 * MAX_CHARACTERS;

/// Finds the first difference between the received body and the signed one, which is in two parts;
/// `None` if they are equal.
pub(super) fn difference(received: &[u8], signed: [&[u8]; 2]) -> Option<Difference> {
    let [start, end] = signed;
    let differs = |(one, other): (&u8, &u8)| one != other;
    let both = || received.iter().zip(start.iter().chain(end));
    let length = start.len() + end.len();
    let offset = match both().position(differs) {
        Some(offset) => start_of_character(received, offset),
        None if received.len() == length => return None,
        None => received.len().min(length),
    };
    let mut rest = start.iter().chain(end).skip(offset);
    let signed_rest: Vec<u8> = rest.by_ref().copied().take(MAX_BYTES).collect();
    Some(Difference {
        offset,
        before: before(&received[..offset]),
        received: after(&received[offset..]),
        signed: after(&signed_rest),
    })
}

/// The start of the UTF-8 character that a byte is in, so that no letter is cut in two. The bytes
/// before a difference are the same in both bodies, and so is the start.
fn start_of_character(bytes: &[u8], offset: usize) -> usize {
    let is_start = |at: &usize| bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
    (offset.saturating_sub(3)..=offset)
        .rev()
        .find(is_start)
        .unwrap_or(offset)
}

/// The last characters of some bytes, with an ellipsis if there are more.
fn before(bytes: &[u8]) -> Text<'static> {
    let text = spelled(&bytes[bytes.len().saturating_sub(MAX_BYTES)..]);
    let count = text.chars().count();
    let is_cut = bytes.len() > MAX_BYTES || count > MAX_CHARACTERS;
    let kept = text.chars().skip(count.saturating_sub(MAX_CHARACTERS));
    Text::from(
        is_cut
            .then_some('…')
            .into_iter()
            .chain(kept)
            .collect::<String>(),
    )
}

/// The first characters of some bytes, with an ellipsis if there are more.
fn after(bytes: &[u8]) -> Text<'static> {
    let text = spelled(&bytes[..bytes.len().min(MAX_BYTES)]);
    let mut characters = text.chars();
    let kept: String = characters.by_ref().take(MAX_CHARACTERS).collect();
    let is_cut = characters.next().is_some();
    Text::from(if is_cut { kept + "…" } else { kept })
}

/// Bytes as text; those that are not UTF-8 as `\xff`.
fn spelled(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text += chunk.valid();
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_found(received: &str, signed: [&str; 2], want: Option<(usize, [&str; 3])>) {
        let found = difference(received.as_bytes(), signed.map(str::as_bytes));
        let found = found.as_ref().map(|found| {
            let texts = [&found.before, &found.received, &found.signed];
            (found.offset, texts.map(Text::as_str))
        });
        assert_eq!(found, want, "{received} {signed:?}");
    }

    #[test]
    fn is_where_the_first_character_differs() {
        is_found("ab", ["a", "b"], None);
        is_found("abc", ["ab", "\n"], Some((2, ["ab", "c", "\n"])));
        is_found("ab\n", ["ab", ""], Some((2, ["ab", "\n", ""])));
        is_found("ab", ["ab", "\r\n"], Some((2, ["ab", "", "\r\n"])));
        // The two letters share their first byte.
        is_found("né", ["nè", ""], Some((1, ["n", "é", "è"])));
    }

    #[test]
    fn quotes_a_few_whole_characters_of_either_side() {
        let same = "é".repeat(100);
        let (one, other) = (format!("{same}1{same}"), format!("{same}2"));
        let few = "é".repeat(MAX_CHARACTERS);
        let (before, received) = (format!("…{few}"), format!("1{}…", &few[2..]));
        is_found(&one, [&other, ""], Some((200, [&before, &received, "2"])));
    }

    #[test]
    fn bytes_that_are_no_text_are_spelled() {
        let found = difference(b"\x1f\x8b\xff", [b"{}", b""]).expect("they differ");
        assert_eq!(found.received.as_str(), "\u{1f}\\x8b\\xff");
    }
}
