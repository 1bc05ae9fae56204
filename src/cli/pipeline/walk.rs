//! Lists the files below a folder that may hold deliveries.
//!
//! All regular files are listed, whatever their names, so that no capture is missed; `probe` then
//! looks inside. Hidden entries and the folders of version control and installed packages are
//! skipped. Anything that is not a regular file is never opened, because opening a pipe can block
//! for ever. The files in archives are selected by the same names.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{InputError, name_of};

/// The extensions that mark a file as a capture; one of [`PACKED`] may follow. Such a file must be
/// readable: one that is not fails the run, while other files are passed over.
const EXTENSIONS: [&str; 11] = [
    "json", "jsonl", "ndjson", "har", "zhar", "http", "req", "raw", "curl", "sse", "body",
];

/// What compression adds to a name.
const PACKED: [&str; 3] = [".gz", ".zst", ".zip"];

/// Folders that are skipped although they are not hidden: those of version control and installed
/// packages, and what macOS adds to archives.
const FOREIGN: [&str; 4] = ["CVS", "_darcs", "__MACOSX", "node_modules"];

/// A regular file below a folder.
#[derive(Debug)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    /// Its size in bytes.
    pub(super) size: u64,
}

impl FoundFile {
    /// Whether the file has one of the extensions of captures.
    pub(super) fn is_capture_by_name(&self) -> bool {
        is_capture_by_name(&self.path)
    }
}

/// The files below a folder that may hold deliveries, in the order of their names.
pub(super) fn walk(folder: &Path) -> Vec<Result<FoundFile, InputError>> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_entry_passed_over(entry))
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

fn is_entry_passed_over(entry: &DirEntry) -> bool {
    let name = entry.file_name().as_encoded_bytes();
    is_passed_over(name, entry.file_type().is_dir())
}

/// Whether files and folders of this name are passed over: those that are hidden, and some folders.
pub(super) fn is_passed_over(name: &[u8], is_folder: bool) -> bool {
    let is_foreign = || FOREIGN.iter().any(|foreign| name == foreign.as_bytes());
    name.starts_with(b".") || is_folder && is_foreign()
}

/// The file at a path, if it may hold deliveries. Symbolic links are followed.
fn file_at(path: PathBuf) -> Option<Result<FoundFile, InputError>> {
    match fs::metadata(&path) {
        Ok(metadata) => is_read(&path, &metadata).then(|| {
            let size = metadata.len();
            Ok(FoundFile { path, size })
        }),
        // A dangling link is not a file, unless its name claims to be a capture.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_capture_by_name(&path) => None,
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

fn is_capture_by_name(path: &Path) -> bool {
    has_capture_extension(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// Whether the name of a file is that of a capture.
pub(super) fn has_capture_extension(name: &str) -> bool {
    let name = name.to_lowercase();
    let packed = PACKED.iter().find_map(|packed| name.strip_suffix(packed));
    let unpacked = packed.unwrap_or(&name);
    unpacked
        .rsplit_once('.')
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
            ("flows.zhar", true),
            ("flows.har.zip", true),
            ("captures.zip", false),
            ("README.md", false),
            ("notes.txt", false),
            ("json", false),
            ("a.gz", false),
        ] {
            assert_eq!(is_capture_by_name(Path::new(name)), want, "{name}");
        }
    }
}
