//! Views: reports as people and programs read them.
//!
//! | to show | for people | for programs |
//! |---|---|---|
//! | a session | [`write_tables`] | [`json::write_session`] |
//! | findings | [`findings`] (full, concise) | [`findings`] (JSON, GitHub, GitLab, SARIF, `JUnit`) |
//! | a verdict | [`signature`] | [`json::write_signature`] |
//! | a rule | [`explanation`] | |
//!
//! A view is a pure function of a report and a [`Canvas`]. It writes to any [`Write`] and knows
//! nothing of terminals, the environment or the clock: the caller asks those and makes the canvas.
//! All sentences about findings come from [`wording`], which needs no canvas.

mod clip;
pub mod explanation;
pub mod findings;
pub mod json;
mod link;
pub mod signature;
mod summary;
mod table_layout;
mod theme;
mod transcript;
mod width;
pub mod wording;
mod wrap;
mod zone;

use std::io::{self, Write};

use self::signature::DeliveryInfo;
pub use self::theme::Theme;
pub use self::wrap::visible_width;
pub use self::zone::Zone;
use crate::Report;
use crate::signature::Verdict;

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

/// A part of a session that can be shown alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// What happened, in a few lines
    Summary,
    /// Every message
    Transcript,
}

/// The order of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// As they were received
    Received,
    /// By their timestamps
    Time,
}

/// What to show of a session, and in which order.
#[derive(Debug, Clone, Copy)]
pub struct Selection {
    /// The only part to show; `None` shows both.
    pub only: Option<Part>,
    /// The order of the messages.
    pub order: Order,
    /// Whether tables show long texts to their end. JSON always has all of them.
    pub full_text: bool,
}

impl Selection {
    fn shows(self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

/// Writes a session as coloured tables: the summary, then the transcript. A report without a
/// session shows its findings instead.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_tables(
    report: &Report<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let title = report.origin.to_string();
    writeln!(out, "{}", canvas.theme.heading.style(title))?;
    let Some(session) = &report.session else {
        return write_without_session(report, canvas, out);
    };
    if selection.shows(Part::Summary) {
        summary::write(report, session, selection.full_text, canvas, out)?;
    }
    if selection.shows(Part::Transcript) {
        transcript::write(report, session, selection, canvas, out)?;
    }
    writeln!(out)
}

/// Writes the findings and the verdict of a body that has no session.
fn write_without_session(
    report: &Report<'_>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    findings::write_full(report, canvas, out)?;
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

/// Returns the messages of a session in the order asked for, each with its number from 1 in the
/// notification.
fn ordered<'s, 'de>(
    session: &'s crate::notification::Session<'de>,
    order: Order,
) -> Vec<(usize, &'s crate::notification::Message<'de>)> {
    let mut messages: Vec<_> = (1..).zip(session.messages()).collect();
    if order == Order::Time {
        // A message without a time stays behind the one before it. The sort is stable, so messages
        // with equal times keep the order received.
        let mut latest = None;
        let times: Vec<_> = messages
            .iter()
            .map(|(_, message)| {
                latest = message.timestamp.or(latest);
                latest
            })
            .collect();
        messages.sort_by_key(|(number, _)| times[number - 1]);
    }
    messages
}

/// A number of deliveries with its noun, such as `1 delivery` or `2 deliveries`.
pub fn delivery_count(count: usize) -> String {
    match count {
        1 => "1 delivery".to_owned(),
        _ => format!("{count} deliveries"),
    }
}
