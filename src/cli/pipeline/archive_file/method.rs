//! How a zip archive stores the content of a file.

use std::io::{self, Read};

use flate2::read::DeflateDecoder;
use rawzip::CompressionMethod;

use super::super::zstd::ZstdReader;
use super::invalid;

/// Decodes what the archive stores for a file.
pub(super) fn decoder<'a>(
    method: CompressionMethod,
    is_encrypted: bool,
    stored: impl Read + 'a,
) -> io::Result<Box<dyn Read + 'a>> {
    if is_encrypted || method == CompressionMethod::AES {
        return Err(invalid("it is encrypted: extract it with its password"));
    }
    Ok(match method {
        CompressionMethod::STORE => Box::new(stored),
        CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(stored)),
        CompressionMethod::ZSTD => Box::new(ZstdReader::new(stored)),
        _ => return Err(unsupported(method)),
    })
}

fn unsupported(method: CompressionMethod) -> io::Error {
    let name = method.name().unwrap_or("an unknown method");
    let number = method.as_u16();
    invalid(format!(
        "it is compressed with {name} (method {number}), and chatlog reads deflate and zstd: extract it"
    ))
}
