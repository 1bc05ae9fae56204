//! The world: files, folders and standard input, opened and cut into records.

mod records;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chatlog::Text;
use walkdir::WalkDir;

pub(crate) use self::records::{Patience, Records};

/// The endings of files that a folder is searched for; `.gz` and `.zst` may follow.
const ENDINGS: [&str; 12] = [
    "json", "jsonl", "ndjson", "har", "http", "req", "raw", "txt", "log", "curl", "sse", "body",
];

/// Where deliveries are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// The name that the user gave it, or would.
    pub(crate) fn name(&self) -> Text<'static> {
        match self {
            Self::Stdin => Text::from("-"),
            Self::File(path) => name_of(path),
        }
    }

    /// Opens it.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Self::Stdin => Box::new(io::stdin().lock()),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }
}

/// An input that could not be used, and why.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// The input.
    pub(crate) place: Text<'static>,
    /// What is wrong with it.
    pub(crate) what: String,
}

/// The sources that inputs stand for: a folder is every file below it with a known ending, in
/// order of name; `-` is standard input, as is naming none.
pub(crate) fn sources(inputs: &[PathBuf]) -> Vec<Result<Source, Trouble>> {
    if inputs.is_empty() {
        return vec![Ok(Source::Stdin)];
    }
    let mut sources = Vec::new();
    for input in inputs {
        if input.as_os_str() == "-" {
            sources.push(Ok(Source::Stdin));
        } else if input.is_dir() {
            add_folder(input, &mut sources);
        } else {
            sources.push(Ok(Source::File(input.clone())));
        }
    }
    sources
}

fn add_folder(folder: &Path, sources: &mut Vec<Result<Source, Trouble>>) {
    let before = sources.len();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() || !has_known_ending(entry.path()) => {}
            Ok(entry) => sources.push(Ok(Source::File(entry.into_path()))),
            Err(error) => {
                let place = error.path().map_or_else(|| name_of(folder), name_of);
                let what = error
                    .io_error()
                    .map_or_else(|| error.to_string(), ToString::to_string);
                sources.push(Err(Trouble {
                    place,
                    what: format!("cannot read: {what}"),
                }));
            }
        }
    }
    if sources.len() == before {
        let what = format!(
            "holds no captures: no file ends in .{}",
            ENDINGS.join(", .")
        );
        sources.push(Err(Trouble {
            place: name_of(folder),
            what,
        }));
    }
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

fn name_of(path: &Path) -> Text<'static> {
    Text::from(path.to_string_lossy().into_owned())
}
