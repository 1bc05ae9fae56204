//! Turnstiles: what must happen in the order of the input, whichever worker does it.
//!
//! Workers take batches in order and finish them in any order. To pass a turnstile, a worker waits
//! until all earlier batches have passed. Every wait ends: each earlier batch was already taken by
//! some worker, and none of them waits for a later batch.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A gate that batches pass in order, with a value that each may change when it passes.
pub(super) struct Turnstile<T> {
    state: Mutex<TurnState<T>>,
    changed: Condvar,
}

struct TurnState<T> {
    /// The number of the batch whose turn it is.
    next: u64,
    /// Whether a worker panicked, so that no other may wait for it.
    is_broken: bool,
    value: T,
}

impl<T> Turnstile<T> {
    /// A turnstile that batch 0 passes first.
    pub(super) fn new(value: T) -> Self {
        Self {
            state: Mutex::new(TurnState {
                next: 0,
                is_broken: false,
                value,
            }),
            changed: Condvar::new(),
        }
    }

    /// Waits until all earlier batches have passed.
    pub(super) fn wait(&self, batch: u64) {
        drop(self.in_turn(batch));
    }

    /// Waits until all earlier batches have passed, changes the value and passes.
    pub(super) fn pass<R>(&self, batch: u64, change: impl FnOnce(&mut T) -> R) -> R {
        let mut state = self.in_turn(batch);
        let result = change(&mut state.value);
        state.next = batch + 1;
        drop(state);
        self.changed.notify_all();
        result
    }

    /// Ends all waiting, now and later.
    pub(super) fn break_open(&self) {
        self.lock().is_broken = true;
        self.changed.notify_all();
    }

    fn in_turn(&self, batch: u64) -> MutexGuard<'_, TurnState<T>> {
        let is_early = |state: &mut TurnState<T>| !state.is_broken && state.next < batch;
        let waited = self.changed.wait_while(self.lock(), is_early);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, TurnState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a delivery wait until all earlier batches are done.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'t> {
    done: Option<&'t Turnstile<()>>,
    batch: u64,
    is_alone: bool,
}

impl<'t> Turn<'t> {
    /// For a run with one worker, where nothing needs to wait.
    pub(super) fn of_only_worker(is_alone: bool) -> Self {
        Self {
            done: None,
            batch: 0,
            is_alone,
        }
    }

    /// The turn of the batch with this number, which may be alone on its way.
    pub(super) fn of(done: &'t Turnstile<()>, batch: u64, is_alone: bool) -> Self {
        Self {
            done: Some(done),
            batch,
            is_alone,
        }
    }

    /// Whether the output for everything before it was written, and nothing else is on its way. A
    /// large output can then be written as it is made, and need not be held in memory.
    pub(crate) fn is_alone(self) -> bool {
        self.is_alone
    }

    /// Waits until all deliveries of earlier batches are done. Workers run one after another while
    /// they do this, so it must be rare.
    pub(crate) fn wait(self) {
        if let Some(done) = self.done {
            done.wait(self.batch);
        }
    }
}
