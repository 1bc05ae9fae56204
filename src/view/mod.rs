//! Reports as people and programs read them: one file a format.
//!
//! A view is a function of the report and a [`Canvas`]; it knows nothing of terminals, the
//! environment or the clock.

mod clip;
pub mod explanation;
pub mod findings;
pub mod json;
pub mod signature;
mod summary;
mod table_layout;
mod theme;
mod transcript;
pub mod wording;
mod wrap;
mod zone;

use std::io::{self, Write};

use self::signature::DeliveryInfo;
pub use self::theme::Theme;
pub use self::zone::Zone;
use crate::Report;
use crate::signature::Verdict;

/// What a view draws on.
#[derive(Debug, Clone)]
pub struct Canvas {
    /// The width in columns.
    pub width: u16,
    /// The look.
    pub theme: Theme,
    /// The time zone that times are shown in.
    pub zone: Zone,
}

/// What of a session is shown.
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

/// What is shown of a session, and in which order.
#[derive(Debug, Clone, Copy)]
pub struct Selection {
    /// The only part to show; both without one.
    pub only: Option<Part>,
    /// The order of the messages.
    pub order: Order,
    /// Whether tables show long texts to their end; JSON always has all.
    pub full_text: bool,
}

impl Selection {
    fn shows(self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

/// Writes a session as coloured tables.
///
/// # Errors
/// Where `out` cannot be written.
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

/// Writes what there is to say of a body that holds no session.
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
    // Any other verdict is a finding.
    if checked.verdict == Verdict::Valid {
        let subject = DeliveryInfo::of(report.origin, report.delivery);
        signature::write(&subject, checked, canvas, out)?;
    }
    for setting in signature::settings(checked) {
        writeln!(out, "{}", canvas.theme.muted.style(setting))?;
    }
    Ok(())
}

/// The messages of a session in the order asked for, with their numbers from 1.
fn ordered<'s, 'de>(
    session: &'s crate::notification::Session<'de>,
    order: Order,
) -> Vec<(usize, &'s crate::notification::Message<'de>)> {
    let mut messages: Vec<_> = session
        .messages()
        .iter()
        .enumerate()
        .map(|(index, message)| (index + 1, message))
        .collect();
    if order == Order::Time {
        // Equal times, and messages without one, keep the order received.
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

/// Such as `1 delivery` or `2 deliveries`.
pub fn delivery_count(count: usize) -> String {
    match count {
        1 => "1 delivery".to_owned(),
        _ => format!("{count} deliveries"),
    }
}
