//! Secrets: bytes that are used and never shown.
//!
//! A secret that reaches a log is no longer one. So a [`Secret`] can be hashed with, and that is
//! all: what a caller does with its verdicts and errors cannot show it by accident.

use std::fmt::{self, Debug, Display};

use zeroize::Zeroizing;

/// The secret that sender and receiver share.
///
/// It has no `Display` and does not serialize, its `Debug` does not show it, and only this crate can
/// read its bytes. Its memory is overwritten when it is dropped.
///
/// ```
/// use chatlog::signature::Secret;
///
/// let secret = Secret::new("hunter2")?;
/// assert_eq!(format!("{secret:?}"), "Secret([redacted])");
/// assert!(Secret::new("").is_err());
/// # Ok::<(), chatlog::signature::EmptySecret>(())
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A secret of these bytes, as they are. Nothing is trimmed or decoded: remove the line break at
    /// the end of a file first, and decode a secret that the vendor gives as hex or base64.
    ///
    /// # Errors
    /// If there are no bytes: everybody knows that secret.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, EmptySecret> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() {
            return Err(EmptySecret);
        }
        Ok(Self(bytes))
    }

    /// The bytes, for hashing, never for showing.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for Secret {
    type Error = EmptySecret;

    fn try_from(bytes: Vec<u8>) -> Result<Self, EmptySecret> {
        Self::new(bytes)
    }
}

impl Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// An empty secret was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptySecret;

impl Display for EmptySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the secret is empty")
    }
}

impl std::error::Error for EmptySecret {}
