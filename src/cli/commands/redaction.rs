//! `--redact`: what is shown of a delivery, of its signature and of problems with inputs.
//!
//! Signatures are checked on the original, and everything else is done with the redacted delivery.
//! Pseudonyms are numbered in the order of the input, so a run that redacts has one worker.

use std::borrow::Cow;
use std::num::NonZeroUsize;

use anyhow::{Context, Result};
use chatlog::delivery::Delivery;
use chatlog::redact::{Options, Redacted, Redactor};
use chatlog::signature::Signature;
use chatlog::view::findings::InputProblem;
use chatlog::{Origin, Text};

use super::secrets::read_key;
use crate::cli::args::{RedactArgs, RedactOptions};
use crate::cli::pipeline::IncomingDelivery;

/// Redacts what a command shows, if the user wants that.
#[derive(Default)]
pub(super) struct Redaction(Option<Redactor>);

/// What may be shown of a delivery.
pub(super) struct ShownDelivery<'a> {
    pub(super) origin: Cow<'a, Origin<'a>>,
    pub(super) delivery: Cow<'a, Delivery<'a>>,
}

impl Redaction {
    /// # Errors
    /// The key cannot be read.
    pub(super) fn new(args: &RedactArgs) -> Result<Self> {
        let redactor = args.is_on().then(|| redactor(&args.options));
        Ok(Self(redactor.transpose()?))
    }

    /// Whether anything is replaced.
    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The number of workers, given what the user wants.
    pub(super) fn jobs(&self, wanted: Option<NonZeroUsize>) -> Option<NonZeroUsize> {
        match self.0 {
            Some(_) => Some(NonZeroUsize::MIN),
            None => wanted,
        }
    }

    /// What to show of a delivery.
    ///
    /// # Errors
    /// Something in it should have been replaced, and is not.
    pub(super) fn delivery<'a>(
        &self,
        incoming: &IncomingDelivery<'a>,
    ) -> Result<ShownDelivery<'a>> {
        let Some(redactor) = &self.0 else {
            return Ok(ShownDelivery {
                origin: Cow::Borrowed(incoming.origin),
                delivery: Cow::Borrowed(incoming.delivery),
            });
        };
        let Redacted { origin, delivery } = redact(redactor, incoming)?;
        Ok(ShownDelivery {
            origin: Cow::Owned(origin),
            delivery: Cow::Owned(delivery),
        })
    }

    /// What to show of a signature.
    pub(super) fn signature(&self, signature: Signature) -> Signature {
        match &self.0 {
            Some(redactor) => redactor.signature(signature),
            None => signature,
        }
    }

    /// What to show of a text that belongs to no delivery.
    pub(super) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.0 {
            Some(redactor) => Cow::Owned(redactor.text(text)),
            None => Cow::Borrowed(text),
        }
    }

    /// Passes on what to show of a problem with an input.
    pub(super) fn problem<T>(
        &self,
        problem: &InputProblem<'_>,
        then: impl FnOnce(&InputProblem<'_>) -> T,
    ) -> T {
        then(&InputProblem {
            source: &Text::from(self.text(problem.source.as_str())),
            position: problem.position,
            message: &self.text(problem.message),
        })
    }
}

/// A redactor with the options of the user.
///
/// # Errors
/// The key cannot be read.
pub(super) fn redactor(options: &RedactOptions) -> Result<Redactor> {
    let key = options.redact_key_file.as_deref().map(read_key);
    Ok(Redactor::new(Options {
        key: key.transpose()?,
        texts: options.redact_text,
        keep: options.keep.clone(),
    }))
}

/// Redacts a delivery.
///
/// # Errors
/// Something in it should have been replaced, and is not.
pub(super) fn redact(redactor: &Redactor, incoming: &IncomingDelivery<'_>) -> Result<Redacted> {
    let redacted = redactor.delivery(incoming.origin, incoming.delivery);
    redacted.with_context(|| redactor.text(&incoming.origin.to_string()))
}
