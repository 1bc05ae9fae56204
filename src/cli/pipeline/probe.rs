//! Decides whether a file found in a folder holds a delivery.
//!
//! A folder may contain anything, and every file in it is looked at. So the decision must be cheap
//! for files that are something else: a file whose first bytes can start neither a capture nor a
//! JSON object is not read any further. Otherwise it is read up to its first delivery.

use std::io::{self, Read};

use chatlog::capture::{self, Limits, Record};
use chatlog::delivery::CaptureFormat;

use super::framing::{Buffering, FramingError, Records};
use super::input::Source;

/// Whether a file holds a delivery: a request in any capture format, or a bare notification. An
/// object that only might be a body does not count.
pub(crate) fn holds_delivery(
    source: &Source,
    format: Option<CaptureFormat>,
    limits: Limits,
) -> io::Result<bool> {
    let reader = source.open()?.reader;
    let mut records = Records::new(reader, Buffering::Whole, limits.max_body);
    let is_sought = |record: Record<'_>| {
        let capture = capture::deliveries(&record, format, &limits);
        let mut deliveries = capture.deliveries.iter();
        deliveries.any(|it| it.format != CaptureFormat::Body || capture::is_notification(&it.body))
    };
    let Some(start) = held(records.start())? else {
        return Ok(false);
    };
    if capture::is_text(None, start) {
        let whole = held(records.whole())?.flatten();
        return Ok(whole.is_some_and(|framed| is_sought(framed.record())));
    }
    Ok(may_start_objects(start) && any_record(&mut records, is_sought)?)
}

fn any_record(
    records: &mut Records<impl Read>,
    is_sought: impl Fn(Record<'_>) -> bool,
) -> io::Result<bool> {
    loop {
        match held(records.next())? {
            Some(None) => return Ok(false),
            Some(Some(framed)) if is_sought(framed.record()) => return Ok(true),
            Some(Some(_)) | None => {}
        }
    }
}

/// What was read; `None` if it is too large to be a delivery.
fn held<T>(read: Result<T, FramingError>) -> io::Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(FramingError::TooLarge(_)) => Ok(None),
        Err(FramingError::Read(error)) => Err(error),
    }
}

/// Whether the first bytes of a file may start a JSON object or an array of objects.
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
