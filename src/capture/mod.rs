//! Reading saved webhooks, in the formats that tools save them in.
//!
//! The caller cuts an input into [`Record`]s: one line of NDJSON, one item of an array, or the
//! whole input. [`deliveries`] detects the record's format and turns it into [`Delivery`]s:
//!
//! ```text
//! Record ──detect──▶ Format ──har, http, curl, …──▶ Request ──EntryReader──▶ Delivery
//! ```
//!
//! # Detection
//!
//! In this order, the first match wins:
//!
//! 1. An object whose first key is one of the notification's is a bare body. Most inputs are, and
//!    this way nothing but their first key is looked at.
//! 2. A record that starts like an HTTP message, a curl command or an event stream is one
//!    ([`sniff`]). These formats are not JSON, so the first bytes are enough.
//! 3. A JSON object is matched against each format's keys, the most specific keys first: a
//!    webhook-tester request would pass for an envelope, but not the other way round.
//! 4. Anything else is a bare body, and reading the notification reports what is wrong with it.
//!
//! Detection never depends on the file name.
//!
//! # Adding a format
//!
//! Write a module beside this one with a function from the format's JSON object (or text) to a
//! `Request`: method, target, headers, body, time. Use the helpers of `json::Value` for the body,
//! because they choose its [`Fidelity`](crate::delivery::Fidelity). Then add a variant to
//! [`Format`], how it is detected to `detect`, and a sample to `samples/captures`.
//!
//! A format only finds the parts of a request. What its content encoding, length, character set
//! and method mean for the delivery is the same for every format and is decided in `entry_reader`.
//! A format may fail for one entry; the entries after it are still read.

mod ambiguity;
mod api_gateway;
mod body;
mod curl;
mod detect;
mod encoding;
mod entry_reader;
mod envelope;
mod gh_webhook;
mod har;
mod hookdeck;
mod http;
mod json;
mod json_equality;
mod length;
mod n8n;
mod ngrok;
mod postman;
mod request;
mod shell;
mod smee;
mod time;
mod webhook_site;
mod webhook_tester;

use std::fmt::{self, Display};

use self::detect::{detect_object, starts_like_notification};
pub use self::detect::{is_notification, sniff};
use self::entry_reader::EntryReader;
use self::json::Object;

use crate::Position;
use crate::delivery::Delivery;

/// The format of a capture: which tool wrote it, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// Only the body, without headers
    Body,
    /// Raw HTTP request messages
    Http,
    /// An HTTP archive exported by a browser or proxy
    Har,
    /// A webhook.site request or list of requests
    WebhookSite,
    /// An ngrok agent request or list of requests
    Ngrok,
    /// An AWS API Gateway event (REST API) or load balancer event
    ApiGateway,
    /// An AWS API Gateway event (HTTP API) or Lambda function URL event
    ApiGatewayV2,
    /// A webhook-tester request, from its API or its storage
    WebhookTester,
    /// A smee.io event or event stream
    Smee,
    /// A Hookdeck request or event, or a list of them
    Hookdeck,
    /// An event received by `gh webhook forward`
    GhWebhook,
    /// curl commands
    Curl,
    /// An n8n webhook node item
    #[value(name = "n8n")]
    N8n,
    /// A Postman collection
    Postman,
    /// Any JSON object with headers and a body
    Envelope,
}

impl Format {
    /// The name in `--input NAME` and in JSON output.
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

/// One JSON value, line or message cut out of an input.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The record's bytes, without the line break that ends it.
    pub bytes: &'a [u8],
    /// The line break that ends the record if it is one line of many; otherwise empty.
    pub terminator: &'a [u8],
    /// Whether the record is the whole input. A line break at its end may then belong to the file
    /// and not to the body.
    pub is_whole: bool,
    /// Where the record starts in its input.
    pub start: Position,
}

impl Record<'_> {
    /// The record without a leading byte order mark. An editor puts it there: it is not part of
    /// any capture format, though a bare body may have been sent with one.
    fn without_byte_order_mark(mut self) -> Self {
        self.bytes = self
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(self.bytes);
        self
    }
}

/// Limits on what one delivery may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The maximum size of a body in bytes, after its content encoding is undone.
    pub max_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body: 256 << 20,
        }
    }
}

/// What was read from one record.
#[derive(Debug, Clone)]
pub struct Capture<'a> {
    /// The format it was read as.
    pub format: Format,
    /// The webhooks, in the record's order.
    pub deliveries: Vec<Delivery<'a>>,
    /// The requests that are not webhooks, in the record's order.
    pub skipped: Vec<Skipped>,
    /// The entries that could not be read.
    pub problems: Vec<Problem>,
}

/// A request that is not a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where the request starts in its input.
    pub position: Position,
    /// Why it is not a webhook: its method if that is not `POST`, or `no body`, or the kind of
    /// event. Safe to print.
    pub reason: String,
}

/// Something in a capture that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is in the input; `None` inside decoded data, which has no place in the input.
    pub position: Option<Position>,
    /// The detected format and what is wrong. Safe to print.
    pub message: String,
}

/// Reads the deliveries of a record, as `format` or, if that is `None`, as the detected format.
///
/// A record of no known format is returned as a bare body.
///
/// ```
/// use chatlog::Position;
/// use chatlog::capture::{Format, Limits, Record, deliveries};
/// use chatlog::delivery::Fidelity;
///
/// let record = Record {
///     bytes: br#"{"headers": {"X-AIRudder-Sign": "5e0ee6"}, "rawBody": "{\"callee\": 1}"}"#,
///     terminator: b"",
///     is_whole: true,
///     start: Position::START,
/// };
/// let capture = deliveries(&record, None, &Limits::default());
/// assert_eq!(capture.format, Format::Envelope);
/// assert_eq!(&*capture.deliveries[0].body, br#"{"callee": 1}"#);
/// assert_eq!(capture.deliveries[0].fidelity, Fidelity::Text);
/// ```
pub fn deliveries<'a>(record: &Record<'a>, format: Option<Format>, limits: &Limits) -> Capture<'a> {
    if format.is_none() && starts_like_notification(record.bytes) {
        return body::read(record);
    }
    let text = &record.without_byte_order_mark();
    match format.or_else(|| sniff(text.bytes)) {
        Some(Format::Body) => body::read(record),
        Some(Format::Http) => http::read(EntryReader::new(Format::Http, text, *limits)),
        Some(Format::Curl) => curl::read(EntryReader::new(Format::Curl, text, *limits)),
        Some(Format::Smee) if sniff(text.bytes) == Some(Format::Smee) => {
            smee::read_stream(EntryReader::new(Format::Smee, text, *limits))
        }
        format => read_object(text, format, *limits).unwrap_or_else(|| body::read(record)),
    }
}

/// Reads a record that is a JSON object of `format`, or of the format that its keys suggest.
/// `None` if no format was named and none is detected.
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
            let format = detect_object(&object)?;
            (object, format)
        }
        (None, None) => return None,
        (None, Some(format)) => {
            let mut reader = EntryReader::new(format, record, limits);
            reader.problem(Some(record.bytes), "it is not a JSON object in UTF-8");
            return Some(reader.capture);
        }
    };
    let mut reader = EntryReader::new(format, record, limits);
    match format {
        Format::ApiGateway => reader.entry(&object, api_gateway::version_1),
        Format::ApiGatewayV2 => reader.entry(&object, api_gateway::version_2),
        Format::WebhookSite => webhook_site::read(&object, &mut reader),
        Format::Ngrok => ngrok::read(&object, &mut reader),
        Format::WebhookTester => reader.entry(&object, webhook_tester::request),
        Format::Smee => reader.entry(&object, smee::request),
        Format::Hookdeck => hookdeck::read(&object, &mut reader),
        Format::GhWebhook => reader.entry(&object, gh_webhook::request),
        Format::N8n => reader.entry(&object, n8n::request),
        Format::Har => har::read(&object, &mut reader),
        Format::Postman => postman::read(&object, &mut reader),
        Format::Envelope | Format::Body | Format::Http | Format::Curl => {
            reader.entry(&object, envelope::request);
        }
    }
    reader.end_of(&object);
    Some(reader.capture)
}
