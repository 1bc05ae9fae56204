//! Reads the files of a zip archive in the order of their names.
//!
//! The list at the end of the archive decides which files there are, as it does for every tool that
//! extracts archives. An archive without that list was cut off; [`salvage`] reads what is left of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;

use rawzip::{
    CompressionMethod, ErrorKind, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive,
    ZipArchiveEntryWayfinder, ZipFileHeaderRecord, ZipLocator,
};

use super::super::claim::Claim;
use super::super::meter::SourceMeter;
use super::super::signature_file::signature_in;
use super::checked::CheckedReader;
use super::method::decoder;
use super::name::{signed_by, zip_path};
use super::{Member, Selection, invalid, salvage};

/// The size of what precedes each file, without its name and its extra fields.
const LOCAL_HEADER: u64 = 30;

/// The bytes of an archive, of which any part can be read.
pub(in super::super) struct ZipBytes {
    bytes: Box<dyn ReaderAt>,
    length: u64,
    /// Why there may be more bytes than these.
    failure: Option<io::Error>,
}

impl ZipBytes {
    pub(super) fn of_file(file: File, meter: &SourceMeter) -> io::Result<Self> {
        Ok(Self {
            length: file.metadata()?.len(),
            bytes: Box::new(meter.file(file)),
            failure: None,
        })
    }

    /// Reads all of a stream, or what comes before the place where it cannot be read on.
    pub(super) fn of_stream(reader: impl Read, max_size: usize) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let mut limited = reader.take(max_size as u64 + 1);
        let failure = limited.read_to_end(&mut bytes).err();
        if bytes.len() > max_size {
            let limit = max_size >> 20;
            return Err(invalid(format!(
                "a zip archive of more than {limit} MiB can only be read from an uncompressed file, \
                 not from a stream (see --max-size): save it and name the file"
            )));
        }
        Ok(Self {
            length: bytes.len() as u64,
            bytes: Box::new(bytes),
            failure,
        })
    }

    /// The bytes from the first to the last.
    pub(super) fn reader(&self) -> impl Read {
        rawzip::RangeReader::new(&self.bytes, 0..self.length)
    }
}

/// Calls `visit` for each file that is selected.
pub(super) fn visit<B>(
    bytes: ZipBytes,
    selection: &mut Selection,
    max_size: usize,
    visit: &mut dyn FnMut(Member<'_>) -> ControlFlow<B>,
) -> io::Result<ControlFlow<B>> {
    let flow = visit_bytes(&bytes, selection, max_size, visit)?;
    match bytes.failure {
        Some(failure) if flow.is_continue() => Err(failure),
        _ => Ok(flow),
    }
}

fn visit_bytes<B>(
    bytes: &ZipBytes,
    selection: &mut Selection,
    max_size: usize,
    visit: &mut dyn FnMut(Member<'_>) -> ControlFlow<B>,
) -> io::Result<ControlFlow<B>> {
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let located = ZipLocator::new().locate_in_reader(&bytes.bytes, &mut buffer, bytes.length);
    let archive = match located {
        Ok(archive) => archive,
        Err((_, error)) => match error.kind() {
            ErrorKind::IO(_) => return Err(explain(error)),
            _ => return salvage::visit(bytes.reader(), selection, visit),
        },
    };
    let directory = Directory::read(&archive, selection, max_size, &mut buffer);
    for entry in &directory.entries {
        let member = Member {
            name: entry.name.clone(),
            claim: entry.claim,
            content: entry.open(&archive),
            signature: directory.signature_of(entry, &archive),
        };
        if let ControlFlow::Break(stop) = visit(member) {
            return Ok(ControlFlow::Break(stop));
        }
    }
    directory.failure.map_or(Ok(ControlFlow::Continue(())), Err)
}

/// The files in an archive that are read.
struct Directory {
    /// In the order of their names.
    entries: Vec<Entry>,
    /// The files `NAME.sig`.
    signatures: BTreeMap<String, Entry>,
    /// Why there may be more files than these.
    failure: Option<io::Error>,
}

/// A file in the list.
struct Entry {
    name: String,
    claim: Claim,
    place: ZipArchiveEntryWayfinder,
    start: u64,
    method: CompressionMethod,
    sum: u32,
    is_encrypted: bool,
    /// Whether some of its bytes are those of another file.
    is_overlapping: bool,
}

impl Directory {
    fn read<R: ReaderAt>(
        archive: &ZipArchive<R>,
        selection: &mut Selection,
        max_size: usize,
        buffer: &mut [u8],
    ) -> Self {
        let mut directory = Self {
            entries: Vec::new(),
            signatures: BTreeMap::new(),
            failure: None,
        };
        let size = archive
            .eocd_offset()
            .saturating_sub(archive.directory_offset());
        if size > max_size as u64 {
            let limit = max_size >> 20;
            directory.failure = Some(invalid(format!(
                "the list of its files is larger than {limit} MiB (see --max-size)"
            )));
            return directory;
        }
        directory.failure = directory
            .add_all(archive, selection, buffer)
            .err()
            .map(explain);
        directory.keep_signatures_of_entries(selection);
        // The order of paths is that of their components, as in a walk.
        directory
            .entries
            .sort_by(|a, b| a.name.split('/').cmp(b.name.split('/')));
        directory.mark_overlapping();
        directory
    }

    fn add_all<R: ReaderAt>(
        &mut self,
        archive: &ZipArchive<R>,
        selection: &mut Selection,
        buffer: &mut [u8],
    ) -> Result<(), rawzip::Error> {
        let mut records = archive.entries(buffer);
        while let Some(record) = records.next_entry()? {
            let name = zip_path(record.file_path().as_bytes());
            if !is_file(&record) {
                continue;
            }
            if signed_by(&name).is_some() {
                let entry = Entry::of(&record, name.clone(), Claim::Unknown);
                self.signatures.insert(name, entry);
            } else if let Some(claim) = selection.claim(&name) {
                self.entries.push(Entry::of(&record, name, claim));
            }
        }
        Ok(())
    }

    /// Takes a file `NAME.sig` for any other file if there is no file `NAME`.
    fn keep_signatures_of_entries(&mut self, selection: &mut Selection) {
        if self.signatures.is_empty() {
            return;
        }
        let mut signatures = std::mem::take(&mut self.signatures);
        for Entry { name, .. } in &self.entries {
            if let Some((name, entry)) = signatures.remove_entry(&format!("{name}.sig")) {
                self.signatures.insert(name, entry);
            }
        }
        for (name, entry) in signatures {
            if let Some(claim) = selection.claim(&name) {
                self.entries.push(Entry { claim, ..entry });
            }
        }
    }

    /// Marks files that share bytes with a file that starts before them.
    fn mark_overlapping(&mut self) {
        let mut by_start: Vec<usize> = (0..self.entries.len()).collect();
        by_start.sort_by_key(|at| self.entries[*at].start);
        let mut end = 0;
        for at in by_start {
            let entry = &mut self.entries[at];
            entry.is_overlapping = entry.start < end;
            end = end.max(entry.end());
        }
    }

    fn signature_of<R: ReaderAt>(&self, entry: &Entry, archive: &ZipArchive<R>) -> Option<String> {
        if self.signatures.is_empty() {
            return None;
        }
        let signature = self.signatures.get(&format!("{}.sig", entry.name))?;
        signature_in(signature.open(archive).ok()?)
    }
}

impl Entry {
    fn of(record: &ZipFileHeaderRecord<'_>, name: String, claim: Claim) -> Self {
        Self {
            name,
            claim,
            place: record.wayfinder(),
            start: record.local_header_offset(),
            method: record.compression_method(),
            sum: record.crc32(),
            is_encrypted: record.flags().is_encrypted(),
            is_overlapping: false,
        }
    }

    /// Where its bytes end, at least.
    fn end(&self) -> u64 {
        let length = self.place.compressed_size_hint();
        self.start
            .saturating_add(LOCAL_HEADER)
            .saturating_add(length)
    }

    fn open<'a, R: ReaderAt>(&self, archive: &'a ZipArchive<R>) -> io::Result<Box<dyn Read + 'a>> {
        if self.is_overlapping {
            return Err(invalid(
                "it overlaps with another file of the archive, as in a zip bomb",
            ));
        }
        let stored = archive.get_entry(self.place).map_err(explain)?.reader();
        let content = decoder(self.method, self.is_encrypted, stored)?;
        let length = self.place.uncompressed_size_hint();
        Ok(Box::new(CheckedReader::new(
            content,
            length,
            Some(self.sum),
        )))
    }
}

fn is_file(record: &ZipFileHeaderRecord<'_>) -> bool {
    const TYPE: u32 = 0o170_000;
    const REGULAR: u32 = 0o100_000;
    !record.is_dir() && matches!(record.mode().value() & TYPE, 0 | REGULAR)
}

/// What is wrong with the archive, in the words of this program.
fn explain(error: rawzip::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::IO(error) if error.kind() != io::ErrorKind::UnexpectedEof => error,
        ErrorKind::IO(_) | ErrorKind::Eof => {
            invalid("the archive is cut off or damaged: a part of it is missing")
        }
        ErrorKind::InvalidSignature { .. } => {
            invalid("the archive is damaged: its list of files leads to something else")
        }
        kind => invalid(format!("the archive is damaged: {kind}")),
    }
}
