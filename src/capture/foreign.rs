//! Files that are not captures, known by their first bytes: what they are called, and which tool turns
//! them into something that can be read.
//!
//! To add one, add a row. Files that are certain are not read to their end.

use super::encoding::starts_with_bracket;
use super::log::is_log;

/// A kind of file that is not a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// Its name, as in "this looks like …".
    pub name: &'static str,
    /// How to get at what it holds; empty if it holds no requests.
    pub advice: &'static str,
    /// Whether its first bytes leave no doubt, so that the rest of it is not read.
    pub is_certain: bool,
}

/// How the first bytes of a file tell what it is.
type Detect = fn(&[u8]) -> bool;

const fn certain(name: &'static str, advice: &'static str) -> Foreign {
    Foreign {
        name,
        advice,
        is_certain: true,
    }
}

const fn likely(name: &'static str, advice: &'static str) -> Foreign {
    Foreign {
        name,
        advice,
        is_certain: false,
    }
}

const STREAMS: &str = "`tcpflow -r FILE` writes its streams, which can be read";

/// The kinds, the ones that are certain first.
const KINDS: [(Detect, Foreign); 19] = [
    (is_pcap, certain("a pcap file", STREAMS)),
    (
        |start| start.starts_with(b"\x0a\x0d\x0d\x0a"),
        certain("a pcapng file", STREAMS),
    ),
    (
        is_flow,
        certain(
            "a flow file of mitmproxy",
            "`mitmdump -nr FILE --set hardump=flows.har` exports it",
        ),
    ),
    (
        |start| start.starts_with(b"PAR1"),
        certain(
            "a Parquet file",
            "DuckDB exports it: `COPY (FROM 'FILE') TO 'rows.json' (FORMAT json)`",
        ),
    ),
    (
        |start| start.starts_with(b"SQLite format 3\0"),
        certain(
            "an SQLite database",
            "`sqlite3 -json FILE 'SELECT * FROM …'` exports a table",
        ),
    ),
    (
        |start| start.starts_with(b"Obj\x01"),
        certain("an Avro file", "`avro-tools tojson FILE` exports it"),
    ),
    (
        |start| start.starts_with(b"%PDF-"),
        certain("a PDF document", ""),
    ),
    (
        |start| start.starts_with(b"\x89PNG"),
        certain("a PNG image", ""),
    ),
    (
        |start| start.starts_with(b"\xff\xd8\xff"),
        certain("a JPEG image", ""),
    ),
    (
        |start| start.starts_with(b"GIF8"),
        certain("a GIF image", ""),
    ),
    (
        |start| start.starts_with(b"7z\xbc\xaf\x27\x1c"),
        certain("a 7z archive", "unpack it first"),
    ),
    (
        |start| start.starts_with(b"BZh") || start.starts_with(b"\xfd7zXZ\0"),
        certain("a compressed file", "decompress it first"),
    ),
    (
        |start| start.starts_with(b"\x7fELF") || start.starts_with(b"MZ\x90"),
        certain("a program", ""),
    ),
    (is_binary, certain("a binary file", "")),
    (
        is_cassette,
        certain(
            "a YAML cassette",
            "this converts it to JSON, which can be read: `python3 -c 'import json, sys, yaml; \
             json.dump(yaml.safe_load(sys.stdin), sys.stdout, default=bytes.decode)' < FILE`",
        ),
    ),
    (is_markup, likely("an XML or HTML document", "")),
    (
        |start| start.starts_with(b"---\n") || start.starts_with(b"%YAML"),
        likely(
            "a YAML file",
            "`yq -o json FILE` of mikefarah/yq converts it to JSON",
        ),
    ),
    (
        is_base64,
        likely(
            "base64",
            "an encrypted callback is decrypted only with its headers: save the whole request, with its \
             `Is-Encrypted: 1`",
        ),
    ),
    (is_log, likely("a log", "")),
];

/// What a file is, if its first bytes tell that it is not a capture. They are without a byte order mark;
/// 4 KiB are enough.
pub fn foreign(start: &[u8]) -> Option<&'static Foreign> {
    if starts_with_bracket(start) && !start.starts_with(b"\n\r") {
        return None;
    }
    let found = KINDS.iter().find(|(detect, _)| detect(start));
    found.map(|(_, foreign)| foreign)
}

/// Both byte orders, with times in microseconds or nanoseconds.
fn is_pcap(start: &[u8]) -> bool {
    const MAGIC: [&[u8; 4]; 4] = [
        b"\xd4\xc3\xb2\xa1",
        b"\xa1\xb2\xc3\xd4",
        b"\x4d\x3c\xb2\xa1",
        b"\xa1\xb2\x3c\x4d",
    ];
    MAGIC.iter().any(|magic| start.starts_with(*magic))
}

/// A tnetstring: its length, and a dictionary whose first key is a tnetstring, too.
fn is_flow(start: &[u8]) -> bool {
    let inner = after_length(start).and_then(after_length);
    inner.is_some_and(|key| key.first().is_some_and(u8::is_ascii_lowercase))
}

fn after_length(text: &[u8]) -> Option<&[u8]> {
    let digits = text
        .iter()
        .take(12)
        .take_while(|byte| byte.is_ascii_digit());
    let (digits, rest) = text.split_at(digits.count());
    rest.strip_prefix(b":").filter(|_| !digits.is_empty())
}

fn is_binary(start: &[u8]) -> bool {
    start.iter().take(1024).any(|byte| *byte == 0)
}

/// VCR for Ruby and vcrpy write the list of interactions under these keys.
fn is_cassette(start: &[u8]) -> bool {
    let mut lines = start.split(|byte| *byte == b'\n');
    lines.any(|line| {
        let key = line.trim_ascii_end();
        key == b"interactions:" || key == b"http_interactions:"
    })
}

/// Not `<34>`, with which lines of syslog start.
fn is_markup(start: &[u8]) -> bool {
    let tag = start.trim_ascii_start().strip_prefix(b"<");
    let first = tag.and_then(|tag| tag.first());
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || b"!?".contains(byte))
}

/// One text without spaces in words, long enough not to be a word itself.
fn is_base64(start: &[u8]) -> bool {
    let text = start.trim_ascii();
    let is_symbol = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(byte);
    text.len() >= 64 && text.iter().all(is_symbol) && !text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::foreign;

    #[test]
    fn tells_files_by_their_first_bytes() {
        let base64 = "eyJjYWxsX2lkIjogIjciLCAic3RhdHVzIjogImNsb3NlZCJ9".repeat(2);
        for (start, want) in [
            (&b"\xd4\xc3\xb2\xa1\x02\0"[..], Some("a pcap file")),
            (b"\x0a\x0d\x0d\x0a\x6c\0", Some("a pcapng file")),
            (
                b"2745:7:version;2:21#4:type;",
                Some("a flow file of mitmproxy"),
            ),
            (b"2745:9:websocket;0:~", Some("a flow file of mitmproxy")),
            (b"PAR1\x15\x04", Some("a Parquet file")),
            (b"a\0b", Some("a binary file")),
            (b"interactions:\n- request:\n", Some("a YAML cassette")),
            (
                b"---\nhttp_interactions:\n- request:\n",
                Some("a YAML cassette"),
            ),
            (b"---\na: 1\n", Some("a YAML file")),
            (b"<!DOCTYPE html>", Some("an XML or HTML document")),
            (base64.as_bytes(), Some("base64")),
            (
                b"<34>1 2025-04-15T06:41:10Z host app 1 - - {",
                Some("a log"),
            ),
            (b"12:30:01 ready", Some("a log")),
            (b"ready", None),
            (b"{\"a\0\"", None),
            (b" [1]", None),
            (b"", None),
        ] {
            let name = foreign(start).map(|it| it.name);
            assert_eq!(name, want, "{}", String::from_utf8_lossy(start));
        }
    }
}
