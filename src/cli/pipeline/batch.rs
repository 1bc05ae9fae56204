//! Batches: records that own their bytes, and what happened between them, in order.

use std::sync::Arc;

use chatlog::Position;
use chatlog::Text;
use chatlog::capture::Record;

use super::framing::{Framed, RecordPlace};
use super::input::Claim;
use super::queue::{Closed, Queue};
use super::worker::OpenSource;

/// How many bytes of records make a batch. It is large next to what it costs to hand one on, and
/// small next to a processor's cache.
const BATCH: usize = 128 * 1024;
/// How many items make one, whatever they weigh.
const MAX_ITEMS: usize = 1024;
/// A record of at least this many bytes takes its buffer along instead of being copied.
const LARGE: usize = 1 << 20;

/// Something that happened while inputs were read, for the sink to account for.
#[derive(Debug, Clone)]
pub(super) enum ReadEvent {
    /// An input starts.
    InputStart {
        name: Text<'static>,
        is_folder: bool,
        /// The number of the delivery that is wanted of it.
        number: Option<usize>,
    },
    /// All sources of an input were read.
    InputEnd,
    /// A source was opened.
    SourceStart,
    /// A source was read to its end.
    SourceEnd {
        name: Text<'static>,
        claim: Claim,
        /// What had to be undone to read it, such as `gzip`.
        undone: Vec<&'static str>,
    },
    /// A file that was found in a folder holds no delivery.
    PassedOver(Text<'static>),
    /// A file that was found in a folder is not read, for this reason.
    NotRead(Text<'static>, String),
    /// Something cannot be read.
    Problem {
        source: Text<'static>,
        position: Option<Position>,
        message: String,
    },
}

/// Records of one source, in the buffer of their batch or in one of their own.
pub(super) struct Run {
    pub(super) source: Arc<OpenSource>,
    pub(super) records: Vec<OwnedRecord>,
}

/// A record that owns its bytes, or knows where they are in the buffer of its batch.
pub(super) struct OwnedRecord {
    own: Option<Vec<u8>>,
    place: RecordPlace,
}

impl OwnedRecord {
    /// The record, of a batch with this buffer.
    pub(super) fn record<'r>(&'r self, buffer: &'r [u8]) -> Record<'r> {
        self.place.in_buffer(self.own.as_deref().unwrap_or(buffer))
    }
}

/// What is in a batch, in the order of the input.
pub(super) enum BatchItem {
    Run(Run),
    Event(ReadEvent),
}

/// Some records and events, which go to one worker.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) buffer: Vec<u8>,
    pub(super) items: Vec<BatchItem>,
    /// How much of the queue's room it takes.
    pub(super) weight: usize,
}

impl Batch {
    /// The runs in it, in order.
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
    /// How many items and records are in it.
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

    /// Adds what happened.
    ///
    /// # Errors
    /// Where the queue is closed.
    pub(super) fn add_event(&mut self, event: ReadEvent) -> Result<(), Closed> {
        self.batch.items.push(BatchItem::Event(event));
        self.push_if_full()
    }

    /// Adds a record. A large one goes alone, and nothing else is on the way with it: two could be
    /// more than there is memory for.
    ///
    /// # Errors
    /// Where the queue is closed.
    pub(super) fn add_record(
        &mut self,
        source: &Arc<OpenSource>,
        framed: Framed<'_>,
    ) -> Result<(), Closed> {
        let is_large = framed.record().bytes.len() >= LARGE;
        if is_large {
            self.push()?;
            self.batch.weight = usize::MAX;
            let (buffer, place) = framed.detach();
            let own = Some(buffer);
            self.run(source).push(OwnedRecord { own, place });
            return self.push();
        }
        let place = framed.copy_to(&mut self.batch.buffer);
        self.run(source).push(OwnedRecord { own: None, place });
        self.push_if_full()
    }

    /// The records of the source that are last in the batch.
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

    /// Pushes what there is, for somebody who may be waiting for it.
    ///
    /// # Errors
    /// Where the queue is closed.
    pub(super) fn push(&mut self) -> Result<(), Closed> {
        self.count = 0;
        if self.batch.items.is_empty() {
            return Ok(());
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.weight = batch.weight.max(1);
        let weight = batch.weight;
        self.queue.push(batch, weight)
    }
}
