//! Batches on their way from the reader to the workers.
//!
//! A batch counts from when it is pushed until what came of it was written: the queue is what
//! bounds how much is held at any time. Either end may close it: the sink when nobody wants more,
//! and whichever thread panics, so that no other waits for it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue of batches that counts those whose output was not yet written.
pub(super) struct Queue<B> {
    state: Mutex<QueueState<B>>,
    changed: Condvar,
    /// How much may be on the way: the sum of all weights.
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
}

/// Nobody takes any more batches.
#[derive(Debug)]
pub(super) struct Closed;

impl<B> Queue<B> {
    /// An empty queue for batches that together weigh `capacity` at most.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(QueueState {
                waiting: VecDeque::new(),
                next: 0,
                on_the_way: 0,
                is_complete: false,
                is_closed: false,
            }),
            changed: Condvar::new(),
            capacity,
        }
    }

    /// Adds a batch as soon as there is room for it. One that weighs too much for any room travels
    /// alone.
    ///
    /// # Errors
    /// Where the queue is closed.
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

    /// The next batch with its number, counted from 0; none after the last, or once the queue is
    /// closed.
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

    /// Makes room: what came of a batch of this weight was written.
    pub(super) fn release(&self, weight: usize) {
        self.change(|state| state.on_the_way -= weight.min(self.capacity));
    }

    /// There will be no more batches.
    pub(super) fn complete(&self) {
        self.change(|state| state.is_complete = true);
    }

    /// Nobody wants any more batches, and those that wait go to nobody.
    pub(super) fn close(&self) {
        self.change(|state| state.is_closed = true);
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
