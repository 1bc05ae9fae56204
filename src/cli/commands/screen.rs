//! Sessions one after another, on standard output or in one file.

use std::io::{self, Write};
use std::ops::ControlFlow;

use anyhow::Result;
use chatlog::Text;
use chatlog::archive::SessionRow;
use chatlog::view::{Canvas, Place, SessionFormat, index, title_of_several};

use crate::cli::interrupt;
use crate::cli::output::{ReportFile, Stdout};

/// The bytes of output that are held until the number of deliveries is known.
pub(super) const MAX_HELD: usize = 256 * 1024;

/// Where sessions are written, in the order of the input.
pub(super) trait SessionWriter: Send {
    /// Writes a session that was drawn.
    fn add(&mut self, session: DrawnSession) -> Result<()>;

    /// Writes a session while it is drawn, which needs no memory. Everything before it was added.
    fn draw(&mut self, row: &SessionRow, draw: Draw<'_>) -> Result<()>;

    /// Writes what is held, because somebody may be waiting for it.
    fn release(&mut self) -> Result<()>;

    /// `Break` if no more output is wanted.
    fn flow(&self) -> ControlFlow<()>;

    /// Completes the output. `note` follows the last session on a screen.
    fn finish(self: Box<Self>, note: &[u8]) -> Result<()>;
}

/// Draws a session.
pub(super) type Draw<'d> = &'d dyn Fn(&mut dyn Write) -> io::Result<()>;

/// A session as it is shown, without what comes before it.
pub(super) struct DrawnSession {
    pub(super) row: SessionRow,
    pub(super) text: Vec<u8>,
}

/// What sessions are written to.
pub(super) enum Target {
    Stdout(Stdout),
    File(ReportFile),
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

/// One output, with a heading above each delivery.
///
/// The heading says how many deliveries there are, which is only known at the end. So the first ones
/// are held until then, if they are few and nobody waits for them.
pub(super) struct Screen {
    out: Target,
    format: SessionFormat,
    canvas: Canvas,
    held: Vec<DrawnSession>,
    held_bytes: usize,
    /// Whether there are more deliveries than are held.
    is_full: bool,
    /// The number of deliveries that were written.
    written: usize,
}

impl Screen {
    pub(super) fn new(out: Target, format: SessionFormat, canvas: Canvas) -> Self {
        Self {
            out,
            format,
            canvas,
            held: Vec::new(),
            held_bytes: 0,
            is_full: false,
            written: 0,
        }
    }

    /// Writes what is held. `total` is the number of deliveries, if it is known.
    fn write_held(&mut self, total: Option<usize>) -> io::Result<()> {
        self.is_full = true;
        for session in std::mem::take(&mut self.held) {
            self.begin(&session.row, total)?;
            self.out.write_all(&session.text)?;
        }
        Ok(())
    }

    /// Writes what comes before a session.
    fn begin(&mut self, row: &SessionRow, total: Option<usize>) -> io::Result<()> {
        if self.written == 0 {
            let title = self.title(row, total);
            self.format.begin(&title, &mut self.out)?;
        }
        self.written += 1;
        let place = Place {
            number: self.written,
            total,
        };
        self.format
            .heading(&row.origin, place, &self.canvas, &mut self.out)
    }

    fn title(&self, first: &SessionRow, total: Option<usize>) -> Text<'static> {
        match total {
            Some(1) => index::title(first, &self.canvas.zone),
            total => title_of_several(total, &first.origin),
        }
    }
}

impl SessionWriter for Screen {
    fn add(&mut self, session: DrawnSession) -> Result<()> {
        self.held_bytes += session.text.len();
        self.held.push(session);
        if self.is_full || self.held_bytes > MAX_HELD {
            self.write_held(None)?;
        }
        Ok(())
    }

    fn draw(&mut self, row: &SessionRow, draw: Draw<'_>) -> Result<()> {
        self.write_held(None)?;
        self.begin(row, None)?;
        Ok(draw(&mut self.out)?)
    }

    fn release(&mut self) -> Result<()> {
        self.write_held(None)?;
        Ok(self.out.flush()?)
    }

    fn flow(&self) -> ControlFlow<()> {
        match &self.out {
            Target::Stdout(stdout) => stdout.flow(),
            Target::File(_) => ControlFlow::Continue(()),
        }
    }

    fn finish(mut self: Box<Self>, note: &[u8]) -> Result<()> {
        let total = (!self.is_full).then_some(self.held.len());
        self.write_held(total)?;
        if self.written > 0 {
            self.format.finish(&mut self.out)?;
        }
        self.out.write_all(note)?;
        self.out.flush()?;
        match self.out {
            // A run that showed nothing leaves the file as it was.
            Target::File(file) if self.written > 0 => {
                let _busy = interrupt::hold();
                file.put_in_place()
            }
            Target::File(_) | Target::Stdout(_) => Ok(()),
        }
    }
}
