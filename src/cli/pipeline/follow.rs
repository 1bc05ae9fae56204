//! `--follow`: a file that others write, read as it grows.
//!
//! At its end the reader waits and looks again, like `tail -F`. Two things may happen to the file
//! meanwhile, as programs that rotate logs do them:
//!
//! - **It is replaced**: the path leads to another file. What is left of the old one is read first, and
//!   while there is no file, the reader waits for one.
//! - **It is truncated**: it is shorter than what was read. It is read again from its start. If it has
//!   grown beyond that between two looks, nobody can know, and what was written meanwhile is lost.
//!
//! In both cases a line that was cut off ends there, so that it is not glued to the first line of what
//! follows.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use same_file::Handle;

use super::archive_format::TAR_BLOCK;
use super::decode::is_plain;
use crate::cli::output::report_problem;

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(100);

/// Reads a file, and what is appended to it, for ever.
pub(super) struct FollowReader {
    path: PathBuf,
    file: Handle,
    /// How much of the file was read.
    position: u64,
    /// Whether the last byte that was read ended a line.
    is_at_line_start: bool,
}

impl FollowReader {
    /// Opens the file, as soon as there is one.
    ///
    /// # Errors
    /// It cannot be opened, or is something that does not grow.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut is_reported = false;
        let file = loop {
            match File::open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if !is_reported {
                        report("waiting for the file to appear");
                        is_reported = true;
                    }
                    sleep(PAUSE);
                }
                file => break file?,
            }
        };
        let mut start = Vec::new();
        if file.metadata()?.is_file() {
            (&file).take(TAR_BLOCK as u64).read_to_end(&mut start)?;
            (&file).rewind()?;
        }
        if !file.metadata()?.is_file() || !is_plain(&start) {
            return Err(io::Error::other(
                "only a file of text can be followed, and neither an archive nor one that is compressed \
                 or in UTF-16",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            file: Handle::from_file(file)?,
            position: 0,
            is_at_line_start: true,
        })
    }

    /// Goes on with what the path leads to now, if that is not the rest of the file. Returns whether
    /// it is not.
    fn changes(&mut self) -> io::Result<bool> {
        let now = match File::open(&self.path).and_then(Handle::from_file) {
            Ok(now) => now,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if now != self.file {
            report("the file was replaced: reading the new one");
            self.file = now;
        } else if now.as_file().metadata()?.len() < self.position {
            report("the file was truncated: reading it from its start");
            self.file.as_file_mut().rewind()?;
        } else {
            return Ok(false);
        }
        self.position = 0;
        Ok(true)
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.as_file_mut().read(buffer)?;
        self.position += read as u64;
        if let Some(last) = buffer[..read].last() {
            self.is_at_line_start = *last == b'\n';
        }
        Ok(read)
    }
}

impl Read for FollowReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = self.read_on(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            sleep(PAUSE);
            // Whatever was written to the old file before it was replaced comes first.
            let read = self.read_on(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            if self.changes()? && !self.is_at_line_start {
                self.is_at_line_start = true;
                buffer[0] = b'\n';
                return Ok(1);
            }
        }
    }
}

fn report(what: &str) {
    report_problem(&"--follow", what);
}
