//! Where in a record the search is, and what surrounds that place.

use std::borrow::Cow;

use super::super::envelope::UNMISTAKABLE;
use super::sender::Sender;
use crate::Text;
use crate::delivery::{Ambiguity, Doubt};

/// How much of a key is shown in a path.
const MAX_KEY: usize = 40;

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
        let outer = entered.and_then(|scope| scope.around).map(|string| {
            let path = string.path();
            format!(
                "the notification was found inside the string at `{path}`, and whoever wrote that \
                 may have chosen the body and the signature"
            )
        });
        let message = outer.or_else(|| {
            let path = self.surrounding_request()?.path();
            Some(format!(
                "the notification was found inside another request, at `{path}`, and whoever sent \
                 that may have chosen the body and the signature"
            ))
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

    /// The path to this place: a JSON Pointer, with ` > ` where a string is entered. Safe to print.
    pub(super) fn path(&self) -> String {
        let mut steps: Vec<String> = self.outwards().map(|scope| scope.step.name()).collect();
        steps.reverse();
        steps.concat()
    }

    /// The path from the object that this is a member of, along other keys. Safe to print.
    pub(super) fn path_beside(&self, keys: &[Cow<'_, str>]) -> String {
        let object = self.around.map_or_else(String::new, Scope::path);
        let keys = keys.iter().map(|key| Step::Member(key).name());
        keys.fold(object, |path, key| path + &key)
    }
}

impl Step<'_> {
    fn name(self) -> String {
        match self {
            Self::Record => String::new(),
            Self::Member(key) => {
                let key = Text::from(key).shortened(MAX_KEY).to_string();
                format!("/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Self::Item(index) => format!("/{index}"),
            Self::Enter => " > ".to_owned(),
        }
    }
}

/// Whether a member of this name of a request is its body.
fn is_body(key: &str) -> bool {
    const OTHERS: [&str; 4] = ["payload", "postData", "requestBody", "request_body"];
    UNMISTAKABLE.contains(&key) || OTHERS.contains(&key)
}
