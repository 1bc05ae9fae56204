//! The folder of `--save`: one file for each delivery, complete or not there.
//!
//! A request is written to a hidden temporary file in the folder, which is then renamed. So a file
//! with the name of a delivery is complete, even if the process is killed, and folder walks pass
//! over the others. A name never replaces a file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::{Builder, NamedTempFile};

use crate::cli::output::without_path;
use crate::cli::pipeline::name_of;

/// How often a full folder is looked at again, because files may have been deleted.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How many names are tried for a file. Another process has to use the same milliseconds and numbers
/// for one to be taken.
const MAX_NAMES: usize = 100;

/// A folder that deliveries are saved in.
pub(super) struct Store {
    folder: PathBuf,
    max_total: u64,
    is_synced: bool,
    /// The bytes of the files in the folder.
    total: AtomicU64,
    /// When they were counted.
    counted: Mutex<Instant>,
    /// How many names were given.
    names: AtomicU64,
}

/// Why a delivery is not saved.
#[derive(Debug)]
pub(super) enum SaveError {
    /// The folder would become larger than `--max-total`.
    FolderFull,
    /// It cannot be written.
    Io(io::Error),
}

impl From<io::Error> for SaveError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Store {
    /// Opens the folder, and creates it if it is missing.
    ///
    /// # Errors
    /// It cannot be created or read, or others can put files or links into it.
    pub(super) fn open(folder: &Path, max_total: u64, is_synced: bool) -> Result<Self> {
        let place = || format!("--save {}", name_of(folder));
        // Without a slash at its end, which would follow a link.
        let folder: PathBuf = folder.components().collect();
        match fs::symlink_metadata(&folder) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(&folder).with_context(|| format!("{}: cannot create", place()))?;
            }
            Err(error) => return Err(error).with_context(|| format!("{}: cannot read", place())),
        }
        check(&folder).with_context(place)?;
        let total = size(&folder).with_context(|| format!("{}: cannot read", place()))?;
        Ok(Self {
            folder,
            max_total,
            is_synced,
            total: AtomicU64::new(total),
            counted: Mutex::new(Instant::now()),
            names: AtomicU64::new(0),
        })
    }

    /// Whether saving waits for the disk.
    pub(super) fn is_synced(&self) -> bool {
        self.is_synced
    }

    /// Saves a request, and returns the path of its file.
    ///
    /// # Errors
    /// The file cannot be written as a whole. Then nothing is left of it.
    pub(super) fn save(&self, request: &[u8]) -> Result<PathBuf, SaveError> {
        let size = request.len() as u64;
        self.reserve(size)?;
        let saved = self.write(request);
        if saved.is_err() {
            self.total.fetch_sub(size, Ordering::Relaxed);
        }
        Ok(saved?)
    }

    fn reserve(&self, size: u64) -> Result<(), SaveError> {
        let fits = |total: u64| total.checked_add(size).filter(|sum| *sum <= self.max_total);
        let reserve = || {
            self.total
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits)
        };
        if reserve().is_ok() {
            return Ok(());
        }
        self.count_again()?;
        reserve().map(drop).map_err(|_| SaveError::FolderFull)
    }

    /// Counts the bytes in the folder, unless that was done just now.
    fn count_again(&self) -> io::Result<()> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.elapsed() >= LOOK_AGAIN {
            self.total.store(size(&self.folder)?, Ordering::Relaxed);
            *counted = Instant::now();
        }
        Ok(())
    }

    fn write(&self, request: &[u8]) -> io::Result<PathBuf> {
        let file = Builder::new().prefix(".chatlog-").tempfile_in(&self.folder);
        let mut file = file.map_err(|error| without_path(&error))?;
        file.as_file_mut().write_all(request)?;
        if self.is_synced {
            file.as_file().sync_all()?;
        }
        let path = self.put_in_place(file)?;
        if self.is_synced {
            sync(&self.folder)?;
        }
        Ok(path)
    }

    /// Gives a file its name.
    fn put_in_place(&self, mut file: NamedTempFile) -> io::Result<PathBuf> {
        for _ in 0..MAX_NAMES {
            let path = self.folder.join(self.name());
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
                    file = failed.file;
                }
                Err(failed) => return Err(failed.error),
            }
        }
        Err(io::Error::other("the names of all new files are taken"))
    }

    /// `2026-11-24T22-01-07.123Z-0001.http`: the time in UTC and the number in the run. Windows allows
    /// no colons in it.
    fn name(&self) -> String {
        let number = self.names.fetch_add(1, Ordering::Relaxed) + 1;
        let now = TimeZone::UTC.to_datetime(Timestamp::now());
        let (date, hour, minute, second) = (now.date(), now.hour(), now.minute(), now.second());
        let millisecond = now.millisecond();
        format!("{date}T{hour:02}-{minute:02}-{second:02}.{millisecond:03}Z-{number:04}.http")
    }
}

/// Checks that nobody else can put files or links into the folder.
fn check(folder: &Path) -> Result<()> {
    let found = fs::symlink_metadata(folder).context("cannot read")?;
    if found.is_symlink() {
        bail!("this is a symbolic link: name the folder that it leads to");
    }
    if !found.is_dir() {
        bail!("this is not a folder");
    }
    if is_writable_by_everybody(&found) {
        bail!("everybody can write to this folder: use another, or run `chmod o-w` on it");
    }
    Ok(())
}

#[cfg(unix)]
fn is_writable_by_everybody(folder: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    folder.permissions().mode() & 0o002 != 0
}

/// On other systems, a folder has the permissions of the one that it is in.
#[cfg(not(unix))]
fn is_writable_by_everybody(_folder: &fs::Metadata) -> bool {
    false
}

/// Creates the folder, which only its owner can enter.
#[cfg(unix)]
fn create(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn create(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Waits until the names in the folder are on the disk.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Other systems have no such call for folders.
#[cfg(not(unix))]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The bytes of the files in a folder.
fn size(folder: &Path) -> io::Result<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        // A file that is gone by now has no size.
        if let Ok(found) = entry?.metadata()
            && found.is_file()
        {
            total += found.len();
        }
    }
    Ok(total)
}
