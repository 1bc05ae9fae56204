//! What is sent of a saved delivery: its headers, and its signature if that is made anew.

use chatlog::Text;
use chatlog::delivery::{Delivery, Fidelity, Headers};
use chatlog::signature::{Encoding, Scheme, Secret, sign};

use crate::cli::http::{Header, Request, Target};

/// The headers of a sender's credentials, which are not for other machines.
const CREDENTIALS: [&str; 2] = ["Authorization", "Cookie"];

const AS_TEXT: &str = "the capture kept the body as text: its bytes may differ from those received";
const AS_DECODED: &str =
    "the capture kept the body decoded: its bytes may differ from those received";
const RESERIALIZED: &str =
    "the capture parsed the body and wrote it again: its bytes probably differ from those received";
const CUT_OFF: &str = "the capture cut the body off: only its start was sent";
const DECODED: &str =
    "sent without Content-Encoding: the encoding was undone before the body was saved";
const REPLACED: &str = "U+FFFD in a header may replace bytes that were not UTF-8";
const LEFT_OUT: &str = "sent without headers whose names or values are invalid";
const WITHOUT_CREDENTIALS: &str =
    "sent without Authorization and Cookie: the target is another machine";

/// The headers of a delivery that can be sent again, and how the request differs from the one
/// that was received. `signature` is the header that holds the signature.
pub(super) fn headers_to_send(
    delivery: &Delivery<'_>,
    target: &Target,
    signature: &str,
) -> (Vec<Header>, Vec<&'static str>) {
    let mut notes: Vec<_> = difference(delivery.fidelity).into_iter().collect();
    let is_replaced = |value: &Text<'_>| value.as_str().contains('\u{fffd}');
    if delivery.headers.iter().any(|(_, value)| is_replaced(value)) {
        notes.push(REPLACED);
    }
    let mut headers: Vec<Header> = delivery
        .headers
        .iter()
        // HTTP/2 writes the request line as such fields.
        .filter(|(name, _)| !name.as_str().starts_with(':'))
        .map(|(name, value)| Header::new(name.as_str(), value.as_str()))
        .collect();
    let mut leave_out = |is_unwanted: &dyn Fn(&Header) -> bool, note| {
        let count = headers.len();
        headers.retain(|header| !is_unwanted(header));
        notes.extend((headers.len() < count).then_some(note));
    };
    leave_out(&|header| !header.is_sendable(), LEFT_OUT);
    if !is_encoded(delivery) {
        leave_out(&|header| header.is("Content-Encoding"), DECODED);
    }
    if target.remote().is_some() {
        let is_credential = |header: &Header| CREDENTIALS.iter().any(|name| header.is(name));
        leave_out(&is_credential, WITHOUT_CREDENTIALS);
    }
    if headers.iter().all(|header| header.is(signature)) {
        headers.push(Header::new("Content-Type", "application/json"));
    }
    (headers, notes)
}

/// How a body of this fidelity may differ from the one that was received.
fn difference(fidelity: Fidelity) -> Option<&'static str> {
    match fidelity {
        Fidelity::Exact => None,
        Fidelity::Text => Some(AS_TEXT),
        Fidelity::Decoded => Some(AS_DECODED),
        Fidelity::Reserialized => Some(RESERIALIZED),
        Fidelity::Truncated => Some(CUT_OFF),
    }
}

/// Whether the body that is sent has the content encoding in its headers.
fn is_encoded(delivery: &Delivery<'_>) -> bool {
    let is_as_on_wire = matches!(delivery.fidelity, Fidelity::Exact | Fidelity::Truncated);
    delivery.encoded_body.is_some() || is_as_on_wire
}

/// How deliveries are signed anew.
pub(super) struct Signer {
    pub(super) secret: Secret,
    pub(super) scheme: Scheme,
    pub(super) encoding: Encoding,
}

impl Signer {
    /// Replaces the signature. The scheme may cover the method, the path and other headers, so the
    /// request is signed as it is sent.
    ///
    /// # Errors
    /// It cannot be signed.
    pub(super) fn sign(
        &self,
        request: &mut Request<'_>,
        header: &str,
        delivery: &Delivery<'_>,
    ) -> Result<(), String> {
        let text = |bytes| Text::from(String::from_utf8_lossy(bytes));
        let headers = request.headers().iter();
        let headers: Headers<'_> = headers
            .map(|it| (text(&it.name), text(&it.value)))
            .collect();
        let sent = Delivery {
            fidelity: Fidelity::Exact,
            method: Some(Text::from("POST")),
            target: Some(Text::from(request.target().to_owned())),
            headers: headers.into_owned(),
            ..delivery.clone()
        };
        let signature = sign(&sent, &self.scheme, &self.secret, self.encoding)
            .map_err(|unfilled| format!("cannot sign: {unfilled}"))?;
        request.set(header, &signature);
        Ok(())
    }
}
