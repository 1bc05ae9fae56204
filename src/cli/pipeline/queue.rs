//! Batches on their way from the reader to the workers.
//!
//! A batch counts from when it is pushed until what came of it was written: the queue is what
//! bounds how much is held at any time. Either end may close it: the sink when nobody wants more,
//! and whichever thread panics, so that no other waits for it.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue of batches that counts those whose output was not yet written.
pub(super) struct Queue<B> {
    state: Mutex<State<B>>,
    changed: Condvar,
    /// How much may be on the way: the sum of all weights.
    capacity: usize,
}

struct State<B> {
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

/// Nobody takes any more batches.
#[derive(Debug)]
pub(super) struct Closed;

impl<B> Queue<B> {
    /// An empty queue for batches that together weigh `capacity` at most.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
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

    /// Adds a batch as soon as there is room for it. One that weighs too much for any room travels
    /// alone.
    ///
    /// # Errors
    /// Where the queue is closed.
    pub(super) fn push(&self, batch: B, weight: usize) -> Result<(), Closed> {
        let weight = weight.min(self.capacity);
        let is_full =
            |state: &mut State<B>| !state.is_closed && state.on_the_way + weight > self.capacity;
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
        let is_idle = |state: &mut State<B>| {
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

    /// There will be no more batches.
    pub(super) fn complete(&self) {
        self.change(|state| state.is_complete = true);
    }

    /// Nobody wants any more batches, and those that wait go to nobody.
    pub(super) fn close(&self) {
        self.change(|state| state.is_closed = true);
    }

    fn change(&self, change: impl FnOnce(&mut State<B>)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn wait_while(&self, condition: impl FnMut(&mut State<B>) -> bool) -> MutexGuard<'_, State<B>> {
        let waited = self.changed.wait_while(self.lock(), condition);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
