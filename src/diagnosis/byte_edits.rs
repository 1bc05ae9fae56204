//! What tools do to the bytes of a body when they save it, undone.

use std::borrow::Cow;
#[cfg(feature = "cli")]
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
#[cfg(feature = "cli")]
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::signature::Code;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// A compressed body is read no further: a few bytes can hold a world of zeros.
const MAX_DECOMPRESSED: u64 = 16 << 20;

/// The bytes that may have been signed in place of those that were saved.
pub(super) struct Change<'b> {
    pub(super) code: Code,
    /// What they are, after "the body".
    pub(super) what: Cow<'static, str>,
    /// The bytes, in parts.
    pub(super) body: [Cow<'b, [u8]>; 2],
}

impl<'b> Change<'b> {
    /// A change that gives all of the body.
    pub(super) fn whole(
        code: Code,
        what: impl Into<Cow<'static, str>>,
        body: impl Into<Cow<'b, [u8]>>,
    ) -> Self {
        Self {
            code,
            what: what.into(),
            body: [body.into(), Cow::Borrowed(b"")],
        }
    }

    /// The same, with a line break after it.
    pub(super) fn with_final_newline(&self) -> Change<'_> {
        let [start, end] = &self.body;
        let body = if end.is_empty() {
            [Cow::Borrowed(&**start), Cow::Borrowed(&b"\n"[..])]
        } else {
            [
                Cow::Borrowed(&**start),
                Cow::Owned([end, &b"\n"[..]].concat()),
            ]
        };
        Change {
            code: self.code,
            what: format!("{} and with a final line break", self.what).into(),
            body,
        }
    }

    /// The parts of the bytes.
    pub(super) fn parts(&self) -> [&[u8]; 2] {
        [&self.body[0], &self.body[1]]
    }
}

/// Undoes one thing that may have been done to a body, where it can have been.
type Undo = fn(&[u8]) -> Option<Change<'_>>;

/// What may have been done to a body that was saved, undone: made one by one.
pub(super) fn changes(body: &[u8]) -> impl Iterator<Item = Change<'_>> {
    const CHANGES: [Undo; 11] = [
        without_final_newline,
        without_final_white_space,
        with_final_newline,
        with_final_crlf,
        with_lf,
        with_crlf,
        without_byte_order_mark,
        with_byte_order_mark,
        decompressed,
        from_base64,
        from_latin1,
    ];
    CHANGES.into_iter().filter_map(move |change| change(body))
}

/// The body without the line break at its end.
pub(super) fn trimmed(body: &[u8]) -> Option<&[u8]> {
    let body = body.strip_suffix(b"\n")?;
    Some(body.strip_suffix(b"\r").unwrap_or(body))
}

fn without_final_newline(body: &[u8]) -> Option<Change<'_>> {
    let body = trimmed(body)?;
    Some(Change::whole(
        Code::FinalNewlineAdded,
        "without its final line break",
        body,
    ))
}

fn without_final_white_space(body: &[u8]) -> Option<Change<'_>> {
    let end = body.trim_ascii_end();
    (Some(end) != trimmed(body) && end.len() < body.len()).then(|| {
        Change::whole(
            Code::FinalNewlineAdded,
            "without the white space at its end",
            end,
        )
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands among those that do not always apply"
)]
fn with_final_newline(body: &[u8]) -> Option<Change<'_>> {
    Some(Change {
        code: Code::FinalNewlineLost,
        what: "with a final line break (LF)".into(),
        body: [Cow::Borrowed(body), Cow::Borrowed(b"\n")],
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands among those that do not always apply"
)]
fn with_final_crlf(body: &[u8]) -> Option<Change<'_>> {
    Some(Change {
        code: Code::FinalNewlineLost,
        what: "with a final line break (CRLF)".into(),
        body: [Cow::Borrowed(body), Cow::Borrowed(b"\r\n")],
    })
}

fn with_lf(body: &[u8]) -> Option<Change<'_>> {
    let changed = lf(body)?;
    Some(Change::whole(
        Code::CrlfLineEndings,
        "with LF line endings in place of CRLF",
        changed,
    ))
}

fn with_crlf(body: &[u8]) -> Option<Change<'_>> {
    memchr::memchr(b'\n', body)?;
    let plain = lf(body).map_or(Cow::Borrowed(body), Cow::Owned);
    let mut changed = Vec::with_capacity(plain.len() + plain.len() / 32);
    for line in plain.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => changed.extend_from_slice(&[line, b"\r\n"].concat()),
            None => changed.extend_from_slice(line),
        }
    }
    Some(Change::whole(
        Code::CrlfLineEndings,
        "with CRLF line endings in place of LF",
        changed,
    ))
}

/// The body with every CRLF written LF, where it has any.
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

fn without_byte_order_mark(body: &[u8]) -> Option<Change<'_>> {
    let body = body.strip_prefix(BYTE_ORDER_MARK)?;
    Some(Change::whole(
        Code::Bom,
        "without its byte order mark",
        body,
    ))
}

fn with_byte_order_mark(body: &[u8]) -> Option<Change<'_>> {
    (!body.starts_with(BYTE_ORDER_MARK)).then_some(Change {
        code: Code::Bom,
        what: "with a byte order mark before it".into(),
        body: [Cow::Borrowed(BYTE_ORDER_MARK), Cow::Borrowed(body)],
    })
}

#[cfg(not(feature = "cli"))]
fn decompressed(_: &[u8]) -> Option<Change<'_>> {
    None
}

#[cfg(feature = "cli")]
fn decompressed(body: &[u8]) -> Option<Change<'_>> {
    let (what, decoder): (_, Box<dyn Read + '_>) = match body {
        [0x1f, 0x8b, ..] => (
            "decompressed from gzip",
            Box::new(MultiGzDecoder::new(body)),
        ),
        [0x78, ..] => (
            "decompressed from deflate",
            Box::new(ZlibDecoder::new(body)),
        ),
        _ => return None,
    };
    let mut plain = Vec::new();
    let size = decoder
        .take(MAX_DECOMPRESSED + 1)
        .read_to_end(&mut plain)
        .ok()?;
    (size as u64 <= MAX_DECOMPRESSED).then(|| Change::whole(Code::ContentEncoding, what, plain))
}

fn from_base64(body: &[u8]) -> Option<Change<'_>> {
    let plain = STANDARD.decode(body.trim_ascii()).ok()?;
    Some(Change::whole(
        Code::ContentEncoding,
        "decoded from base64",
        plain,
    ))
}

/// UTF-8 that was read as Latin-1 and written as UTF-8 again: `Ã¡` for `á`.
fn from_latin1(body: &[u8]) -> Option<Change<'_>> {
    let text = std::str::from_utf8(body)
        .ok()
        .filter(|text| !text.is_ascii())?;
    let plain: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    Some(Change::whole(
        Code::ContentEncoding,
        "in UTF-8, which was read as Latin-1 when it was saved",
        plain?,
    ))
}
