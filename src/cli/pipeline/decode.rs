//! Decodes a stream: undoes compression and UTF-16, and recognises archives.
//!
//! What a stream is shows in its first bytes and not in its name. Looking at them must not make a live
//! stream wait: a line of JSON is answered as soon as it is complete.

use std::io::{self, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::{Decompress, FlushDecompress};

use super::archive_format::{ArchiveFormat, TAR_BLOCK};
use super::rewind::Rewindable;
use super::utf16::Utf16Reader;
use super::zstd::ZstdReader;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// What zlib streams start with, at each of their levels of compression. mitmproxy's `.zhar` is one.
const ZLIB: [&[u8]; 4] = [&[0x78, 0x01], &[0x78, 0x5e], &[0x78, 0x9c], &[0x78, 0xda]];
const UTF_16: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

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
pub(super) fn decode<'r>(reader: Box<dyn Read + 'r>, is_live: bool) -> Decoded<'r> {
    let start = Start::of(reader, is_live);
    let (start, compression) = match Compression::of(start.bytes()) {
        Some(compression) => {
            let content = compression.undo(start.0.rewound());
            (Start::of(content, is_live), Some(compression.name()))
        }
        None => (start, None),
    };
    let mut encodings: Vec<_> = compression.into_iter().collect();
    let archive = ArchiveFormat::of(start.bytes());
    let mark = UTF_16
        .into_iter()
        .find(|mark| start.bytes().starts_with(mark));
    let reader: Box<dyn Read + 'r> = match mark {
        None => Box::new(start.0.rewound()),
        Some(mark) => {
            encodings.push("UTF-16");
            Box::new(Utf16Reader::new(&mark, start.0.rewound_to(mark.len())))
        }
    };
    Decoded {
        reader,
        archive,
        encodings,
        is_recoded: mark.is_some(),
    }
}

/// Whether a stream with these first bytes is text whose bytes are those of the file: neither compressed,
/// nor an archive, nor UTF-16.
pub(super) fn is_plain(start: &[u8]) -> bool {
    Compression::of(start).is_none()
        && ArchiveFormat::of(start).is_none()
        && !starts_with_any(start, &[&UTF_16[0], &UTF_16[1]])
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

    fn name(&self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
        }
    }

    fn undo<'r>(&self, compressed: impl Read + 'r) -> Box<dyn Read + 'r> {
        match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(compressed)),
            Self::Zlib => Box::new(ZlibDecoder::new(compressed)),
            Self::Zstd => Box::new(ZstdReader::new(compressed)),
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

/// A stream whose first bytes were read, as many as are needed to detect what it is.
struct Start<R>(Rewindable<R>);

impl<R: Read> Start<R> {
    /// Reads the first bytes. A live stream is read byte by byte, and not beyond its first line, so that
    /// it never waits for more than that.
    fn of(reader: R, is_live: bool) -> Self {
        let mut reader = Rewindable::new(reader, TAR_BLOCK);
        let mut block = [0; TAR_BLOCK];
        let step = if is_live { 1 } else { TAR_BLOCK };
        while !(is_live && is_enough(reader.kept())) {
            match reader.read(&mut block[..step]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Whoever reads what comes before it is told of the error then.
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        Self(reader)
    }

    fn bytes(&self) -> &[u8] {
        self.0.kept()
    }
}

/// Whether no more bytes are needed to detect what a live stream is.
fn is_enough(start: &[u8]) -> bool {
    let is_utf16 = || UTF_16.iter().any(|mark| start.starts_with(mark));
    start.ends_with(b"\n") || starts_with_any(start, &[GZIP, ZSTD]) || is_utf16()
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
        let start = Start::of(&mut stream, true);
        assert_eq!(start.bytes(), b"{\"n\": 1}\n");
        assert_eq!(stream, b"{\"n\": 2}\n");
    }
}
