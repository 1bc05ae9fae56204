//! Finding the end of a JSON value by counting brackets, without checking its grammar.
//!
//! A [`BracketWalk`] knows two things that a plain count does not: where the value may have been cut
//! off (its candidate), and where each bracket behind the candidate was opened. With these, a walk
//! that turns out to have run through several values of a broken stream can be resumed as a walk
//! over a later one of them, instead of being repeated for each.

/// How many open brackets behind the candidate a walk keeps.
const MAX_DEPTH: usize = 100_000;

/// A walk over one value. It pauses where the caller has to decide how to go on.
#[derive(Default)]
pub(super) struct BracketWalk {
    /// The offset of the next byte.
    pub(super) at: usize,
    /// The open brackets, outermost first.
    pub(super) open: Vec<u8>,
    /// How many of the open brackets enclose the value: a resumed walk has some.
    around: usize,
    in_string: bool,
    is_escaped: bool,
    /// The last byte outside strings that is not white space.
    last: u8,
    /// The line break at which to cut the value if it is never closed.
    pub(super) candidate: Option<usize>,
    /// The offsets in the stream of the open brackets behind the candidate.
    places: Vec<u64>,
}

/// Why a walk paused.
pub(super) enum Pause {
    /// The value ended just before.
    Closed,
    /// It stands at a line break.
    LineBreak,
    /// It needs more bytes.
    OutOfBytes,
    /// More than twice [`MAX_DEPTH`] brackets behind the candidate are open.
    TooDeep,
}

impl BracketWalk {
    /// A walk over the value at `start`.
    pub(super) fn from(start: usize) -> Self {
        Self {
            at: start,
            ..Self::default()
        }
    }

    /// Whether the bracket at this offset of the stream is still open.
    pub(super) fn holds_open(&self, place: u64) -> bool {
        self.places.binary_search(&place).is_ok()
    }

    /// Turns this into a walk over the value at the offset `place` of the stream, which is still
    /// open. The walk stands at `at`.
    pub(super) fn of_value_at(mut self, place: u64, at: usize) -> Self {
        let before = self.places.partition_point(|open| *open < place);
        self.around = self.open.len() - (self.places.len() - before);
        // Brackets around the value are no longer needed. Dropping them only now and then, many at
        // once, keeps the cost of all drops together linear.
        if before >= MAX_DEPTH {
            self.open.drain(..std::mem::take(&mut self.around));
            self.places.drain(..before);
        }
        Self { at, ..self }
    }

    /// Walks on until there is a reason to pause. `passed` is the offset in the stream of the first
    /// of `bytes`.
    pub(super) fn run(&mut self, bytes: &[u8], passed: u64) -> Pause {
        while let Some(byte) = bytes.get(self.at) {
            if *byte == b'\n' {
                self.is_escaped = false;
                return Pause::LineBreak;
            }
            if self.in_string {
                self.step_in_string(bytes);
            } else if let Some(pause) = self.step(*byte, passed) {
                return pause;
            }
        }
        Pause::OutOfBytes
    }

    fn step_in_string(&mut self, bytes: &[u8]) {
        if std::mem::take(&mut self.is_escaped) {
            self.at += 1;
            return;
        }
        let rest = &bytes[self.at..];
        let found = memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
        self.at += found;
        match rest.get(found) {
            Some(b'"') => self.in_string = false,
            Some(b'\\') => self.is_escaped = true,
            _ => return,
        }
        self.at += 1;
    }

    /// Passes a byte outside strings. Pauses if it closes the value.
    fn step(&mut self, byte: u8, passed: u64) -> Option<Pause> {
        let place = passed + self.at as u64;
        self.at += 1;
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => return self.enter(byte, place),
            b'}' | b']' => {
                self.open.pop();
                self.places.pop();
            }
            _ => {}
        }
        (self.open.len() == self.around).then_some(Pause::Closed)
    }

    fn enter(&mut self, bracket: u8, place: u64) -> Option<Pause> {
        self.open.push(bracket);
        if self.candidate.is_some() || !self.places.is_empty() {
            self.places.push(place);
        }
        (self.places.len() > 2 * MAX_DEPTH).then_some(Pause::TooDeep)
    }

    /// Whether JSON's grammar allows an object to come next.
    pub(super) fn may_go_on_with_a_value(&self) -> bool {
        !self.in_string
            && match self.last {
                b'[' | b':' => true,
                b',' => self.open.last() == Some(&b'['),
                _ => false,
            }
    }
}
