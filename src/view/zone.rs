//! Times as people read them, in a time zone and with their offset from UTC.
//!
//! The offset is always shown: `06:41` without it means nothing to a reader in another country,
//! and a screenshot outlives its author's settings.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// The time zone that times are shown in.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// A zone of the time zone database, or a fixed offset.
    pub fn new(zone: TimeZone) -> Self {
        Self(zone)
    }

    /// The zone itself.
    pub fn time_zone(&self) -> &TimeZone {
        &self.0
    }

    /// The instant at which clocks in the zone show this date and time.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        self.0.to_timestamp(local).ok()
    }

    /// The name, such as `Asia/Jakarta`, `UTC` or `UTC+07:00`.
    pub(super) fn name(&self) -> String {
        match (self.0.iana_name(), self.0.to_fixed_offset()) {
            (Some(name), _) => name.to_owned(),
            (None, Ok(_)) => self.offset(Timestamp::UNIX_EPOCH),
            (None, Err(_)) => "local time".to_owned(),
        }
    }

    /// The time of day, such as `06:41:09`.
    pub(super) fn clock(&self, instant: Timestamp) -> String {
        instant
            .to_zoned(self.0.clone())
            .strftime("%H:%M:%S")
            .to_string()
    }

    /// The hour and minute, such as `06:41`.
    pub(super) fn minute(&self, instant: Timestamp) -> String {
        instant
            .to_zoned(self.0.clone())
            .strftime("%H:%M")
            .to_string()
    }

    /// The date, such as `2025-04-15`.
    pub(super) fn date(&self, instant: Timestamp) -> String {
        instant
            .to_zoned(self.0.clone())
            .strftime("%Y-%m-%d")
            .to_string()
    }

    /// The date with the day of the week, such as `Tue 2025-04-15`.
    pub(super) fn weekday_and_date(&self, instant: Timestamp) -> String {
        instant
            .to_zoned(self.0.clone())
            .strftime("%a %Y-%m-%d")
            .to_string()
    }

    /// The heading of a day, such as `Tue 2025-04-15, UTC+07:00`.
    pub(super) fn day(&self, instant: Timestamp) -> String {
        format!(
            "{}, {}",
            self.weekday_and_date(instant),
            self.offset(instant)
        )
    }

    /// The offset, such as `UTC` or `UTC+07:00`.
    pub(super) fn offset(&self, instant: Timestamp) -> String {
        let offset = self.0.to_offset(instant);
        if offset == Offset::UTC {
            return "UTC".to_owned();
        }
        format!("UTC{}", instant.to_zoned(self.0.clone()).strftime("%:z"))
    }

    /// The date and time, such as `2025-04-15 06:41:09 UTC`.
    pub(super) fn date_and_clock(&self, instant: Timestamp) -> String {
        format!(
            "{} {} {}",
            self.date(instant),
            self.clock(instant),
            self.offset(instant)
        )
    }

    /// The time in RFC 3339 format, for programs: such as `2025-04-15T13:41:09+07:00`.
    pub(super) fn rfc3339(&self, instant: Timestamp) -> String {
        let offset = self.0.to_offset(instant);
        if offset == Offset::UTC {
            instant.to_string()
        } else {
            instant.display_with_offset(offset).to_string()
        }
    }
}
