//! What a capture format is given, and what it finds.

use super::layout::{Layout, Part};
use crate::Position;
use crate::delivery::{CaptureFormat, Delivery};

/// One JSON value, line or message cut out of an input.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The record's bytes, without the line break that ends it.
    pub bytes: &'a [u8],
    /// The line break that ends the record if it is one line of many; otherwise empty.
    pub terminator: &'a [u8],
    /// Whether the record is the whole input. A line break at its end may then belong to the file
    /// and not to the body.
    pub is_whole: bool,
    /// Where the record starts in its input.
    pub start: Position,
}

impl Record<'_> {
    /// The record without a leading byte order mark. An editor puts it there: it is not part of
    /// any capture format, though a bare body may have been sent with one.
    pub(super) fn without_byte_order_mark(mut self) -> Self {
        self.bytes = self
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(self.bytes);
        self
    }
}

/// How records are read.
#[derive(Debug, Clone, Default)]
pub struct CaptureOptions {
    /// The format of all records; `None` to detect that of each.
    pub format: Option<CaptureFormat>,
    /// Where the parts of requests are in each record, if the user gave that.
    pub layout: Option<Layout>,
    /// The limits on one delivery.
    pub limits: Limits,
}

impl CaptureOptions {
    /// Reads every record as this format.
    pub fn for_format(format: CaptureFormat) -> Self {
        Self {
            format: Some(format),
            ..Self::default()
        }
    }
}

/// Limits on what one delivery may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The maximum size of a body in bytes, after its content encoding is undone.
    pub max_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body: 256 << 20,
        }
    }
}

/// What was read from one record.
#[derive(Debug, Clone)]
pub struct Capture<'a> {
    /// The format it was read as.
    pub format: CaptureFormat,
    /// The webhooks, in the record's order.
    pub deliveries: Vec<Delivery<'a>>,
    /// What is passed over, in the record's order: requests that are not webhooks, and what else
    /// holds no notification.
    pub skipped: Vec<Skipped>,
    /// The entries that could not be read.
    pub problems: Vec<Problem>,
    /// How often the places of [`CaptureOptions::layout`] were there, if it was used.
    pub places: Option<Box<PlaceTallies>>,
    /// The layouts that find what was found in JSON of no known format, one for each delivery whose
    /// places can be typed.
    pub layouts: Vec<Layout>,
}

impl Capture<'_> {
    /// A capture in this format in which nothing was found yet.
    pub(super) fn new(format: CaptureFormat) -> Self {
        Self {
            format,
            deliveries: Vec::new(),
            skipped: Vec::new(),
            problems: Vec::new(),
            places: None,
            layouts: Vec::new(),
        }
    }

    /// Whether there is nothing to say of the record.
    pub(super) fn is_empty(&self) -> bool {
        self.deliveries.is_empty() && self.skipped.is_empty() && self.problems.is_empty()
    }
}

/// How often the places of a layout were there.
#[derive(Debug, Clone, Default)]
pub struct PlaceTallies([PlaceTally; 3]);

/// How often one place of a layout was there.
#[derive(Debug, Clone, Default)]
pub struct PlaceTally {
    /// How often something was there.
    pub found: usize,
    /// How often nothing was.
    pub missing: usize,
    /// Where it was missing first, and which place is nearest.
    pub first_missing: Option<Problem>,
}

impl PlaceTallies {
    /// The tally of a part.
    pub fn of(&mut self, part: Part) -> &mut PlaceTally {
        &mut self.0[part as usize]
    }

    /// Adds the tallies of a later record.
    pub fn add(&mut self, later: Self) {
        for (tally, later) in self.0.iter_mut().zip(later.0) {
            tally.found += later.found;
            tally.missing += later.missing;
            tally.first_missing = tally.first_missing.take().or(later.first_missing);
        }
    }
}

/// A part of a record that is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// What it is.
    pub part: SkippedPart,
    /// How many of them follow each other.
    pub count: usize,
    /// Where the first one starts in its input.
    pub position: Position,
    /// Why it is passed over: the method of a request if that is not `POST`, or `no body`, or the kind
    /// of event, or `no notification`. Safe to print.
    pub reason: String,
}

/// What is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkippedPart {
    /// A request in a capture.
    Request,
    /// A JSON object, as a log or a table has them.
    Record,
    /// A line of text.
    Line,
}

impl Skipped {
    /// So many parts that hold no notification, of which the first one starts at `position`.
    pub(super) fn without_notification(
        part: SkippedPart,
        count: usize,
        position: Position,
    ) -> Self {
        Self {
            part,
            count,
            position,
            reason: "no notification".to_owned(),
        }
    }
}

/// Something in a capture that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is in the input; `None` inside decoded data, which has no place in the input.
    pub position: Option<Position>,
    /// The detected format and what is wrong. Safe to print.
    pub message: String,
}
