//! Another notification than that of a session's end: its fields, one below the other.
//!
//! Nothing documents what they mean, so every view shows them alike: the name and the value as they
//! were received, a value that is not a string as JSON on one line. The finding that says so comes below.

use std::io::{self, Write};

use super::clip::{self, MAX_CELL, Room};
use super::html::markup::Escaped;
use super::markdown::escaped;
use super::table_layout::write_pairs;
use super::width::width;
use super::{Canvas, Selection};
use crate::Text;
use crate::json::readable;
use crate::notification::OtherNotification;

/// The most characters that are shown of a name.
const MAX_NAME: usize = 40;
/// The most columns that names fill in a table.
const MAX_NAME_WIDTH: usize = 24;

/// The fields as they are shown.
struct Fields<'f> {
    rows: Vec<(Text<'f>, Text<'f>)>,
    /// How much was left out.
    rest: Option<String>,
}

impl<'f> Fields<'f> {
    fn of(other: &OtherNotification<'f>, selection: Selection) -> Self {
        let mut room = Room::new(MAX_CELL, selection.full_text);
        let mut rows = Vec::new();
        for (name, json) in other.members() {
            if room.is_full() {
                room.skip(name.as_str().len() + json.len());
                continue;
            }
            let value = clip::value(&readable(json), selection.full_text).into_owned();
            let name = name.shortened(MAX_NAME).into_owned();
            room.fill(name.as_str().len() + value.as_str().len());
            rows.push((name, value));
        }
        let rest = room.rest();
        Self { rows, rest }
    }

    /// The columns of the widest name.
    fn name_width(&self) -> u16 {
        let names = self.rows.iter().map(|(name, _)| width(&name.to_string()));
        let widest = names.max().unwrap_or_default().clamp(1, MAX_NAME_WIDTH);
        u16::try_from(widest).unwrap_or(u16::MAX)
    }
}

/// Writes the fields as a table.
pub(super) fn write_table(
    other: &OtherNotification<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let fields = Fields::of(other, selection);
    let muted = |text: &dyn std::fmt::Display| canvas.theme.muted.style(text).to_string();
    let rest = fields.rest.iter().map(|rest| [String::new(), muted(rest)]);
    let rows = fields.rows.iter();
    let rows = rows.map(|(name, value)| [muted(name), value.to_string()]);
    let name_width = fields.name_width().min(canvas.width / 3);
    write_pairs(name_width, rows.chain(rest), canvas, out)
}

/// Writes the fields as `name: value` lines.
pub(super) fn write_text(
    other: &OtherNotification<'_>,
    selection: Selection,
    out: &mut impl Write,
) -> io::Result<()> {
    let fields = Fields::of(other, selection);
    writeln!(out)?;
    for (name, value) in &fields.rows {
        writeln!(out, "{name}: {value}")?;
    }
    fields
        .rest
        .iter()
        .try_for_each(|rest| writeln!(out, "{rest}"))
}

/// Writes the fields as a list.
pub(super) fn write_markdown(
    other: &OtherNotification<'_>,
    selection: Selection,
    out: &mut impl Write,
) -> io::Result<()> {
    let fields = Fields::of(other, selection);
    writeln!(out)?;
    for (name, value) in &fields.rows {
        writeln!(out, "- **{}:** {}", escaped(name), escaped(value))?;
    }
    fields
        .rest
        .iter()
        .try_for_each(|rest| writeln!(out, "- {rest}"))
}

/// Writes the fields as a list of terms.
pub(super) fn write_html(
    other: &OtherNotification<'_>,
    selection: Selection,
    out: &mut impl Write,
) -> io::Result<()> {
    let fields = Fields::of(other, selection);
    writeln!(out, "<dl>")?;
    for (name, value) in &fields.rows {
        let (name, value) = (Escaped(name.as_str()), Escaped(value.as_str()));
        writeln!(
            out,
            r#"<div><dt dir="auto">{name}</dt><dd dir="auto">{value}</dd></div>"#
        )?;
    }
    writeln!(out, "</dl>")?;
    let mut rest = fields.rest.iter();
    rest.try_for_each(|rest| writeln!(out, r#"<p class="muted">{rest}</p>"#))
}
