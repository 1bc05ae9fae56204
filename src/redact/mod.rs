//! Makes a delivery that can be shown to anybody out of one that cannot: the same structure, without
//! the people in it.
//!
//! Redaction works on what is read, not on what is printed. A [`Redactor`] turns a delivery into
//! another one, which is then inspected and shown like any other, so that no view can give away what
//! it has never seen. It has three steps:
//!
//! 1. **Collect** the identities from the fields that hold some (`fields`): numbers, names, ids,
//!    slots, labels, variables, links, coordinates; and e-mail addresses and long numbers from texts
//!    (`patterns`).
//! 2. **Replace** them everywhere, in all texts, in every form that a search would miss and a reader
//!    would not (`fold`, `forms`), with pseudonyms (`pseudonyms`). A field that holds an identity is
//!    replaced as a whole. White space, types, order and the words of the documentation stay.
//! 3. **Verify**: search the finished result for every form that was collected. If one is left, there
//!    is a [`Leak`], and no result.
//!
//! What nobody collects cannot be found: a name that is only said in a message stays there, unless
//! [`Options::texts`] replaces all texts.
//!
//! `credentials` is older and does something else: it keeps secrets in headers and URLs out of every
//! output, without being asked.

mod credentials;
mod fields;
mod fold;
mod forms;
mod known;
mod patterns;
mod pseudonyms;
mod replaced;
mod text;
mod words;

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::sync::{Mutex, PoisonError};

use foldhash::HashMap;

pub(crate) use self::credentials::{header, url};
use self::fields::{Piece, Role, pieces};
use self::known::Known;
pub use self::pseudonyms::Key;
use self::pseudonyms::{Kind, Pseudonyms};
use self::text::Rewriter;
use crate::delivery::{Ambiguity, Delivery, Headers};
use crate::json::{Document, unescape};
use crate::signature::{Hint, Signature};
use crate::{Origin, Text};

/// The text that stands for a value that is left out.
const LEFT_OUT: &str = "[redacted]";

/// How to redact.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Makes pseudonyms that are the same in every run.
    pub key: Option<Key>,
    /// Whether to replace whole texts, with words of the same length.
    pub texts: bool,
    /// The keys whose values are left as they are.
    pub keep: Vec<String>,
}

/// Redacts the deliveries of a run, one after another.
#[derive(Debug)]
pub struct Redactor {
    options: Options,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    pseudonyms: Pseudonyms,
    /// The names of inputs in which somebody was found, as they are shown from then on.
    sources: HashMap<String, String>,
}

/// A delivery that was redacted.
#[derive(Debug)]
pub struct Redacted {
    /// Where it came from.
    pub origin: Origin<'static>,
    /// The delivery.
    pub delivery: Delivery<'static>,
}

/// Something that should have been replaced is still there. It is an error of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leak;

impl Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("internal error: redaction has missed something, so nothing of it is shown")
    }
}

impl std::error::Error for Leak {}

impl Redactor {
    /// A redactor that has seen nobody yet.
    pub fn new(options: Options) -> Self {
        let state = State {
            pseudonyms: Pseudonyms::new(options.key.clone()),
            sources: HashMap::default(),
        };
        Self {
            options,
            state: Mutex::new(state),
        }
    }

    /// Whether a body is JSON, all of whose values can be told apart. Otherwise only the punctuation is
    /// left of it from the first fault on.
    pub fn is_json(body: &[u8]) -> bool {
        Body::of(body, &[]).is_json()
    }

    /// Redacts a delivery. Its signature must be checked before, because it is that of the original.
    ///
    /// # Errors
    /// Something was missed.
    pub fn delivery(&self, origin: &Origin<'_>, delivery: &Delivery<'_>) -> Result<Redacted, Leak> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State {
            pseudonyms,
            sources,
        } = &mut *state;
        let body = Body::of(&delivery.body, &self.options.keep);
        pseudonyms.start_delivery(body.is_redacted());
        let mut rewriter = Rewriter::new(&self.options, pseudonyms);
        rewriter.collect(&body);
        let redacted = rewriter.rewrite(&body);
        verify(
            &redacted,
            body.pieces().count(),
            &self.options,
            &rewriter.known,
        )?;
        let mut share = |text: &str| rewriter.shared(text);
        let source = origin.source.as_str();
        let shown = sources.get(source).map_or(source, String::as_str);
        let source = share(shown)?;
        if source != origin.source.as_str() {
            sources.insert(origin.source.as_str().to_owned(), source.clone());
        }
        Ok(Redacted {
            origin: Origin {
                source: Text::from(source),
                index: origin.index,
            },
            delivery: shared(delivery, body.encode(&redacted), &mut share)?,
        })
    }

    /// The signature as it is shown with a redacted delivery: hints say what would match, but nothing
    /// of the bytes.
    pub fn signature(&self, signature: Signature) -> Signature {
        let general = |hint: Hint| Hint {
            code: hint.code,
            message: hint.code.sentence().trim_end_matches('.').to_owned(),
            // It quotes the original.
            difference: None,
        };
        Signature {
            hints: signature.hints.into_iter().map(general).collect(),
            reason: signature.reason.map(|reason| self.text(&reason)),
            header_source: signature.header_source.map(|source| self.text(&source)),
            scheme_source: signature.scheme_source.map(|source| self.text(&source)),
            ..signature
        }
    }

    /// A text that belongs to no delivery, such as a problem with an input, without e-mail addresses
    /// and long numbers.
    pub fn text(&self, text: &str) -> String {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = state.sources.get(text).cloned();
        let text = shown.as_deref().unwrap_or(text);
        let mut rewriter = Rewriter::new(&self.options, &mut state.pseudonyms);
        rewriter.sentence(text)
    }
}

/// The delivery with another body, and with everything else that it says about somebody replaced or
/// left out.
fn shared(
    delivery: &Delivery<'_>,
    body: Vec<u8>,
    share: &mut impl FnMut(&str) -> Result<String, Leak>,
) -> Result<Delivery<'static>, Leak> {
    let names = delivery
        .headers
        .iter()
        .map(|(name, _)| share(name.as_str()));
    let headers = names.map(|name| Ok((Text::from(name?), Text::from(LEFT_OUT))));
    let headers = headers.collect::<Result<Headers<'_>, Leak>>()?;
    let notes = delivery.notes.iter().map(|note| share(note));
    let notes = notes.collect::<Result<_, Leak>>()?;
    let ambiguities = delivery.ambiguities.iter().map(|ambiguity| {
        let message = share(&ambiguity.message)?;
        let doubt = ambiguity.doubt;
        Ok(Ambiguity { message, doubt })
    });
    Ok(Delivery {
        method: delivery.method.as_ref().map(method),
        target: delivery.target.as_ref().map(|_| Text::from(LEFT_OUT)),
        ambiguities: ambiguities.collect::<Result<_, Leak>>()?,
        body: Cow::Owned(body),
        encoded_body: None,
        terminator: b"",
        headers,
        notes,
        format: delivery.format,
        fidelity: delivery.fidelity,
        received_at: delivery.received_at,
        ends_input: delivery.ends_input,
        start: delivery.start,
        body_start: delivery.body_start,
    })
}

/// The method of a request, if it is a usual one.
fn method(method: &Text<'_>) -> Text<'static> {
    let known = METHODS.iter().find(|known| **known == method.as_str());
    Text::from(*known.unwrap_or(&LEFT_OUT))
}

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The fewest ids by which a body can be known to be redacted.
const MIN_IDS: usize = 3;

/// A body to redact.
struct Body<'a> {
    bytes: &'a [u8],
    document: Document<'a>,
    keep: &'a [String],
    /// Where the first fault is, if it is not JSON.
    fault: Option<usize>,
}

impl<'a> Body<'a> {
    fn of(bytes: &'a [u8], keep: &'a [String]) -> Self {
        let document = Document::new(bytes);
        let is_text = document.is_text();
        let fault = if is_text { document.fault() } else { Some(0) };
        Self {
            bytes,
            document,
            keep,
            fault,
        }
    }

    /// Its keys and values, up to the first fault.
    fn pieces(&self) -> impl Iterator<Item = Piece> {
        let end = self.fault.unwrap_or(usize::MAX);
        pieces(self.text(), self.keep).take_while(move |piece| piece.span.end < end)
    }

    fn is_json(&self) -> bool {
        self.fault.is_none()
    }

    fn text(&self) -> &str {
        self.document.text()
    }

    /// Whether it was redacted before: all of its ids are pseudonyms, and there are several.
    fn is_redacted(&self) -> bool {
        let ids = self.pieces().filter_map(|piece| match piece.role {
            Some(Role::Id(word, digits)) if !piece.is_key => {
                let token = &self.text()[piece.span.clone()];
                let id = unescape(token);
                let is_id = token.starts_with('"') && !id.trim().is_empty();
                is_id.then(|| Kind::Id(word, digits).is_numbered(&id))
            }
            _ => None,
        });
        let ids: Vec<bool> = ids.collect();
        ids.len() >= MIN_IDS && ids.iter().all(|is_pseudonym| *is_pseudonym)
    }

    /// The bytes of its redacted text: with the byte order mark that it has, and with bytes that are
    /// not UTF-8 where it has some.
    fn encode(&self, redacted: &str) -> Vec<u8> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if !self.document.is_text() {
            let chunks = self.bytes.utf8_chunks();
            let masked = chunks.flat_map(|chunk| {
                let fault: &[u8] = if chunk.invalid().is_empty() {
                    b""
                } else {
                    b"\xff"
                };
                [words::mask(chunk.valid()).as_bytes(), fault].concat()
            });
            return masked.collect();
        }
        let mark = if self.bytes.starts_with(MARK) {
            MARK
        } else {
            b""
        };
        [mark, redacted.as_bytes()].concat()
    }
}

/// Searches the first `count` keys and values of redacted JSON text for everything that is known.
/// Words of the documentation, times and keys that stay are not searched, because they say nothing
/// about anybody; nor are texts that were replaced as a whole, if they are.
fn verify(redacted: &str, count: usize, options: &Options, known: &Known) -> Result<(), Leak> {
    for piece in pieces(redacted, &options.keep).take(count) {
        let token = &redacted[piece.span.clone()];
        let value = unescape(token);
        let is_clean = match piece.role {
            None => true,
            Some(_) if piece.is_key => words::is_harmless_key(&value),
            Some(Role::Text) if options.texts => words::fill(&value) == value,
            Some(role) => text::stays(role, token, &value),
        };
        if !is_clean && known.is_in(&value) {
            return Err(Leak);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missed_is_not_shown() {
        let body =
            r#"{"callee": "+628123456789", "variables": {"name": "Dewi", "amount": 418000}}"#;
        let options = Options::default();
        let mut pseudonyms = Pseudonyms::default();
        let mut rewriter = Rewriter::new(&options, &mut pseudonyms);
        let read = Body::of(body.as_bytes(), &[]);
        rewriter.collect(&read);
        let redacted = rewriter.rewrite(&read);
        let verified = |text: &str| verify(text, usize::MAX, &options, &rewriter.known);
        assert_eq!(verified(&redacted), Ok(()));
        for missed in [
            r#""text": "call 0812-3456-789""#,
            r#""text": "D\u200bEWI's""#,
            r#""text": "%44ewi""#,
            r#""text": "a418000""#,
            r#""a": {"b": ["wamid.KzYyODEyMzQ1Njc4OQ=="]}"#,
            r#""Dewi": 1"#,
            r#""a": 418000"#,
        ] {
            let text = redacted.replacen('{', &format!("{{{missed}, "), 1);
            assert_eq!(verified(&text), Err(Leak), "{text}");
        }
        assert_eq!(verified(body), Err(Leak));
    }
}
