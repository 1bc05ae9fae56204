//! What to say where a path leads nowhere: what is there, and the nearest path that exists.

use super::super::json::{Object, Value};
use super::super::layout::{Layout, Part};
use super::super::record::{PlaceTallies, Problem, Record};
use super::super::record_path::{RecordPath, Step, shortened};
use super::cursor::Cursor;
use super::first_path;
use super::form::Form;
use crate::Text;
use crate::finding::nearest;

/// How many keys of an object are listed.
const MAX_LISTED: usize = 6;
/// How many keys of an object are compared.
const MAX_COMPARED: usize = 1000;
/// The longest key that is compared.
const MAX_KEY: usize = 64;

/// A place that is missing.
pub(super) struct Miss<'m, 't> {
    pub(super) part: Part,
    pub(super) layout: &'m Layout,
    /// The path that leads nowhere.
    pub(super) path: &'m RecordPath,
    /// How far it leads.
    pub(super) at: Cursor<'t>,
}

impl Miss<'_, '_> {
    /// What to say of it, given the text of the record.
    pub(super) fn explain(&self, record: &str) -> String {
        let near = |path: String| format!("the nearest is `{path}`");
        if self.layout.is_of_columns {
            let column = self.path.last_key().unwrap_or_default();
            let shown = |key: &str| Text::from(shortened(key)).to_string();
            let found = self.near_key().map(|key| near(shown(&key)));
            let found = found.unwrap_or_else(|| self.what_is_there());
            let column = shown(column);
            return format!(
                "there is no column `{column}` in this record (see --capture-columns): {found}"
            );
        }
        let found = self.nearest_path(record).map(near);
        let found = found.or_else(|| {
            let first = first_path(record).filter(|_| self.part == Part::Body)?;
            Some(format!("a notification is at `{first}`"))
        });
        let found = found.or_else(|| self.nearest_start().map(near));
        let found = found.unwrap_or_else(|| self.what_is_there());
        let (path, option) = (self.path.shown(), self.part.option());
        format!("there is no `{path}` in this record (see {option}): {found}")
    }

    /// The steps that lead somewhere, and those that do not.
    fn halves(&self) -> (&[Step], &[Step]) {
        self.path.steps().split_at(self.at.steps)
    }

    /// A path that exists and is like the whole one that does not. Safe to print.
    fn nearest_path(&self, record: &str) -> Option<String> {
        let (before, rest) = self.halves();
        let candidates = self.candidates(rest);
        let mut candidates = candidates.iter();
        let exists = |steps: &&Vec<Step>| leads_somewhere(self.at.value, steps);
        let found = candidates
            .find(exists)
            .map(|steps| [before, steps].concat());
        let found = found.or_else(|| {
            let steps = self.without_outer_list()?;
            leads_somewhere(Value::of(record), steps).then(|| steps.to_vec())
        });
        found.map(|steps| RecordPath::new(steps).shown())
    }

    /// A path that exists and is like the start of the one that does not. Safe to print.
    fn nearest_start(&self) -> Option<String> {
        let near = Step::Key(self.near_key()?);
        let steps = [self.halves().0, &[near]].concat();
        Some(RecordPath::new(steps).shown())
    }

    /// The ways in which the steps may have been meant.
    fn candidates(&self, rest: &[Step]) -> Vec<Vec<Step>> {
        let Some((first, later)) = rest.split_first() else {
            return Vec::new();
        };
        let mut candidates = vec![
            [&[Step::Enter], rest].concat(),
            [&[Step::Every], rest].concat(),
        ];
        let near = self.near_key().map(Step::Key);
        candidates.extend(near.map(|near| [&[near], later].concat()));
        if *first == Step::Enter && !later.is_empty() {
            candidates.push(later.to_vec());
        }
        candidates
    }

    /// The steps in an item of a list, if they begin with the list: each item of the outermost list is
    /// a record of its own.
    fn without_outer_list(&self) -> Option<&[Step]> {
        let (first, later) = self.path.steps().split_first()?;
        let is_of_list = match first {
            Step::Every => true,
            Step::Key(key) => key.parse::<usize>().is_ok(),
            Step::Enter => false,
        };
        (is_of_list && !later.is_empty()).then_some(later)
    }

    /// The key that was probably meant.
    fn near_key(&self) -> Option<String> {
        let Some(Step::Key(key)) = self.halves().1.first() else {
            return None;
        };
        let object = self.at.value.object()?;
        let keys = object.members().take(MAX_COMPARED).map(|(key, _)| &**key);
        let keys = keys.filter(|key| key.len() <= MAX_KEY);
        nearest(key, keys).map(str::to_owned)
    }

    fn what_is_there(&self) -> String {
        let value = self.at.value;
        let before = RecordPath::new(self.halves().0.to_vec()).shown();
        let place = match &*before {
            "" => "the record".to_owned(),
            path => format!("`{path}`"),
        };
        let Some(object) = value.object() else {
            return format!("{place} is {}", kind(value));
        };
        let columns = if self.layout.is_of_columns {
            "the columns"
        } else {
            "the keys"
        };
        let keys = listed(&object);
        if keys.is_empty() {
            return format!("{place} is an empty object");
        }
        format!("{columns} of {place} are {keys}")
    }
}

/// The first keys of an object, in a list.
fn listed(object: &Object<'_>) -> String {
    let count = object.members().count();
    let keys = object.members().take(MAX_LISTED);
    let keys = keys.map(|(key, _)| format!("`{}`", Text::from(shortened(key))));
    let mut keys = keys.collect::<Vec<_>>().join(", ");
    if count > MAX_LISTED {
        keys += &format!(" and {} more", count - MAX_LISTED);
    }
    keys
}

/// What a value is, with its article.
pub(super) fn kind(value: Value<'_>) -> &'static str {
    match value.text().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b'n') => "`null`",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}

/// Whether steps lead from a value to another one, by way of the first item of each list.
fn leads_somewhere(value: Value<'_>, steps: &[Step]) -> bool {
    let at = Cursor::new(value, 0).along_keys(steps, |_, _, _| {});
    match steps[at.steps..].split_first() {
        None => true,
        Some((Step::Key(_), _)) => false,
        Some((Step::Every, rest)) => {
            let first = at.value.items().and_then(|mut items| items.next());
            first.is_some_and(|first| leads_somewhere(first, rest))
        }
        Some((Step::Enter, rest)) => {
            let text = Form::held_text(at.value);
            text.is_some_and(|text| leads_somewhere(Value::of(&text), rest))
        }
    }
}

/// Whether a text may be a JSON value that has others inside.
pub(super) fn starts_like_value(text: &str) -> bool {
    text.trim_ascii_start().starts_with(['{', '[', '"'])
}

/// The tallies of a record in which nothing can be found.
pub(super) fn not_json(layout: &Layout, record: &Record<'_>) -> PlaceTallies {
    let message = if layout.is_of_columns {
        "this is neither a table nor JSON, so it has no columns (see --capture-columns)".to_owned()
    } else {
        let path = layout.body.shown();
        format!("this is not JSON, so there is no `{path}` in it (see --body-at)")
    };
    let mut tallies = PlaceTallies::default();
    let tally = tallies.of(Part::Body);
    tally.missing = 1;
    tally.first_missing = Some(Problem {
        position: Some(record.start),
        message,
    });
    tallies
}
