//! Telling deliveries from the other files that lie beside them in a folder.

use std::io;

use chatlog::capture::{self, Format, Limits, Record};

use super::framing::{Buffering, FramingError, Records};
use super::input::Source;

/// Says whether a file that may be anything holds a delivery: a request in some capture, or a
/// notification alone. What cannot start one is not read beyond its first bytes.
pub(crate) fn holds_delivery(
    source: &Source,
    format: Option<Format>,
    limits: Limits,
) -> io::Result<bool> {
    let reader = source.open()?.reader;
    let mut records = Records::new(reader, Buffering::Whole, limits.max_body);
    let is_sought = |record: Record<'_>| {
        let capture = capture::deliveries(&record, format, &limits);
        let mut deliveries = capture.deliveries.iter();
        deliveries.any(|it| it.format != Format::Body || capture::is_notification(&it.body))
    };
    let Some(start) = held(records.start())? else {
        return Ok(false);
    };
    if capture::sniff(start).is_some() {
        let whole = held(records.whole())?.flatten();
        return Ok(whole.is_some_and(|framed| is_sought(framed.record())));
    }
    if !may_start_objects(start) {
        return Ok(false);
    }
    loop {
        match held(records.next())? {
            Some(None) => return Ok(false),
            Some(Some(framed)) if is_sought(framed.record()) => return Ok(true),
            Some(Some(_)) | None => {}
        }
    }
}

/// What was read; none where it is too large to be a delivery.
fn held<T>(read: Result<T, FramingError>) -> io::Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(FramingError::TooLarge(_)) => Ok(None),
        Err(FramingError::Read(error)) => Err(error),
    }
}

/// Says whether these first bytes could be those of an object, or of an array of them.
fn may_start_objects(start: &[u8]) -> bool {
    let text = start.trim_ascii_start();
    let items = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    let members = items.unwrap_or(text).strip_prefix(b"{");
    let first = members.and_then(|members| members.trim_ascii_start().first());
    matches!(first, Some(b'"' | b'}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_at_what_may_be_json_objects_only() {
        for (start, want) in [
            ("{\"a\": 1}", true),
            (" [\n {\n \"a\"", true),
            ("{}", true),
            ("{{ template }}", false),
            ("[section]\na = 1", false),
            ("[2025-03-03 02:15:00] ready", false),
            ("# Title", false),
            ("\u{89}PNG", false),
            ("", false),
        ] {
            assert_eq!(may_start_objects(start.as_bytes()), want, "{start}");
        }
    }
}
