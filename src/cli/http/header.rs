//! Header fields as they are on the wire.

use chatlog::delivery::Headers;

/// The fields that describe one connection (RFC 9110, section 7.6.1), besides those that
/// `Connection` names and those whose name starts with `Proxy-`.
const HOP_BY_HOP: [&str; 6] = [
    "Connection",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
];

/// A header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The name, in the case in which it is sent.
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl Header {
    pub(crate) fn new(name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }

    /// Whether this is its name, in any case.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Whether it can be sent: it does not end its own line, and its name is one.
    pub(crate) fn is_sendable(&self) -> bool {
        let is_name = std::str::from_utf8(&self.name).is_ok_and(Headers::is_name);
        let is_harmful = |byte: &u8| matches!(byte, b'\r' | b'\n' | b'\0');
        is_name && !self.value.iter().any(is_harmful)
    }

    fn is_hop_by_hop(&self) -> bool {
        let is_of_proxy = |name: &[u8]| name.eq_ignore_ascii_case(b"proxy-");
        HOP_BY_HOP.iter().any(|name| self.is(name)) || self.name.get(..6).is_some_and(is_of_proxy)
    }
}

/// The headers that belong to the message and not to one connection.
pub(crate) fn end_to_end(headers: &[Header]) -> Vec<Header> {
    let connection = headers.iter().filter(|header| header.is("Connection"));
    let named: Vec<&[u8]> = connection
        .flat_map(|header| header.value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .collect();
    let is_named = |header: &Header| named.iter().any(|it| header.name.eq_ignore_ascii_case(it));
    let headers = headers.iter();
    headers
        .filter(|header| !header.is_hop_by_hop() && !is_named(header))
        .cloned()
        .collect()
}

/// The value of the first header of this name, as text.
pub(super) fn first<'h>(headers: &'h [Header], name: &str) -> Option<&'h str> {
    let header = headers.iter().find(|header| header.is(name))?;
    std::str::from_utf8(&header.value).ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_connection_are_left_out() {
        let of_connection = [
            ("connection", "Keep-Alive, x-hop"),
            ("CONNECTION", "close ,X-Other"),
            ("Keep-Alive", "timeout=5"),
            ("X-Hop", "1"),
            ("x-other", "2"),
            ("TE", "trailers"),
            ("Trailer", "X-Sum"),
            ("transfer-encoding", "chunked"),
            ("Upgrade", "h2c"),
            ("Proxy-Authorization", "Basic dTpw"),
            ("proxy-connection", "keep-alive"),
        ];
        let of_message = [
            ("x-ONE", "1"),
            ("Proxy", "2"),
            ("x-one", "3"),
            ("Teapot", "4"),
        ];
        let headers: Vec<Header> = of_connection
            .into_iter()
            .chain(of_message)
            .map(|(name, value)| Header::new(name, value))
            .collect();
        assert_eq!(end_to_end(&headers), headers[of_connection.len()..]);
    }

    #[test]
    fn a_header_that_ends_its_line_cannot_be_sent() {
        for (name, value, want) in [
            ("X-A", "b", true),
            ("X-A", "", true),
            ("X-A", "\u{e9}\t", true),
            (":method", "POST", false),
            ("", "b", false),
            ("X A", "b", false),
            ("X-A: 1\r\nX-B", "b", false),
            ("X-A", "b\r\nX-B: c", false),
            ("X-A", "b\nX-B: c", false),
            ("X-A", "b\0", false),
        ] {
            assert_eq!(
                Header::new(name, value).is_sendable(),
                want,
                "{name}: {value}"
            );
        }
    }
}
