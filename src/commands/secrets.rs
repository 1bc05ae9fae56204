//! Secrets and schemes, from wherever the user keeps them.

use std::fs;
use std::io::{self, Read};

use anyhow::{Context, Result, bail};
use chatlog::signature::{Checks, Secret, Signature, Verdict, verify};

use super::deliveries::IncomingDelivery;
use crate::args::{Inputs, Secrets, SignatureArgs};
use crate::config::Config;
use crate::input::{Input, name_of};

/// The variable that holds the secret where none is named.
const VARIABLE: &str = "CHATLOG_SECRET";
/// How many failures are explained: a great many have one cause, and finding it out costs.
const EXPLAINED: usize = 100;

impl Secrets {
    /// The secrets in the order of the options; none if none is named or set.
    pub(super) fn read(&self, inputs: &Inputs) -> Result<Vec<Secret>> {
        let mut secrets = Vec::new();
        for path in &self.secret_file {
            let name = name_of(path);
            let bytes =
                fs::read(path).with_context(|| format!("--secret-file {name}: cannot read"))?;
            secrets.push(secret(
                without_line_break(bytes),
                &format!("--secret-file {name}"),
            )?);
        }
        for name in &self.secret_env {
            // Somebody may have given the secret itself for its name: that is not repeated.
            let place = "--secret-env";
            let value = std::env::var_os(name)
                .with_context(|| format!("{place}: there is no such variable"))?;
            secrets.push(secret(value.into_encoded_bytes(), place)?);
        }
        if self.secret_stdin {
            let inputs = Input::all(&inputs.inputs);
            if inputs.iter().flatten().any(Input::is_stdin) {
                bail!("--secret-stdin: standard input is an input already: name files as inputs");
            }
            let mut bytes = Vec::new();
            io::stdin()
                .read_to_end(&mut bytes)
                .context("--secret-stdin: cannot read")?;
            secrets.push(secret(without_line_break(bytes), "--secret-stdin")?);
        }
        for value in &self.secret {
            secrets.push(secret(value.0.clone().into_bytes(), "--secret")?);
        }
        if secrets.is_empty()
            && let Some(value) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty())
        {
            secrets.push(secret(value.into_encoded_bytes(), VARIABLE)?);
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

fn secret(bytes: Vec<u8>, place: &str) -> Result<Secret> {
    match Secret::new(bytes) {
        Ok(secret) => Ok(secret),
        Err(error) => bail!("{place}: {error}"),
    }
}

/// Editors and `echo` end files with a line break, which is no part of the secret.
fn without_line_break(mut bytes: Vec<u8>) -> Vec<u8> {
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
    failures: usize,
}

impl Verifier {
    /// A verifier with these secrets and what else was asked for.
    pub(super) fn new(args: &SignatureArgs, config: &Config, secrets: Vec<Secret>) -> Self {
        let header_name = args.scheme.header_name(config).to_owned();
        let mut checks =
            Checks::new(args.scheme.scheme(config), secrets).with_header_name(&header_name);
        for signature in &args.signature {
            checks = checks.with_signature(signature);
        }
        for (name, value) in &args.header {
            checks = checks.with_header(name, value);
        }
        let is_signature = |(name, _): &(String, String)| name.eq_ignore_ascii_case(&header_name);
        Self {
            checks,
            is_shared: !args.signature.is_empty() || args.header.iter().any(is_signature),
            header_name,
            failures: 0,
        }
    }

    /// What there is to say of the signature that came with a delivery, or in a file beside it.
    pub(super) fn verify(&mut self, arrival: &IncomingDelivery<'_>) -> Signature {
        let signature = verify(&arrival.signed(&self.header_name), &self.checks);
        if !matches!(signature.verdict, Verdict::Valid | Verdict::Unchecked) {
            self.failures += 1;
            if self.failures == EXPLAINED {
                self.checks = self.checks.clone().without_hints();
            }
        }
        signature
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
