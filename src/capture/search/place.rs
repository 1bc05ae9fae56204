//! Where in a record the search is, and what surrounds that place.

use std::borrow::Cow;

use super::super::envelope::UNMISTAKABLE;
use super::super::record_path::{self as path, RecordPath};
use super::sender::Sender;
use crate::delivery::{Ambiguity, Doubt};

/// One step on the way from the record to a value.
#[derive(Clone, Copy)]
pub(super) enum Step<'s> {
    Record,
    Member(&'s str),
    Item(usize),
    /// From a string to the JSON in it.
    Enter,
}

/// Whether a value is known to be a body, so that it is not searched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Delimited {
    No,
    /// The member of a request that holds its body.
    Body,
    /// A member of that which holds the body's text.
    Wrapped,
}

/// A place in a record: the last step to it, and the places that it lies in.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 't> {
    around: Option<&'s Scope<'s, 't>>,
    step: Step<'s>,
    /// What the object that this is a member of says about the sender.
    sender: Option<&'s Sender<'t>>,
    /// The number of the sender of the request that this is, if it is known from around it.
    pub(super) number: Option<usize>,
    pub(super) delimited: Delimited,
    pub(super) depth: usize,
}

impl<'t> Scope<'_, 't> {
    pub(super) const ROOT: Scope<'static, 'static> = Scope {
        around: None,
        step: Step::Record,
        sender: None,
        number: None,
        delimited: Delimited::No,
        depth: 0,
    };

    /// The place one step further in, outside any object.
    pub(super) fn inside<'s>(&'s self, step: Step<'s>) -> Scope<'s, 't> {
        Scope {
            around: Some(self),
            step,
            sender: None,
            number: None,
            delimited: self.delimited,
            depth: self.depth + 1,
        }
    }

    /// The place of a member of an object.
    pub(super) fn member<'s>(
        &'s self,
        key: &'s str,
        sender: Option<&'s Sender<'t>>,
    ) -> Scope<'s, 't> {
        let delimited = match self.delimited {
            Delimited::No if sender.is_some() && is_body(key) => Delimited::Body,
            Delimited::No => Delimited::No,
            Delimited::Body | Delimited::Wrapped => Delimited::Wrapped,
        };
        let is_request = sender.is_some_and(|sender| sender.is_inside(key));
        Scope {
            // A request has its own headers, and they are the same.
            sender: sender.filter(|_| !is_request),
            number: sender.filter(|_| is_request).map(|sender| sender.number),
            delimited,
            ..self.inside(Step::Member(key))
        }
    }

    /// This place and those that it lies in, from the inside out.
    fn outwards<'s>(&'s self) -> impl Iterator<Item = &'s Scope<'s, 't>> {
        std::iter::successors(Some(self), |scope| scope.around)
    }

    /// The place of the object whose headers belong to a body here: the nearest one with a signature
    /// or, if there is none, with any headers. It is returned as the place of its member.
    pub(super) fn sender<'s>(&'s self) -> Option<(&'s Scope<'s, 't>, &'s Sender<'t>)> {
        let senders = || {
            self.outwards()
                .filter_map(|scope| Some((scope, scope.sender?)))
        };
        let mut signed = senders().filter(|(_, sender)| sender.is_signed());
        signed.next().or_else(|| senders().next())
    }

    /// Why a signature of a body here would prove nothing.
    pub(super) fn doubts(&self) -> Option<Ambiguity> {
        let entered = self
            .outwards()
            .find(|scope| matches!(scope.step, Step::Enter));
        let outer = entered
            .and_then(|scope| scope.around)
            .map(|string| inside_string(&string.path()));
        let message = outer.or_else(|| {
            let path = self.surrounding_request()?.path();
            Some(inside_request(&path))
        })?;
        Some(Ambiguity::new(Doubt::OfBoth, message))
    }

    /// The member of an outer request that holds the request whose body is here.
    fn surrounding_request<'s>(&'s self) -> Option<&'s Scope<'s, 't>> {
        let mut outwards = self.outwards();
        outwards.find(|scope| scope.sender.is_some())?;
        outwards.find(|scope| {
            let is_body = matches!(scope.step, Step::Member(key) if is_body(key));
            is_body || scope.sender.is_some()
        })
    }

    /// The path to this place as sentences quote it. Safe to print.
    pub(super) fn path(&self) -> String {
        RecordPath::new(self.steps(Step::here)).shown()
    }

    /// The path from the object that this is a member of, along other keys. Safe to print.
    pub(super) fn path_beside(&self, keys: &[Cow<'_, str>]) -> String {
        let object = self.around.map(|object| object.steps(Step::here));
        let keys = keys.iter().filter_map(|key| Step::Member(key).here());
        RecordPath::new(object.into_iter().flatten().chain(keys).collect()).shown()
    }

    /// The path to this place in any record of the same layout: with a `*` for each item of a list.
    /// `None` if it is too long to be typed.
    pub(super) fn place(&self) -> Option<RecordPath> {
        let scopes = || self.outwards();
        let keys = scopes().map(|scope| match scope.step {
            Step::Member(key) => key.len(),
            _ => 0,
        });
        let is_short = keys.sum::<usize>() <= path::MAX_LENGTH;
        let path = is_short.then(|| RecordPath::new(self.steps(Step::anywhere)))?;
        path.is_typable().then_some(path)
    }

    /// The same for the object that this is a member of.
    pub(super) fn place_of_object(&self) -> Option<RecordPath> {
        self.around?.place()
    }

    fn steps<'s>(&'s self, step: fn(Step<'s>) -> Option<path::Step>) -> Vec<path::Step> {
        let steps = self.outwards().filter_map(|scope| step(scope.step));
        let mut steps: Vec<path::Step> = steps.collect();
        steps.reverse();
        steps
    }
}

impl Step<'_> {
    /// The step in this record, with a long key shortened; `None` at the start.
    fn here(self) -> Option<path::Step> {
        match self {
            Self::Member(key) => Some(path::Step::Key(path::shortened(key))),
            Self::Item(index) => Some(path::Step::Key(index.to_string())),
            step => step.anywhere(),
        }
    }

    /// The step in any record of the same layout; `None` at the start.
    fn anywhere(self) -> Option<path::Step> {
        match self {
            Self::Record => None,
            Self::Member(key) => Some(path::Step::Key(key.to_owned())),
            Self::Item(_) => Some(path::Step::Every),
            Self::Enter => Some(path::Step::Enter),
        }
    }
}

/// Why a signature proves nothing inside a string, which is at `path`.
pub(super) fn inside_string(path: &str) -> String {
    format!(
        "the notification was found inside the string at `{path}`, and whoever wrote that may have \
         chosen the body and the signature"
    )
}

/// Why a signature proves nothing inside another request, which is at `path`.
pub(super) fn inside_request(path: &str) -> String {
    format!(
        "the notification was found inside another request, at `{path}`, and whoever sent that may \
         have chosen the body and the signature"
    )
}

/// Whether a member of this name of a request is its body.
fn is_body(key: &str) -> bool {
    const OTHERS: [&str; 4] = ["payload", "postData", "requestBody", "request_body"];
    UNMISTAKABLE.contains(&key) || OTHERS.contains(&key)
}
