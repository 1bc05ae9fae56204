//! Opens one source after another and cuts it into records.

use std::cell::RefCell;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock, Weak};

use chatlog::capture::{self, Foreign};
use chatlog::{Position, Text};

use super::event::{InputStart, ReadEvent, ReadProblem, SourceEnd, Stop};
use super::framing::{Buffering, Framed, Records, TooLarge};
use super::input::{Claim, Input, InputError, Opened, Source};
use super::open_source::OpenSource;
use super::probe::holds_delivery;
use super::{Outputs, ReadOptions};

/// Receives records and events in the order of the input.
///
/// A run with one worker processes each record at once; a run with several collects them in batches.
pub(super) trait Consumer {
    /// Takes an event.
    fn event(&mut self, event: ReadEvent) -> Result<(), Stop>;

    /// Takes a record.
    fn record(&mut self, source: &Arc<OpenSource>, framed: Framed<'_>) -> Result<(), Stop>;

    /// Passes on what it holds back, because the next record may take long to arrive.
    fn before_waiting(&mut self) -> Result<(), Stop>;
}

/// Reads all inputs.
pub(super) struct Reader<'o, S> {
    options: &'o ReadOptions,
    /// The files that the run writes. They are dropped when the run ends, which a reader that waits
    /// for its input must not prevent.
    outputs: Weak<Outputs>,
    consumer: &'o RefCell<S>,
    /// How many inputs and sources were read so far.
    inputs: usize,
    sources: usize,
}

impl<'o, S: Consumer> Reader<'o, S> {
    /// A reader at the start of the inputs.
    pub(super) fn new(
        options: &'o ReadOptions,
        outputs: Weak<Outputs>,
        consumer: &'o RefCell<S>,
    ) -> Self {
        Self {
            options,
            outputs,
            consumer,
            inputs: 0,
            sources: 0,
        }
    }

    /// Reads every input that the user named.
    pub(super) fn run(mut self) -> Result<(), Stop> {
        for input in Input::all(&self.options.inputs) {
            match input.map(|input| self.read_input(&input)) {
                Ok(Ok(()) | Err(Stop::Reached)) => {}
                Ok(stop) => return stop,
                Err(error) => self.cannot_use(error)?,
            }
        }
        Ok(())
    }

    fn read_input(&mut self, input: &Input) -> Result<(), Stop> {
        self.inputs += 1;
        self.event(ReadEvent::InputStart(InputStart {
            name: input.name(),
            is_folder: input.is_folder(),
            number: input.number,
        }))?;
        for source in input.sources() {
            match source {
                Ok(source) => self.read_source(source, input.number)?,
                Err(error) => self.cannot_use(error)?,
            }
        }
        self.event(ReadEvent::InputEnd)
    }

    fn read_source(&mut self, source: Source, wanted: Option<usize>) -> Result<(), Stop> {
        let name = source.name();
        if let Some(output) = source.path().and_then(|path| self.output(path)) {
            let why = format!("not read: this file is {output}");
            return self.event(ReadEvent::NotRead(name, why));
        }
        if source.is_live() {
            self.consumer.borrow_mut().before_waiting()?;
        }
        match self.open(&source) {
            Ok(Some(opened)) => self.read_opened(source, opened, wanted),
            Ok(None) => self.event(ReadEvent::PassedOver(name)),
            Err(error) => self.cannot_read(name, &error),
        }
    }

    /// The name of the output that this file is, if it is one.
    fn output(&self, path: &Path) -> Option<String> {
        let outputs = self.outputs.upgrade()?;
        outputs.find(path).map(str::to_owned)
    }

    /// Opens a source. Returns `None` for a file in a folder that holds no delivery.
    fn open(&self, source: &Source) -> io::Result<Option<Opened>> {
        if source.claim == Claim::Unknown
            && !holds_delivery(source, self.options.format, self.options.limits)?
        {
            return Ok(None);
        }
        source.open().map(Some)
    }

    fn read_opened(
        &mut self,
        source: Source,
        opened: Opened,
        wanted: Option<usize>,
    ) -> Result<(), Stop> {
        let source = self.open_source(source, &opened, wanted);
        self.event(ReadEvent::SourceStart)?;
        let mut foreign = None;
        match self.read_records(&source, opened.reader, &mut foreign) {
            Ok(()) => {}
            Err(Interruption::Stop(stop)) => return Err(stop),
            Err(Interruption::Read(error)) => self.cannot_read(source.name.clone(), &error)?,
        }
        self.event(ReadEvent::SourceEnd(SourceEnd {
            name: source.name.clone(),
            claim: source.source.claim,
            encodings: opened.encodings,
            foreign,
        }))
    }

    fn open_source(
        &mut self,
        source: Source,
        opened: &Opened,
        wanted: Option<usize>,
    ) -> Arc<OpenSource> {
        self.sources += 1;
        Arc::new(OpenSource {
            number: self.sources,
            input: self.inputs,
            name: source.name(),
            source,
            is_recoded: opened.is_recoded,
            is_live: opened.is_live,
            wanted,
            sidecar: OnceLock::new(),
        })
    }

    fn read_records(
        &self,
        source: &Arc<OpenSource>,
        reader: Box<dyn Read>,
        foreign: &mut Option<&'static Foreign>,
    ) -> Result<(), Interruption> {
        let reader = NotifyingReader {
            reader,
            is_live: source.is_live,
            consumer: self.consumer,
        };
        let max_size = self.options.limits.max_body;
        let mut records = Records::new(reader, self.buffering(source), max_size);
        match self.is_one_capture(&mut records) {
            Ok(true) => match records.whole() {
                Ok(None) => Ok(()),
                Ok(Some(framed)) => self.forward(source, framed),
                Err(error) => self.too_large(source, error, "capture"),
            },
            Ok(false) => {
                *foreign = self.foreign(&mut records);
                match foreign {
                    // It may be large.
                    Some(foreign) if foreign.is_certain => Ok(()),
                    _ => self.read_each(source, &mut records),
                }
            }
            Err(error) => self.too_large(source, error, "capture"),
        }?;
        let failure = records.take_failure().map(Interruption::Read);
        failure.map_or(Ok(()), Err)
    }

    fn buffering(&self, source: &OpenSource) -> Buffering {
        if source.is_live {
            self.options.buffering
        } else {
            Buffering::Whole
        }
    }

    fn read_each(
        &self,
        source: &Arc<OpenSource>,
        records: &mut Records<impl Read>,
    ) -> Result<(), Interruption> {
        loop {
            match records.next() {
                Ok(None) => return Ok(()),
                Ok(Some(framed)) => self.forward(source, framed)?,
                Err(error) => self.too_large(source, error, "delivery")?,
            }
        }
    }

    fn forward(&self, source: &Arc<OpenSource>, framed: Framed<'_>) -> Result<(), Interruption> {
        let taken = self.consumer.borrow_mut().record(source, framed);
        taken.map_err(Interruption::Stop)
    }

    /// Whether the whole source is one capture, in a format that is not JSON.
    fn is_one_capture(&self, records: &mut Records<impl Read>) -> Result<bool, TooLarge> {
        Ok(capture::is_text(self.options.format, records.start()?))
    }

    /// What the source is, if its first bytes tell that it is no capture, and no format was named.
    fn foreign(&self, records: &mut Records<impl Read>) -> Option<&'static Foreign> {
        let start = records.start().ok()?;
        let format = self.options.format;
        format.map_or_else(|| capture::foreign(start), |_| None)
    }

    /// Reports that something is larger than the limit.
    fn too_large(
        &self,
        source: &OpenSource,
        TooLarge(position): TooLarge,
        what: &str,
    ) -> Result<(), Interruption> {
        let limit = self.options.limits.max_body >> 20;
        let message = format!("a {what} is larger than {limit} MiB (see --max-size): passed over");
        let reported = self.problem(source.name.clone(), Some(position), message);
        reported.map_err(Interruption::Stop)
    }

    fn cannot_use(&self, error: InputError) -> Result<(), Stop> {
        self.problem(error.place, None, error.what)
    }

    fn cannot_read(&self, source: Text<'static>, error: &io::Error) -> Result<(), Stop> {
        self.problem(source, None, format!("cannot read: {error}"))
    }

    fn problem(
        &self,
        source: Text<'static>,
        position: Option<Position>,
        message: String,
    ) -> Result<(), Stop> {
        self.event(ReadEvent::Problem(ReadProblem {
            source,
            position,
            message,
        }))
    }

    fn event(&self, event: ReadEvent) -> Result<(), Stop> {
        self.consumer.borrow_mut().event(event)
    }
}

/// Why reading a source stopped before its end.
enum Interruption {
    /// The source cannot be read.
    Read(io::Error),
    /// The run stops.
    Stop(Stop),
}

/// A reader that calls [`Consumer::before_waiting`] before each read of a live source.
struct NotifyingReader<'s, S> {
    reader: Box<dyn Read>,
    is_live: bool,
    consumer: &'s RefCell<S>,
}

impl<S: Consumer> Read for NotifyingReader<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_live {
            // If no more output is wanted, passing on the next record fails, which is soon enough.
            drop(self.consumer.borrow_mut().before_waiting());
        }
        self.reader.read(buffer)
    }
}
