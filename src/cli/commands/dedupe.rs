//! `--dedupe`: finds the deliveries that a later one of the same session replaces.
//!
//! Which delivery is the last is only known at the end, so the input is read twice, and what came first
//! in one reading is known by its number in the other.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use chatlog::Text;
use chatlog::archive::{DeliveryKey, DuplicateFinder, Duplicates};
use chatlog::json::Document;
use chatlog::notification::Session;

use crate::cli::outcome::Outcome;
use crate::cli::pipeline::{
    self, IncomingDelivery, Input, Outputs, Processor, ReadOptions, Reporting, Sink,
};

/// What the first reading found.
#[derive(Debug, Default)]
pub(super) struct Superseded {
    /// The numbers in the run of the deliveries that a later one replaces.
    pub(super) numbers: HashSet<usize>,
    /// The numbers of the last delivery of each session so far.
    last: HashMap<u64, usize>,
    finder: DuplicateFinder,
}

impl Superseded {
    /// Reads the inputs for the first time.
    ///
    /// # Errors
    /// An input can only be read once.
    pub(super) fn find(options: &ReadOptions, outputs: &Arc<Outputs>) -> Result<Self> {
        ensure!(
            !options.follows,
            "--follow never ends, and --dedupe is written at the end"
        );
        let inputs = Input::all(&options.inputs);
        let once = inputs
            .iter()
            .flatten()
            .find(|it| it.is_stdin() || it.is_stream());
        if let Some(input) = once {
            let name = if input.is_stdin() {
                Text::from("standard input")
            } else {
                input.name()
            };
            bail!(
                "--dedupe reads its input twice, and {name} can be read only once: save it to a file"
            );
        }
        let options = ReadOptions {
            reporting: Reporting::Nothing,
            meter: Arc::default(),
            ..options.clone()
        };
        let mut superseded = Self::default();
        // What is wrong with the inputs is reported when they are read again.
        pipeline::run(&options, outputs, &Keys, &mut superseded)?;
        superseded.last = HashMap::new();
        Ok(superseded)
    }

    /// The duplicates that were found.
    pub(super) fn duplicates(&self) -> &Duplicates {
        &self.finder.found
    }
}

/// Finds the key of every delivery.
struct Keys;

/// A delivery and its key.
pub(super) struct KeyedDelivery {
    pub(super) key: DeliveryKey,
    /// Its number in its source.
    pub(super) index: usize,
    number_in_run: usize,
}

impl KeyedDelivery {
    /// `None` if the session lacks what tells sessions apart.
    pub(super) fn of(incoming: &IncomingDelivery<'_>, session: &Session<'_>) -> Option<Self> {
        Some(Self {
            key: DeliveryKey::of(session, &incoming.delivery.body)?,
            index: incoming.origin.index,
            number_in_run: incoming.number_in_run,
        })
    }
}

impl Processor for Keys {
    type Output = Vec<KeyedDelivery>;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Self::Output,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        let document = Document::new(&incoming.delivery.body);
        let session = Session::read_outline(&document);
        output.extend(session.and_then(|session| KeyedDelivery::of(incoming, &session)));
        Ok(ControlFlow::Continue(Outcome::Clean))
    }
}

impl Sink<Vec<KeyedDelivery>> for Superseded {
    fn write(
        &mut self,
        deliveries: Vec<KeyedDelivery>,
        source: &Text<'_>,
        _is_live: bool,
    ) -> Result<ControlFlow<()>> {
        for KeyedDelivery {
            key,
            index,
            number_in_run,
        } in deliveries
        {
            self.finder.enter(key, source, index);
            self.numbers
                .extend(self.last.insert(key.session, number_in_run));
        }
        Ok(ControlFlow::Continue(()))
    }
}
