//! The formats of sessions, and the parts that an output in any of them has.
//!
//! ```text
//! begin                    once, when the title is known
//!   heading  session       for each delivery
//!   heading  session
//! finish                   once
//! ```
//!
//! Sessions are drawn on any thread and put together in the order of the input. Each part is written
//! as it is drawn, so that a stream of sessions, or a session of any length, is never held in memory.

use std::io::{self, Write};

use super::{Canvas, Part, Selection, Theme, delivery_count, json};
use super::{html, other};
use super::{summary, transcript, write_delivery_rule, write_tables};
use crate::view::transcript::Entries;
use crate::{Origin, Report, Text};

/// The columns of findings in a text that is not for a screen.
const TEXT_WIDTH: u16 = 100;

/// A format of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SessionFormat {
    /// Tables, for people
    Table,
    /// Plain text, for a ticket or a mail
    Text,
    /// Markdown, as GitHub renders it
    Markdown,
    /// A web page in one file, for people to share
    Html,
    /// One JSON object per line for each delivery
    Json,
}

/// Where a delivery stands among those shown.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are, if that is known.
    pub total: Option<usize>,
}

impl Place {
    /// What stands before the name of a delivery: its number and how many there are, if there are
    /// several.
    fn words(self) -> String {
        match self.total.filter(|total| *total > 1) {
            Some(total) => format!("{} of {total} · ", self.number),
            None => String::new(),
        }
    }
}

impl SessionFormat {
    /// Whether people read it on a terminal.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Text | Self::Markdown)
    }

    /// How the name of a file in this format ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Table | Self::Text => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
        }
    }

    /// The format of files whose names end like this.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Text),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "json" | "ndjson" | "jsonl" => Some(Self::Json),
            _ => None,
        }
    }

    /// Writes what comes before the first delivery.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn begin(self, title: &Text<'_>, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Html => html::begin_page(title, out),
            Self::Table | Self::Text | Self::Markdown | Self::Json => Ok(()),
        }
    }

    /// Writes what comes before a session: its name.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn heading(
        self,
        origin: &Origin<'_>,
        place: Place,
        canvas: &Canvas,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let number = place.words();
        let after = if place.number > 1 { "\n" } else { "" };
        match self {
            Self::Table => {
                out.write_all(after.as_bytes())?;
                write_delivery_rule(origin, &number, canvas, out)
            }
            Self::Text => writeln!(out, "{after}{number}{}", origin.short_name()),
            Self::Markdown => {
                let name = Text::from(origin.short_name());
                let name = super::markdown::escaped(&name);
                writeln!(out, "{after}## {number}{name}")
            }
            Self::Html | Self::Json => Ok(()),
        }
    }

    /// Writes a session. `number` is that of the delivery, from 1, among all of the output.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn session(
        self,
        report: &Report<'_>,
        number: usize,
        selection: Selection,
        canvas: &Canvas,
        out: &mut impl Write,
    ) -> io::Result<()> {
        match self {
            Self::Table => write_tables(report, selection, canvas, out),
            Self::Text => write_text(report, selection, canvas, out),
            Self::Markdown => write_markdown(report, selection, canvas, out),
            Self::Html => html::write_article(report, &ids(number), selection, canvas, out),
            Self::Json => json::write_session(report, selection, &canvas.zone, out),
        }
    }

    /// Writes what comes after the last session.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn finish(self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Html => html::end_page(out),
            Self::Table | Self::Text | Self::Markdown | Self::Json => Ok(()),
        }
    }
}

/// What the ids of a page start with for its delivery with this number.
fn ids(number: usize) -> String {
    match number {
        1 => String::new(),
        _ => format!("d{number}-"),
    }
}

/// The title of an output with this many deliveries, if that is known. The first one is from `origin`.
pub fn title_of_several(total: Option<usize>, origin: &Origin<'_>) -> Text<'static> {
    match total {
        Some(total) => Text::from(delivery_count(total)),
        None => Text::from(origin.short_name()),
    }
}

fn write_text(
    report: &Report<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let Some(session) = &report.session else {
        if let Some(other) = &report.other {
            other::write_text(other, selection, out)?;
        }
        return writeln!(out, "\n{}", findings_text(report, canvas)?);
    };
    if selection.shows(Part::Summary) {
        summary::plain::write_text(report, session, selection, canvas, out)?;
    }
    if selection.shows(Part::Transcript) {
        let entries = Entries::of(report, session, selection, &canvas.zone);
        transcript::text::write(&entries, selection, &canvas.zone, out)?;
    }
    Ok(())
}

fn write_markdown(
    report: &Report<'_>,
    selection: Selection,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let Some(session) = &report.session else {
        if let Some(other) = &report.other {
            other::write_markdown(other, selection, out)?;
        }
        return write_indented_findings(report, canvas, out);
    };
    if selection.shows(Part::Summary) {
        summary::plain::write_markdown(report, session, selection, canvas, out)?;
    }
    if selection.shows(Part::Transcript) {
        let entries = Entries::of(report, session, selection, &canvas.zone);
        transcript::markdown::write(&entries, selection, &canvas.zone, out)?;
    }
    Ok(())
}

/// The findings of a body without a session. They are indented, which makes them code of which
/// nothing is markup and which, unlike a fence, nothing in them can end.
fn write_indented_findings(
    report: &Report<'_>,
    canvas: &Canvas,
    out: &mut impl Write,
) -> io::Result<()> {
    let text = findings_text(report, canvas)?.replace('\n', "\n    ");
    writeln!(out, "\n    {text}")
}

/// The findings of a body without a session: without colours, and of a width that does not depend on
/// anybody's screen.
fn findings_text(report: &Report<'_>, canvas: &Canvas) -> io::Result<String> {
    let canvas = Canvas {
        width: TEXT_WIDTH,
        theme: Theme::plain(),
        zone: canvas.zone.clone(),
        hyperlinks: false,
    };
    let mut text = Vec::new();
    super::write_without_session(report, &canvas, &mut text)?;
    Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
}
