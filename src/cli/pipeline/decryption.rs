//! What a command does with encrypted bodies: it leaves them as they are, or decrypts them before it
//! sees them. A body that cannot be decrypted is a problem of its input, because nothing can be said
//! about it.

use std::sync::Arc;

use chatlog::capture::encryption::{DecryptionKey, decrypt, is_encrypted};
use chatlog::delivery::Delivery;

/// What to do with encrypted bodies.
#[derive(Debug, Clone, Default)]
pub(crate) enum Decryption {
    /// Leave them as they are.
    #[default]
    Off,
    /// Decrypt them, if there is a key; without one, report them.
    On(Option<Arc<DecryptionKey>>),
}

impl Decryption {
    /// Decrypts the body of a delivery, if it is encrypted.
    ///
    /// # Errors
    /// Why that is not possible. Safe to print.
    pub(super) fn undo(&self, delivery: &mut Delivery<'_>) -> Result<(), String> {
        let Self::On(key) = self else { return Ok(()) };
        if !is_encrypted(delivery) {
            return Ok(());
        }
        let key = key.as_ref().ok_or(
            "the body is encrypted: name its key with --decrypt-key-file or --decrypt-key-env",
        )?;
        decrypt(delivery, key).map_err(|error| error.to_string())
    }
}
