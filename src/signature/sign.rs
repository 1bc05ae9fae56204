//! Making signatures, as a sender does: for tests, and for requests that are sent again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Key, Scheme, Secret, Unfilled};
use crate::delivery::{Delivery, Headers};

/// How a signature is written in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Encoding {
    /// Lower-case hexadecimal digits
    #[default]
    Hex,
    /// Base64 with padding
    Base64,
}

/// Signs a delivery and returns what a sender would put into the header.
///
/// It signs the bytes as sent, which are [`Delivery::encoded_body`] if the body was compressed.
///
/// # Errors
/// If the scheme signs something that the delivery does not have, such as a header.
///
/// ```
/// use chatlog::capture::{CaptureOptions, Record, deliveries};
/// use chatlog::signature::{Encoding, Scheme, Secret, sign};
/// # use chatlog::Position;
/// # use chatlog::delivery::CaptureFormat;
///
/// # let bytes = b"what do ya want for nothing?";
/// # let record = Record { bytes, terminator: b"", is_whole: true, start: Position::START };
/// # let options = CaptureOptions::for_format(CaptureFormat::Body);
/// # let delivery = deliveries(&record, &options).deliveries.remove(0);
/// let value = sign(&delivery, &Scheme::default(), &Secret::new("Jefe")?, Encoding::Hex)?;
/// assert_eq!(value, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign(
    delivery: &Delivery<'_>,
    scheme: &Scheme,
    secret: &Secret,
    encoding: Encoding,
) -> Result<String, Unfilled> {
    let headers = Headers::default();
    let message = scheme.template().fill(delivery, &headers)?;
    let body = delivery.encoded_body.as_ref().unwrap_or(&delivery.body);
    let digest = Key::new(scheme.algorithm(), secret.clone())
        .hash(&message, &[body])
        .finish();
    Ok(match encoding {
        Encoding::Hex => hex::encode(digest.bytes()),
        Encoding::Base64 => STANDARD.encode(digest.bytes()),
    })
}
