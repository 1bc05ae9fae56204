//! Inputs and sources: what the user named, and the files that are opened for it.
//!
//! An input is one argument. It stands for one source, or for all files in a folder or an archive.
//! Which of these a file is shows when it is opened, because archives are recognised by their bytes.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use chatlog::Text;

use super::Outputs;
use super::archive_file::{ArchiveFile, Selection};
use super::archive_format::ArchiveFormat;
use super::claim::Claim;
use super::decode::{Decoded, decode};
use super::follow::FollowReader;
use super::meter::SourceMeter;
use super::signature_file::signature_in;
use super::walk::{self, walk};

/// What the user named: `PATH`, `ARCHIVE/PATH/IN/IT`, `-`, or one of these with `#N` for one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    place: Place,
    /// The number of the delivery, from 1, if the user gave `#N`.
    pub(crate) number: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum InputPath {
    Stdin,
    Path(PathBuf),
}

/// A path, and perhaps one in the archive that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    path: InputPath,
    member: Option<String>,
}

/// An input that cannot be used, and why.
#[derive(Debug)]
pub(crate) struct InputError {
    /// The input.
    pub(crate) place: Text<'static>,
    /// What is wrong with it.
    pub(crate) what: String,
}

/// One file, one file in an archive, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    place: Place,
    pub(crate) claim: Claim,
    /// The size in bytes of the file that it is in, if that is a regular file.
    pub(super) size: Option<u64>,
}

/// An open source, decoded.
pub(super) struct Opened {
    pub(super) decoded: Decoded<'static>,
    /// Whether it is a pipe, a terminal or the like, whose data may arrive slowly.
    pub(super) is_live: bool,
}

impl Input {
    /// The inputs that the arguments name, or standard input if there are no arguments.
    pub(crate) fn all(arguments: &[PathBuf]) -> Vec<Result<Self, InputError>> {
        if arguments.is_empty() {
            return vec![Ok(Self::whole(Place::of(InputPath::Stdin)))];
        }
        arguments.iter().map(|path| Self::named(path)).collect()
    }

    /// The input that an argument names. A path that exists is that path, even if it ends with `#N`.
    /// A path that does not exist is an input too, which fails when it is opened.
    ///
    /// # Errors
    /// The number is 0 or too large.
    pub(crate) fn named(argument: &Path) -> Result<Self, InputError> {
        let Some((place, number)) = numbered_input(argument) else {
            let place = Place::at(argument);
            return Ok(Self::whole(place.unwrap_or_else(|| {
                Place::of(InputPath::Path(argument.to_owned()))
            })));
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

    /// Whether it is a stream that may be followed, such as a pipe.
    pub(crate) fn is_stream(&self) -> bool {
        let can_be_read = self
            .path()
            .is_none_or(|path| !path.is_dir() && path.exists());
        can_be_read && self.place.path.is_live()
    }

    /// Whether it may grow: a file that is read as a whole, or standard input, which does so by itself.
    pub(super) fn can_be_followed(&self) -> bool {
        self.number.is_none() && self.place.member.is_none() && !self.is_folder()
    }

    fn whole(place: Place) -> Self {
        Self {
            place,
            number: None,
        }
    }

    /// Its name on the command line, without the number.
    pub(crate) fn name(&self) -> Text<'static> {
        self.place.name()
    }

    /// Whether it is standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.place.path == InputPath::Stdin
    }

    /// Its path, or that of the archive which it is in; `None` for standard input.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.place.path.path()
    }

    /// Its size in bytes, if it is a regular file.
    pub(super) fn size(&self) -> Option<u64> {
        let metadata = self.place.path.metadata().ok()?;
        metadata.is_file().then_some(metadata.len())
    }

    /// Whether it is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.path().is_some_and(Path::is_dir)
    }

    /// The sources to read: the input itself, or the files in the folder, ordered by name.
    pub(crate) fn sources(&self) -> Vec<Result<Source, InputError>> {
        match self.path() {
            Some(folder) if folder.is_dir() => {
                let files = walk(folder).into_iter();
                files.map(|file| file.map(Source::from)).collect()
            }
            _ => vec![Ok(Source {
                place: self.place.clone(),
                claim: Claim::Named,
                size: self.size(),
            })],
        }
    }
}

/// The input before `#N`, and the digits of `N`. `None` if the argument as a whole is a path, or what
/// comes before `#` is not an input.
fn numbered_input(argument: &Path) -> Option<(Place, &str)> {
    let (before, number) = numbered(argument.as_os_str()).filter(|_| !exists(argument))?;
    // The command line parser sees `./-#N`, so that it does not take `-#N` for an option.
    let is_stdin = before == "./-" && !exists(Path::new(&before));
    let before = if is_stdin { "-".into() } else { before };
    Some((Place::at(Path::new(&before))?, number))
}

impl Place {
    fn of(path: InputPath) -> Self {
        Self { path, member: None }
    }

    /// Standard input, what is at a path, or else the path in the file that the first part of it leads
    /// to. `None` if there is none of these.
    fn at(argument: &Path) -> Option<Self> {
        if argument.as_os_str() == "-" {
            return Some(Self::of(InputPath::Stdin));
        }
        if exists(argument) {
            return Some(Self::of(InputPath::Path(argument.to_owned())));
        }
        let parts = argument.components().as_path();
        let file = parts.ancestors().find(|path| exists(path))?;
        let below = parts.strip_prefix(file).ok()?.components();
        let names = below.filter_map(|component| match component {
            Component::Normal(name) => Some(name_of(Path::new(name)).as_str().to_owned()),
            _ => None,
        });
        let member = names.collect::<Vec<_>>().join("/");
        file.is_file().then(|| Self {
            path: InputPath::Path(file.to_owned()),
            member: Some(member).filter(|member| !member.is_empty()),
        })
    }

    fn name(&self) -> Text<'static> {
        let path = self.path.name();
        match &self.member {
            Some(member) => Text::from(format!("{}/{member}", path.as_str())),
            None => path,
        }
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
    /// Opens it, perhaps to follow it. Returns whether it is live too.
    fn open(&self, follows: bool) -> io::Result<(Box<dyn Read>, bool)> {
        match self {
            Self::Path(path) if follows => Ok((Box::new(FollowReader::open(path)?), true)),
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
        is_live(&self.metadata())
    }

    fn metadata(&self) -> io::Result<Metadata> {
        match self {
            Self::Stdin => stdin_metadata(),
            Self::Path(path) => fs::metadata(path),
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
            place: Place::of(InputPath::Path(found.path)),
            size: Some(found.size),
        }
    }
}

impl Source {
    /// A request that was received, and saved as this file or not at all.
    #[cfg(feature = "listen")]
    pub(super) fn received(path: Option<PathBuf>) -> Self {
        Self {
            place: Place::of(path.map_or(InputPath::Stdin, InputPath::Path)),
            claim: Claim::Named,
            size: None,
        }
    }

    /// Its name on the command line.
    pub(super) fn name(&self) -> Text<'static> {
        self.place.name()
    }

    /// The name of the file that it is in: itself, or an archive.
    pub(super) fn file_name(&self) -> Text<'static> {
        self.place.path.name()
    }

    /// The path of the file that it is in; `None` for standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        self.place.path.path()
    }

    /// Whether it is a file or folder in an archive.
    pub(super) fn is_in_archive(&self) -> bool {
        self.place.member.is_some()
    }

    /// Whether reading it may wait for more data.
    pub(super) fn is_live(&self) -> bool {
        self.place.path.is_live()
    }

    /// A file in this archive.
    pub(super) fn member(&self, name: String, claim: Claim) -> Self {
        Self {
            place: Place {
                path: self.place.path.clone(),
                member: Some(name),
            },
            claim,
            size: self.size,
        }
    }

    /// Which files of the archive are meant, if it is one.
    pub(super) fn selection(&self) -> Selection {
        Selection::at(self.place.member.as_deref())
    }

    /// Opens the file that it is in, and undoes compression and UTF-16.
    pub(super) fn open(&self, meter: &SourceMeter, follows: bool) -> io::Result<Opened> {
        let (reader, is_live) = self.place.path.open(follows)?;
        let decoded = decode(Box::new(meter.reader(reader)), is_live);
        Ok(Opened { decoded, is_live })
    }

    /// The archive that the file holds, given what it holds.
    pub(super) fn archive<'r>(
        &self,
        format: ArchiveFormat,
        decoded: Decoded<'r>,
        max_size: usize,
        meter: &SourceMeter,
    ) -> io::Result<ArchiveFile<'r>> {
        let path = self.path().filter(|_| decoded.encodings.is_empty());
        let file = match path {
            Some(path) if !self.is_live() => Some(File::open(path)?),
            _ => None,
        };
        let file = file.map(|file| (file, meter));
        ArchiveFile::open(format, decoded.reader, file, max_size)
    }

    /// The signature in the file `NAME.sig` next to the file `NAME`, if there is one. Only a regular
    /// file is opened, because opening a pipe can block for ever, and not a file that this run
    /// writes.
    pub(super) fn sidecar(&self, outputs: &Outputs) -> Option<String> {
        let mut name = self.path()?.as_os_str().to_owned();
        name.push(".sig");
        let path = PathBuf::from(name);
        if !fs::metadata(&path).ok()?.is_file() || outputs.find(&path).is_some() {
            return None;
        }
        signature_in(File::open(path).ok()?)
    }
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
