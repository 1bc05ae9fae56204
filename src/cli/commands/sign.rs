//! `chatlog sign`: computes the signature of each delivery, and prints it alone or with a request
//! that carries it.
//!
//! What is printed must be safe to paste into a shell and to show in a terminal, and must send the
//! exact bytes that were signed. See `quoted`.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use chatlog::Text;
use chatlog::delivery::Delivery;
use chatlog::signature::{Encoding, Scheme, Secret, sign};

use super::read_options;
use crate::cli::args::{Sign, SignAs};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::{Stdout, eprint_problem};
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};
use crate::cli::quoting::quoted;
use crate::cli::url::Url;

pub(super) fn run(args: &Sign, config: &Config, outputs: &Arc<Outputs>) -> Result<Outcome> {
    let secrets = args.secrets.require(&args.inputs)?;
    let signer = Signer {
        secret: secrets.first().expect("one is required"),
        scheme: args.scheme.scheme(config)?.value,
        header: args.scheme.header_name(config).value,
        encoding: args.encoding,
        write_as: args.write_as,
        destination: Destination {
            url: Url::parse(&args.url).map_err(|error| anyhow!("--url: {error}"))?,
        },
    };
    let options = read_options(&args.inputs, config, Buffering::Whole, false)?;
    let mut out = Stdout::new();
    let outcome = pipeline::run(&options, outputs, &signer, &mut out)?;
    out.flush()?;
    Ok(outcome)
}

/// How to sign every delivery, and what to write for it.
struct Signer<'a> {
    secret: &'a Secret,
    scheme: Scheme,
    header: String,
    encoding: Encoding,
    write_as: SignAs,
    destination: Destination,
}

/// The output for some deliveries.
#[derive(Default)]
struct Signed {
    text: Vec<u8>,
    /// Why some could not be signed, to report on standard error.
    problems: Vec<String>,
}

impl Processor for Signer<'_> {
    type Output = Signed;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Signed,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        Ok(ControlFlow::Continue(match self.sign(incoming.delivery) {
            Ok(text) => {
                output.text.extend_from_slice(&text);
                Outcome::Clean
            }
            Err(why) => {
                output.problems.push(format!("{}: {why}", incoming.origin));
                Outcome::Trouble
            }
        }))
    }
}

impl Sink<Signed> for Stdout {
    fn write(&mut self, signed: Signed, _: &Text<'_>, _: bool) -> Result<ControlFlow<()>> {
        for problem in signed.problems {
            eprint_problem(&problem);
        }
        self.write_all(&signed.text)?;
        Ok(self.flow())
    }
}

impl Signer<'_> {
    /// Signs a delivery and returns the output for it.
    ///
    /// # Errors
    /// It cannot be signed.
    fn sign(&self, delivery: &Delivery<'_>) -> Result<Vec<u8>> {
        let delivery = match self.write_as {
            SignAs::Header | SignAs::Value => Cow::Borrowed(delivery),
            SignAs::Curl | SignAs::Http => Cow::Owned(self.destination.readdress(delivery)),
        };
        let signature = sign(&delivery, &self.scheme, self.secret, self.encoding)
            .map_err(|unfilled| anyhow!("cannot sign: {unfilled}"))?;
        let mut out = Vec::new();
        let (destination, name, body) = (&self.destination, &self.header, &delivery.body);
        match self.write_as {
            SignAs::Header => writeln!(out, "{}: {signature}", Text::from(name.as_str()))?,
            SignAs::Value => writeln!(out, "{signature}")?,
            SignAs::Curl if body.contains(&0) => {
                bail!("a curl command cannot contain the NUL byte in the body: use --as http")
            }
            SignAs::Curl => destination.write_curl(body, name, &signature, &mut out)?,
            SignAs::Http => destination.write_http(body, name, &signature, &mut out)?,
        }
        Ok(out)
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
