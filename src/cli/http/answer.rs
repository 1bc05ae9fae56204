//! Reads the answer to a request.
//!
//! Whatever the server sends, memory is bounded: by [`MAX_HEAD`] for the head and by the caller for
//! the body. Time is bounded by the caller. What a body's length is follows RFC 9112, section 6.3.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

use super::error::SendError;
use super::header::{Header, first};

/// The most bytes of a head, and of a line between chunks.
const MAX_HEAD: u64 = 64 * 1024;
/// The most headers of an answer.
const MAX_HEADERS: usize = 256;

/// The answer to a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The words after the status; may be empty.
    pub(crate) reason: String,
    pub(crate) headers: Vec<Header>,
    /// The start of the body, without its transfer encoding, but with its content encoding.
    pub(crate) body: Vec<u8>,
    /// Whether the body goes on.
    pub(crate) is_cut: bool,
    /// How long it took, from connecting to the end of what was read.
    pub(crate) elapsed: Duration,
}

impl Answer {
    /// The value of the first header of this name, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }
}

/// How the end of a body is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(u64),
    Chunked,
    ToClose,
}

impl Framing {
    fn of(answer: &Answer) -> Result<Self, SendError> {
        if matches!(answer.status, 101 | 204 | 304) {
            return Ok(Self::Length(0));
        }
        if let Some(encodings) = answer.header("Transfer-Encoding") {
            let last = encodings.rsplit(',').next().unwrap_or_default().trim();
            let is_chunked = last.eq_ignore_ascii_case("chunked");
            return Ok(if is_chunked {
                Self::Chunked
            } else {
                Self::ToClose
            });
        }
        match answer.header("Content-Length").map(str::parse) {
            None => Ok(Self::ToClose),
            Some(Ok(length)) => Ok(Self::Length(length)),
            Some(Err(_)) => Err(SendError::NotHttp(
                "its Content-Length is invalid".to_owned(),
            )),
        }
    }
}

/// Reads an answer from a connection.
pub(super) struct AnswerReader<R> {
    reader: BufReader<R>,
    /// How many more bytes of the body to read.
    room: u64,
}

impl<R: AsyncRead + Unpin> AnswerReader<R> {
    pub(super) fn new(reader: R, max_body: usize) -> Self {
        Self {
            reader: BufReader::new(reader),
            room: max_body.try_into().unwrap_or(u64::MAX),
        }
    }

    /// Reads the answer, after any interim ones, such as `100 Continue`.
    ///
    /// # Errors
    /// The connection fails or ends too early, or the answer is not HTTP.
    pub(super) async fn read(mut self) -> Result<Answer, SendError> {
        let mut answer = self.head().await?;
        while matches!(answer.status, 100 | 102..=199) {
            answer = self.head().await?;
        }
        match Framing::of(&answer)? {
            Framing::Length(length) => self.bytes(length, &mut answer).await?,
            Framing::Chunked => self.chunks(&mut answer).await?,
            Framing::ToClose => self.rest(&mut answer).await?,
        }
        Ok(answer)
    }

    async fn head(&mut self) -> Result<Answer, SendError> {
        let mut head = Vec::new();
        let mut reader = (&mut self.reader).take(MAX_HEAD);
        while !head.ends_with(b"\n\n") && !head.ends_with(b"\n\r\n") {
            let count = reader.read_until(b'\n', &mut head).await;
            let count = count.map_err(|error| read_error(error, head.is_empty()))?;
            if !head.is_empty() && !b"HTTP/".starts_with(&head[..head.len().min(5)]) {
                return Err(not_http(&head));
            }
            match count {
                0 if head.is_empty() => return Err(SendError::Closed),
                0 if reader.limit() == 0 => return Err(SendError::HeadTooLong),
                0 => return Err(SendError::CutOff),
                _ => {}
            }
        }
        parse(&head)
    }

    /// Reads this many bytes of the body, or as many as there is room for.
    async fn bytes(&mut self, length: u64, answer: &mut Answer) -> Result<(), SendError> {
        let wanted = length.min(self.room);
        let mut reader = (&mut self.reader).take(wanted);
        let read = reader.read_to_end(&mut answer.body).await;
        read.map_err(|error| read_error(error, false))?;
        if reader.limit() > 0 {
            return Err(SendError::CutOff);
        }
        self.room -= wanted;
        answer.is_cut = wanted < length;
        Ok(())
    }

    /// Reads the body to the end of the connection.
    async fn rest(&mut self, answer: &mut Answer) -> Result<(), SendError> {
        let mut reader = (&mut self.reader).take(self.room);
        let read = reader.read_to_end(&mut answer.body).await;
        read.map_err(|error| read_error(error, false))?;
        if reader.limit() == 0 {
            let next = self.reader.fill_buf().await;
            answer.is_cut = !next.map_err(|error| read_error(error, false))?.is_empty();
        }
        Ok(())
    }

    /// Reads a chunked body and its trailers.
    async fn chunks(&mut self, answer: &mut Answer) -> Result<(), SendError> {
        loop {
            let size = chunk_size(&self.line().await?)?;
            if size == 0 {
                while !is_blank(&self.line().await?) {}
                return Ok(());
            }
            self.bytes(size, answer).await?;
            if answer.is_cut {
                return Ok(());
            }
            if !is_blank(&self.line().await?) {
                let why = "a chunk is longer than its size";
                return Err(SendError::NotHttp(why.to_owned()));
            }
        }
    }

    /// Reads a line, with its line break.
    async fn line(&mut self) -> Result<Vec<u8>, SendError> {
        let mut line = Vec::new();
        let mut reader = (&mut self.reader).take(MAX_HEAD);
        let read = reader.read_until(b'\n', &mut line).await;
        read.map_err(|error| read_error(error, false))?;
        if line.ends_with(b"\n") {
            Ok(line)
        } else {
            Err(SendError::CutOff)
        }
    }
}

/// A connection that is reset was closed, which says more than the error of the system.
fn read_error(error: io::Error, is_before_answer: bool) -> SendError {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted if is_before_answer => {
            SendError::Closed
        }
        _ => SendError::Read(error),
    }
}

fn not_http(start: &[u8]) -> SendError {
    // A TLS server answers plain text with an alert, which is a record of type 21.
    let why = match start {
        [0x15, 0x03, ..] => "the server expects TLS",
        _ => "it does not start with a status line",
    };
    SendError::NotHttp(why.to_owned())
}

fn parse(head: &[u8]) -> Result<Answer, SendError> {
    let mut slots = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut slots);
    let parsed = httparse::ParserConfig::default()
        .allow_obsolete_multiline_headers_in_responses(true)
        .parse_response(&mut response, head);
    match parsed {
        Err(error) => return Err(SendError::NotHttp(error.to_string())),
        Ok(httparse::Status::Partial) => return Err(not_http(head)),
        Ok(httparse::Status::Complete(_)) => {}
    }
    let headers = response.headers.iter();
    Ok(Answer {
        status: response.code.unwrap_or_default(),
        reason: response.reason.unwrap_or_default().to_owned(),
        headers: headers
            .map(|header| Header::new(header.name, header.value))
            .collect(),
        ..Answer::default()
    })
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

fn chunk_size(line: &[u8]) -> Result<u64, SendError> {
    let starts_with_digit = line.first().is_some_and(u8::is_ascii_hexdigit);
    match httparse::parse_chunk_size(line) {
        Ok(httparse::Status::Complete((_, size))) if starts_with_digit => Ok(size),
        _ => Err(SendError::NotHttp(
            "the size of a chunk is invalid".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads an answer from bytes. They are there at once, so one poll is enough.
    fn read(bytes: &[u8], max_body: usize) -> Result<Answer, SendError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let reading = AnswerReader::new(bytes, max_body).read();
        runtime.expect("a runtime").block_on(reading)
    }

    #[track_caller]
    fn case(rest: &str, want: (u16, &str, bool)) {
        let answer = read(format!("HTTP/1.1 {rest}").as_bytes(), 8).expect(rest);
        let body = std::str::from_utf8(&answer.body).expect(rest);
        assert_eq!((answer.status, body, answer.is_cut), want, "{rest}");
    }

    #[track_caller]
    fn fails(bytes: &[u8], want: &str) {
        let error = read(bytes, 8).expect_err(want).to_string();
        assert!(error.contains(want), "{error}");
    }

    #[test]
    fn a_body_ends_where_its_head_says() {
        case(
            "200 OK\r\nContent-Length: 2\r\n\r\n{}and more",
            (200, "{}", false),
        );
        case(
            "200 OK\r\nContent-Length: 9\r\n\r\n123456789",
            (200, "12345678", true),
        );
        case(
            "200 OK\r\nContent-Length: 8\r\n\r\n12345678",
            (200, "12345678", false),
        );
        case("200 OK\r\n\r\n{}", (200, "{}", false));
        case("200 OK\r\n\r\n12345678", (200, "12345678", false));
        case("200 OK\r\n\r\n123456789", (200, "12345678", true));
        case("200\n\n{}", (200, "{}", false));
        case("204 No Content\r\n\r\nx", (204, "", false));
        case(
            "304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            (304, "", false),
        );
        let chunked = "200 OK\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Length: 1\r\n\r\n";
        let case = |chunks: &str, want| case(&format!("{chunked}{chunks}"), want);
        case("2;a=b\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n", (200, "{}", false));
        case(
            "6\r\n123456\r\n3\r\n789\r\n0\r\n\r\n",
            (200, "12345678", true),
        );
        case("0\r\n\r\n", (200, "", false));
    }

    #[test]
    fn interim_answers_are_passed_over() {
        let interim = "100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        case(
            &format!("{interim}HTTP/1.1 201 Created\r\n\r\n"),
            (201, "", false),
        );
        case("101 Switching Protocols\r\n\r\n\0\0", (101, "", false));
    }

    #[test]
    fn an_answer_that_is_not_one_says_why() {
        fails(b"", "closed before an answer");
        fails(b"HT", "closed within the answer");
        fails(b"HTTP/1.1 200 OK\r\n", "closed within the answer");
        fails(
            b"SSH-2.0-OpenSSH_9.6\r\n",
            "does not start with a status line",
        );
        fails(b"<html>", "does not start with a status line");
        fails(b"\x15\x03\x01\x00\x02\x02\x46", "expects TLS");
        fails(b"HTTP/1.1 OK\r\n\r\n", "not HTTP");
        fails(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
            "closed within",
        );
        fails(
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
            "Content-Length",
        );
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (chunks, want) in [
            ("", "closed within"),
            ("2\r\n{", "closed within"),
            ("2\r\n{}\r\n", "closed within"),
            ("0\r\nX: 1\r\n", "closed within"),
            ("\r\n{}", "size of a chunk"),
            ("x\r\n{}", "size of a chunk"),
            ("1\r\n{}\r\n0\r\n\r\n", "longer than its size"),
            ("fffffffffffffffff\r\n{}", "size of a chunk"),
        ] {
            fails(&[chunked, chunks.as_bytes()].concat(), want);
        }
        let endless = b"HTTP/1.1 200 OK\r\nX: ".iter().copied();
        let endless: Vec<u8> = endless.chain(std::iter::repeat_n(b'x', 1 << 20)).collect();
        fails(&endless, "too long");
    }
}
