//! Reads all inputs and has a command process every delivery, on one thread or several, with the
//! same output.
//!
//! ```text
//!  input ──▶ reader ──▶ framing ──▶ batch ──▶ queue ──▶ worker ──▶ sink
//!  files,    opens      cuts into   records   bounds    capture,   accounts
//!  folders,  and        records     that own  what is   then the   and writes,
//!  archives, decodes                bytes     in memory command    in order
//!  stdin
//! ```
//!
//! - [`Input`] is what the user named: a file, a folder (`walk` lists its files, `probe` decides
//!   which of them hold deliveries), an archive ([`archive_file`] gives out its files) or standard
//!   input. `decode` undoes compression and UTF-16, with `zstd` and `utf16`, and `prefix`
//!   cuts off what a logger wrote before the JSON.
//! - The [`Reader`](reader::Reader) opens one source after another and cuts it into records with
//!   [`framing`]. It passes them on, with what happened in between, to a
//!   [`Consumer`](reader::Consumer).
//! - A [`Batch`](batch::Batch) holds records that own their bytes. The [`queue`] numbers batches in
//!   the order of the input and bounds how many are on their way.
//! - A [`Worker`](worker::Worker) finds the deliveries in each record, and the command's
//!   [`Processor`] turns each into output.
//! - [`Accounts`] accounts for what was read, reports problems on standard error and
//!   gives the output to the command's [`Sink`].
//! - The [`Meter`] counts what the reader reads, for a progress bar.
//! - What `listen` receives needs no reader, framing or queue: `received` passes each request to a
//!   worker and its output to the sink.
//!
//! # Why the output does not depend on the number of workers
//!
//! A worker shares nothing with the others but what it does *in its turn*, and turns are taken in
//! the order of the batch numbers, at two [`Turnstile`](turn::Turnstile)s:
//!
//! - **Index.** The number of a delivery in its source depends on how many came before it. A worker
//!   finds all deliveries of its batch first, then counts them in its turn.
//! - **Explanations.** Explaining failed signatures has a budget, which the first failures of the
//!   input use up. A delivery that needs some of it waits until all batches before its own are
//!   *done*. That serializes the workers, so it must be rare: once the budget is spent, nobody waits.
//! - **Order.** The sink holds the results of a batch back until all earlier ones are written. It
//!   also decides when to stop: what comes after `--fail-fast` stopped a run is never written.
//!
//! Waiting cannot deadlock: batches are taken in order, and a batch only waits for earlier ones.
//!
//! # Memory and latency
//!
//! At most [`BATCHES_PER_JOB`] batches for each worker are on their way, from reading to writing, so
//! that keeping the order never means collecting the output. A record of 1 MiB or more travels
//! alone. Before the reader waits for a live source, it hands over the batch that it is filling. With one
//! worker, or an input too small to be worth a thread, records are processed where they lie, without
//! threads or copies.

mod archive_file;
mod archive_format;
mod batch;
mod claim;
mod decode;
mod decryption;
mod event;
mod follow;
mod framing;
mod identity;
mod inline;
mod input;
mod meter;
mod open_source;
mod prefix;
mod probe;
mod queue;
mod reader;
#[cfg(feature = "listen")]
mod received;
mod rewind;
mod schemas;
mod signature_file;
mod sink;
mod skipped;
mod threads;
mod turn;
mod utf16;
mod walk;
mod worker;
mod zstd;

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::{Result, ensure};
use chatlog::Text;
use chatlog::capture::CaptureOptions;
use chatlog::view::findings::InputProblem;
use regex::bytes::Regex;

pub(crate) use self::decryption::Decryption;
pub(crate) use self::framing::Buffering;
pub(crate) use self::identity::{Outputs, folder_of, followed};
use self::input::InputError;
pub(crate) use self::input::{Input, name_of};
use self::meter::Meter;
#[cfg(feature = "listen")]
pub(crate) use self::received::{Received, ReceivedRun};
pub(crate) use self::schemas::read_contract;
use self::sink::Accounts;
pub(crate) use self::worker::IncomingDelivery;
use crate::cli::args::{FollowArgs, ProgressArgs};
use crate::cli::outcome::Outcome;
use crate::cli::output::{ProgressBar, can_show_progress};

/// The most batches on their way, for each worker.
const BATCHES_PER_JOB: usize = 4;
/// Inputs of fewer bytes than this are not worth a thread.
const MIN_PARALLEL: u64 = 1 << 20;

/// What to read, and how.
#[derive(Debug, Clone)]
pub(crate) struct ReadOptions {
    /// The inputs that the user named; empty for standard input.
    pub(crate) inputs: Vec<PathBuf>,
    /// How each record is read.
    pub(crate) capture: CaptureOptions,
    /// What is cut off at the start of each line.
    pub(crate) strip_prefix: Option<Regex>,
    /// Whether to read past the first record of a live stream before handing it out.
    pub(crate) buffering: Buffering,
    /// What is reported on standard error.
    pub(crate) reporting: Reporting,
    /// Whether to go on reading as the file grows.
    pub(crate) follows: bool,
    /// The number of workers; `None` for one on each core.
    pub(crate) jobs: Option<NonZeroUsize>,
    /// What to do with encrypted bodies.
    pub(crate) decryption: Decryption,
    /// Counts how far reading has got.
    pub(crate) meter: Arc<Meter>,
    /// Whether to show that on standard error.
    pub(crate) shows_progress: bool,
}

/// What is reported on standard error; each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reporting {
    /// Nothing, because everything is read again.
    Nothing,
    /// What could not be read.
    Problems,
    /// What was passed over, too.
    Omissions,
    /// How each input was read, too.
    Everything,
}

impl Reporting {
    /// What the options `--verbose` and `--quiet` ask for.
    pub(crate) fn of(verbose: bool, quiet: bool) -> Self {
        match (verbose, quiet) {
            (true, _) => Self::Everything,
            (false, true) => Self::Problems,
            (false, false) => Self::Omissions,
        }
    }
}

impl ReadOptions {
    /// The same options with this number of workers.
    pub(crate) fn with_jobs(self, jobs: Option<NonZeroUsize>) -> Self {
        Self { jobs, ..self }
    }

    /// The same options for reading a file as it grows, if the user wants that.
    ///
    /// # Errors
    /// The input is not one file.
    pub(crate) fn with_follow(self, args: &FollowArgs) -> Result<Self> {
        if !args.follow {
            return Ok(self);
        }
        let inputs: Vec<_> = Input::all(&self.inputs).into_iter().flatten().collect();
        let is_one_file = matches!(&inputs[..], [input] if input.can_be_followed());
        ensure!(
            is_one_file && self.inputs.len() == 1,
            "--follow reads one file: not several, nor a folder, a file in an archive or one delivery #N"
        );
        Ok(Self {
            follows: true,
            shows_progress: false,
            ..self
        })
    }

    /// The same options for a command that reads what is encrypted.
    pub(crate) fn with_decryption(self, decryption: Decryption) -> Self {
        Self { decryption, ..self }
    }

    /// The same options for a command that shows its progress, if someone can see it and wants to.
    pub(crate) fn with_progress(self, args: &ProgressArgs) -> Self {
        let is_wanted = !args.no_progress && self.reporting > Reporting::Problems;
        Self {
            shows_progress: is_wanted && can_show_progress(),
            ..self
        }
    }
}

/// What a command does with each delivery, on any thread.
pub(crate) trait Processor: Sync {
    /// The output for some deliveries of one source.
    type Output: Default + Send;

    /// Processes a delivery and adds to `output`. `Break` ends the run after this delivery.
    ///
    /// # Errors
    /// The run cannot go on.
    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Self::Output,
    ) -> Result<ControlFlow<Outcome, Outcome>>;

    /// A text as it may be reported on standard error: the name of an input, or what is wrong with it.
    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        Cow::Borrowed(text)
    }

    /// Adds a problem with an input to `output`. It is reported on standard error in any case.
    ///
    /// # Errors
    /// The run cannot go on.
    fn problem(&self, _problem: &InputProblem<'_>, _output: &mut Self::Output) -> Result<()> {
        Ok(())
    }
}

/// Writes a command's output, which arrives in the order of the input.
pub(crate) trait Sink<O> {
    /// Writes the output for some deliveries of `source`. `Break` ends the run: the reader of the
    /// output has closed it. Output for a live source must be flushed, because someone may be
    /// waiting for it.
    ///
    /// # Errors
    /// The output cannot be written.
    fn write(&mut self, output: O, source: &Text<'_>, is_live: bool) -> Result<ControlFlow<()>>;
}

/// Processes every delivery of every input and writes the output in order. An input that cannot be
/// used is reported on standard error and does not stop the others. The files that the run writes
/// are not read.
///
/// # Errors
/// The output cannot be written, or the processor cannot go on.
pub(crate) fn run<P: Processor>(
    options: &ReadOptions,
    outputs: &Arc<Outputs>,
    processor: &P,
    sink: &mut impl Sink<P::Output>,
) -> Result<Outcome> {
    let mut accounts = Accounts::new(options, processor, sink);
    let _bar = options.shows_progress.then(|| progress_bar(options));
    let jobs = jobs(options);
    if jobs == 1 || !threads::run(options, jobs, outputs, &mut accounts)? {
        inline::run(options, outputs, &mut accounts)?;
    }
    Ok(accounts.outcome())
}

fn progress_bar(options: &ReadOptions) -> ProgressBar {
    let inputs = Input::all(&options.inputs);
    let sizes = inputs.iter().flatten().map(|input| {
        let is_open = input.is_folder() || input.is_stream();
        // What does not exist has no bytes.
        input.size().or((!is_open).then_some(0))
    });
    options.meter.expect(sizes);
    let meter = Arc::clone(&options.meter);
    ProgressBar::start(move || meter.progress())
}

/// The number of workers: one for small inputs, and for an input with `#N`, which must not be read
/// beyond that delivery.
fn jobs(options: &ReadOptions) -> usize {
    if options.jobs == Some(NonZeroUsize::MIN) {
        return 1;
    }
    let inputs: Vec<Input> = Input::all(&options.inputs).into_iter().flatten().collect();
    let mut sizes = inputs.iter().map(Input::size);
    let size = sizes.try_fold(0, |sum: u64, size| Some(sum.saturating_add(size?)));
    let is_small = size.is_some_and(|size| size < MIN_PARALLEL);
    if is_small || inputs.iter().any(|input| input.number.is_some()) {
        return 1;
    }
    // Counting the cores reads files on some systems, which small inputs need not pay for.
    let jobs = options.jobs.map_or_else(thread::available_parallelism, Ok);
    jobs.map_or(1, NonZeroUsize::get)
}
