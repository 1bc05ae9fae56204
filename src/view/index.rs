//! The index of a folder of pages: a table with a row for each session, which links to its page.
//!
//! Rows are written one by one, so that an index of any length needs no memory.

use std::io::{self, Write};

use super::html::{self, Escaped};
use super::markdown::escaped;
use super::wording::humanize;
use super::{SessionFormat, Zone};
use crate::Text;
use crate::archive::SessionRow;

/// The columns, in the order of the cells of a row.
const COLUMNS: [&str; 12] = [
    "Start",
    "Duration",
    "Person",
    "Workflow",
    "End",
    "Intention",
    "Rounds",
    "Messages",
    "Hand-over",
    "First words",
    "Signature",
    "Findings",
];

/// A format of indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexFormat {
    /// A web page.
    Html,
    /// Markdown.
    Markdown,
}

impl IndexFormat {
    /// The index for pages in a format.
    pub fn of(pages: SessionFormat) -> Self {
        match pages {
            SessionFormat::Html => Self::Html,
            _ => Self::Markdown,
        }
    }

    /// The name of the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Html => "index.html",
            Self::Markdown => "index.md",
        }
    }

    /// Writes what comes before the first row.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn begin(self, zone: &Zone, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Html => begin_html(zone, out),
            Self::Markdown => {
                writeln!(out, "# Conversations\n\n{}\n", times(zone))?;
                writeln!(out, "| {} |", COLUMNS.join(" | "))?;
                writeln!(out, "|{}", " --- |".repeat(COLUMNS.len()))
            }
        }
    }

    /// Writes a row, which links to the file `page` beside the index. That name must need no escaping.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn row(
        self,
        row: &SessionRow,
        page: &str,
        zone: &Zone,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let [start, rest @ ..] = cells(row, zone);
        match self {
            Self::Html => {
                writeln!(out, r#"<tr><td><a href="{page}">{start}</a></td>"#)?;
                for cell in rest {
                    let cell = Escaped(cell.as_str());
                    write!(out, r#"<td dir="auto">{cell}</td>"#)?;
                }
                writeln!(out, "</tr>")
            }
            Self::Markdown => {
                let rest = rest.map(|cell| escaped(&cell));
                writeln!(out, "| [{start}]({page}) | {} |", rest.join(" | "))
            }
        }
    }

    /// Writes what comes after the last row.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn finish(self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Html => {
                writeln!(out, "</tbody>\n</table>\n</div>")?;
                html::end_page(out)
            }
            Self::Markdown => Ok(()),
        }
    }
}

fn begin_html(zone: &Zone, out: &mut impl Write) -> io::Result<()> {
    html::begin_page(&Text::from("Conversations"), out)?;
    writeln!(out, r#"<p class="muted">{}</p>"#, times(zone))?;
    writeln!(
        out,
        "<div class=\"index\" tabindex=\"0\">\n<table>\n<thead>\n<tr>"
    )?;
    for column in COLUMNS {
        write!(out, r#"<th scope="col">{column}</th>"#)?;
    }
    writeln!(out, "</tr>\n</thead>\n<tbody>")
}

fn times(zone: &Zone) -> String {
    format!("Times are in {}.", zone.name())
}

/// The cells of a row, in the order of [`COLUMNS`]. The first is never empty and needs no escaping.
fn cells(row: &SessionRow, zone: &Zone) -> [Text<'static>; COLUMNS.len()] {
    let or_empty = |text: &Option<Text<'static>>| text.clone().unwrap_or_default();
    let start = row.start.map_or("no date".to_owned(), |start| {
        format!("{} {}", zone.date(start), zone.minute(start))
    });
    let duration = row.duration.map(|duration| match duration.as_secs() {
        seconds @ ..0 => format!("−{}", humanize(-seconds)),
        seconds => humanize(seconds),
    });
    let hand_over = row.hand_over.as_ref().map(|hand_over| {
        let seat = hand_over.seat.clone();
        seat.unwrap_or_else(|| Text::from("an agent"))
    });
    [
        Text::from(start),
        Text::from(duration.unwrap_or_default()),
        or_empty(&row.callee),
        or_empty(&row.workflow),
        or_empty(&row.end_reason),
        or_empty(&row.intention),
        or_empty(&row.rounds),
        Text::from(row.messages.to_string()),
        hand_over.unwrap_or_default(),
        or_empty(&row.first_words),
        Text::from(row.verdict.map_or("", |verdict| verdict.name())),
        Text::from(findings(row)),
    ]
}

/// Such as `1 error, 2 warnings`.
fn findings(row: &SessionRow) -> String {
    let counts = [(row.errors, "error"), (row.warnings, "warning")];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, noun)| super::findings::counted(count, noun));
    counts.collect::<Vec<_>>().join(", ")
}

/// The title of the page of a session: who, and when.
pub fn title(row: &SessionRow, zone: &Zone) -> Text<'static> {
    let when = row.start.map(|start| zone.date(start));
    let who = row.callee.as_ref().map(Text::as_str);
    match (who, when) {
        (Some(who), Some(when)) => Text::from(format!("{who}, {when}")),
        (Some(who), None) => Text::from(who.to_owned()),
        (None, _) => Text::from(row.origin.short_name()),
    }
}
