//! Decides whether a file found in a folder or an archive holds a delivery.
//!
//! A folder may contain anything, and every file in it is looked at. So the decision must be cheap
//! for files that are something else: a file whose first bytes can start neither a capture nor a
//! JSON object nor a log is not read any further. Otherwise it is read up to its first delivery.

use std::io::{self, Read};

use chatlog::capture::{self, CaptureOptions, Record};
use chatlog::delivery::CaptureFormat;

use super::ReadOptions;
use super::framing::{Buffering, Records};
use super::prefix::PrefixReader;

/// Whether a file holds a delivery: a request in any capture format, or a bare notification. An
/// object that only might be a body does not count.
pub(super) fn holds_delivery(reader: impl Read, options: &ReadOptions) -> io::Result<bool> {
    let reader: Box<dyn Read + '_> = match &options.strip_prefix {
        Some(regex) => Box::new(PrefixReader::new(reader, regex.clone())),
        None => Box::new(reader),
    };
    let options = &options.capture;
    let mut records = Records::new(reader, Buffering::Whole, options.limits.max_body);
    let is_sought = |record: Record<'_>| {
        let capture = capture::deliveries(&record, options);
        let mut deliveries = capture.deliveries.iter();
        deliveries.any(|it| it.format != CaptureFormat::Body || capture::is_notification(&it.body))
    };
    let Ok(start) = records.start() else {
        return Ok(false);
    };
    let found = if capture::is_text(&CaptureOptions::default(), start) {
        let whole = records.whole().ok().flatten();
        whole.is_some_and(|framed| is_sought(framed.record()))
    } else {
        (may_start_objects(start) || capture::is_log(start)) && any_record(&mut records, is_sought)
    };
    match records.take_failure() {
        Some(error) if !found => Err(error),
        _ => Ok(found),
    }
}

fn any_record(records: &mut Records<impl Read>, is_sought: impl Fn(Record<'_>) -> bool) -> bool {
    loop {
        match records.next() {
            Ok(None) => return false,
            Ok(Some(framed)) if is_sought(framed.record()) => return true,
            // A record that is too large cannot be a delivery.
            Ok(Some(_)) | Err(_) => {}
        }
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
