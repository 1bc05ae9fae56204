//! Report files, which are replaced atomically.
//!
//! A report is written to a temporary file next to its target. Once all reports of a run are
//! complete, each temporary file is renamed to its target. A run that fails or is interrupted leaves
//! the old reports as they were.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use crate::cli::interrupt;
use crate::cli::pipeline::{folder_of, followed, name_of};

/// A report that is being written.
pub(crate) struct ReportFile {
    name: String,
    target: ReportTarget,
}

enum ReportTarget {
    /// A file that will replace the target.
    Beside {
        file: BufWriter<NamedTempFile>,
        target: PathBuf,
    },
    /// A pipe or a device, which cannot be replaced.
    Direct(BufWriter<File>),
}

impl ReportFile {
    /// Opens a temporary file next to `path`, or `path` itself if it is not a regular file. `option` is
    /// the option that names it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn create(option: &str, path: &Path) -> Result<Self> {
        let name = format!("{option} {}", name_of(path));
        let target = ReportTarget::open(path).with_context(|| format!("{name}: cannot write"))?;
        Ok(Self { name, target })
    }

    /// Opens a temporary file for a file of a folder. Whatever has its name is replaced, so a link
    /// there is not followed.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn create_in_folder(option: &str, path: &Path) -> Result<Self> {
        let name = format!("{option} {}", name_of(path));
        let old = fs::symlink_metadata(path).ok();
        let old = old.filter(Metadata::is_file);
        let target = ReportTarget::beside(path.to_owned(), old);
        let target = target.with_context(|| format!("{name}: cannot write"))?;
        Ok(Self { name, target })
    }

    fn named(&self, error: &io::Error) -> io::Error {
        let what = format!("{}: cannot write: {error}", self.name);
        io::Error::new(error.kind(), what)
    }

    /// Replaces the target with the report.
    ///
    /// # Errors
    /// The target cannot be replaced.
    pub(crate) fn put_in_place(self) -> Result<()> {
        let ReportTarget::Beside { file, target } = self.target else {
            return Ok(());
        };
        let place = || format!("{}: cannot write", self.name);
        let file = file.into_inner().with_context(place)?;
        let temporary = file.path().to_owned();
        let kept = file.persist(target).map_err(|failed| failed.error);
        kept.with_context(place)?;
        interrupt::keep(&temporary);
        Ok(())
    }
}

impl Write for ReportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.target.writer().write(bytes);
        written.map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.target.writer().flush();
        flushed.map_err(|error| self.named(&error))
    }
}

impl ReportTarget {
    fn open(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(found) if !found.is_file() => {
                let file = OpenOptions::new().write(true).open(path)?;
                Ok(Self::Direct(BufWriter::new(file)))
            }
            found => Self::beside(followed(path)?, found.ok()),
        }
    }

    /// A temporary file next to `target`, with the permissions of the file that it replaces, or of
    /// any new file. Its name starts with a dot, so that folder walks skip it.
    fn beside(target: PathBuf, old: Option<Metadata>) -> io::Result<Self> {
        if old.is_some() {
            // Renaming would replace even a read-only file, so check that it may be written.
            OpenOptions::new().append(true).open(&target)?;
        }
        let _busy = interrupt::hold();
        let file = new_file().tempfile_in(folder_of(&target));
        let file = file.map_err(|error| without_path(&error))?;
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

/// The error without the name of the temporary file, which `tempfile` adds and nobody knows.
pub(crate) fn without_path(error: &io::Error) -> io::Error {
    let words = error.to_string();
    let words = words.split(" at path ").next().unwrap_or_default();
    io::Error::new(error.kind(), words)
}

#[cfg(unix)]
fn new_file() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    // The system applies the umask, as to any new file.
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
