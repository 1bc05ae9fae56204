//! A request that has arrived, as the raw HTTP that is saved.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::body::{Body, Incoming};

use super::head::Head;
use super::recorder::Recording;
use super::refusal::Refusal;

/// How many bodies of the largest size may be held at the same time.
const MAX_BODIES: usize = 4;

/// A head and a body.
pub(super) struct Message {
    pub(super) bytes: Vec<u8>,
    /// Where the body starts.
    body_at: usize,
}

impl Message {
    /// Reads the body, and puts it behind the head. If it comes in chunks, they are joined, and the
    /// head has its length instead; trailers are left out.
    pub(super) async fn read(
        head: &Head,
        mut body: Incoming,
        recording: &Recording,
        room: &mut Room<'_>,
    ) -> Result<Self, Refusal> {
        let is_chunked = body.size_hint().exact().is_none();
        let mut bytes = head.bytes().to_vec();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let frame = frame.map_err(|error| fault(&error, recording))?;
            if let Ok(data) = frame.into_data() {
                room.take(data.len())?;
                bytes.extend_from_slice(&data);
            }
        }
        let mut body_at = head.bytes().len();
        if is_chunked {
            let head = head.with_length(bytes.len() - body_at);
            bytes.splice(..body_at, head.bytes().iter().copied());
            body_at = head.bytes().len();
        }
        Ok(Self { bytes, body_at })
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.bytes[self.body_at..]
    }
}

/// Why a body cannot be read to its end.
fn fault(error: &hyper::Error, recording: &Recording) -> Refusal {
    let source = error.source().and_then(|it| it.downcast_ref::<io::Error>());
    match source.map(io::Error::kind) {
        _ if recording.is_too_late() => Refusal::Slow,
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => Refusal::Malformed,
        _ => Refusal::HalfSent,
    }
}

/// The memory for the bodies of all requests that are not answered yet.
#[derive(Debug)]
pub(super) struct BodyMemory {
    /// The bytes of the largest body.
    max_body: usize,
    taken: AtomicUsize,
}

impl BodyMemory {
    pub(super) fn new(max_body: usize) -> Self {
        Self {
            max_body,
            taken: AtomicUsize::new(0),
        }
    }

    /// Checks a length that a request announces.
    pub(super) fn check(&self, length: Option<u64>) -> Result<(), Refusal> {
        match length {
            Some(length) if length > self.max_body as u64 => Err(Refusal::LongBody),
            _ => Ok(()),
        }
    }

    /// No room yet, for one body.
    pub(super) fn room(&self) -> Room<'_> {
        Room {
            memory: self,
            taken: 0,
        }
    }
}

/// The room that one body takes, until its request is answered.
pub(super) struct Room<'m> {
    memory: &'m BodyMemory,
    taken: usize,
}

impl Room<'_> {
    fn take(&mut self, size: usize) -> Result<(), Refusal> {
        let BodyMemory { max_body, taken } = self.memory;
        self.taken += size;
        let by_all = taken.fetch_add(size, Ordering::AcqRel) + size;
        if self.taken > *max_body {
            Err(Refusal::LongBody)
        } else if by_all > max_body.saturating_mul(MAX_BODIES) {
            Err(Refusal::Busy)
        } else {
            Ok(())
        }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.memory.taken.fetch_sub(self.taken, Ordering::AcqRel);
    }
}
