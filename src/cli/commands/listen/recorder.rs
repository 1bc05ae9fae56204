//! A connection that keeps the bytes of each head, and ends requests that take too long.
//!
//! hyper reads from a [`Recorder`], which passes on the bytes of a socket and keeps a copy of them
//! until the handler takes the head. Then it knows how many bytes of the body follow, and copies none
//! of them; the byte after them starts the next head. Of a body in chunks only hyper knows the end,
//! so recording stops, and the connection must be closed after the answer.
//!
//! The time that a request may take is measured from its first byte to its last. The same time bounds
//! how long a connection may be idle, and how long an answer may take to be read.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::head::Head;

/// How many bytes are read at once.
const CHUNK: usize = 16 * 1024;

/// A socket whose requests are recorded.
pub(super) struct Recorder {
    pub(super) stream: TcpStream,
    chunk: Box<[u8]>,
    recording: Recording,
    timeout: Duration,
    timer: Pin<Box<Sleep>>,
    /// Until when what is being written must be taken.
    write_by: Option<Instant>,
}

/// What is known of the current request, for the handler.
#[derive(Clone)]
pub(super) struct Recording(Arc<Mutex<State>>);

struct State {
    /// The bytes since the last request.
    bytes: Vec<u8>,
    /// How many bytes of the last request's body are still to come.
    body_left: u64,
    is_recording: bool,
    /// Whether a request was refused before it was read to its end.
    is_refused: bool,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No byte of the next request has arrived, since this time.
    Idle(Instant),
    /// A request is arriving, since this time.
    Arriving(Instant),
    /// A request has arrived, and is being answered.
    Answering,
    /// A request did not arrive in time.
    TooLate,
}

impl Recorder {
    pub(super) fn new(stream: TcpStream, timeout: Duration) -> Self {
        let now = Instant::now();
        Self {
            stream,
            chunk: vec![0; CHUNK].into_boxed_slice(),
            recording: Recording::new(now),
            timeout,
            timer: Box::pin(sleep_until(now + timeout)),
            write_by: None,
        }
    }

    pub(super) fn recording(&self) -> Recording {
        self.recording.clone()
    }

    /// Waits for a time, at which an error or the end of the input is due.
    fn poll_deadline(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.timer.deadline() != deadline {
            self.timer.as_mut().reset(deadline);
        }
        self.timer.as_mut().poll(cx)
    }

    /// Nothing can be read: ends the connection if that has lasted too long.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let phase = self.recording.lock().phase;
        match phase {
            Phase::Answering => Poll::Pending,
            Phase::TooLate => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Phase::Idle(since) => {
                ready!(self.poll_deadline(since + self.timeout, cx));
                // For hyper, the client has closed the connection.
                Poll::Ready(Ok(()))
            }
            Phase::Arriving(since) => {
                ready!(self.poll_deadline(since + self.timeout, cx));
                self.recording.lock().phase = Phase::TooLate;
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }

    /// The result of a write, which must not be pending for too long.
    fn poll_written<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write_by = None;
            return written;
        }
        let deadline = *self
            .write_by
            .get_or_insert_with(|| Instant::now() + self.timeout);
        ready!(self.poll_deadline(deadline, cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Read for Recorder {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let room = this.chunk.len().min(buffer.remaining());
        let mut chunk = tokio::io::ReadBuf::new(&mut this.chunk[..room]);
        match tokio::io::AsyncRead::poll_read(Pin::new(&mut this.stream), cx, &mut chunk) {
            Poll::Pending => this.poll_late(cx),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) => {
                this.recording.lock().record(chunk.filled());
                buffer.put_slice(chunk.filled());
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl Write for Recorder {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let stream = Pin::new(&mut this.stream);
        let written = tokio::io::AsyncWrite::poll_write(stream, cx, bytes);
        this.poll_written(written, cx)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        tokio::io::AsyncWrite::poll_flush(Pin::new(&mut self.get_mut().stream), cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        tokio::io::AsyncWrite::poll_shutdown(Pin::new(&mut self.get_mut().stream), cx)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let stream = Pin::new(&mut this.stream);
        let written = tokio::io::AsyncWrite::poll_write_vectored(stream, cx, parts);
        this.poll_written(written, cx)
    }
}

impl Recording {
    fn new(now: Instant) -> Self {
        Self(Arc::new(Mutex::new(State {
            bytes: Vec::new(),
            body_left: 0,
            is_recording: true,
            is_refused: false,
            phase: Phase::Idle(now),
        })))
    }

    /// Takes the head of the request that is being handled. `length` is the length of its body;
    /// `None` if it comes in chunks.
    pub(super) fn take_head(&self, length: Option<u64>) -> Option<Head> {
        let mut state = self.lock();
        let head = Head::cut_off(&mut state.bytes)?;
        if let Phase::Idle(_) = state.phase {
            state.phase = Phase::Arriving(Instant::now());
        }
        if let Some(length) = length {
            state.body_left = length;
            state.skip_body();
        } else {
            state.is_recording = false;
            state.bytes = Vec::new();
        }
        Some(head)
    }

    /// Notes that the whole request has arrived.
    pub(super) fn has_arrived(&self) {
        self.lock().phase = Phase::Answering;
    }

    /// Notes that the answer is about to be written. Then the next request may come, and the start
    /// of it may be here.
    pub(super) fn is_answered(&self) {
        let (mut state, now) = (self.lock(), Instant::now());
        state.phase = if state.bytes.is_empty() {
            Phase::Idle(now)
        } else {
            Phase::Arriving(now)
        };
    }

    /// Whether the request that was arriving was given up on.
    pub(super) fn is_too_late(&self) -> bool {
        self.lock().phase == Phase::TooLate
    }

    /// Notes that the request is refused, whether or not all of it has arrived.
    pub(super) fn refuse(&self) {
        self.lock().is_refused = true;
    }

    /// Whether a request was refused. It is the last one of its connection.
    pub(super) fn is_refused(&self) -> bool {
        self.lock().is_refused
    }

    /// Whether no byte of a request has arrived.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.lock().phase, Phase::Idle(_))
    }

    /// Whether the bytes of the request that is arriving start like a TLS handshake.
    pub(super) fn is_tls(&self) -> bool {
        self.lock().bytes.starts_with(&[0x16, 0x03])
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn record(&mut self, bytes: &[u8]) {
        if !self.is_recording || bytes.is_empty() {
            return;
        }
        if let Phase::Idle(_) = self.phase {
            self.phase = Phase::Arriving(Instant::now());
        }
        self.bytes.extend_from_slice(bytes);
        self.skip_body();
    }

    /// Removes what belongs to the body of the last request.
    fn skip_body(&mut self) {
        let left = usize::try_from(self.body_left).unwrap_or(usize::MAX);
        let count = left.min(self.bytes.len());
        self.bytes.drain(..count);
        self.body_left -= count as u64;
    }
}
