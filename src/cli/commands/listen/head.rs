//! The head of a request, byte for byte as it was received.
//!
//! hyper parses heads into a map, which loses the case and the order of the names. So the bytes are
//! recorded while hyper reads them (see [`super::recorder`]), and cut here. hyper has accepted the
//! head by then, so that it is well-formed.

use memchr::memchr;

/// The request line, the headers and the blank line after them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head(Vec<u8>);

impl Head {
    /// Cuts the head off the start of `bytes`; `None` if it is not complete. Blank lines before the
    /// request line are not part of it, but are cut off, too.
    pub(super) fn cut_off(bytes: &mut Vec<u8>) -> Option<Self> {
        let blank = bytes.iter().take_while(|byte| b"\r\n".contains(byte));
        let start = blank.count();
        let mut end = start;
        loop {
            let line = line(&bytes[end..])?;
            end += line.len();
            if content(line).is_empty() {
                let head = bytes[start..end].to_vec();
                bytes.drain(..end);
                return Some(Self(head));
            }
        }
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The names and values of the headers, in order.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.lines().filter_map(header)
    }

    /// Whether the request says how its body is transferred in a way that two readers may understand
    /// differently: in chunks and with a length, or with another transfer encoding than chunks.
    pub(super) fn is_ambiguous(&self) -> bool {
        let encodings = self
            .headers()
            .filter(|(name, _)| is(name, "transfer-encoding"));
        let encodings: Vec<&[u8]> = encodings.map(|(_, value)| value).collect();
        let has_length = self.headers().any(|(name, _)| is(name, "content-length"));
        match encodings[..] {
            [] => false,
            [value] => has_length || !value.eq_ignore_ascii_case(b"chunked"),
            _ => true,
        }
    }

    /// The head for a body whose chunks were joined: instead of `Transfer-Encoding`, it has its
    /// length, and it announces no trailers.
    pub(super) fn with_length(&self, length: usize) -> Self {
        let mut bytes = Vec::with_capacity(self.0.len());
        for line in self.lines() {
            match header(line) {
                Some((name, _)) if is(name, "transfer-encoding") => {
                    bytes.extend_from_slice(format!("Content-Length: {length}").as_bytes());
                    bytes.extend_from_slice(&line[content(line).len()..]);
                }
                Some((name, _)) if is(name, "trailer") => {}
                _ => bytes.extend_from_slice(line),
            }
        }
        Self(bytes)
    }

    /// The lines, with their line breaks.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.0[..];
        std::iter::from_fn(move || {
            let line = line(rest)?;
            rest = &rest[line.len()..];
            Some(line)
        })
    }
}

/// The first line, with its line break.
fn line(bytes: &[u8]) -> Option<&[u8]> {
    memchr(b'\n', bytes).map(|at| &bytes[..=at])
}

/// A line without its line break.
fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The name and the value of a header; `None` for the request line and the blank line. A request
/// line has a space before its first colon, and a name has none.
fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = content(line);
    let colon = memchr(b':', line)?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    (!name.contains(&b' ')).then(|| (name, value.trim_ascii()))
}

fn is(name: &[u8], wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::cut_off(&mut text.as_bytes().to_vec()).expect("it is complete")
    }

    #[test]
    fn a_head_ends_with_its_blank_line() {
        let mut bytes = b"\r\n\nPOST http://a:1/ HTTP/1.1\r\nx-Y:  1\nA: b\r\n\r\n{}".to_vec();
        let head = Head::cut_off(&mut bytes).expect("it is complete");
        assert_eq!(
            head.bytes(),
            b"POST http://a:1/ HTTP/1.1\r\nx-Y:  1\nA: b\r\n\r\n"
        );
        assert_eq!(bytes, b"{}");
        let headers: Vec<_> = head.headers().collect();
        assert_eq!(headers, [(&b"x-Y"[..], &b"1"[..]), (b"A", b"b")]);
        let mut cut = b"POST / HTTP/1.1\r\nA: b\r\n".to_vec();
        assert_eq!(Head::cut_off(&mut cut), None);
    }

    #[test]
    fn chunks_give_way_to_a_length() {
        let chunked = head(
            "POST / HTTP/1.1\r\nHost: a\r\ntransfer-Encoding: Chunked\r\nTrailer: x\r\nB: 1\r\n\r\n",
        );
        assert!(!chunked.is_ambiguous());
        assert_eq!(
            chunked.with_length(12).bytes(),
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nB: 1\r\n\r\n"
        );
        for headers in [
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 2",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        ] {
            let head = head(&format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n"));
            assert!(head.is_ambiguous(), "{headers}");
        }
    }
}
