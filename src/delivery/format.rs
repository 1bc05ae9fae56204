//! The names of capture formats. How each is detected and read is for [`capture`](crate::capture) to
//! say.

use std::fmt::{self, Display};

macro_rules! formats {
    ($($(#[$help:meta])* $variant:ident = $name:literal)+) => {
        /// The format of a capture: which tool wrote it, and how.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
        pub enum CaptureFormat {
            $($(#[$help])* #[cfg_attr(feature = "cli", value(name = $name))] $variant,)+
        }

        impl CaptureFormat {
            /// Every format, in the order in which they are detected: the first match wins. So a
            /// format comes before those whose keys it also has: an API Gateway event would pass for
            /// an envelope.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in `--input NAME` and in JSON output.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

formats! {
    /// Only the body, without headers
    Body = "body"
    /// Raw HTTP request messages
    Http = "http"
    /// curl commands
    Curl = "curl"
    /// What curl sent, as `--trace` or `--trace-ascii` writes it
    CurlTrace = "curl-trace"
    /// What passed through socat, as `-x` or `-v` writes it
    Socat = "socat"
    /// An HTTP archive exported by a browser or proxy
    Har = "har"
    /// An AWS API Gateway event (HTTP API) or Lambda function URL event
    ApiGatewayV2 = "api-gateway-v2"
    /// An AWS API Gateway event (REST API) or load balancer event
    ApiGateway = "api-gateway"
    /// An ngrok agent request or list of requests
    Ngrok = "ngrok"
    /// A webhook.site request or list of requests
    WebhookSite = "webhook-site"
    /// A webhook-tester request, from its API or its storage
    WebhookTester = "webhook-tester"
    /// An event received by `gh webhook forward`
    GhWebhook = "gh-webhook"
    /// A Hookdeck request or event, or a list of them
    Hookdeck = "hookdeck"
    /// An n8n webhook node item
    N8n = "n8n"
    /// A Postman collection
    Postman = "postman"
    /// A smee.io event or event stream
    Smee = "smee"
    /// A table with a row for each request: CSV, TSV, a database's or pandas' export
    Table = "table"
    /// Any JSON object with headers and a body
    Envelope = "envelope"
    /// Any JSON that holds notifications somewhere inside
    Nested = "nested"
}

impl Display for CaptureFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
