//! What becomes of a request: it is refused, or kept, shown and answered, in this order.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chatlog::Text;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{HeaderValue, ORIGIN};
use hyper::{Method, Request, Response, StatusCode};

use super::answer::{Answer, JSON, TEXT, answer, close, refuse, text};
use super::display::Display;
use super::forward::Forward;
use super::head::Head;
use super::message::{BodyMemory, Message};
use super::recent::RecentBodies;
use super::recorder::Recording;
use super::refusal::Refusal;
use super::stop::Stop;
use super::store::{SaveError, Store};
use super::tally::Tally;
use crate::cli::args::Listen;
use crate::cli::pipeline::{Received, name_of};

/// The answer to GET and HEAD, so that people and tunnels can see that something listens.
const GREETING: &str = "chatlog listens here: POST a webhook to this URL\n";

/// What all connections share.
pub(super) struct Receiver {
    /// The only path that takes deliveries, if there is one.
    path: Option<String>,
    status: StatusCode,
    answer: Bytes,
    answer_type: HeaderValue,
    is_for_one: bool,
    is_verbose: bool,
    shows: bool,
    store: Option<Store>,
    forward: Option<Forward>,
    display: Display,
    stop: Stop,
    tally: Mutex<Tally>,
    recent: Mutex<RecentBodies>,
    memory: BodyMemory,
    /// Whether the only delivery of a run for one has been accepted.
    is_taken: AtomicBool,
    /// Why the last delivery could not be saved, so that this is said once.
    save_failure: Mutex<Option<String>>,
}

impl Receiver {
    pub(super) fn new(
        args: &Listen,
        store: Option<Store>,
        forward: Option<Forward>,
        display: Display,
        stop: Stop,
    ) -> anyhow::Result<Self> {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&args.answer.body).is_ok();
        Ok(Self {
            path: args.path.clone(),
            status: StatusCode::from_u16(args.answer.status)?,
            answer: Bytes::from(args.answer.body.clone()),
            answer_type: if is_json { JSON } else { TEXT },
            is_for_one: args.once,
            is_verbose: args.verbose,
            shows: !args.view.quiet,
            store,
            forward,
            display,
            stop,
            tally: Mutex::default(),
            recent: Mutex::default(),
            memory: BodyMemory::new(args.bounds.max_body()),
            is_taken: AtomicBool::new(false),
            save_failure: Mutex::default(),
        })
    }

    /// The request to end that it heeds.
    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// What was counted, at the end.
    pub(super) fn into_tally(self) -> Tally {
        let tally = self.tally.into_inner();
        tally.unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request.
    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        recording: Recording,
        peer: SocketAddr,
    ) -> Response<Answer> {
        let result = self.accept(request, &recording).await;
        let answer = match result {
            Ok(answer) => answer,
            Err(refusal) => {
                recording.refuse();
                self.refuse(refusal, peer, "");
                refuse(refusal)
            }
        };
        recording.is_answered();
        answer
    }

    /// Counts a refusal and, if the user wants that, reports it. `why` is added to its reason.
    pub(super) fn refuse(&self, refusal: Refusal, peer: SocketAddr, why: &str) {
        lock(&self.tally).refuse(refusal);
        if self.is_verbose {
            let (status, reason) = (refusal.status().as_u16(), refusal.reason());
            let problem = format!("listen: request from {peer}: {status}: {reason}{why}");
            self.display.report(problem);
        }
    }

    async fn accept(
        self: &Arc<Self>,
        request: Request<Incoming>,
        recording: &Recording,
    ) -> Result<Response<Answer>, Refusal> {
        let length = request.body().size_hint().exact();
        let head = recording.take_head(length).ok_or(Refusal::Malformed)?;
        self.check(&request)?;
        if request.method() != Method::POST {
            recording.has_arrived();
            let mut greeting = text(StatusCode::OK, GREETING);
            if length != Some(0) {
                close(&mut greeting);
            }
            return Ok(greeting);
        }
        if head.is_ambiguous() {
            return Err(Refusal::Malformed);
        }
        self.memory.check(length)?;
        let mut room = self.memory.room();
        let message = Message::read(&head, request.into_body(), recording, &mut room).await?;
        recording.has_arrived();
        let to_forward = self
            .forward
            .as_ref()
            .map(|it| (it, message.body().to_vec()));
        self.keep(message).await?;
        let mut answer = match to_forward {
            Some((target, body)) => self.forward(target, &head, &body).await,
            None => self.acknowledge(),
        };
        if length.is_none() {
            close(&mut answer);
        }
        if self.is_for_one {
            self.stop.request();
        }
        Ok(answer)
    }

    /// The answer to a delivery that was accepted.
    fn acknowledge(&self) -> Response<Answer> {
        answer(self.status, self.answer.clone(), self.answer_type.clone())
    }

    /// Passes a delivery on and returns the target's answer, or one that says that there is none.
    async fn forward(&self, target: &Forward, head: &Head, body: &[u8]) -> Response<Answer> {
        match target.send(head, body).await {
            Ok(answer) => answer,
            Err(why) => {
                let refusal = Refusal::TargetDown;
                lock(&self.tally).refuse(refusal);
                let problem = format!("--forward: {why}: answered {}", refusal.status().as_u16());
                self.display.report(problem);
                text(refusal.status(), &refusal.message())
            }
        }
    }

    /// Checks what can be said of a request by its head.
    fn check(&self, request: &Request<Incoming>) -> Result<(), Refusal> {
        let is_other = |path: &String| path != request.uri().path();
        if request.headers().contains_key(ORIGIN) {
            Err(Refusal::Origin)
        } else if self.path.as_ref().is_some_and(is_other) {
            Err(Refusal::Path)
        } else if ![Method::POST, Method::GET, Method::HEAD].contains(request.method()) {
            Err(Refusal::Method)
        } else {
            Ok(())
        }
    }

    /// Saves a delivery, counts it and shows it.
    async fn keep(self: &Arc<Self>, message: Message) -> Result<(), Refusal> {
        if self.is_for_one && self.is_taken.swap(true, Ordering::AcqRel) {
            return Err(Refusal::Busy);
        }
        let kept = if self.store.as_ref().is_some_and(Store::is_synced) {
            // Others need not wait for the disk.
            let receiver = Arc::clone(self);
            let work = tokio::task::spawn_blocking(move || receiver.keep_now(message));
            work.await.unwrap_or(Err(Refusal::NotSaved))
        } else {
            self.keep_now(message)
        };
        if kept.is_err() {
            self.is_taken.store(false, Ordering::Release);
        }
        kept
    }

    fn keep_now(&self, message: Message) -> Result<(), Refusal> {
        let path = self.save(&message.bytes)?;
        let hash = RecentBodies::hash(message.body());
        let mut tally = lock(&self.tally);
        tally.deliveries += 1;
        let (name, numbered) = match &path {
            Some(path) => (name_of(path), name_of(path).as_str().to_owned()),
            None => (Text::from("listen"), format!("listen#{}", tally.deliveries)),
        };
        let mut recent = lock(&self.recent);
        let first = recent.add(hash, &numbered);
        let note = first.map(|first| format!("redelivery: the same body as {first}"));
        tally.redeliveries += usize::from(note.is_some());
        if self.shows {
            self.display.show(Received {
                path,
                name,
                bytes: message.bytes,
                note,
            });
        }
        Ok(())
    }

    fn save(&self, request: &[u8]) -> Result<Option<PathBuf>, Refusal> {
        let Some(store) = &self.store else {
            return Ok(None);
        };
        let (refusal, why) = match store.save(request) {
            Ok(path) => {
                *lock(&self.save_failure) = None;
                return Ok(Some(path));
            }
            Err(SaveError::FolderFull) => {
                let why = "the folder is full (see --max-total)".to_owned();
                (Refusal::FolderFull, why)
            }
            Err(SaveError::Io(error)) => (Refusal::NotSaved, error.to_string()),
        };
        let mut failure = lock(&self.save_failure);
        if failure.as_ref() != Some(&why) {
            let status = refusal.status().as_u16();
            let problem = format!("listen: cannot save a delivery: {why}: answered {status}");
            self.display.report(problem);
            *failure = Some(why);
        }
        Err(refusal)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
