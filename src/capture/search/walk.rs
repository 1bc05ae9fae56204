//! The walk through a record.

use serde::de::IgnoredAny;

use super::super::body::has_most_keys;
use super::super::json::{Object, Value};
use super::super::log::objects;
use super::copies::merge;
use super::form::Form;
use super::found::Found;
use super::place::{Delimited, Scope, Step};
use super::sender::{Sender, is_headers};

/// The shortest text that can hold enough keys of a notification.
const MIN_LENGTH: usize = 150;

/// How many containers and strings may lie in each other.
const MAX_DEPTH: usize = 40;

/// How often the bytes of a record may be read and copied.
pub(super) const MAX_READS: usize = 32;

/// Members of a body that is kept as an object with more than the body's text.
const WRAPPED: [&str; 15] = [
    "string",
    "base64_string",
    "base64",
    "text",
    "raw",
    "rawBytes",
    "raw_bytes",
    "bytes",
    "json",
    "data",
    "content",
    "value",
    "body",
    "S",
    "B",
];

/// Members of a request that whoever sends it chooses, next to its body.
const CHOSEN: [&str; 6] = [
    "query",
    "queryString",
    "queryParams",
    "query_params",
    "queryStringParameters",
    "cookies",
];

/// What the walk has left to spend.
pub(super) struct Walk {
    /// How many more bytes may be read or copied.
    budget: usize,
    /// Whether something was left out: it lies too deep, or nothing is left to spend.
    is_partial: bool,
    /// How many objects were seen that may have headers.
    senders: usize,
    /// Whether JSON is sought in the middle of strings, too.
    enters_lines: bool,
}

impl Walk {
    /// A walk through a record of this length.
    pub(super) fn new(length: usize) -> Self {
        Self {
            budget: length.saturating_mul(MAX_READS),
            is_partial: false,
            senders: 0,
            enters_lines: false,
        }
    }

    /// The same walk, which also finds JSON behind other text in a string.
    pub(super) fn into_lines(self) -> Self {
        Self {
            enters_lines: true,
            ..self
        }
    }

    /// Finds the notifications in a record, which was read as `object` if it is one.
    pub(super) fn record<'t>(
        &mut self,
        text: &'t str,
        object: Option<&Object<'t>>,
    ) -> Vec<Found<'t>> {
        let mut found = Vec::new();
        match object {
            Some(object) => self.object(Value::of(text), object, &Scope::ROOT, &mut found),
            None => self.value(Value::of(text), &Scope::ROOT, &mut found),
        }
        found
    }

    /// Whether something was left out.
    pub(super) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Spends some of the budget; returns false if too little is left.
    fn spend(&mut self, bytes: usize) -> bool {
        let rest = self.budget.checked_sub(bytes);
        self.budget = rest.unwrap_or(0);
        self.is_partial |= rest.is_none();
        rest.is_some()
    }

    /// Finds the notifications in a value.
    pub(super) fn value<'t>(
        &mut self,
        value: Value<'t>,
        scope: &Scope<'_, 't>,
        found: &mut Vec<Found<'t>>,
    ) {
        let length = value.text().len();
        if length < MIN_LENGTH {
            return;
        }
        if scope.depth > MAX_DEPTH {
            self.is_partial = true;
            return;
        }
        if !self.spend(length) {
            return;
        }
        let form = match value.text().as_bytes().first() {
            Some(b'{') => {
                if let Some(object) = value.object() {
                    self.object(value, &object, scope, found);
                }
                return;
            }
            Some(b'"') => Form::of_string(value),
            Some(b'[') => Form::of_array(value),
            _ => return,
        };
        match form {
            Some(form) => self.form(value, form, scope, found),
            None if value.is_string() => self.line(value, scope, found),
            None => self.items(value, scope, found),
        }
    }

    /// Finds the notifications behind other text in a string: a line of a log. A stranger may have written
    /// all of it, as of any string that is entered.
    fn line<'t>(&mut self, value: Value<'t>, scope: &Scope<'_, 't>, found: &mut Vec<Found<'t>>) {
        let is_searched = self.enters_lines
            && scope.delimited == Delimited::No
            && memchr::memchr(b'{', value.text().as_bytes()).is_some();
        if !is_searched || !self.spend(value.text().len()) {
            return;
        }
        let line = value.string().unwrap_or_default();
        let scope = scope.inside(Step::Enter);
        for json in objects(line.as_bytes()) {
            let Ok(text) = std::str::from_utf8(&json) else {
                continue;
            };
            if Object::read(text).as_ref().is_some_and(has_most_keys) {
                let form = Form::in_line(text.to_owned());
                self.add(value, form, &scope, found);
            } else {
                let inner = self.enter(text, &scope).into_iter();
                found.extend(inner.map(|found| found.entered(value.text())));
            }
        }
    }

    /// Finds the notifications in a value that was read as `object`.
    pub(super) fn object<'t>(
        &mut self,
        value: Value<'t>,
        object: &Object<'t>,
        scope: &Scope<'_, 't>,
        found: &mut Vec<Found<'t>>,
    ) {
        if has_most_keys(object) {
            self.add(value, Form::object(value), scope, found);
        } else if let Some(form) = Form::of_object(object) {
            self.form(value, form, scope, found);
        } else if scope.delimited != Delimited::Wrapped {
            self.members(object, scope, found);
        }
    }

    /// Finds the notifications in the members of an object.
    pub(super) fn members<'t>(
        &mut self,
        object: &Object<'t>,
        scope: &Scope<'_, 't>,
        found: &mut Vec<Found<'t>>,
    ) {
        self.senders += 1;
        let sender = Sender::of(object, scope.number.unwrap_or(self.senders));
        let first = found.len();
        let mut alone = Vec::new();
        for (key, value) in object.members() {
            let is_source = sender.as_ref().is_some_and(|sender| sender.is_at(key));
            if is_source || !is_searched(key, scope) {
                continue;
            }
            let before = found.len();
            self.value(value, &scope.member(key, sender.as_ref()), found);
            if found.len() == before + 1 {
                alone.push(before - first);
            }
        }
        if alone.len() > 1 {
            let merged = merge(found.split_off(first), &alone);
            found.extend(merged);
        }
    }

    fn items<'t>(&mut self, value: Value<'t>, scope: &Scope<'_, 't>, found: &mut Vec<Found<'t>>) {
        if scope.delimited != Delimited::No {
            return;
        }
        for (index, item) in value.items().into_iter().flatten().enumerate() {
            self.value(item, &scope.inside(Step::Item(index)), found);
        }
    }

    /// Finds the notifications in the bytes that a value holds: they are one, or JSON that is
    /// searched.
    fn form<'t>(
        &mut self,
        value: Value<'t>,
        form: Form<'t>,
        scope: &Scope<'_, 't>,
        found: &mut Vec<Found<'t>>,
    ) {
        let text = String::from_utf8_lossy(&form.body.bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let object = Object::read(text);
        if object.as_ref().is_some_and(has_most_keys) {
            self.add(value, form.cut_if_incomplete(), scope, found);
        } else if scope.delimited == Delimited::No {
            let inner = self.enter(text, &scope.inside(Step::Enter));
            let inner = inner.into_iter();
            found.extend(inner.map(|found| found.entered(value.text())));
        }
    }

    /// Finds the notifications in the text of a string, if it is JSON.
    fn enter<'i>(&mut self, text: &'i str, scope: &Scope<'_, 'i>) -> Vec<Found<'i>> {
        let mut found = Vec::new();
        if self.spend(text.len()) && serde_json::from_str::<IgnoredAny>(text).is_ok() {
            self.value(Value::of(text), scope, &mut found);
        }
        found
    }

    /// Adds the notification that `value` is or holds.
    fn add<'t>(
        &mut self,
        value: Value<'t>,
        form: Form<'t>,
        scope: &Scope<'_, 't>,
        found: &mut Vec<Found<'t>>,
    ) {
        let sender = scope.sender();
        if sender.is_none_or(|(_, sender)| self.spend(sender.size)) {
            found.push(Found::new(value.text(), form, scope));
        }
    }
}

/// Whether the member of this name of a request is chosen by whoever sends it.
pub(super) fn is_chosen(key: &str) -> bool {
    CHOSEN.contains(&key)
}

/// Whether the member of this name of an object may hold a notification.
fn is_searched(key: &str, object: &Scope<'_, '_>) -> bool {
    let is_text = object.delimited == Delimited::No || WRAPPED.contains(&key);
    is_text && !is_headers(key) && !is_chosen(key)
}
