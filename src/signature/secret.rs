//! Secrets: bytes that are used and never shown.

use std::fmt::{self, Debug, Display};

use zeroize::Zeroizing;

/// The secret that sender and receiver share.
///
/// It has no `Display` and does not serialize, and its `Debug` does not show it: to be let out by
/// accident it would have to be asked for its bytes, which only this crate can do. Its memory is
/// overwritten when it is dropped.
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
    /// A secret of these bytes, as they are: nothing is trimmed.
    ///
    /// # Errors
    /// Where there are none: everybody knows that secret.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, EmptySecret> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() {
            return Err(EmptySecret);
        }
        Ok(Self(bytes))
    }

    /// What it is: for hashing, never for showing.
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

/// A secret without a byte in it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptySecret;

impl Display for EmptySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the secret is empty")
    }
}

impl std::error::Error for EmptySecret {}
