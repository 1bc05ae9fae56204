//! Parses time zones: UTC, local, an offset, or a name in the IANA database.

use chatlog::Text;
use chatlog::finding::nearest;
use chatlog::view::Zone;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

/// Parses a time zone.
///
/// # Errors
/// A message with the nearest name, or with the forms that are accepted.
pub(crate) fn parse(word: &str) -> Result<Zone, String> {
    if word.eq_ignore_ascii_case("local") {
        let local = TimeZone::try_system().map_err(|error| error.to_string())?;
        return Ok(Zone::new(local));
    }
    if ["UTC", "Z"]
        .iter()
        .any(|utc| word.eq_ignore_ascii_case(utc))
    {
        return Ok(Zone::UTC);
    }
    if let Some(offset) = offset(word) {
        return Ok(Zone::new(TimeZone::fixed(offset)));
    }
    TimeZone::get(word)
        .map(Zone::new)
        .map_err(|_| unknown(word))
}

/// The names that [`parse`] accepts, for completion.
pub(crate) fn names() -> Vec<String> {
    let database = TimeZoneDatabase::bundled();
    let known = database.available().map(|name| name.as_str().to_owned());
    std::iter::once("local".to_owned()).chain(known).collect()
}

/// Parses an offset from UTC: `+07:00`, `+0700`, `+07` or `+7`, perhaps after `UTC`.
fn offset(word: &str) -> Option<Offset> {
    let start = word
        .get(..3)
        .filter(|start| start.eq_ignore_ascii_case("UTC"));
    let word = &word[start.map_or(0, str::len)..];
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let number = |digits: &str, most: i32| {
        let is_number = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
        let number = is_number.then(|| digits.parse::<i32>().ok())??;
        (number <= most).then_some(number)
    };
    // No place on Earth is further from UTC than 14 hours.
    let seconds = number(hours, 14)? * 3600 + number(minutes, 59)? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

/// The message for a word that is not a time zone.
fn unknown(word: &str) -> String {
    let names = names();
    let shown = Text::from(word);
    let shown = shown.shortened(64);
    match nearest(word, names.iter().map(String::as_str)) {
        Some(near) => format!("unknown time zone `{shown}`: did you mean `{near}`?"),
        None => format!(
            "unknown time zone `{shown}`: expected UTC, local, an offset such as +07:00 or a name such as Asia/Jakarta"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_offset(word: &str, seconds: i32) {
        assert_eq!(offset(word).map(Offset::seconds), Some(seconds), "{word}");
        assert!(parse(word).is_ok());
    }

    #[test]
    fn reads_offsets_as_people_write_them() {
        is_offset("+07:00", 7 * 3600);
        is_offset("-03:30", -(3 * 3600 + 30 * 60));
        is_offset("+0545", 5 * 3600 + 45 * 60);
        is_offset("+07", 7 * 3600);
        is_offset("-3", -3 * 3600);
        is_offset("UTC+7", 7 * 3600);
        is_offset("utc-09:30", -(9 * 3600 + 30 * 60));
        is_offset("+00:00", 0);
        is_offset("+14:00", 14 * 3600);
    }

    #[test]
    fn refuses_what_is_not_an_offset() {
        for word in [
            "", "+", "-", "UTC+", "+:00", "+7:0", "+07:", "+15", "+07:60", "+070", "+07000",
            "07:00", "+١٢", "+07:0０", "é", "日本", "++7", "+-7", "+7 ", "--utc",
        ] {
            assert_eq!(offset(word), None, "{word}");
            assert!(parse(word).is_err(), "{word}");
        }
    }

    #[test]
    fn suggests_the_zone_that_was_meant() {
        let error = parse("Asia/Jakrta").expect_err("it is misspelt");
        assert!(error.contains("did you mean `Asia/Jakarta`?"), "{error}");
        let error = parse("Middle-earth").expect_err("it is elsewhere");
        assert!(error.contains("an offset such as +07:00"), "{error}");
        for word in ["asia/jakarta", "UTC", "utc", "z", "local", "Etc/GMT-7"] {
            assert!(parse(word).is_ok(), "{word}");
        }
    }
}
