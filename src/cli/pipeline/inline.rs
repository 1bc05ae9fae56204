//! Runs on the calling thread alone.

use std::cell::RefCell;
use std::sync::Arc;

use anyhow::Result;

use super::event::{ReadEvent, Stop};
use super::framing::Framed;
use super::open_source::OpenSource;
use super::reader::{Consumer, Reader};
use super::sink::Accounts;
use super::turn::Turn;
use super::worker::{Cursor, DeliveryCounts, PartialOutput, Worker};
use super::{Outputs, Processor, ReadOptions, Sink};

/// Runs with one worker: processes each record where it lies and writes its output at once.
///
/// # Errors
/// The output cannot be written, or the processor cannot go on.
pub(super) fn run<P: Processor>(
    options: &ReadOptions,
    outputs: &Arc<Outputs>,
    accounts: &mut Accounts<'_, P, impl Sink<P::Output>>,
) -> Result<()> {
    let consumer = RefCell::new(Inline {
        worker: Worker::new(options, outputs, accounts.processor),
        accounts,
        counts: DeliveryCounts::default(),
        partial: PartialOutput::default(),
    });
    match Reader::new(options, Arc::downgrade(outputs), &consumer).run() {
        Err(Stop::Failed(error)) => Err(error),
        Ok(()) | Err(Stop::Enough | Stop::Reached) => Ok(()),
    }
}

/// A worker that also writes.
struct Inline<'i, 'p, P: Processor, S> {
    worker: Worker<'i, P>,
    accounts: &'i mut Accounts<'p, P, S>,
    counts: DeliveryCounts,
    /// Reused for each record.
    partial: PartialOutput<P::Output>,
}

impl<P: Processor, S: Sink<P::Output>> Consumer for Inline<'_, '_, P, S> {
    fn event(&mut self, event: ReadEvent) -> Result<(), Stop> {
        self.accounts.event(event)
    }

    fn record(&mut self, source: &Arc<OpenSource>, framed: Framed<'_>) -> Result<(), Stop> {
        let captures = [self.worker.capture(&framed.record(), framed.is_fragment())];
        let start = self.counts.count(source, &captures);
        let cursor = Cursor::new(source, start, Turn::ONLY);
        self.worker.work_on(captures, cursor, &mut self.partial);
        self.accounts.write(source, &mut self.partial)
    }

    fn before_waiting(&mut self) -> Result<(), Stop> {
        Ok(())
    }
}
