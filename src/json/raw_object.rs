//! Values of any shape: checked for what every JSON reader should worry about, and kept as text.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::key_counts::KeyCounts;
use super::lexer::{Lexer, members};
use super::scalar::{is_number, is_short_number, note_lone_surrogate, note_precision, wrong_token};
use super::{Decoder, Read, SyntaxError};
use crate::Text;
use crate::finding::{
    Detail, Expected, Finding, Findings, Label, Occurrence, Place, Pointer, Rule, Step, quoted_word,
};

/// An object with any keys and any values, such as a session's slots.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawObject<'de>(&'de str);

impl<'de> RawObject<'de> {
    /// The members in order, the values as JSON text.
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

/// Sees at a glance that [`check`] would find nothing: a few different keys, and values that are
/// strings, words or short numbers. So are nearly all maps.
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
            // Half of a character is written like this.
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

/// How many containers deep [`check`] looks: as deep as most readers of JSON go. What is deeper is
/// taken as one value, so that no place is longer than this, however hostile the text.
const MAX_DEPTH: usize = 128;

/// A container that [`check`] is inside of.
enum Inside<'a> {
    Object { keys: KeyCounts<'a> },
    Array { next: usize },
}

/// One step of the way to where [`check`] is; a place is made of it only where one is noted.
enum PathStep<'a> {
    Key {
        key: Cow<'a, str>,
        seen: u32,
        shared: OnceCell<Arc<str>>,
    },
    Index(usize),
}

impl PathStep<'_> {
    fn step(&self) -> Step {
        match self {
            Self::Key { key, seen, shared } => {
                let key = shared.get_or_init(|| Arc::from(&**key)).clone();
                Step::Key(key, Occurrence::Nth(*seen))
            }
            Self::Index(index) => Step::Index(*index),
        }
    }
}

/// Notes repeated keys, halves of characters and numbers that lose precision, at any depth, in a
/// valid JSON value.
pub(crate) fn check(json: &str, at: &Place<'_>, findings: &mut Findings) {
    let mut walk = Checker {
        lexer: Lexer::new(json),
        trail: Trail {
            base: at,
            base_pointer: OnceCell::new(),
            path: Vec::new(),
        },
        inside: Vec::new(),
    };
    walk.value(findings);
    while let Some(top) = walk.inside.last_mut() {
        let next = match top {
            Inside::Object { keys } => walk.lexer.key().map(|(span, key)| {
                note_lone_surrogate(&json[span], findings, || walk.trail.pointer());
                let seen = keys.count(key.clone(), 0);
                let shared = OnceCell::new();
                PathStep::Key { key, seen, shared }
            }),
            Inside::Array { next } => {
                walk.lexer.eat(b',');
                let more = walk.lexer.peek().is_some_and(|byte| byte != b']');
                *next += 1;
                more.then_some(PathStep::Index(*next - 1))
            }
        };
        match next {
            Some(step) => {
                walk.trail.path.push(step);
                walk.note_repeated_key(findings);
                walk.value(findings);
            }
            None => walk.leave(),
        }
    }
}

struct Checker<'w, 'a> {
    lexer: Lexer<'a>,
    trail: Trail<'w, 'a>,
    inside: Vec<Inside<'a>>,
}

/// The way from where [`check`] started to where it is.
struct Trail<'w, 'a> {
    base: &'w Place<'w>,
    base_pointer: OnceCell<Pointer>,
    path: Vec<PathStep<'a>>,
}

impl Trail<'_, '_> {
    fn pointer(&self) -> Pointer {
        let base = self.base_pointer.get_or_init(|| self.base.pointer());
        let steps: Vec<Step> = self.path.iter().map(PathStep::step).collect();
        base.clone().join(&steps)
    }
}

impl Checker<'_, '_> {
    /// Enters a container, or passes a single value.
    fn value(&mut self, findings: &mut Findings) {
        let may_enter = self.inside.len() < MAX_DEPTH;
        if may_enter && self.lexer.eat(b'{') {
            self.inside.push(Inside::Object {
                keys: KeyCounts::default(),
            });
        } else if may_enter && self.lexer.eat(b'[') {
            self.inside.push(Inside::Array { next: 0 });
        } else {
            let token = self.lexer.token();
            if is_number(token) {
                note_precision(token, findings, || self.trail.pointer());
            } else {
                note_lone_surrogate(token, findings, || self.trail.pointer());
            }
            self.trail.path.pop();
        }
    }

    fn leave(&mut self) {
        // At the end of text that is not JSON after all there is no bracket to pass, which ends
        // the walk all the same: every turn of its loop enters, passes or leaves something.
        let bracket = match self.inside.pop() {
            Some(Inside::Object { .. }) => b'}',
            _ => b']',
        };
        self.lexer.eat(bracket);
        self.trail.path.pop();
    }

    fn note_repeated_key(&self, findings: &mut Findings) {
        if let Some(PathStep::Key { key, seen: 1.., .. }) = self.trail.path.last() {
            findings.note(Rule::DuplicateKey, |_| {
                repeated_key(key, self.trail.pointer())
            });
        }
    }
}

/// The finding that `pointer` is not the first member named `key`.
pub(crate) fn repeated_key(key: &str, pointer: Pointer) -> Finding {
    let detail = Detail::DuplicateKey {
        key: quoted_word(key),
    };
    let first = pointer.first_occurrence();
    Finding::at(Rule::DuplicateKey, pointer, detail).with_related(first, Label::FirstUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_noted_wherever_they_are() {
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
