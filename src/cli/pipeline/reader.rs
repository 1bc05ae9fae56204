//! Opens one source after another and cuts it into records.

use std::cell::RefCell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, OnceLock, Weak};

use chatlog::capture::{self, Foreign};
use chatlog::{Position, Text};

use super::archive_file::{Member, Selection};
use super::archive_format::ArchiveFormat;
use super::claim::Claim;
use super::decode::{Decoded, decode};
use super::event::{ArchiveStart, InputStart, ReadEvent, ReadProblem, SourceEnd, Stop};
use super::framing::{Buffering, Framed, Records, TooLarge};
use super::input::{Input, InputError, Opened, Source};
use super::meter::SourceMeter;
use super::open_source::OpenSource;
use super::prefix::{Columns, PrefixReader};
use super::probe::holds_delivery;
use super::rewind::Rewindable;
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
    /// Counts what is read of the current file or stream.
    meter: SourceMeter,
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
            meter: options.meter.start(None),
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
        let sources = input.sources();
        if input.is_folder() && self.options.shows_progress {
            let sizes = sources.iter().flatten().filter_map(|source| source.size);
            self.options.meter.expect_found(sizes.sum());
        }
        for source in sources {
            match source {
                Ok(source) => {
                    self.meter = self.options.meter.start(source.size);
                    let read = self.read_source(source, input.number);
                    self.meter.finish();
                    read?;
                }
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
        match source.open(&self.meter, self.options.follows) {
            Ok(opened) => self.read_opened(source, opened, wanted),
            Err(error) => self.cannot_read(name, &error),
        }
    }

    fn read_opened(
        &mut self,
        source: Source,
        Opened { decoded, is_live }: Opened,
        wanted: Option<usize>,
    ) -> Result<(), Stop> {
        match decoded.archive {
            Some(format) => self.read_archive(&source, format, decoded, is_live, wanted),
            None if source.is_in_archive() => {
                let file = source.file_name();
                let what = format!("cannot read: `{file}` is neither a zip nor a tar archive");
                self.problem(source.name(), None, what)
            }
            None => self.read_file(source, decoded, is_live, wanted),
        }
    }

    /// Reads a file. One that may be anything is read only if it holds a delivery.
    fn read_file(
        &mut self,
        source: Source,
        mut decoded: Decoded<'_>,
        is_live: bool,
        wanted: Option<usize>,
    ) -> Result<(), Stop> {
        if source.claim == Claim::Unknown {
            let again = self.probe(decoded.reader).and_then(|found| {
                let opened = found
                    .then(|| source.open(&self.meter, self.options.follows))
                    .transpose()?;
                Ok(opened.map(|opened| opened.decoded))
            });
            decoded = match again {
                Ok(Some(decoded)) => decoded,
                Ok(None) => return self.event(ReadEvent::PassedOver(source.name())),
                Err(error) => return self.cannot_read(source.name(), &error),
            };
        }
        let source = self.open_source(source, &decoded, is_live, wanted);
        self.read_decoded(&source, decoded)
    }

    /// Whether a file holds a delivery.
    fn probe(&self, reader: impl Read) -> io::Result<bool> {
        holds_delivery(reader, self.options)
    }

    /// Reads the files in an archive.
    fn read_archive(
        &mut self,
        source: &Source,
        format: ArchiveFormat,
        decoded: Decoded<'_>,
        is_live: bool,
        wanted: Option<usize>,
    ) -> Result<(), Stop> {
        self.event(ReadEvent::ArchiveStart(ArchiveStart {
            name: source.file_name(),
            format,
            encodings: decoded.encodings.clone(),
        }))?;
        let max_size = self.options.capture.limits.max_body;
        let mut selection = source.selection();
        let flow = source
            .archive(format, decoded, max_size, &self.meter)
            .and_then(|archive| {
                archive.visit(&mut selection, max_size, |member| {
                    match self.read_member(source, member, is_live, wanted) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(stop) => ControlFlow::Break(stop),
                    }
                })
            });
        match flow {
            Ok(ControlFlow::Break(stop)) => Err(stop),
            Ok(ControlFlow::Continue(())) => self.end_archive(source, &selection),
            Err(error) => self.cannot_read(source.file_name(), &error),
        }
    }

    /// Reports what is missing in an archive.
    fn end_archive(&self, source: &Source, selection: &Selection) -> Result<(), Stop> {
        if selection.has_unused_signatures() {
            let why = "the signature files NAME.sig in it are not used: \
                       extract a tar archive to have them read";
            self.event(ReadEvent::NotRead(source.file_name(), why.to_owned()))?;
        }
        if !selection.is_empty() {
            return Ok(());
        }
        if !source.is_in_archive() {
            // One that was named fails at the end of its input.
            return match source.claim {
                Claim::Named => Ok(()),
                Claim::CaptureByName | Claim::Unknown => {
                    self.event(ReadEvent::PassedOver(source.file_name()))
                }
            };
        }
        let tip = selection.nearest().map_or_else(String::new, |name| {
            format!("; a similar one is `{}`", Text::from(name))
        });
        let what = format!("the archive has no such file{tip}");
        self.problem(source.name(), None, what)
    }

    /// Reads a file in an archive.
    fn read_member(
        &mut self,
        archive: &Source,
        member: Member<'_>,
        is_live: bool,
        wanted: Option<usize>,
    ) -> Result<(), Stop> {
        let source = archive.member(member.name, member.claim);
        let name = source.name();
        let content = member.content.map(|content| decode(content, false));
        let decoded = match content.and_then(|decoded| self.selected(&source, decoded)) {
            Ok(Some(decoded)) if decoded.archive.is_some() => {
                return self.pass_over_archive(&source);
            }
            Ok(Some(decoded)) => decoded,
            Ok(None) => return self.event(ReadEvent::PassedOver(name)),
            Err(error) => return self.cannot_read(name, &error),
        };
        let source = self.open_source(source, &decoded, is_live, wanted);
        // Next to it in the file system there is nothing of the archive.
        drop(source.sidecar.set(member.signature));
        self.read_decoded(&source, decoded)?;
        if is_live {
            self.consumer.borrow_mut().before_waiting()?;
        }
        Ok(())
    }

    /// What a file in an archive holds, from its start, if it is to be read.
    fn selected<'r>(
        &self,
        source: &Source,
        decoded: Decoded<'r>,
    ) -> io::Result<Option<Decoded<'r>>> {
        if source.claim != Claim::Unknown || decoded.archive.is_some() {
            return Ok(Some(decoded));
        }
        let mut reader = Rewindable::new(decoded.reader, self.options.capture.limits.max_body);
        if !self.probe(&mut reader)? {
            return Ok(None);
        }
        Ok(Some(Decoded {
            reader: Box::new(reader.rewound()),
            ..decoded
        }))
    }

    /// Passes over an archive in an archive, which is an error if deliveries are expected in it.
    fn pass_over_archive(&self, source: &Source) -> Result<(), Stop> {
        const WHY: &str = "not read: it is an archive in an archive: extract it and name it";
        match source.claim {
            Claim::Unknown => self.event(ReadEvent::NotRead(source.name(), WHY.to_owned())),
            Claim::Named | Claim::CaptureByName => {
                self.problem(source.name(), None, WHY.to_owned())
            }
        }
    }

    /// The name of the output that this file is, if it is one.
    fn output(&self, path: &Path) -> Option<String> {
        let outputs = self.outputs.upgrade()?;
        outputs.find(path).map(str::to_owned)
    }

    fn read_decoded(&self, source: &Arc<OpenSource>, decoded: Decoded<'_>) -> Result<(), Stop> {
        self.event(ReadEvent::SourceStart)?;
        let mut foreign = None;
        match self.read_records(source, decoded.reader, &mut foreign) {
            Ok(()) => {}
            Err(Interruption::Stop(stop)) => return Err(stop),
            Err(Interruption::Read(error)) => self.cannot_read(source.name.clone(), &error)?,
        }
        self.event(ReadEvent::SourceEnd(SourceEnd {
            name: source.name.clone(),
            claim: source.source.claim,
            encodings: decoded.encodings,
            foreign,
        }))
    }

    fn open_source(
        &mut self,
        source: Source,
        decoded: &Decoded<'_>,
        is_live: bool,
        wanted: Option<usize>,
    ) -> Arc<OpenSource> {
        self.sources += 1;
        Arc::new(OpenSource {
            number: self.sources,
            input: self.inputs,
            name: source.name(),
            source,
            is_recoded: decoded.is_recoded,
            is_stripped: self.options.strip_prefix.is_some(),
            is_live,
            wanted,
            note: None,
            sidecar: OnceLock::new(),
        })
    }

    fn read_records(
        &self,
        source: &Arc<OpenSource>,
        reader: Box<dyn Read + '_>,
        foreign: &mut Option<&'static Foreign>,
    ) -> Result<(), Interruption> {
        let reader = NotifyingReader {
            reader,
            is_live: source.is_live,
            consumer: self.consumer,
        };
        match self.options.strip_prefix.clone() {
            None => self.read_framed(source, reader, &Columns::default(), foreign),
            Some(regex) => {
                let reader = PrefixReader::new(reader, regex);
                let columns = reader.columns();
                self.read_framed(source, reader, &columns, foreign)
            }
        }
    }

    /// Cuts a stream into records. `columns` were cut off at the starts of its lines.
    fn read_framed(
        &self,
        source: &Arc<OpenSource>,
        reader: impl Read,
        columns: &Columns,
        foreign: &mut Option<&'static Foreign>,
    ) -> Result<(), Interruption> {
        let max_size = self.options.capture.limits.max_body;
        let mut records = Records::new(reader, self.buffering(source), max_size);
        match self.is_one_capture(&mut records) {
            Ok(true) => match records.whole() {
                Ok(None) => Ok(()),
                Ok(Some(framed)) => self.forward(source, framed, columns),
                Err(error) => self.too_large(source, error, "capture"),
            },
            Ok(false) => {
                *foreign = self.foreign(&mut records);
                match foreign {
                    // It may be large.
                    Some(foreign) if foreign.is_certain => Ok(()),
                    _ => self.read_each(source, &mut records, columns),
                }
            }
            Err(error) => self.too_large(source, error, "capture"),
        }?;
        let failure = records.take_failure().map(Interruption::Read);
        failure.map_or(Ok(()), Err)
    }

    fn buffering(&self, source: &OpenSource) -> Buffering {
        // A file in an archive ends, however slowly the archive arrives.
        if source.is_live && !source.source.is_in_archive() {
            self.options.buffering
        } else {
            Buffering::Whole
        }
    }

    fn read_each(
        &self,
        source: &Arc<OpenSource>,
        records: &mut Records<impl Read>,
        columns: &Columns,
    ) -> Result<(), Interruption> {
        loop {
            match records.next() {
                Ok(None) => return Ok(()),
                Ok(Some(framed)) => self.forward(source, framed, columns)?,
                Err(error) => self.too_large(source, error, "delivery")?,
            }
        }
    }

    fn forward(
        &self,
        source: &Arc<OpenSource>,
        framed: Framed<'_>,
        columns: &Columns,
    ) -> Result<(), Interruption> {
        let start = columns.in_file(framed.record().start);
        let framed = framed.starting_at(start);
        let taken = self.consumer.borrow_mut().record(source, framed);
        taken.map_err(Interruption::Stop)
    }

    /// Whether the whole source is one capture, in a format that is not JSON.
    fn is_one_capture(&self, records: &mut Records<impl Read>) -> Result<bool, TooLarge> {
        Ok(capture::is_text(&self.options.capture, records.start()?))
    }

    /// What the source is, if its first bytes tell that it is not a capture, and no format was named.
    fn foreign(&self, records: &mut Records<impl Read>) -> Option<&'static Foreign> {
        let start = records.start().ok()?;
        let format = self.options.capture.format;
        format.map_or_else(|| capture::foreign(start), |_| None)
    }

    /// Reports that something is larger than the limit.
    fn too_large(
        &self,
        source: &OpenSource,
        TooLarge(position): TooLarge,
        what: &str,
    ) -> Result<(), Interruption> {
        let limit = self.options.capture.limits.max_body >> 20;
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
    reader: Box<dyn Read + 's>,
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
