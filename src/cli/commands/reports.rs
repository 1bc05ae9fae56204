//! Writes findings to standard output and to the files of `--report`.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Result;
use chatlog::view::findings::{InputProblem, Options, Rendered, Renderer, ReportFormat, Writer};
use chatlog::view::{Theme, Zone};
use chatlog::{Report, Text};

use super::{canvas, pager_of};
use crate::cli::args::{DisplayArgs, FollowArgs, Inputs, REPORT};
use crate::cli::config::Config;
use crate::cli::interrupt;
use crate::cli::output::{ReportFile, Stdout};

/// Where to write findings, and how.
pub(super) struct Destinations<'a> {
    /// The format on standard output; `None` to write none there.
    pub(super) format: Option<ReportFormat>,
    /// Whether to write only failures there.
    pub(super) quiet: bool,
    /// Whether to list findings one by one that say the same.
    pub(super) lists_all: bool,
    /// The report files.
    pub(super) reports: &'a [(ReportFormat, PathBuf)],
    /// What is read.
    pub(super) inputs: &'a Inputs,
    /// The look of standard output.
    pub(super) follow: &'a FollowArgs,
    pub(super) look: &'a DisplayArgs,
}

impl Destinations<'_> {
    /// Opens all destinations. Returns what renders for them, on any thread, and what writes to them.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn open(&self, config: &Config) -> Result<(FindingRenderers, FindingWriters)> {
        let options = Options {
            canvas: canvas(self.look, config, Zone::UTC),
            quiet: self.quiet,
            lists_all: self.lists_all,
            project: Text::from(config.name()),
        };
        let reports = self.open_reports(&options)?;
        let (report_renderers, report_writers): (Vec<_>, Vec<_>) = reports.into_iter().unzip();
        let screen = self.format.map(|format| Renderer::new(format, options));
        let screen_writer = screen.clone().map(|it| {
            let pager = it
                .is_for_people()
                .then(|| pager_of(self.inputs, self.follow, self.look));
            Writer::new(it, Stdout::before(pager.flatten()))
        });
        let renderers = FindingRenderers {
            screen,
            reports: report_renderers,
            quiet: self.quiet,
        };
        let writers = FindingWriters {
            screen: screen_writer.transpose()?,
            reports: report_writers,
        };
        Ok((renderers, writers))
    }

    /// Opens the report files, which hold everything and have no colour.
    fn open_reports(&self, options: &Options) -> Result<Vec<(Renderer, Writer<ReportFile>)>> {
        let mut options = options.clone();
        options.canvas.theme = Theme::plain();
        options.quiet = false;
        options.lists_all = true;
        let open = |(format, path): &(ReportFormat, PathBuf)| {
            let renderer = Renderer::new(*format, options.clone());
            let file = ReportFile::create(REPORT, path)?;
            Ok((renderer.clone(), Writer::new(renderer, file)?))
        };
        self.reports.iter().map(open).collect()
    }
}

/// Renders findings for all destinations.
pub(super) struct FindingRenderers {
    screen: Option<Renderer>,
    reports: Vec<Renderer>,
    quiet: bool,
}

/// Findings that were rendered for all destinations.
#[derive(Default)]
pub(super) struct RenderedFindings {
    screen: Rendered,
    reports: Vec<Rendered>,
}

impl FindingRenderers {
    /// Renders the findings of one delivery. With `--quiet`, report files still have all of them,
    /// and the report is left with those that fail the run.
    pub(super) fn report(
        &self,
        report: &mut Report<'_>,
        rendered: &mut RenderedFindings,
    ) -> Result<()> {
        for (renderer, rendered) in self.reports(rendered) {
            renderer.report(report, rendered)?;
        }
        if self.quiet {
            report.keep_failures();
        }
        if let Some(screen) = &self.screen {
            screen.report(report, &mut rendered.screen)?;
        }
        Ok(())
    }

    /// Renders a problem with an input. Formats for people only count it, because it is reported on
    /// standard error too.
    pub(super) fn problem(
        &self,
        problem: &InputProblem<'_>,
        rendered: &mut RenderedFindings,
    ) -> Result<()> {
        match &self.screen {
            Some(screen) if screen.is_for_people() => screen.count_problem(&mut rendered.screen),
            Some(screen) => screen.problem(problem, &mut rendered.screen)?,
            None => {}
        }
        for (renderer, rendered) in self.reports(rendered) {
            renderer.problem(problem, rendered)?;
        }
        Ok(())
    }

    fn reports<'r>(
        &'r self,
        rendered: &'r mut RenderedFindings,
    ) -> impl Iterator<Item = (&'r Renderer, &'r mut Rendered)> {
        rendered
            .reports
            .resize_with(self.reports.len(), Rendered::default);
        self.reports.iter().zip(&mut rendered.reports)
    }
}

/// Writes findings to standard output and to report files.
pub(super) struct FindingWriters {
    screen: Option<Writer<Stdout>>,
    reports: Vec<Writer<ReportFile>>,
}

impl FindingWriters {
    /// Writes rendered findings. Those of a live source are flushed to standard output, because
    /// someone may be waiting for them.
    pub(super) fn write(&mut self, rendered: RenderedFindings, is_live: bool) -> Result<()> {
        if let Some(screen) = &mut self.screen {
            screen.write(rendered.screen)?;
            if is_live {
                screen.flush()?;
            }
        }
        for (writer, rendered) in self.reports.iter_mut().zip(rendered.reports) {
            writer.write(rendered)?;
        }
        Ok(())
    }

    /// Whether there are report files. They must be complete, even if standard output is closed.
    pub(super) fn has_reports(&self) -> bool {
        !self.reports.is_empty()
    }

    /// `Break` if no more output is wanted.
    pub(super) fn flow(&self) -> ControlFlow<()> {
        match &self.screen {
            Some(screen) if !self.has_reports() => screen.get_ref().flow(),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Completes all output, then moves the report files into place.
    pub(super) fn finish(self) -> Result<()> {
        // Reports need not wait until the user leaves the pager.
        let _screen = self.screen.map(Writer::finish).transpose()?;
        let files = self
            .reports
            .into_iter()
            .map(Writer::finish)
            .collect::<io::Result<Vec<ReportFile>>>()?;
        let _busy = interrupt::hold();
        files.into_iter().try_for_each(ReportFile::put_in_place)
    }
}
