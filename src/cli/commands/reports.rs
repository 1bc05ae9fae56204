//! Findings on standard output, and in the files of `--report`.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Result;
use chatlog::view::findings::{InputProblem, Options, Rendered, Renderer, ReportFormat, Writer};
use chatlog::view::{Canvas, Theme, Zone};
use chatlog::{Report, Text};

use super::canvas;
use crate::cli::args::DisplayArgs;
use crate::cli::config::Config;
use crate::cli::interrupt;
use crate::cli::output::{ReportFile, Stdout};

/// Where findings are written, and how.
pub(super) struct Destinations<'a> {
    /// The format on standard output, if they are written there.
    pub(super) format: Option<ReportFormat>,
    /// Whether only problems are written there.
    pub(super) quiet: bool,
    /// The files.
    pub(super) reports: &'a [(ReportFormat, PathBuf)],
    /// The look on standard output.
    pub(super) look: &'a DisplayArgs,
}

impl Destinations<'_> {
    /// Opens everything that is written to: what renders for it, on any thread, and what writes it.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn open(&self, config: &Config) -> Result<(FindingRenderers, FindingWriters)> {
        let options = Options {
            canvas: canvas(self.look, config, Zone::UTC),
            quiet: self.quiet,
            project: Text::from(config.name()),
        };
        let plain = Options {
            canvas: Canvas {
                theme: Theme::plain(),
                ..options.canvas.clone()
            },
            quiet: false,
            ..options.clone()
        };
        let screen = self.format.map(|format| Renderer::new(format, options));
        let report = |(format, path): &(ReportFormat, PathBuf)| {
            let renderer = Renderer::new(*format, plain.clone());
            let file = ReportFile::create(path)?;
            Ok((renderer.clone(), Writer::new(renderer, file)?))
        };
        let reports: Vec<_> = self.reports.iter().map(report).collect::<Result<_>>()?;
        let (renderers, writers): (Vec<_>, Vec<_>) = reports.into_iter().unzip();
        let screen_writer = screen.clone().map(|it| Writer::new(it, Stdout::new()));
        Ok((
            FindingRenderers {
                screen,
                reports: renderers,
            },
            FindingWriters {
                screen: screen_writer.transpose()?,
                reports: writers,
            },
        ))
    }
}

/// Renders findings for everything that they are written to.
pub(super) struct FindingRenderers {
    screen: Option<Renderer>,
    reports: Vec<Renderer>,
}

/// What was rendered of some reports.
#[derive(Default)]
pub(super) struct RenderedFindings {
    screen: Rendered,
    reports: Vec<Rendered>,
}

impl FindingRenderers {
    /// Renders the findings of one delivery.
    pub(super) fn report(
        &self,
        report: &Report<'_>,
        rendered: &mut RenderedFindings,
    ) -> Result<()> {
        if let Some(screen) = &self.screen {
            screen.report(report, &mut rendered.screen)?;
        }
        for (renderer, rendered) in self.reports(rendered) {
            renderer.report(report, rendered)?;
        }
        Ok(())
    }

    /// Renders something that could not be read, which standard error tells too.
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
    /// Writes what was rendered of the next reports; what goes to standard output at once, if
    /// somebody waits for it.
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

    /// Whether any report is written to a file, which has to be complete.
    pub(super) fn has_reports(&self) -> bool {
        !self.reports.is_empty()
    }

    /// Whether anybody still reads what is written.
    pub(super) fn flow(&self) -> ControlFlow<()> {
        match &self.screen {
            Some(screen) if !self.has_reports() => screen.get_ref().flow(),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Completes everything, then puts the reports in place.
    pub(super) fn finish(self) -> Result<()> {
        if let Some(screen) = self.screen {
            screen.finish()?;
        }
        let files = self
            .reports
            .into_iter()
            .map(Writer::finish)
            .collect::<io::Result<Vec<ReportFile>>>()?;
        let _busy = interrupt::hold();
        files.into_iter().try_for_each(ReportFile::put_in_place)
    }
}
