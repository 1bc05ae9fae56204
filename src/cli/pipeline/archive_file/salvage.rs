//! Reads what is left of a zip archive that was cut off.
//!
//! The list of the files is at the end of an archive and lost with it. But each file is preceded by a
//! header, so files can be read from the start, in the order of the archive. A file whose length is
//! only stated behind it ends where its compressed data does.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;

use flate2::bufread::DeflateDecoder;
use rawzip::CompressionMethod;

use super::checked::CheckedReader;
use super::method::decoder;
use super::name::{signed_by, zip_path};
use super::{Member, Selection, invalid};

/// What a header starts with.
const MARK: u32 = u32::from_le_bytes(*b"PK\x03\x04");
/// The longest statement of a length behind a file.
const MAX_DESCRIPTOR: usize = 24;
/// The length in a header that leaves it to an extra field.
const IN_EXTRA_FIELD: u32 = u32::MAX;
/// The extra field with lengths of 64 bits.
const ZIP64: u16 = 1;

/// Calls `visit` for each file that is selected, and then fails: there may have been more.
pub(super) fn visit<B>(
    archive: impl Read,
    selection: &mut Selection,
    visit: &mut dyn FnMut(Member<'_>) -> ControlFlow<B>,
) -> io::Result<ControlFlow<B>> {
    let mut archive = BufReader::new(archive);
    while find_header(&mut archive)? {
        let Some(header) = Header::read(&mut archive)? else {
            break;
        };
        if let ControlFlow::Break(stop) = visit_file(&header, &mut archive, selection, visit)? {
            return Ok(ControlFlow::Break(stop));
        }
    }
    Err(invalid(
        "the archive is cut off: the list of its files is missing, so there may have been more",
    ))
}

/// Visits a file, if it is selected, and reads up to its end.
fn visit_file<B>(
    header: &Header,
    archive: &mut (impl BufRead + ?Sized),
    selection: &mut Selection,
    visit: &mut dyn FnMut(Member<'_>) -> ControlFlow<B>,
) -> io::Result<ControlFlow<B>> {
    let claim = match signed_by(&header.name) {
        _ if header.is_folder => None,
        Some(signed) => {
            selection.note_unused_signature(signed);
            None
        }
        None => selection.claim(&header.name),
    };
    let mut stored = header.stored(archive)?;
    let mut flow = ControlFlow::Continue(());
    if let Some(claim) = claim {
        flow = visit(Member {
            name: header.name.clone(),
            claim,
            content: header.content(&mut stored),
            signature: None,
        });
    }
    // What is cut off here ends the archive, which is then reported.
    if flow.is_continue() {
        io::copy(&mut stored.rest(), &mut io::sink()).or_else(cut_off)?;
    }
    Ok(flow)
}

fn cut_off(error: io::Error) -> io::Result<u64> {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Ok(0)
        }
        _ => Err(error),
    }
}

/// What is stored for a file.
enum Stored<'a, R: ?Sized + BufRead> {
    /// This many bytes.
    Measured(io::Take<&'a mut R>),
    /// As much as makes a stream of compressed data, which is given out without compression.
    Deflated(DeflateDecoder<&'a mut R>),
}

impl<R: ?Sized + BufRead> Stored<'_, R> {
    /// What was not read yet.
    fn rest(&mut self) -> &mut dyn Read {
        match self {
            Self::Measured(stored) => stored,
            Self::Deflated(content) => content,
        }
    }
}

/// What precedes a file.
struct Header {
    name: String,
    is_folder: bool,
    is_encrypted: bool,
    /// Whether lengths and the checksum are stated behind the file.
    is_streamed: bool,
    method: CompressionMethod,
    sum: u32,
    length: u64,
    stored_length: u64,
}

impl Header {
    /// Reads it behind its mark; `None` if it is cut off.
    fn read(archive: &mut impl Read) -> io::Result<Option<Self>> {
        let mut fixed = [0; 26];
        if !read_all(archive, &mut fixed)? {
            return Ok(None);
        }
        let [flags, method, name_length, extra_length] =
            [2, 4, 22, 24].map(|at| u16::from_le_bytes([fixed[at], fixed[at + 1]]));
        let [sum, stored_length, length] = [10, 14, 18]
            .map(|at| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]));
        let mut name = vec![0; name_length.into()];
        let mut extra = vec![0; extra_length.into()];
        if !read_all(archive, &mut name)? || !read_all(archive, &mut extra)? {
            return Ok(None);
        }
        let mut long = long_lengths(&extra);
        let mut resolve = |stated: u32| match stated {
            IN_EXTRA_FIELD => long.next().unwrap_or(stated.into()),
            _ => stated.into(),
        };
        Ok(Some(Self {
            is_folder: name.ends_with(b"/"),
            name: zip_path(&name),
            is_encrypted: flags & 1 != 0,
            is_streamed: flags & 1 << 3 != 0,
            method: CompressionMethod::new(method),
            sum,
            length: resolve(length),
            stored_length: resolve(stored_length),
        }))
    }

    /// What is stored for the file.
    fn stored<'a, R: ?Sized + BufRead>(&self, archive: &'a mut R) -> io::Result<Stored<'a, R>> {
        if !self.is_streamed || self.stored_length > 0 {
            return Ok(Stored::Measured(archive.take(self.stored_length)));
        }
        match self.method {
            CompressionMethod::DEFLATE if !self.is_encrypted => {
                Ok(Stored::Deflated(DeflateDecoder::new(archive)))
            }
            _ => Err(invalid(format!(
                "the archive is cut off: the list of its files is missing, and without it the length \
                 of the file `{}` and what follows it are not known",
                self.name
            ))),
        }
    }

    fn content<'a, R: ?Sized + BufRead>(
        &self,
        stored: &'a mut Stored<'_, R>,
    ) -> io::Result<Box<dyn Read + 'a>> {
        match stored {
            Stored::Deflated(content) => Ok(Box::new(content)),
            Stored::Measured(stored) => {
                let content = decoder(self.method, self.is_encrypted, stored)?;
                let sum = (!self.is_streamed).then_some(self.sum);
                Ok(Box::new(CheckedReader::new(content, self.length, sum)))
            }
        }
    }
}

/// The lengths of 64 bits in the extra fields of a header.
fn long_lengths(mut extra: &[u8]) -> impl Iterator<Item = u64> {
    let mut found: &[u8] = &[];
    while let [id0, id1, length0, length1, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*length0, *length1])).min(rest.len());
        let (field, after) = rest.split_at(length);
        if u16::from_le_bytes([*id0, *id1]) == ZIP64 {
            found = field;
        }
        extra = after;
    }
    let (lengths, _) = found.as_chunks();
    lengths
        .iter()
        .map(|length| u64::from_le_bytes(*length))
        .collect::<Vec<_>>()
        .into_iter()
}

/// Passes the mark of the next header, and what states lengths before it. Returns false if no header
/// follows.
fn find_header(archive: &mut impl Read) -> io::Result<bool> {
    let mut last = 0_u32;
    for _ in 0..MAX_DESCRIPTOR + size_of_val(&MARK) {
        let mut byte = [0];
        if !read_all(archive, &mut byte)? {
            return Ok(false);
        }
        last = last >> 8 | u32::from(byte[0]) << 24;
        if last == MARK {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Fills a buffer. Returns false if the archive ends before.
fn read_all(archive: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match archive.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_64_bits_are_in_an_extra_field() {
        let mut header = vec![45, 0, 0, 0, 8, 0, 0, 0, 0, 0, 1, 2, 3, 4];
        header.extend([0xff; 8]);
        header.extend([1, 0, 26, 0]);
        header.push(b'a');
        // Another field, and then the one with both lengths.
        header.extend([9, 9, 2, 0, 7, 7, 1, 0, 16, 0]);
        header.extend(5_000_000_000_u64.to_le_bytes());
        header.extend(300_u64.to_le_bytes());
        let read = Header::read(&mut &header[..]).expect("memory");
        let read = read.expect("it is whole");
        assert_eq!((read.name.as_str(), read.sum), ("a", 0x0403_0201));
        assert_eq!((read.length, read.stored_length), (5_000_000_000, 300));
        for cut in 0..header.len() {
            let read = Header::read(&mut &header[..cut]).expect("memory");
            assert!(read.is_none(), "{cut}");
        }
    }
}
