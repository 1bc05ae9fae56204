//! `chatlog sign`: the signature of a body, and requests that carry it.

use std::borrow::Cow;
use std::io::{self, Write};

use anyhow::{Result, bail};
use chatlog::Text;
use chatlog::capture::Delivery;
use chatlog::signature::{Scheme, Secret, sign};

use super::deliveries::{IncomingDelivery, ReadOptions, for_each_delivery};
use super::{Outcome, output, tell};
use crate::args::{Sign, SignAs};
use crate::config::Config;
use crate::input::Buffering;

pub(super) fn run(args: &Sign, config: &Config) -> Result<Outcome> {
    let secrets = args.secrets.require(&args.inputs)?;
    let signer = Signer {
        secret: secrets.first().expect("one is required"),
        scheme: args.scheme.scheme(config),
        header: args.scheme.header_name(config),
        request: Request::to(&args.url)?,
    };
    let mut out = output();
    let options = ReadOptions {
        buffering: Buffering::Whole,
        quiet: false,
    };
    let outcome = for_each_delivery(&args.inputs, options, |arrival| {
        signer.sign(args, arrival, &mut out)
    })?;
    out.flush()?;
    Ok(outcome)
}

/// What every delivery is signed with.
struct Signer<'a> {
    secret: &'a Secret,
    scheme: Scheme,
    header: &'a str,
    request: Request<'a>,
}

impl Signer<'_> {
    fn sign(
        &self,
        args: &Sign,
        arrival: &IncomingDelivery<'_>,
        out: &mut impl Write,
    ) -> Result<Outcome> {
        let delivery = match args.write_as {
            SignAs::Header | SignAs::Value => Cow::Borrowed(arrival.delivery),
            SignAs::Curl | SignAs::Http => Cow::Owned(self.request.of(arrival.delivery)),
        };
        let signature = match sign(&delivery, &self.scheme, self.secret, args.encoding) {
            Ok(signature) => signature,
            Err(unfilled) => {
                tell(arrival.origin, &format!("cannot sign: {unfilled}"));
                return Ok(Outcome::Trouble);
            }
        };
        match args.write_as {
            SignAs::Header => writeln!(out, "{}: {signature}", Text::from(self.header))?,
            SignAs::Value => writeln!(out, "{signature}")?,
            SignAs::Curl if delivery.body.contains(&0) => {
                let what = "cannot write it as a curl command: no argument can hold its NUL byte: use --as http";
                tell(arrival.origin, what);
                return Ok(Outcome::Trouble);
            }
            SignAs::Curl => {
                self.request
                    .write_curl(&delivery.body, self.header, &signature, out)?;
            }
            SignAs::Http => {
                self.request
                    .write_http(&delivery.body, self.header, &signature, out)?;
            }
        }
        Ok(Outcome::Clean)
    }
}

/// Where a request goes.
struct Request<'u> {
    url: &'u str,
    host: &'u str,
    path: &'u str,
}

impl<'u> Request<'u> {
    fn to(url: &'u str) -> Result<Self> {
        if url.contains(|c: char| c.is_control() || c.is_whitespace()) {
            bail!(
                "--url: `{}` has white space or control characters in it",
                Text::from(url)
            );
        }
        let Some((_, rest)) = url.split_once("://") else {
            bail!(
                "--url: `{}` is no URL: expected one such as http://localhost:8080/hook",
                Text::from(url)
            );
        };
        let (host, path) = rest
            .find(['/', '?'])
            .map_or((rest, ""), |at| rest.split_at(at));
        let path = if path.starts_with('/') { path } else { "/" };
        Ok(Self { url, host, path })
    }

    /// The delivery as this request sends it.
    fn of<'a>(&self, delivery: &Delivery<'a>) -> Delivery<'a> {
        Delivery {
            method: Some(Text::from("POST")),
            target: Some(Text::from(self.path.to_owned())),
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
        write!(
            out,
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{name}: {signature}\r\n\r\n",
            self.path,
            self.host,
            body.len(),
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
        // However it is quoted, a leading `@` would make `--data-binary` send a file.
        let option = if body.starts_with(b"@") {
            "--data-raw"
        } else {
            "--data-binary"
        };
        let (url, body) = (quoted(self.url.as_bytes()), quoted(body));
        writeln!(
            out,
            "curl -X POST {url} -H 'Content-Type: application/json' -H {header} {option} {body}"
        )
    }
}

/// Bytes as a word of a POSIX shell; those that could act on a terminal, and those that are no
/// text, in the `$'…'` that bash and zsh read too.
fn quoted(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if Text::from(text.replace('\n', "")).to_string() == text.replace('\n', "") => {
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
            b' '..=b'~' => word.push(char::from(*byte)),
            _ => word.extend(["\\x", &hex::encode([*byte])]),
        }
    }
    word.push('\'');
    word
}
