//! Batches: records that own their bytes, and the events between them, in the order of the input.

use std::sync::Arc;

use chatlog::capture::Record;

use super::event::ReadEvent;
use super::framing::{Framed, RecordPlace};
use super::open_source::OpenSource;
use super::queue::{Closed, Queue};

/// How many bytes of records fill a batch: enough that passing it to a worker costs little in
/// comparison, and few enough that it fits into a processor's cache.
pub(super) const BATCH: usize = 512 * 1024;
/// How many records and events fill a batch, whatever their size.
pub(super) const MAX_ITEMS: usize = 1024;
/// A record of at least this many bytes is moved with its buffer instead of being copied.
pub(super) const LARGE: usize = 1 << 20;

/// Successive records of one source.
pub(super) struct Run {
    pub(super) source: Arc<OpenSource>,
    pub(super) records: Vec<OwnedRecord>,
}

/// A record with its bytes, which are in a buffer of its own or in that of its batch.
pub(super) struct OwnedRecord {
    own: Option<Vec<u8>>,
    place: RecordPlace,
}

impl OwnedRecord {
    /// Whether it is a part of JSON that is broken, if it is not JSON itself.
    pub(super) fn is_fragment(&self) -> bool {
        self.place.is_fragment()
    }

    /// The record, given the buffer of its batch.
    pub(super) fn record<'r>(&'r self, buffer: &'r [u8]) -> Record<'r> {
        self.place.in_buffer(self.own.as_deref().unwrap_or(buffer))
    }
}

/// A part of a batch.
pub(super) enum BatchItem {
    Run(Run),
    Event(ReadEvent),
}

/// Records and events that go to one worker, in the order of the input.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) buffer: Vec<u8>,
    pub(super) items: Vec<BatchItem>,
    /// How much of the queue's capacity it takes.
    pub(super) weight: usize,
}

impl Batch {
    /// Whether nothing else is on its way with it.
    pub(super) fn is_alone(&self) -> bool {
        self.weight == usize::MAX
    }

    /// Its runs, in order.
    pub(super) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.items.iter().filter_map(|item| match item {
            BatchItem::Run(run) => Some(run),
            BatchItem::Event(_) => None,
        })
    }
}

/// Fills batches and pushes them into a queue.
pub(super) struct Batcher<'q> {
    queue: &'q Queue<Batch>,
    batch: Batch,
    /// How many records and events are in the batch.
    count: usize,
}

impl<'q> Batcher<'q> {
    pub(super) fn new(queue: &'q Queue<Batch>) -> Self {
        Self {
            queue,
            batch: Batch::default(),
            count: 0,
        }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// The queue is closed.
    pub(super) fn add_event(&mut self, event: ReadEvent) -> Result<(), Closed> {
        self.batch.items.push(BatchItem::Event(event));
        self.push_if_full()
    }

    /// Adds a record. A large one travels alone, with nothing else on its way: two of the largest
    /// might not fit into memory.
    ///
    /// # Errors
    /// The queue is closed.
    pub(super) fn add_record(
        &mut self,
        source: &Arc<OpenSource>,
        framed: Framed<'_>,
    ) -> Result<(), Closed> {
        if framed.record().bytes.len() >= LARGE {
            return self.push_alone(source, framed);
        }
        let place = framed.copy_to(&mut self.batch.buffer);
        self.run(source).push(OwnedRecord { own: None, place });
        self.push_if_full()
    }

    fn push_alone(&mut self, source: &Arc<OpenSource>, framed: Framed<'_>) -> Result<(), Closed> {
        self.push()?;
        self.batch.weight = usize::MAX;
        let (buffer, place) = framed.detach();
        let own = Some(buffer);
        self.run(source).push(OwnedRecord { own, place });
        self.push()
    }

    /// The last run of the batch if it is of this source, or else a new one.
    fn run(&mut self, source: &Arc<OpenSource>) -> &mut Vec<OwnedRecord> {
        let items = &mut self.batch.items;
        let is_same =
            matches!(items.last(), Some(BatchItem::Run(run)) if Arc::ptr_eq(&run.source, source));
        if !is_same {
            items.push(BatchItem::Run(Run {
                source: Arc::clone(source),
                records: Vec::new(),
            }));
        }
        match items.last_mut() {
            Some(BatchItem::Run(run)) => &mut run.records,
            _ => unreachable!("a run was pushed last"),
        }
    }

    fn push_if_full(&mut self) -> Result<(), Closed> {
        self.count += 1;
        if self.batch.buffer.len() < BATCH && self.count < MAX_ITEMS {
            return Ok(());
        }
        self.push()
    }

    /// Pushes the batch into the queue, unless it is empty.
    ///
    /// # Errors
    /// The queue is closed.
    pub(super) fn push(&mut self) -> Result<(), Closed> {
        self.count = 0;
        if self.batch.items.is_empty() {
            return Ok(());
        }
        let next = Batch {
            buffer: self.queue.buffer(),
            ..Batch::default()
        };
        let mut batch = std::mem::replace(&mut self.batch, next);
        batch.weight = batch.weight.max(1);
        let weight = batch.weight;
        self.queue.push(batch, weight)
    }
}
