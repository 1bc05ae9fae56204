//! Values of any shape, kept as text and checked for what may trip up any JSON reader: repeated keys,
//! unpaired surrogates, and numbers that lose precision.

use std::borrow::Cow;

use super::check::{check, wrong_token};
use super::lexer::{Lexer, members};
use super::token::is_short_number;
use super::{Decoder, Document, Read, SyntaxError};
use crate::Text;
use crate::finding::{Expected, Findings, Place};

/// An object with any keys and any values, such as a session's slots.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawObject<'de>(&'de str);

impl<'de> RawObject<'de> {
    /// The object that a body is. It must be one.
    pub(crate) fn of(document: &'de Document<'_>) -> Self {
        Self(document.text().trim())
    }

    /// The members in order, with their values as JSON text.
    pub fn members(&self) -> impl Iterator<Item = (Text<'de>, &'de str)> {
        members(self.0).map(|(key, value)| (Text::from(key), value))
    }

    /// The object as JSON text, as it was received.
    pub fn as_json(&self) -> &'de str {
        self.0
    }
}

impl<'de> Read<'de> for RawObject<'de> {
    fn read(
        &mut self,
        json: &mut Decoder<'de>,
        at: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<bool, SyntaxError> {
        let token = json.value()?;
        if !token.starts_with('{') {
            return Ok(wrong_token(Expected::Object, token, at, findings));
        }
        if !is_plain(token) {
            check(token, at, findings);
        }
        *self = Self(token);
        Ok(true)
    }
}

/// Whether an object is so simple that [`check`] would find nothing: it has few keys, all different,
/// and its values are strings, words or short numbers. Nearly all objects are like that.
fn is_plain(object: &str) -> bool {
    const FEW: usize = 8;
    let mut keys = [""; FEW];
    let mut lexer = Lexer::new(object);
    lexer.eat(b'{');
    for count in 0..=FEW {
        let Some((_, Cow::Borrowed(key))) = lexer.key() else {
            return lexer.eat(b'}');
        };
        let value = lexer.token();
        let is_plain = match value.as_bytes().first() {
            // Surrogates, paired or not, are written like this.
            Some(b'"') => !value.contains("\\ud") && !value.contains("\\uD"),
            Some(b't' | b'f' | b'n') => true,
            Some(b'{' | b'[') | None => false,
            Some(_) => is_short_number(value),
        };
        if count == FEW || !is_plain || keys[..count].contains(&key) {
            return false;
        }
        keys[count] = key;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Rule;

    #[test]
    fn notes_unpaired_surrogates_at_any_depth() {
        let noted = |json: &str| {
            let mut findings = Findings::default();
            let mut map = RawObject::default();
            let read = map.read(&mut Decoder::new(json), &Place::Root, &mut findings);
            assert!(matches!(read, Ok(true)), "{json}");
            let (findings, _) = findings.finish();
            assert!(findings.iter().all(|finding| finding.rule == Rule::NotJson));
            let pointers = findings.iter().map(|finding| finding.pointer.to_string());
            pointers.collect::<Vec<_>>()
        };
        assert_eq!(noted(r#"{"a":"\ud83d"}"#), ["/a"]);
        assert_eq!(noted(r#"{"a":"\uDE00 \\u"}"#), ["/a"]);
        assert_eq!(noted(r#"{"a":{"b":["","\ud83d\ud83d"]}}"#), ["/a/b/1"]);
        assert_eq!(noted(r#"{"a":{"\ud83d":1}}"#), ["/a"]);
        assert_eq!(noted(r#"{"\ude00":1}"#), [""]);
        assert!(noted(r#"{"a":"\ud83d\ude00","\ud83d\ude00":"\\ud83d"}"#).is_empty());
    }
}
