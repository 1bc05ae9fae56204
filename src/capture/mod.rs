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

use std::fmt::{self, Display};

use self::detect::{is_bare, layout};
pub use self::detect::{is_notification, sniff};
use self::json::Object;
use self::reading::Reading;

use crate::Position;
use crate::delivery::Delivery;

/// How a capture is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
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
    #[cfg_attr(feature = "cli", value(name = "n8n"))]
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
