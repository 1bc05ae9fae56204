//! Inputs and sources: the files, folders and standard input that the user named, and how they are
//! opened.
//!
//! An input is what was named. It is one source, or a folder of them; a source is opened as it was
//! before it was compressed or encoded in UTF-16.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use chatlog::Text;
use flate2::read::MultiGzDecoder;

use super::Outputs;
use super::utf16::Utf16Reader;
use super::walk::{self, walk};
use super::zstd::ZstdReader;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const UTF_16: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

/// The most that is read of a file with a signature.
const MAX_SIGNATURE: u64 = 1 << 16;

/// What the user named: where deliveries are read from, and perhaps which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    place: InputPath,
    /// The delivery's number, from 1: `#N` behind the name.
    pub(crate) number: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum InputPath {
    Stdin,
    Path(PathBuf),
}

/// An input that cannot be used, and why.
#[derive(Debug)]
pub(crate) struct InputError {
    /// The input.
    pub(crate) place: Text<'static>,
    /// What is wrong with it.
    pub(crate) what: String,
}

/// One file, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    place: InputPath,
    pub(crate) claim: Claim,
}

/// Why a source is read: that decides what it means if there is no delivery in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The user named it.
    Named,
    /// It was found in a folder, and its name is one of a capture.
    CaptureByName,
    /// It was found in a folder, and may be anything.
    Unknown,
}

/// A source that was opened, and is read as it was before it was compressed.
pub(crate) struct Opened {
    /// Its bytes.
    pub(crate) reader: Box<dyn Read>,
    /// What had to be undone to read it, such as `gzip`.
    pub(crate) undone: Vec<&'static str>,
    /// Whether its text was decoded from UTF-16, and is not what was saved byte for byte.
    pub(crate) is_recoded: bool,
    /// Whether it is a pipe, a terminal or the like, in which more may come at any time.
    pub(crate) is_live: bool,
}

impl Input {
    /// The inputs that arguments name; none name standard input.
    pub(crate) fn all(arguments: &[PathBuf]) -> Vec<Result<Self, InputError>> {
        if arguments.is_empty() {
            return vec![Ok(Self::whole(InputPath::Stdin))];
        }
        arguments.iter().map(|path| Self::named(path)).collect()
    }

    /// The input of this name: a path that exists, or else one with `#N` behind it, where `-` is
    /// standard input. A path that does not exist is an input too: opening it says so.
    pub(crate) fn named(argument: &Path) -> Result<Self, InputError> {
        if argument.as_os_str() == "-" {
            return Ok(Self::whole(InputPath::Stdin));
        }
        let numbered = numbered(argument.as_os_str()).filter(|_| !exists(argument));
        let Some((before, number)) = numbered else {
            return Ok(Self::whole(InputPath::Path(argument.to_owned())));
        };
        let place = match before.to_str() {
            _ if exists(Path::new(&before)) => InputPath::Path(before.into()),
            // The command line is read with the second spelling.
            Some("-" | "./-") => InputPath::Stdin,
            _ => return Ok(Self::whole(InputPath::Path(argument.to_owned()))),
        };
        match number.parse() {
            Ok(number) if number > 0 => Ok(Self {
                place,
                number: Some(number),
            }),
            _ => Err(InputError {
                place: name_of(argument),
                what: "deliveries are numbered from #1".to_owned(),
            }),
        }
    }

    fn whole(place: InputPath) -> Self {
        Self {
            place,
            number: None,
        }
    }

    /// The name that the user gave it, or would, without the number.
    pub(crate) fn name(&self) -> Text<'static> {
        self.place.name()
    }

    /// Says whether it is standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.place == InputPath::Stdin
    }

    /// Its path; none for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.place.path()
    }

    /// How many bytes it has, if it is a regular file.
    pub(super) fn size(&self) -> Option<u64> {
        let metadata = fs::metadata(self.path()?).ok()?;
        metadata.is_file().then_some(metadata.len())
    }

    /// Says whether it is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        matches!(&self.place, InputPath::Path(path) if path.is_dir())
    }

    /// What is to be read: the input itself, or the files below it, in order of name.
    pub(crate) fn sources(&self) -> Vec<Result<Source, InputError>> {
        match &self.place {
            InputPath::Path(folder) if folder.is_dir() => {
                let files = walk(folder).into_iter();
                files.map(|file| file.map(Source::from)).collect()
            }
            place => vec![Ok(Source {
                place: place.clone(),
                claim: Claim::Named,
            })],
        }
    }
}

/// `NAME#N` in its parts.
fn numbered(argument: &OsStr) -> Option<(OsString, &str)> {
    let bytes = argument.as_encoded_bytes();
    let at = memchr::memrchr(b'#', bytes)?;
    let number = std::str::from_utf8(&bytes[at + 1..]).ok()?;
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    Some((start_of(argument, at)?, number)).filter(|_| is_number)
}

/// The first `length` bytes of a name, which end before an ASCII character.
#[cfg(unix)]
fn start_of(name: &OsStr, length: usize) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    let bytes = name.as_bytes().get(..length)?;
    Some(OsStr::from_bytes(bytes).to_owned())
}

/// The first `length` bytes of a name, if it is Unicode.
#[cfg(not(unix))]
fn start_of(name: &OsStr, length: usize) -> Option<OsString> {
    Some(name.to_str()?.get(..length)?.into())
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

impl InputPath {
    fn name(&self) -> Text<'static> {
        match self {
            Self::Stdin => Text::from("-"),
            Self::Path(path) => name_of(path),
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::Path(path) => Some(path),
        }
    }
}

impl From<walk::FoundFile> for Source {
    fn from(found: walk::FoundFile) -> Self {
        Self {
            claim: if found.is_capture_by_name() {
                Claim::CaptureByName
            } else {
                Claim::Unknown
            },
            place: InputPath::Path(found.path),
        }
    }
}

impl Source {
    /// The name that the user gave it, or would.
    pub(crate) fn name(&self) -> Text<'static> {
        self.place.name()
    }

    /// The file that it is; none for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.place.path()
    }

    /// Says whether more of it may come at any time, so that to read it may be to wait.
    pub(super) fn is_live(&self) -> bool {
        match &self.place {
            InputPath::Stdin => is_live(&stdin_metadata()),
            InputPath::Path(path) => is_live(&fs::metadata(path)),
        }
    }

    /// Opens it; compression and UTF-16 are seen by the first bytes, and undone.
    pub(crate) fn open(&self) -> io::Result<Opened> {
        let (mut reader, is_live): (Box<dyn Read>, bool) = match &self.place {
            InputPath::Stdin => (Box::new(io::stdin().lock()), is_live(&stdin_metadata())),
            InputPath::Path(path) => {
                let file = File::open(path)?;
                let is_live = is_live(&file.metadata());
                (Box::new(file), is_live)
            }
        };
        let mut undone = Vec::new();
        let mut start = first_bytes(&mut reader)?;
        if start.starts_with(GZIP) {
            reader = Box::new(MultiGzDecoder::new(Cursor::new(start).chain(reader)));
            undone.push("gzip");
            start = first_bytes(&mut reader)?;
        } else if start.starts_with(ZSTD) {
            reader = Box::new(ZstdReader::new(Cursor::new(start).chain(reader)));
            undone.push("zstd");
            start = first_bytes(&mut reader)?;
        }
        let is_recoded = UTF_16.iter().any(|mark| start.starts_with(mark));
        if is_recoded {
            undone.push("UTF-16");
            reader = Box::new(Utf16Reader::new(&start, reader));
        } else {
            reader = Box::new(Cursor::new(start).chain(reader));
        }
        Ok(Opened {
            reader,
            undone,
            is_recoded,
            is_live,
        })
    }

    /// The signature in the file `NAME.sig` beside the file `NAME`, if there is one. Anything but a
    /// regular file is not opened: that could wait for ever. A file that is written in the same run
    /// holds none yet.
    pub(crate) fn sidecar(&self, outputs: &Outputs) -> Option<String> {
        let mut name = self.path()?.as_os_str().to_owned();
        name.push(".sig");
        let path = PathBuf::from(name);
        if !fs::metadata(&path).ok()?.is_file() || outputs.find(&path).is_some() {
            return None;
        }
        let opened = Self {
            place: InputPath::Path(path),
            claim: Claim::Named,
        };
        let mut signature = Vec::new();
        let mut start = opened.open().ok()?.reader.take(MAX_SIGNATURE);
        start.read_to_end(&mut signature).ok()?;
        // What is not text is not a signature either, and its verdict will say so.
        let signature = String::from_utf8_lossy(&signature);
        let signature = signature.trim_start_matches('\u{feff}').trim();
        Some(signature.to_owned()).filter(|signature| !signature.is_empty())
    }
}

/// The first bytes, as many as show whether it is compressed or UTF-16: no more of a stream is
/// waited for than must be.
fn first_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(4);
    let marks = || UTF_16.iter().chain(&[GZIP, ZSTD]);
    while marks().any(|mark| mark.starts_with(&start) && mark.len() > start.len()) {
        if reader.take(1).read_to_end(&mut start)? == 0 {
            break;
        }
    }
    Ok(start)
}

/// Says whether more may come at any time: anything but a file is as long as its writer likes.
fn is_live(metadata: &io::Result<Metadata>) -> bool {
    !metadata.as_ref().is_ok_and(Metadata::is_file)
}

#[cfg(unix)]
fn stdin_metadata() -> io::Result<Metadata> {
    use std::os::fd::AsFd;
    File::from(io::stdin().as_fd().try_clone_to_owned()?).metadata()
}

#[cfg(windows)]
fn stdin_metadata() -> io::Result<Metadata> {
    use std::os::windows::io::AsHandle;
    File::from(io::stdin().as_handle().try_clone_to_owned()?).metadata()
}

#[cfg(not(any(unix, windows)))]
fn stdin_metadata() -> io::Result<Metadata> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The name of a path, as the user would write it.
pub(crate) fn name_of(path: &Path) -> Text<'static> {
    Text::from(path)
}
