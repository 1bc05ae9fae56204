//! Keeps a run from reading a file that it writes.
//!
//! Reading an output would be an endless loop (`chatlog folder/ > folder/out`), or would destroy
//! the input (`--report json=input.json`). Two names can lead to one file, through links or through
//! `..`, so files are compared by identity: device and inode, or their equivalent on Windows. A
//! report that does not exist yet has no identity; it is compared by the canonical path of its
//! folder and its name.
//!
//! Only regular files count. Reading from and writing to one terminal, pipe or device is normal.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use same_file::Handle;

use super::name_of;

/// The regular files that a run writes, each with its name for messages.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    files: Vec<(String, Handle)>,
    /// The paths of reports that do not exist yet.
    new: Vec<PathBuf>,
}

impl Outputs {
    /// Standard output, standard error and other files, each with the option that names it.
    ///
    /// # Errors
    /// Two of them are the same file.
    pub(crate) fn new<'p>(files: impl IntoIterator<Item = (&'p str, &'p Path)>) -> Result<Self> {
        let mut outputs = Self::default();
        outputs.add("standard output".to_owned(), Handle::stdout());
        outputs.add("standard error".to_owned(), Handle::stderr());
        for (option, path) in files {
            outputs.add_file(option, path)?;
        }
        Ok(outputs)
    }

    fn add_file(&mut self, option: &str, path: &Path) -> Result<()> {
        let name = format!("{option} {}", name_of(path));
        if let Some(other) = self.find(path) {
            bail!("{name}: this file is also {other}: write each output to a different file");
        }
        if regular(path).is_ok() {
            self.add(name, handle(path));
            return Ok(());
        }
        let Some(target) = absolute(path) else {
            return Ok(());
        };
        if self.new.contains(&target) {
            bail!("{name}: another report is written to this file");
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

    /// Checks a file to be read; `-` is standard input. `option` is the option that names it, or
    /// empty.
    ///
    /// # Errors
    /// The file is an output.
    pub(crate) fn refuse(&self, option: &str, path: &Path) -> Result<()> {
        if let Some(output) = self.find(path) {
            let place = format!("{option} {}", name_of(path));
            let place = place.trim_start();
            bail!("{place}: this file is also {output}: write to another file");
        }
        Ok(())
    }

    /// The name of the output that a file is, if it is one.
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

/// The handle of a regular file, even if it can only be written.
fn handle(path: &Path) -> io::Result<Handle> {
    let path = regular(path)?;
    let file = File::open(path).or_else(|_| OpenOptions::new().append(true).open(path))?;
    Handle::from_file(file)
}

/// Checks that a path leads to a regular file before it is opened: opening a pipe waits for its
/// other end.
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

/// The canonical path of a file that may not exist; `None` if its folder does not exist.
fn absolute(path: &Path) -> Option<PathBuf> {
    let path = followed(path).ok()?;
    Some(
        folder_of(&path)
            .canonicalize()
            .ok()?
            .join(path.file_name()?),
    )
}

/// Follows the symbolic links at a path, whether or not they lead to a file.
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

/// The folder of a path.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
