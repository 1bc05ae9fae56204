//! The text of a body: decodes it, reads it once, and finds places in it.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::decoder::{Decoder, WHITE_SPACE};
use super::lexer::{items, last_member};
use super::{Read, Wanted, describe_error, locate};
use crate::finding::{Detail, Finding, Findings, NotJson, Place, Rule};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A body as text.
///
/// Each invalid UTF-8 sequence becomes one U+FFFD, so that lines and columns stay the same. A byte
/// order mark at the start is removed.
#[derive(Debug)]
pub struct Document<'a> {
    text: Cow<'a, str>,
    /// The invalid UTF-8, if there is any.
    not_text: Option<NotText>,
}

#[derive(Debug)]
struct NotText {
    /// The offset of the first invalid sequence in the text.
    at: usize,
    /// Its first byte.
    byte: u8,
    /// The number of invalid sequences.
    count: usize,
}

impl<'a> Document<'a> {
    /// An empty document.
    pub(crate) const EMPTY: Document<'static> = Document {
        text: Cow::Borrowed(""),
        not_text: None,
    };

    /// Decodes `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        let (text, not_text) = if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            (
                Cow::Borrowed(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)),
                None,
            )
        } else {
            let (text, not_text) = lossy(bytes);
            (Cow::Owned(text), not_text)
        };
        Self { text, not_text }
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the body is UTF-8.
    #[cfg(feature = "cli")]
    pub(crate) fn is_text(&self) -> bool {
        self.not_text.is_none()
    }

    /// The offset in the text of the first character that is not JSON; `None` if all of it is.
    #[cfg(feature = "cli")]
    pub(crate) fn fault(&self) -> Option<usize> {
        let error = serde_json::from_str::<IgnoredAny>(&self.text).err()?;
        Some(match error.classify() {
            Category::Eof => self.text.len(),
            _ => fault_span(&self.text, &error).start,
        })
    }

    /// Reads the body into `value` and notes what is wrong. Returns true if the body is valid JSON.
    pub(crate) fn read<'d, T: Read<'d>>(&'d self, value: &mut T, findings: &mut Findings) -> bool {
        if let Some(not_text) = &self.not_text {
            findings.note(Rule::NotJson, |_| not_text.finding());
        }
        let mark = findings.mark();
        let mut json = Decoder::new(&self.text);
        let read = value.read(&mut json, &Place::Root, findings);
        if read.and_then(|_| json.end()).is_ok() {
            return true;
        }
        // The body is not an object at all, such as a log line that starts with a number. That its
        // start has the wrong type is not worth a finding.
        if !self.text.trim_start_matches(WHITE_SPACE).starts_with('{') {
            findings.take_back_since(&mark);
            *value = T::default();
        }
        findings.note(Rule::NotJson, |_| fault(&self.text, json.offset()));
        false
    }

    /// Reads the outline of the body. Returns `None` if the body is not text, not JSON or not an object.
    pub(crate) fn read_outline<'d, T: Read<'d>>(&'d self) -> Option<T> {
        let mut value = None;
        let mut json = Decoder::of_outline(&self.text);
        let mut findings = Findings::default();
        let read = Option::<T>::read(&mut value, &mut json, &Place::Root, &mut findings);
        let is_whole = read.and_then(|_| json.end()).is_ok();
        value.filter(|_| is_whole && self.not_text.is_none())
    }

    /// For each item of the body's array `array`, the text of its member `name`, if it has one.
    pub(crate) fn of_each_item(
        &self,
        array: &str,
        name: &str,
    ) -> impl Iterator<Item = Option<&str>> {
        items(last_member(&self.text, array).unwrap_or_default())
            .map(move |item| last_member(item, name))
    }

    /// Fills in the bytes that each finding is about, and sorts the findings by them.
    pub(crate) fn place(&self, findings: &mut [Finding]) {
        let mut spans = self.locate_all(findings).into_iter();
        for finding in &mut *findings {
            let span = spans.next().flatten();
            // A syntax error already has its place, inside the value that its pointer names.
            finding.span = finding.span.take().or(span);
            for related in &mut finding.related {
                related.span = spans.next().flatten();
            }
        }
        findings.sort_by_key(|finding| finding.span.as_ref().map_or(0, |span| span.start));
    }

    /// The bytes that each finding is about, followed by those of its related places.
    fn locate_all(&self, findings: &[Finding]) -> Vec<Option<Range<usize>>> {
        let pointers = findings.iter().flat_map(|finding| {
            let related = finding.related.iter().map(|related| &related.pointer);
            std::iter::once(&finding.pointer).chain(related)
        });
        let mut wanted = Wanted::default();
        let mut count = 0;
        for pointer in pointers {
            wanted.add(pointer, count);
            count += 1;
        }
        let mut spans = vec![None; count];
        locate(&self.text, &wanted, &mut |number, span| {
            spans[number] = Some(span);
        });
        spans
    }
}

/// Decodes bytes that are not entirely UTF-8.
fn lossy(bytes: &[u8]) -> (String, Option<NotText>) {
    let mut text = String::with_capacity(bytes.len());
    let mut not_text: Option<NotText> = None;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let Some(byte) = chunk.invalid().first() else {
            continue;
        };
        not_text
            .get_or_insert(NotText {
                at: text.len(),
                byte: *byte,
                count: 0,
            })
            .count += 1;
        text.push(char::REPLACEMENT_CHARACTER);
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        text.remove(0);
        if let Some(not_text) = &mut not_text {
            not_text.at -= BYTE_ORDER_MARK.len_utf8();
        }
    }
    (text, not_text)
}

impl NotText {
    fn finding(&self) -> Finding {
        let detail = Detail::NotJson(NotJson::InvalidUtf8 {
            byte: self.byte,
            more: self.count - 1,
        });
        let mut finding = Finding::new(Rule::NotJson, &Place::Root, detail);
        finding.span = Some(self.at..self.at + char::REPLACEMENT_CHARACTER.len_utf8());
        finding
    }
}

/// The finding for a text that is not JSON. `read` is the offset at which the decoder stopped.
fn fault(text: &str, read: usize) -> Finding {
    let end = text.trim_end_matches(WHITE_SPACE).len();
    let (detail, span) = match serde_json::from_str::<IgnoredAny>(text) {
        // Unreachable: a test checks that both readers accept the same texts.
        Ok(_) => (NotJson::Unexplained, read..read),
        Err(_) if end == 0 => (NotJson::Empty, 0..0),
        Err(error) => {
            let fault = describe_error(&error);
            if error.classify() == Category::Eof {
                (NotJson::CutOff { fault }, end..end)
            } else {
                let span = fault_span(text, &error);
                let found = text[span.clone()].chars().next();
                (NotJson::Syntax { fault, found }, span)
            }
        }
    };
    let mut finding = Finding::new(Rule::NotJson, &Place::Root, Detail::NotJson(detail));
    finding.span = Some(span);
    finding
}

/// The bytes of the character at which `serde_json` stopped.
fn fault_span(text: &str, error: &serde_json::Error) -> Range<usize> {
    let is_control = error.to_string().starts_with("control character");
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(line - 2)
            .map_or(0, |newline| newline + 1),
    };
    let passed = (line_start + error.column()).min(text.len());
    // The column includes the character at fault, unless that is a control character.
    let last = passed - usize::from(!is_control && passed > 0);
    let start = text.floor_char_boundary(last);
    let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::Session;
    use crate::view::wording::message;

    /// Expects these messages about a body, each with the part of the body that it is about.
    #[track_caller]
    fn case(body: &str, want: &[(&str, &str)]) {
        let document = Document::new(body.as_bytes());
        let mut findings = Findings::default();
        Session::read(&document, &mut findings);
        let (mut findings, _) = findings.finish();
        document.place(&mut findings);
        let about = |finding: &Finding| &body[finding.span.clone().expect("it has a place")];
        let got: Vec<_> = findings
            .iter()
            .filter(|finding| finding.rule != Rule::MissingField)
            .map(|finding| (message(finding), about(finding)))
            .collect();
        let want: Vec<_> = want
            .iter()
            .map(|(said, at)| ((*said).to_owned(), *at))
            .collect();
        assert_eq!(got, want, "{body:?}");
    }

    #[test]
    fn points_at_the_character_that_is_not_json() {
        let control = |found| format!("unescaped control character in a string, found `{found}`");
        for name in ["callee", "new"] {
            case(
                &format!("{{\"{name}\":\"b\r\"}}"),
                &[(&control("\\r"), "\r")],
            );
            case(
                &format!("{{\"{name}\":\"b\nc\"}}"),
                &[(&control("\\n"), "\n")],
            );
            case(
                &format!("{{\"{name}\":\"é\t\"}}"),
                &[(&control("\\t"), "\t")],
            );
        }
        let word = "expected `true`, `false` or `null`, found `w`";
        case("{\"callee\":two}", &[(word, "w")]);
        case("{\"callee\":é}", &[("expected a value, found `é`", "é")]);
        case(
            "2025-01-20 INFO {}",
            &[("expected the end of the text, found `-`", "-")],
        );
        let end = "expected the end of the text, found `}`";
        case("{\n}\n}", &[(end, "}")]);
    }
}
