//! Making signatures, as a sender does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Key, Scheme, Secret, Unfilled};
use crate::delivery::{Delivery, Headers};

/// How the bytes of a signature are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Encoding {
    /// Lower-case hexadecimal digits
    #[default]
    Hex,
    /// Base64 with padding
    Base64,
}

/// The signature of a delivery: what a sender would put into the header.
///
/// # Errors
/// Where the scheme signs something that the delivery does not have.
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
