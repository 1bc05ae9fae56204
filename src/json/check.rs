//! Values that no reader takes as they are: of the wrong type, or of unknown fields.
//!
//! They are checked all the same for what every JSON reader should worry about: repeated keys,
//! unpaired surrogates and numbers that lose precision, at any depth.

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

/// Notes that `token` has the wrong type. Its content is checked all the same. Always returns false,
/// as the result of [`Read::read`].
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

/// The type of a token, with a short value.
pub(crate) fn found(token: &str) -> Found {
    match token.as_bytes().first() {
        Some(b'"') => Found::String(quoted_word(&unescape(token))),
        Some(b'{') => Found::Object,
        Some(b'[') => Found::Array,
        Some(b'n') => Found::Null,
        Some(b't' | b'f') => Found::Bool(token == "true"),
        _ => Found::Number(quoted_word(token)),
    }
}

/// How many containers deep [`check`] looks, which is as deep as most JSON readers go. Anything deeper
/// counts as one value, so that the length of a place is bounded.
const MAX_DEPTH: usize = 128;

/// A container around the current value of [`check`].
enum Inside<'a> {
    Object { keys: KeyCounts<'a> },
    Array { next: usize },
}

/// One step of the path to the current value. It becomes a [`Step`] only if something is noted.
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

/// Notes repeated keys, unpaired surrogates and numbers that lose precision, at any depth, in a valid
/// JSON value.
pub(crate) fn check(json: &str, at: &Place<'_>, findings: &mut Findings) {
    let mut checker = Checker::new(json, at);
    checker.value(findings);
    while !checker.inside.is_empty() {
        match checker.next_step(findings) {
            Some(step) => {
                checker.trail.path.push(step);
                checker.note_repeated_key(findings);
                checker.value(findings);
            }
            None => checker.leave(),
        }
    }
}

/// The state of [`check`]: an explicit stack instead of recursion.
struct Checker<'w, 'a> {
    lexer: Lexer<'a>,
    trail: Trail<'w, 'a>,
    inside: Vec<Inside<'a>>,
}

/// The path from the value that is checked to the current one inside it.
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

impl<'w, 'a> Checker<'w, 'a> {
    fn new(json: &'a str, at: &'w Place<'w>) -> Self {
        Self {
            lexer: Lexer::new(json),
            trail: Trail {
                base: at,
                base_pointer: OnceCell::new(),
                path: Vec::new(),
            },
            inside: Vec::new(),
        }
    }

    /// The step to the next value of the innermost container, or `None` at the end of it.
    fn next_step(&mut self, findings: &mut Findings) -> Option<PathStep<'a>> {
        match self.inside.last_mut()? {
            Inside::Object { keys } => self.lexer.key().map(|(span, key)| {
                let token = self.lexer.text(span);
                note_lone_surrogate(token, findings, || self.trail.pointer());
                let seen = keys.count(key.clone(), 0);
                let shared = OnceCell::new();
                PathStep::Key { key, seen, shared }
            }),
            Inside::Array { next } => {
                self.lexer.eat(b',');
                let more = self.lexer.peek().is_some_and(|byte| byte != b']');
                *next += 1;
                more.then_some(PathStep::Index(*next - 1))
            }
        }
    }

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
        // If the text is not JSON after all, the bracket may be missing. The loop still ends, because
        // each of its turns enters, passes or leaves something.
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

/// The finding that `pointer` is a repeated member named `key`.
pub(crate) fn repeated_key(key: &str, pointer: Pointer) -> Finding {
    let detail = Detail::DuplicateKey {
        key: quoted_word(key),
    };
    let first = pointer.first_occurrence();
    Finding::at(Rule::DuplicateKey, pointer, detail).with_related(first, Label::FirstUse)
}
