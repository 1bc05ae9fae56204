//! The table of capture formats. A format is its module and its row here.
//!
//! The rows are in the order of detection, in which the first match wins. So a format comes before
//! those whose keys it also has: an API Gateway event would pass for an envelope.

use std::fmt::{self, Display};

use super::entry_reader::EntryReader;
use super::json::Object;
use super::{
    api_gateway, curl, envelope, gh_webhook, har, hookdeck, http, n8n, ngrok, postman, smee,
    webhook_site, webhook_tester,
};

/// Whether an input starts with a format's text.
type DetectText = fn(&[u8]) -> bool;
/// Reads a format's text.
type ReadText = fn(&mut EntryReader<'_, '_>);
/// Whether an object has a format's keys.
type DetectObject = fn(&Object<'_>) -> bool;
/// Reads a format's object.
type ReadObject = for<'a, 'r> fn(&Object<'a>, &mut EntryReader<'a, 'r>);

/// The readers of a format. A bare body has none: it is what no other format matches.
#[derive(Clone, Copy, Default)]
struct Readers {
    /// For text that is not JSON. It is framed as one record, however many lines it has.
    text: Option<(DetectText, ReadText)>,
    /// For a JSON object. An input may hold many of them, framed as one record each: NDJSON, values
    /// one after another, or an array.
    object: Option<(DetectObject, ReadObject)>,
}

impl Readers {
    fn text(self, detect: DetectText, read: ReadText) -> Self {
        Self {
            text: Some((detect, read)),
            ..self
        }
    }

    fn object(self, detect: DetectObject, read: ReadObject) -> Self {
        Self {
            object: Some((detect, read)),
            ..self
        }
    }
}

macro_rules! formats {
    ($($(#[$help:meta])* $variant:ident = $name:literal $({ $($kind:ident: $detect:path => $read:path,)+ })?)+) => {
        /// The format of a capture: which tool wrote it, and how.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
        pub enum Format {
            $($(#[$help])* #[cfg_attr(feature = "cli", value(name = $name))] $variant,)+
        }

        impl Format {
            /// Every format, in the order of detection.
            const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in `--input NAME` and in JSON output.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            fn readers(self) -> Readers {
                match self {
                    $(Self::$variant => Readers::default()$($(.$kind($detect, $read))+)?,)+
                }
            }
        }
    };
}

formats! {
    /// Only the body, without headers
    Body = "body"

    /// Raw HTTP request messages
    Http = "http" { text: http::detect => http::read, }

    /// curl commands
    Curl = "curl" { text: curl::detect => curl::read, }

    /// An HTTP archive exported by a browser or proxy
    Har = "har" { object: har::detect => har::read, }

    /// An AWS API Gateway event (HTTP API) or Lambda function URL event
    ApiGatewayV2 = "api-gateway-v2" { object: api_gateway::detect_v2 => api_gateway::read_v2, }

    /// An AWS API Gateway event (REST API) or load balancer event
    ApiGateway = "api-gateway" { object: api_gateway::detect_v1 => api_gateway::read_v1, }

    /// An ngrok agent request or list of requests
    Ngrok = "ngrok" { object: ngrok::detect => ngrok::read, }

    /// A webhook.site request or list of requests
    WebhookSite = "webhook-site" { object: webhook_site::detect => webhook_site::read, }

    /// A webhook-tester request, from its API or its storage
    WebhookTester = "webhook-tester" { object: webhook_tester::detect => webhook_tester::read, }

    /// An event received by `gh webhook forward`
    GhWebhook = "gh-webhook" { object: gh_webhook::detect => gh_webhook::read, }

    /// A Hookdeck request or event, or a list of them
    Hookdeck = "hookdeck" { object: hookdeck::detect => hookdeck::read, }

    /// An n8n webhook node item
    N8n = "n8n" { object: n8n::detect => n8n::read, }

    /// A Postman collection
    Postman = "postman" { object: postman::detect => postman::read, }

    /// A smee.io event or event stream
    Smee = "smee" {
        text: smee::detect_stream => smee::read_stream,
        object: smee::detect => smee::read,
    }

    /// Any JSON object with headers and a body
    Envelope = "envelope" { object: envelope::detect => envelope::read, }
}

impl Format {
    /// The format whose text an input starts with.
    pub(super) fn of_text(start: &[u8]) -> Option<Self> {
        let mut formats = Self::ALL.iter().copied();
        formats.find(|format| {
            let text = format.readers().text;
            text.is_some_and(|(detect, _)| detect(start))
        })
    }

    /// The format whose keys an object has.
    pub(super) fn of_object(object: &Object<'_>) -> Option<Self> {
        let mut formats = Self::ALL.iter().copied();
        formats.find(|format| {
            let readers = format.readers();
            readers.object.is_some_and(|(detect, _)| detect(object))
        })
    }

    /// How an input of this format is read if it is text. If the format has an object too, the start
    /// of the input decides.
    pub(super) fn text_reader(self, start: &[u8]) -> Option<ReadText> {
        let Readers { text, object } = self.readers();
        let (detect, read) = text?;
        (object.is_none() || detect(start)).then_some(read)
    }

    /// How an object of this format is read.
    pub(super) fn object_reader(self) -> Option<ReadObject> {
        self.readers().object.map(|(_, read)| read)
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_not_json_by_its_first_line() {
        for (start, want) in [
            ("POST /hook HTTP/1.1\r\nHost: a", Some(Format::Http)),
            ("\nPOST https://a/b HTTP/2\n", Some(Format::Http)),
            ("curl -X POST https://a", Some(Format::Curl)),
            ("$ curl.exe ^\r\n", Some(Format::Curl)),
            ("event: ready\ndata: {}\n", Some(Format::Smee)),
            ("POST /hook\r\n", None),
            ("curly {", None),
            ("{\"data\": 1}", None),
            ("", None),
        ] {
            assert_eq!(Format::of_text(start.as_bytes()), want, "{start}");
        }
    }
}
