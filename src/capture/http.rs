//! Raw HTTP/1.1 requests, as proxies export them and sockets receive them: one or several in a
//! file.
//!
//! ```text
//! POST /hook HTTP/1.1
//! Host: hooks.example.com
//! Content-Length: 16
//!
//! {"callee": "…"}
//! ```
//!
//! The body is exact. Such files are often edited by hand, though, and tools print a response after
//! each request, so the end of a body is found carefully:
//!
//! 1. A chunked body ends after its last chunk. If the body does not start with a chunk size, the
//!    tool has joined the chunks, and the header is ignored.
//! 2. `Content-Length` is believed if a request, a response or nothing follows there, or if the
//!    bytes up to there are complete JSON.
//! 3. Otherwise the body extends to the next line that starts a request, or a response after a
//!    blank line. Neither can be a line of JSON.
//!
//! Whatever is left out between a body and the next request is noted.

use std::borrow::Cow;

use memchr::memchr;
use serde::de::IgnoredAny;

use super::entry_reader::EntryReader;
use super::request::{Body, Fault, Request};
use crate::Text;
use crate::delivery::{Ambiguity, Doubt, Fidelity, Headers};

/// Whether an input starts with a request.
pub(super) fn detect(start: &[u8]) -> bool {
    is_request_line(start.trim_ascii_start())
}

/// Reads one request after another.
pub(super) fn read(reader: &mut EntryReader<'_, '_>) {
    let mut rest = reader.record.bytes.trim_ascii_start();
    while !rest.is_empty() {
        reader.enter(rest);
        match message(rest) {
            Ok((request, tail)) => {
                reader.deliver(Ok(request));
                rest = tail.trim_ascii_start();
            }
            Err(fault) => {
                reader.deliver(Err(fault));
                rest = next_request(rest);
            }
        }
    }
}

/// Reads the request at the start of `bytes`, and returns it with what comes after it.
pub(super) fn message(bytes: &[u8]) -> Result<(Request<'_>, &[u8]), Fault<'_>> {
    let (line, rest) = split_line(bytes);
    if !is_request_line(line) {
        return Err(fault(
            bytes,
            "the request line is not `METHOD TARGET HTTP/…`",
        ));
    }
    let mut words = line
        .split(|byte| *byte == b' ')
        .map(|word| Text::from(String::from_utf8_lossy(word)));
    let mut request = Request {
        method: words.next(),
        target: words.next(),
        ..Request::default()
    };
    let tail;
    (request.headers, tail) = headers(rest)?;
    let next = tail.trim_ascii_start();
    let is_bodiless = is_message(next) && !is_announced(&request.headers, tail);
    let is_post = request
        .method
        .as_ref()
        .is_some_and(|method| method.as_str() == "POST");
    if is_bodiless {
        return if is_post {
            Err(fault(bytes, "it has headers but no body"))
        } else {
            Ok((request, after_response(tail)))
        };
    }
    let (body, rest) = body(&request.headers, tail);
    request.body = Some(body);
    Ok((request, rest))
}

fn fault(place: &[u8], message: impl Into<String>) -> Fault<'_> {
    Fault {
        place: Some(place),
        message: message.into(),
    }
}

/// Splits off the first line, without its line break.
pub(super) fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match memchr(b'\n', bytes) {
        Some(newline) => (&bytes[..newline], &bytes[newline + 1..]),
        None => (bytes, &bytes[bytes.len()..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

/// Skips the first line, and then everything up to the next request line.
pub(super) fn next_request(bytes: &[u8]) -> &[u8] {
    let (_, mut rest) = split_line(bytes);
    while !rest.is_empty() && !is_request_line(rest) {
        (_, rest) = split_line(rest);
    }
    rest
}

/// Reads the headers and the blank line after them. `httparse` needs room for all headers at once;
/// the limit on their number only keeps hostile input from taking memory.
fn headers(bytes: &[u8]) -> Result<(Headers<'_>, &[u8]), Fault<'_>> {
    if let (b"", tail) = split_line(bytes) {
        return Ok((Headers::default(), tail));
    }
    let mut room = 64;
    loop {
        let mut slots = vec![httparse::EMPTY_HEADER; room];
        match httparse::parse_headers(bytes, &mut slots) {
            Ok(httparse::Status::Complete((end, found))) => {
                return Ok((found.iter().map(text).collect(), &bytes[end..]));
            }
            Err(httparse::Error::TooManyHeaders) if room < 1 << 16 => room *= 4,
            Ok(httparse::Status::Partial) => {
                return Err(fault(bytes, "it has headers but no body"));
            }
            Err(error) => return Err(broken_header(bytes, error)),
        }
    }
}

fn text<'a>(header: &httparse::Header<'a>) -> (Text<'a>, Text<'a>) {
    let value = String::from_utf8_lossy(header.value);
    (header.name.into(), value.into())
}

/// The fault of headers that cannot be parsed, placed at the first line that is not a header.
fn broken_header(head: &[u8], error: httparse::Error) -> Fault<'_> {
    let mut rest = head;
    while !rest.is_empty() {
        let (line, next) = split_line(rest);
        let alone = [line, b"\n\n"].concat();
        if httparse::parse_headers(&alone, &mut [httparse::EMPTY_HEADER; 1]).is_err() {
            // The line is not printed, because it may hold a credential.
            return fault(rest, "this line is not a header");
        }
        rest = next;
    }
    fault(head, format!("its headers are invalid: {error}"))
}

/// Reads the body at the start of `tail`, and returns it with what comes after it. The module's
/// documentation describes where a body ends.
fn body<'a>(headers: &Headers<'a>, tail: &'a [u8]) -> (Body<'a>, &'a [u8]) {
    let is_chunked = headers
        .all("transfer-encoding")
        .any(|value| value.as_str().to_ascii_lowercase().contains("chunked"));
    if is_chunked && let Some(chunks) = Chunks::read(tail) {
        let rest = chunks.rest;
        return (chunks.into_body(), after_response(rest));
    }
    let (mut read, rest) = match announced(headers, tail) {
        Some((body, rest)) if ends_there(body, rest) => (Body::at(body, Fidelity::Exact), rest),
        _ => up_to_next_message(tail),
    };
    let next = next_after(rest);
    let left_out = &rest[..rest.len() - next.len()];
    read.note_left_out(left_out);
    if is_chunked {
        read = read.with_note("the chunks were joined before the request was saved");
    }
    (read, next)
}

/// The body as `Content-Length` announces it, and what comes after it.
fn announced<'a>(headers: &Headers<'_>, tail: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let length = headers.first("content-length")?;
    tail.split_at_checked(length.as_str().trim().parse().ok()?)
}

/// Whether what looks like the next message, or like nothing, is the body: it ends exactly where
/// `Content-Length` says that the body does. A sender may put a request into its body, and must not pass
/// it off as another delivery.
fn is_announced(headers: &Headers<'_>, tail: &[u8]) -> bool {
    announced(headers, tail)
        .is_some_and(|(body, rest)| !body.is_empty() && is_message(rest.trim_ascii_start()))
}

/// Skips what comes between a body and the next request: white space, a response, or garbage.
fn next_after(rest: &[u8]) -> &[u8] {
    let start = rest.trim_ascii_start();
    if is_request_line(start) {
        rest
    } else if is_status_line(start) {
        after_response(rest)
    } else {
        &rest[rest.len()..]
    }
}

impl Body<'_> {
    /// Notes the bytes between the body and the next request, which are not part of either. If they
    /// are more than white space, another reader may take them for a part of the body.
    fn note_left_out(&mut self, left_out: &[u8]) {
        let start = left_out.trim_ascii_start();
        let count = left_out.len();
        let all = format!("left out {count} bytes after `Content-Length`");
        self.notes.push(match left_out {
            [] => return,
            b"\n" | b"\r\n" => {
                "trimmed the newline an editor added after `Content-Length`".to_owned()
            }
            _ if is_status_line(start) => "left out the response after the request".to_owned(),
            _ if start.is_empty() => all,
            _ => {
                return self
                    .ambiguities
                    .push(Ambiguity::new(Doubt::OfMismatch, all));
            }
        });
    }
}

/// Reads a body that extends to the next message or to the end. A line break at its end may or may
/// not be part of it.
fn up_to_next_message(tail: &[u8]) -> (Body<'_>, &[u8]) {
    let rest = next_message(tail);
    let (whole, rest) = tail.split_at(tail.len() - rest.len());
    if rest.is_empty() {
        let body = Body {
            ends_input: true,
            ..Body::at(whole, Fidelity::Exact)
        };
        return (body, rest);
    }
    let (trimmed, space) = whole.split_at(whole.trim_ascii_end().len());
    let body = Body {
        terminator: line_break(space),
        ..Body::at(trimmed, Fidelity::Exact)
    };
    (body, rest)
}

/// The line break at the start of `bytes`, if there is one.
fn line_break(bytes: &[u8]) -> &[u8] {
    let count = match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    };
    &bytes[..count]
}

/// Skips to the next request line, or to the next status line after a blank line.
fn next_message(bytes: &[u8]) -> &[u8] {
    let (mut line, mut rest) = split_line(bytes);
    while !rest.is_empty() {
        if is_request_line(rest) || line.is_empty() && is_status_line(rest) {
            break;
        }
        (line, rest) = split_line(rest);
    }
    rest
}

/// Skips the response at the start of `bytes`, if there is one: tools print it after its request.
fn after_response(bytes: &[u8]) -> &[u8] {
    let response = bytes.trim_ascii_start();
    if is_status_line(response) {
        next_request(response)
    } else {
        bytes
    }
}

/// Whether bytes start with a request line, such as `POST /path HTTP/1.1`.
pub(super) fn is_request_line(start: &[u8]) -> bool {
    if !start.first().is_some_and(u8::is_ascii_uppercase) {
        return false;
    }
    let line = memchr(b'\n', start).map_or(start, |newline| &start[..newline]);
    let mut words = line.split(|byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    let version = words.next().and_then(|word| word.strip_prefix(b"HTTP/"));
    method.iter().all(u8::is_ascii_uppercase)
        && !target.is_empty()
        && version.is_some_and(|version| version.first().is_some_and(u8::is_ascii_digit))
}

/// Whether bytes start with a status line, such as `HTTP/1.1 200 OK`.
fn is_status_line(start: &[u8]) -> bool {
    let Some(version) = start.strip_prefix(b"HTTP/") else {
        return false;
    };
    let mut words = version.splitn(2, |byte| *byte == b' ');
    let version = words.next().unwrap_or_default();
    let code = words.next().unwrap_or_default();
    matches!(version, b"1.0" | b"1.1" | b"2" | b"2.0" | b"3" | b"3.0")
        && matches!(code, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', rest @ ..] if !rest.first().is_some_and(u8::is_ascii_alphanumeric))
}

/// Whether bytes are empty or start with a message: then whatever came before them is complete.
fn is_message(bytes: &[u8]) -> bool {
    bytes.is_empty() || is_request_line(bytes) || is_status_line(bytes)
}

/// Whether the body can end here, as `Content-Length` claims. The claim is wrong if the body has
/// become longer since, such as by an editor that changed its line breaks.
fn ends_there(body: &[u8], rest: &[u8]) -> bool {
    let after = rest.trim_ascii_start();
    is_message(after) || serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// A chunked body.
struct Chunks<'a> {
    joined: Vec<u8>,
    /// What is wrong with the chunks, if anything.
    fault: Option<&'static str>,
    rest: &'a [u8],
}

impl<'a> Chunks<'a> {
    /// Joins the chunks as far as they can be read; `None` if `tail` does not start with a chunk.
    fn read(tail: &'a [u8]) -> Option<Self> {
        let mut chunks = Self {
            joined: Vec::new(),
            fault: None,
            rest: tail,
        };
        chunk_size(tail)?;
        while chunks.fault.is_none() {
            let Some((size, rest)) = chunk_size(chunks.rest) else {
                chunks.fault = Some("a chunk has no size");
                chunks.rest = next_request(chunks.rest);
                break;
            };
            if size == 0 {
                chunks.rest = after_trailers(rest);
                break;
            }
            chunks.join(size, rest);
        }
        Some(chunks)
    }

    fn join(&mut self, size: usize, rest: &'a [u8]) {
        let Some((data, rest)) = rest.split_at_checked(size) else {
            self.joined.extend_from_slice(rest);
            self.rest = &rest[rest.len()..];
            self.fault = Some("the last chunk is too short");
            return;
        };
        self.joined.extend_from_slice(data);
        if let (b"", rest) = split_line(rest) {
            self.rest = rest;
        } else {
            self.rest = next_request(rest);
            self.fault = Some("a chunk is longer than its size");
        }
    }

    fn into_body(self) -> Body<'a> {
        let body = Body::of(Cow::Owned(self.joined), Fidelity::Exact);
        match self.fault {
            None => body.with_note("de-chunked"),
            Some(fault) => Body {
                fidelity: Fidelity::Truncated,
                ..body.with_note(format!("de-chunked as far as possible: {fault}"))
            },
        }
    }
}

/// The size on a chunk's first line, and what comes after it. An editor may have made the line's end
/// a line feed; a line without a digit is not a size, though `httparse` reads it as 0.
fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (line, rest) = split_line(bytes);
    let line = line.trim_ascii_start();
    line.first().filter(|byte| byte.is_ascii_hexdigit())?;
    match httparse::parse_chunk_size(&[line, b"\r\n"].concat()) {
        Ok(httparse::Status::Complete((_, size))) => Some((size.try_into().ok()?, rest)),
        _ => None,
    }
}

/// Skips the trailers after the last chunk, up to a blank line.
fn after_trailers(mut bytes: &[u8]) -> &[u8] {
    loop {
        match split_line(bytes) {
            (b"", rest) => return rest,
            _ if is_request_line(bytes) => return bytes,
            (_, rest) => bytes = rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body, its fidelity, and how many notes and ambiguities there are.
    #[track_caller]
    fn case(head: &str, tail: &str, want: (&str, Fidelity, usize)) {
        let text = format!("POST / HTTP/1.1\n{head}\n\n{tail}");
        let (request, rest) = message(text.as_bytes()).expect("a message");
        let body = request.body.expect("a body");
        let found = std::str::from_utf8(&body.bytes).expect("text");
        let said = body.notes.len() + body.ambiguities.len();
        assert_eq!((found, body.fidelity, said), want, "{text}");
        assert_eq!(rest, b"");
    }

    #[test]
    fn ends_bodies_where_they_end() {
        use Fidelity::{Exact, Truncated};
        case("Content-Length: 2", "{}", ("{}", Exact, 0));
        case("Content-Length: 2", "{}\r\n", ("{}", Exact, 1));
        case("Content-Length: 2", "{} and more", ("{}", Exact, 1));
        let request = "POST / HTTP/1.1\nX-AIRudder-Sign: 1\n\n{}";
        case("Content-Length: 38", request, (request, Exact, 0));
        // Longer than it was: an editor's line endings, which the reader should still see.
        case("Content-Length: 3", "{\r\n}", ("{\r\n}", Exact, 0));
        case("Content-Length: x", "{}\n", ("{}\n", Exact, 0));
        let chunked = "Transfer-Encoding: chunked";
        case(chunked, "1\r\n{\r\n1\n}\n0\r\n\r\n", ("{}", Exact, 1));
        case(
            chunked,
            "2;a=b\r\n{}\r\n0\r\nTrailer: 1\r\n\r\n",
            ("{}", Exact, 1),
        );
        case(chunked, "1\n{\n 1 \n}\n0\n\n", ("{}", Exact, 1));
        case(chunked, "{}", ("{}", Exact, 1));
        case(chunked, "\r\n{}", ("\r\n{}", Exact, 1));
        case(chunked, "a\r\n{}", ("{}", Truncated, 1));
        case(chunked, "1\r\n{}\r\n0\r\n\r\n", ("{", Truncated, 1));
        case(chunked, "2\r\n{}\r\n", ("{}", Truncated, 1));
        case(chunked, "ffffffffffffffff\r\n{}", ("{}", Truncated, 1));
    }
}
