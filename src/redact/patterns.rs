//! What identifies somebody by its look alone, wherever it is written: e-mail addresses, links, and
//! groups of seven or more digits, such as the numbers of phones, cards and accounts.

use std::ops::Range;

use super::fold::{Class, Unit, fold};
use super::words;

/// The fewest digits of a number that may be somebody's.
const MIN_DIGITS: usize = 7;
/// The digits after which a number goes no further than to its next gap.
const MAX_DIGITS: usize = 40;
/// The most digits of a phone number, with some to spare for codes before and after it.
const MAX_PHONE: usize = 20;

/// Something found by its look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) bytes: Range<usize>,
    pub(super) kind: PatternKind,
    /// How it is written in folded text: an e-mail address, or the digits of a number.
    pub(super) folded: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatternKind {
    Email,
    Url,
    Number,
}

/// Finds the links and e-mail addresses in a text, from left to right.
pub(super) fn addresses(text: &str) -> Vec<Pattern> {
    let mut found = urls(text);
    found.extend(bare_links(text));
    if text.contains(['@', '%', '&', '\\', '＠']) {
        found.extend(emails(&fold(text)));
    }
    found.sort_by_key(|pattern| (pattern.bytes.start, usize::MAX - pattern.bytes.end));
    // What overlaps is taken together, so that no part of it is left.
    found.dedup_by(|next, first| {
        let overlaps = next.bytes.start < first.bytes.end;
        if overlaps {
            first.bytes.end = first.bytes.end.max(next.bytes.end);
        }
        overlaps
    });
    found
}

/// Finds the numbers in a text, from left to right.
pub(super) fn numbers(text: &str) -> Vec<Pattern> {
    numbers_in(&fold(text))
}

/// The digits of a value that is a phone number and nothing else.
pub(super) fn phone(value: &str) -> Option<String> {
    let units = fold(value.trim());
    let digits: String = digits_of(&units);
    let is_written_so = |unit: &Unit| unit.class == Class::Digit || unit.c == '+' || joins(unit.c);
    let is_phone = (MIN_DIGITS..=MAX_PHONE).contains(&digits.len())
        && units.iter().all(is_written_so)
        && !is_date(&units)
        && !is_decimal(value.trim());
    is_phone.then_some(digits)
}

/// A value that is an e-mail address and nothing else, folded.
pub(super) fn email(value: &str) -> Option<String> {
    let value = value.trim();
    let found = emails(&fold(value)).into_iter().next()?;
    (found.bytes == (0..value.len())).then_some(found.folded)
}

/// Whether a value is a link and nothing else.
pub(super) fn is_url(value: &str) -> bool {
    urls(value)
        .first()
        .is_some_and(|url| url.bytes == (0..value.len()))
}

fn digits_of(units: &[Unit]) -> String {
    let digits = units.iter().filter(|unit| unit.class == Class::Digit);
    digits.map(|unit| unit.c).collect()
}

/// Whether a character may stand between the digits of one number.
fn joins(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '-' | '.' | '(' | ')' | '/' | '_'
    ) || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '·' | '•')
}

/// Groups of digits that are not dates.
fn numbers_in(units: &[Unit]) -> Vec<Pattern> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < units.len() {
        if units[at].class != Class::Digit {
            at += 1;
            continue;
        }
        if let Some(end) = date_at(units, at) {
            at = end;
            continue;
        }
        let end = number_end(units, at);
        let digits = digits_of(&units[at..end]);
        if digits.len() >= MIN_DIGITS {
            let has_plus = at > 0 && units[at - 1].c == '+';
            let first = if has_plus { at - 1 } else { at };
            found.push(Pattern {
                bytes: units[first].bytes.start..units[end - 1].bytes.end,
                kind: PatternKind::Number,
                folded: digits,
            });
        }
        at = end;
    }
    found
}

/// The end of the group of digits that starts at `start`.
fn number_end(units: &[Unit], start: usize) -> usize {
    let mut end = start;
    let mut digits = 0;
    for (at, unit) in units.iter().enumerate().skip(start) {
        if unit.class == Class::Digit {
            let is_next = || digits >= MIN_DIGITS && units[end].c == ' ' && is_long(&units[at..]);
            if at > end && (digits >= MAX_DIGITS || date_at(units, at).is_some() || is_next()) {
                break;
            }
            end = at + 1;
            digits += 1;
        } else if !joins(unit.c) || at >= end + 3 {
            break;
        }
    }
    end
}

/// Whether there are many digits without a gap.
fn is_long(units: &[Unit]) -> bool {
    let mut first = units.iter().take(MIN_DIGITS);
    units.len() >= MIN_DIGITS && first.all(|unit| unit.class == Class::Digit)
}

/// The end of a date such as `2025-10-22` or `22.10.2025` at `start`.
fn date_at(units: &[Unit], start: usize) -> Option<usize> {
    let is_digit = |at: usize| units.get(at).is_some_and(|unit| unit.class == Class::Digit);
    if start > 0 && is_digit(start - 1) {
        return None;
    }
    let (first, first_end) = number_at(units, start)?;
    let mark = units.get(first_end)?.c;
    let (second, second_end) = number_at(units, first_end + 1)?;
    if !matches!(mark, '-' | '.' | '/') || units.get(second_end)?.c != mark {
        return None;
    }
    let (third, end) = number_at(units, second_end + 1)?;
    let is_year = |(digits, year): (usize, u32)| digits == 4 && (1900..2100).contains(&year);
    let is_part = |(digits, part): (usize, u32)| digits <= 2 && (1..=31).contains(&part);
    let is_date = is_year(first) && is_part(third) || is_part(first) && is_year(third);
    let next = units.get(end).map(|unit| unit.c);
    let goes_on = is_digit(end) || matches!(next, Some('-' | '/')) && is_digit(end + 1);
    (is_part(second) && is_date && !goes_on).then_some(end)
}

/// A number of at most four digits: how many there are, its value, and its end.
fn number_at(units: &[Unit], start: usize) -> Option<((usize, u32), usize)> {
    let digits = units.get(start..)?.iter().take(4);
    let digits = digits.take_while(|unit| unit.class == Class::Digit);
    let digits: String = digits.map(|unit| unit.c).collect();
    Some(((digits.len(), digits.parse().ok()?), start + digits.len()))
}

/// Whether a value is a number with a fraction, such as a coordinate.
fn is_decimal(value: &str) -> bool {
    value.contains('.') && value.parse::<f64>().is_ok()
}

fn is_date(units: &[Unit]) -> bool {
    date_at(units, 0) == Some(units.len())
}

fn emails(units: &[Unit]) -> Vec<Pattern> {
    let is_local =
        |unit: &Unit| unit.class != Class::Separator || "._%+-'=/!#$&*^~{}|?".contains(unit.c);
    let is_domain = |unit: &Unit| unit.class != Class::Separator || matches!(unit.c, '.' | '-');
    let mut found: Vec<Pattern> = Vec::new();
    let mut from = 0;
    for at in (0..units.len()).filter(|at| units[*at].c == '@') {
        let before = units[from.min(at)..at].iter().rev();
        let start = at - before.take_while(|unit| is_local(unit)).count();
        let domain = units[at + 1..].iter().take_while(|unit| is_domain(unit));
        let domain: String = domain.map(|unit| unit.c).collect();
        let domain = domain.trim_end_matches(['.', '-']);
        if start < at && domain.trim_start_matches('.').contains('.') {
            from = at + 1 + domain.chars().count();
            found.push(Pattern {
                bytes: units[start].bytes.start..units[from - 1].bytes.end,
                kind: PatternKind::Email,
                folded: units[start..from].iter().map(|unit| unit.c).collect(),
            });
        }
    }
    found
}

/// Links, with the scheme.
fn urls(text: &str) -> Vec<Pattern> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(mark) = text[from..].find("://") {
        let mark = from + mark;
        let is_scheme = |c: char| c.is_ascii_alphanumeric();
        let before = text[from..mark].trim_end_matches(is_scheme).len();
        let scheme =
            text[from + before..mark].trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        let start = mark - scheme.len();
        let rest = &text[mark + 3..];
        let rest = &rest[..rest.find(ends_link).unwrap_or(rest.len())];
        let rest = without_end_of_sentence(rest);
        let end = mark + 3 + rest.len();
        if !scheme.is_empty() && !rest.is_empty() {
            found.push(Pattern {
                bytes: start..end,
                kind: PatternKind::Url,
                folded: String::new(),
            });
        }
        from = end.max(mark + 3);
    }
    found
}

/// Links without a scheme that go on after the host: `wa.me/1`.
fn bare_links(text: &str) -> Vec<Pattern> {
    let mut found: Vec<Pattern> = Vec::new();
    for (mark, _) in text.match_indices('/') {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let from = found.last().map_or(0, |last| last.bytes.end);
        let Some(before) = text.get(from..mark) else {
            continue;
        };
        let host = &before[before.trim_end_matches(is_part).len()..];
        let host = host.trim_start_matches(['.', '-']);
        let start = mark - host.len();
        // What follows an e-mail address belongs to no host.
        let is_address = text[..start].ends_with('@');
        if is_address || !is_bare_host(host) {
            continue;
        }
        let rest = &text[mark..];
        let rest = &rest[..rest.find(ends_link).unwrap_or(rest.len())];
        let end = mark + without_end_of_sentence(rest).len();
        if end > mark + 1 {
            found.push(Pattern {
                bytes: start..end,
                kind: PatternKind::Url,
                folded: String::new(),
            });
        }
    }
    found
}

/// Whether a host needs no scheme to be taken for one: it ends with a domain, and not as files do.
fn is_bare_host(host: &str) -> bool {
    let domain = host.rsplit_once('.');
    domain.is_some_and(|(name, domain)| {
        !name.is_empty()
            && domain.len() >= 2
            && domain.bytes().all(|byte| byte.is_ascii_lowercase())
            && words::ending(host).is_empty()
    })
}

/// Whether a character ends a link.
fn ends_link(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '<' | '>' | '`' | '|')
}

/// A link without the punctuation of the sentence that it ends.
fn without_end_of_sentence(link: &str) -> &str {
    link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(text: &str, want: &[&str]) {
        let mut found = addresses(text);
        found.extend(numbers(text));
        let found: Vec<&str> = found.into_iter().map(|found| &text[found.bytes]).collect();
        assert_eq!(found, want, "{text}");
    }

    #[test]
    fn finds_numbers_that_may_be_somebodys() {
        finds(
            "call +62 800-0000-0042, or 0800 1234567",
            &["+62 800-0000-0042", "0800 1234567"],
        );
        finds("4111 1111 1111 1111 exp 12/27", &["4111 1111 1111 1111"]);
        finds(
            "٦٢٨٠٠٠٠٠٠٠٤٢ 1\u{200b}2\u{200b}34567",
            &["٦٢٨٠٠٠٠٠٠٠٤٢", "1\u{200b}2\u{200b}34567"],
        );
        finds("2025-10-22 13:00-17:00, 22.10.2025, KH-20418, 100.000", &[]);
        finds("1234567\n7654321", &["1234567", "7654321"]);
    }

    #[test]
    fn finds_addresses_and_links() {
        finds(
            "Mail dewi.l+x@example.co.id, or a%40b.de.",
            &["dewi.l+x@example.co.id", "a%40b.de"],
        );
        finds("me@home @all a@b", &[]);
        finds(
            "See (https://h.example/a?b=c@d.ef#x).",
            &["https://h.example/a?b=c@d.ef#x"],
        );
        finds(
            "see bit.ly/3xYz, www.b.de/r?t=1.",
            &["bit.ly/3xYz", "www.b.de/r?t=1"],
        );
        finds("and/or, e.g./i.e., a.pdf/b.pdf, 1.500/kg, bit.ly/ x", &[]);
        assert!(is_url("https://h/a") && !is_url("see https://h/a") && !is_url("https://"));
        assert_eq!(phone(" +62 (800) 0 ").as_deref(), None);
        assert_eq!(phone("+62 (800) 0000").as_deref(), Some("628000000"));
        assert_eq!(phone("2025-10-22"), None);
        assert_eq!(phone("-106.8456115"), None);
    }
}
