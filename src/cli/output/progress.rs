//! The progress bar of a run that takes long, on standard error if that is a terminal.
//!
//! A thread looks at the counts of the run ten times a second, so that the run itself does nothing but
//! count. `indicatif` makes the text, with the rate and the remaining time; this module decides when it
//! is on the terminal:
//!
//! - It appears once the run has been reading for [`DELAY`]. A stream that waits for its next line shows
//!   no bar, and starts anew when it goes on.
//! - Whoever writes to the terminal keeps the bar off it with [`hide`] meanwhile. It comes back when
//!   nothing was written for [`REST`], so that it does not flicker between lines.
//! - A pager has the terminal for itself: it hides the bar for as long as it runs.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, mem};

use chatlog::view::findings::counted;
use indicatif::{ProgressDrawTarget, ProgressStyle, TermLike};

use crate::cli::interrupt;

/// How long a run reads before the bar appears.
const DELAY: Duration = Duration::from_millis(500);
/// How long nothing is written to the terminal before the bar comes back.
const REST: Duration = Duration::from_millis(300);
/// The time between two drawings.
const TICK: Duration = Duration::from_millis(100);
/// How long a process that ends waits for a terminal that takes no output.
const PATIENCE: Duration = Duration::from_millis(50);
/// The columns right of the bar that stay free, because terminals print `^C` there.
const MARGIN: u16 = 3;
/// The width of a terminal that does not tell its own.
const WIDTH: u16 = 80;

/// What the bar says if the size of everything is known.
const BAR: &str = "{wide_bar}  {binary_bytes} of {binary_total_bytes}, \
                   {binary_bytes_per_sec}, {eta} left{msg}";
/// What it says otherwise.
const SPINNER: &str = "{spinner} {binary_bytes}, {binary_bytes_per_sec}{msg}";

/// How far a run has got.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    /// How many bytes were read.
    pub(crate) read: u64,
    /// How many there are, if that is known.
    pub(crate) total: Option<u64>,
    /// How many problems were found.
    pub(crate) problems: usize,
    /// Whether the run waits for the next bytes of a stream.
    pub(crate) is_waiting: bool,
}

/// Whether standard error can show a bar.
pub(crate) fn can_show_progress() -> bool {
    let is_dumb = || env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stderr().is_terminal() && !is_dumb()
}

/// Shows how far a run has got, until it is dropped.
pub(crate) struct ProgressBar {
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressBar {
    /// Starts the thread that shows what `measure` says. Without a thread, there is no bar.
    pub(crate) fn start(measure: impl Fn() -> Progress + Send + 'static) -> Self {
        interrupt::clear_screen_with(remove_progress);
        let (running, ended) = mpsc::channel();
        let draw = move || draw_until(&ended, measure);
        Self {
            running: Some(running),
            thread: thread::Builder::new().spawn(draw).ok(),
        }
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        self.running = None;
        // If it panicked, there is no bar, which is no reason to fail.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn draw_until(ended: &Receiver<()>, measure: impl Fn() -> Progress) {
    let mut drawing = Drawing::new();
    while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        let text = drawing.next(measure());
        let mut terminal = lock();
        match text {
            Some(text) => terminal.draw(&text),
            None => terminal.clear(),
        }
    }
    lock().clear();
}

/// The text of the bar.
struct Drawing {
    bar: indicatif::ProgressBar,
    line: Line,
    has_total: bool,
    last_read: u64,
    /// Since when the run has been reading without waiting for a stream.
    started: Instant,
}

impl Drawing {
    fn new() -> Self {
        let line = Line::default();
        let target = ProgressDrawTarget::term_like(Box::new(line.clone()));
        let bar = indicatif::ProgressBar::with_draw_target(None, target);
        bar.set_style(style(SPINNER));
        Self {
            bar,
            line,
            has_total: false,
            last_read: 0,
            started: Instant::now(),
        }
    }

    /// The text to show now, if any.
    fn next(&mut self, progress: Progress) -> Option<String> {
        if progress.is_waiting && progress.read == self.last_read {
            self.started = Instant::now();
        }
        self.last_read = progress.read;
        let text = self.text(progress);
        (self.started.elapsed() >= DELAY).then_some(text)
    }

    fn text(&mut self, progress: Progress) -> String {
        if progress.total.is_some() != self.has_total {
            self.has_total = !self.has_total;
            let template = if self.has_total { BAR } else { SPINNER };
            self.bar.set_style(style(template));
        }
        let problems = match progress.problems {
            0 => String::new(),
            count => format!(", {}", counted(count, "problem")),
        };
        self.bar.set_message(problems);
        self.line.take();
        self.bar.update(|state| {
            state.set_pos(progress.read);
            if let Some(total) = progress.total {
                state.set_len(total);
            }
        });
        self.line.take()
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("━╸─").tick_chars("-\\|/ ")
}

/// Takes one line of text from `indicatif`, which wants a terminal.
#[derive(Debug, Clone, Default)]
struct Line(Arc<Mutex<String>>);

impl Line {
    /// The text since it was last taken, no wider than the terminal.
    fn take(&self) -> String {
        let width = usize::from(self.width());
        // Each character has one column.
        mem::take(&mut *self.text()).chars().take(width).collect()
    }

    fn text(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TermLike for Line {
    fn width(&self) -> u16 {
        let size = terminal_size::terminal_size_of(io::stderr());
        let width = size.map_or(WIDTH, |(width, _)| width.0);
        width.saturating_sub(MARGIN)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.text().push_str(text);
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.text().clear();
        Ok(())
    }

    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The line of the terminal that the bar is drawn on.
static TERMINAL: Mutex<Terminal> = Mutex::new(Terminal {
    drawn: 0,
    writers: 0,
    written: None,
});

struct Terminal {
    /// How many columns the bar fills; 0 if there is none.
    drawn: usize,
    /// How many keep the bar off the terminal.
    writers: usize,
    /// When the last of them was done.
    written: Option<Instant>,
}

impl Terminal {
    fn draw(&mut self, text: &str) {
        let is_resting = |written: Instant| written.elapsed() >= REST;
        if self.writers > 0 || !self.written.is_none_or(is_resting) {
            return;
        }
        let columns = text.chars().count();
        let rest = " ".repeat(self.drawn.saturating_sub(columns));
        self.drawn = columns;
        // A terminal that is gone shows no bar.
        drop(write!(io::stderr().lock(), "\r{text}{rest}"));
    }

    /// Removes the bar, and a `^C` behind it, without escape sequences, which some terminals lack.
    fn clear(&mut self) {
        let drawn = mem::take(&mut self.drawn);
        if drawn > 0 {
            let blank = " ".repeat(drawn + usize::from(MARGIN) - 1);
            drop(write!(io::stderr().lock(), "\r{blank}\r"));
        }
    }
}

fn lock() -> MutexGuard<'static, Terminal> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the bar off the terminal until it is dropped.
#[must_use]
pub(super) struct Hidden(());

/// Removes the bar from the terminal until the guard is dropped.
pub(super) fn hide() -> Hidden {
    hide_from(&mut lock())
}

fn hide_from(terminal: &mut Terminal) -> Hidden {
    terminal.clear();
    terminal.writers += 1;
    Hidden(())
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let mut terminal = lock();
        terminal.writers -= 1;
        terminal.written = Some(Instant::now());
    }
}

/// Removes the bar for good, because the process ends. A terminal that takes no output does not delay
/// that for long.
fn remove_progress() {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        match TERMINAL.try_lock() {
            Ok(mut terminal) => return mem::forget(hide_from(&mut terminal)),
            Err(TryLockError::Poisoned(_)) => return,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
        }
    }
}
