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
use unicode_width::UnicodeWidthStr;

use crate::Text;

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

/// A text of at most `columns`, cut with an ellipsis. It must be escaped already.
pub(super) fn shortened(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut room = columns.saturating_sub(1);
    let fits = |letter: &&str| {
        let left = room.checked_sub(letter.width());
        room = left.unwrap_or_default();
        left.is_some()
    };
    let kept: String = text.graphemes(true).take_while(fits).collect();
    Cow::Owned(kept.trim_end().to_owned() + "…")
}

/// A name of at most `columns`, with an ellipsis in its middle: the start and the end tell most. It
/// must be escaped already.
pub(super) fn shortened_middle(name: &str, columns: usize) -> String {
    if name.width() <= columns {
        return name.to_owned();
    }
    let room = columns.saturating_sub(1);
    let start = shortened(name, room / 3 + 1);
    let start = start.trim_end_matches('…');
    let mut left = room.saturating_sub(start.width());
    let letters: Vec<&str> = name.graphemes(true).collect();
    let fits = |letter: &&&str| {
        let rest = left.checked_sub(letter.width());
        left = rest.unwrap_or_default();
        rest.is_some()
    };
    let end: Vec<&str> = letters.iter().rev().take_while(fits).copied().collect();
    let end: String = end.into_iter().rev().collect();
    format!("{start}…{end}")
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
