//! Prints the answers, each as soon as it was read, and what is to be said of all of them.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::Result;
use chatlog::view::answer::{AnswerCounts, AnswerInfo};
use chatlog::view::{Canvas, Zone, delivery_count};
use chatlog::{Origin, Text};

use crate::cli::args::{Replay, ReplayFormat};
use crate::cli::commands::canvas;
use crate::cli::config::Config;
use crate::cli::http::Answer;
use crate::cli::output::{Stdout, report_problem};

/// Prints the answers.
pub(super) struct Answers {
    format: ReplayFormat,
    canvas: Canvas,
    out: Stdout,
    counts: AnswerCounts,
    /// How many deliveries each note is about.
    notes: BTreeMap<&'static str, usize>,
}

impl Answers {
    pub(super) fn new(args: &Replay, config: &Config) -> Self {
        Self {
            format: args.format,
            canvas: canvas(&args.look, config, Zone::UTC),
            out: Stdout::new(),
            counts: AnswerCounts::default(),
            notes: BTreeMap::new(),
        }
    }

    /// Prints an answer at once. `Break` if nobody reads it.
    pub(super) fn add(
        &mut self,
        origin: &Origin<'_>,
        answer: &AnswerInfo<'_>,
    ) -> Result<ControlFlow<()>> {
        self.counts.add(answer);
        for note in &answer.notes {
            *self.notes.entry(note).or_default() += 1;
        }
        if let Some(error) = &answer.error {
            report_problem(origin, error);
        }
        match self.format {
            ReplayFormat::Human => answer.write(origin, &self.canvas, &mut self.out)?,
            ReplayFormat::Json => answer.write_json(origin, &mut self.out)?,
        }
        self.out.flush()?;
        Ok(self.out.flow())
    }

    /// Prints the closing line and the notes.
    pub(super) fn finish(mut self) -> Result<()> {
        if self.format == ReplayFormat::Human {
            self.counts.write_closing(&self.canvas, &mut self.out)?;
        }
        self.out.flush()?;
        for (note, count) in &self.notes {
            report_problem(&delivery_count(*count), note);
        }
        Ok(())
    }
}

/// What is shown of an answer.
pub(super) fn shown(answer: Answer) -> AnswerInfo<'static> {
    let text = |name| {
        answer
            .header(name)
            .map(|value| Text::from(value.to_owned()))
    };
    let encoding = text("Content-Encoding").filter(|it| it.as_str() != "identity");
    let body = encoding.is_none().then(|| Text::from(start_of(&answer)));
    AnswerInfo {
        status: Some(answer.status),
        milliseconds: Some(milliseconds(answer.elapsed)),
        location: text("Location").filter(|_| (300..400).contains(&answer.status)),
        body,
        body_encoding: encoding,
        body_is_cut: answer.is_cut,
        reason: Text::from(answer.reason),
        ..AnswerInfo::default()
    }
}

/// The start of a body as text. A character that was cut in two is left out.
fn start_of(answer: &Answer) -> String {
    let body = &answer.body[..];
    let whole = match std::str::from_utf8(body) {
        Err(error) if answer.is_cut && error.error_len().is_none() => &body[..error.valid_up_to()],
        _ => body,
    };
    String::from_utf8_lossy(whole).into_owned()
}

/// A time in whole milliseconds, rounded.
fn milliseconds(time: Duration) -> u64 {
    let rounded = time.saturating_add(Duration::from_micros(500));
    rounded.as_millis().try_into().unwrap_or(u64::MAX)
}
