//! Answers, whose bodies are some bytes that are all there.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::refusal::Refusal;

/// The type of JSON.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// The type of plain text.
pub(super) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// An answer with this body of this type.
pub(super) fn answer(status: StatusCode, body: Bytes, body_type: HeaderValue) -> Response<Answer> {
    let mut response = Response::new(Answer::of(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, body_type);
    response
}

/// An answer for people.
pub(super) fn text(status: StatusCode, text: &str) -> Response<Answer> {
    answer(status, Bytes::copy_from_slice(text.as_bytes()), TEXT)
}

/// The answer to a request that is refused. The rest of it is not read.
pub(super) fn refuse(refusal: Refusal) -> Response<Answer> {
    let mut response = text(refusal.status(), &refusal.message());
    close(&mut response);
    if refusal == Refusal::Method {
        let methods = HeaderValue::from_static("POST, GET, HEAD");
        response.headers_mut().insert(ALLOW, methods);
    }
    response
}

/// Closes the connection after the answer. A connection with a body in chunks ends like this, because
/// where that body ended was not recorded.
pub(super) fn close(response: &mut Response<Answer>) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
}

/// The body of an answer: the bytes, until they are taken.
pub(super) struct Answer(Option<Bytes>);

impl Answer {
    pub(super) fn of(bytes: Bytes) -> Self {
        Self(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.get_mut().0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, Bytes::len) as u64)
    }
}
