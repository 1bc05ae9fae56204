//! A run on several threads: one reads, some work, and the one that called writes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Weak};
use std::thread;

use anyhow::Result;

use super::batch::{Batch, Batcher, ReadEvent};
use super::framing::Framed;
use super::queue::{Closed, Queue};
use super::reader::{Consumer, Reader, Stop};
use super::sink::Progress;
use super::turn::Turnstile;
use super::worker::{DeliveryCounts, OpenSource, PartialOutput, Worker};
use super::{BATCHES_PER_JOB, Outputs, Processor, ReadOptions, Sink};

/// What came of a batch.
pub(super) struct Done<O> {
    /// The number of the batch.
    number: u64,
    weight: usize,
    items: Vec<DoneItem<O>>,
}

/// What came of the items of a batch, in their order.
pub(super) enum DoneItem<O> {
    Output(Arc<OpenSource>, PartialOutput<O>),
    Event(ReadEvent),
}

/// What batches pass in order.
pub(super) struct Gates {
    pub(super) counted: Turnstile<DeliveryCounts>,
    pub(super) done: Turnstile<()>,
}

/// Runs until everything is read and written, or nobody wants any more.
///
/// # Errors
/// Where the run cannot go on.
pub(super) fn run<P: Processor>(
    options: &ReadOptions,
    outputs: &Arc<Outputs>,
    progress: &mut Progress<'_, P, impl Sink<P::Output>>,
) -> Result<()> {
    let queue = Arc::new(Queue::new(BATCHES_PER_JOB * options.jobs.get()));
    let gates = Gates {
        counted: Turnstile::new(DeliveryCounts::default()),
        done: Turnstile::new(()),
    };
    let reader = read(options.clone(), Arc::downgrade(outputs), Arc::clone(&queue))?;
    let worker = Worker::new(options, outputs, progress.processor);
    let (sender, receiver) = mpsc::channel();
    let written = thread::scope(|scope| {
        for _ in 0..options.jobs.get() {
            let sender = sender.clone();
            let (worker, queue, gates) = (&worker, &queue, &gates);
            scope.spawn(move || work(worker, queue, gates, &sender));
        }
        drop(sender);
        let _closer = Closer(&queue);
        write(&receiver, &queue, progress)
    });
    match written {
        // A reader may wait for its next byte for ever; nobody else waits for it.
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Enough | Stop::Reached) => Ok(()),
        Ok(()) => {
            if let Err(panic) = reader.join() {
                std::panic::resume_unwind(panic);
            }
            Ok(())
        }
    }
}

/// Starts to read, on a thread that is left to itself if the run ends before it.
fn read(
    options: ReadOptions,
    outputs: Weak<Outputs>,
    queue: Arc<Queue<Batch>>,
) -> std::io::Result<thread::JoinHandle<()>> {
    let read = move || {
        let _completer = Completer(&queue);
        let stage = RefCell::new(Batcher::new(&queue));
        // Whatever ends the reading early, the sink knows of it.
        drop(Reader::new(&options, outputs, &stage).run());
        drop(stage.into_inner().push());
    };
    thread::Builder::new().spawn(read)
}

impl From<Closed> for Stop {
    fn from(_: Closed) -> Self {
        Self::Enough
    }
}

impl Consumer for Batcher<'_> {
    fn event(&mut self, event: ReadEvent) -> Result<(), Stop> {
        Ok(self.add_event(event)?)
    }

    fn record(&mut self, source: &Arc<OpenSource>, framed: Framed<'_>) -> Result<(), Stop> {
        Ok(self.add_record(source, framed)?)
    }

    fn before_waiting(&mut self) -> Result<(), Stop> {
        Ok(self.push()?)
    }
}

fn work<P: Processor>(
    worker: &Worker<'_, P>,
    queue: &Queue<Batch>,
    gates: &Gates,
    done: &Sender<Done<P::Output>>,
) {
    let _alarm = Alarm(queue, gates);
    while let Some((number, batch)) = queue.pop() {
        let items = worker.work(&batch, number, gates);
        let weight = batch.weight;
        drop(batch);
        let sent = done.send(Done {
            number,
            weight,
            items,
        });
        if sent.is_err() {
            return;
        }
    }
}

/// Writes what came of batches in their order, as it arrives.
fn write<P: Processor>(
    done: &Receiver<Done<P::Output>>,
    queue: &Queue<Batch>,
    progress: &mut Progress<'_, P, impl Sink<P::Output>>,
) -> Result<(), Stop> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for batch in done {
        early.insert(batch.number, batch);
        while let Some(batch) = early.remove(&next) {
            for item in batch.items {
                match item {
                    DoneItem::Event(event) => progress.event(event)?,
                    DoneItem::Output(source, mut piece) => progress.piece(&source, &mut piece)?,
                }
            }
            queue.release(batch.weight);
            next += 1;
        }
    }
    Ok(())
}

/// Ends the work when the sink ends, however it does.
struct Closer<'q>(&'q Queue<Batch>);

impl Drop for Closer<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Ends the work when the reader ends, however it does.
struct Completer<'q>(&'q Queue<Batch>);

impl Drop for Completer<'_> {
    fn drop(&mut self) {
        self.0.complete();
    }
}

/// Keeps everybody from waiting for a worker that panicked.
struct Alarm<'w>(&'w Queue<Batch>, &'w Gates);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
            self.1.counted.break_open();
            self.1.done.break_open();
        }
    }
}
