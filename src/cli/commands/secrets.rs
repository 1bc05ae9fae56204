//! Secrets and schemes, from wherever the user keeps them.

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

/// The variable that holds the secret where none is named.
const VARIABLE: &str = "CHATLOG_SECRET";

impl Secrets {
    /// The secrets in the order of the options; none if none is named or set.
    pub(super) fn read(&self, inputs: &Inputs) -> Result<Vec<Secret>> {
        let mut secrets = Vec::new();
        // Somebody may have given the secret itself for its name: no name is repeated.
        let files = self.secret_file.len();
        for (number, path) in (1..).zip(&self.secret_file) {
            let place = match files {
                1 => "--secret-file".to_owned(),
                _ => format!("--secret-file ({number} of {files})"),
            };
            let bytes = File::open(path)
                .and_then(read_to_end)
                .with_context(|| format!("{place}: cannot read the file"))?;
            secrets.push(secret(without_line_break(bytes), &place)?);
        }
        for name in &self.secret_env {
            let place = "--secret-env";
            let value = std::env::var_os(name)
                .with_context(|| format!("{place}: there is no such variable"))?;
            secrets.push(secret(Zeroizing::new(value.into_encoded_bytes()), place)?);
        }
        if self.secret_stdin {
            let inputs = Input::all(&inputs.inputs);
            if inputs.iter().flatten().any(Input::is_stdin) {
                bail!("--secret-stdin: standard input is an input already: name files as inputs");
            }
            let bytes = read_to_end(io::stdin().lock()).context("--secret-stdin: cannot read")?;
            secrets.push(secret(without_line_break(bytes), "--secret-stdin")?);
        }
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

    /// The secrets, of which there must be one.
    pub(super) fn require(&self, inputs: &Inputs) -> Result<Vec<Secret>> {
        let secrets = self.read(inputs)?;
        if secrets.is_empty() {
            bail!(
                "no secret: give --secret-file, --secret-env or --secret-stdin, or set {VARIABLE}"
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

/// Reads all there is. A buffer that grows leaves copies behind: each is overwritten.
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

/// Editors and `echo` end files with a line break, which is not a part of the secret.
fn without_line_break(mut bytes: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}

/// Checks the signatures of one delivery after another.
pub(super) struct Verifier {
    checks: Checks,
    header_name: String,
    /// Whether the user gave one signature for every delivery.
    is_shared: bool,
    /// What may still be spent on explaining failures.
    budget: Budget,
    /// How many failures were not explained, for want of budget.
    unexplained: usize,
    /// What the failures have in common.
    common: CommonCause,
    /// Whether the user wants none explained.
    explains_none: bool,
}

impl Verifier {
    /// A verifier with these secrets and what else was asked for.
    ///
    /// # Errors
    /// Where the environment holds an invalid scheme.
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

    /// What there is to say of the signature that came with a delivery, or in a file beside it.
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

    /// Says on standard error what there is to say of all failures together: for formats that hold
    /// findings alone.
    pub(super) fn tell_of_failures(&self) {
        for sentence in self.common.sentence().into_iter().chain(self.unexplained()) {
            tell(&"signatures", &sentence);
        }
    }

    /// That there are failures which were not explained, unless the user wants it so.
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

    /// Says whether all deliveries are checked for one signature, which is not theirs to swap.
    pub(super) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// What deliveries are checked against.
    pub(super) fn checks(&self) -> &Checks {
        &self.checks
    }
}
