//! Signatures: whether a delivery came from who shares the secret.
//!
//! [`verify`] compares the signature that came with a [`Delivery`](crate::delivery::Delivery) with
//! the one that its bytes give. Nothing is written again before that: a body is signed as it was
//! sent. What the verdict can be depends on how faithfully the capture kept the body.
//!
//! A receiver checks a request before it believes it:
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
//! It costs one signature for each candidate body and secret, and never asks why one does not
//! match: [`crate::diagnosis`] does, for those who want to know.

mod algorithm;
mod finding;
mod hint;
mod presented;
mod scheme;
mod secret;
mod sign;
mod verify;

pub use self::algorithm::{Algorithm, UnknownAlgorithm};
pub(crate) use self::algorithm::{Digest, Hasher};
pub use self::hint::{Code, Hint};
pub(crate) use self::presented::PresentedSignatures;
pub(crate) use self::scheme::Message;
pub use self::scheme::{Scheme, SchemeError, Template, Unfilled};
pub use self::secret::{EmptySecret, Secret};
pub use self::sign::{Encoding, sign};
pub use self::verify::{Checks, Signature, SignedBytes, Verdict, verify, verify_request};
pub(crate) use self::verify::{Key, candidates};

/// The header in which the vendor sends the signature.
pub const HEADER: &str = "X-AIRudder-Sign";
