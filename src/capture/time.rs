//! When a request was received, in the ways captures write it.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

use super::json::Value;
use super::request::Request;

impl<'a> Request<'a> {
    /// Takes the time in `value`, which is the member `name` of the capture; a time that cannot be
    /// read is noted.
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

/// An RFC 3339 time, or a number in a string.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| since_epoch(text.parse().ok()?))
}

fn zoneless(text: &str) -> Option<Timestamp> {
    let time: civil::DateTime = text.trim().parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Seconds since 1970, or thousandths or millionths of them, which their size tells apart: the
/// year 5138 is the first that is taken for milliseconds.
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
