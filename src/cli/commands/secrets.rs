//! Reads secrets, and checks signatures with them.
//!
//! Secrets come from files, environment variables, standard input or the command line. Their bytes
//! are only ever held in buffers that are overwritten when they are dropped, and no message
//! contains them. Nor does a message contain the name of a file or a variable: users do give the
//! secret itself where its name is expected.

use std::fs::File;
use std::io::{self, Read};

use anyhow::{Context, Result, bail};
use chatlog::diagnosis::{Budget, CommonCause, Diagnosis, diagnose};
use chatlog::signature::{Checks, Secret, Signature, verify};
use zeroize::Zeroizing;

use super::deliveries::IncomingDelivery;
use super::tell;
use crate::cli::args::{Inputs, Secrets, SignatureArgs};
use crate::cli::config::Config;
use crate::cli::pipeline::Input;

/// The environment variable that holds the secret if there is no option for secrets.
const VARIABLE: &str = "CHATLOG_SECRET";

impl Secrets {
    /// Reads the secrets, in the order of the options. The result is empty if there are none.
    ///
    /// # Errors
    /// A file, a variable or standard input cannot be read, or holds no secret.
    pub(super) fn read(&self, inputs: &Inputs) -> Result<Vec<Secret>> {
        let mut secrets = self.in_files()?;
        secrets.extend(self.in_variables()?);
        secrets.extend(self.on_stdin(inputs)?);
        for value in &self.secret {
            secrets.push(secret(value.bytes(), "--secret")?);
        }
        if secrets.is_empty()
            && let Some(value) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty())
        {
            let value = Zeroizing::new(value.into_encoded_bytes());
            secrets.push(secret(value, VARIABLE)?);
        }
        Ok(secrets)
    }

    fn in_files(&self) -> Result<Vec<Secret>> {
        let count = self.secret_file.len();
        let numbered = (1..).zip(&self.secret_file);
        numbered
            .map(|(number, path)| {
                let place = match count {
                    1 => "--secret-file".to_owned(),
                    _ => format!("--secret-file ({number} of {count})"),
                };
                let bytes = File::open(path)
                    .and_then(read_to_end)
                    .with_context(|| format!("{place}: cannot read the file"))?;
                secret(without_line_break(bytes), &place)
            })
            .collect()
    }

    fn in_variables(&self) -> Result<Vec<Secret>> {
        let place = "--secret-env";
        let names = self.secret_env.iter();
        names
            .map(|name| {
                let value = std::env::var_os(name)
                    .with_context(|| format!("{place}: the variable is not set"))?;
                secret(Zeroizing::new(value.into_encoded_bytes()), place)
            })
            .collect()
    }

    fn on_stdin(&self, inputs: &Inputs) -> Result<Option<Secret>> {
        if !self.secret_stdin {
            return Ok(None);
        }
        let place = "--secret-stdin";
        let inputs = Input::all(&inputs.inputs);
        if inputs.iter().flatten().any(Input::is_stdin) {
            bail!("{place}: standard input is already the input: name a file as the input");
        }
        let bytes = read_to_end(io::stdin().lock()).context("--secret-stdin: cannot read")?;
        Ok(Some(secret(without_line_break(bytes), place)?))
    }

    /// Reads the secrets, like [`Secrets::read`].
    ///
    /// # Errors
    /// The same, and if there is no secret.
    pub(super) fn require(&self, inputs: &Inputs) -> Result<Vec<Secret>> {
        let secrets = self.read(inputs)?;
        if secrets.is_empty() {
            bail!(
                "no secret: use --secret-file, --secret-env or --secret-stdin, or set {VARIABLE}"
            );
        }
        Ok(secrets)
    }
}

fn secret(mut bytes: Zeroizing<Vec<u8>>, place: &str) -> Result<Secret> {
    match Secret::new(std::mem::take(&mut *bytes)) {
        Ok(secret) => Ok(secret),
        Err(error) => bail!("{place}: {error}"),
    }
}

/// Reads to the end. A `Vec` that grows leaves copies of its bytes in memory, so here each smaller
/// buffer is overwritten.
fn read_to_end(mut reader: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let mut chunk = Zeroizing::new([0; 4096]);
    loop {
        let count = match reader.read(&mut *chunk) {
            Ok(0) => return Ok(bytes),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let wanted = bytes.len() + count;
        if wanted > bytes.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(wanted.next_power_of_two()));
            larger.extend_from_slice(&bytes);
            bytes = larger;
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
}

/// Removes the line break that editors and `echo` put at the end of a file.
fn without_line_break(mut bytes: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}

/// Checks signatures, one delivery at a time, and keeps what depends on all of them.
pub(super) struct Verifier {
    checks: Checks,
    header_name: String,
    /// Whether the user gave one signature for all deliveries.
    is_shared: bool,
    /// What may still be spent on explaining failures.
    budget: Budget,
    /// How many failures were not explained because the budget was spent.
    unexplained: usize,
    /// What the failures have in common.
    common: CommonCause,
    /// Whether the user wants no failures explained.
    explains_none: bool,
}

impl Verifier {
    /// A verifier with these secrets and the given options.
    ///
    /// # Errors
    /// The scheme in the environment is invalid.
    pub(super) fn new(args: &SignatureArgs, config: &Config, secrets: Vec<Secret>) -> Result<Self> {
        let scheme = args.scheme.scheme(config)?;
        let header = args.scheme.header_name(config);
        let header_name = header.value;
        let mut checks = Checks::new(scheme.value, secrets)
            .with_header_name(&header_name)
            .with_sources(scheme.source, header.source);
        for signature in &args.signature {
            checks = checks.with_signature(signature);
        }
        for (name, value) in &args.header {
            checks = checks.with_header(name, value);
        }
        let is_signature = |(name, _): &(String, String)| name.eq_ignore_ascii_case(&header_name);
        Ok(Self {
            checks,
            is_shared: !args.signature.is_empty() || args.header.iter().any(is_signature),
            header_name,
            explains_none: args.diagnose == Some(Budget::of_failures(0)),
            budget: args.diagnose.clone().unwrap_or_default(),
            unexplained: 0,
            common: CommonCause::default(),
        })
    }

    /// Checks the signature that came with a delivery, or in a file next to it, and explains a
    /// mismatch while the budget lasts.
    pub(super) fn verify(&mut self, incoming: &IncomingDelivery<'_>) -> Signature {
        let delivery = incoming.signed(&self.header_name);
        let mut signature = verify(&delivery, &self.checks);
        if signature.is_mismatch() {
            match diagnose(&delivery, &self.checks, &mut self.budget) {
                Some(Diagnosis { hints, tried }) => {
                    signature.hints = hints;
                    signature.tried = tried;
                }
                None => self.unexplained += 1,
            }
        }
        if !self.is_shared {
            self.common.add(&signature);
        }
        signature
    }

    /// Reports on standard error what concerns all failures together, for formats that hold only
    /// findings.
    pub(super) fn tell_of_failures(&self) {
        for sentence in self.common.sentence().into_iter().chain(self.unexplained()) {
            tell(&"signatures", &sentence);
        }
    }

    /// A sentence on the failures that were not explained; `None` if there are none or the user
    /// wants none explained.
    pub(super) fn unexplained(&self) -> Option<String> {
        match self.unexplained {
            _ if self.explains_none => None,
            0 => None,
            1 => Some("1 more failure is not explained; --diagnose all explains it".to_owned()),
            count => Some(format!(
                "{count} more failures are not explained; --diagnose all explains them"
            )),
        }
    }

    /// The header that holds the signature.
    pub(super) fn header_name(&self) -> &str {
        &self.header_name
    }

    /// Whether all deliveries are checked against one signature, so that none of them can have been
    /// swapped.
    pub(super) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The secrets, the scheme and the signatures.
    pub(super) fn checks(&self) -> &Checks {
        &self.checks
    }
}
