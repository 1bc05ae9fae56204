//! Ctrl-C (SIGINT) and SIGTERM: output ends with a complete line, and no temporary file stays
//! behind.
//!
//! The main thread cannot handle the signal, because it may be blocked in a read for as long as the
//! user wants. So a thread of its own waits for it and ends the process:
//!
//! 1. It removes the progress bar from the terminal.
//! 2. It waits until nobody holds the [`hold`] guard. Standard output holds it while a line is
//!    incomplete, and report files while they are renamed into place. If that takes longer than
//!    [`PATIENCE`], because nobody reads a full pipe, it goes on.
//! 3. It deletes the files that were registered with [`delete_when_interrupted`]: reports that are
//!    not complete.
//! 4. It prints what is finished but not printed yet: the output of the functions that were registered
//!    with [`print_last`], such as complete lines in a buffer.
//! 5. It exits with the code that shells use for a process that was ended by the signal.
//!
//! While a pager runs, Ctrl-C is the pager's affair: it reaches every program of the terminal, and
//! stops a search in `less`. SIGTERM waits until the pager has ended, because two programs cannot
//! share a terminal.
//!
//! A server ends in its own way: it finishes what is in flight, within a time that it sets itself,
//! and its exit code tells how it went. [`leave_to_server`] passes the first signal on to it.
//!
//! A second signal ends the process at once. [`Interrupt::settle`] keeps a main thread that
//! finishes meanwhile from exiting with another code.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};
use std::{fs, io, mem, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::unregister;
use signal_hook::{SigId, flag};

/// How long to wait for the end of a line.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to sleep between two looks at something that cannot be waited for.
const NAP: Duration = Duration::from_millis(5);

/// How many must not be interrupted.
static BUSY: Mutex<usize> = Mutex::new(0);
/// The files to delete when a signal ends the process.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what is drawn on the terminal besides lines.
static CLEAR_SCREEN: Mutex<Option<fn()>> = Mutex::new(None);
/// What makes the output to print when a signal ends the process, in the order of registration.
static LAST_OUTPUTS: Mutex<BTreeMap<u64, MakeOutput>> = Mutex::new(BTreeMap::new());
/// The handlers of Ctrl-C.
static OF_CTRL_C: Mutex<Option<CtrlC>> = Mutex::new(None);
/// Whether a pager has the terminal.
static IS_LEFT_TO_PAGER: AtomicBool = AtomicBool::new(false);

/// What to call instead of ending the process.
#[cfg(feature = "listen")]
static SERVER: Mutex<Option<StopServer>> = Mutex::new(None);
/// Whether the signal that arrived was passed on to a server.
static IS_LEFT_TO_SERVER: AtomicBool = AtomicBool::new(false);

/// Makes the last output.
type MakeOutput = Box<dyn FnOnce() -> Vec<u8> + Send>;

/// Asks a server to end. It is called on another thread, and must not block.
#[cfg(feature = "listen")]
type StopServer = Box<dyn FnOnce() + Send>;

/// The signal handlers, and whether a signal has arrived.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Installs the handlers and starts the thread.
    ///
    /// # Errors
    /// The system refuses one of them.
    pub(crate) fn listen() -> io::Result<Self> {
        let arrived = Arc::new(AtomicBool::new(false));
        note(SIGTERM, &arrived)?;
        let handlers = note(SIGINT, &arrived)?;
        *lock(&OF_CTRL_C) = Some(CtrlC {
            handlers,
            arrived: arrived.clone(),
        });
        spawn_waiter(arrived.clone())?;
        Ok(Self(arrived))
    }

    /// Returns only if no signal has arrived, or a server took it. Otherwise the signal decides the exit
    /// code, and not the errors that it caused.
    pub(crate) fn settle(&self) {
        while self.0.load(Ordering::SeqCst) && !IS_LEFT_TO_SERVER.load(Ordering::SeqCst) {
            thread::sleep(NAP);
        }
    }
}

/// Passes the first signal on to a server, which `stop` asks to end.
#[cfg(feature = "listen")]
pub(crate) fn leave_to_server(stop: impl FnOnce() + Send + 'static) {
    *lock(&SERVER) = Some(Box::new(stop));
}

/// Ends the process, or asks the server to end.
fn take(signal: i32) {
    #[cfg(feature = "listen")]
    if let Some(stop) = lock(&SERVER).take() {
        IS_LEFT_TO_SERVER.store(true, Ordering::SeqCst);
        return stop();
    }
    end(signal);
}

/// Notes that a signal has arrived; the second one ends the process.
fn note(signal: i32, arrived: &Arc<AtomicBool>) -> io::Result<[SigId; 2]> {
    // In this order, the first signal sets the flag, and the second finds it set.
    Ok([
        flag::register_conditional_shutdown(signal, exit_code(signal), arrived.clone())?,
        flag::register(signal, arrived.clone())?,
    ])
}

struct CtrlC {
    handlers: [SigId; 2],
    arrived: Arc<AtomicBool>,
}

/// Makes Ctrl-C do nothing until it is dropped.
pub(crate) struct LeftToPager(());

/// Leaves Ctrl-C to a pager.
pub(crate) fn leave_to_pager() -> LeftToPager {
    IS_LEFT_TO_PAGER.store(true, Ordering::SeqCst);
    if let Some(ctrl_c) = &*lock(&OF_CTRL_C) {
        for handler in ctrl_c.handlers {
            unregister(handler);
        }
    }
    LeftToPager(())
}

impl Drop for LeftToPager {
    fn drop(&mut self) {
        if let Some(ctrl_c) = &mut *lock(&OF_CTRL_C) {
            // Without them, the waiter still ends the process.
            ctrl_c.handlers = note(SIGINT, &ctrl_c.arrived).unwrap_or(ctrl_c.handlers);
        }
        IS_LEFT_TO_PAGER.store(false, Ordering::SeqCst);
    }
}

fn is_left_to_pager() -> bool {
    IS_LEFT_TO_PAGER.load(Ordering::SeqCst)
}

/// Keeps signals from ending the process until it is dropped, on any thread.
pub(crate) struct Busy(());

/// Keeps signals from ending the process until the guard is dropped. Once one does, this waits for
/// the end.
pub(crate) fn hold() -> Busy {
    *lock(&BUSY) += 1;
    Busy(())
}

impl Drop for Busy {
    fn drop(&mut self) {
        *lock(&BUSY) -= 1;
    }
}

/// Registers a file to be deleted if a signal ends the process.
pub(crate) fn delete_when_interrupted(path: &Path) {
    lock(&TEMPORARY).push(path.to_owned());
}

/// Removes a file from those to be deleted.
pub(crate) fn keep(path: &Path) {
    lock(&TEMPORARY).retain(|temporary| temporary != path);
}

/// Registers the function that removes what is drawn on the terminal besides lines.
pub(crate) fn clear_screen_with(clear: fn()) {
    *lock(&CLEAR_SCREEN) = Some(clear);
}

/// Registers a function that makes the last output of a process that a signal ends: complete lines, for
/// standard output. It is forgotten when the guard is dropped, which comes before the same is printed in
/// another way.
///
/// The function runs on another thread, while others go on until they want to write. It may wait for a
/// mutex: if it takes longer than [`PATIENCE`], because the holder of the mutex waits too, the process ends
/// without its output.
pub(crate) fn print_last(output: impl FnOnce() -> Vec<u8> + Send + 'static) -> LastOutput {
    let mut outputs = lock(&LAST_OUTPUTS);
    let number = outputs.last_key_value().map_or(0, |(last, _)| last + 1);
    outputs.insert(number, Box::new(output));
    LastOutput(number)
}

/// Keeps a function registered that makes the last output.
#[must_use]
pub(crate) struct LastOutput(u64);

impl Drop for LastOutput {
    fn drop(&mut self) {
        lock(&LAST_OUTPUTS).remove(&self.0);
    }
}

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn spawn_waiter(_arrived: Arc<AtomicBool>) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let wait = move || {
        let mut signals = signals.forever();
        let is_ours = |signal: &i32| *signal != SIGINT || !is_left_to_pager();
        if let Some(signal) = signals.find(is_ours) {
            take(signal);
        }
    };
    thread::Builder::new().spawn(wait).map(drop)
}

/// Windows has no signals to wait for, so the flag is polled.
#[cfg(not(unix))]
fn spawn_waiter(arrived: Arc<AtomicBool>) -> io::Result<()> {
    let wait = move || {
        while !arrived.load(Ordering::SeqCst) {
            thread::sleep(10 * NAP);
        }
        take(SIGINT);
    };
    thread::Builder::new().spawn(wait).map(drop)
}

#[expect(
    clippy::exit,
    reason = "the main thread may be blocked and cannot return"
)]
fn end(signal: i32) {
    while is_left_to_pager() {
        thread::sleep(NAP);
    }
    if let Some(clear) = *lock(&CLEAR_SCREEN) {
        clear();
    }
    let busy = wait_for_line_end();
    for path in lock(&TEMPORARY).drain(..) {
        // It may be gone already, and the process ends in any case.
        drop(fs::remove_file(path));
    }
    // Whoever is still busy may have written half a line, and may hold the lock of standard output.
    if *busy == 0 {
        print_last_outputs();
    }
    std::process::exit(exit_code(signal));
}

/// Waits until nobody is busy, but no longer than [`PATIENCE`]. Nobody gets busy any more while the
/// guard is held.
fn wait_for_line_end() -> MutexGuard<'static, usize> {
    let started = Instant::now();
    loop {
        let busy = lock(&BUSY);
        if *busy == 0 || started.elapsed() > PATIENCE {
            return busy;
        }
        drop(busy);
        thread::sleep(NAP);
    }
}

/// Prints the outputs that were registered, unless that takes too long.
fn print_last_outputs() {
    let outputs = mem::take(&mut *lock(&LAST_OUTPUTS));
    let (sender, printed) = mpsc::channel::<()>();
    let print = move || {
        let _sender = sender;
        for output in outputs.into_values() {
            // The process ends in any case.
            drop(io::stdout().write_all(&output()));
        }
    };
    if thread::Builder::new().spawn(print).is_ok() {
        // The sender is dropped in the end.
        printed.recv_timeout(PATIENCE).ok();
    }
}

/// The exit code that shells use for a process that was ended by a signal.
fn exit_code(signal: i32) -> i32 {
    128 + signal
}
