//! The walk through a record.

use serde::de::IgnoredAny;

use super::super::body::has_most_keys;
use super::super::json::{Object, Value};
use super::super::request::{Body, Request};
use super::copies::merge;
use super::form::Form;
use super::place::{Delimited, Scope, Step};
use super::sender::{Sender, is_headers};
use crate::delivery::{Ambiguity, Fidelity};

/// The shortest text that can hold enough keys of a notification.
const MIN_LENGTH: usize = 150;

/// How many containers and strings may lie in each other.
const MAX_DEPTH: usize = 40;

/// How often the bytes of a record may be read and copied.
const MAX_READS: usize = 32;

/// Members of a body that is kept as an object with more than the body's text.
const WRAPPED: [&str; 13] = [
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

/// A notification that was found.
pub(super) struct Found<'t> {
    /// The request, without its body.
    pub(super) request: Request<'t>,
    pub(super) body: Body<'t>,
    /// Which object its headers are from.
    pub(super) sender: Option<usize>,
    pub(super) is_signed: bool,
    /// The part of the record where the delivery starts.
    pub(super) entry: &'t str,
    /// Where the body is.
    pub(super) path: String,
    /// How it was found, and where.
    pub(super) note: String,
    /// How another copy of it differs.
    pub(super) difference: Option<Ambiguity>,
}

impl<'t> Found<'t> {
    pub(super) fn into_request(mut self) -> Request<'t> {
        self.request.notes.push(self.note);
        self.request.ambiguities.extend(self.difference);
        self.request.body = Some(self.body);
        self.request
    }

    /// The same without borrows, for one that was found in decoded text. `entry` holds that text.
    fn entered(self, entry: &str) -> Found<'_> {
        Found {
            request: self.request.into_owned(),
            body: self.body.into_owned(),
            sender: self.sender,
            is_signed: self.is_signed,
            entry,
            path: self.path,
            note: self.note,
            difference: self.difference,
        }
    }
}

/// What the walk has left to spend.
pub(super) struct Walk {
    /// How many more bytes may be read or copied.
    budget: usize,
    /// Whether something was left out: it lies too deep, or nothing is left to spend.
    is_partial: bool,
    /// How many objects were seen that may have headers.
    senders: usize,
}

impl Walk {
    /// A walk through a record of this length.
    pub(super) fn new(length: usize) -> Self {
        Self {
            budget: length.saturating_mul(MAX_READS),
            is_partial: false,
            senders: 0,
        }
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
            Some(b'{') => return self.object(value, scope, found),
            Some(b'"') => Form::of_string(value),
            Some(b'[') => Form::of_array(value),
            _ => return,
        };
        match form {
            Some(form) => self.form(value, form, scope, found),
            None => self.items(value, scope, found),
        }
    }

    fn object<'t>(&mut self, value: Value<'t>, scope: &Scope<'_, 't>, found: &mut Vec<Found<'t>>) {
        let Some(object) = value.object() else {
            return;
        };
        if has_most_keys(&object) {
            let body = Body::at(value.text().as_bytes(), Fidelity::Reserialized);
            found.extend(self.found(value, body, "an object", scope));
        } else if let Some(form) = Form::of_object(value, &object) {
            self.form(value, form, scope, found);
        } else if scope.delimited != Delimited::Wrapped {
            self.members(&object, scope, found);
        }
    }

    fn members<'t>(
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
        mut form: Form<'t>,
        scope: &Scope<'_, 't>,
        found: &mut Vec<Found<'t>>,
    ) {
        let text = String::from_utf8_lossy(&form.body.bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let object = Object::read(text);
        if object.as_ref().is_some_and(has_most_keys) {
            let is_cut = object
                .and_then(|object| object.fault())
                .is_some_and(|fault| fault.trim_ascii().is_empty());
            if is_cut && form.body.fidelity == Fidelity::Text {
                form.body.fidelity = Fidelity::Truncated;
                form.body
                    .notes
                    .push("the string ends inside the body".to_owned());
            }
            found.extend(self.found(value, form.body, form.name, scope));
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

    /// The notification `body` in `value`, with the headers that belong to it.
    fn found<'t>(
        &mut self,
        value: Value<'t>,
        body: Body<'t>,
        form: &str,
        scope: &Scope<'_, 't>,
    ) -> Option<Found<'t>> {
        let path = scope.path();
        let mut note = match &*path {
            "" => format!("the body was found as {form}"),
            path => format!("the body was found at `{path}`, as {form}"),
        };
        let mut found = Found {
            request: Request::default(),
            body,
            sender: None,
            is_signed: false,
            entry: value.text(),
            path,
            note: String::new(),
            difference: None,
        };
        if let Some((place, sender)) = scope.sender() {
            if !self.spend(sender.size()) {
                return None;
            }
            note += &format!("; its headers at `{}`", place.path_beside(sender.source()));
            found.request = sender.request();
            found.sender = Some(sender.number);
            found.is_signed = sender.is_signed();
        }
        found.request.ambiguities.extend(scope.doubts());
        found.note = note;
        Some(found)
    }
}

/// Whether the member of this name of an object may hold a notification.
fn is_searched(key: &str, object: &Scope<'_, '_>) -> bool {
    let is_text = object.delimited == Delimited::No || WRAPPED.contains(&key);
    is_text && !is_headers(key) && !CHOSEN.contains(&key)
}
