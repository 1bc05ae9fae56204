//! Decodes a stream: undoes compression and UTF-16, and recognises archives.
//!
//! What a stream is shows in its first bytes and not in its name. Looking at them must not make a live
//! stream wait: a line of JSON is answered as soon as it is complete.

use std::io::{self, Cursor, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::{Decompress, FlushDecompress};

use super::archive_file::{ArchiveFormat, TAR_BLOCK};
use super::utf16::Utf16Reader;
use super::zstd::ZstdReader;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// What zlib streams start with, at each of their levels of compression. mitmproxy's `.zhar` is one.
const ZLIB: [&[u8]; 4] = [&[0x78, 0x01], &[0x78, 0x5e], &[0x78, 0x9c], &[0x78, 0xda]];
const UTF_16: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

/// A stream, decoded.
pub(super) struct Decoded<'r> {
    /// Its bytes.
    pub(super) reader: Box<dyn Read + 'r>,
    /// What kind of archive it is, if it is one.
    pub(super) archive: Option<ArchiveFormat>,
    /// The encodings that were undone to read it, such as `gzip`.
    pub(super) encodings: Vec<&'static str>,
    /// Whether it was decoded from UTF-16, so that its bytes are not those of the file.
    pub(super) is_recoded: bool,
}

/// Undoes compression and UTF-16.
pub(super) fn decode<'r>(reader: Box<dyn Read + 'r>, is_live: bool) -> io::Result<Decoded<'r>> {
    let (start, mut reader, compression) = decompress(reader, is_live)?;
    let mut encodings: Vec<_> = compression.into_iter().collect();
    let archive = ArchiveFormat::of(&start);
    let is_recoded = archive.is_none() && starts_with_any(&start, &UTF_16);
    let (mark, text) = start.split_at(if is_recoded { UTF_16[0].len() } else { 0 });
    reader = Box::new(Cursor::new(text.to_vec()).chain(reader));
    if is_recoded {
        encodings.push("UTF-16");
        reader = Box::new(Utf16Reader::new(mark, reader));
    }
    Ok(Decoded {
        reader,
        archive,
        encodings,
        is_recoded,
    })
}

/// The first bytes of the content, the rest of it, and the compression that was undone.
type Decompressed<'r> = (Vec<u8>, Box<dyn Read + 'r>, Option<&'static str>);

fn decompress<'r>(mut reader: Box<dyn Read + 'r>, is_live: bool) -> io::Result<Decompressed<'r>> {
    let start = first_bytes(&mut reader, is_live)?;
    let Some(compression) = Compression::of(&start) else {
        return Ok((start, reader, None));
    };
    let compressed = Cursor::new(start).chain(reader);
    let (mut content, name): (Box<dyn Read + 'r>, _) = match compression {
        Compression::Gzip => (Box::new(MultiGzDecoder::new(compressed)), "gzip"),
        Compression::Zlib => (Box::new(ZlibDecoder::new(compressed)), "zlib"),
        Compression::Zstd => (Box::new(ZstdReader::new(compressed)), "zstd"),
    };
    Ok((first_bytes(&mut content, is_live)?, content, Some(name)))
}

enum Compression {
    Gzip,
    Zlib,
    Zstd,
}

impl Compression {
    /// The compression of a stream with these first bytes, if it is compressed.
    fn of(start: &[u8]) -> Option<Self> {
        if start.starts_with(GZIP) {
            Some(Self::Gzip)
        } else if start.starts_with(ZSTD) {
            Some(Self::Zstd)
        } else {
            is_zlib(start).then_some(Self::Zlib)
        }
    }
}

/// Whether these are the first bytes of a zlib stream. Text can start like one (`x^2`), so they must
/// decompress.
fn is_zlib(start: &[u8]) -> bool {
    let mut content = [0; TAR_BLOCK];
    let mut inflate =
        || Decompress::new(true).decompress(start, &mut content, FlushDecompress::None);
    starts_with_any(start, &ZLIB) && inflate().is_ok()
}

/// The first bytes, as many as are needed to detect what a stream is. A live stream is read byte by
/// byte, and not beyond its first line, so that it never waits for more than that.
fn first_bytes(reader: &mut impl Read, is_live: bool) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(TAR_BLOCK);
    if !is_live {
        reader.take(TAR_BLOCK as u64).read_to_end(&mut start)?;
        return Ok(start);
    }
    while start.len() < TAR_BLOCK && !is_enough(&start) {
        if reader.take(1).read_to_end(&mut start)? == 0 {
            break;
        }
    }
    Ok(start)
}

/// Whether no more bytes are needed to detect what a live stream is.
fn is_enough(start: &[u8]) -> bool {
    start.ends_with(b"\n")
        || starts_with_any(start, &[GZIP, ZSTD])
        || starts_with_any(start, &UTF_16)
}

fn starts_with_any(start: &[u8], marks: &[&[u8]]) -> bool {
    marks.iter().any(|mark| start.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_starts_like_zlib_is_text() {
        let compressed = {
            let mut encoder =
                flate2::read::ZlibEncoder::new(&b"{\"a\": 1}"[..], flate2::Compression::best());
            let mut bytes = Vec::new();
            encoder.read_to_end(&mut bytes).expect("memory");
            bytes
        };
        assert!(is_zlib(&compressed));
        for text in [
            "x^2 + y^2 = z^2, said the sender of this message\n",
            "x^",
            "xyz",
        ] {
            // What is too short to tell is read as zlib, which says what is wrong with it.
            assert_eq!(is_zlib(text.as_bytes()), text == "x^", "{text}");
        }
    }

    #[test]
    fn a_live_stream_is_not_read_beyond_its_first_line() {
        let mut stream = &b"{\"n\": 1}\n{\"n\": 2}\n"[..];
        let start = first_bytes(&mut stream, true).expect("memory");
        assert_eq!(start, b"{\"n\": 1}\n");
        assert_eq!(stream, b"{\"n\": 2}\n");
    }
}
