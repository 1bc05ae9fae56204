//! Why a request has no answer.

use std::fmt::{self, Display};
use std::io;
use std::time::Duration;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum SendError {
    /// No address could be connected to.
    Connect(io::Error),
    /// The request could not be written, and there was no answer.
    Write(io::Error),
    /// The answer could not be read.
    Read(io::Error),
    /// There was no complete answer in this time.
    Timeout(Duration),
    /// The connection was closed without an answer.
    Closed,
    /// The connection was closed within the answer.
    CutOff,
    /// The head of the answer is too long.
    HeadTooLong,
    /// The answer is not HTTP, for this reason.
    NotHttp(String),
}

impl Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                write!(f, "cannot connect: {error}: no program listens there")
            }
            Self::Connect(error) => write!(f, "cannot connect: {error}"),
            Self::Write(error) => write!(f, "cannot send: {error}"),
            Self::Read(error) => write!(f, "cannot read the answer: {error}"),
            Self::Timeout(limit) => {
                write!(f, "no complete answer within {} s", limit.as_secs_f64())
            }
            Self::Closed => f.write_str("the connection was closed before an answer"),
            Self::CutOff => f.write_str("the connection was closed within the answer"),
            Self::HeadTooLong => f.write_str("the head of the answer is too long"),
            Self::NotHttp(why) => write!(f, "the answer is not HTTP: {why}"),
        }
    }
}

impl std::error::Error for SendError {}
