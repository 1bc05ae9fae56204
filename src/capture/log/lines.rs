//! Puts the messages of a log together: most are one line, and some go on in the next ones.

use std::borrow::Cow;

use super::find::search;
use super::frame::Frame;
use super::grammar::{Walk, Walked};

/// How many messages may be unfinished at once.
const MAX_OPEN: usize = 8;

/// After how many bytes of other lines a message that does not go on has ended.
const MAX_GAP: usize = 64 << 10;

/// A message of a log.
pub(super) struct Message<'l> {
    /// Its text, without the frame of each line.
    pub(super) text: Cow<'l, [u8]>,
    /// Where the text of its first line starts.
    pub(super) at: usize,
    /// Where that line starts.
    pub(super) line: usize,
    /// Where its last line ends.
    pub(super) end: usize,
    /// How many lines it has.
    pub(super) lines: usize,
    /// Whether it goes on behind a line break.
    pub(super) is_broken: bool,
}

/// A message that may go on.
struct Unfinished {
    /// What names its source, if its lines have a frame.
    source: Option<Vec<u8>>,
    message: Message<'static>,
    /// The walk over its JSON; `None` while parts of one line are put together.
    walk: Option<Walk>,
    /// How many bytes of other lines came since.
    gap: usize,
}

/// Takes one line after another.
#[derive(Default)]
pub(super) struct Assembler {
    unfinished: Vec<Unfinished>,
}

impl Assembler {
    /// Whether a message may go on in the next line.
    pub(super) fn is_open(&self) -> bool {
        !self.unfinished.is_empty()
    }

    /// Whether a line, which could stand for itself, goes on a message.
    pub(super) fn is_continued_by(&self, line: &[u8]) -> bool {
        let going_on = self
            .going_on(None)
            .and_then(|index| self.unfinished[index].walk.clone());
        going_on.is_some_and(|mut walk| !matches!(walk.run(line, 0), Walked::Broken(_)))
    }

    /// Takes the line that starts at the offset `start`, and passes on the messages that end.
    pub(super) fn line<'l>(
        &mut self,
        line: &'l [u8],
        start: usize,
        emit: &mut impl FnMut(Message<'l>),
    ) {
        let frame = Frame::of(line);
        let end = frame.map_or(0, |frame| frame.end);
        let message = Message {
            text: Cow::Borrowed(&line[end..]),
            at: start + end,
            line: start,
            end: start + line.len(),
            lines: 1,
            is_broken: false,
        };
        for unfinished in &mut self.unfinished {
            unfinished.gap += line.len();
        }
        let source = frame.map(|frame| frame.source);
        let is_partial = frame.is_some_and(|frame| frame.is_partial);
        let rest = match self.going_on(source) {
            Some(index) => self.go_on(index, message, is_partial, emit),
            None => Some(message),
        };
        if let Some(message) = rest {
            self.begin(source, message, is_partial, emit);
        }
        while self.unfinished.len() > MAX_OPEN
            || self.unfinished.first().is_some_and(|it| it.gap > MAX_GAP)
        {
            emit(self.unfinished.remove(0).message);
        }
    }

    /// Passes on what did not go on.
    pub(super) fn end<'l>(self, emit: &mut impl FnMut(Message<'l>)) {
        for unfinished in self.unfinished {
            emit(unfinished.message);
        }
    }

    /// The message that a line of this source goes on. A line without a frame goes on the last one.
    fn going_on(&self, source: Option<&[u8]>) -> Option<usize> {
        self.unfinished.iter().rposition(|unfinished| match source {
            Some(source) => unfinished.source.as_deref() == Some(source),
            None => unfinished.walk.is_some(),
        })
    }

    /// Adds a line to a message. Returns the line if the message does not go on with it.
    fn go_on<'l>(
        &mut self,
        index: usize,
        line: Message<'l>,
        is_partial: bool,
        emit: &mut impl FnMut(Message<'l>),
    ) -> Option<Message<'l>> {
        // In the order of their last lines, so that the first one has waited longest.
        let mut unfinished = self.unfinished.remove(index);
        let is_part = unfinished.walk.is_none();
        let walked = match &mut unfinished.walk {
            Some(walk) if !is_partial => walk.run(&line.text, 0),
            Some(_) => Walked::Broken(0),
            None => Walked::Open,
        };
        if let Walked::Broken(_) = walked {
            emit(unfinished.message);
            return Some(line);
        }
        let text = unfinished.message.text.to_mut();
        if !is_part {
            text.push(b'\n');
        }
        text.extend_from_slice(&line.text);
        unfinished.message.lines += 1;
        unfinished.message.end = line.end;
        unfinished.message.is_broken |= !is_part;
        unfinished.gap = 0;
        if is_part && !is_partial {
            let source = unfinished.source.as_deref();
            self.begin(source, unfinished.message, false, emit);
        } else if matches!(walked, Walked::Closed(_)) {
            emit(unfinished.message);
        } else {
            self.unfinished.push(unfinished);
        }
        None
    }

    /// Begins a message with a line.
    fn begin<'l>(
        &mut self,
        source: Option<&[u8]>,
        message: Message<'l>,
        is_partial: bool,
        emit: &mut impl FnMut(Message<'l>),
    ) {
        let walk = if is_partial {
            None
        } else {
            search(&message.text).open
        };
        if !is_partial && walk.is_none() {
            emit(message);
            return;
        }
        self.unfinished.push(Unfinished {
            source: source.map(<[u8]>::to_vec),
            message: message.into_owned(),
            walk,
            gap: 0,
        });
    }
}

impl Message<'_> {
    fn into_owned(self) -> Message<'static> {
        Message {
            text: Cow::Owned(self.text.into_owned()),
            ..self
        }
    }
}
