//! Values that no reader takes as they are: of the wrong type, or of unknown fields.
//!
//! They are checked all the same for what every JSON reader should worry about: repeated keys, halves
//! of surrogate pairs and numbers that lose precision, at any depth.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::key_counts::KeyCounts;
use super::lexer::{Lexer, unescape};
use super::token::{is_number, note_lone_surrogate, note_precision};
use crate::finding::{
    Detail, Expected, Finding, Findings, Found, Label, Occurrence, Place, Pointer, Rule, Step,
    quoted_word,
};

/// Notes that `token` is not what was expected; it is of no use, but may still be what no reader
/// of JSON should meet.
#[cold]
pub(crate) fn wrong_token(
    expected: Expected,
    token: &str,
    at: &Place<'_>,
    findings: &mut Findings,
) -> bool {
    findings.note(Rule::WrongType, |rule| {
        let found = found(token);
        Finding::new(rule, at, Detail::WrongType { expected, found })
    });
    check(token, at, findings);
    false
}

/// What a token is.
fn found(token: &str) -> Found {
    match token.as_bytes().first() {
        Some(b'"') => Found::String(quoted_word(&unescape(token))),
        Some(b'{') => Found::Object,
        Some(b'[') => Found::Array,
        Some(b'n') => Found::Null,
        Some(b't' | b'f') => Found::Bool(token == "true"),
        _ => Found::Number(quoted_word(token)),
    }
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
