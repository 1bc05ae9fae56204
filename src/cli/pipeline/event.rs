//! What happens while inputs are read, besides records, and why reading stops.

use chatlog::capture::Foreign;
use chatlog::{Position, Text};

use super::archive_format::ArchiveFormat;
use super::claim::Claim;

/// Something that happened while inputs were read, which the sink accounts for.
#[derive(Debug, Clone)]
pub(super) enum ReadEvent {
    /// An input starts.
    InputStart(InputStart),
    /// All sources of an input were read.
    InputEnd,
    /// An archive was opened. Its files are sources.
    ArchiveStart(ArchiveStart),
    /// A source was opened.
    SourceStart,
    /// A source was read to its end.
    SourceEnd(SourceEnd),
    /// A file in a folder or an archive was passed over, because it holds no delivery.
    PassedOver(Text<'static>),
    /// A file in a folder or an archive was not read, for this reason.
    NotRead(Text<'static>, String),
    /// Something could not be read.
    Problem(ReadProblem),
}

/// The start of an input.
#[derive(Debug, Clone)]
pub(super) struct InputStart {
    pub(super) name: Text<'static>,
    pub(super) is_folder: bool,
    /// The number of the one delivery to read from it, if the user gave `#N`.
    pub(super) number: Option<usize>,
}

/// The start of an archive.
#[derive(Debug, Clone)]
pub(super) struct ArchiveStart {
    pub(super) name: Text<'static>,
    pub(super) format: ArchiveFormat,
    /// The encodings that were undone to read it, such as `gzip`.
    pub(super) encodings: Vec<&'static str>,
}

/// The end of a source.
#[derive(Debug, Clone)]
pub(super) struct SourceEnd {
    pub(super) name: Text<'static>,
    pub(super) claim: Claim,
    /// The encodings that were undone to read it, such as `gzip`.
    pub(super) encodings: Vec<&'static str>,
    /// What it is, if its first bytes tell that it is not a capture.
    pub(super) foreign: Option<&'static Foreign>,
}

/// Why something could not be read.
#[derive(Debug, Clone)]
pub(super) struct ReadProblem {
    pub(super) source: Text<'static>,
    pub(super) position: Option<Position>,
    pub(super) message: String,
}

/// Why reading stops early.
#[derive(Debug)]
pub(super) enum Stop {
    /// No more output is wanted.
    Enough,
    /// The one delivery that the user selected in an input was reached.
    Reached,
    /// The run failed.
    Failed(anyhow::Error),
}
