//! A notification that was found, with the headers that belong to it.

use super::super::layout::Layout;
use super::super::request::{Body, Request};
use super::form::Form;
use super::place::Scope;
use crate::delivery::Ambiguity;

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
    /// How another copy of it differs.
    pub(super) difference: Option<Ambiguity>,
    /// What the body was found as.
    form: &'static str,
    /// Where the headers are.
    headers: Option<String>,
    /// Where records like this one have the body and the headers, if that can be typed.
    layout: Option<Layout>,
}

impl<'t> Found<'t> {
    /// The notification in `form`, which is at `scope` and has the text `entry` in the record.
    pub(super) fn new(entry: &'t str, form: Form<'t>, scope: &Scope<'_, 't>) -> Self {
        let sender = scope.sender();
        let mut request = sender.map_or_else(Request::default, |(_, sender)| sender.request());
        request.ambiguities.extend(scope.doubts());
        Self {
            request,
            body: form.body,
            sender: sender.map(|(_, sender)| sender.number),
            is_signed: sender.is_some_and(|(_, sender)| sender.is_signed()),
            entry,
            path: scope.path().trim_end_matches(" > ").to_owned(),
            difference: None,
            form: form.name,
            headers: sender.map(|(place, sender)| place.path_beside(sender.source())),
            layout: layout(scope),
        }
    }

    /// Where records like this one have the body and the headers, if that can be typed.
    pub(super) fn take_layout(&mut self) -> Option<Layout> {
        self.layout.take()
    }

    /// Takes the request of another copy, whose headers belong to this one as well.
    pub(super) fn take_request(&mut self, other: &mut Self) {
        let own = std::mem::replace(&mut self.request, std::mem::take(&mut other.request));
        self.request.ambiguities.extend(own.ambiguities);
        (self.sender, self.is_signed) = (other.sender, other.is_signed);
        self.headers = other.headers.take();
        let layouts = self.layout.take().zip(other.layout.take());
        self.layout = layouts.map(|(own, other)| Layout {
            headers: other.headers,
            signature: other.signature,
            ..own
        });
    }

    pub(super) fn into_request(self) -> Request<'t> {
        self.into_request_at("", |path| match path {
            "" => String::new(),
            path => format!("at `{path}`"),
        })
    }

    /// The request, with a note on what was found where: `place` words a path, to follow "found" and
    /// "headers", and `of` what both places are in.
    pub(super) fn into_request_at(self, of: &str, place: impl Fn(&str) -> String) -> Request<'t> {
        let form = self.form;
        let mut note = match &*place(&self.path) {
            "" => format!("the body was found as {form}"),
            place => format!("the body was found {place}{of}, as {form}"),
        };
        if let Some(headers) = &self.headers {
            note += &format!("; its headers {}", place(headers));
        }
        let mut request = self.request;
        request.notes.push(note);
        request.ambiguities.extend(self.difference);
        request.body = Some(self.body);
        request
    }

    /// The same without borrows, for one that was found in decoded text. `entry` holds that text.
    pub(super) fn entered(self, entry: &str) -> Found<'_> {
        Found {
            request: self.request.into_owned(),
            body: self.body.into_owned(),
            sender: self.sender,
            is_signed: self.is_signed,
            entry,
            path: self.path,
            difference: self.difference,
            form: self.form,
            headers: self.headers,
            layout: self.layout,
        }
    }
}

/// Where records like this one have a body that is at `scope`, and its headers.
fn layout(scope: &Scope<'_, '_>) -> Option<Layout> {
    let layout = Layout::of_body(scope.place()?);
    match scope.sender() {
        None => Some(layout),
        Some((place, sender)) => sender.layout(layout, &place.place_of_object()?),
    }
}
