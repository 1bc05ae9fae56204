//! The arguments of `listen`.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chatlog::view::SessionFormat;
use clap::{Args, ValueHint};

use super::{
    DecryptArgs, DisplayArgs, LevelArgs, LimitArgs, RedactArgs, SessionArgs, SignatureArgs,
};

pub(super) const LISTEN_EXAMPLES: &str = "\
Examples:
  chatlog listen                                 show each webhook that is posted to port 8787
  chatlog listen --save captures/                and keep its exact bytes before it is answered
  chatlog listen --save captures/ --forward http://localhost:3000/hook
  chatlog listen --secret-file key --format json | jq .signature.verdict
  chatlog listen --once --secret-file key        wait for one delivery; the exit code tells of it

To be reachable from the internet, use a tunnel or a proxy that ends TLS in front of it.";

#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// Listen on this address; port 0 chooses a free port
    #[arg(short, long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8787", value_hint = ValueHint::Other, value_parser = address)]
    pub(crate) address: SocketAddr,

    /// Accept deliveries only on this path, and answer 404 elsewhere [default: every path]
    #[arg(long, value_name = "PATH", value_hint = ValueHint::Other, value_parser = path)]
    pub(crate) path: Option<String>,

    /// Write each delivery to a file of its own in this folder before it is answered
    ///
    /// The file is the request as it was received: request line and headers byte for byte, and the
    /// body with its content encoding. Only a body that was sent in chunks is joined, and the headers
    /// Transfer-Encoding and Trailer give way to a Content-Length. A delivery that cannot be saved is
    /// answered with 500 or 507, so that the sender tries again. The folder is created if it is
    /// missing; it cannot be a symbolic link or writable by everybody.
    #[arg(short, long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) save: Option<PathBuf>,

    /// Answer once the file is on the disk, and not only in the system's cache, so that it survives
    /// a power failure
    #[arg(long, requires = "save")]
    pub(crate) sync: bool,

    #[command(flatten)]
    pub(crate) answer: AnswerArgs,

    /// End after the first delivery, with the exit code that `show` has for it
    #[arg(long)]
    pub(crate) once: bool,

    /// Report each request that is refused, and why
    #[arg(short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) view: ViewArgs,

    #[command(flatten)]
    pub(crate) limit: LimitArgs,

    #[command(flatten)]
    pub(crate) bounds: ListenBounds,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) redact: RedactArgs,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

impl Listen {
    pub(super) fn named_files(&self) -> Vec<(&'static str, &Path)> {
        super::named_files(&self.signature.secrets, &self.decrypt, &self.redact)
    }
}

/// How deliveries are answered.
#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    /// Pass each delivery on to this URL, once it is saved, and answer with its answer
    ///
    /// The body and the headers are passed on as they are, but for those that describe a connection.
    /// The request goes to the path of this URL. If there is no answer, the sender gets 502.
    #[arg(short, long, value_name = "URL", value_hint = ValueHint::Url, conflicts_with_all = ["status", "body"])]
    pub(crate) forward: Option<String>,

    /// Allow --forward to send deliveries to another machine
    #[arg(long, requires = "forward")]
    pub(crate) allow_remote: bool,

    /// Answer deliveries with this status
    #[arg(long, value_name = "STATUS", default_value_t = 200, value_hint = ValueHint::Other, value_parser = clap::value_parser!(u16).range(200..=599))]
    pub(crate) status: u16,

    /// Answer deliveries with this body
    #[arg(long, value_name = "TEXT", default_value = "{}", value_hint = ValueHint::Other)]
    pub(crate) body: String,
}

/// How deliveries are shown.
#[derive(Debug, Args)]
pub(crate) struct ViewArgs {
    /// Neither show nor check deliveries
    #[arg(short, long, conflicts_with = "once")]
    pub(crate) quiet: bool,

    /// How to print the session
    #[arg(long, value_enum, default_value_t = SessionFormat::Table)]
    pub(crate) format: SessionFormat,

    #[command(flatten)]
    pub(crate) session: SessionArgs,
}

/// What strangers may use up.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct ListenBounds {
    /// Refuse bodies of more than this many MiB, with 413
    #[arg(long, value_name = "MIB", default_value_t = 16, value_hint = ValueHint::Other,
          value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) max_size: u32,

    /// Refuse deliveries once the files in the folder have this many MiB, with 507
    #[arg(long, value_name = "MIB", default_value = "1024", requires = "save", value_hint = ValueHint::Other)]
    pub(crate) max_total: NonZeroU32,

    /// Give up on a request that takes longer than this to arrive, with 408
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_hint = ValueHint::Other,
          value_parser = clap::value_parser!(u32).range(1..=3600))]
    timeout: u32,
}

impl ListenBounds {
    /// The size of the largest body, in bytes.
    pub(crate) fn max_body(&self) -> usize {
        mebibytes(self.max_size)
    }

    /// The size of all files in the folder, in bytes.
    pub(crate) fn max_total(&self) -> u64 {
        u64::from(self.max_total.get()) << 20
    }

    /// The time that a request may take to arrive.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout.into())
    }
}

fn mebibytes(count: u32) -> usize {
    usize::try_from(count).map_or(usize::MAX, |count| count.saturating_mul(1 << 20))
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "expected an IP address and a port, such as 127.0.0.1:8787 or [::1]:8787")
}

/// The path of a request: it starts with a slash, and has no query.
fn path(text: &str) -> Result<String, &'static str> {
    let is_part = |byte: u8| byte.is_ascii_graphic() && !b"?#".contains(&byte);
    if text.starts_with('/') && text.bytes().all(is_part) {
        Ok(text.to_owned())
    } else {
        Err("expected a path that starts with a slash, such as /hook, without a query")
    }
}
