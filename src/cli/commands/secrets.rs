//! Reads secrets from wherever the user keeps them.
//!
//! Secrets come from files, environment variables, standard input or the command line. Their bytes
//! are only ever held in buffers that are overwritten when they are dropped, and no message
//! contains them. Nor does a message contain the name of a file or a variable: users do give the
//! secret itself where its name is expected.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use chatlog::capture::encryption::DecryptionKey;
use chatlog::redact::Key;
use chatlog::signature::Secret;
use zeroize::Zeroizing;

use crate::cli::args::{DECRYPT_KEY_FILE, DecryptArgs, Inputs, Secrets};
use crate::cli::pipeline::{Decryption, Input};

/// The environment variable that holds the secret if there is no option for secrets.
const VARIABLE: &str = "CHATLOG_SECRET";

impl Secrets {
    /// Reads the secrets, in the order of the options. The result is empty if there are none.
    ///
    /// # Errors
    /// A file, a variable or standard input cannot be read, or holds no secret.
    pub(super) fn read(&self, inputs: &Inputs) -> Result<Vec<Secret>> {
        let inputs = Input::all(&inputs.inputs);
        if self.secret_stdin && inputs.iter().flatten().any(Input::is_stdin) {
            bail!("--secret-stdin: standard input is already the input: name a file as the input");
        }
        self.read_without_input()
    }

    /// Reads the secrets for a command that has no input, like [`Secrets::read`].
    ///
    /// # Errors
    /// The same.
    pub(super) fn read_without_input(&self) -> Result<Vec<Secret>> {
        let mut secrets = self.in_files()?;
        secrets.extend(self.in_variables()?);
        secrets.extend(self.on_stdin()?);
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
                secret(in_file(path, &place)?, &place)
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

    fn on_stdin(&self) -> Result<Option<Secret>> {
        if !self.secret_stdin {
            return Ok(None);
        }
        let place = "--secret-stdin";
        let bytes =
            read_to_end(io::stdin().lock()).with_context(|| format!("{place}: cannot read"))?;
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

/// The key of `--redact-key-file`.
///
/// # Errors
/// The file cannot be read, or the key is too short.
pub(super) fn read_key(path: &Path) -> Result<Key> {
    let place = "--redact-key-file";
    let key = Key::new(in_file(path, place)?);
    key.with_context(|| format!("{place}: the key has fewer than {} bytes", Key::MIN_LENGTH))
}

impl DecryptArgs {
    /// Decrypts with the key that the user named, if any.
    ///
    /// # Errors
    /// It cannot be read, or is no key.
    pub(super) fn read(&self) -> Result<Decryption> {
        let file = self.decrypt_key_file.as_deref().map(|path| {
            let key = in_file(path, DECRYPT_KEY_FILE)?;
            decryption_key(key, DECRYPT_KEY_FILE)
        });
        let variable = self.decrypt_key_env.as_deref().map(|name| {
            let place = "--decrypt-key-env";
            let value = std::env::var_os(name)
                .with_context(|| format!("{place}: the variable is not set"))?;
            decryption_key(Zeroizing::new(value.into_encoded_bytes()), place)
        });
        let key = file.or(variable).transpose()?;
        Ok(Decryption::On(key.map(Arc::new)))
    }
}

fn decryption_key(text: Zeroizing<Vec<u8>>, place: &str) -> Result<DecryptionKey> {
    let key = DecryptionKey::new(text);
    key.with_context(|| {
        format!("{place}: a key has 16, 24 or 32 bytes, as they are, in hex or in base64")
    })
}

/// What a file holds, without the line break at its end.
fn in_file(path: &Path, place: &str) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = File::open(path).and_then(read_to_end);
    let bytes = bytes.with_context(|| format!("{place}: cannot read the file"))?;
    Ok(without_line_break(bytes))
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
