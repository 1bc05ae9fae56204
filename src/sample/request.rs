//! The HTTP request that carries a notification, as a capture keeps it.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::delivery::{CaptureFormat, Delivery, Fidelity, Headers};
use crate::finding::Rule;
use crate::signature::{Encoding, Scheme, Secret, Unfilled, sign};
use crate::{Position, Text};

use super::Sample;
use super::json::write_string;
use super::notification::date_and_time;

const METHOD: &str = "POST";
const TARGET: &str = "/hook";

/// How requests are signed.
#[derive(Debug)]
pub struct Signing {
    /// The secret.
    pub secret: Secret,
    /// The scheme.
    pub scheme: Scheme,
    /// The name of the header that holds the signature.
    pub header: String,
}

/// The request that carries a sample.
#[derive(Debug)]
pub struct Request<'a> {
    headers: Headers<'a>,
    body: &'a [u8],
    received_at: String,
}

impl Sample {
    /// The request that carries the sample, signed if that is wanted. If the sample breaks a rule on
    /// signatures, this is where it does.
    ///
    /// # Errors
    /// If the scheme signs something that the request does not have, such as a header.
    pub fn request<'a>(&'a self, signing: Option<&'a Signing>) -> Result<Request<'a>, Unfilled> {
        let mut headers = Headers::default();
        headers.push("Host", "hooks.example.com");
        headers.push("User-Agent", "Go-http-client/1.1");
        headers.push("Content-Type", "application/json");
        headers.push("Content-Length", self.body.len().to_string());
        let mut delivery = delivery(headers, &self.body);
        if let Some(signing) = signing {
            let signature = sign(&delivery, &signing.scheme, &signing.secret, Encoding::Hex)?;
            self.attach(signature, &signing.header, &mut delivery.headers);
        }
        Ok(Request {
            headers: delivery.headers,
            body: &self.body,
            received_at: date_and_time(self.sent),
        })
    }

    /// Adds the signature to the headers, or breaks a rule with it.
    fn attach<'a>(&self, signature: String, name: &'a str, headers: &mut Headers<'a>) {
        let forged = || {
            let mut random = self.random.clone();
            let mut digits = String::new();
            while digits.len() < signature.len() {
                digits.push_str(&random.id());
            }
            digits.truncate(signature.len());
            digits
        };
        match self.broken {
            Some(Rule::SignatureMissing) => {}
            Some(Rule::SignatureInvalid) => headers.push(name, forged()),
            Some(Rule::SignatureInconclusive) => {
                // What was signed is the compressed body, which the capture did not keep.
                headers.push("Content-Encoding", "gzip");
                headers.push(name, forged());
            }
            Some(Rule::SignatureAmbiguous) => {
                let forged = forged();
                headers.push(name, signature);
                headers.push(name, forged);
            }
            _ => headers.push(name, signature),
        }
    }
}

/// The request as it is received, which is what is signed.
fn delivery<'a>(headers: Headers<'a>, body: &'a [u8]) -> Delivery<'a> {
    Delivery {
        format: CaptureFormat::Http,
        fidelity: Fidelity::Exact,
        method: Some(Text::from(METHOD)),
        target: Some(Text::from(TARGET)),
        received_at: None,
        headers,
        body: Cow::Borrowed(body),
        encoded_body: None,
        terminator: b"",
        ends_input: false,
        start: Position::START,
        body_start: None,
        notes: Vec::new(),
        ambiguities: Vec::new(),
    }
}

impl Request<'_> {
    /// Writes it as an HTTP message, with a line break after the body.
    pub fn write_http(&self, out: &mut impl Write) -> io::Result<()> {
        write!(out, "{METHOD} {TARGET} HTTP/1.1\r\n")?;
        for (name, value) in self.headers.iter() {
            write!(out, "{}: {}\r\n", name.as_str(), value.as_str())?;
        }
        out.write_all(b"\r\n")?;
        out.write_all(self.body)?;
        out.write_all(b"\n")
    }

    /// Writes it as a line of JSON, with the body as a string.
    pub fn write_envelope(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"received_at":"#);
        write_string(&self.received_at, out);
        out.extend_from_slice(br#","method":"POST","path":"/hook","headers":{"#);
        for (index, (name, values)) in self.headers.by_name().iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_string(name, out);
            out.push(b':');
            write_values(values, out);
        }
        out.extend_from_slice(br#"},"body":"#);
        write_string(&String::from_utf8_lossy(self.body), out);
        out.extend_from_slice(b"}\n");
    }
}

/// Writes the value of a header, or the values of one that is repeated.
fn write_values(values: &[&Text<'_>], out: &mut Vec<u8>) {
    if let [value] = values {
        return write_string(value.as_str(), out);
    }
    for (index, value) in values.iter().enumerate() {
        out.push(if index > 0 { b',' } else { b'[' });
        write_string(value.as_str(), out);
    }
    out.push(b']');
}
