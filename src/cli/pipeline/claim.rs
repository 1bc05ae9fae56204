//! Why a source is read.

/// Why a source is read, which decides whether it is an error if it holds no delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The user named it.
    Named,
    /// It was found in a folder or an archive, and its name is that of a capture.
    CaptureByName,
    /// It was found in a folder or an archive, and may be anything.
    Unknown,
}
