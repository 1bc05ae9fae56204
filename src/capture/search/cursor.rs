//! A place on a path that is walked through a record.

use super::super::json::{Object, Value};
use super::super::record_path::Step;

/// How far a path was walked.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) value: Value<'t>,
    /// How many steps were taken.
    pub(super) steps: usize,
    /// The object that the value is a member of.
    pub(super) parent: Option<Value<'t>>,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(value: Value<'t>, steps: usize) -> Self {
        Self {
            value,
            steps,
            parent: None,
        }
    }

    pub(super) fn member(self, value: Value<'t>) -> Self {
        Self {
            value,
            steps: self.steps + 1,
            parent: Some(self.value),
        }
    }

    pub(super) fn inside(self, value: Value<'t>) -> Self {
        Self::new(value, self.steps + 1)
    }

    /// Takes the steps to keys that come next, as far as there are such keys. `visit` sees each object
    /// with the key that leads on from it.
    pub(super) fn along_keys(
        mut self,
        steps: &[Step],
        mut visit: impl FnMut(usize, &Object<'t>, &str),
    ) -> Self {
        while let Some(Step::Key(key)) = steps.get(self.steps) {
            let next = match self.value.object() {
                Some(object) => {
                    visit(self.steps, &object, key);
                    object.last(key).map(|value| self.member(value))
                }
                None => item(self.value, key).map(|value| self.inside(value)),
            };
            match next {
                Some(next) => self = next,
                None => break,
            }
        }
        self
    }
}

/// The item of an array with this number.
fn item<'t>(list: Value<'t>, number: &str) -> Option<Value<'t>> {
    let index: usize = number.parse().ok()?;
    let is_canonical = index.to_string() == number;
    list.items()?.nth(index).filter(|_| is_canonical)
}
