//! Reads the time at which a request was received, in the formats that captures use.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

use super::json::Value;
use super::request::Request;

impl<'a> Request<'a> {
    /// Reads the time in `value`, the member `name` of a capture. A time that cannot be read does
    /// not fail the request: it is only noted.
    pub(super) fn received(&mut self, name: &str, value: Option<Value<'a>>) {
        let Some(value) = value else { return };
        self.received_at = match value.string() {
            Some(text) => instant(&text).or_else(|| {
                let assumed = zoneless(&text)?;
                self.notes
                    .push(format!("`{name}` has no time zone: assumed UTC"));
                Some(assumed)
            }),
            None => value.number().and_then(since_epoch),
        };
        if self.received_at.is_none() {
            self.notes
                .push(format!("`{name}` is not in a known time format"));
        }
    }
}

/// The time in an RFC 3339 string, or in a string that holds a number.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| since_epoch(text.parse().ok()?))
}

/// The time in a string without a zone, taken as UTC.
fn zoneless(text: &str) -> Option<Timestamp> {
    let time: civil::DateTime = text.trim().parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A time since 1970 in seconds, milliseconds or microseconds. The number's size determines the
/// unit: seconds reach 1e11 in the year 5138.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates"
)]
fn since_epoch(number: f64) -> Option<Timestamp> {
    let micros = match number.abs() {
        n if n < 1e11 => number * 1e6,
        n if n < 1e14 => number * 1e3,
        n if n.is_finite() => number,
        _ => return None,
    };
    Timestamp::from_duration(SignedDuration::from_micros(micros.round() as i64)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_numbers_by_their_size() {
        let want: Timestamp = "2025-04-15T06:41:09.5Z".parse().expect("a time");
        for number in [
            1_744_699_269.5,
            1_744_699_269_500.0,
            1_744_699_269_500_000.0,
        ] {
            assert_eq!(since_epoch(number), Some(want), "{number}");
        }
        assert_eq!(since_epoch(f64::INFINITY), None);
    }
}
