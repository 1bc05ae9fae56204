//! Standard output, standard error and report files.

mod report_file;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;

use chatlog::Text;

pub(crate) use self::report_file::ReportFile;
use crate::cli::interrupt::{self, Busy};

/// The size of a write, in bytes.
const BLOCK: usize = 64 * 1024;

/// Standard output, buffered by line on a terminal, and elsewhere in blocks that end with a line.
///
/// A closed pipe is not an error: `head` closes it on purpose. Everything written after that is
/// discarded.
pub(crate) struct Stdout {
    buffer: Vec<u8>,
    is_terminal: bool,
    /// Delays an interrupt while a line that is longer than a block is incomplete.
    mid_line: Option<Busy>,
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

    /// `Break` once the reader has closed it.
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
        // Large output is written in blocks instead of being copied into the buffer as a whole.
        let bytes = &bytes[..bytes.len().min(BLOCK)];
        let before = self.buffer.len();
        self.buffer.extend_from_slice(bytes);
        let is_full = self.buffer.len() >= BLOCK;
        // A long line may arrive in many small pieces, so only the new bytes are searched for its end.
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
        // Callers that need to know about an error flush first.
        drop(self.flush());
    }
}

/// Turns a closed pipe into success, and names standard output in any other error.
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

/// Prints a line on standard error, escaped. An error cannot be reported anywhere, so it is ignored.
pub(crate) fn eprint_line(text: &str) {
    let line = format!("{}\n", Text::from(text));
    drop(io::stderr().write_all(line.as_bytes()));
}

/// Prints a problem that names its place on standard error, as the program's own.
pub(crate) fn eprint_problem(problem: &impl Display) {
    eprint_line(&format!("chatlog: {problem}"));
}

/// Prints `chatlog: PLACE: WHAT` on standard error, where the place is an input, a delivery or an
/// option.
pub(crate) fn report_problem(place: &impl Display, what: &str) {
    eprint_problem(&format_args!("{place}: {what}"));
}
