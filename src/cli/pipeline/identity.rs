//! The files that a run writes, so that it reads none of them.
//!
//! Files are compared by what they are, not by name: a link to an output is the output. Only regular
//! files count: pipes, terminals and devices may well be read and written at once.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use same_file::Handle;

use super::name_of;

/// The regular files that a run writes, each with how messages name it.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    files: Vec<(String, Handle)>,
    /// The targets of reports that do not exist yet.
    new: Vec<PathBuf>,
}

impl Outputs {
    /// Standard output, standard error and the files of reports, which must all differ.
    pub(crate) fn new<'p>(reports: impl IntoIterator<Item = &'p Path>) -> Result<Self> {
        let mut outputs = Self::default();
        outputs.add("standard output".to_owned(), Handle::stdout());
        outputs.add("standard error".to_owned(), Handle::stderr());
        for path in reports {
            outputs.add_report(path)?;
        }
        Ok(outputs)
    }

    fn add_report(&mut self, path: &Path) -> Result<()> {
        let name = format!("--report {}", name_of(path));
        if let Some(other) = self.find(path) {
            bail!("{name}: this file is also {other}: every output needs a file of its own");
        }
        if regular(path).is_ok() {
            self.add(name, handle(path));
            return Ok(());
        }
        let Some(target) = absolute(path) else {
            return Ok(());
        };
        if self.new.contains(&target) {
            bail!("{name}: another report goes to this file");
        }
        self.new.push(target);
        Ok(())
    }

    fn add(&mut self, name: String, handle: io::Result<Handle>) {
        if let Ok(handle) = handle
            && is_regular(&handle)
        {
            self.files.push((name, handle));
        }
    }

    /// Refuses to read a file, `-` for standard input, if it is an output.
    pub(crate) fn refuse(&self, option: &str, path: &Path) -> Result<()> {
        if let Some(output) = self.find(path) {
            let place = format!("{option} {}", name_of(path));
            let place = place.trim_start();
            bail!("{place}: this file is also {output}: write to another file");
        }
        Ok(())
    }

    /// The output that a file is, if it is one.
    pub(crate) fn find(&self, path: &Path) -> Option<&str> {
        if self.files.is_empty() {
            return None;
        }
        let file = if path.as_os_str() == "-" {
            Handle::stdin().ok().filter(is_regular)?
        } else {
            handle(path).ok()?
        };
        let output = self.files.iter().find(|(_, output)| *output == file);
        output.map(|(name, _)| name.as_str())
    }
}

/// The handle of a regular file, which may be one that can only be written.
fn handle(path: &Path) -> io::Result<Handle> {
    let path = regular(path)?;
    let file = File::open(path).or_else(|_| OpenOptions::new().append(true).open(path))?;
    Handle::from_file(file)
}

/// A path to a regular file: opening a pipe would wait for its other end.
fn regular(path: &Path) -> io::Result<&Path> {
    if fs::metadata(path)?.is_file() {
        Ok(path)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

fn is_regular(handle: &Handle) -> bool {
    handle
        .as_file()
        .metadata()
        .is_ok_and(|metadata| metadata.is_file())
}

/// A path that is the same however its folder is named; none where the folder does not exist.
fn absolute(path: &Path) -> Option<PathBuf> {
    let path = followed(path).ok()?;
    Some(
        folder_of(&path)
            .canonicalize()
            .ok()?
            .join(path.file_name()?),
    )
}

/// The path at the end of symbolic links, whether or not there is a file.
pub(crate) fn followed(path: &Path) -> io::Result<PathBuf> {
    const MAX_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// The folder that a path is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
