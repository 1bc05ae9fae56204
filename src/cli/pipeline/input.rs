//! Inputs and sources: what the user named, and the files that are opened for it.
//!
//! An input is one argument. It stands for one source, or for all files in a folder. Opening a source
//! undoes compression and UTF-16, which are detected by the first bytes and not by the file name.

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

/// How many bytes of a signature file are read at most.
const MAX_SIGNATURE: u64 = 1 << 16;

/// What the user named: `PATH`, `-`, or either with `#N` for one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    path: InputPath,
    /// The number of the delivery, from 1, if the user gave `#N`.
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
    path: InputPath,
    pub(crate) claim: Claim,
}

/// Why a source is read, which decides whether it is an error if it holds no delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The user named it.
    Named,
    /// It was found in a folder, and its name is that of a capture.
    CaptureByName,
    /// It was found in a folder, and may be anything.
    Unknown,
}

/// An open source, decoded.
pub(crate) struct Opened {
    /// Its bytes.
    pub(crate) reader: Box<dyn Read>,
    /// The encodings that were undone to read it, such as `gzip`.
    pub(crate) encodings: Vec<&'static str>,
    /// Whether it was decoded from UTF-16, so that its bytes are not those of the file.
    pub(crate) is_recoded: bool,
    /// Whether it is a pipe, a terminal or the like, whose data may arrive slowly.
    pub(crate) is_live: bool,
}

impl Input {
    /// The inputs that the arguments name, or standard input if there are no arguments.
    pub(crate) fn all(arguments: &[PathBuf]) -> Vec<Result<Self, InputError>> {
        if arguments.is_empty() {
            return vec![Ok(Self::whole(InputPath::Stdin))];
        }
        arguments.iter().map(|path| Self::named(path)).collect()
    }

    /// The input that an argument names. A path that exists is that path, even if it ends with `#N`.
    /// A path that does not exist is an input too, which fails when it is opened.
    ///
    /// # Errors
    /// The number is 0 or too large.
    pub(crate) fn named(argument: &Path) -> Result<Self, InputError> {
        let Some((path, number)) = numbered_input(argument) else {
            return Ok(Self::whole(if argument.as_os_str() == "-" {
                InputPath::Stdin
            } else {
                InputPath::Path(argument.to_owned())
            }));
        };
        match number.parse() {
            Ok(number) if number > 0 => Ok(Self {
                path,
                number: Some(number),
            }),
            _ => Err(InputError {
                place: name_of(argument),
                what: "deliveries are numbered from #1".to_owned(),
            }),
        }
    }

    /// Whether it is a stream that may be followed, such as a pipe.
    pub(crate) fn is_stream(&self) -> bool {
        let can_be_read = self
            .path()
            .is_none_or(|path| !path.is_dir() && path.exists());
        can_be_read && self.path.is_live()
    }

    fn whole(path: InputPath) -> Self {
        Self { path, number: None }
    }

    /// Its name on the command line, without the number.
    pub(crate) fn name(&self) -> Text<'static> {
        self.path.name()
    }

    /// Whether it is standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.path == InputPath::Stdin
    }

    /// Its path; `None` for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.path()
    }

    /// Its size in bytes, if it is a regular file.
    pub(super) fn size(&self) -> Option<u64> {
        let metadata = fs::metadata(self.path()?).ok()?;
        metadata.is_file().then_some(metadata.len())
    }

    /// Whether it is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        matches!(&self.path, InputPath::Path(path) if path.is_dir())
    }

    /// The sources to read: the input itself, or the files in the folder, ordered by name.
    pub(crate) fn sources(&self) -> Vec<Result<Source, InputError>> {
        match &self.path {
            InputPath::Path(folder) if folder.is_dir() => {
                let files = walk(folder).into_iter();
                files.map(|file| file.map(Source::from)).collect()
            }
            path => vec![Ok(Source {
                path: path.clone(),
                claim: Claim::Named,
            })],
        }
    }
}

/// The input before `#N`, and the digits of `N`. `None` if the argument as a whole is a path, or what
/// comes before `#` is not an input.
fn numbered_input(argument: &Path) -> Option<(InputPath, &str)> {
    let (before, number) = numbered(argument.as_os_str()).filter(|_| !exists(argument))?;
    match before.to_str() {
        _ if exists(Path::new(&before)) => Some((InputPath::Path(before.into()), number)),
        // The command line parser sees `./-#N`, so that it does not take `-#N` for an option.
        Some("-" | "./-") => Some((InputPath::Stdin, number)),
        _ => None,
    }
}

/// Splits `NAME#N`.
fn numbered(argument: &OsStr) -> Option<(OsString, &str)> {
    let bytes = argument.as_encoded_bytes();
    let at = memchr::memrchr(b'#', bytes)?;
    let number = std::str::from_utf8(&bytes[at + 1..]).ok()?;
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    Some((start_of(argument, at)?, number)).filter(|_| is_number)
}

/// The first `length` bytes of a name, which must end before an ASCII character.
#[cfg(unix)]
fn start_of(name: &OsStr, length: usize) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    let bytes = name.as_bytes().get(..length)?;
    Some(OsStr::from_bytes(bytes).to_owned())
}

/// The first `length` bytes of a name; `None` if it is not Unicode.
#[cfg(not(unix))]
fn start_of(name: &OsStr, length: usize) -> Option<OsString> {
    Some(name.to_str()?.get(..length)?.into())
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

impl InputPath {
    /// Opens it. Returns whether it is live too.
    fn open(&self) -> io::Result<(Box<dyn Read>, bool)> {
        match self {
            Self::Stdin => Ok((Box::new(io::stdin().lock()), is_live(&stdin_metadata()))),
            Self::Path(path) => {
                let file = File::open(path)?;
                let is_live = is_live(&file.metadata());
                Ok((Box::new(file), is_live))
            }
        }
    }

    /// Whether reading it may wait for more data.
    fn is_live(&self) -> bool {
        match self {
            Self::Stdin => is_live(&stdin_metadata()),
            Self::Path(path) => is_live(&fs::metadata(path)),
        }
    }

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
            path: InputPath::Path(found.path),
        }
    }
}

impl Source {
    /// A request that was received, and saved as this file or not at all.
    #[cfg(feature = "listen")]
    pub(super) fn received(path: Option<PathBuf>) -> Self {
        Self {
            path: path.map_or(InputPath::Stdin, InputPath::Path),
            claim: Claim::Named,
        }
    }

    /// Its name on the command line.
    pub(crate) fn name(&self) -> Text<'static> {
        self.path.name()
    }

    /// Its path; `None` for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.path()
    }

    /// Whether reading it may wait for more data.
    pub(super) fn is_live(&self) -> bool {
        self.path.is_live()
    }

    /// Opens it and undoes compression and UTF-16.
    pub(crate) fn open(&self) -> io::Result<Opened> {
        let (reader, is_live) = self.path.open()?;
        let (start, mut reader, compression) = decompress(reader)?;
        let mut encodings: Vec<_> = compression.into_iter().collect();
        let is_recoded = UTF_16.iter().any(|mark| start.starts_with(mark));
        if is_recoded {
            encodings.push("UTF-16");
            reader = Box::new(Utf16Reader::new(&start, reader));
        } else {
            reader = Box::new(Cursor::new(start).chain(reader));
        }
        Ok(Opened {
            reader,
            encodings,
            is_recoded,
            is_live,
        })
    }

    /// The signature in the file `NAME.sig` next to the file `NAME`, if there is one. Only a regular
    /// file is opened, because opening a pipe can block for ever, and not a file that this run
    /// writes.
    pub(crate) fn sidecar(&self, outputs: &Outputs) -> Option<String> {
        let mut name = self.path()?.as_os_str().to_owned();
        name.push(".sig");
        let path = PathBuf::from(name);
        if !fs::metadata(&path).ok()?.is_file() || outputs.find(&path).is_some() {
            return None;
        }
        let opened = Self {
            path: InputPath::Path(path),
            claim: Claim::Named,
        };
        let mut signature = Vec::new();
        let mut start = opened.open().ok()?.reader.take(MAX_SIGNATURE);
        start.read_to_end(&mut signature).ok()?;
        // Bytes that are not UTF-8 are not a signature either, and the verdict reports it.
        let signature = String::from_utf8_lossy(&signature);
        let signature = signature.trim_start_matches('\u{feff}').trim();
        Some(signature.to_owned()).filter(|signature| !signature.is_empty())
    }
}

/// The first bytes of the content, the rest of it, and the compression that was undone.
type Decompressed = (Vec<u8>, Box<dyn Read>, Option<&'static str>);

fn decompress(mut reader: Box<dyn Read>) -> io::Result<Decompressed> {
    let start = first_bytes(&mut reader)?;
    let is_gzip = start.starts_with(GZIP);
    if !is_gzip && !start.starts_with(ZSTD) {
        return Ok((start, reader, None));
    }
    let compressed = Cursor::new(start).chain(reader);
    let (mut content, compression): (Box<dyn Read>, _) = if is_gzip {
        (Box::new(MultiGzDecoder::new(compressed)), "gzip")
    } else {
        (Box::new(ZstdReader::new(compressed)), "zstd")
    };
    Ok((first_bytes(&mut content)?, content, Some(compression)))
}

/// The first bytes, as many as are needed to detect compression and UTF-16. It reads byte by byte,
/// so that it never waits for more of a live stream than that.
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

/// Whether more data may arrive at any time: anything but a regular file.
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

/// The name of a path for messages.
pub(crate) fn name_of(path: &Path) -> Text<'static> {
    Text::from(path)
}
