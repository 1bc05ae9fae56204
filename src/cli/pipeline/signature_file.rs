//! The signature of a file, in the file `NAME.sig` next to it.

use std::io::Read;

use super::decode::decode;

/// How many bytes of a signature file are read at most.
const MAX_SIGNATURE: u64 = 1 << 16;

/// The signature in a file `NAME.sig`, if it holds one.
pub(super) fn signature_in(file: impl Read) -> Option<String> {
    let mut signature = Vec::new();
    let decoded = decode(Box::new(file), false);
    let mut start = decoded.reader.take(MAX_SIGNATURE);
    start.read_to_end(&mut signature).ok()?;
    // Bytes that are not UTF-8 are not a signature either, and the verdict reports it.
    let signature = String::from_utf8_lossy(&signature);
    let signature = signature.trim_start_matches('\u{feff}').trim();
    Some(signature.to_owned()).filter(|signature| !signature.is_empty())
}
