//! What tools do to the bytes of a body when they save it, undone.
//!
//! Editors add a final line break, version control rewrites line endings, consoles add a byte order
//! mark, proxies decompress. Each row of [`EDITS`] undoes one of these; to add one, add its row.
//! Edits know nothing of JSON: see [`reserialize`](super::reserialize) for bodies that were parsed.

use std::borrow::Cow;
#[cfg(feature = "compression")]
use std::io::Read;

#[cfg(feature = "compression")]
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::capture::base64;
use crate::signature::{Code, without_line_break};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How many bytes a compressed body may hold: a few bytes can decompress to gigabytes.
const MAX_DECOMPRESSED: u64 = 16 << 20;

/// The bytes that may have been signed in place of those that were saved.
pub(super) struct EditedBody<'b> {
    /// The hint if the signature matches these bytes.
    pub(super) code: Code,
    /// What was done to the body, in words that follow "the body".
    pub(super) words: Cow<'static, str>,
    bytes: Bytes<'b>,
}

/// Bytes in two parts, so that adding a few does not copy the body.
type Bytes<'b> = [Cow<'b, [u8]>; 2];

impl EditedBody<'_> {
    /// A body that was written anew.
    pub(super) fn rewritten(code: Code, words: String, bytes: Vec<u8>) -> Self {
        Self {
            code,
            words: words.into(),
            bytes: [bytes.into(), Cow::default()],
        }
    }

    /// The same with another edit before it.
    pub(super) fn after(self, words: &str) -> Self {
        Self {
            words: format!("{words} and {}", self.words).into(),
            ..self
        }
    }

    /// The same with a line break at the end.
    pub(super) fn with_final_newline(&self) -> EditedBody<'_> {
        let [start, end] = &self.bytes;
        let end = if end.is_empty() {
            Cow::Borrowed(&b"\n"[..])
        } else {
            [end, &b"\n"[..]].concat().into()
        };
        EditedBody {
            code: self.code,
            words: format!("{} and with a final line break", self.words).into(),
            bytes: [Cow::Borrowed(start), end],
        }
    }

    /// The bytes, in parts.
    pub(super) fn parts(&self) -> [&[u8]; 2] {
        [&self.bytes[0], &self.bytes[1]]
    }
}

/// One thing that may have been done to a body, and how to undo it.
pub(super) struct ByteEdit {
    pub(super) code: Code,
    /// What undoing it does, in words that follow "the body".
    words: &'static str,
    /// Gives the bytes before it was done; `None` if it cannot have been.
    undo: fn(&[u8]) -> Option<Bytes<'_>>,
}

/// The edits, the likeliest first.
#[rustfmt::skip]
pub(super) const EDITS: &[ByteEdit] = &[
    edit(Code::FinalNewlineAdded, "without its final line break", |body| without_line_break(body).map(whole)),
    edit(Code::FinalNewlineAdded, "without the white space at its end", without_final_white_space),
    edit(Code::FinalNewlineLost, "with a final line break (LF)", |body| Some(joined(body, b"\n"))),
    edit(Code::FinalNewlineLost, "with a final line break (CRLF)", |body| Some(joined(body, b"\r\n"))),
    edit(Code::CrlfLineEndings, "with LF line endings in place of CRLF", |body| lf(body).map(whole)),
    edit(Code::CrlfLineEndings, "with CRLF line endings in place of LF", |body| crlf(body).map(whole)),
    edit(Code::Bom, "without its byte order mark", |body| body.strip_prefix(BYTE_ORDER_MARK).map(whole)),
    edit(Code::Bom, "with a byte order mark before it", with_byte_order_mark),
    #[cfg(feature = "compression")]
    edit(Code::ContentEncoding, "decompressed from gzip", |body| gunzipped(body).map(whole)),
    #[cfg(feature = "compression")]
    edit(Code::ContentEncoding, "decompressed from deflate", |body| inflated(body).map(whole)),
    edit(Code::ContentEncoding, "decoded from base64", |body| from_base64(body).map(whole)),
    edit(Code::ContentEncoding, "decoded from hex", |body| from_hex(body).map(whole)),
    edit(Code::LiteralEscapes, "with bytes in the place of escapes such as `\\x0a`", |body| without_escapes(body).map(whole)),
    edit(Code::ContentEncoding, "restored to UTF-8, after it was read as Latin-1,", |body| from_latin1(body).map(whole)),
];

const fn edit(code: Code, words: &'static str, undo: fn(&[u8]) -> Option<Bytes<'_>>) -> ByteEdit {
    ByteEdit { code, words, undo }
}

/// The bodies that the edits can have been made from, the likeliest first. Each is made only when
/// it is asked for.
pub(super) fn edited_bodies(body: &[u8]) -> impl Iterator<Item = EditedBody<'_>> {
    EDITS.iter().filter_map(|edit| {
        Some(EditedBody {
            code: edit.code,
            words: edit.words.into(),
            bytes: (edit.undo)(body)?,
        })
    })
}

fn whole<'b>(bytes: impl Into<Cow<'b, [u8]>>) -> Bytes<'b> {
    [bytes.into(), Cow::default()]
}

fn joined<'b>(start: &'b [u8], end: &'b [u8]) -> Bytes<'b> {
    [Cow::Borrowed(start), Cow::Borrowed(end)]
}

fn without_final_white_space(body: &[u8]) -> Option<Bytes<'_>> {
    let start = body.trim_ascii_end();
    let is_new = start.len() < body.len() && Some(start) != without_line_break(body);
    is_new.then(|| whole(start))
}

/// The body with LF for each CRLF; `None` if it has none.
fn lf(body: &[u8]) -> Option<Vec<u8>> {
    let finder = memchr::memmem::Finder::new(b"\r\n");
    finder.find(body)?;
    let mut changed = Vec::with_capacity(body.len());
    let mut copied = 0;
    for at in finder.find_iter(body) {
        changed.extend_from_slice(&body[copied..at]);
        copied = at + 1;
    }
    changed.extend_from_slice(&body[copied..]);
    Some(changed)
}

/// The body with CRLF for each LF, whether or not that has a CR already; `None` if it has none.
fn crlf(body: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'\n', body)?;
    let plain = lf(body).map_or(Cow::Borrowed(body), Cow::Owned);
    let mut changed = Vec::with_capacity(plain.len() + plain.len() / 32);
    let mut copied = 0;
    for at in memchr::memchr_iter(b'\n', &plain) {
        changed.extend_from_slice(&plain[copied..at]);
        changed.extend_from_slice(b"\r\n");
        copied = at + 1;
    }
    changed.extend_from_slice(&plain[copied..]);
    Some(changed)
}

fn with_byte_order_mark(body: &[u8]) -> Option<Bytes<'_>> {
    let has_one = body.starts_with(BYTE_ORDER_MARK);
    (!has_one).then(|| joined(BYTE_ORDER_MARK, body))
}

#[cfg(feature = "compression")]
fn gunzipped(body: &[u8]) -> Option<Vec<u8>> {
    body.starts_with(b"\x1f\x8b")
        .then(|| decompressed(MultiGzDecoder::new(body)))?
}

#[cfg(feature = "compression")]
fn inflated(body: &[u8]) -> Option<Vec<u8>> {
    body.starts_with(b"\x78")
        .then(|| decompressed(ZlibDecoder::new(body)))?
}

#[cfg(feature = "compression")]
/// Reads to the end; `None` if it is not the compressed form, or longer than [`MAX_DECOMPRESSED`].
fn decompressed(decoder: impl Read) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let size = decoder
        .take(MAX_DECOMPRESSED + 1)
        .read_to_end(&mut plain)
        .ok()?;
    (size as u64 <= MAX_DECOMPRESSED).then_some(plain)
}

/// The body before it was saved as base64, in either alphabet and perhaps as a JSON string.
fn from_base64(body: &[u8]) -> Option<Vec<u8>> {
    // What is not base64 at its start, as nearly all bodies, need not be copied.
    let text = unquoted(body)?;
    let is_symbol = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(&byte);
    text.bytes().take(64).all(is_symbol).then_some(())?;
    base64(text, false).ok()
}

/// The body before it was saved as hex, also behind the `\x` of Postgres.
fn from_hex(body: &[u8]) -> Option<Vec<u8>> {
    let text = unquoted(body)?;
    let digits = text.trim_start_matches('\\');
    let digits = digits
        .strip_prefix('x')
        .or_else(|| digits.strip_prefix("0x"))
        .unwrap_or(digits);
    hex::decode(digits).ok()
}

/// The text of a body, without the quotes of a string around it.
fn unquoted(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body.trim_ascii()).ok()?;
    let inside = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    Some(inside.unwrap_or(text))
}

/// The body with the byte for each `\xHH`; `None` if it has none. An escaped backslash starts none.
fn without_escapes(body: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(body, b"\\x")?;
    let mut changed = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        changed.extend_from_slice(&rest[..at]);
        let digits = rest[at..].strip_prefix(b"\\x").and_then(|it| it.get(..2));
        let byte = digits.and_then(|digits| hex::decode(digits).ok());
        let (escape, after) = match byte {
            Some(_) => rest[at..].split_at(4),
            None => rest[at..].split_at(2.min(rest.len() - at)),
        };
        changed.extend_from_slice(byte.as_deref().unwrap_or(escape));
        rest = after;
    }
    changed.extend_from_slice(rest);
    (changed != body).then_some(changed)
}

/// The body before its UTF-8 was read as Latin-1 and written as UTF-8 again, `Ã¡` for `á`.
fn from_latin1(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let bytes = text.chars().map(|c| u8::try_from(c).ok());
    (!text.is_ascii()).then(|| bytes.collect())?
}
