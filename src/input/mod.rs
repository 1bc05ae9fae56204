//! The world: files, folders and standard input, opened and cut into records.

mod identity;
mod records;
mod schemas;

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use chatlog::Text;
use encoding_rs_io::DecodeReaderBytes;
use flate2::read::MultiGzDecoder;
use walkdir::WalkDir;

pub(crate) use self::identity::{Outputs, folder_of, followed};
pub(crate) use self::records::{Patience, Records};
pub(crate) use self::schemas::read_contract;

/// The endings of files that a folder is searched for; `.gz` and `.zst` may follow.
const ENDINGS: [&str; 14] = [
    "json", "jsonl", "ndjson", "har", "http", "req", "raw", "txt", "log", "curl", "sh", "cmd",
    "sse", "body",
];
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const UTF_16: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

/// The most that is read of a file with a signature.
const LONGEST_SIGNATURE: u64 = 1 << 16;

/// Where deliveries are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// A source that was opened, and is read as it was before it was compressed.
pub(crate) struct Opened {
    /// Its bytes.
    pub(crate) reader: Box<dyn Read>,
    /// What had to be undone to read it, such as `gzip`.
    pub(crate) undone: Vec<&'static str>,
    /// Whether its text was decoded from UTF-16, and is not what was saved byte for byte.
    pub(crate) is_recoded: bool,
}

impl Source {
    /// The name that the user gave it, or would.
    pub(crate) fn name(&self) -> Text<'static> {
        match self {
            Self::Stdin => Text::from("-"),
            Self::File(path) => name_of(path),
        }
    }

    /// Opens it; compression and UTF-16 are seen by the first bytes, and undone.
    pub(crate) fn open(&self) -> io::Result<Opened> {
        let mut reader: Box<dyn Read> = match self {
            Self::Stdin => Box::new(io::stdin().lock()),
            Self::File(path) => Box::new(File::open(path)?),
        };
        let mut undone = Vec::new();
        let mut start = first_bytes(&mut reader)?;
        if start.starts_with(GZIP) {
            reader = Box::new(MultiGzDecoder::new(Cursor::new(start).chain(reader)));
            undone.push("gzip");
            start = first_bytes(&mut reader)?;
        } else if start.starts_with(ZSTD) {
            reader = Box::new(zstd::Decoder::new(Cursor::new(start).chain(reader))?);
            undone.push("zstd");
            start = first_bytes(&mut reader)?;
        }
        let is_recoded = UTF_16.iter().any(|mark| start.starts_with(mark));
        let reader = Cursor::new(start).chain(reader);
        if is_recoded {
            undone.push("UTF-16");
            return Ok(Opened {
                reader: Box::new(DecodeReaderBytes::new(reader)),
                undone,
                is_recoded,
            });
        }
        Ok(Opened {
            reader: Box::new(reader),
            undone,
            is_recoded,
        })
    }

    /// The signature in the file `NAME.sig` beside the file `NAME`, if there is one.
    /// A file that is written in the same run holds none yet.
    pub(crate) fn sidecar(&self, outputs: &Outputs) -> Option<String> {
        let Self::File(path) = self else { return None };
        let mut name = path.clone().into_os_string();
        name.push(".sig");
        let path = PathBuf::from(name);
        if outputs.find(&path).is_some() {
            return None;
        }
        let opened = Self::File(path).open().ok()?;
        let mut signature = Vec::new();
        let mut start = opened.reader.take(LONGEST_SIGNATURE);
        start.read_to_end(&mut signature).ok()?;
        // What is no text is no signature either, and its verdict will say so.
        let signature = String::from_utf8_lossy(&signature);
        let signature = signature.trim_start_matches('\u{feff}').trim();
        Some(signature.to_owned()).filter(|signature| !signature.is_empty())
    }
}

/// The first four bytes, or as many as there are.
fn first_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(4);
    reader.take(4).read_to_end(&mut start)?;
    Ok(start)
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

/// The name of a path, as the user would write it.
pub(crate) fn name_of(path: &Path) -> Text<'static> {
    Text::from(path)
}
