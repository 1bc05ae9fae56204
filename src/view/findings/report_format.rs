//! How every format of findings is written: rendered report by report, in any order and on any
//! thread, then put together in the order of the input.
//!
//! A [`Renderer`] makes a [`Rendered`] of some reports; a [`Writer`] takes the parts in order. What a
//! format is, it says in its [`Reporter`]. Most need no more than the text of each report. Two things
//! cannot be known where a report is rendered, and are left to the writer: the number that tells a
//! fingerprint from an equal one before it, and whether an item of a list is its first. What a format
//! can only write at the very end it keeps.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::fingerprint::{Fingerprint, Fingerprints, PLACEHOLDER};
use super::{InputProblem, Options, ReportFormat, Tally, write_json};
use crate::Report;

/// A format of findings.
pub(super) trait Reporter: Send + Sync {
    /// Writes what comes before the first report.
    fn begin(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Renders the findings of one delivery, if there are any.
    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()>;

    /// Renders something that could not be read.
    fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()>;

    /// Writes what comes after the last report.
    fn finish(&self, _total: &Total, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// What was rendered of some reports.
#[derive(Default)]
pub struct Rendered {
    text: Vec<u8>,
    /// The fingerprints in the text that are not finished, each with its place.
    fingerprints: Vec<(usize, Fingerprint)>,
    /// Whether the text is items of a list, each with a comma before it.
    is_list: bool,
    kept: Vec<Kept>,
    tally: Tally,
}

/// Something that is written once all reports were read.
pub(super) struct Kept {
    /// What it belongs to.
    pub(super) group: String,
    /// What kind it is.
    pub(super) mark: Option<&'static str>,
    pub(super) text: String,
}

/// All there is to say after the last report.
#[derive(Default)]
pub(super) struct Total {
    pub(super) tally: Tally,
    pub(super) kept: Vec<Kept>,
}

impl Rendered {
    /// Keeps something for the end.
    pub(super) fn keep(&mut self, kept: Kept) {
        self.kept.push(kept);
    }

    /// Adds an item to the list that the format is. Where the item has [`PLACEHOLDER`] as one of its
    /// values, that becomes the fingerprint.
    pub(super) fn item(
        &mut self,
        item: &impl Serialize,
        fingerprint: Fingerprint,
    ) -> io::Result<()> {
        self.is_list = true;
        self.text.extend_from_slice(b",\n");
        let start = self.text.len();
        write_json(item, &mut self.text)?;
        // No string of JSON holds a quote without a backslash before it: this is a value.
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
    /// A renderer of this format.
    pub fn new(format: ReportFormat, options: Options) -> Self {
        Self {
            format,
            quiet: options.quiet,
            reporter: format.reporter(options),
        }
    }

    /// Whether people read it. Standard error, which they read too, has told them of problems.
    pub fn is_for_people(&self) -> bool {
        self.format.is_for_people()
    }

    /// Renders the findings of one delivery.
    ///
    /// # Errors
    /// None that writing to memory does not give.
    pub fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        rendered.tally.add(report);
        if report.findings.is_empty() && self.quiet {
            return Ok(());
        }
        self.reporter.report(report, rendered)
    }

    /// Renders something that could not be read.
    ///
    /// # Errors
    /// None that writing to memory does not give.
    pub fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()> {
        self.count_problem(rendered);
        self.reporter.problem(problem, rendered)
    }

    /// Counts something that could not be read, which people are told elsewhere.
    pub fn count_problem(&self, rendered: &mut Rendered) {
        rendered.tally.problems += 1;
    }
}

/// Writes rendered findings in their order.
pub struct Writer<W> {
    renderer: Renderer,
    fingerprints: Fingerprints,
    /// Whether the list that the format is has an item.
    has_item: bool,
    total: Total,
    out: W,
}

impl<W: Write> Writer<W> {
    /// A writer that has written what comes before the first report.
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

    /// Writes what was rendered of the next reports.
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

    /// What is written to.
    pub fn get_ref(&self) -> &W {
        &self.out
    }

    /// Writes out what was written until now, for somebody who waits for it.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes what comes after the last report, and gives the output back, flushed.
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
