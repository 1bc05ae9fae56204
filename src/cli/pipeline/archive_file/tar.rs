//! Reads the files of a tar archive as they come.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::ops::ControlFlow;

use tar::{Archive, Entry};

use super::super::archive_format::{TAR_BLOCK, is_zero};
use super::checked::CheckedReader;
use super::name::{inner_path, signed_by};
use super::{Member, Selection, invalid};

/// How many bytes may describe one file: its long names and attributes are held in memory.
const MAX_DESCRIPTION: u64 = 1 << 20;
/// Calls `visit` for each file that is selected. Archives that were joined are read one after another.
pub(super) fn visit<B>(
    reader: Box<dyn Read + '_>,
    selection: &mut Selection,
    visit: &mut dyn FnMut(Member<'_>) -> ControlFlow<B>,
) -> io::Result<ControlFlow<B>> {
    let stream = Stream::new(reader);
    while let Some(block) = stream.skip_zero_blocks()? {
        let mut archive = Archive::new(io::Cursor::new(block).chain(&stream));
        for entry in archive.entries()? {
            let entry = entry.map_err(|error| stream.explain(error))?;
            let flow = visit_entry(entry, &stream, selection, visit)?;
            // A file that could not be read to its end has reported that nothing more can be read.
            if flow.is_break() || stream.has_failed.get() {
                return Ok(flow);
            }
        }
        if stream.has_failed.get() {
            return Err(invalid(
                "the archive ends without the mark of its end, so it may be cut off",
            ));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Visits a file, if it is selected, and reads up to its end. What describes the next one is limited
/// from then on.
fn visit_entry<B>(
    entry: Entry<'_, impl Read>,
    stream: &Stream<'_>,
    selection: &mut Selection,
    visit: &mut dyn FnMut(Member<'_>) -> ControlFlow<B>,
) -> io::Result<ControlFlow<B>> {
    let kind = entry.header().entry_type();
    if kind.is_gnu_sparse() {
        // Reading it would write out its holes.
        let stored = entry.header().entry_size()?;
        stream.limit.set(stored.saturating_add(MAX_DESCRIPTION));
        return Ok(ControlFlow::Continue(()));
    }
    stream.limit.set(u64::MAX);
    let name = entry.path_bytes();
    // Archives of the first format mark a folder by its name alone.
    let is_file = (kind.is_file() || kind.is_contiguous()) && !name.ends_with(b"/");
    let name = inner_path(&name);
    let claim = match signed_by(&name) {
        _ if !is_file => None,
        Some(signed) => {
            selection.note_unused_signature(signed);
            None
        }
        None => selection.claim(&name),
    };
    let length = entry.size();
    let mut content = CheckedReader::new(entry, length, None);
    let mut flow = ControlFlow::Continue(());
    if let Some(claim) = claim {
        flow = visit(Member {
            name,
            claim,
            content: Ok(Box::new(&mut content)),
            signature: None,
        });
    }
    if flow.is_continue() && !stream.has_failed.get() {
        io::copy(&mut content, &mut io::sink())?;
    }
    stream.limit.set(MAX_DESCRIPTION);
    Ok(flow)
}

/// The bytes of the archive, which the archive and its files share.
struct Stream<'r> {
    reader: RefCell<Box<dyn Read + 'r>>,
    /// How many bytes may be read before the next file starts.
    limit: Cell<u64>,
    /// Whether the stream failed or ended.
    has_failed: Cell<bool>,
}

impl<'r> Stream<'r> {
    fn new(reader: Box<dyn Read + 'r>) -> Self {
        Self {
            reader: RefCell::new(reader),
            limit: Cell::new(MAX_DESCRIPTION),
            has_failed: Cell::new(false),
        }
    }

    /// The error to report if the next file cannot be found.
    fn explain(&self, error: io::Error) -> io::Error {
        if error.kind() == io::ErrorKind::InvalidData {
            error
        } else if self.has_failed.get() {
            invalid("the archive is cut off")
        } else {
            invalid(format!("the archive is damaged: {error}"))
        }
    }

    /// Reads up to the next header, and returns it; `None` if there is none. Zeros are the end of an
    /// archive, and fill its last record.
    fn skip_zero_blocks(&self) -> io::Result<Option<[u8; TAR_BLOCK]>> {
        self.limit.set(u64::MAX);
        let mut block = [0; TAR_BLOCK];
        loop {
            let mut read = 0;
            while read < TAR_BLOCK {
                match (&*self).read(&mut block[read..])? {
                    0 => break,
                    more => read += more,
                }
            }
            if read == 0 {
                return Ok(None);
            }
            if !is_zero(&block[..read]) {
                return match read {
                    TAR_BLOCK => {
                        self.limit.set(MAX_DESCRIPTION);
                        Ok(Some(block))
                    }
                    _ => Err(invalid("the archive is cut off")),
                };
            }
        }
    }
}

impl Read for &Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let limit = usize::try_from(self.limit.get()).unwrap_or(usize::MAX);
        if limit == 0 {
            return Err(invalid(
                "the name and attributes of a file in the archive take more than 1 MiB",
            ));
        }
        let wanted = limit.min(buffer.len());
        let read = self.reader.borrow_mut().read(&mut buffer[..wanted]);
        match read {
            Ok(read) => {
                self.limit.set(self.limit.get() - read as u64);
                self.has_failed.set(read == 0);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.has_failed.set(true);
                let what = format!("the archive is cut off or damaged here: {error}");
                Err(invalid(what))
            }
        }
    }
}
