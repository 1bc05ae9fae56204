//! Lists the files below a folder that may hold deliveries.
//!
//! All regular files are listed, whatever their names, so that no capture is missed; `probe` then
//! looks inside. Hidden entries and the folders of version control and installed packages are
//! skipped. Anything that is not a regular file is never opened, because opening a pipe can block
//! for ever.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{InputError, name_of};

/// The extensions that mark a file as a capture; `.gz` or `.zst` may follow. Such a file must be
/// readable: one that is not fails the run, while other files are passed over.
const EXTENSIONS: [&str; 10] = [
    "json", "jsonl", "ndjson", "har", "http", "req", "raw", "curl", "sse", "body",
];

/// Folders that are skipped although they are not hidden.
const FOREIGN: [&str; 3] = ["CVS", "_darcs", "node_modules"];

/// A regular file below a folder.
#[derive(Debug)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
}

impl FoundFile {
    /// Whether the file has one of the extensions of captures.
    pub(super) fn is_capture_by_name(&self) -> bool {
        has_capture_extension(&self.path)
    }
}

/// The files below a folder that may hold deliveries, in the order of their names.
pub(super) fn walk(folder: &Path) -> Vec<Result<FoundFile, InputError>> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_passed_over(entry))
        .filter_map(|entry| match entry {
            Ok(entry) if entry.file_type().is_dir() => None,
            Ok(entry) => file_at(entry.into_path()),
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

/// The file at a path, if it may hold deliveries. Symbolic links are followed.
fn file_at(path: PathBuf) -> Option<Result<FoundFile, InputError>> {
    match fs::metadata(&path) {
        Ok(metadata) => is_read(&path, &metadata).then_some(Ok(FoundFile { path })),
        // A dangling link is not a file, unless its name claims to be a capture.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !has_capture_extension(&path) => {
            None
        }
        Err(error) => Some(Err(InputError {
            place: name_of(&path),
            what: format!("cannot read: {error}"),
        })),
    }
}

/// Whether a file below a folder is read: every regular file, except signatures.
fn is_read(path: &Path, metadata: &Metadata) -> bool {
    metadata.is_file() && !is_signature(path)
}

/// Whether a file is the signature `NAME.sig` of a file `NAME` next to it, with which it is read.
fn is_signature(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("sig")) && path.with_extension("").is_file()
}

fn has_capture_extension(path: &Path) -> bool {
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
        .is_some_and(|(stem, extension)| !stem.is_empty() && EXTENSIONS.contains(&extension))
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
            assert_eq!(has_capture_extension(Path::new(name)), want, "{name}");
        }
    }
}
