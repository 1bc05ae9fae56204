//! Secrets and schemes, from wherever the user keeps them.

use std::fs::File;
use std::io::{self, Read};

use anyhow::{Context, Result, bail};
use chatlog::signature::Secret;
use zeroize::Zeroizing;

use crate::cli::args::{Inputs, Secrets};
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
