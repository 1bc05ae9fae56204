//! Paths into a record: how a person says where something is, and how the search says it.
//!
//! ```text
//! /requests/*/request/body        a JSON Pointer (RFC 6901), with `*` for every item of a list
//! /log > /headers                 ` > ` enters a string: what follows is in the JSON it holds
//!                                 the empty path is the whole record
//! ```
//!
//! `*` is also every member of an object, for lists whose items have names. In a key, `~0` stands for
//! `~` and `~1` for `/`, as in a JSON Pointer; and `~*` for a key that is a `*`, `~>` for a `>` after
//! a space.
//!
//! A path is parsed and printed here and nowhere else, so what is printed can be typed.

use std::fmt::{self, Display, Write};
use std::str::FromStr;

use crate::Text;

/// The most bytes of a path.
pub(super) const MAX_LENGTH: usize = 2048;
/// The most steps of a path. No record that a tool wrote is as deep.
const MAX_STEPS: usize = 64;
/// How much of a key is shown in a sentence.
const MAX_KEY: usize = 40;
/// What stands between a string and the path in its JSON.
const ENTER: &str = " > ";

/// A path from a record to one value, or to several if it contains `*`.
///
/// ```
/// use chatlog::capture::RecordPath;
///
/// let path: RecordPath = "/requests/*/request/body".parse()?;
/// assert_eq!(path.to_string(), "/requests/*/request/body");
/// let error = "/a/b~2".parse::<RecordPath>().unwrap_err();
/// assert_eq!(error.to_string(), "column 5: `~` must be followed by `0`, `1`, `*` or `>`");
/// # Ok::<(), chatlog::capture::PathError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct RecordPath(Vec<Step>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// To the member of this name, or the item with this number.
    Key(String),
    /// To every item or member.
    Every,
    /// From a string to the JSON in it.
    Enter,
}

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// The number of the character at which it is wrong, from 1.
    pub column: usize,
    /// What is wrong.
    pub kind: PathErrorKind,
}

/// What is wrong with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathErrorKind {
    /// Something else stands where a step starts.
    NoStep,
    /// A `~` is followed by neither of the characters that it may stand before.
    Escape,
    /// It has too many bytes.
    TooLong,
    /// It has too many steps.
    TooDeep,
}

impl RecordPath {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        Self(steps)
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The key that its last step leads to.
    pub(super) fn last_key(&self) -> Option<&str> {
        match self.0.last()? {
            Step::Key(key) => Some(key),
            Step::Every | Step::Enter => None,
        }
    }

    /// Whether it goes on from where `other` ends.
    pub(super) fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The path that goes on with these steps.
    pub(super) fn then(mut self, steps: &[Step]) -> Self {
        self.0.extend_from_slice(steps);
        self
    }

    /// Whether it is short enough to be parsed.
    pub(super) fn is_typable(&self) -> bool {
        self.0.len() <= MAX_STEPS && self.to_string().len() <= MAX_LENGTH
    }

    /// How many of its steps are to every item.
    pub(super) fn stars(&self) -> usize {
        let stars = self.0.iter().filter(|step| **step == Step::Every);
        stars.count()
    }

    /// Whether `other` leads to the same value as this path or into it, for some record.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let meets = |(one, other): (&Step, &Step)| match (one, other) {
            (Step::Enter, other) | (other, Step::Enter) => *other == Step::Enter,
            (Step::Every, _) | (_, Step::Every) => true,
            (Step::Key(one), Step::Key(other)) => one == other,
        };
        self.0.len() <= other.0.len() && self.0.iter().zip(&other.0).all(meets)
    }

    /// The path as sentences quote it, with long keys shortened. Safe to print.
    pub(super) fn shown(&self) -> String {
        let steps = self.0.iter().map(|step| match step {
            Step::Key(key) => Step::Key(shortened(key)).to_string(),
            step => step.to_string(),
        });
        Text::from(steps.collect::<String>()).to_string()
    }

    fn check_size(text: &str) -> Result<(), PathError> {
        if text.len() <= MAX_LENGTH {
            return Ok(());
        }
        let start = &text[..text.floor_char_boundary(MAX_LENGTH)];
        Err(PathError {
            column: start.chars().count() + 1,
            kind: PathErrorKind::TooLong,
        })
    }
}

/// As much of a key as is shown in a sentence.
pub(super) fn shortened(key: &str) -> String {
    Text::from(key).shortened(MAX_KEY).as_str().to_owned()
}

fn write_key(key: &str, out: &mut impl Write) -> fmt::Result {
    if key == "*" {
        return out.write_str("~*");
    }
    let mut before = '/';
    for character in key.chars() {
        match character {
            '~' => out.write_str("~0")?,
            '/' => out.write_str("~1")?,
            '>' if before == ' ' => out.write_str("~>")?,
            other => out.write_char(other)?,
        }
        before = character;
    }
    Ok(())
}

impl Display for RecordPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| step.fmt(f))
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => {
                f.write_char('/')?;
                write_key(key, f)
            }
            Self::Every => f.write_str("/*"),
            Self::Enter => f.write_str(ENTER),
        }
    }
}

impl FromStr for RecordPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::check_size(text)?;
        let fails = |rest: &str, kind| PathError {
            column: text[..text.len() - rest.len()].chars().count() + 1,
            kind,
        };
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if steps.len() == MAX_STEPS {
                return Err(fails(rest, PathErrorKind::TooDeep));
            }
            if let Some(inside) = rest.strip_prefix(ENTER) {
                steps.push(Step::Enter);
                rest = inside;
                continue;
            }
            let key = rest.strip_prefix('/');
            let key = key.ok_or_else(|| fails(rest, PathErrorKind::NoStep))?;
            let slash = key.find('/').unwrap_or(key.len());
            let end = key.find(ENTER).map_or(slash, |enter| enter.min(slash));
            let step = step(&key[..end]);
            steps.push(step.map_err(|at| fails(&key[at..], PathErrorKind::Escape))?);
            rest = &key[end..];
        }
        Ok(Self(steps))
    }
}

/// The step that is written as `word`.
///
/// # Errors
/// The offset of a `~` that stands for nothing.
fn step(word: &str) -> Result<Step, usize> {
    if word == "*" {
        return Ok(Step::Every);
    }
    let mut key = String::with_capacity(word.len());
    let mut parts = word.split('~');
    key.push_str(parts.next().unwrap_or_default());
    let mut at = key.len();
    for part in parts {
        let mut rest = part.chars();
        key.push(match rest.next() {
            Some('0') => '~',
            Some('1') => '/',
            Some(other @ ('*' | '>')) => other,
            _ => return Err(at),
        });
        key.push_str(rest.as_str());
        at += 1 + part.len();
    }
    Ok(Step::Key(key))
}

impl Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: ", self.column)?;
        match self.kind {
            PathErrorKind::NoStep => f.write_str(
                "expected `/` and a key, `/*` for every item, or ` > ` to enter a string, as in \
                 '/requests/*/body' and '/log > /body'",
            ),
            PathErrorKind::Escape => f.write_str("`~` must be followed by `0`, `1`, `*` or `>`"),
            PathErrorKind::TooLong => write!(f, "a path has at most {MAX_LENGTH} bytes"),
            PathErrorKind::TooDeep => write!(f, "a path has at most {MAX_STEPS} steps"),
        }
    }
}

impl std::error::Error for PathError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn fails(text: &str, column: usize, kind: PathErrorKind) {
        let error = text.parse::<RecordPath>();
        assert_eq!(error, Err(PathError { column, kind }), "{text:.60}");
    }

    #[test]
    fn says_where_a_path_is_wrong() {
        fails("body", 1, PathErrorKind::NoStep);
        fails("/log > body", 8, PathErrorKind::NoStep);
        fails("$.request.body", 1, PathErrorKind::NoStep);
        fails("/a/b~2", 5, PathErrorKind::Escape);
        fails("/é~0~/x", 5, PathErrorKind::Escape);
        fails("/~", 2, PathErrorKind::Escape);
        fails(&"/a".repeat(65), 129, PathErrorKind::TooDeep);
        fails(&" > ".repeat(100), 193, PathErrorKind::TooDeep);
        fails(
            &format!("/{}", "é".repeat(2000)),
            1025,
            PathErrorKind::TooLong,
        );
    }

    #[test]
    fn reads_what_people_write() {
        let key = |key: &str| Step::Key(key.to_owned());
        for (text, steps) in [
            ("", vec![]),
            ("/", vec![key("")]),
            ("/*/0", vec![Step::Every, key("0")]),
            ("/a > /b", vec![key("a"), Step::Enter, key("b")]),
            ("/a>/b", vec![key("a>"), key("b")]),
            ("/a > ", vec![key("a"), Step::Enter]),
            (
                "/~*/~0~1/x ~> y/**",
                vec![key("*"), key("~/"), key("x > y"), key("**")],
            ),
        ] {
            let path = text.parse::<RecordPath>().expect(text);
            assert_eq!(path.steps(), steps, "{text}");
            assert_eq!(path.to_string(), text);
        }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => "[ ~/*>ab\u{1b}é]{0,6}".prop_map(Step::Key),
            1 => any::<String>().prop_map(Step::Key),
            1 => Just(Step::Every),
            1 => Just(Step::Enter),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_can_be_typed(steps in prop::collection::vec(any_step(), 0..8)) {
            let path = RecordPath(steps);
            let text = path.to_string();
            prop_assume!(text.len() <= MAX_LENGTH);
            prop_assert_eq!(text.parse(), Ok(path.clone()));
            prop_assert!(!Text::from(path.shown()).needs_escaping());
        }
    }
}
