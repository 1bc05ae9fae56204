//! The queue of batches between the reader and the workers.
//!
//! It bounds memory: a batch takes up capacity from when it is pushed until its output was written,
//! and not only while it waits. The sink closes the queue when no more output is wanted, and so does
//! a thread that panics, so that no other thread waits for it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue of batches, which also counts those that left it but whose output is not written yet.
pub(super) struct Queue<B> {
    state: Mutex<QueueState<B>>,
    changed: Condvar,
    /// The most that may be on its way, as a sum of weights.
    capacity: usize,
}

struct QueueState<B> {
    waiting: VecDeque<(u64, B)>,
    /// The number of the next batch.
    next: u64,
    on_the_way: usize,
    /// Whether the last batch was pushed.
    is_complete: bool,
    is_closed: bool,
    /// The buffers of batches that are done, to be filled again.
    spare: Vec<Vec<u8>>,
}

/// The queue is closed: no more batches are processed.
#[derive(Debug)]
pub(super) struct Closed;

impl<B> Queue<B> {
    /// An empty queue for batches of at most `capacity` in total.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(QueueState {
                waiting: VecDeque::new(),
                next: 0,
                on_the_way: 0,
                is_complete: false,
                is_closed: false,
                spare: Vec::new(),
            }),
            changed: Condvar::new(),
            capacity,
        }
    }

    /// Adds a batch, and waits until there is room for it. One that weighs more than the capacity
    /// waits until nothing else is on its way.
    ///
    /// # Errors
    /// The queue is closed.
    pub(super) fn push(&self, batch: B, weight: usize) -> Result<(), Closed> {
        let weight = weight.min(self.capacity);
        let is_full = |state: &mut QueueState<B>| {
            !state.is_closed && state.on_the_way + weight > self.capacity
        };
        let mut state = self.wait_while(is_full);
        if state.is_closed {
            return Err(Closed);
        }
        state.on_the_way += weight;
        let number = state.next;
        state.next += 1;
        state.waiting.push_back((number, batch));
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Waits for the next batch and returns it with its number, from 0; `None` after the last one or
    /// once the queue is closed.
    pub(super) fn pop(&self) -> Option<(u64, B)> {
        let is_idle = |state: &mut QueueState<B>| {
            state.waiting.is_empty() && !state.is_complete && !state.is_closed
        };
        let mut state = self.wait_while(is_idle);
        if state.is_closed {
            return None;
        }
        state.waiting.pop_front()
    }

    /// Frees capacity: the output of a batch of this weight was written.
    pub(super) fn release(&self, weight: usize) {
        self.change(|state| state.on_the_way -= weight.min(self.capacity));
    }

    /// An empty buffer, which may have been that of a batch: memory that is used again need not be
    /// mapped again.
    pub(super) fn buffer(&self) -> Vec<u8> {
        self.lock().spare.pop().unwrap_or_default()
    }

    /// Gives back the buffer of a batch that is done.
    pub(super) fn recycle(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.lock().spare.push(buffer);
    }

    /// Marks the last batch as pushed.
    pub(super) fn complete(&self) {
        self.change(|state| state.is_complete = true);
    }

    /// Closes the queue, and drops the batches that wait in it.
    pub(super) fn close(&self) {
        self.change(|state| state.is_closed = true);
    }

    /// Whether nobody takes any more batches.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    fn change(&self, change: impl FnOnce(&mut QueueState<B>)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn wait_while(
        &self,
        condition: impl FnMut(&mut QueueState<B>) -> bool,
    ) -> MutexGuard<'_, QueueState<B>> {
        let waited = self.changed.wait_while(self.lock(), condition);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
