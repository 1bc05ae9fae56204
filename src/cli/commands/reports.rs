//! Findings on standard output, and in the files of `--report`.
//!
//! A report is written to a temporary file beside its target, and takes its place when all reports
//! of the run are complete: until then, the target stays what it was.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chatlog::view::findings::{Format, Options, Problem, Writer};
use chatlog::view::{Canvas, Theme, Zone};
use chatlog::{Report, Text};
use tempfile::NamedTempFile;

use super::deliveries::Flow;
use super::output::Stdout;
use super::{Outcome, canvas};
use crate::cli::args::DisplayArgs;
use crate::cli::config::Config;
use crate::cli::interrupt;
use crate::cli::pipeline::{folder_of, followed, name_of};

/// Where findings are written, and how.
pub(super) struct Destinations<'a> {
    /// The format on standard output, if they are written there.
    pub(super) format: Option<Format>,
    /// Whether only problems are written there.
    pub(super) quiet: bool,
    /// The files.
    pub(super) reports: &'a [(Format, PathBuf)],
    /// The look on standard output.
    pub(super) look: &'a DisplayArgs,
}

/// Writes findings to standard output and to reports.
pub(super) struct Findings {
    screen: Option<Screen>,
    reports: Vec<Writer<ReportFile>>,
}

struct Screen {
    format: Format,
    writer: Writer<Stdout>,
}

impl Findings {
    /// Opens everything that is written to.
    pub(super) fn create(destinations: &Destinations<'_>, config: &Config) -> Result<Self> {
        let options = Options {
            canvas: canvas(destinations.look, config, Zone::UTC),
            quiet: destinations.quiet,
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
        let create = |(format, path): &(Format, PathBuf)| {
            let file = ReportFile::create(path)?;
            Ok(Writer::new(*format, plain.clone(), file)?)
        };
        let reports = destinations.reports.iter().map(create);
        Ok(Self {
            reports: reports.collect::<Result<_>>()?,
            screen: match destinations.format {
                Some(format) => Some(Screen {
                    format,
                    writer: Writer::new(format, options, Stdout::new())?,
                }),
                None => None,
            },
        })
    }

    /// Writes the findings of one delivery.
    pub(super) fn write(&mut self, report: &Report<'_>) -> Result<()> {
        if let Some(screen) = &mut self.screen {
            screen.writer.write(report)?;
        }
        for writer in &mut self.reports {
            writer.write(report)?;
        }
        Ok(())
    }

    /// Writes out what standard output got until now, for somebody who waits for it.
    pub(super) fn flush(&mut self) -> Result<()> {
        if let Some(screen) = &mut self.screen {
            screen.writer.flush()?;
        }
        Ok(())
    }

    /// Writes something that could not be read, which standard error has told already.
    pub(super) fn write_problem(&mut self, problem: &Problem<'_>) -> Result<()> {
        match &mut self.screen {
            Some(screen) if screen.format.is_for_people() => screen.writer.count_problem(),
            Some(screen) => screen.writer.write_problem(problem)?,
            None => {}
        }
        for writer in &mut self.reports {
            writer.write_problem(problem)?;
        }
        Ok(())
    }

    /// Says whether any report is written to a file, which has to be complete.
    pub(super) fn has_reports(&self) -> bool {
        !self.reports.is_empty()
    }

    /// How to go on after a delivery: no further if nobody reads what comes of it.
    pub(super) fn flow(&self, outcome: Outcome) -> Flow {
        match &self.screen {
            Some(screen) if !self.has_reports() => screen.writer.get_ref().flow(outcome),
            _ => Flow::Continue(outcome),
        }
    }

    /// Completes everything, then puts the reports in place.
    pub(super) fn finish(self) -> Result<()> {
        if let Some(screen) = self.screen {
            screen.writer.finish()?;
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

/// A report on its way into its file.
struct ReportFile {
    name: String,
    sink: Sink,
}

enum Sink {
    /// A file that will replace the target.
    Beside {
        file: BufWriter<NamedTempFile>,
        target: PathBuf,
    },
    /// A pipe or a device, which can only be written.
    Direct(BufWriter<File>),
}

impl ReportFile {
    fn create(path: &Path) -> Result<Self> {
        let name = format!("--report {}", name_of(path));
        let sink = Sink::open(path).with_context(|| format!("{name}: cannot write"))?;
        Ok(Self { name, sink })
    }

    fn named(&self, error: &io::Error) -> io::Error {
        let what = format!("{}: cannot write: {error}", self.name);
        io::Error::new(error.kind(), what)
    }

    fn put_in_place(self) -> Result<()> {
        let Sink::Beside { file, target } = self.sink else {
            return Ok(());
        };
        let place = || format!("{}: cannot write", self.name);
        let file = file.into_inner().with_context(place)?;
        let temporary = file.path().to_owned();
        file.persist(target).with_context(place)?;
        interrupt::keep(&temporary);
        Ok(())
    }
}

impl Write for ReportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.writer().write(bytes);
        written.map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.sink.writer().flush();
        flushed.map_err(|error| self.named(&error))
    }
}

impl Sink {
    fn open(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(found) if !found.is_file() => {
                let file = OpenOptions::new().write(true).open(path)?;
                Ok(Self::Direct(BufWriter::new(file)))
            }
            found => Self::beside(followed(path)?, found.ok()),
        }
    }

    /// A temporary file beside `target`, with the permissions of the file that it replaces, or of
    /// any new file. Its name begins with a dot: folder walks pass it over.
    fn beside(target: PathBuf, old: Option<Metadata>) -> io::Result<Self> {
        if old.is_some() {
            // A file that may not be written may not be replaced.
            OpenOptions::new().append(true).open(&target)?;
        }
        let _busy = interrupt::hold();
        let file = new_file().tempfile_in(folder_of(&target))?;
        interrupt::delete_when_interrupted(file.path());
        if let Some(old) = old {
            file.as_file().set_permissions(old.permissions())?;
        }
        let file = BufWriter::new(file);
        Ok(Self::Beside { file, target })
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Beside { file, .. } => file,
            Self::Direct(file) => file,
        }
    }
}

#[cfg(unix)]
fn new_file() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    // The system takes away what the umask says, as from any new file.
    builder
        .prefix(".chatlog-")
        .permissions(fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn new_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".chatlog-");
    builder
}
