//! Runs on several threads: one reads, some work, and the calling thread writes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Weak};
use std::thread::{self, Scope};

use anyhow::Result;

use super::batch::{Batch, Batcher, ReadEvent};
use super::framing::Framed;
use super::queue::{Closed, Queue};
use super::reader::{Consumer, Reader, Stop};
use super::sink::Progress;
use super::turn::Turnstile;
use super::worker::{DeliveryCounts, OpenSource, PartialOutput, Worker};
use super::{BATCHES_PER_JOB, Outputs, Processor, ReadOptions, Sink};

/// A finished batch.
pub(super) struct Done<O> {
    /// The number of the batch.
    number: u64,
    weight: usize,
    items: Vec<DoneItem<O>>,
}

/// The result for one item of a batch.
pub(super) enum DoneItem<O> {
    Output(Arc<OpenSource>, PartialOutput<O>),
    Event(ReadEvent),
}

/// The turnstiles that batches pass in order.
pub(super) struct Gates {
    /// Passed once the deliveries of a batch are counted.
    pub(super) counted: Turnstile<DeliveryCounts>,
    /// Passed once the deliveries of a batch are processed.
    pub(super) done: Turnstile<()>,
}

/// Runs until everything is read and written, or no more output is wanted.
///
/// # Errors
/// The output cannot be written, or the processor cannot go on.
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
    let written = thread::scope(|scope| {
        let done = start_workers(scope, options.jobs, &worker, &queue, &gates);
        let _closer = Closer(&queue);
        write(&done, &queue, progress)
    });
    match written {
        // The reader may wait for its next byte for ever, so it is not joined.
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

/// Starts the workers. The receiver yields finished batches, in any order, until all workers ended.
fn start_workers<'s, P: Processor>(
    scope: &'s Scope<'s, '_>,
    jobs: NonZeroUsize,
    worker: &'s Worker<'_, P>,
    queue: &'s Queue<Batch>,
    gates: &'s Gates,
) -> Receiver<Done<P::Output>>
where
    P::Output: 's,
{
    let (sender, receiver) = mpsc::channel();
    for _ in 0..jobs.get() {
        let sender = sender.clone();
        scope.spawn(move || work(worker, queue, gates, &sender));
    }
    receiver
}

/// Starts the thread that reads. It is left alone if the run ends before it does.
fn read(
    options: ReadOptions,
    outputs: Weak<Outputs>,
    queue: Arc<Queue<Batch>>,
) -> std::io::Result<thread::JoinHandle<()>> {
    let read = move || {
        let _completer = Completer(&queue);
        let stage = RefCell::new(Batcher::new(&queue));
        // The sink knows why reading ended early, so the reason is not needed here.
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

/// Writes the output of batches in their order.
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
            write_items(batch.items, progress)?;
            queue.release(batch.weight);
            next += 1;
        }
    }
    Ok(())
}

fn write_items<P: Processor>(
    items: Vec<DoneItem<P::Output>>,
    progress: &mut Progress<'_, P, impl Sink<P::Output>>,
) -> Result<(), Stop> {
    for item in items {
        match item {
            DoneItem::Event(event) => progress.event(event)?,
            DoneItem::Output(source, mut partial) => progress.write(&source, &mut partial)?,
        }
    }
    Ok(())
}

/// Closes the queue when the sink ends, even if it panics.
struct Closer<'q>(&'q Queue<Batch>);

impl Drop for Closer<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Marks the queue as complete when the reader ends, even if it panics.
struct Completer<'q>(&'q Queue<Batch>);

impl Drop for Completer<'_> {
    fn drop(&mut self) {
        self.0.complete();
    }
}

/// Keeps other threads from waiting for a worker that panicked.
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
