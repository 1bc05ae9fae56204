//! Requests put together from a dump of the bytes that were sent.

use super::entry_reader::EntryReader;
use super::http;
use super::request::{Fault, Request};
use crate::delivery::Fidelity;

/// The bytes that one connection or transfer sent, as far as a dump shows them.
pub(super) struct Sent<'t> {
    /// Where the dump shows the first of them.
    pub(super) place: &'t [u8],
    pub(super) bytes: Vec<u8>,
    /// Whether the dump is in hex. Otherwise it is text, with dots in the place of other bytes.
    pub(super) is_hex: bool,
    /// Whether bytes are missing.
    pub(super) is_broken: bool,
}

impl Sent<'_> {
    /// Delivers every request in the bytes.
    pub(super) fn deliver(&self, reader: &mut EntryReader<'_, '_>) {
        reader.enter(self.place);
        let mut rest = self.bytes.trim_ascii_start();
        while !rest.is_empty() {
            match http::message(rest) {
                Ok((request, tail)) => {
                    reader.deliver(Ok(self.as_kept(request.into_owned())));
                    rest = tail.trim_ascii_start();
                }
                Err(Fault { message, .. }) => {
                    reader.problem(Some(self.place), message);
                    rest = http::next_request(rest);
                }
            }
        }
    }

    /// The request with a body no more faithful than the dump.
    fn as_kept<'r>(&self, mut request: Request<'r>) -> Request<'r> {
        let Some(body) = &mut request.body else {
            return request;
        };
        let (fidelity, note) = if self.is_broken {
            (Fidelity::Truncated, "bytes are missing in the dump")
        } else if self.is_hex {
            return request;
        } else if body.bytes.contains(&b'.') {
            let note = "a dot in the dump may stand for another byte: a dump in hex keeps all";
            (Fidelity::Decoded, note)
        } else {
            (Fidelity::Text, "the dump has only printable characters")
        };
        body.fidelity = body.fidelity.max(fidelity);
        body.notes.push(note.to_owned());
        request
    }
}
