//! Shows deliveries as they arrive, on a thread of its own.
//!
//! A terminal may be slow, stopped or closed, and explaining a signature takes time, but the sender
//! waits for its answer. So the server only puts deliveries into a queue, which never blocks it. If
//! the queue is full, a delivery is not shown, which is said and, unless it was saved, fails the run.
//! What the program reports on standard error while it listens goes the same way.
//!
//! If standard output is closed, nothing more is shown. The server goes on if it saves or forwards
//! deliveries; otherwise nobody would ever see what it answers, so it ends.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use chatlog::view::delivery_count;

use super::stop::Stop;
use crate::cli::commands::show::{ShowOutput, Showing};
use crate::cli::outcome::Outcome;
use crate::cli::output::{eprint_problem, report_problem};
use crate::cli::pipeline::{Outputs, ReadOptions, Received, ReceivedRun};

/// How many events may wait.
const MAX_WAITING: usize = 4096;
/// How many bytes of deliveries may wait.
const MAX_WAITING_BYTES: usize = 64 << 20;

/// What the thread is given.
enum Event {
    Delivery(Received),
    /// A problem to report on standard error.
    Problem(String),
}

/// The queue to the thread.
pub(super) struct Display {
    events: SyncSender<Event>,
    waiting: Arc<Waiting>,
}

/// How the thread ends.
pub(super) struct DisplayEnd {
    waiting: Arc<Waiting>,
    ended: Receiver<Result<Outcome>>,
}

/// What waits in the queue, and what found no room in it.
#[derive(Debug, Default)]
struct Waiting {
    bytes: AtomicUsize,
    not_shown: AtomicUsize,
}

/// How to show deliveries, and what to do when that ends.
pub(super) struct DisplaySettings {
    /// `None` to show nothing.
    pub(super) showing: Option<Showing>,
    pub(super) options: ReadOptions,
    pub(super) outputs: Arc<Outputs>,
    /// The name of the project file for messages.
    pub(super) project_file: String,
    /// Whether the server is of use although it shows nothing.
    pub(super) goes_on: bool,
    pub(super) stop: Stop,
}

impl Display {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub(super) fn start(settings: DisplaySettings) -> Result<(Self, DisplayEnd)> {
        let (events, received) = mpsc::sync_channel(MAX_WAITING);
        let (end, ended) = mpsc::channel();
        let waiting = Arc::new(Waiting::default());
        let queue = Queue {
            events: received,
            waiting: Arc::clone(&waiting),
        };
        let work = move || {
            let result = settings.run(&queue);
            // If nobody waits for it any more, the process is about to end.
            drop(end.send(result));
        };
        let thread = thread::Builder::new().name("display".to_owned());
        thread.spawn(work).context("cannot start a thread")?;
        let end = DisplayEnd {
            waiting: Arc::clone(&waiting),
            ended,
        };
        Ok((Self { events, waiting }, end))
    }

    /// Shows a delivery, or counts it as not shown.
    pub(super) fn show(&self, delivery: Received) {
        let size = delivery.bytes.len();
        let waiting = self.waiting.bytes.fetch_add(size, Ordering::AcqRel);
        // One that is larger than all that may wait is shown if nothing waits.
        let has_room = waiting == 0 || waiting.saturating_add(size) <= MAX_WAITING_BYTES;
        if !has_room || self.events.try_send(Event::Delivery(delivery)).is_err() {
            self.waiting.bytes.fetch_sub(size, Ordering::AcqRel);
            self.waiting.not_shown.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Reports a problem on standard error, unless too much waits to be printed: all that matters is
    /// counted, too.
    pub(super) fn report(&self, problem: String) {
        drop(self.events.try_send(Event::Problem(problem)));
    }
}

impl DisplayEnd {
    /// Waits until all is shown, but at most this long. The queue must be dropped before. Returns the
    /// outcome of what was shown, and how many deliveries were not.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(super) fn wait(self, patience: Option<Duration>) -> Result<(Outcome, usize)> {
        let result = match patience {
            Some(patience) => self.ended.recv_timeout(patience),
            None => self.ended.recv().map_err(RecvTimeoutError::from),
        };
        let outcome = if let Ok(shown) = result {
            shown?
        } else {
            report_problem(&"standard output", "nobody reads it: gave up on the rest");
            Outcome::Trouble
        };
        Ok((outcome, self.waiting.not_shown.load(Ordering::Acquire)))
    }
}

/// The end of the queue where events come out.
struct Queue {
    events: Receiver<Event>,
    waiting: Arc<Waiting>,
}

impl Queue {
    /// The next delivery, after the problems before it are reported; `None` at the end.
    fn next(&self) -> Option<Received> {
        loop {
            match self.events.recv().ok()? {
                Event::Problem(problem) => eprint_problem(&problem),
                Event::Delivery(delivery) => return Some(delivery),
            }
        }
    }

    /// Notes that a delivery of this size needs no more room.
    fn is_done(&self, size: usize) {
        self.waiting.bytes.fetch_sub(size, Ordering::AcqRel);
    }

    /// Goes on reporting problems, and shows nothing.
    fn only_report(&self) {
        while let Some(delivery) = self.next() {
            self.is_done(delivery.bytes.len());
        }
    }
}

impl DisplaySettings {
    /// Shows deliveries until the queue ends, and returns the outcome.
    fn run(mut self, queue: &Queue) -> Result<Outcome> {
        let Some(showing) = self.showing.take() else {
            queue.only_report();
            return Ok(Outcome::Clean);
        };
        let mut output = showing.output();
        let shown = self.show(queue, &showing, &mut output);
        let counts = output.counts;
        let (outcome, error) = match shown {
            Ok(outcome) => (outcome, showing.finish(&counts, &self.project_file).err()),
            Err(error) => (Outcome::Trouble, Some(error)),
        };
        match error {
            None => Ok(outcome),
            Some(error) => self.fail(queue, error),
        }
    }

    fn show(
        &self,
        queue: &Queue,
        showing: &Showing,
        output: &mut ShowOutput<'_>,
    ) -> Result<Outcome> {
        let mut run = ReceivedRun::new(&self.options, &self.outputs, showing, output);
        let mut not_shown = 0;
        while let Some(delivery) = queue.next() {
            let size = delivery.bytes.len();
            if let Some(note) = &delivery.note {
                report_problem(&showing_name(showing, &delivery), note);
            }
            let flow = run.process(delivery);
            queue.is_done(size);
            not_shown = queue.waiting.report_new(not_shown);
            if flow? == ControlFlow::Break(()) {
                self.is_closed(queue);
                break;
            }
        }
        Ok(run.outcome())
    }

    /// Standard output was closed.
    fn is_closed(&self, queue: &Queue) {
        if self.goes_on {
            let what = "it is closed: deliveries are no longer shown";
            report_problem(&"standard output", what);
            queue.only_report();
        } else {
            self.stop.request();
        }
    }

    /// Standard output cannot be written.
    fn fail(&self, queue: &Queue, error: anyhow::Error) -> Result<Outcome> {
        if !self.goes_on {
            self.stop.request();
            return Err(error);
        }
        eprint_problem(&format_args!("{error:#}: deliveries are no longer shown"));
        queue.only_report();
        Ok(Outcome::Trouble)
    }
}

impl Waiting {
    /// Says how many deliveries were not shown since it was last said.
    fn report_new(&self, said: usize) -> usize {
        let not_shown = self.not_shown.load(Ordering::Acquire);
        if not_shown > said {
            let new = not_shown - said;
            let are = if new == 1 { "is" } else { "are" };
            let what = format!("too slow: {} {are} not shown", delivery_count(new));
            report_problem(&"standard output", &what);
        }
        not_shown
    }
}

/// The name of a delivery as it may be shown.
fn showing_name(showing: &Showing, delivery: &Received) -> String {
    showing
        .inspection
        .redaction
        .text(delivery.name.as_str())
        .into_owned()
}
