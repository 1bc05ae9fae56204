//! The bounds of a span of time, as people write them: a time, a date, or how long ago.

use chatlog::view::Zone;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A bound of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeBound {
    /// An instant.
    Instant(Timestamp),
    /// A date and time of day in the time zone of the run.
    Local(DateTime),
    /// A day in the time zone of the run.
    Day(Date),
    /// So long before now.
    Ago(SignedDuration),
}

/// The units of a duration, with their seconds.
const UNITS: [(char, i64); 5] = [
    ('s', 1),
    ('m', 60),
    ('h', 60 * 60),
    ('d', 24 * 60 * 60),
    ('w', 7 * 24 * 60 * 60),
];

/// Parses a bound.
///
/// # Errors
/// A message with the forms that are accepted.
pub(crate) fn parse(text: &str) -> Result<TimeBound, String> {
    let bound = text.parse().map(TimeBound::Instant).ok();
    let is_day = text.len() == "2025-10-20".len();
    bound
        .or_else(|| is_day.then(|| text.parse().ok()).flatten().map(TimeBound::Day))
        .or_else(|| text.parse().map(TimeBound::Local).ok())
        .or_else(|| duration(text).map(TimeBound::Ago))
        .ok_or_else(|| {
            "expected a date such as 2025-10-20, a time such as 2025-10-20T08:00:00Z, or how long ago, \
             such as 2h or 7d"
                .to_owned()
        })
}

/// Parses a number with a unit, such as `90m`.
fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.strip_suffix(" ago").unwrap_or(text);
    let (_, seconds) = UNITS.iter().find(|(unit, _)| text.ends_with(*unit))?;
    let number = &text[..text.len() - 1];
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    let count = is_number.then(|| number.parse::<i64>().ok())??;
    Some(SignedDuration::from_secs(count.checked_mul(*seconds)?))
}

impl TimeBound {
    /// The first instant of it, which for a day is its start.
    pub(crate) fn start(self, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Instant(instant) => Some(instant),
            Self::Local(local) => zone.instant(local),
            Self::Day(day) => zone.instant(day.to_datetime(jiff::civil::Time::midnight())),
            Self::Ago(duration) => now.checked_sub(duration).ok(),
        }
    }

    /// The last instant of it, which for a day is its end.
    pub(crate) fn end(self, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        let Self::Day(day) = self else {
            return self.start(zone, now);
        };
        let next = Self::Day(day.tomorrow().ok()?).start(zone, now)?;
        next.checked_sub(1.nanosecond()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_the_time_zone_and_whole() {
        let zone = crate::cli::time_zone::parse("+07:00").expect("it is an offset");
        let day = parse("2025-10-20").expect("it is a day");
        let bounds = [
            day.start(&zone, Timestamp::UNIX_EPOCH),
            day.end(&zone, Timestamp::UNIX_EPOCH),
        ];
        let bounds = bounds.map(|bound| bound.expect("it is in range").to_string());
        assert_eq!(
            bounds,
            ["2025-10-19T17:00:00Z", "2025-10-20T16:59:59.999999999Z"]
        );
    }

    #[test]
    fn reads_bounds_as_people_write_them() {
        let now: Timestamp = "2025-10-20T12:00:00Z".parse().expect("it is a time");
        let start = |text: &str| {
            let bound = parse(text).ok()?.start(&Zone::UTC, now);
            bound.map(|bound| bound.to_string())
        };
        assert_eq!(start("2h").as_deref(), Some("2025-10-20T10:00:00Z"));
        assert_eq!(start("7d ago").as_deref(), Some("2025-10-13T12:00:00Z"));
        assert_eq!(
            start("2025-10-20T08:00+07:00").as_deref(),
            Some("2025-10-20T01:00:00Z")
        );
        assert_eq!(
            start("2025-10-20 08:00").as_deref(),
            Some("2025-10-20T08:00:00Z")
        );
        for text in [
            "",
            "2",
            "h",
            "-2h",
            "1y",
            "20/10/2025",
            "2025-13-01",
            "99999999999999999999d",
            "é",
        ] {
            assert_eq!(start(text), None, "{text}");
        }
    }
}
