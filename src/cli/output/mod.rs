//! Standard output, standard error, the pager, the progress bar and report files.
//!
//! Whatever writes to a terminal hides the bar meanwhile.

mod pager;
mod progress;
mod report_file;

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chatlog::Text;

pub(crate) use self::pager::Pager;
use self::pager::Paging;
use self::progress::{Hidden, hide};
pub(crate) use self::progress::{Progress, ProgressBar, can_show_progress};
pub(crate) use self::report_file::ReportFile;
#[cfg(feature = "listen")]
pub(crate) use self::report_file::without_path;
use crate::cli::interrupt::{self, Busy, LastOutput};

/// The size of a write, in bytes.
const BLOCK: usize = 64 * 1024;

/// Standard output, buffered by line on a terminal, and elsewhere in blocks that end with a line.
/// Before a [`Pager`], it is held back until it is longer than the screen or is flushed. The complete
/// lines that are in the buffer when a signal ends the process are printed then.
///
/// A closed pipe is not an error: `head` closes it on purpose. Everything written after that is
/// discarded.
pub(crate) struct Stdout {
    buffer: Arc<Mutex<Vec<u8>>>,
    is_terminal: bool,
    paging: Paging,
    /// Delays an interrupt, and hides the progress bar, while a line that is longer than a block is
    /// incomplete.
    mid_line: Option<(Busy, Option<Hidden>)>,
    is_closed: bool,
    _last_lines: LastOutput,
}

impl Stdout {
    pub(crate) fn new() -> Self {
        Self::before(None)
    }

    /// Standard output that goes through a pager if it is longer than the screen.
    pub(crate) fn before(pager: Option<Pager>) -> Self {
        let buffer = Arc::<Mutex<Vec<u8>>>::default();
        let unwritten = Arc::clone(&buffer);
        Self {
            buffer,
            is_terminal: io::stdout().is_terminal(),
            paging: Paging::new(pager),
            mid_line: None,
            is_closed: false,
            _last_lines: interrupt::print_last(move || complete_lines(&lock(&unwritten)).to_vec()),
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

    /// Adds bytes to the buffer. Returns how much of it is to be written now.
    fn take_in(&mut self, bytes: &[u8]) -> usize {
        let mut buffer = lock(&self.buffer);
        let before = buffer.len();
        buffer.extend_from_slice(bytes);
        if self.paging.holds(&buffer) {
            return 0;
        }
        let is_full = buffer.len() >= BLOCK;
        let is_by_line = matches!(self.paging, Paging::Off) && self.is_terminal;
        if !(is_full || is_by_line || self.mid_line.is_some()) {
            return 0;
        }
        // A long line may arrive in many small pieces, so only the new bytes are searched for its end.
        let searched = if is_full { 0 } else { before };
        match complete_lines(&buffer[searched..]).len() {
            0 if is_full => buffer.len(),
            0 => 0,
            end => searched + end,
        }
    }

    /// Writes the first bytes of the buffer.
    fn write_out(&mut self, end: usize) -> io::Result<()> {
        if end == 0 || self.is_closed {
            return Ok(());
        }
        let is_terminal = self.is_terminal;
        let guards = self.mid_line.take();
        let guards = guards.unwrap_or_else(|| (interrupt::hold(), is_terminal.then(hide)));
        // Nobody holds the buffer while it waits for the guard, which an interrupt may never release.
        let mut buffer = lock(&self.buffer);
        let written = match &mut self.paging {
            Paging::On(pager) => pager.write_all(&buffer[..end]),
            _ => write_to_stdout(&buffer[..end]),
        };
        if written.is_ok() && buffer[end - 1] != b'\n' {
            self.mid_line = Some(guards);
        }
        buffer.drain(..end);
        self.is_closed = written.is_err();
        if self.is_closed {
            buffer.clear();
            self.paging.finish();
        }
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
        let end = self.take_in(bytes);
        self.write_out(end)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.paging.stop_waiting();
        let end = lock(&self.buffer).len();
        self.write_out(end)
    }
}

impl Drop for Stdout {
    fn drop(&mut self) {
        // Callers that need to know about an error flush first.
        drop(self.flush());
        self.paging.finish();
    }
}

/// The bytes up to the last line break.
fn complete_lines(bytes: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    &bytes[..end]
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write_to_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush())
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

/// The lines for standard error that wait while a pager has the terminal.
static HELD_PROBLEMS: Mutex<Option<String>> = Mutex::new(None);

/// Holds back what is printed on standard error.
fn hold_problems() {
    lock(&HELD_PROBLEMS).get_or_insert_default();
}

/// Prints what was held back, and all that follows at once.
fn release_problems() {
    if let Some(lines) = lock(&HELD_PROBLEMS).take() {
        write_to_stderr(&lines);
    }
}

/// Prints a line on standard error, escaped, or keeps it while a pager runs. An error cannot be
/// reported anywhere, so it is ignored.
pub(crate) fn eprint_line(text: &str) {
    let line = format!("{}\n", Text::from(text));
    match &mut *lock(&HELD_PROBLEMS) {
        Some(held) => held.push_str(&line),
        None => write_to_stderr(&line),
    }
}

fn write_to_stderr(lines: &str) {
    let _hidden = hide();
    drop(io::stderr().write_all(lines.as_bytes()));
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
