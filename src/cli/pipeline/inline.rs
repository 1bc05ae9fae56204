//! Runs on the calling thread alone.

use std::cell::RefCell;
use std::sync::Arc;

use anyhow::Result;

use super::batch::{BATCH, LARGE, MAX_ITEMS};
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
        held: None,
        partial: PartialOutput::default(),
    });
    match Reader::new(options, Arc::downgrade(outputs), &consumer).run() {
        Err(Stop::Failed(error)) => Err(error),
        Ok(()) | Err(Stop::Enough | Stop::Reached) => Ok(()),
    }
}

/// A worker that also writes. The output for some successive records is written at once, as that of a batch
/// is.
struct Inline<'i, 'p, P: Processor, S> {
    worker: Worker<'i, P>,
    accounts: &'i mut Accounts<'p, P, S>,
    counts: DeliveryCounts,
    /// The records whose output is not written yet.
    held: Option<HeldRecords>,
    /// Their output.
    partial: PartialOutput<P::Output>,
}

/// Successive records of one source.
struct HeldRecords {
    source: Arc<OpenSource>,
    count: usize,
    bytes: usize,
}

impl<P: Processor, S: Sink<P::Output>> Inline<'_, '_, P, S> {
    /// Writes the output that is held back.
    fn write(&mut self) -> Result<(), Stop> {
        match self.held.take() {
            Some(held) => self.accounts.write(&held.source, &mut self.partial),
            None => Ok(()),
        }
    }

    /// Counts a record as held back. Returns whether the output must be written now.
    fn hold(&mut self, source: &Arc<OpenSource>, bytes: usize) -> bool {
        let held = self.held.get_or_insert_with(|| HeldRecords {
            source: Arc::clone(source),
            count: 0,
            bytes: 0,
        });
        held.count += 1;
        held.bytes += bytes;
        let is_full = held.count >= MAX_ITEMS || held.bytes >= BATCH;
        is_full || source.is_live || self.partial.stop.is_some()
    }
}

impl<P: Processor, S: Sink<P::Output>> Consumer for Inline<'_, '_, P, S> {
    fn event(&mut self, event: ReadEvent) -> Result<(), Stop> {
        self.write()?;
        self.accounts.event(event)
    }

    fn record(&mut self, source: &Arc<OpenSource>, framed: Framed<'_>) -> Result<(), Stop> {
        let bytes = framed.record().bytes.len();
        let is_alone = bytes >= LARGE;
        if is_alone {
            self.write()?;
        }
        let captures = [self.worker.capture(&framed.record(), framed.is_fragment())];
        let start = self.counts.count(source, &captures);
        let cursor = Cursor::new(source, start, Turn::of_only_worker(is_alone));
        self.worker.work_on(captures, cursor, &mut self.partial);
        if self.hold(source, bytes) {
            self.write()?;
        }
        Ok(())
    }

    fn before_waiting(&mut self) -> Result<(), Stop> {
        self.write()
    }
}
