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

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use chatlog::delivery::{Delivery, Fidelity, Headers};
use chatlog::signature::{Encoding, Scheme, Secret, sign};
use chatlog::view::answer::{AnswerCounts, AnswerInfo};
use chatlog::view::{Canvas, Zone, delivery_count};
use chatlog::{Origin, Text};
use tokio::runtime::{self, Runtime};

use super::{canvas, read_options};
use crate::cli::args::{Replay, ReplayFormat};
use crate::cli::config::Config;
use crate::cli::http::{Answer, Header, Limits, Request, Target};
use crate::cli::outcome::Outcome;
use crate::cli::output::{Stdout, report_problem};
use crate::cli::pipeline::{
    self, Buffering, IncomingDelivery, Input, Outputs, Processor, ReadOptions, Sink,
};

/// How many bytes of an answer's body are read.
const MAX_ANSWER: usize = 4 * 1024;
/// The headers of a sender's credentials, which are not for other machines.
const CREDENTIALS: [&str; 2] = ["Authorization", "Cookie"];

const AS_TEXT: &str = "the capture kept the body as text: its bytes may differ from those received";
const AS_DECODED: &str =
    "the capture kept the body decoded: its bytes may differ from those received";
const RESERIALIZED: &str =
    "the capture parsed the body and wrote it again: its bytes probably differ from those received";
const CUT_OFF: &str = "the capture cut the body off: only its start was sent";
const DECODED: &str =
    "sent without Content-Encoding: the encoding was undone before the body was saved";
const LEFT_OUT: &str = "sent without headers whose names or values are invalid";
const WITHOUT_CREDENTIALS: &str =
    "sent without Authorization and Cookie: the target is another machine";

pub(super) fn run(args: &Replay, config: &Config, outputs: &Arc<Outputs>) -> Result<Outcome> {
    let options = read_options(&args.inputs, Buffering::Whole, false)?;
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
        let problem = match &input {
            Ok(input) => input
                .path()
                .and_then(|path| path.metadata().err())
                .map(|error| {
                    (
                        input.name(),
                        format!("cannot read: {error}: nothing was sent"),
                    )
                }),
            Err(error) => Some((error.place.clone(), error.what.clone())),
        };
        if let Some((place, what)) = problem {
            report_problem(&place, &what);
            exist = false;
        }
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

/// How deliveries are signed anew.
struct Signer {
    secret: Secret,
    scheme: Scheme,
    encoding: Encoding,
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
        let (headers, notes) = self.headers(delivery);
        let body = delivery.encoded_body.as_ref().unwrap_or(&delivery.body);
        let mut request = Request::new(&self.target, &headers, body);
        let answer = self.sign(&mut request, delivery).and_then(|()| {
            let answer = self.runtime.block_on(request.send(self.limits));
            let host = self.target.url().host();
            answer.map_err(|error| format!("{host}: {error}"))
        });
        match answer {
            Ok(answer) => AnswerInfo {
                notes,
                ..shown(answer)
            },
            Err(error) => AnswerInfo {
                error: Some(error),
                notes,
                ..AnswerInfo::default()
            },
        }
    }

    /// The headers of a delivery that can be sent again, and how the request differs from the one
    /// that was received.
    fn headers(&self, delivery: &Delivery<'_>) -> (Vec<Header>, Vec<&'static str>) {
        let mut notes = Vec::new();
        notes.extend(difference(delivery.fidelity));
        let mut headers: Vec<Header> = delivery
            .headers
            .iter()
            // HTTP/2 writes the request line as such fields.
            .filter(|(name, _)| !name.as_str().starts_with(':'))
            .map(|(name, value)| Header::new(name.as_str(), value.as_str()))
            .collect();
        let mut leave_out = |is_unwanted: &dyn Fn(&Header) -> bool, note| {
            let count = headers.len();
            headers.retain(|header| !is_unwanted(header));
            notes.extend((headers.len() < count).then_some(note));
        };
        leave_out(&|header| !header.is_sendable(), LEFT_OUT);
        if !is_encoded(delivery) {
            leave_out(&|header| header.is("Content-Encoding"), DECODED);
        }
        if self.target.remote().is_some() {
            let is_credential = |header: &Header| CREDENTIALS.iter().any(|name| header.is(name));
            leave_out(&is_credential, WITHOUT_CREDENTIALS);
        }
        if headers.iter().all(|header| header.is(&self.header)) {
            headers.push(Header::new("Content-Type", "application/json"));
        }
        (headers, notes)
    }

    /// Replaces the signature, if deliveries are signed anew. The scheme may cover the method, the
    /// path and other headers, so the request is signed as it is sent.
    ///
    /// # Errors
    /// It cannot be signed.
    fn sign(&self, request: &mut Request<'_>, delivery: &Delivery<'_>) -> Result<(), String> {
        let Some(signer) = &self.signer else {
            return Ok(());
        };
        let text = |bytes| Text::from(String::from_utf8_lossy(bytes));
        let headers = request.headers().iter();
        let headers: Headers<'_> = headers
            .map(|header| (text(&header.name), text(&header.value)))
            .collect();
        let sent = Delivery {
            fidelity: Fidelity::Exact,
            method: Some(Text::from("POST")),
            target: Some(Text::from(self.target.url().target())),
            headers: headers.into_owned(),
            ..delivery.clone()
        };
        let signature = sign(&sent, &signer.scheme, &signer.secret, signer.encoding)
            .map_err(|unfilled| format!("cannot sign: {unfilled}"))?;
        request.set(&self.header, &signature);
        Ok(())
    }
}

/// How a body of this fidelity may differ from the one that was received.
fn difference(fidelity: Fidelity) -> Option<&'static str> {
    match fidelity {
        Fidelity::Exact => None,
        Fidelity::Text => Some(AS_TEXT),
        Fidelity::Decoded => Some(AS_DECODED),
        Fidelity::Reserialized => Some(RESERIALIZED),
        Fidelity::Truncated => Some(CUT_OFF),
    }
}

/// Whether the body that is sent has the content encoding in its headers.
fn is_encoded(delivery: &Delivery<'_>) -> bool {
    let is_as_on_wire = matches!(delivery.fidelity, Fidelity::Exact | Fidelity::Truncated);
    delivery.encoded_body.is_some() || is_as_on_wire
}

/// What is shown of an answer.
fn shown(answer: Answer) -> AnswerInfo<'static> {
    let text = |name| {
        answer
            .header(name)
            .map(|value| Text::from(value.to_owned()))
    };
    let encoding = text("Content-Encoding").filter(|it| it.as_str() != "identity");
    let body = encoding.is_none().then(|| Text::from(start_of(&answer)));
    AnswerInfo {
        status: Some(answer.status),
        milliseconds: Some(milliseconds(answer.elapsed)),
        location: text("Location").filter(|_| (300..400).contains(&answer.status)),
        body,
        body_encoding: encoding,
        body_is_cut: answer.is_cut,
        reason: Text::from(answer.reason),
        ..AnswerInfo::default()
    }
}

/// The start of a body as text. A character that was cut in two is left out.
fn start_of(answer: &Answer) -> String {
    let body = &answer.body[..];
    let whole = match std::str::from_utf8(body) {
        Err(error) if answer.is_cut && error.error_len().is_none() => &body[..error.valid_up_to()],
        _ => body,
    };
    String::from_utf8_lossy(whole).into_owned()
}

/// A time in whole milliseconds, rounded.
fn milliseconds(time: Duration) -> u64 {
    let rounded = time.saturating_add(Duration::from_micros(500));
    rounded.as_millis().try_into().unwrap_or(u64::MAX)
}

/// Prints the answers.
struct Answers {
    format: ReplayFormat,
    canvas: Canvas,
    out: Stdout,
    counts: AnswerCounts,
    /// How many deliveries each note is about.
    notes: BTreeMap<&'static str, usize>,
}

impl Answers {
    fn new(args: &Replay, config: &Config) -> Self {
        Self {
            format: args.format,
            canvas: canvas(&args.look, config, Zone::UTC),
            out: Stdout::new(),
            counts: AnswerCounts::default(),
            notes: BTreeMap::new(),
        }
    }

    /// Prints an answer at once. `Break` if nobody reads it.
    fn add(&mut self, origin: &Origin<'_>, answer: &AnswerInfo<'_>) -> Result<ControlFlow<()>> {
        self.counts.add(answer);
        for note in &answer.notes {
            *self.notes.entry(note).or_default() += 1;
        }
        if let Some(error) = &answer.error {
            report_problem(origin, error);
        }
        match self.format {
            ReplayFormat::Human => answer.write(origin, &self.canvas, &mut self.out)?,
            ReplayFormat::Json => answer.write_json(origin, &mut self.out)?,
        }
        self.out.flush()?;
        Ok(self.out.flow())
    }

    /// Prints the closing line and the notes.
    fn finish(mut self) -> Result<()> {
        if self.format == ReplayFormat::Human {
            self.counts.write_closing(&self.canvas, &mut self.out)?;
        }
        self.out.flush()?;
        for (note, count) in &self.notes {
            report_problem(&delivery_count(*count), note);
        }
        Ok(())
    }
}
