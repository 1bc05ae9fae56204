//! Going through a folder: which of the files below it are looked at.
//!
//! Every regular file is, whatever its name, so that no capture is missed; what it holds decides
//! whether it is one. Hidden entries, the folders of version control and of installed packages are
//! not entered, and nothing that is not a regular file is ever opened: a pipe could wait for ever.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{InputError, name_of};

/// The endings of files that can only be captures; `.gz` and `.zst` may follow.
const ENDINGS: [&str; 10] = [
    "json", "jsonl", "ndjson", "har", "http", "req", "raw", "curl", "sse", "body",
];

/// Folders that hold what people did not put there themselves, and are not hidden.
const FOREIGN: [&str; 3] = ["CVS", "_darcs", "node_modules"];

/// A regular file below a folder.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
}

impl Found {
    /// Says whether the name is one that captures have, and little else.
    pub(super) fn is_capture_by_name(&self) -> bool {
        has_known_ending(&self.path)
    }
}

/// The files below a folder that are looked at, in order of name.
pub(super) fn walk(folder: &Path) -> Vec<Result<Found, InputError>> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_passed_over(entry))
        .filter_map(|entry| match entry {
            Ok(entry) if entry.file_type().is_dir() => None,
            Ok(entry) => found(entry.into_path()),
            Err(error) => Some(Err(InputError {
                place: error.path().map_or_else(|| name_of(folder), name_of),
                what: match error.io_error() {
                    Some(cause) => format!("cannot read: {cause}"),
                    None => format!("cannot read: {error}"),
                },
            })),
        })
        .collect()
}

fn is_passed_over(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let is_foreign = || FOREIGN.iter().any(|foreign| name == OsStr::new(foreign));
    name.as_encoded_bytes().starts_with(b".") || entry.file_type().is_dir() && is_foreign()
}

/// The file at a path, if it is one to be read. What a link leads to is what counts.
fn found(path: PathBuf) -> Option<Result<Found, InputError>> {
    match fs::metadata(&path) {
        Ok(metadata) => is_read(&path, &metadata).then_some(Ok(Found { path })),
        // A link that leads nowhere is not a file.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !has_known_ending(&path) => None,
        Err(error) => Some(Err(InputError {
            place: name_of(&path),
            what: format!("cannot read: {error}"),
        })),
    }
}

/// Says whether a path below a folder is read: this is the one place that decides.
fn is_read(path: &Path, metadata: &Metadata) -> bool {
    metadata.is_file() && !is_signature(path)
}

/// Says whether it is the file `NAME.sig` beside a file `NAME`, which is read with that.
fn is_signature(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("sig")) && path.with_extension("").is_file()
}

fn has_known_ending(path: &Path) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let name = name
        .strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"))
        .unwrap_or(&name);
    name.rsplit_once('.')
        .is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_captures_by_their_names() {
        for (name, want) in [
            ("a.json", true),
            ("a/b.NDJSON.gz", true),
            ("x.y.har.zst", true),
            ("README.md", false),
            ("notes.txt", false),
            ("json", false),
            ("a.gz", false),
        ] {
            assert_eq!(has_known_ending(Path::new(name)), want, "{name}");
        }
    }
}
