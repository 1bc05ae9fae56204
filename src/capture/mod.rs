//! Saved webhooks, in the shapes people save them.
//!
//! A capture format turns a [`Record`] into [`Delivery`]s. To add one, write a module beside this
//! one and give [`Format`] a variant: the compiler shows the arms; `detect` says how it is known.
//!
//! A format only says where a request's parts are: what its content encoding, its length and its
//! method mean for the delivery is the same for all of them, and is decided in `reading`.

mod ambiguity;
mod api_gateway;
mod body;
mod curl;
mod detect;
mod encoding;
mod envelope;
mod gh_webhook;
mod har;
mod headers;
mod hookdeck;
mod http;
mod json;
mod json_equality;
mod length;
mod n8n;
mod ngrok;
mod postman;
mod reading;
mod request;
mod shell;
mod smee;
mod time;
mod webhook_site;
mod webhook_tester;

use std::borrow::Cow;
use std::fmt::{self, Display};

use jiff::Timestamp;
use serde::Serialize;

use self::detect::{is_bare, layout};
pub use self::detect::{is_notification, sniff};
pub use self::headers::Headers;
use self::json::Object;
use self::reading::Reading;
use sha2::{Digest, Sha256};

use crate::Text;

/// How a capture is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// The body alone, without headers
    Body,
    /// Raw HTTP request messages
    Http,
    /// An HTTP archive, as browsers and proxies export it
    Har,
    /// A request or a list of them from webhook.site
    WebhookSite,
    /// A request or a list of them from the ngrok agent
    Ngrok,
    /// An event of AWS API Gateway (REST API) or of a load balancer
    ApiGateway,
    /// An event of AWS API Gateway (HTTP API) or of a Lambda function URL
    ApiGatewayV2,
    /// A request as webhook-tester shows or stores it
    WebhookTester,
    /// An event of smee.io or its event stream
    Smee,
    /// A request or event of Hookdeck, or a list of them
    Hookdeck,
    /// An event that `gh webhook forward` receives
    GhWebhook,
    /// curl commands
    Curl,
    /// An item of an n8n webhook node
    #[value(name = "n8n")]
    N8n,
    /// A Postman collection
    Postman,
    /// An object of headers, a body and what else was kept
    Envelope,
}

impl Format {
    /// The name that people give on the command line and programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Http => "http",
            Self::Har => "har",
            Self::WebhookSite => "webhook-site",
            Self::Ngrok => "ngrok",
            Self::ApiGateway => "api-gateway",
            Self::ApiGatewayV2 => "api-gateway-v2",
            Self::WebhookTester => "webhook-tester",
            Self::Smee => "smee",
            Self::Hookdeck => "hookdeck",
            Self::GhWebhook => "gh-webhook",
            Self::Curl => "curl",
            Self::N8n => "n8n",
            Self::Postman => "postman",
            Self::Envelope => "envelope",
        }
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How faithfully a capture kept the body of a request, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fidelity {
    /// The bytes as they were received.
    Exact,
    /// A string: exact if the bytes were UTF-8 and not content-encoded.
    Text,
    /// Decompressed, or decoded from another character set.
    Decoded,
    /// Parsed and written again.
    Reserialized,
    /// Cut short.
    Truncated,
}

impl Fidelity {
    /// The word people and programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Text => "text",
            Self::Decoded => "decoded",
            Self::Reserialized => "reserialized",
            Self::Truncated => "truncated",
        }
    }
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// Where a text starts.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The position that many bytes into `text`, if `text` starts here.
    pub fn after(self, text: &str) -> Self {
        self.after_bytes(text.as_bytes())
    }

    /// The position behind `bytes`, if they start here; what is not a character counts as one.
    fn after_bytes(self, bytes: &[u8]) -> Self {
        let characters = |line: &[u8]| -> usize {
            line.utf8_chunks()
                .map(|chunk| {
                    chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty())
                })
                .sum()
        };
        match memchr::memrchr(b'\n', bytes) {
            None => Self {
                column: self.column + characters(bytes),
                ..self
            },
            Some(newline) => Self {
                line: self.line + memchr::memchr_iter(b'\n', bytes).count(),
                column: 1 + characters(&bytes[newline + 1..]),
            },
        }
    }
}

/// One value or message of an input: what a capture format reads.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Its bytes, without the line break that ends it.
    pub bytes: &'a [u8],
    /// The line break that ends it, where it is a line of many.
    pub terminator: &'a [u8],
    /// Whether it is all of its input: a line break at its end may then be the file's alone.
    pub is_whole: bool,
    /// Where it starts in its input.
    pub start: Position,
}

impl Record<'_> {
    /// The same without the mark that editors put before a text: no part of any capture, though
    /// it may be one of a body.
    fn without_byte_order_mark(mut self) -> Self {
        self.bytes = self
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(self.bytes);
        self
    }
}

/// One received webhook request.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// How it was saved.
    pub format: Format,
    /// How faithfully its body was kept.
    pub fidelity: Fidelity,
    /// The request's method, where it is known.
    pub method: Option<Text<'a>>,
    /// The request's target or URL, where it is known.
    pub target: Option<Text<'a>>,
    /// When it was received, where that is known.
    pub received_at: Option<Timestamp>,
    /// The request's headers, where they are known.
    pub headers: Headers<'a>,
    /// The body.
    pub body: Cow<'a, [u8]>,
    /// The bytes as sent, where `body` is what their content encoding holds.
    pub encoded_body: Option<Cow<'a, [u8]>>,
    /// A line break that may belong to the body: that of a line of many, or before the next message.
    pub terminator: &'a [u8],
    /// Whether the body ends where its file does, and no length says how long it was: a line break
    /// at its end may be the file's.
    pub ends_input: bool,
    /// Where it starts in its input.
    pub start: Position,
    /// Where its body starts in its input; none where it is wrapped in a string, and has no lines
    /// of its own there.
    pub body_start: Option<Position>,
    /// What was done or assumed to read it, in words.
    pub notes: Vec<String>,
    /// What the capture says in two ways.
    pub ambiguities: Vec<Ambiguity>,
}

/// Something that a capture says of a request in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// What it is, in words; safe to show.
    pub message: String,
    /// What it leaves open.
    pub doubt: Doubt,
}

/// What an [`Ambiguity`] leaves open, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Nothing: what was read is the more faithful of the two.
    Settled,
    /// Whether the body is what was sent: a signature that does not match it proves nothing.
    OfMismatch,
    /// Which of two bodies was sent: a signature that matches one of them proves nothing either.
    OfBoth,
}

impl Delivery<'_> {
    /// Everything to know of how it was read, in words: the notes, and what is ambiguous.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        let ambiguities = self.ambiguities.iter();
        let notes = self.notes.iter().map(String::as_str);
        notes.chain(ambiguities.map(|ambiguity| ambiguity.message.as_str()))
    }

    /// The same, owning everything.
    pub fn into_owned(self) -> Delivery<'static> {
        Delivery {
            method: self.method.map(Text::into_owned),
            target: self.target.map(Text::into_owned),
            headers: self.headers.into_owned(),
            body: Cow::Owned(self.body.into_owned()),
            encoded_body: self.encoded_body.map(|body| Cow::Owned(body.into_owned())),
            terminator: b"",
            ends_input: self.ends_input,
            format: self.format,
            fidelity: self.fidelity,
            received_at: self.received_at,
            start: self.start,
            body_start: self.body_start,
            notes: self.notes,
            ambiguities: self.ambiguities,
        }
    }

    /// The SHA-256 of the body.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.body).into()
    }
}

/// What one delivery may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many bytes a body may have once its content encoding is undone.
    pub max_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body: 256 << 20,
        }
    }
}

/// What was found in a record.
#[derive(Debug, Clone)]
pub struct Capture<'a> {
    /// How it is laid out.
    pub format: Format,
    /// The webhooks, in order.
    pub deliveries: Vec<Delivery<'a>>,
    /// The requests that are not webhooks.
    pub skipped: Vec<Skipped>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A request that is not a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it starts in its input.
    pub position: Position,
    /// Its method if that is not `POST`, or else what it lacks; safe to show.
    pub reason: String,
}

/// Something in a capture that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is in its input; none where it is inside something decoded.
    pub position: Option<Position>,
    /// What the capture looked like and what is wrong with it; safe to show.
    pub message: String,
}

/// Reads the deliveries of a record that is laid out as `format`, or as it looks if none is named.
///
/// A record of an unknown layout is a bare body: its reader says what is wrong with it.
pub fn deliveries<'a>(record: &Record<'a>, format: Option<Format>, limits: &Limits) -> Capture<'a> {
    if format.is_none() && is_bare(record.bytes) {
        return body::read(record);
    }
    let text = &record.without_byte_order_mark();
    match format.or_else(|| sniff(text.bytes)) {
        Some(Format::Body) => body::read(record),
        Some(Format::Http) => http::read(Reading::new(Format::Http, text, *limits)),
        Some(Format::Curl) => curl::read(Reading::new(Format::Curl, text, *limits)),
        Some(Format::Smee) if sniff(text.bytes) == Some(Format::Smee) => {
            smee::read_stream(Reading::new(Format::Smee, text, *limits))
        }
        format => read_object(text, format, *limits).unwrap_or_else(|| body::read(record)),
    }
}

/// Reads a record that is laid out as a JSON object; none if it is not, and need not be.
fn read_object<'a>(
    record: &Record<'a>,
    format: Option<Format>,
    limits: Limits,
) -> Option<Capture<'a>> {
    let object = simdutf8::basic::from_utf8(record.bytes)
        .ok()
        .and_then(Object::read);
    let (object, format) = match (object, format) {
        (Some(object), Some(format)) => (object, format),
        (Some(object), None) => {
            let format = layout(&object)?;
            (object, format)
        }
        (None, None) => return None,
        (None, Some(format)) => {
            let mut reading = Reading::new(format, record, limits);
            reading.problem(Some(record.bytes), "it is not a JSON object in UTF-8");
            return Some(reading.capture);
        }
    };
    let mut reading = Reading::new(format, record, limits);
    match format {
        Format::ApiGateway => reading.entry(&object, api_gateway::first),
        Format::ApiGatewayV2 => reading.entry(&object, api_gateway::second),
        Format::WebhookSite => webhook_site::read(&object, &mut reading),
        Format::Ngrok => ngrok::read(&object, &mut reading),
        Format::WebhookTester => reading.entry(&object, webhook_tester::request),
        Format::Smee => reading.entry(&object, smee::request),
        Format::Hookdeck => hookdeck::read(&object, &mut reading),
        Format::GhWebhook => reading.entry(&object, gh_webhook::request),
        Format::N8n => reading.entry(&object, n8n::request),
        Format::Har => har::read(&object, &mut reading),
        Format::Postman => postman::read(&object, &mut reading),
        Format::Envelope | Format::Body | Format::Http | Format::Curl => {
            reading.entry(&object, envelope::request);
        }
    }
    reading.end_of(&object);
    Some(reading.capture)
}
