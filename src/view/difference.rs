//! Where two bodies first differ, as two lines below each other.
//!
//! What both have stands above each other and is dim, so that the eye lands on the first character
//! that differs; a body that ends there says so.

use super::width::width;
use super::{Canvas, clip};
use crate::Text;
use crate::signature::Difference;

/// The fewest columns that are given to a body, however narrow the canvas.
const MIN_ROOM: usize = 12;
/// Stands for a body that ends where the other goes on.
const END: &str = "‹end›";

/// Draws a difference, indented.
pub(super) fn lines(difference: &Difference, indent: &str, canvas: &Canvas) -> [String; 2] {
    let theme = &canvas.theme;
    let offset = format!("   at offset {}", difference.offset);
    let names = ["received  ", "signed    "];
    let taken = indent.len() + names[0].len() + offset.len();
    let room = usize::from(canvas.width)
        .saturating_sub(taken)
        .max(MIN_ROOM);
    let rests = [&difference.received, &difference.signed].map(rest);
    let widest = rests.each_ref().map(|rest| width(rest)).into_iter().max();
    // What differs matters more, but gets no more room than it needs.
    let spare = room.saturating_sub(widest.unwrap_or_default());
    let before = difference.before.to_string();
    let before = clip::shortened_start(&before, spare.max(room / 2));
    let room = room.saturating_sub(width(&before));
    let styles = [theme.error, theme.good];
    let mut lines: [String; 2] = std::array::from_fn(|side| {
        let start = theme.muted.style(format!("{}{before}", names[side]));
        let rest = styles[side].style(clip::shortened(&rests[side], room));
        format!("{indent}{start}{rest}")
    });
    lines[0] += &theme.muted.style(offset).to_string();
    lines
}

/// A body from the difference on.
fn rest(text: &Text<'_>) -> String {
    match text.as_str() {
        "" => END.to_owned(),
        _ => text.to_string(),
    }
}
