//! The two stages that every format of findings goes through.
//!
//! Reports are *rendered* one by one, in any order and on any thread, and then *written* in the
//! order of the input. A [`Renderer`] adds reports to a [`Rendered`]; a [`Writer`] takes these
//! parts in order. A format implements [`Reporter`]; most need no more than the text of each
//! report.
//!
//! Two things are only known in the second stage and left to the writer: the number that tells a
//! fingerprint from an equal one before it, and whether an item is the first of its list (it has
//! no comma then). A format that can write something only at the end keeps it as [`Kept`].

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::fingerprint::{Fingerprint, Fingerprints, PLACEHOLDER};
use super::{InputProblem, Options, ReportFormat, RunTotals, write_json};
use crate::Report;

/// A format of findings.
pub(super) trait Reporter: Send + Sync {
    /// Writes what comes before the first report.
    fn begin(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Renders the findings of one delivery, if there are any.
    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()>;

    /// Renders an input that could not be read.
    fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()>;

    /// Writes what comes after the last report.
    fn finish(&self, _total: &Total, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// The rendered findings of some reports.
#[derive(Default)]
pub struct Rendered {
    text: Vec<u8>,
    /// The unfinished fingerprints, each with the offset of its placeholder in the text.
    fingerprints: Vec<(usize, Fingerprint)>,
    /// Whether the text is a list of items, each with a comma before it.
    is_list: bool,
    kept: Vec<Kept>,
    tally: RunTotals,
}

/// A text that is written after the last report.
pub(super) struct Kept {
    /// What it belongs to, such as a test suite.
    pub(super) group: String,
    /// What it counts as, such as a failure.
    pub(super) mark: Option<&'static str>,
    pub(super) text: String,
}

/// What is known after the last report.
#[derive(Default)]
pub(super) struct Total {
    pub(super) tally: RunTotals,
    pub(super) kept: Vec<Kept>,
}

impl Rendered {
    /// Keeps a text for the end.
    pub(super) fn keep(&mut self, kept: Kept) {
        self.kept.push(kept);
    }

    /// Adds an item to a format that is a JSON list. If one of its values is [`PLACEHOLDER`], the
    /// writer replaces that with the fingerprint.
    pub(super) fn item(
        &mut self,
        item: &impl Serialize,
        fingerprint: Fingerprint,
    ) -> io::Result<()> {
        self.is_list = true;
        self.text.extend_from_slice(b",\n");
        let start = self.text.len();
        write_json(item, &mut self.text)?;
        // A quote inside a JSON string has a backslash before it, so this can only be a value.
        let value = format!(":\"{PLACEHOLDER}\"");
        if let Some(at) = memchr::memmem::find(&self.text[start..], value.as_bytes()) {
            self.fingerprints.push((start + at + 2, fingerprint));
        }
        Ok(())
    }
}

impl Write for Rendered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Renders findings in one format, on any thread.
#[derive(Clone)]
pub struct Renderer {
    format: ReportFormat,
    reporter: Arc<dyn Reporter>,
    quiet: bool,
}

impl Renderer {
    /// A renderer for this format.
    pub fn new(format: ReportFormat, options: Options) -> Self {
        Self {
            format,
            quiet: options.quiet,
            reporter: format.reporter(options),
        }
    }

    /// Whether the format is for people, who see problems with inputs on standard error.
    pub fn is_for_people(&self) -> bool {
        self.format.is_for_people()
    }

    /// Renders the findings of one delivery.
    ///
    /// # Errors
    /// Only if rendering to memory fails.
    pub fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        rendered.tally.add(report);
        if report.findings.is_empty() && self.quiet {
            return Ok(());
        }
        self.reporter.report(report, rendered)
    }

    /// Renders an input that could not be read.
    ///
    /// # Errors
    /// Only if rendering to memory fails.
    pub fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()> {
        self.count_problem(rendered);
        self.reporter.problem(problem, rendered)
    }

    /// Counts an input that could not be read, for a format that does not show it.
    pub fn count_problem(&self, rendered: &mut Rendered) {
        rendered.tally.problems += 1;
    }
}

/// Writes rendered findings in their order.
pub struct Writer<W> {
    renderer: Renderer,
    fingerprints: Fingerprints,
    /// Whether an item of the list was written.
    has_item: bool,
    total: Total,
    out: W,
}

impl<W: Write> Writer<W> {
    /// Writes what comes before the first report.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn new(renderer: Renderer, mut out: W) -> io::Result<Self> {
        renderer.reporter.begin(&mut out)?;
        Ok(Self {
            renderer,
            fingerprints: Fingerprints::default(),
            has_item: false,
            total: Total::default(),
            out,
        })
    }

    /// Writes the next reports.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn write(&mut self, mut rendered: Rendered) -> io::Result<()> {
        self.total.tally.absorb(rendered.tally);
        self.total.kept.append(&mut rendered.kept);
        for (at, fingerprint) in rendered.fingerprints {
            let place = &mut rendered.text[at..at + PLACEHOLDER.len()];
            place.copy_from_slice(self.fingerprints.finish(fingerprint).as_bytes());
        }
        let mut text = &rendered.text[..];
        if rendered.is_list && !self.has_item {
            text = &text[1..];
            self.has_item = true;
        }
        self.out.write_all(text)
    }

    /// The output.
    pub fn get_ref(&self) -> &W {
        &self.out
    }

    /// Flushes the output, so that a reader of a live stream sees what was written so far.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes what comes after the last report, flushes the output and returns it.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        let reporter = &self.renderer.reporter;
        reporter.finish(&self.total, &mut self.out)?;
        self.out.flush()?;
        Ok(self.out)
    }
}
