//! Processes deliveries that the program received itself, one at a time.
//!
//! Each is a source of its own, read as the file that it is or would be saved as. So it is shown as
//! `chatlog show` shows that file.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::OnceLock;

use anyhow::Result;
use chatlog::capture::Record;
use chatlog::{Position, Text};

use super::event::Stop;
use super::input::Source;
use super::open_source::OpenSource;
use super::sink::Accounts;
use super::turn::Turn;
use super::worker::{Cursor, DeliveryCounts, PartialOutput, Worker};
use super::{Outputs, Processor, ReadOptions, Sink};
use crate::cli::outcome::Outcome;

/// A request that was received.
pub(crate) struct Received {
    /// The file that it was saved as, if it was.
    pub(crate) path: Option<PathBuf>,
    /// Its name, whether or not it was saved.
    pub(crate) name: Text<'static>,
    /// The request as raw HTTP.
    pub(crate) bytes: Vec<u8>,
    /// Something to be noted about it. Safe to print.
    pub(crate) note: Option<String>,
}

/// A run with one worker whose deliveries arrive one by one.
pub(crate) struct ReceivedRun<'r, P: Processor, S> {
    worker: Worker<'r, P>,
    accounts: Accounts<'r, P, S>,
    counts: DeliveryCounts,
    /// Reused for each delivery.
    partial: PartialOutput<P::Output>,
}

impl<'r, P: Processor, S: Sink<P::Output>> ReceivedRun<'r, P, S> {
    pub(crate) fn new(
        options: &'r ReadOptions,
        outputs: &'r Outputs,
        processor: &'r P,
        sink: &'r mut S,
    ) -> Self {
        Self {
            worker: Worker::new(options, outputs, processor),
            accounts: Accounts::new(options, processor, sink),
            counts: DeliveryCounts::default(),
            partial: PartialOutput::default(),
        }
    }

    /// The outcome so far.
    pub(crate) fn outcome(&self) -> Outcome {
        self.accounts.outcome()
    }

    /// Processes a request and writes the output. `Break` if no more output is wanted.
    ///
    /// # Errors
    /// The output cannot be written, or the processor cannot go on.
    pub(crate) fn process(&mut self, received: Received) -> Result<ControlFlow<()>> {
        let record = Record {
            bytes: &received.bytes,
            terminator: b"",
            is_whole: true,
            start: Position::START,
        };
        let source = OpenSource {
            is_stripped: false,
            // What is not saved is one source, which goes on.
            number: match received.path {
                Some(_) => self.counts.next_source(),
                None => 1,
            },
            input: 0,
            name: received.name,
            source: Source::received(received.path),
            is_recoded: false,
            is_live: true,
            wanted: None,
            note: received.note,
            sidecar: OnceLock::new(),
        };
        let captures = [self.worker.capture(&record, false)];
        let start = self.counts.count(&source, &captures);
        let cursor = Cursor::new(&source, start, Turn::of_only_worker(true));
        self.worker.work_on(captures, cursor, &mut self.partial);
        match self.accounts.write(&source, &mut self.partial) {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(Stop::Enough | Stop::Reached) => Ok(ControlFlow::Break(())),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}
