//! The kinds of archives, and how their first bytes tell them.

use std::fmt::{self, Display};
use std::ops::Range;

/// What each file in the archive starts with, and what an archive without files consists of.
const ZIP_MARKS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// The size of a block, of which tar archives are made. The first one is a header.
pub(super) const TAR_BLOCK: usize = 512;
/// Where a header holds its checksum.
const CHECKSUM: Range<usize> = 148..156;
/// What these eight bytes add to the checksum: they count as blanks.
const BLANK_CHECKSUM: u32 = 8 * b' ' as u32;

/// A kind of archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArchiveFormat {
    Zip,
    Tar,
}

impl ArchiveFormat {
    /// The kind of archive that starts with these bytes, if it is one.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        if is_zip(start) {
            Some(Self::Zip)
        } else {
            is_tar(start).then_some(Self::Tar)
        }
    }
}

impl Display for ArchiveFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zip => "zip",
            Self::Tar => "tar",
        })
    }
}

/// Whether these are the first bytes of a zip archive.
fn is_zip(start: &[u8]) -> bool {
    ZIP_MARKS.iter().any(|mark| start.starts_with(mark))
}

/// Whether these are the first bytes of a tar archive: a header, whose checksum is right, or the end of
/// an archive without files.
fn is_tar(start: &[u8]) -> bool {
    let Some(block) = start.first_chunk::<TAR_BLOCK>() else {
        return false;
    };
    let outside = block
        .iter()
        .enumerate()
        .filter(|(at, _)| !CHECKSUM.contains(at));
    let sum = BLANK_CHECKSUM + outside.map(|(_, byte)| u32::from(*byte)).sum::<u32>();
    let stated = tar::Header::from_byte_slice(block).cksum();
    is_zero(block) || stated.is_ok_and(|stated| stated == sum)
}

/// Whether a block is one of those that end a tar archive.
pub(super) fn is_zero(block: &[u8]) -> bool {
    block.iter().all(|byte| *byte == 0)
}
