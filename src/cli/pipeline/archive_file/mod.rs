//! Archives as inputs: the files in a zip or tar archive, read as streams.
//!
//! An archive is read like a folder with the same files, by the same rules: [`Selection`] passes over
//! what `walk` passes over. Nothing is ever extracted, so a name in an archive is only a name: it is
//! shown and compared, and never reaches the file system.
//!
//! | | zip | tar |
//! |---|---|---|
//! | the order of the files | that of their names, as in a folder | that of the archive |
//! | needs | a regular file, or memory for the archive | a stream |
//! | a signature `NAME.sig` | is read with `NAME` | is reported as not used |
//! | cut off | read from its start up to the cut, in the order of the archive | read up to the cut |
//!
//! # Bounds
//!
//! Memory holds one file's decoder, the start of a file that must show whether it holds a delivery,
//! and for a zip archive its list of files; `--max-size` bounds each of them. Time is linear in what
//! the archive decodes to: deflate makes at most 1032 bytes of one, and no byte of a zip archive is
//! decoded for two files ([`zip`] refuses overlapping ones, of which zip bombs are made). A compressed
//! file in an archive is decoded twice, but an archive in an archive is not read, so expansions do not
//! multiply any further.

mod checked;
mod method;
mod name;
mod salvage;
mod selection;
mod tar;
mod zip;

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;

pub(super) use self::selection::Selection;
pub(super) use self::zip::ZipBytes;
use super::archive_format::ArchiveFormat;
use super::claim::Claim;
use super::meter::SourceMeter;

/// A file in an archive.
pub(super) struct Member<'m> {
    /// Its path in the archive.
    pub(super) name: String,
    pub(super) claim: Claim,
    /// Its bytes, or why they cannot be read.
    pub(super) content: io::Result<Box<dyn Read + 'm>>,
    /// The content of the file `NAME.sig` in the archive, if this is `NAME`.
    pub(super) signature: Option<String>,
}

/// An archive that was opened.
pub(super) enum ArchiveFile<'r> {
    Zip(ZipBytes),
    Tar(Box<dyn Read + 'r>),
}

impl<'r> ArchiveFile<'r> {
    /// The archive that a decoded stream is. `file` is the regular file that holds it, if its bytes are
    /// those of the stream, and what counts them. A zip archive that is not such a file is read into memory, of which it may
    /// take `max_size` bytes.
    pub(super) fn open(
        format: ArchiveFormat,
        reader: Box<dyn Read + 'r>,
        file: Option<(File, &SourceMeter)>,
        max_size: usize,
    ) -> io::Result<Self> {
        Ok(match (format, file) {
            (ArchiveFormat::Tar, _) => Self::Tar(reader),
            (ArchiveFormat::Zip, Some((file, meter))) => Self::Zip(ZipBytes::of_file(file, meter)?),
            (ArchiveFormat::Zip, None) => Self::Zip(ZipBytes::of_stream(reader, max_size)?),
        })
    }

    /// Calls `visit` for each file that is selected. It must read what it wants of a file before it
    /// returns.
    ///
    /// # Errors
    /// The archive cannot be read on. Files before that were visited.
    pub(super) fn visit<B>(
        self,
        selection: &mut Selection,
        max_size: usize,
        mut visit: impl FnMut(Member<'_>) -> ControlFlow<B>,
    ) -> io::Result<ControlFlow<B>> {
        match self {
            Self::Zip(bytes) => zip::visit(bytes, selection, max_size, &mut visit),
            Self::Tar(reader) => tar::visit(reader, selection, &mut visit),
        }
    }
}

/// What is wrong with an archive.
fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}
