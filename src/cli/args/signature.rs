//! Secrets, schemes and signatures.

use std::path::{Path, PathBuf};

use chatlog::delivery::Headers;
use chatlog::diagnosis::Budget;
use chatlog::signature::Scheme;
use clap::{Args, ValueHint};
use zeroize::Zeroizing;

use crate::cli::completion::{budgets, schemes};

/// Where secrets come from, in the order in which they are tried.
#[derive(Debug, Args)]
#[command(next_help_heading = "Secret")]
pub(crate) struct Secrets {
    /// Read the secret from a file, ignoring a line break at its end; may be repeated
    ///
    /// Verdicts number the secrets from 1: files first, then environment variables, standard input
    /// and values.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) secret_file: Vec<PathBuf>,

    /// Read the secret from this environment variable [default: CHATLOG_SECRET, if there is no
    /// other secret option]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub(crate) secret_env: Vec<String>,

    /// Read the secret from standard input
    #[arg(long)]
    pub(crate) secret_stdin: bool,

    /// Use this secret; other users of the machine can see it
    #[arg(long, value_name = "VALUE", value_hint = ValueHint::Other)]
    pub(crate) secret: Vec<SecretArg>,
}

impl Secrets {
    /// Whether the user named a secret.
    pub(crate) fn are_named(&self) -> bool {
        !self.named().is_empty() || !self.secret_env.is_empty() || !self.secret.is_empty()
    }

    pub(super) fn named(&self) -> Vec<(&'static str, &Path)> {
        let files = self.secret_file.iter();
        let stdin = self
            .secret_stdin
            .then_some(("--secret-stdin", Path::new("-")));
        files
            .map(|path| ("--secret-file", path.as_path()))
            .chain(stdin)
            .collect()
    }
}

/// A secret from the command line. It is never printed, and is overwritten when it is dropped.
#[derive(Clone)]
pub(crate) struct SecretArg(Zeroizing<String>);

impl SecretArg {
    /// The secret itself.
    pub(crate) fn bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.as_bytes().to_vec())
    }
}

impl From<String> for SecretArg {
    fn from(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl std::fmt::Debug for SecretArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Signature")]
pub(crate) struct SchemeArgs {
    /// The signature scheme: ALGORITHM[:TEMPLATE], such as hmac-sha256:{timestamp}.{body}
    ///
    /// The vendor does not publish its scheme. The algorithms are hmac-sha256, hmac-sha1,
    /// hmac-sha384, hmac-sha512 and hmac-md5, and the plain hashes sha256, sha1, sha384, sha512 and
    /// md5, whose template must contain {secret}. A template is any text with these placeholders:
    /// {body} {encoded_body} {secret} {timestamp} {header:NAME} {method} {path}. It must contain
    /// {body}, the body as sent or decoded, or {encoded_body}, the body only as sent. Without this
    /// option, CHATLOG_SCHEME is used, or else hmac-sha256:{body}.
    #[arg(
        long,
        value_name = "SCHEME",
        hide_possible_values = true,
        value_parser = schemes(str::parse::<Scheme>)
    )]
    pub(crate) scheme: Option<Scheme>,

    /// The header that holds the signature [default: X-AIRudder-Sign]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other, value_parser = header_name)]
    pub(crate) header_name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SignatureArgs {
    #[command(flatten)]
    pub(crate) secrets: Secrets,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

    /// Check this signature instead of the one in the header or in NAME.sig next to the file NAME
    #[arg(long, value_name = "VALUE", help_heading = "Signature", value_hint = ValueHint::Other)]
    pub(crate) signature: Vec<String>,

    /// Add this header to every delivery
    #[arg(long, value_name = "NAME: VALUE", help_heading = "Signature", value_hint = ValueHint::Other, value_parser = header)]
    pub(crate) header: Vec<(String, String)>,

    /// How many failures to explain: all, none or a number [default: 20]
    ///
    /// Unless `all` is given, explaining stops after hashing 256 MiB.
    #[arg(long, value_name = "COUNT", help_heading = "Signature", hide_possible_values = true, value_parser = budgets(diagnose))]
    pub(crate) diagnose: Option<Budget>,
}

fn diagnose(text: &str) -> Result<Budget, String> {
    match text {
        "all" => Ok(Budget::unlimited()),
        "none" => Ok(Budget::of_failures(0)),
        number => match number.parse() {
            Ok(failures) => Ok(Budget::of_failures(failures)),
            Err(_) => Err("expected all, none or a number".to_owned()),
        },
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected `Name: value`")?;
    let name = header_name(name.trim()).map_err(|error| format!("before the colon: {error}"))?;
    Ok((name, value.trim().to_owned()))
}

fn header_name(name: &str) -> Result<String, &'static str> {
    if Headers::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err("expected a header name: letters, digits and any of !#$%&'*+-.^_`|~")
    }
}
