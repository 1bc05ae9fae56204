//! Going through the deliveries of all inputs: on one core or on several, with the same output.
//!
//! ```text
//!   inputs ─► source ─► framing ─► batches ─► workers ─► sink
//!   (input)   (reader)  (framing)  (batch)    (worker)   (sink)
//! ```
//!
//! A [`Reader`](reader) opens one source after another and cuts it into records. Records travel in
//! batches that own their bytes. A worker finds the deliveries in a batch and has the command's
//! [`Processor`] inspect and render each of them; the command's [`Sink`] then gets what was rendered
//! in the order of the input. So a command never needs to know how many workers there are.
//!
//! Two things depend on what comes earlier in the input, and are settled on the way in [`turn`]:
//! the number of a delivery in its source, for which a batch waits until the deliveries of those
//! before it are *counted*, and whatever a command wants to do in order (explain the first failed
//! signatures, say), for which a delivery waits until those before it are *done*.
//!
//! No more than [`BATCHES_PER_JOB`] batches for each worker are on the way at any time: order is
//! never bought by collecting. A live source is never waited for while records are held back, and a
//! run with one worker hands each record on where it lies, without threads or copies.

mod batch;
mod framing;
mod identity;
mod input;
mod probe;
mod queue;
mod reader;
mod schemas;
mod sink;
mod threads;
mod turn;
mod utf16;

mod walk;
mod worker;
mod zstd;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use chatlog::Text;
use chatlog::capture::Limits;
use chatlog::delivery::CaptureFormat;
use chatlog::view::findings::InputProblem;

pub(crate) use self::framing::Buffering;
pub(crate) use self::identity::{Outputs, folder_of, followed};
use self::input::InputError;
pub(crate) use self::input::{Input, name_of};
pub(crate) use self::schemas::read_contract;
use self::sink::Progress;
pub(crate) use self::worker::IncomingDelivery;
use crate::cli::outcome::Outcome;

/// How many batches for each worker are on the way at most.
const BATCHES_PER_JOB: usize = 2;
/// Inputs of fewer bytes are not worth a thread.
const MIN_PARALLEL: u64 = 1 << 20;

/// What is read, and how.
#[derive(Debug, Clone)]
pub(crate) struct ReadOptions {
    /// The inputs that the user named; none means standard input.
    pub(crate) inputs: Vec<PathBuf>,
    /// The format of all captures, where the user named one.
    pub(crate) format: Option<CaptureFormat>,
    /// What one delivery may cost.
    pub(crate) limits: Limits,
    /// Whether to wait for what follows the first record of a live stream.
    pub(crate) buffering: Buffering,
    /// Whether to say how each input was read.
    pub(crate) verbose: bool,
    /// Whether to say nothing of an input but what is wrong with it.
    pub(crate) quiet: bool,
    /// How many workers there are.
    pub(crate) jobs: NonZeroUsize,
}

impl ReadOptions {
    /// The same, with so many workers.
    pub(crate) fn with_jobs(self, jobs: NonZeroUsize) -> Self {
        Self { jobs, ..self }
    }
}

/// What a command does with a delivery, in any of the workers.
pub(crate) trait Processor: Sync {
    /// What comes of the deliveries of a batch.
    type Output: Default + Send;

    /// Does it, and says whether to go on.
    ///
    /// # Errors
    /// Where the run cannot go on.
    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Self::Output,
    ) -> Result<ControlFlow<Outcome, Outcome>>;

    /// Notes an input problem, which standard error will tell of.
    ///
    /// # Errors
    /// Where the run cannot go on.
    fn problem(&self, _problem: &InputProblem<'_>, _output: &mut Self::Output) -> Result<()> {
        Ok(())
    }
}

/// Where a command's output goes, in the order of the input.
pub(crate) trait Sink<O> {
    /// Writes what came of some deliveries of `source`, and says whether anybody wants more. Of a
    /// live source, somebody may be waiting for it.
    ///
    /// # Errors
    /// Where the output cannot be written.
    fn write(&mut self, output: O, source: &Text<'_>, is_live: bool) -> Result<ControlFlow<()>>;
}

/// Has every delivery of every input processed, and the output written in order. An input that
/// cannot be used is reported on standard error and does not stop the others. The files that the run
/// writes are not read.
///
/// # Errors
/// Where the output cannot be written.
pub(crate) fn run<P: Processor>(
    options: &ReadOptions,
    outputs: &Arc<Outputs>,
    processor: &P,
    sink: &mut impl Sink<P::Output>,
) -> Result<Outcome> {
    let mut progress = Progress::new(options, processor, sink);
    if is_simple(options) {
        worker::run_inline(options, outputs, &mut progress)?;
    } else {
        threads::run(options, outputs, &mut progress)?;
    }
    Ok(progress.outcome())
}

/// Whether one worker is enough, or is all that would do: an input with `#N` is read up to that
/// delivery and no further.
fn is_simple(options: &ReadOptions) -> bool {
    let inputs: Vec<Input> = Input::all(&options.inputs).into_iter().flatten().collect();
    let mut sizes = inputs.iter().map(Input::size);
    let size = sizes.try_fold(0, |sum: u64, size| Some(sum.saturating_add(size?)));
    options.jobs.get() == 1
        || inputs.iter().any(|input| input.number.is_some())
        || size.is_some_and(|size| size < MIN_PARALLEL)
}
