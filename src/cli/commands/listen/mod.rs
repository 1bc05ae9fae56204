//! `chatlog listen`: receives webhooks, keeps their exact bytes and shows them as they arrive.
//!
//! ```text
//!  socket ──▶ recorder ──▶ hyper ──▶ receiver ──▶ store ──▶ answer
//!             keeps the    parses    refuses or      │
//!             head's bytes           accepts         └────▶ display (a thread of its own)
//! ```
//!
//! With `--forward`, the answer is that of the target, to which a delivery goes once it is saved.
//!
//! Everything but the display runs on one thread: a request costs less than handing it to another
//! one. A delivery is saved, then queued to be shown, then answered; nothing is acknowledged that is
//! not in the folder. Only with `--sync`, which waits for the disk, saving has threads of its own.
//!
//! # What strangers may use up
//!
//! Every request has a time to arrive, a size, a size of its head, and its share of the memory for all
//! bodies; connections, the queue to the display and the folder have a size, too. A request that
//! exceeds one of them is refused and counted (see [`refusal`]). Requests that a web page sends are
//! refused whatever they hold, because any page that is open in a browser on this machine can send some.
//!
//! # How it ends
//!
//! Ctrl-C and SIGTERM are how a server ends, so they do not fail it: what is in flight is finished,
//! within some seconds, and the exit code is that of `chatlog show` for all deliveries. A second signal
//! ends the process at once, with 130 or 143. Deliveries that were refused because of the receiver's own
//! trouble, or that nobody saw, make it 2; what senders did wrong is only counted.

mod answer;
mod display;
mod forward;
mod head;
mod message;
mod receiver;
mod recent;
mod recorder;
mod refusal;
mod server;
mod stop;
mod store;
mod tally;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chatlog::capture::{CaptureOptions, Limits};
use chatlog::delivery::CaptureFormat;
use chatlog::view::{Order, Selection, delivery_count};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use self::display::{Display, DisplayEnd, DisplaySettings};
use self::forward::Forward;
use self::receiver::Receiver;
use self::stop::Stop;
use self::store::Store;
use self::tally::Tally;
use super::inspection::Inspection;
use super::redaction::Redaction;
use super::screen::{Screen, Target};
use super::show::Showing;
use super::verifier::Verifier;
use super::{levels, table_canvas, zone};
use crate::cli::args::Listen;
use crate::cli::config::Config;
use crate::cli::interrupt;
use crate::cli::outcome::Outcome;
use crate::cli::output::{Stdout, eprint_line, report_problem};
use crate::cli::pipeline::{Buffering, Outputs, ReadOptions, Reporting};

/// How long what was received may take to be shown after a signal.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn run(args: &Listen, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let stop = Stop::new();
    let settings = display_settings(args, config, outputs, &stop)?;
    let store = store(args)?;
    let saves = store.is_some();
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the server")?;
    let listener = listen(&runtime, args.address)?;
    let address = listener.local_addr().context("cannot listen")?;
    let forward = Forward::of(args, address)?;
    let (display, display_end) = Display::start(settings)?;
    let on_signal = stop.clone();
    interrupt::leave_to_server(move || on_signal.request_by_signal());
    let receiver = Arc::new(Receiver::new(args, store, forward, display, stop.clone())?);
    announce(address, args);
    runtime.block_on(server::serve(listener, &receiver, args.bounds.timeout()));
    // A disk that does not answer must not keep the process from ending.
    runtime.shutdown_timeout(PATIENCE);
    match Arc::into_inner(receiver) {
        Some(receiver) => finish(&receiver.into_tally(), display_end, &stop, saves),
        None => bail!("--save: the disk does not answer: gave up on a delivery"),
    }
}

fn store(args: &Listen) -> Result<Option<Store>> {
    let folder = args.save.as_deref();
    let store = folder.map(|folder| Store::open(folder, args.bounds.max_total(), args.sync));
    store.transpose()
}

fn listen(runtime: &Runtime, address: SocketAddr) -> Result<TcpListener> {
    let listener = runtime.block_on(TcpListener::bind(address));
    listener
        .with_context(|| format!("--address {address}: cannot listen (port 0 chooses a free port)"))
}

/// Says where it listens, and who can reach it.
fn announce(address: SocketAddr, args: &Listen) {
    if !address.ip().is_loopback() {
        let what = "other machines can reach this address: whoever can may post to it, and what they \
                    post is saved, shown and passed on like any delivery";
        report_problem(&format_args!("--address {address}"), what);
    }
    let path = args.path.as_deref().unwrap_or("/");
    eprint_line(&format!("listening on http://{address}{path}"));
}

/// How deliveries are shown: as `show` does.
fn display_settings(
    args: &Listen,
    config: &Config,
    outputs: Arc<Outputs>,
    stop: &Stop,
) -> Result<DisplaySettings> {
    let options = ReadOptions {
        inputs: Vec::new(),
        capture: CaptureOptions {
            limits: Limits {
                max_body: args.bounds.max_body(),
            },
            ..CaptureOptions::for_format(CaptureFormat::Http)
        },
        strip_prefix: None,
        buffering: Buffering::Eager,
        reporting: Reporting::Omissions,
        meter: Arc::default(),
        shows_progress: false,
        follows: false,
        jobs: None,
        decryption: args.decrypt.read()?,
    };
    let showing = (!args.view.quiet)
        .then(|| showing(args, config))
        .transpose()?;
    Ok(DisplaySettings {
        showing,
        options,
        outputs,
        project_file: config.name(),
        goes_on: args.save.is_some() || args.answer.forward.is_some(),
        stop: stop.clone(),
    })
}

fn showing(args: &Listen, config: &Config) -> Result<Showing> {
    let zone = zone(&args.view.session.zone, config);
    let canvas = table_canvas(&args.look, config, zone);
    let secrets = args.signature.secrets.read_without_input()?;
    let screen = Screen::new(
        Target::Stdout(Stdout::new()),
        args.view.format,
        canvas.clone(),
    );
    Ok(Showing {
        format: args.view.format,
        canvas,
        has_own_page: false,
        selection: Selection {
            only: None,
            order: Order::Received,
            full_text: args.view.session.full_text,
            details: args.view.session.details,
        },
        inspection: Inspection {
            levels: levels(&args.levels, config),
            limit: args.limit.limit(),
            verifier: Some(Verifier::new(&args.signature, config, secrets)?),
            redaction: Redaction::new(&args.redact)?,
            ..Inspection::default()
        },
        writer: Mutex::new(Box::new(screen)),
    })
}

/// Shows what still waits, prints the summary, and returns the outcome of the run.
fn finish(tally: &Tally, display: DisplayEnd, stop: &Stop, saves: bool) -> Result<Outcome> {
    let shown = display.wait(stop.is_by_signal().then_some(PATIENCE));
    for sentence in tally.sentences() {
        report_problem(&"listen", &sentence);
    }
    let (mut outcome, not_shown) = shown?;
    if not_shown > 0 {
        let deliveries = delivery_count(not_shown);
        let were = if not_shown == 1 { "was" } else { "were" };
        let what = format!("{deliveries} {were} not shown, because the output was too slow");
        report_problem(&"listen", &what);
        // The file of a delivery that was saved is there to be shown.
        outcome = outcome.max(if saves {
            Outcome::Clean
        } else {
            Outcome::Trouble
        });
    }
    Ok(outcome.max(tally.outcome()))
}
