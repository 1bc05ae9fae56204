//! What has to happen in the order of the input, whichever worker does it.
//!
//! Workers take batches in order and finish them in any. Before a batch is counted or done in its
//! turn, its worker waits until all batches before it are. Each of them was taken by some worker
//! before, and none of them waits for a later one: so every wait ends.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A gate that batches pass in order, with something that each of them may change on its way.
pub(super) struct Turnstile<T> {
    state: Mutex<TurnState<T>>,
    changed: Condvar,
}

struct TurnState<T> {
    /// The number of the batch whose turn it is.
    next: u64,
    /// Whether nobody needs to wait any more, since a worker panicked.
    is_broken: bool,
    value: T,
}

impl<T> Turnstile<T> {
    /// A gate that batch 0 passes first.
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

    /// Waits until all batches before this one have passed.
    pub(super) fn wait(&self, batch: u64) {
        drop(self.in_turn(batch));
    }

    /// Passes in turn, and changes the value on the way.
    pub(super) fn pass<R>(&self, batch: u64, change: impl FnOnce(&mut T) -> R) -> R {
        let mut state = self.in_turn(batch);
        let result = change(&mut state.value);
        state.next = batch + 1;
        drop(state);
        self.changed.notify_all();
        result
    }

    /// Lets everybody pass.
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

/// The turn of a batch among those that are done.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'t> {
    done: Option<&'t Turnstile<()>>,
    batch: u64,
}

impl<'t> Turn<'t> {
    /// The turn of everything, where there is but one worker.
    pub(super) const ONLY: Self = Self {
        done: None,
        batch: 0,
    };

    /// The turn of this batch.
    pub(super) fn of(done: &'t Turnstile<()>, batch: u64) -> Self {
        Self {
            done: Some(done),
            batch,
        }
    }

    /// Waits until all deliveries that come earlier in the input are done. Nothing else runs in
    /// order, so this is for what is rare.
    pub(crate) fn wait(self) {
        if let Some(done) = self.done {
            done.wait(self.batch);
        }
    }
}
