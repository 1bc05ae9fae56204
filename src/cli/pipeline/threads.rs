//! Runs on several threads: one reads, some work, and the calling thread writes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle, Scope};

use anyhow::Result;

use super::batch::{Batch, Batcher};
use super::event::{ReadEvent, Stop};
use super::framing::Framed;
use super::open_source::OpenSource;
use super::queue::{Closed, Queue};
use super::reader::{Consumer, Reader};
use super::sink::Accounts;
use super::turn::Turnstile;
use super::worker::{DeliveryCounts, DoneItem, Gates, Worker};
use super::{BATCHES_PER_JOB, Outputs, Processor, ReadOptions, Sink};

/// A finished batch.
pub(super) struct Done<O> {
    /// The number of the batch.
    number: u64,
    weight: usize,
    items: Vec<DoneItem<O>>,
}

/// Runs until everything is read and written, or no more output is wanted. Returns `false`, and does
/// nothing, if the system starts no threads.
///
/// # Errors
/// The output cannot be written, or the processor cannot go on.
pub(super) fn run<P: Processor>(
    options: &ReadOptions,
    jobs: usize,
    outputs: &Arc<Outputs>,
    accounts: &mut Accounts<'_, P, impl Sink<P::Output>>,
) -> Result<bool> {
    let queue = Arc::new(Queue::new(BATCHES_PER_JOB * jobs));
    let gates = Gates {
        counted: Turnstile::new(DeliveryCounts::default()),
        done: Turnstile::new(()),
    };
    let worker = Worker::new(options, outputs, accounts.processor);
    thread::scope(|scope| {
        let _closer = Closer(&queue);
        let Some(done) = start_workers(scope, jobs, &worker, &queue, &gates) else {
            return Ok(false);
        };
        let outputs = Arc::downgrade(outputs);
        let Ok(reader) = read(options.clone(), outputs, Arc::clone(&queue)) else {
            return Ok(false);
        };
        match write(&done, &queue, accounts) {
            // The reader may wait for its next byte for ever, so it is not joined.
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Enough | Stop::Reached) => {}
            // A worker panicked, which the scope passes on.
            Ok(()) if queue.is_closed() => {}
            Ok(()) => reader.join().unwrap_or_else(|panic| resume_unwind(panic)),
        }
        Ok(true)
    })
}

/// Starts the workers: as many as the system allows, or `None` if that is none. The receiver yields
/// finished batches, in any order, until all workers ended.
fn start_workers<'s, P: Processor>(
    scope: &'s Scope<'s, '_>,
    jobs: usize,
    worker: &'s Worker<'_, P>,
    queue: &'s Queue<Batch>,
    gates: &'s Gates,
) -> Option<Receiver<Done<P::Output>>>
where
    P::Output: 's,
{
    let (sender, receiver) = mpsc::channel();
    let start = |_: &usize| {
        let sender = sender.clone();
        let work = move || work(worker, queue, gates, &sender);
        thread::Builder::new().spawn_scoped(scope, work).is_ok()
    };
    let started = (0..jobs).take_while(start).count();
    (started > 0).then_some(receiver)
}

/// Starts the thread that reads. It is left alone if the run ends before it does.
fn read(
    options: ReadOptions,
    outputs: Weak<Outputs>,
    queue: Arc<Queue<Batch>>,
) -> io::Result<JoinHandle<()>> {
    let read = move || {
        let _completer = Completer(&queue);
        let consumer = RefCell::new(Batcher::new(&queue));
        // The sink knows why reading ended early, so the reason is not needed here.
        drop(Reader::new(&options, outputs, &consumer).run());
        drop(consumer.into_inner().push());
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
        queue.recycle(batch.buffer);
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
    accounts: &mut Accounts<'_, P, impl Sink<P::Output>>,
) -> Result<(), Stop> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for batch in done {
        early.insert(batch.number, batch);
        while let Some(batch) = early.remove(&next) {
            write_items(batch.items, accounts)?;
            queue.release(batch.weight);
            next += 1;
        }
    }
    Ok(())
}

fn write_items<P: Processor>(
    items: Vec<DoneItem<P::Output>>,
    accounts: &mut Accounts<'_, P, impl Sink<P::Output>>,
) -> Result<(), Stop> {
    for item in items {
        match item {
            DoneItem::Event(event) => accounts.event(event)?,
            DoneItem::Output(source, mut partial) => accounts.write(&source, &mut partial)?,
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
