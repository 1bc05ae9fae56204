//! What the fuzz targets share: inputs as the program cuts them, and places and words to hold to.

use chatlog::capture::{CaptureOptions, Record, is_text};
use chatlog::delivery::CaptureFormat;
use chatlog::Position;
use clap::ValueEnum;
use serde_json::value::RawValue;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// An input without its last byte, which chooses among the ways to read it: so a sample, which
/// ends with a line break, is a seed as it is.
pub fn choice(data: &[u8]) -> (&[u8], u8) {
    match data {
        [input @ .., choice] => (input, *choice),
        [] => (data, 0),
    }
}

/// The capture format that a choice names; none as often as not, and for `\n`, `}` and `]`, with
/// which samples end.
pub fn format(choice: u8) -> Option<CaptureFormat> {
    let number = usize::from(choice % 32).checked_sub(11)?;
    CaptureFormat::value_variants().get(number).copied()
}

/// The records of an input: as the program cuts it, as far as that matters here.
pub fn records(input: &[u8]) -> Vec<Record<'_>> {
    if !is_text(&CaptureOptions::default(), input) {
        if let Ok(items) = serde_json::from_slice::<Vec<&RawValue>>(input) {
            return items
                .iter()
                .map(|item| record(input, item.get().as_bytes(), b""))
                .collect();
        }
        let lines: Vec<_> = input.split_inclusive(|byte| *byte == b'\n').collect();
        if let [first, _, ..] = *lines
            && serde_json::from_slice::<&RawValue>(first).is_ok()
        {
            return lines
                .into_iter()
                .map(|line| line_record(input, line))
                .collect();
        }
    }
    vec![record(input, input, b"")]
}

fn line_record<'a>(input: &'a [u8], line: &'a [u8]) -> Record<'a> {
    let bytes = line.strip_suffix(b"\n").unwrap_or(line);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    record(input, bytes, &line[bytes.len()..])
}

fn record<'a>(input: &'a [u8], bytes: &'a [u8], terminator: &'a [u8]) -> Record<'a> {
    let at = bytes.as_ptr().addr() - input.as_ptr().addr();
    Record {
        is_whole: true,
        bytes,
        terminator,
        start: position(input, at),
    }
}

/// The position of a byte, found in the slowest and plainest way.
fn position(input: &[u8], at: usize) -> Position {
    let before = &input[..at];
    let line = before
        .split(|byte| *byte == b'\n')
        .next_back()
        .unwrap_or_default();
    Position {
        line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
        column: 1 + characters(line).count(),
    }
}

/// The byte of an input at a position; none where the input has no such position.
pub fn byte_at(input: &[u8], position: Position) -> Option<usize> {
    let mut lines = input.split_inclusive(|byte| *byte == b'\n');
    let before = lines.by_ref().take(position.line.checked_sub(1)?);
    let start: usize = before.map(<[u8]>::len).sum();
    let line = lines.next().unwrap_or_default();
    let mut places = characters(line).chain([line.len()]);
    places
        .nth(position.column.checked_sub(1)?)
        .map(|at| start + at)
}

/// Where each character starts; what is not a character counts as one.
fn characters(line: &[u8]) -> impl Iterator<Item = usize> {
    let mut start = 0;
    line.utf8_chunks().flat_map(move |chunk| {
        let valid = start;
        let invalid = valid + chunk.valid().len();
        start = invalid + chunk.invalid().len();
        let characters = chunk.valid().char_indices().map(move |(at, _)| valid + at);
        characters.chain((!chunk.invalid().is_empty()).then_some(invalid))
    })
}

/// Fails where words that are said to be safe to show would act on a terminal.
#[track_caller]
pub fn assert_inert(words: &str) {
    let acting = words.chars().find(|c| acts(*c));
    assert!(acting.is_none(), "{acting:?} in {words:?}");
}

/// Says whether a character does something other than appear. Joiners and the tags of flags are left
/// out: what they do depends on their neighbours.
pub fn acts(c: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    !matches!(c, '\u{200c}' | '\u{200d}' | '\u{e0020}'..='\u{e007f}')
        && matches!(
            c.general_category(),
            Control | Format | LineSeparator | ParagraphSeparator
        )
}
