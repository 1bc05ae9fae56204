//! Views: reports as people and programs read them.
//!
//! | to show | for people | for programs |
//! |---|---|---|
//! | a session | [`SessionFormat`]: [`write_tables`], text, Markdown, [`html`] | [`json::write_session`] |
//! | many sessions | [`list`], [`index`], [`totals`] | [`list`], [`tables`], [`totals`], drawn with [`csv`] |
//! | findings | [`findings`] (full, concise) | [`findings`] (JSON, GitHub, GitLab, SARIF, `JUnit`) |
//! | a verdict | [`signature`] | [`json::write_signature`] |
//! | an answer to a delivery | [`answer`] | [`answer`] |
//! | a rule | [`explanation`] | |
//!
//! A view is a pure function of a report and a [`Canvas`]. It writes to any [`Write`] and knows
//! nothing of terminals, the environment or the clock: the caller asks those and makes the canvas.
//! All sentences about findings come from [`wording`], which needs no canvas.

pub mod answer;
mod clip;
pub mod csv;
mod difference;
pub mod explanation;
pub mod findings;
pub mod html;
pub mod index;
pub mod json;
mod link;
pub mod list;
mod markdown;
mod other;
mod session_format;
pub mod signature;
mod summary;
mod table_layout;
pub mod tables;
mod theme;
pub mod totals;
mod transcript;
mod width;
pub mod wording;
mod wrap;
mod zone;

use std::io::{self, Write};

pub use self::session_format::{Place, SessionFormat, title_of_several};
use self::signature::DeliveryInfo;
pub use self::theme::Theme;
use self::theme::Tone;
use self::transcript::Entries;
pub use self::wrap::visible_width;
pub use self::zone::Zone;
use crate::capture::encryption;
use crate::signature::Verdict;
use crate::{Origin, Report};

/// What a view draws on: a width, a look and a time zone.
///
/// ```
/// use chatlog::view::{Canvas, Theme, Zone};
///
/// let canvas = Canvas { width: 80, theme: Theme::plain(), zone: Zone::UTC, hyperlinks: false };
/// # assert!(canvas.theme.is_plain());
/// ```
#[derive(Debug, Clone)]
pub struct Canvas {
    /// The width in columns.
    pub width: u16,
    /// The style of each role.
    pub theme: Theme,
    /// The time zone that times are shown in.
    pub zone: Zone,
    /// Whether URLs are hyperlinks with a short text, which not every terminal knows.
    pub hyperlinks: bool,
}

impl Canvas {
    /// A line across with a title in it.
    fn titled_rule(&self, title: &str) -> String {
        let width = usize::from(self.width);
        let title = clip::shortened(title, width.saturating_sub(6));
        let rest = width.saturating_sub(width::width(&title) + 5);
        let rule = format!("╶─ {title} {}╴", "─".repeat(rest));
        self.theme.muted.style(rule).to_string()
    }
}

/// The title of a table among others.
fn titled(title: &str, canvas: &Canvas) -> String {
    format!(" {}", canvas.theme.heading.style(title))
}

/// A part of a session that can be shown alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// What happened, in a few lines
    Summary,
    /// Every message
    Transcript,
}

/// The order of the messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// As they were received
    #[default]
    Received,
    /// By their timestamps
    Time,
}

/// What to show of a session, and in which order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Selection {
    /// The only part to show; `None` shows both.
    pub only: Option<Part>,
    /// The order of the messages.
    pub order: Order,
    /// Whether tables show long texts to their end. JSON always has all of them.
    pub full_text: bool,
    /// Whether tables show what is seldom needed: ids, how the delivery was read, and the number,
    /// the type and the status of every message.
    pub details: bool,
}

impl Selection {
    fn shows(self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

/// Writes a session as coloured tables: the summary, then the transcript. A report without a
/// session shows its findings instead, below the fields of another notification.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_tables(
    report: &Report<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let Some(session) = &report.session else {
        if let Some(other) = &report.other {
            other::write_table(other, selection, canvas, out)?;
        }
        return write_without_session(report, canvas, out);
    };
    if selection.shows(Part::Summary) {
        summary::write(report, session, selection, canvas, out)?;
    }
    if selection.shows(Part::Transcript) {
        let entries = Entries::of(report, session, selection, &canvas.zone);
        transcript::write(&entries, selection, canvas, out)?;
    }
    Ok(())
}

/// Writes the line above a delivery: its name behind its number.
fn write_delivery_rule(
    origin: &Origin<'_>,
    number: &str,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let room = usize::from(canvas.width).saturating_sub(6 + width::width(number));
    let name = match origin.source.as_str() {
        "-" => origin.short_name(),
        _ => origin.to_string(),
    };
    let name = clip::shortened_middle(&name, room);
    writeln!(out, "{}", canvas.titled_rule(&format!("{number}{name}")))
}

/// Writes the findings and the verdict of a body that has no session.
fn write_without_session(
    report: &Report<'_>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    findings::write_full(report, canvas, out)?;
    if let Some(remark) = encryption::remark(report.delivery) {
        writeln!(out, "{}", canvas.theme.muted.style(remark))?;
    }
    let checked = report.signature.as_ref();
    let Some(checked) = checked.filter(|checked| checked.verdict != Verdict::Unchecked) else {
        return Ok(());
    };
    // Any other verdict is among the findings.
    if checked.verdict == Verdict::Valid {
        let subject = DeliveryInfo::of(report.origin, report.delivery);
        signature::write(&subject, checked, canvas, out)?;
    }
    for setting in signature::settings(checked) {
        writeln!(out, "{}", canvas.theme.muted.style(setting))?;
    }
    Ok(())
}

/// A number of deliveries with its noun, such as `1 delivery` or `2 deliveries`.
pub fn delivery_count(count: usize) -> String {
    match count {
        1 => "1 delivery".to_owned(),
        _ => format!("{count} deliveries"),
    }
}
