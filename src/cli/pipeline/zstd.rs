//! Decodes zstd streams of any number of frames.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Reads the content of a zstd stream. Files that were joined make a stream of several frames, of
/// which the decoder reads only one.
pub(super) struct ZstdReader<R> {
    source: BufReader<R>,
    frame: FrameDecoder,
}

impl<R: Read> ZstdReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source: BufReader::new(source),
            frame: FrameDecoder::new(),
        }
    }

    /// Decodes the next block or starts the next frame. Returns false at the end of the stream.
    fn advance(&mut self) -> io::Result<bool> {
        if !self.frame.is_finished() {
            let one = BlockDecodingStrategy::UptoBlocks(1);
            let decoded = self.frame.decode_blocks(&mut self.source, one);
            return decoded.map(|_| true).map_err(io::Error::other);
        }
        self.verify_checksum()?;
        if self.source.fill_buf()?.is_empty() {
            return Ok(false);
        }
        self.start_frame()?;
        Ok(true)
    }

    /// Reads the header of the next frame. A frame to be skipped is skipped.
    fn start_frame(&mut self) -> io::Result<()> {
        match self.frame.reset(&mut self.source) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let skipped = &mut self.source.by_ref().take(length.into());
                io::copy(skipped, &mut io::sink()).map(drop)
            }
            started => started.map_err(io::Error::other),
        }
    }

    fn verify_checksum(&self) -> io::Result<()> {
        let stated = self.frame.get_checksum_from_data();
        if stated.is_some() && stated != self.frame.get_calculated_checksum() {
            let message = "the zstd data does not match its checksum";
            return Err(io::Error::new(ErrorKind::InvalidData, message));
        }
        Ok(())
    }
}

impl<R: Read> Read for ZstdReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.frame.read(buffer)?;
            if read > 0 || buffer.is_empty() || !self.advance()? {
                return Ok(read);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn frame(text: &str) -> Vec<u8> {
        compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
    }

    fn read(stream: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        ZstdReader::new(stream).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn reads_all_frames() {
        let long = "{\"a\": [1, 2, 3]}\n".repeat(50_000);
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        let frames = [frame("x\n"), frame(""), skippable, frame(&long)];
        let text = read(&frames.concat()).expect("it is zstd");
        assert!(text == format!("x\n{long}"));
    }

    #[test]
    fn reports_a_fault_wherever_it_is() {
        let saved = frame(&"{\"a\": [1, 2, 3], \"b\": \"Halo Dewi!\"}\n".repeat(20));
        for cut in 1..saved.len() {
            assert!(read(&saved[..cut]).is_err(), "{cut}");
        }
        assert!(read(&[&saved, &b"{}"[..]].concat()).is_err());
        for at in 0..saved.len() {
            for bit in 0..8 {
                let mut broken = saved.clone();
                broken[at] ^= 1 << bit;
                // A changed bit may be harmless. Whatever it does, reading ends.
                let _ = read(&broken);
            }
        }
    }
}
