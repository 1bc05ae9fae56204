//! Signatures: whether a delivery was sent by someone who knows the secret.
//!
//! # In a receiver
//!
//! A receiver checks a request before it parses it or answers anything but an error. It builds one
//! [`Checks`] at startup from the [`Scheme`] and the [`Secret`], or two secrets while they are
//! rotated, and calls [`verify_request`] with the headers and the body of each request. Only
//! [`Verdict::Valid`] lets a request through.
//!
//! The body must be the bytes as received. A framework that hands over parsed JSON has lost them:
//! JSON that is written again is not what was signed, even if it means the same.
//!
//! ```
//! use chatlog::delivery::Headers;
//! use chatlog::signature::{Checks, Scheme, Secret, Verdict, verify_request};
//!
//! let checks = Checks::new(Scheme::default(), vec![Secret::new("Jefe")?]);
//!
//! let body = b"what do ya want for nothing?";
//! let mut headers = Headers::default();
//! headers.push(
//!     "X-AIRudder-Sign",
//!     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
//! );
//! assert_eq!(verify_request(&headers, body, &checks).verdict, Verdict::Valid);
//!
//! let forged = b"what do ya want for something?";
//! assert_eq!(verify_request(&headers, forged, &checks).verdict, Verdict::Invalid);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A verdict costs one pass over the body for each secret, whether the signature is right or
//! forged, and the comparison takes constant time. Neither the secret nor the expected signature is
//! ever part of what it returns.
//!
//! # For saved requests
//!
//! [`verify`] does the same for a [`Delivery`](crate::delivery::Delivery) from a capture, which may
//! not have kept the body as it was sent. What the verdict on a mismatch can be depends on the
//! [`Fidelity`](crate::delivery::Fidelity) of the capture: a body that was parsed and written again
//! is [`Verdict::Inconclusive`], not [`Verdict::Invalid`]. Why a signature does not match is the
//! business of [`crate::diagnosis`], which nothing here calls.

mod algorithm;
mod checks;
mod finding;
mod hint;
mod presented;
mod scheme;
mod scheme_error;
mod secret;
mod sign;
mod signed_bytes;
mod template;
mod verdict;
mod verify;

pub use self::algorithm::{Algorithm, UnknownAlgorithm};
pub(crate) use self::algorithm::{Digest, Hasher};
pub use self::checks::Checks;
pub(crate) use self::checks::Key;
pub use self::hint::{Code, Difference, Hint};
pub(crate) use self::presented::PresentedSignatures;
pub use self::scheme::Scheme;
pub use self::scheme_error::{SchemeError, Unfilled};
pub use self::secret::{EmptySecret, Secret};
pub use self::sign::{Encoding, sign};
pub use self::signed_bytes::SignedBytes;
pub(crate) use self::signed_bytes::{candidates, without_line_break};
pub use self::template::SchemeTemplate;
pub(crate) use self::template::SignedMessage;
pub(crate) use self::verdict::ComparedDigests;
pub use self::verdict::{Signature, Verdict};
pub use self::verify::{verify, verify_request};

/// The header in which the vendor sends the signature.
pub const HEADER: &str = crate::delivery::SIGNATURE_HEADER;
