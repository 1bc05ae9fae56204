//! Single values: strings, enums, numbers and times.
//!
//! Each is read as the text that it covers, so that a number keeps every digit, an unpaired surrogate
//! spoils one string and not the document, and a message can quote what was found.

use std::borrow::Cow;
use std::fmt::Debug;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::check::wrong_token;
use super::lexer::{unescape, unescape_strictly};
use super::token::{
    MAX_SAFE_INTEGER, is_number, note_lone_surrogate, note_precision, significant_digits,
};
use super::{Decoder, Read, SyntaxError};
use crate::Text;
use crate::finding::{
    BadTime, Detail, Expected, Finding, Findings, Place, Rule, UnknownValue, nearest, quoted_word,
};

/// The content of a string token. Notes an unpaired surrogate in it.
pub(crate) fn string<'de>(
    token: &'de str,
    at: &Place<'_>,
    findings: &mut Findings,
) -> Cow<'de, str> {
    unescape_strictly(token).unwrap_or_else(|| {
        note_lone_surrogate(token, findings, || at.pointer());
        unescape(token)
    })
}

impl<'de> Read<'de> for Text<'de> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        if let Some(plain) = json.plain_string() {
            *self = Text::from(plain);
            return Ok(true);
        }
        let token = json.value()?;
        if !token.starts_with('"') {
            return Ok(wrong_token(Expected::String, token, at, findings));
        }
        *self = Text::from(string(token, at, findings));
        Ok(true)
    }
}

/// A closed set of strings that the vendor documents.
pub trait Enumeration: Copy + Debug + 'static {
    /// The name of the set in messages, with its article.
    const NAME: &'static str;
    /// Every value with its word in JSON.
    const WORDS: &'static [(&'static str, Self)];
}

/// A string that should be one of a documented set. It is kept even if it is not.
#[derive(Debug, Clone)]
pub struct OneOf<'de, E> {
    /// The string.
    pub text: Text<'de>,
    /// Its value, if it is in the set.
    pub known: Option<E>,
}

impl<E> Default for OneOf<'_, E> {
    fn default() -> Self {
        Self {
            text: Text::default(),
            known: None,
        }
    }
}

impl<'de, E: Enumeration> Read<'de> for OneOf<'de, E> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        if !self.text.read(json, at, findings)? {
            return Ok(false);
        }
        let word = self.text.as_str();
        self.known = E::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, value)| *value);
        if self.known.is_none() {
            findings.note(Rule::UnknownValue, |rule| {
                Finding::new(rule, at, unknown_value::<E>(word))
            });
        }
        Ok(true)
    }
}

fn unknown_value<E: Enumeration>(word: &str) -> Detail {
    let known: Vec<_> = E::WORDS.iter().map(|(known, _)| *known).collect();
    Detail::UnknownValue(Box::new(UnknownValue {
        value: quoted_word(word),
        set: E::NAME,
        nearest: nearest(word, known.iter().copied()),
        known,
    }))
}

/// A number as written, with every digit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Number<'de>(&'de str);

impl<'de> Number<'de> {
    /// The number as written.
    pub fn as_str(&self) -> &'de str {
        self.0
    }

    /// The nearest 64-bit float.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }

    /// The 64-bit integer that it stands for, if there is one. `1.0` stands for 1.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok().or_else(|| {
            let float = self.as_f64()?;
            // Up to this limit every integer has its own float, so the conversion is exact.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is whole and far from the limits"
            )]
            (float.fract() == 0.0 && float.abs() <= MAX_SAFE_INTEGER).then_some(float as i64)
        })
    }
}

impl<'de> Read<'de> for Number<'de> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        let token = json.value()?;
        if !is_number(token) {
            return Ok(wrong_token(Expected::Number, token, at, findings));
        }
        *self = Self(token);
        note_precision(token, findings, || at.pointer());
        Ok(true)
    }
}

/// A whole number as written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Integer<'de>(pub Number<'de>);

impl<'de> Read<'de> for Integer<'de> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        let token = json.value()?;
        if !is_whole(token) {
            return Ok(wrong_token(Expected::Integer, token, at, findings));
        }
        *self = Self(Number(token));
        note_precision(token, findings, || at.pointer());
        Ok(true)
    }
}

/// Whether a token is a number without a fraction. It may be written as `1.0` or `1e3`, and be of any
/// size.
fn is_whole(token: &str) -> bool {
    let is_plain = || token.bytes().all(|byte| byte.is_ascii_digit());
    is_number(token) && (is_plain() || significant_digits(token) == 0 || last_place(token) >= 0)
}

/// The power of ten of the last digit of a number that is not zero: 1 for `120`, -2 for `3.050`, 398
/// for `1.25e400`.
fn last_place(token: &str) -> i64 {
    let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let count = |digits: usize| i64::try_from(digits).unwrap_or(i64::MAX);
    let place = match fraction.trim_end_matches('0').len() {
        0 => count(integer.len() - integer.trim_end_matches('0').len()),
        digits => -count(digits),
    };
    let limit = if exponent.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    place.saturating_add(exponent.parse().unwrap_or(limit))
}

/// A time in seconds since 1970-01-01T00:00:00Z, from 0 to [`UnixTime::MAX`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// The last second of the year 9999 that every time zone can show.
    pub const MAX: i64 = 253_402_207_200;

    /// The time as an instant.
    pub fn instant(self) -> Timestamp {
        Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl<'de> Read<'de> for UnixTime {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        let token = json.value()?;
        if let Ok(seconds @ 0..=Self::MAX) = token.parse() {
            *self = Self(seconds);
            return Ok(true);
        }
        let time = unusual_unix_time(token, at, findings);
        *self = time.unwrap_or_default();
        Ok(time.is_some())
    }
}

/// Reads a time that is written in an unusual way, such as `1.7e9`, or is invalid.
#[cold]
fn unusual_unix_time(token: &str, at: &Place<'_>, findings: &mut Findings) -> Option<UnixTime> {
    if !is_whole(token) {
        wrong_token(Expected::UnixSeconds, token, at, findings);
        return None;
    }
    match Number(token).as_i64() {
        Some(seconds @ 0..=UnixTime::MAX) => Some(UnixTime(seconds)),
        seconds => {
            findings.note(Rule::BadTime, |_| out_of_range(token, seconds, at));
            None
        }
    }
}

fn out_of_range(token: &str, seconds: Option<i64>, at: &Place<'_>) -> Finding {
    let fault = BadTime::OutOfRange {
        number: quoted_word(token),
        is_like_milliseconds: seconds
            .is_some_and(|value| value > 0 && value / 1000 <= UnixTime::MAX),
    };
    Finding::new(Rule::BadTime, at, Detail::BadTime(fault))
}

/// A time in RFC 3339 form. It is kept as written, even if it is invalid.
#[derive(Debug, Clone, Default)]
pub struct SessionTime<'de> {
    /// The time as written.
    pub text: Text<'de>,
    /// The instant, if it is an RFC 3339 time and no later than [`UnixTime::MAX`].
    pub instant: Option<Timestamp>,
}

impl<'de> Read<'de> for SessionTime<'de> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        if !self.text.read(json, at, findings)? {
            return Ok(false);
        }
        let text = self.text.as_str();
        self.instant = instant(text);
        // A time without an instant may still be valid: see `instant`.
        if self.instant.is_none() && !is_rfc3339(text) {
            findings.note(Rule::BadTime, |rule| {
                let found = quoted_word(text);
                Finding::new(rule, at, Detail::BadTime(BadTime::NotRfc3339 { found }))
            });
        }
        Ok(true)
    }
}

/// Whether a text is an RFC 3339 time.
pub(crate) fn is_rfc3339(text: &str) -> bool {
    let date_and_time = text.get(..DATE_AND_TIME.len());
    has_rfc3339_form(text) && date_and_time.is_some_and(|text| text.parse::<DateTime>().is_ok())
}

/// Whether a text has the form of an RFC 3339 time, even if there is no such day. This is stricter than
/// jiff, which accepts more of ISO 8601.
fn has_rfc3339_form(text: &str) -> bool {
    let Some((date_and_time, rest)) = text.split_at_checked(DATE_AND_TIME.len()) else {
        return false;
    };
    let is_shaped = date_and_time
        .bytes()
        .zip(DATE_AND_TIME)
        .all(|(byte, want)| match want {
            b'd' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b't'),
            _ => byte == *want,
        });
    let fraction = fraction_length(rest);
    is_shaped && fraction != 1 && is_offset(&rest.as_bytes()[fraction..])
}

/// Whether a text is the offset of a time zone, as in RFC 3339.
fn is_offset(text: &[u8]) -> bool {
    match text {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h, i, b':', m, n] => {
            [h, i, m, n].iter().all(|byte| byte.is_ascii_digit())
                && (*h, *i) <= (b'2', b'3')
                && *m <= b'5'
        }
        _ => false,
    }
}

/// The form of a date and time, with `d` for any digit.
const DATE_AND_TIME: &[u8] = b"dddd-dd-ddTdd:dd:dd";

/// The length of the fraction of a second that a text starts with, including the point.
fn fraction_length(text: &str) -> usize {
    let digits = text.strip_prefix('.').map(|digits| {
        let digits = digits.bytes().take_while(u8::is_ascii_digit);
        1 + digits.count()
    });
    digits.unwrap_or(0)
}

/// The instant of an RFC 3339 time. `None` for the last hours of the year 9999, which jiff cannot
/// represent in every time zone.
fn instant(text: &str) -> Option<Timestamp> {
    const NANOSECONDS: usize = ".123456789".len();
    if !has_rfc3339_form(text) {
        return None;
    }
    let (date_and_time, rest) = text.split_at(DATE_AND_TIME.len());
    let fraction = fraction_length(rest);
    if fraction <= NANOSECONDS {
        return text.parse().ok();
    }
    // RFC 3339 does not limit the digits of a second. An instant holds nine.
    let [fraction, offset] = [&rest[..NANOSECONDS], &rest[fraction..]];
    [date_and_time, fraction, offset].concat().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_rfc_3339_and_nothing_else() {
        for good in [
            "2025-04-15T06:41:00Z",
            "2025-04-15t06:41:00.25z",
            "2025-04-15T06:41:00+05:30",
            "2025-04-15T06:41:00.1234567890123+23:59",
        ] {
            assert!(is_rfc3339(good) && instant(good).is_some(), "{good}");
        }
        let bad = [
            "",
            "2025-04-15",
            "2025-04-15T06:41Z",
            "2025-04-15 06:41:00Z",
            "2025-04-15T06:41:00",
            "20250415T064100Z",
            "2025-13-15T06:41:00Z",
            "2025-04-15T06:41:00.Z",
            "2025-04-15T06:41:00+0530",
            "2025-04-15T06:41:00+24:00",
            "2025-04-15T06:41:00Z[UTC]",
        ];
        for bad in bad {
            assert!(!is_rfc3339(bad), "{bad}");
        }
    }

    #[test]
    fn a_time_beyond_the_clock_is_a_time_without_an_instant() {
        let is_told = |time: &str| {
            assert!(is_rfc3339(time), "{time}");
            instant(time).is_some()
        };
        assert!(is_told("0000-01-01T00:00:00+23:59"));
        assert!(is_told("9999-12-30T22:00:00.9999999999Z"));
        assert!(is_told("9999-12-31T21:59:00.5+23:59"));
        assert!(!is_told("9999-12-30T22:00:01Z"));
        assert!(!is_told("9999-12-31T23:59:60-23:59"));
    }

    #[test]
    fn tells_whole_numbers_by_their_digits() {
        let large = format!("1{}", "0".repeat(400));
        let whole = [
            "0", "-0.0", "0e-999", "1.0", "15e1", "1.50e1", "150e-1", "1e400", &large,
        ];
        for whole in whole
            .into_iter()
            .chain(["1e99999999999999999999", "0e-99999999999999999999"])
        {
            assert!(is_whole(whole), "{whole}");
        }
        let close = format!("{large}.{}1", "0".repeat(400));
        for fraction in [
            "0.5",
            "15e-1",
            "1.05e1",
            "1e-400",
            "1e-99999999999999999999",
            &close,
        ] {
            assert!(!is_whole(fraction), "{fraction}");
        }
        assert!(!is_whole("\"1\"") && !is_whole("true"));
    }

    #[test]
    fn suspects_milliseconds_where_they_can_be() {
        let suspects = |token: &str| {
            let seconds = Number(token).as_i64();
            let finding = out_of_range(token, seconds, &Place::Root);
            matches!(
                finding.detail,
                Detail::BadTime(BadTime::OutOfRange {
                    is_like_milliseconds: true,
                    ..
                })
            )
        };
        assert!(suspects("1744699269000"));
        for other in [
            "-1",
            "-999",
            "-1744699269000",
            "9223372036854775807",
            "18446744073709551616",
        ] {
            assert!(!suspects(other), "{other}");
        }
    }
}
