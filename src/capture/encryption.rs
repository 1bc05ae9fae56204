//! Undoes the encryption of a callback, an option of the vendor.
//!
//! With the header `Is-Encrypted: 1`, the body is base64 of the notification, encrypted with AES in ECB
//! mode and padded with zero bytes. The header `Signed` is the SHA-256 of the notification in hex.
//!
//! **This proves nothing about the sender.** ECB without authentication hides the text and no more:
//! blocks can be swapped, repeated and left out without the key, and equal blocks look equal. `Signed` is
//! a checksum without a secret, which anybody who knows the text can compute. So a checksum that matches
//! is a note of the delivery, and no verdict: only `X-AIRudder-Sign` makes one.

use std::borrow::Cow;
use std::fmt::{self, Display};

use aes::{Aes128, Aes192, Aes256};
use ecb::Decryptor;
use ecb::cipher::{Array, BlockCipherDecrypt, BlockModeDecrypt, KeyInit};
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::encoding::base64;
use crate::delivery::Delivery;

/// The bytes of a block of AES.
const BLOCK: usize = 16;

/// The note of a delivery that was decrypted and has the right checksum.
const WITH_CHECKSUM: &str = "decrypted; `Signed` matches: a checksum, no proof of the sender";
/// The note of a delivery that was decrypted and has no checksum.
const WITHOUT_CHECKSUM: &str = "decrypted; there is no checksum `Signed`";

/// A key as its owner keeps it: 16, 24 or 32 bytes, as they are, in hex or in base64.
///
/// Thirty-two hexadecimal digits may be a key of 32 bytes or one of 16. Each reading is tried, and the
/// body tells which is right.
pub struct DecryptionKey(Vec<Zeroizing<Vec<u8>>>);

impl DecryptionKey {
    /// A key; `None` if no reading of `text` has the length of a key.
    pub fn new(text: Zeroizing<Vec<u8>>) -> Option<Self> {
        let words = std::str::from_utf8(&text).map_or("", str::trim);
        let hex = hex::decode(words).ok();
        let base64 = base64(words, false).ok();
        let decoded = [hex, base64].into_iter().flatten().map(Zeroizing::new);
        let mut readings: Vec<_> = decoded.collect();
        readings.insert(0, text);
        readings.retain(|key| matches!(key.len(), 16 | 24 | 32));
        (!readings.is_empty()).then_some(Self(readings))
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptionKey([redacted])")
    }
}

/// Why a body could not be decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecryptionError {
    /// The body is not base64.
    NotBase64(String),
    /// The body has this many bytes, which are not whole blocks.
    NotBlocks(usize),
    /// What comes out is not a notification.
    WrongKey,
    /// What comes out is JSON, and not that which `Signed` was computed from.
    WrongChecksum,
}

impl Display for DecryptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBase64(why) => write!(f, "the encrypted body is not base64: {why}"),
            Self::NotBlocks(length) => write!(
                f,
                "the encrypted body has {length} bytes, which are not whole blocks of {BLOCK}: it was cut off or changed"
            ),
            Self::WrongKey => f.write_str(
                "the body cannot be decrypted: the key is wrong, or the body was changed",
            ),
            Self::WrongChecksum => f.write_str(
                "the decrypted body does not have the SHA-256 in `Signed`: one of them was changed",
            ),
        }
    }
}

impl std::error::Error for DecryptionError {}

/// Whether a delivery says that its body is encrypted.
pub fn is_encrypted(delivery: &Delivery<'_>) -> bool {
    let value = delivery.headers.first("is-encrypted");
    value.is_some_and(|value| value.as_str().trim() == "1")
}

/// What is to be said of a delivery that was decrypted: what its checksum tells, and what it does not.
pub fn remark<'d>(delivery: &'d Delivery<'_>) -> Option<&'d str> {
    let notes = delivery.notes.iter().map(String::as_str);
    let mut ours = notes.filter(|note| [WITH_CHECKSUM, WITHOUT_CHECKSUM].contains(note));
    ours.next()
}

/// Decrypts the body of a delivery. The bytes as sent stay beside it, like those of a body with a
/// content encoding, because a signature may cover either.
///
/// # Errors
/// The body is not an encrypted notification, or not one of this key.
pub fn decrypt(delivery: &mut Delivery<'_>, key: &DecryptionKey) -> Result<(), DecryptionError> {
    let text = String::from_utf8_lossy(&delivery.body);
    let encrypted = base64(&text, false).map_err(|(_, why)| DecryptionError::NotBase64(why))?;
    if encrypted.is_empty() || encrypted.len() % BLOCK != 0 {
        return Err(DecryptionError::NotBlocks(encrypted.len()));
    }
    let checksum = delivery.headers.first("signed");
    let checksum = checksum.map(|checksum| checksum.as_str().trim());
    let mut error = DecryptionError::WrongKey;
    for key in &key.0 {
        let plain = decrypted(key, &encrypted);
        match Check::of(&plain, checksum) {
            Check::Failed => {}
            Check::IsJson if checksum.is_some() => error = DecryptionError::WrongChecksum,
            passed => {
                replace_body(delivery, plain, passed);
                return Ok(());
            }
        }
    }
    Err(error)
}

/// What shows that bytes were decrypted with the right key.
#[derive(Clone, Copy)]
enum Check {
    /// They have the checksum.
    Checksum,
    /// They are JSON.
    IsJson,
    Failed,
}

impl Check {
    fn of(plain: &[u8], checksum: Option<&str>) -> Self {
        let is_same = |checksum: &str| {
            let sum = hex::encode(Sha256::digest(plain));
            sum.eq_ignore_ascii_case(checksum)
        };
        if checksum.is_some_and(is_same) {
            Self::Checksum
        } else if serde_json::from_slice::<IgnoredAny>(plain).is_ok() {
            Self::IsJson
        } else {
            Self::Failed
        }
    }

    fn note(self) -> &'static str {
        match self {
            Self::Checksum => WITH_CHECKSUM,
            Self::IsJson | Self::Failed => WITHOUT_CHECKSUM,
        }
    }
}

fn replace_body(delivery: &mut Delivery<'_>, plain: Vec<u8>, check: Check) {
    let sent = std::mem::replace(&mut delivery.body, Cow::Owned(plain));
    delivery.encoded_body.get_or_insert(sent);
    delivery.terminator = b"";
    delivery.ends_input = false;
    delivery.body_start = None;
    delivery.notes.push(check.note().to_owned());
}

/// The blocks, decrypted with a key of a valid length, without the zero bytes at their end.
fn decrypted(key: &[u8], encrypted: &[u8]) -> Vec<u8> {
    let mut plain = encrypted.to_vec();
    match key.len() {
        16 => decrypt_blocks::<Aes128>(key, &mut plain),
        24 => decrypt_blocks::<Aes192>(key, &mut plain),
        _ => decrypt_blocks::<Aes256>(key, &mut plain),
    }
    let length = plain.iter().rposition(|byte| *byte != 0);
    plain.truncate(length.map_or(0, |last| last + 1));
    plain
}

fn decrypt_blocks<C: BlockCipherDecrypt + KeyInit>(key: &[u8], bytes: &mut [u8]) {
    let mut cipher =
        Decryptor::<C>::new_from_slice(key).expect("the key has the length of the cipher");
    let (blocks, _) = Array::slice_as_chunks_mut(bytes);
    cipher.decrypt_blocks(blocks);
}
