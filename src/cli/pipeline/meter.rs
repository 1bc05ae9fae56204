//! Counts how far a run has got: the bytes that were read, of how many, and the problems so far.
//!
//! Bytes are counted as they are read from files and streams, below all decoding, because only the sizes
//! of files are known in advance: so rate and remaining time are right for compressed files too. A folder
//! is walked when its turn comes, and until then the total is unknown.
//!
//! One thread reads, so the counts that it alone changes need no more than being seen by others.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};

use rawzip::ReaderAt;

use crate::cli::output::Progress;

/// The counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    read: AtomicU64,
    /// The sizes of all files that are known so far.
    total: AtomicU64,
    /// How many inputs have a size that is not known, perhaps not yet.
    unknown: AtomicUsize,
    /// Whether the reader waits for a stream.
    is_waiting: AtomicBool,
    problems: AtomicUsize,
}

impl Meter {
    /// Adds the sizes of what is going to be read, as far as they are known.
    pub(super) fn expect(&self, sizes: impl Iterator<Item = Option<u64>>) {
        for size in sizes {
            match size {
                Some(size) => self.total.fetch_add(size, Relaxed),
                None => self.unknown.fetch_add(1, Relaxed) as u64,
            };
        }
    }

    /// Adds the size of an input that was unknown: a folder that was walked.
    pub(super) fn expect_found(&self, size: u64) {
        self.total.fetch_add(size, Relaxed);
        self.unknown.fetch_sub(1, Relaxed);
    }

    /// Starts to count for a file of this size, or for a stream.
    pub(super) fn start(self: &Arc<Self>, size: Option<u64>) -> SourceMeter {
        let end = size.map(|size| self.read.load(Relaxed) + size);
        SourceMeter {
            meter: Arc::clone(self),
            end,
        }
    }

    /// Counts problems.
    pub(super) fn add_problems(&self, count: usize) {
        self.problems.fetch_add(count, Relaxed);
    }

    /// The counts so far.
    pub(super) fn progress(&self) -> Progress {
        let is_known = self.unknown.load(Relaxed) == 0;
        Progress {
            read: self.read.load(Relaxed),
            total: is_known.then(|| self.total.load(Relaxed)),
            problems: self.problems.load(Relaxed),
            is_waiting: self.is_waiting.load(Relaxed),
        }
    }
}

/// Counts for one source.
///
/// A file counts as its size in the end, however much of it was read, and however often.
#[derive(Debug, Clone)]
pub(super) struct SourceMeter {
    meter: Arc<Meter>,
    /// The count at the end of a file.
    end: Option<u64>,
}

impl SourceMeter {
    /// A reader whose bytes are counted.
    pub(super) fn reader<R: Read>(&self, inner: R) -> impl Read + use<R> {
        Metered {
            inner,
            meter: self.clone(),
        }
    }

    /// A file whose bytes are counted, and of which any part can be read.
    pub(super) fn file(&self, file: File) -> impl ReaderAt + use<> {
        Metered {
            inner: rawzip::FileReader::from(file),
            meter: self.clone(),
        }
    }

    /// Counts the rest of a file, which is not read.
    pub(super) fn finish(&self) {
        if let Some(end) = self.end {
            self.meter.read.store(end, Relaxed);
        }
    }

    fn count(&self, read: &io::Result<usize>) {
        let bytes = *read.as_ref().unwrap_or(&0) as u64;
        let count = self.meter.read.load(Relaxed) + bytes;
        let end = self.end.unwrap_or(u64::MAX);
        self.meter.read.store(count.min(end), Relaxed);
    }
}

struct Metered<R> {
    inner: R,
    meter: SourceMeter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let is_stream = self.meter.end.is_none();
        self.meter.meter.is_waiting.store(is_stream, Relaxed);
        let read = self.inner.read(buffer);
        self.meter.meter.is_waiting.store(false, Relaxed);
        self.meter.count(&read);
        read
    }
}

impl<R: ReaderAt> ReaderAt for Metered<R> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = self.inner.read_at(buffer, offset);
        self.meter.count(&read);
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_as_its_size_however_it_is_read() {
        let meter = Arc::new(Meter::default());
        let read = |size, bytes: &[u8], times| {
            let source = meter.start(size);
            for _ in 0..times {
                let mut reader = source.reader(bytes);
                io::copy(&mut reader, &mut io::sink()).expect("memory");
            }
            let before = meter.progress().read;
            source.finish();
            (before, meter.progress().read)
        };
        assert_eq!(read(Some(5), b"12345", 2), (5, 5), "read twice");
        assert_eq!(read(Some(100), b"12345", 1), (10, 105), "not to its end");
        assert_eq!(read(Some(2), b"12345", 1), (107, 107), "grown meanwhile");
        assert_eq!(read(None, b"12345", 1), (112, 112), "a stream");
    }
}
