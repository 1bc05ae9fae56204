//! `chatlog sign`: computes the signature of each delivery, and prints it alone or with a request
//! that carries it.
//!
//! What is printed must be safe to paste into a shell and to show in a terminal, and must send the
//! exact bytes that were signed. See [`quoted`].

use std::borrow::Cow;
use std::io::{self, Write};

use anyhow::{Result, anyhow};
use chatlog::Text;
use chatlog::delivery::Delivery;
use chatlog::signature::{Scheme, Secret, sign};

use super::deliveries::{IncomingDelivery, ReadOptions, for_each_delivery};
use super::output::Stdout;
use super::url::Url;
use super::{Outcome, tell};
use crate::cli::args::{Sign, SignAs};
use crate::cli::config::Config;
use crate::cli::pipeline::{Buffering, Outputs};

pub(super) fn run(args: &Sign, config: &Config, outputs: &Outputs) -> Result<Outcome> {
    let secrets = args.secrets.require(&args.inputs)?;
    let header = args.scheme.header_name(config).value;
    let signer = Signer {
        secret: secrets.first().expect("one is required"),
        scheme: args.scheme.scheme(config)?.value,
        header: &header,
        destination: Destination {
            url: Url::parse(&args.url).map_err(|error| anyhow!("--url: {error}"))?,
        },
    };
    let mut out = Stdout::new();
    let options = ReadOptions {
        buffering: Buffering::Whole,
        quiet: false,
        outputs,
    };
    let outcome = for_each_delivery(&args.inputs, options, |incoming| {
        let outcome = signer.sign(args, incoming, &mut out)?;
        Ok(out.flow(outcome))
    })?;
    out.flush()?;
    Ok(outcome)
}

/// How every delivery is signed, and where its request goes.
struct Signer<'a> {
    secret: &'a Secret,
    scheme: Scheme,
    header: &'a str,
    destination: Destination,
}

impl Signer<'_> {
    fn sign(
        &self,
        args: &Sign,
        incoming: &IncomingDelivery<'_>,
        out: &mut impl Write,
    ) -> Result<Outcome> {
        let delivery = match args.write_as {
            SignAs::Header | SignAs::Value => Cow::Borrowed(incoming.delivery),
            SignAs::Curl | SignAs::Http => {
                Cow::Owned(self.destination.readdress(incoming.delivery))
            }
        };
        let signature = match sign(&delivery, &self.scheme, self.secret, args.encoding) {
            Ok(signature) => signature,
            Err(unfilled) => {
                tell(incoming.origin, &format!("cannot sign: {unfilled}"));
                return Ok(Outcome::Trouble);
            }
        };
        match args.write_as {
            SignAs::Header => writeln!(out, "{}: {signature}", Text::from(self.header))?,
            SignAs::Value => writeln!(out, "{signature}")?,
            SignAs::Curl if delivery.body.contains(&0) => {
                let what = "a curl command cannot contain the NUL byte in the body: use --as http";
                tell(incoming.origin, what);
                return Ok(Outcome::Trouble);
            }
            SignAs::Curl => {
                self.destination
                    .write_curl(&delivery.body, self.header, &signature, out)?;
            }
            SignAs::Http => {
                self.destination
                    .write_http(&delivery.body, self.header, &signature, out)?;
            }
        }
        Ok(Outcome::Clean)
    }
}

/// Where requests are sent.
struct Destination {
    url: Url,
}

impl Destination {
    /// The delivery as it is sent here. The scheme may cover the method and the target, so it must
    /// be signed in this form.
    fn readdress<'a>(&self, delivery: &Delivery<'a>) -> Delivery<'a> {
        Delivery {
            method: Some(Text::from("POST")),
            target: Some(Text::from(self.url.target().to_owned())),
            encoded_body: None,
            ..delivery.clone()
        }
    }

    fn write_http(
        &self,
        body: &[u8],
        name: &str,
        signature: &str,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let (target, host, length) = (self.url.target(), self.url.host(), body.len());
        write!(out, "POST {target} HTTP/1.1\r\nHost: {host}\r\n")?;
        if let Some(authorization) = self.url.authorization() {
            write!(out, "Authorization: {authorization}\r\n")?;
        }
        write!(
            out,
            "Content-Type: application/json\r\nContent-Length: {length}\r\n{name}: {signature}\r\n\r\n"
        )?;
        out.write_all(body)
    }

    fn write_curl(
        &self,
        body: &[u8],
        name: &str,
        signature: &str,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let header = quoted(format!("{name}: {signature}").as_bytes());
        // `--data-binary` would read a file if the body started with `@`, however it is quoted.
        let option = if body.starts_with(b"@") {
            "--data-raw"
        } else {
            "--data-binary"
        };
        let (url, body) = (quoted(self.url.to_string().as_bytes()), quoted(body));
        writeln!(
            out,
            "curl -sS -w '\\n' -X POST {url} -H 'Content-Type: application/json' -H {header} {option} {body}"
        )
    }
}

/// Bytes as one word of a shell: in single quotes if they are text that is safe to print, and
/// otherwise in `$'…'` with escapes, which bash and zsh understand, but not every POSIX shell.
fn quoted(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text)
            if !text
                .split('\n')
                .any(|line| Text::from(line).needs_escaping()) =>
        {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => ansi_c_quoted(bytes),
    }
}

fn ansi_c_quoted(bytes: &[u8]) -> String {
    let mut word = String::from("$'");
    for byte in bytes {
        match byte {
            b'\'' | b'\\' => {
                word.push('\\');
                word.push(char::from(*byte));
            }
            // `#` is escaped, because `##[…]` is a command to CI systems.
            b' '..=b'"' | b'$'..=b'~' => word.push(char::from(*byte)),
            _ => word.extend(["\\x", &hex::encode([*byte])]),
        }
    }
    word.push('\'');
    word
}
