//! Decodes zstd streams of any number of frames.
//!
//! A capture that is cut off or damaged is still worth reading up to the fault. The reader therefore
//! returns all content that was decoded before it reports a fault, and then reports it in one
//! sentence.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::mem;

use ruzstd::decoding::errors::{
    BlockHeaderReadError, DecodeBlockContentError, DecompressBlockError, FrameDecoderError,
    FrameHeaderError, ReadFrameHeaderError,
};
use ruzstd::decoding::{BlockDecodingStrategy, DEFAULT_MAX_WINDOW_SIZE, FrameDecoder};

/// An empty raw block, marked as the last of its frame, and four bytes for a checksum.
const END_OF_FRAME: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

/// Reads the content of a zstd stream. Files that were joined make a stream of several frames, of
/// which the decoder reads only one.
pub(super) struct ZstdReader<R> {
    source: BufReader<R>,
    frame: FrameDecoder,
    state: State,
}

/// What follows the content that is already decoded.
enum State {
    /// Perhaps more content.
    Decoding,
    /// A fault, which is not yet reported.
    Failed(io::Error),
    /// Nothing.
    Ended,
}

/// Why a stream cannot be decoded, apart from errors of its source.
#[derive(Debug, Clone, Copy)]
enum Fault {
    CutOff,
    CorruptHeader,
    CorruptBlock,
    WrongChecksum,
    NotZstd,
    NeedsDictionary,
    /// The size of the window in bytes.
    LargeWindow(u64),
}

impl<R: Read> ZstdReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source: BufReader::new(source),
            frame: FrameDecoder::new(),
            state: State::Decoding,
        }
    }

    /// Decodes the next block or starts the next frame. Call it when all content that the decoder
    /// gave out is read.
    fn advance(&mut self) -> State {
        match self.decode() {
            Ok(true) => State::Decoding,
            Ok(false) => State::Ended,
            Err(error) => {
                self.release_window();
                State::Failed(error)
            }
        }
    }

    /// Returns false at the end of the stream.
    fn decode(&mut self) -> io::Result<bool> {
        if !self.frame.is_finished() {
            let one = BlockDecodingStrategy::UptoBlocks(1);
            let decoded = self.frame.decode_blocks(&mut self.source, one);
            return decoded.map(|_| true).map_err(explain);
        }
        self.verify_checksum()?;
        match self.peek()? {
            None => Ok(false),
            // The first byte of a frame, or of a frame to be skipped.
            Some(0x28 | 0x50..=0x5f) => self.start_frame().map(|()| true),
            Some(_) => Err(Fault::NotZstd.into()),
        }
    }

    /// The next byte of the source.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.source.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                bytes => return bytes.map(|bytes| bytes.first().copied()),
            }
        }
    }

    /// Reads the header of the next frame. A frame to be skipped is skipped.
    fn start_frame(&mut self) -> io::Result<()> {
        match self.frame.reset(&mut self.source) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => self.skip(length.into()),
            started => started.map_err(explain),
        }
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let skipped = &mut self.source.by_ref().take(length);
        if io::copy(skipped, &mut io::sink())? < length {
            return Err(Fault::CutOff.into());
        }
        Ok(())
    }

    fn verify_checksum(&self) -> io::Result<()> {
        let stated = self.frame.get_checksum_from_data();
        if stated.is_some() && stated != self.frame.get_calculated_checksum() {
            return Err(Fault::WrongChecksum.into());
        }
        Ok(())
    }

    /// Makes the decoder give out its window after a fault. Within a frame it keeps the last window of
    /// content, because later blocks may refer to it, and it has no call to get that content. But it
    /// gives out everything at the end of a frame, so this feeds it one.
    fn release_window(&mut self) {
        let one = BlockDecodingStrategy::UptoBlocks(1);
        // This fails only if no frame was started, and then there is no content.
        let _ = self.frame.decode_blocks(END_OF_FRAME, one);
    }
}

impl<R: Read> Read for ZstdReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.frame.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.state = match mem::replace(&mut self.state, State::Ended) {
                State::Decoding => self.advance(),
                State::Failed(error) => return Err(error),
                State::Ended => return Ok(0),
            };
        }
    }
}

/// The error to report for an error of the decoder.
fn explain(error: FrameDecoderError) -> io::Error {
    use FrameDecoderError as Frame;
    match error {
        Frame::ReadFrameHeaderError(error) => explain_header(error),
        Frame::FailedToReadChecksum(error)
        | Frame::FailedToReadBlockHeader(BlockHeaderReadError::ReadError(error))
        | Frame::FailedToReadBlockBody(
            DecodeBlockContentError::ReadError { source: error, .. }
            | DecodeBlockContentError::DecompressBlockError(
                DecompressBlockError::BlockContentReadError(error),
            ),
        ) => source_error(error),
        Frame::WindowSizeTooBig { requested: got, .. }
        | Frame::FrameHeaderError(FrameHeaderError::WindowTooBig { got }) => {
            Fault::LargeWindow(got).into()
        }
        Frame::DictNotProvided { .. } => Fault::NeedsDictionary.into(),
        Frame::FrameHeaderError(_) => Fault::CorruptHeader.into(),
        _ => Fault::CorruptBlock.into(),
    }
}

fn explain_header(error: ReadFrameHeaderError) -> io::Error {
    use ReadFrameHeaderError as Header;
    match error {
        Header::MagicNumberReadError(error)
        | Header::FrameDescriptorReadError(error)
        | Header::WindowDescriptorReadError(error)
        | Header::DictionaryIdReadError(error)
        | Header::FrameContentSizeReadError(error) => source_error(error),
        Header::BadMagicNumber(_) => Fault::NotZstd.into(),
        _ => Fault::CorruptHeader.into(),
    }
}

/// The error to report if the source failed, or ended within a frame.
fn source_error(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::UnexpectedEof => Fault::CutOff.into(),
        _ => error,
    }
}

impl Fault {
    fn message(self) -> String {
        let what = match self {
            Self::CutOff => "the file is cut off",
            Self::CorruptHeader => "the header of a frame is corrupt",
            Self::CorruptBlock => "a block is corrupt",
            Self::WrongChecksum => "the checksum does not match",
            Self::NotZstd => "the data after the last frame is not zstd",
            Self::NeedsDictionary => {
                return "cannot decode the zstd data: \
                        it needs a dictionary, which chatlog does not support"
                    .to_owned();
            }
            Self::LargeWindow(size) => return large_window(size),
        };
        format!("invalid zstd data: {what}")
    }
}

fn large_window(size: u64) -> String {
    let [size, max] = [size, DEFAULT_MAX_WINDOW_SIZE].map(|bytes| bytes.div_ceil(1 << 20));
    format!(
        "cannot decode the zstd data: \
         its window of {size} MiB is larger than the {max} MiB that chatlog supports"
    )
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::new(ErrorKind::InvalidData, fault.message())
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

    /// The content before the fault, and the message.
    fn read_to_fault(stream: &[u8]) -> (String, String) {
        let mut reader = ZstdReader::new(stream);
        let mut content = Vec::new();
        let fault = reader.read_to_end(&mut content).expect_err("a fault");
        let text = String::from_utf8(content).expect("it is text");
        (text, fault.to_string())
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
    fn returns_what_was_decoded_before_the_end_of_a_cut_file() {
        let lines = "{\"a\": 1}\n".repeat(3);
        let saved = frame(&lines);
        let cut_off = "invalid zstd data: the file is cut off".to_owned();
        let without_checksum = &saved[..saved.len() - 3];
        assert_eq!(read_to_fault(without_checksum), (lines, cut_off.clone()));

        let numbers = (0..30_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let long: String = numbers.map(|n| format!("{n}\n")).collect();
        let saved = frame(&long);
        let (text, message) = read_to_fault(&saved[..saved.len() - 200]);
        let block = 128 << 10;
        assert!(text == long[..long.len() / block * block]);
        assert_eq!(message, cut_off);
    }

    #[test]
    fn says_what_is_wrong() {
        let saved = frame("x\n");
        let mut changed = saved.clone();
        *changed.last_mut().expect("a checksum") ^= 1;
        let reserved_block = b"\x28\xb5\x2f\xfd\x00\x00\x07\x00\x00";
        let dictionary = b"\x28\xb5\x2f\xfd\x01\x00\x07";
        let window = b"\x28\xb5\x2f\xfd\x00\x90";
        let cases: [(&[u8], &str); 7] = [
            (b"\x50\x2a\x4d\x18\x03\x00\x00\x00ab", "the file is cut off"),
            (reserved_block, "a block is corrupt"),
            (&changed, "the checksum does not match"),
            (b"{}", "the data after the last frame is not zstd"),
            (b"\x28{}}", "the data after the last frame is not zstd"),
            (
                dictionary,
                "it needs a dictionary, which chatlog does not support",
            ),
            (
                window,
                "its window of 256 MiB is larger than the 128 MiB that chatlog supports",
            ),
        ];
        for (end, what) in cases {
            let (text, message) = read_to_fault(&[&saved, end].concat());
            assert!(text.starts_with("x\n"));
            assert_eq!(message.split_once(": ").map(|(_, what)| what), Some(what));
        }
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
