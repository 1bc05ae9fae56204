//! Reads the start of a stream twice: once to find out what it is.
//!
//! A file could be opened again for that, but not a pipe, nor a file in an archive. A stream may also
//! fail soon after its start, and what came before is still worth reading.

use std::io::{self, Read};

/// A reader that keeps what it reads until [`rewound`](Self::rewound).
pub(super) struct Rewindable<R> {
    inner: R,
    kept: Vec<u8>,
    /// How much of the stream is kept at most; it seems to end there.
    limit: usize,
    /// Why the stream could not be read further than what is kept.
    failure: Option<io::Error>,
}

impl<R: Read> Rewindable<R> {
    pub(super) fn new(inner: R, limit: usize) -> Self {
        Self {
            inner,
            kept: Vec::new(),
            limit,
            failure: None,
        }
    }

    /// What was read so far.
    pub(super) fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// The stream from its start.
    pub(super) fn rewound(self) -> impl Read {
        self.rewound_to(0)
    }

    /// The stream behind its first bytes, of which there are at least `length`.
    pub(super) fn rewound_to(mut self, length: usize) -> impl Read {
        self.kept.drain(..length);
        io::Cursor::new(self.kept).chain(Rest {
            failure: self.failure,
            inner: self.inner,
        })
    }
}

/// What follows the part that was read twice.
struct Rest<R> {
    failure: Option<io::Error>,
    inner: R,
}

impl<R: Read> Read for Rest<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => self.inner.read(buffer),
        }
    }
}

impl<R: Read> Read for Rewindable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(self.limit - self.kept.len());
        match self.inner.read(&mut buffer[..wanted]) {
            Ok(read) => {
                self.kept.extend_from_slice(&buffer[..read]);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let copy = io::Error::new(error.kind(), error.to_string());
                self.failure = Some(error);
                Err(copy)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two bytes, and then a fault that is not repeated.
    struct Faulty(usize);

    impl Read for Faulty {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => (&b"ab"[..]).read(buffer),
                2 => Err(io::Error::other("a fault")),
                _ => Ok(0),
            }
        }
    }

    #[test]
    fn what_was_read_is_read_again_with_the_rest() {
        let mut stream = Rewindable::new(&b"0123456789"[..], 6);
        let mut start = [0; 4];
        stream.read_exact(&mut start).expect("memory");
        let mut more = Vec::new();
        stream.read_to_end(&mut more).expect("memory");
        assert_eq!(more, b"45", "no more than the limit");
        let mut all = String::new();
        stream.rewound().read_to_string(&mut all).expect("memory");
        assert_eq!(all, "0123456789");
    }

    #[test]
    fn a_fault_is_reported_again() {
        let mut stream = Rewindable::new(Faulty(0), 100);
        assert!(stream.read_to_end(&mut Vec::new()).is_err());
        let mut all = Vec::new();
        assert!(stream.rewound().read_to_end(&mut all).is_err());
        assert_eq!(all, b"ab");
    }
}
