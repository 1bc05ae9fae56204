//! A client that sends one request on a connection of its own.
//!
//! ```text
//! POST /hook HTTP/1.1          the path and the query of the target
//! Host: localhost:8080         renewed where it was
//! x-airrudder-Sign: 6a60…      every other header as received, in the same order
//! Content-Length: 1024         renewed where it was
//! Connection: close
//!
//! {"workflow_id": …            the bytes of the body
//! ```
//!
//! Redirects are not followed: a delivery goes where the user said, or nowhere.
//!
//! The answer is read while the request is still being written. A server that refuses a request,
//! such as one that is too large, may answer and close the connection before it has read it all;
//! that answer must not be lost to the failed write.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::answer::{Answer, AnswerReader};
use super::error::SendError;
use super::header::{Header, end_to_end};
use super::target::Target;

/// How long and how much to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// How long everything may take, from connecting to the end of the answer.
    pub(crate) timeout: Duration,
    /// How many bytes of the answer's body are read.
    pub(crate) max_body: usize,
}

/// A POST request with a delivery.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    target: &'a Target,
    headers: Vec<Header>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A request with these headers, as they were received. Those that describe a connection are
    /// left out or renewed, and so are `Host`, `Content-Length` and the credentials of the target's
    /// user. `Expect` is left out, because the body is sent at once. So are headers that cannot be
    /// sent (see [`Header::is_sendable`]).
    pub(crate) fn new(target: &'a Target, headers: &[Header], body: &'a [u8]) -> Self {
        let mut headers = end_to_end(headers);
        headers.retain(|header| header.is_sendable() && !header.is("Expect"));
        let mut request = Self {
            target,
            headers,
            body,
        };
        let host = target.url().host();
        if !request.headers.iter().any(|header| header.is("Host")) {
            request.headers.insert(0, Header::new("Host", host));
        }
        request.set("Host", host);
        if let Some(authorization) = target.url().authorization() {
            request.set("Authorization", &authorization);
        }
        request.set("Content-Length", &body.len().to_string());
        request
    }

    /// The path and the query.
    pub(crate) fn target(&self) -> &str {
        self.target.url().target()
    }

    /// The headers that are sent, without `Connection`, which comes last.
    pub(crate) fn headers(&self) -> &[Header] {
        &self.headers
    }

    /// Replaces the headers of this name with one, where the first of them is, or else adds it at
    /// the end.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let mut is_set = false;
        self.headers.retain_mut(|header| {
            if !header.is(name) {
                return true;
            }
            value.as_bytes().clone_into(&mut header.value);
            !std::mem::replace(&mut is_set, true)
        });
        if !is_set {
            self.headers.push(Header::new(name, value));
        }
    }

    /// Sends it and reads the answer.
    ///
    /// # Errors
    /// There is no complete answer, or it does not arrive in time.
    pub(crate) async fn send(&self, limits: Limits) -> Result<Answer, SendError> {
        let started = Instant::now();
        let exchange = timeout(limits.timeout, self.exchange(limits.max_body)).await;
        let answer = exchange.unwrap_or(Err(SendError::Timeout(limits.timeout)))?;
        Ok(Answer {
            elapsed: started.elapsed(),
            ..answer
        })
    }

    async fn exchange(&self, max_body: usize) -> Result<Answer, SendError> {
        let connection = TcpStream::connect(self.target.addresses()).await;
        let mut connection = connection.map_err(SendError::Connect)?;
        // The head and the body are written separately, and must not wait for each other.
        connection.set_nodelay(true).map_err(SendError::Connect)?;
        let (reader, writer) = connection.split();

        let mut writing = pin!(self.write(writer));
        let mut written = None;
        let mut reading = pin!(AnswerReader::new(reader, max_body).read());
        // Only the answer ends the exchange.
        let answer = poll_fn(|context| {
            if written.is_none()
                && let Poll::Ready(result) = writing.as_mut().poll(context)
            {
                written = Some(result);
            }
            reading.as_mut().poll(context)
        });
        match (answer.await, written) {
            (Err(SendError::Closed), Some(Err(error))) => Err(SendError::Write(error)),
            (answer, _) => answer,
        }
    }

    async fn write(&self, mut writer: impl AsyncWrite + Unpin) -> io::Result<()> {
        writer.write_all(&self.head()).await?;
        writer.write_all(self.body).await
    }

    /// The request line and the headers.
    fn head(&self) -> Vec<u8> {
        let mut head = format!("POST {} HTTP/1.1\r\n", self.target()).into_bytes();
        for Header { name, value } in &self.headers {
            head.extend([name, &b": "[..], value, b"\r\n"].concat());
        }
        head.extend(b"Connection: close\r\n\r\n");
        head
    }
}
