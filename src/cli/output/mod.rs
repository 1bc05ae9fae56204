//! Standard output, standard error and report files.

mod report_file;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::MutexGuard;

use chatlog::Text;

pub(crate) use self::report_file::ReportFile;
use crate::cli::interrupt;

/// How much is put together before it is written.
const BLOCK: usize = 64 * 1024;

/// Standard output: written line by line on a terminal, elsewhere in blocks that end with a line.
///
/// A reader that has seen enough closes it on purpose, as `head` does. That is not an error: what is
/// written after that goes nowhere.
pub(crate) struct Stdout {
    buffer: Vec<u8>,
    is_terminal: bool,
    /// Held from the start of a line that is longer than a block to its end.
    mid_line: Option<MutexGuard<'static, ()>>,
    is_closed: bool,
}

impl Stdout {
    pub(crate) fn new() -> Self {
        Self {
            buffer: Vec::new(),
            is_terminal: io::stdout().is_terminal(),
            mid_line: None,
            is_closed: false,
        }
    }

    /// Whether anybody still reads it.
    pub(crate) fn flow(&self) -> ControlFlow<()> {
        if self.is_closed {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Writes the first bytes of the buffer.
    fn write_out(&mut self, end: usize) -> io::Result<()> {
        if end == 0 || self.is_closed {
            return Ok(());
        }
        let busy = self.mid_line.take().unwrap_or_else(interrupt::hold);
        let mut stdout = io::stdout().lock();
        let written = stdout
            .write_all(&self.buffer[..end])
            .and_then(|()| stdout.flush());
        if written.is_ok() && self.buffer[end - 1] != b'\n' {
            self.mid_line = Some(busy);
        }
        self.buffer.drain(..end);
        self.is_closed = written.is_err();
        unless_closed(written)
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        // What is large is written piece by piece, and not copied as a whole.
        let bytes = &bytes[..bytes.len().min(BLOCK)];
        let before = self.buffer.len();
        self.buffer.extend_from_slice(bytes);
        let is_full = self.buffer.len() >= BLOCK;
        // A long line may come in many small pieces: only what is new is searched for its end.
        let searched = if is_full { 0 } else { before };
        let line_end = (is_full || self.is_terminal || self.mid_line.is_some())
            .then(|| memchr::memrchr(b'\n', &self.buffer[searched..]))
            .flatten();
        match line_end {
            Some(at) => self.write_out(searched + at + 1)?,
            None if is_full => self.write_out(self.buffer.len())?,
            None => {}
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_out(self.buffer.len())
    }
}

impl Drop for Stdout {
    fn drop(&mut self) {
        // Whoever wants to know of an error has flushed it.
        drop(self.flush());
    }
}

/// What came of a write to standard output: a reader that closed it is not an error.
pub(crate) fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            let what = format!("standard output: cannot write: {error}");
            Err(io::Error::new(error.kind(), what))
        }
        Ok(()) => Ok(()),
    }
}

/// Says something on standard error, in one line; there is nobody to tell if that fails.
pub(crate) fn eprint_line(words: &str) {
    let line = format!("{}\n", Text::from(words));
    drop(io::stderr().write_all(line.as_bytes()));
}

/// Says on standard error what there is to say about a place: an input, a delivery or an option.
pub(crate) fn report_problem(place: &impl Display, what: &str) {
    eprint_line(&format!("chatlog: {place}: {what}"));
}
