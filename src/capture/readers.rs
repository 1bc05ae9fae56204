//! The table of capture formats: how each is detected, and how it is read.

use super::encoding::starts_with_bracket;
use super::entry_reader::EntryReader;
use super::json::Object;
#[cfg(feature = "tables")]
use super::table;
use super::{
    api_gateway, curl, curl_trace, envelope, gh_webhook, har, hookdeck, http, n8n, ngrok, postman,
    smee, socat, webhook_site, webhook_tester,
};
use crate::delivery::CaptureFormat;

/// Whether an input starts with a format's text.
type DetectText = fn(&[u8]) -> bool;
/// Reads a format's text.
type ReadText = fn(&mut EntryReader<'_, '_>);
/// Whether an object has a format's keys.
type DetectObject = fn(&Object<'_>) -> bool;
/// Reads a format's object.
type ReadObject = for<'a, 'r> fn(&Object<'a>, &mut EntryReader<'a, 'r>);

/// The readers of a format. A bare body has none: it is what no other format matches. Nor has JSON
/// that is searched: it is known by what it holds.
#[derive(Clone, Copy)]
struct Readers {
    /// For text that is not JSON. It is framed as one record, however many lines it has.
    text: Option<(DetectText, ReadText)>,
    /// For a JSON object. An input may hold many of them, framed as one record each: NDJSON, values
    /// one after another, or an array.
    object: Option<(DetectObject, ReadObject)>,
}

impl Readers {
    const NONE: Self = Self {
        text: None,
        object: None,
    };

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

/// The readers of each format: its row.
#[rustfmt::skip]
fn readers(format: CaptureFormat) -> Readers {
    match format {
        CaptureFormat::Body | CaptureFormat::Nested => Readers::NONE,
        CaptureFormat::Http => Readers::NONE.text(http::detect, http::read),
        CaptureFormat::Curl => Readers::NONE.text(curl::detect, curl::read),
        CaptureFormat::CurlTrace => Readers::NONE.text(curl_trace::detect, curl_trace::read),
        CaptureFormat::Socat => Readers::NONE.text(socat::detect, socat::read),
        CaptureFormat::Har => Readers::NONE.object(har::detect, har::read),
        CaptureFormat::ApiGatewayV2 => Readers::NONE.object(api_gateway::detect_v2, api_gateway::read_v2),
        CaptureFormat::ApiGateway => Readers::NONE.object(api_gateway::detect_v1, api_gateway::read_v1),
        CaptureFormat::Ngrok => Readers::NONE.object(ngrok::detect, ngrok::read),
        CaptureFormat::WebhookSite => Readers::NONE.object(webhook_site::detect, webhook_site::read),
        CaptureFormat::WebhookTester => Readers::NONE.object(webhook_tester::detect, webhook_tester::read),
        CaptureFormat::GhWebhook => Readers::NONE.object(gh_webhook::detect, gh_webhook::read),
        CaptureFormat::Hookdeck => Readers::NONE.object(hookdeck::detect, hookdeck::read),
        CaptureFormat::N8n => Readers::NONE.object(n8n::detect, n8n::read),
        CaptureFormat::Postman => Readers::NONE.object(postman::detect, postman::read),
        CaptureFormat::Smee => Readers::NONE.text(smee::detect_stream, smee::read_stream).object(smee::detect, smee::read),
        #[cfg(feature = "tables")]
        CaptureFormat::Table => Readers::NONE.text(table::detect, table::read).object(table::detect_object, table::read_object),
        #[cfg(not(feature = "tables"))]
        CaptureFormat::Table => Readers::NONE,
        CaptureFormat::Envelope => Readers::NONE.object(envelope::detect, envelope::read),
    }
}

/// The format whose text an input starts with.
pub(super) fn format_of_text(start: &[u8]) -> Option<CaptureFormat> {
    let mut formats = CaptureFormat::ALL.iter().copied();
    formats.find(|format| {
        let text = readers(*format).text;
        text.is_some_and(|(detect, _)| detect(start))
    })
}

/// The format whose keys an object has.
pub(super) fn format_of_object(object: &Object<'_>) -> Option<CaptureFormat> {
    let mut formats = CaptureFormat::ALL.iter().copied();
    formats.find(|format| {
        let object_reader = readers(*format).object;
        object_reader.is_some_and(|(detect, _)| detect(object))
    })
}

/// How an input of this format is read if it is text. If the format has an object too, an input that
/// starts like JSON is not.
pub(super) fn text_reader(format: CaptureFormat, start: &[u8]) -> Option<ReadText> {
    let Readers { text, object } = readers(format);
    let (detect, read) = text?;
    (object.is_none() || !starts_with_bracket(start) || detect(start)).then_some(read)
}

/// How an object of this format is read.
pub(super) fn object_reader(format: CaptureFormat) -> Option<ReadObject> {
    readers(format).object.map(|(_, read)| read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_not_json_by_its_first_line() {
        for (start, want) in [
            ("POST /hook HTTP/1.1\r\nHost: a", Some(CaptureFormat::Http)),
            ("\nPOST https://a/b HTTP/2\n", Some(CaptureFormat::Http)),
            ("curl -X POST https://a", Some(CaptureFormat::Curl)),
            ("$ curl.exe ^\r\n", Some(CaptureFormat::Curl)),
            (
                "== Info:   Trying 127.0.0.1:80...\n",
                Some(CaptureFormat::CurlTrace),
            ),
            (
                "12:30:00.123456 [0-0] => Send header, 2 bytes (0x2)\n",
                Some(CaptureFormat::CurlTrace),
            ),
            ("12:30:00.123456 => Sending\n", None),
            ("event: ready\ndata: {}\n", Some(CaptureFormat::Smee)),
            ("POST /hook\r\n", None),
            ("curly {", None),
            ("{\"data\": 1}", None),
            ("", None),
        ] {
            assert_eq!(format_of_text(start.as_bytes()), want, "{start}");
        }
    }
}
