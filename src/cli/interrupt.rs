//! Ctrl-C, and being asked to end: what is being written ends with a line, and nothing unfinished
//! is left behind.
//!
//! A thread of its own waits for the signal, because the main one may be blocked reading for ever.
//! It ends the process as soon as nobody is in the middle of a line, or of putting reports in place.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// How long to wait for the end of a line that nobody may be reading. A second signal ends the
/// process at once.
const PATIENCE: Duration = Duration::from_secs(2);
const NAP: Duration = Duration::from_millis(5);

/// Held by whoever must not be interrupted.
static BUSY: Mutex<()> = Mutex::new(());
/// The files to delete when the process is ended.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Whether a signal has arrived.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Starts to listen for signals.
    ///
    /// # Errors
    /// Where the system gives neither handlers nor a thread.
    pub(crate) fn listen() -> io::Result<Self> {
        let arrived = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, exit_code(signal), arrived.clone())?;
            flag::register(signal, arrived.clone())?;
        }
        spawn_waiter(arrived.clone())?;
        Ok(Self(arrived))
    }

    /// Does not return if a signal has arrived: it decides the exit code, not what came of it.
    pub(crate) fn settle(&self) {
        while self.0.load(Ordering::SeqCst) {
            thread::sleep(NAP);
        }
    }
}

/// Keeps signals from ending the process until the guard is dropped.
pub(crate) fn hold() -> MutexGuard<'static, ()> {
    lock(&BUSY)
}

/// Has a file deleted if a signal ends the process.
pub(crate) fn delete_when_interrupted(path: &Path) {
    lock(&TEMPORARY).push(path.to_owned());
}

/// Keeps a file that is not temporary any more.
pub(crate) fn keep(path: &Path) {
    lock(&TEMPORARY).retain(|temporary| temporary != path);
}

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn spawn_waiter(_arrived: Arc<AtomicBool>) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            end(signal);
        }
    };
    thread::Builder::new().spawn(wait).map(drop)
}

/// Nothing but the flag can be waited for here.
#[cfg(not(unix))]
fn spawn_waiter(arrived: Arc<AtomicBool>) -> io::Result<()> {
    let wait = move || {
        while !arrived.load(Ordering::SeqCst) {
            thread::sleep(10 * NAP);
        }
        end(SIGINT);
    };
    thread::Builder::new().spawn(wait).map(drop)
}

#[expect(
    clippy::exit,
    reason = "the main thread may be blocked and cannot return"
)]
fn end(signal: i32) {
    let _busy = wait_for_line_end();
    for path in lock(&TEMPORARY).drain(..) {
        // It may not be there any more.
        drop(fs::remove_file(path));
    }
    std::process::exit(exit_code(signal));
}

fn wait_for_line_end() -> Option<MutexGuard<'static, ()>> {
    let started = Instant::now();
    loop {
        match BUSY.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(guard)) => return Some(guard.into_inner()),
            Err(TryLockError::WouldBlock) if started.elapsed() > PATIENCE => return None,
            Err(TryLockError::WouldBlock) => thread::sleep(NAP),
        }
    }
}

/// The code that shells give for a process that a signal ended.
fn exit_code(signal: i32) -> i32 {
    128 + signal
}
