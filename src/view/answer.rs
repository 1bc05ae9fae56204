//! How deliveries that were sent again were answered: a line for each, for people or for programs.
//!
//! ```text
//! captures.http#3  200 OK  12 ms  {"ok":true}
//! ```
//!
//! The words of a status and the body are the server's, so they are [`Text`]. For people, only as
//! much of a body is shown as fits on the line.

use std::io::{self, Write};

use serde::Serialize;

use super::clip::shortened;
use super::json::write_line;
use super::wrap::visible_width;
use super::{Canvas, delivery_count};
use crate::{Origin, Text};

/// The most columns of the words after a status.
const MAX_REASON: usize = 40;
/// The least columns of a body, even if the line gets longer than the canvas.
const MIN_BODY: usize = 20;

/// The answer to one delivery. Its keys are those of the JSON line.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AnswerInfo<'a> {
    /// The status; `None` if there is no answer.
    pub status: Option<u16>,
    /// The words after the status; may be empty.
    pub reason: Text<'a>,
    /// The time from connecting to the end of the answer; `None` if there is no answer.
    pub milliseconds: Option<u64>,
    /// The header `Location` of a redirect, which was not followed.
    pub location: Option<Text<'a>>,
    /// The start of the body; `None` if there is no answer, or it has a content encoding.
    pub body: Option<Text<'a>>,
    /// The content encoding of a body that is not shown.
    pub body_encoding: Option<Text<'a>>,
    /// Whether the body goes on.
    pub body_is_cut: bool,
    /// Why there is no answer.
    pub error: Option<String>,
    /// How the request differs from the one that was received.
    pub notes: Vec<&'static str>,
}

impl AnswerInfo<'_> {
    /// Whether the status is 2xx.
    pub fn is_accepted(&self) -> bool {
        matches!(self.status, Some(200..=299))
    }

    /// Writes the line for people: the delivery, the status, the time and the start of the body.
    /// There is none if there is no answer.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(
        &self,
        origin: &Origin<'_>,
        canvas: &Canvas,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let (Some(status), Some(milliseconds)) = (self.status, self.milliseconds) else {
            return Ok(());
        };
        let theme = &canvas.theme;
        let tone = if self.is_accepted() {
            theme.good
        } else {
            theme.error
        };
        let status = format!("{status} {}", self.reason.shortened(MAX_REASON));
        let line = format!(
            "{}  {}  {}",
            theme.heading.style(origin.to_string()),
            tone.style(status.trim_end()),
            theme.muted.style(format!("{milliseconds} ms")),
        );
        let used = visible_width(&line) + 2;
        let room = usize::from(canvas.width).saturating_sub(used);
        let preview = self.preview();
        let preview = shortened(&preview, room.max(MIN_BODY));
        writeln!(out, "{}", format!("{line}  {preview}").trim_end())
    }

    /// What is shown of the body, or in its place.
    fn preview(&self) -> String {
        if let Some(location) = &self.location {
            return format!("redirects to {location} (not followed)");
        }
        if let Some(encoding) = &self.body_encoding {
            return format!("({} data)", encoding.shortened(20));
        }
        let body = self.body.as_ref().map(Text::as_str).unwrap_or_default();
        let end = if self.body_is_cut { "…" } else { "" };
        format!("{}{end}", Text::from(body.trim()))
    }

    /// Writes the line for programs.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write_json(&self, origin: &Origin<'_>, out: &mut impl Write) -> io::Result<()> {
        let line = AnswerLine {
            source: &origin.source,
            index: origin.index,
            answer: self,
        };
        write_line(&line, out)
    }
}

#[derive(Serialize)]
struct AnswerLine<'a> {
    source: &'a Text<'a>,
    index: usize,
    #[serde(flatten)]
    answer: &'a AnswerInfo<'a>,
}

/// Counts the answers of a run.
#[derive(Debug, Clone, Default)]
pub struct AnswerCounts {
    accepted: usize,
    refused: usize,
    failed: usize,
}

impl AnswerCounts {
    /// Counts the answer to a delivery.
    pub fn add(&mut self, answer: &AnswerInfo<'_>) {
        match answer.status {
            None => self.failed += 1,
            Some(_) if answer.is_accepted() => self.accepted += 1,
            Some(_) => self.refused += 1,
        }
    }

    /// Writes the closing line of a run, such as `3 deliveries: 2 accepted, 1 refused`; nothing for
    /// a single delivery, whose own line says as much.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write_closing(&self, canvas: &Canvas, out: &mut impl Write) -> io::Result<()> {
        let total = self.accepted + self.refused + self.failed;
        if total < 2 {
            return Ok(());
        }
        let theme = &canvas.theme;
        let counts = [
            (self.accepted, "accepted", theme.good),
            (self.refused, "refused", theme.error),
            (self.failed, "not answered", theme.error),
        ];
        let counted = counts.into_iter().filter(|(count, ..)| *count > 0);
        let words = counted.map(|(count, what, style)| {
            let words = format!("{count} {what}");
            style.style(words).to_string()
        });
        let words = words.collect::<Vec<_>>().join(", ");
        let total = theme.heading.style(delivery_count(total));
        writeln!(out, "{total}: {words}")
    }
}
