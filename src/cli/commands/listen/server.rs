//! Accepts connections and serves each of them until it or the server ends.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::receiver::Receiver;
use super::recorder::{Recorder, Recording};
use super::refusal::Refusal;

/// How many connections are open at the same time; others wait until one is closed. Some systems
/// allow a process 256 files.
const MAX_CONNECTIONS: u32 = 128;
/// The bytes of a request line and headers.
const MAX_HEAD: usize = 32 * 1024;
/// How long what is in flight may take once the server is asked to end.
const GRACE: Duration = Duration::from_secs(5);
/// How long a client that is still sending may take to read why its request is refused.
const LINGER: Duration = Duration::from_secs(2);
/// How long to wait before a connection is accepted again, if the system refuses one.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves connections until the server is asked to end, and then finishes what is in flight.
pub(super) async fn serve(listener: TcpListener, receiver: &Arc<Receiver>, patience: Duration) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
    let mut stop = pin!(receiver.stop().wait());
    loop {
        let mut next = pin!(next_connection(&listener, &permits));
        let accepted = poll_fn(|cx| match stop.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => next.as_mut().poll(cx).map(Some),
        });
        let Some((stream, peer, permit)) = accepted.await else {
            break;
        };
        let connection = Connection {
            receiver: Arc::clone(receiver),
            peer,
            patience,
        };
        tokio::spawn(async move {
            connection.serve(stream).await;
            drop(permit);
        });
    }
    drop(listener);
    // What takes longer is cut off.
    drop(timeout(GRACE, permits.acquire_many(MAX_CONNECTIONS)).await);
}

/// Accepts a connection as soon as there is room for it. A connection that cannot be accepted is no
/// reason to end: it was closed already, or too many files are open.
async fn next_connection(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else {
            std::future::pending::<()>().await;
            unreachable!("nothing comes after what is pending for ever");
        };
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, permit),
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// A connection to a client.
struct Connection {
    receiver: Arc<Receiver>,
    peer: SocketAddr,
    /// How long a request may take to arrive.
    patience: Duration,
}

impl Connection {
    async fn serve(&self, stream: TcpStream) {
        // Answers are small, and the client waits for them. If this fails, they are only later.
        drop(stream.set_nodelay(true));
        let recorder = Recorder::new(stream, self.patience);
        let recording = recorder.recording();
        let (ended, stream) = self.serve_requests(recorder, &recording).await;
        let refusal = match ended {
            Err(error) => fault(&error, &recording),
            Ok(()) => None,
        };
        if let Some((refusal, is_answered)) = refusal {
            let why = if recording.is_tls() {
                ": this is TLS, and chatlog listens without: use http://"
            } else {
                ""
            };
            self.receiver.refuse(refusal, self.peer, why);
            if !is_answered {
                write_refusal(&stream, refusal);
            }
        }
        if refusal.is_some() || recording.is_refused() {
            drop(timeout(LINGER, drain(&stream)).await);
        }
    }

    /// Serves requests until the connection ends. When the server is asked to end, the one that is
    /// being answered is the last.
    async fn serve_requests(
        &self,
        recorder: Recorder,
        recording: &Recording,
    ) -> (hyper::Result<()>, TcpStream) {
        let service = service_fn(|request| {
            let receiver = Arc::clone(&self.receiver);
            let answer = receiver.answer(request, recording.clone(), self.peer);
            async { Ok::<_, Infallible>(answer.await) }
        });
        let mut connection = http1::Builder::new()
            // `printf … | nc` ends its half of the connection after the request.
            .half_close(true)
            .max_header_size(MAX_HEAD)
            .max_buf_size(2 * MAX_HEAD)
            .serve_connection(recorder, service);
        let mut stop = pin!(self.receiver.stop().wait());
        let mut is_stopping = false;
        let ended = poll_fn(|cx| {
            if !is_stopping && stop.as_mut().poll(cx).is_ready() {
                is_stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            Pin::new(&mut connection).poll(cx)
        });
        let ended = ended.await;
        (ended, connection.into_parts().io.stream)
    }
}

/// What is wrong with a request that hyper could not pass on, and whether hyper has answered it;
/// `None` if there is none.
fn fault(error: &hyper::Error, recording: &Recording) -> Option<(Refusal, bool)> {
    if error.is_parse_too_large() {
        Some((Refusal::LongHead, true))
    } else if error.is_parse() {
        Some((Refusal::Malformed, !error.is_parse_version_h2()))
    } else if recording.is_too_late() {
        Some((Refusal::Slow, false))
    } else if !recording.is_idle() {
        Some((Refusal::HalfSent, false))
    } else {
        None
    }
}

/// Answers a request whose head did not arrive. A client that is gone does not need it.
fn write_refusal(stream: &TcpStream, refusal: Refusal) {
    let status = refusal.status();
    let text = refusal.message();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len(),
    );
    drop(stream.try_write(answer.as_bytes()));
}

/// Reads what the client is still sending. If the connection were closed before, the client's system
/// would throw the answer away.
async fn drain(stream: &TcpStream) -> io::Result<()> {
    let mut chunk = vec![0; 16 * 1024];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}
