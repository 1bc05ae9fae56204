//! The arguments of `sign` and `extract`, which write what a signature covers.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chatlog::signature::Encoding;
use clap::{Args, ValueEnum, ValueHint};

use super::{DecryptArgs, InputArgs, Inputs, SchemeArgs, Secrets};

pub(super) const SIGN_EXAMPLES: &str = "\
Examples:
  chatlog sign --secret-file key body.json       the header to send
  chatlog sign --secret-file key --as http body.json > request.http
  chatlog sign --secret-file key --as curl --url http://localhost:8080/hook body.json | bash";

pub(super) const EXTRACT_EXAMPLES: &str = "\
Examples:
  chatlog extract session.har --select 2 | openssl dgst -sha256 -hmac \"$SECRET\"
  chatlog extract --headers request.http";

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// What to print
    #[arg(long = "as", value_enum, value_name = "WHAT", default_value_t = SignAs::Header)]
    pub(crate) write_as: SignAs,

    /// How to encode the signature
    #[arg(long, value_enum, default_value_t = Encoding::Hex)]
    pub(crate) encoding: Encoding,

    /// The URL of the request for `--as curl` and `--as http`; a user and password in it become an
    /// Authorization header
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080/", value_hint = ValueHint::Url)]
    pub(crate) url: String,

    #[command(flatten)]
    pub(crate) inputs: Inputs,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

    #[command(flatten)]
    pub(crate) secrets: Secrets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignAs {
    /// The name and value of the header
    Header,
    /// Only the value of the header
    Value,
    /// A curl command that sends the request
    Curl,
    /// The whole HTTP request
    Http,
}

#[derive(Debug, Args)]
pub(crate) struct Extract {
    /// A file, one in an archive (`x.zip/in/it.json`) or `-`, optionally followed by #N for the N-th
    /// delivery; reads standard input if none is given
    #[arg(value_name = "INPUT", default_value = "-", value_hint = ValueHint::AnyPath)]
    pub(crate) source: PathBuf,

    /// Extract the N-th delivery, counted from 1; required if the input holds several
    #[arg(long, value_name = "N", value_hint = ValueHint::Other)]
    pub(crate) select: Option<NonZeroUsize>,

    /// Write the headers instead of the body, including credentials
    #[arg(long)]
    pub(crate) headers: bool,

    /// Undo the content encoding of the body, such as gzip
    #[arg(long, conflicts_with = "headers")]
    pub(crate) decoded: bool,

    /// Undo the encryption of the body too, with a key of the options below
    #[arg(long, conflicts_with = "headers")]
    pub(crate) decrypted: bool,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) reading: InputArgs,
}
