//! `chatlog replay`: sends saved deliveries again, one after another, and prints the answers.
//!
//! What is sent is as near to what was received as the capture allows:
//!
//! | part | what is sent |
//! |---|---|
//! | path and query | those of `--to` |
//! | headers | as saved, in their order; renewed where [`Request::new`] says so |
//! | signature | as saved, also in `NAME.sig`; with `--sign`, a new one in its place |
//! | body | the bytes on the wire, with their content encoding; if the capture lost those, the decoded body without `Content-Encoding` |
//!
//! A delivery without headers is sent as JSON. Everything else in which a request may differ from
//! the one received is a note: counted on standard error, and in each line of `--format json`.
//!
//! # To whom
//!
//! A target on another machine needs `--allow-remote`. Then `Authorization` and `Cookie` are left
//! out: they are the sender's credentials for the program that received the delivery first, and the
//! connection is not encrypted. A signature proves nothing but that this body was sent before.
//!
//! # When
//!
//! A delivery is sent once the answer to the one before it was read, and its line is printed at
//! once. So all of this happens while deliveries are read, and not in the sink. Inputs that do not
//! exist are found out before anything is sent; what turns out to be unreadable later does not take
//! back what was sent before it.

mod answers;
mod outgoing;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use chatlog::Text;
use chatlog::delivery::Delivery;
use chatlog::view::answer::AnswerInfo;
use tokio::runtime::{self, Runtime};

use self::answers::Answers;
use self::outgoing::{Signer, headers_to_send};
use super::read_options;
use crate::cli::args::Replay;
use crate::cli::config::Config;
use crate::cli::http::{Limits, Request, Target};
use crate::cli::outcome::Outcome;
use crate::cli::output::report_problem;
use crate::cli::pipeline::{
    self, Buffering, IncomingDelivery, Input, Outputs, Processor, ReadOptions, Sink,
};

/// How many bytes of an answer's body are read.
const MAX_ANSWER: usize = 4 * 1024;

pub(super) fn run(args: &Replay, config: &Config, outputs: &Arc<Outputs>) -> Result<Outcome> {
    let options = read_options(&args.inputs, config, Buffering::Whole, false)?;
    let replay = Replayer {
        target: target(args)?,
        signer: signer(args, config)?,
        header: args.scheme.header_name(config).value,
        limits: Limits {
            timeout: Duration::from_secs(args.timeout.into()),
            max_body: MAX_ANSWER,
        },
        fails_fast: args.fail_fast,
        runtime: runtime().context("cannot prepare to send")?,
        answers: Mutex::new(Answers::new(args, config)),
    };
    if !inputs_exist(&options) {
        return Ok(Outcome::Trouble);
    }
    let outcome = pipeline::run(&options, outputs, &replay, &mut Nothing)?;
    let answers = replay.answers.into_inner();
    answers.unwrap_or_else(PoisonError::into_inner).finish()?;
    Ok(outcome)
}

fn target(args: &Replay) -> Result<Target> {
    let target = Target::resolve(&args.to).map_err(|error| anyhow!("--to: {error}"))?;
    match target.remote() {
        Some(address) if !args.allow_remote => bail!(
            "--to: {address} is not a loopback address: add --allow-remote to send the deliveries to another machine"
        ),
        _ => Ok(target),
    }
}

fn signer(args: &Replay, config: &Config) -> Result<Option<Signer>> {
    if !args.sign {
        if args.secrets.are_named() || args.scheme.scheme.is_some() {
            bail!("a secret or a scheme needs --sign: without it, signatures are sent as saved");
        }
        return Ok(None);
    }
    let mut secrets = args.secrets.require(&args.inputs)?;
    Ok(Some(Signer {
        secret: secrets.swap_remove(0),
        scheme: args.scheme.scheme(config)?.value,
        encoding: args.encoding,
    }))
}

fn runtime() -> std::io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

/// Whether all inputs exist; reports those that do not. A mistyped name must not send a part of what
/// was meant.
fn inputs_exist(options: &ReadOptions) -> bool {
    let mut exist = true;
    for input in Input::all(&options.inputs) {
        let (place, what) = match input {
            Ok(input) => match input.path().map(Path::metadata) {
                Some(Err(error)) => (input.name(), format!("cannot read: {error}")),
                _ => continue,
            },
            Err(error) => (error.place, error.what),
        };
        report_problem(&place, &format!("{what}: nothing was sent"));
        exist = false;
    }
    exist
}

/// Sends deliveries.
struct Replayer {
    target: Target,
    /// `None` to send signatures as they were saved.
    signer: Option<Signer>,
    /// The header that holds the signature.
    header: String,
    limits: Limits,
    fails_fast: bool,
    runtime: Runtime,
    answers: Mutex<Answers>,
}

/// The sink of a command that writes its output while it processes deliveries.
struct Nothing;

impl Sink<()> for Nothing {
    fn write(&mut self, (): (), _: &Text<'_>, _: bool) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}

impl Processor for Replayer {
    type Output = ();

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        (): &mut (),
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        let answer = self.replay(&incoming.signed(&self.header));
        let outcome = match answer.status {
            None => Outcome::Trouble,
            Some(_) if answer.is_accepted() => Outcome::Clean,
            Some(_) => Outcome::Findings,
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let flow = answers.add(incoming.origin, &answer)?;
        let is_last = flow.is_break() || (self.fails_fast && outcome != Outcome::Clean);
        Ok(if is_last {
            ControlFlow::Break(outcome)
        } else {
            ControlFlow::Continue(outcome)
        })
    }
}

impl Replayer {
    /// Sends a delivery and waits for the answer.
    fn replay(&self, delivery: &Delivery<'_>) -> AnswerInfo<'static> {
        let (headers, notes) = headers_to_send(delivery, &self.target, &self.header);
        let body = delivery.encoded_body.as_ref().unwrap_or(&delivery.body);
        let mut request = Request::new(&self.target, &headers, body);
        let signed = self.signer.as_ref().map_or(Ok(()), |signer| {
            signer.sign(&mut request, &self.header, delivery)
        });
        let answer = signed.and_then(|()| {
            let answer = self.runtime.block_on(request.send(self.limits));
            let host = self.target.url().host();
            answer.map_err(|error| format!("{host}: {error}"))
        });
        match answer {
            Ok(answer) => AnswerInfo {
                notes,
                ..answers::shown(answer)
            },
            Err(error) => AnswerInfo {
                error: Some(error),
                notes,
                ..AnswerInfo::default()
            },
        }
    }
}
