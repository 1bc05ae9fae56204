//! Asking the server to end, from any thread.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// A request to end that everybody who holds it can make, and wait for.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    requested: watch::Sender<bool>,
    by_signal: Arc<AtomicBool>,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self {
            requested: watch::Sender::new(false),
            by_signal: Arc::default(),
        }
    }

    /// Asks the server to finish what it is doing, and to end.
    pub(super) fn request(&self) {
        self.requested.send_replace(true);
    }

    /// The same, because a signal has arrived: somebody waits for the end.
    pub(super) fn request_by_signal(&self) {
        self.by_signal.store(true, Ordering::SeqCst);
        self.request();
    }

    /// Whether a signal has arrived.
    pub(super) fn is_by_signal(&self) -> bool {
        self.by_signal.load(Ordering::SeqCst)
    }

    /// Waits until somebody asks.
    pub(super) fn wait(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut requested = self.requested.subscribe();
        async move {
            // This holds no sender, but whoever waits does.
            drop(requested.wait_for(|is_requested| *is_requested).await);
        }
    }
}
