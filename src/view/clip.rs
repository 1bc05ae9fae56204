//! Clipping long texts: a screen shows how a text begins, and how much more there is.
//!
//! A payload may have values of many megabytes. Two limits keep the screen readable and the tables
//! fast: a single value is clipped to 4 KiB, and all values in a cell together to 64 KiB. A cut
//! text always says how much is missing and how to see it, so that nobody takes the start of a
//! value for all of it. `--full-text` lifts both limits; JSON is never clipped.
//!
//! This differs from [`Text::shortened`], which cuts a word inside a sentence to a few dozen
//! characters, whatever the options say.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::width::width;
use crate::Text;

/// Stands where a text was cut.
const CUT: &str = "…";
/// The columns of [`CUT`].
const CUT_WIDTH: usize = 1;

/// The number of bytes of text from strangers that a cell of a table shows.
pub(super) const MAX_CELL: usize = 64 * 1024;
/// The number of bytes that are shown of a single value.
const MAX_VALUE: usize = 4 * 1024;

/// The room for text from strangers in one place of the screen, in bytes.
#[derive(Debug)]
pub(super) struct Room {
    left: usize,
    /// The bytes that were left out so far.
    skipped: usize,
}

impl Room {
    /// Room for `bytes`, or for everything.
    pub(super) fn new(bytes: usize, full_text: bool) -> Self {
        Self {
            left: if full_text { usize::MAX } else { bytes },
            skipped: 0,
        }
    }

    /// Takes room for a text and returns what fits of it; `None` if the room was full already.
    pub(super) fn take<'t>(&mut self, text: &'t Text<'_>) -> Option<Text<'t>> {
        let text = text.as_str();
        let shown = &text[..text.floor_char_boundary(self.left)];
        let fits = !self.is_full();
        self.skip(text.len() - shown.len());
        // A text that is cut fills the room, so that no later text is shown after the gap.
        self.fill(if shown.len() < text.len() {
            self.left
        } else {
            shown.len()
        });
        fits.then(|| Text::from(shown))
    }

    /// Takes room for a line of `bytes` and its line break.
    pub(super) fn fill(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes + 1);
    }

    /// Whether nothing more fits.
    pub(super) fn is_full(&self) -> bool {
        self.left == 0
    }

    /// Counts bytes that are left out.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.skipped += bytes;
    }

    /// Returns a note on how much was left out; `None` if everything is shown.
    pub(super) fn rest(&self) -> Option<String> {
        (self.skipped > 0).then(|| format!("… {} more (--full-text shows all)", size(self.skipped)))
    }
}

/// Clips a single value, with a note on how much was left out.
pub(super) fn value<'t>(text: &'t Text<'_>, full_text: bool) -> Text<'t> {
    let mut room = Room::new(MAX_VALUE, full_text);
    let shown = room.take(text).unwrap_or_default();
    match room.rest() {
        Some(rest) => Text::from(format!("{}{rest}", shown.as_str())),
        None => shown,
    }
}

/// Shortens a text to at most `columns` columns, at its end. It must be safe to show.
pub(super) fn shortened(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let kept = first_letters(text, columns.saturating_sub(CUT_WIDTH));
    Cow::Owned(kept.trim_end().to_owned() + CUT)
}

/// Shortens a text to at most `columns` columns, at its start. It must be safe to show.
pub(super) fn shortened_start(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let kept = last_letters(text, columns.saturating_sub(CUT_WIDTH));
    Cow::Owned(CUT.to_owned() + kept.trim_start())
}

/// Shortens a path or a URL to at most `columns` columns, in its middle: how it begins and its last
/// name tell most. If there is room for both, whole names are left out: `captures/…/a.ndjson#12`.
/// The text must be safe to show.
pub(super) fn shortened_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(CUT_WIDTH);
    let name = text.rfind(['/', '\\']).map_or(text, |at| &text[at..]);
    let end = if width(name) <= room {
        name
    } else {
        last_letters(text, room.div_ceil(2))
    };
    let start = first_letters(text, room.saturating_sub(width(end)));
    let names = start.rfind(['/', '\\']).map_or(start, |at| &start[..=at]);
    let start = if end == name { names } else { start };
    format!("{start}{CUT}{end}")
}

/// The longest start of a text that fits into `columns`.
fn first_letters(text: &str, columns: usize) -> &str {
    &text[..fitting(text.graphemes(true), columns)]
}

/// The longest end of a text that fits into `columns`.
fn last_letters(text: &str, columns: usize) -> &str {
    &text[text.len() - fitting(text.graphemes(true).rev(), columns)..]
}

/// How many bytes the first of these letters have that fit into `columns`.
fn fitting<'t>(letters: impl Iterator<Item = &'t str>, columns: usize) -> usize {
    let mut filled = 0;
    let fit = letters.take_while(|letter| {
        filled += width(letter);
        filled <= columns
    });
    fit.map(str::len).sum()
}

/// A number of bytes in its largest unit, such as `199.9 MB`.
fn size(bytes: usize) -> String {
    const UNITS: [(usize, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.iter().find(|(size, _)| bytes >= *size) {
        Some((size, unit)) => format!("{}.{} {unit}", bytes / size, bytes % size * 10 / size),
        None if bytes == 1 => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_the_rest_is_counted() {
        let mut room = Room::new(10, false);
        let taken = |room: &mut Room, text: &str| {
            let text = Text::from(text);
            room.take(&text).map(|text| text.as_str().to_owned())
        };
        assert_eq!(taken(&mut room, "abc").as_deref(), Some("abc"));
        assert_eq!(room.rest(), None);
        assert_eq!(taken(&mut room, "请选择").as_deref(), Some("请选"));
        assert_eq!(taken(&mut room, "more"), None);
        assert_eq!(
            room.rest().as_deref(),
            Some("… 7 bytes more (--full-text shows all)")
        );
        assert_eq!(
            taken(&mut Room::new(1, true), "all of it").as_deref(),
            Some("all of it")
        );
    }

    #[test]
    fn a_path_is_shortened_in_its_middle_between_letters() {
        for (text, columns, want) in [
            (
                "captures/2025/10/a.ndjson#12",
                28,
                "captures/2025/10/a.ndjson#12",
            ),
            (
                "captures/2025/10/a.ndjson#12",
                27,
                "captures/2025/…/a.ndjson#12",
            ),
            ("captures/2025/10/a.ndjson#12", 22, "captures/…/a.ndjson#12"),
            ("captures/2025/10/a.ndjson#12", 18, "captu…/a.ndjson#12"),
            ("captures/2025/10/a.ndjson#12", 9, "capt…n#12"),
            ("no-folder-and-long.json", 11, "no-fo….json"),
            ("捕获/请选择您的性别.json", 12, "捕获/….json"),
            ("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 5, "👨‍👩‍👧…👨‍👩‍👧"),
            ("abc", 1, "…"),
        ] {
            assert_eq!(shortened_middle(text, columns), want);
        }
    }

    #[test]
    fn sizes_are_in_the_largest_unit_that_they_fill() {
        for (bytes, want) in [
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (199_934_464, "199.9 MB"),
            (1_234_567_890, "1.2 GB"),
        ] {
            assert_eq!(size(bytes), want);
        }
    }
}
