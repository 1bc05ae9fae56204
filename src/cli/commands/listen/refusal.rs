//! Why a request is refused, as the sender and the summary are told.

use hyper::StatusCode;

use crate::cli::outcome::Outcome;

/// Why a request was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    Origin,
    Path,
    Method,
    Malformed,
    HalfSent,
    Slow,
    LongHead,
    LongBody,
    Busy,
    NotSaved,
    FolderFull,
    TargetDown,
}

impl Refusal {
    /// The status that the sender gets.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Origin => StatusCode::FORBIDDEN,
            Self::Path => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Malformed | Self::HalfSent => StatusCode::BAD_REQUEST,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::LongHead => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::LongBody => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotSaved => StatusCode::INTERNAL_SERVER_ERROR,
            Self::FolderFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::TargetDown => StatusCode::BAD_GATEWAY,
        }
    }

    /// What is wrong, in a few words that follow the status.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Origin => "sent by a web page (it has an Origin header)",
            Self::Path => "another path than --path",
            Self::Method => "another method than POST",
            Self::Malformed => "malformed",
            Self::HalfSent => "sent only in part",
            Self::Slow => "slower than --timeout",
            Self::LongHead => "headers too long",
            Self::LongBody => "body larger than --max-size",
            Self::Busy => "busy",
            Self::NotSaved => "not saved",
            Self::FolderFull => "folder larger than --max-total",
            Self::TargetDown => "no answer from the target of --forward",
        }
    }

    /// What the sender is told.
    pub(super) fn message(self) -> String {
        format!("chatlog listen: {}\n", self.reason())
    }

    /// What it means for the run. What senders do wrong does not fail it, or any stranger could.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::NotSaved | Self::FolderFull | Self::TargetDown => Outcome::Trouble,
            _ => Outcome::Clean,
        }
    }
}
