//! Sessions as pages of a folder, one each, with an index of all of them.
//!
//! A page is replaced by name once it is complete, and the index once the run is; nothing else in the
//! folder is touched. A row of the index is written with its page, so that memory does not grow with
//! the number of sessions but for their names, some dozens of bytes each.

use std::collections::HashMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use chatlog::Text;
use chatlog::archive::SessionRow;
use chatlog::view::index::{self, IndexFormat};
use chatlog::view::{Canvas, Place, SessionFormat};

use super::folder::{create_in_folder, make_folder};
use super::screen::{Draw, DrawnSession, SessionWriter};
use crate::cli::interrupt;
use crate::cli::output::ReportFile;
use crate::cli::pipeline::Outputs;

/// The most characters of an id in the name of a page.
const MAX_ID: usize = 12;

/// A folder of pages.
pub(super) struct Pages {
    folder: PathBuf,
    format: SessionFormat,
    canvas: Canvas,
    /// What is read, and must not be replaced.
    outputs: Arc<Outputs>,
    names: PageNames,
    index: ReportFile,
    index_format: IndexFormat,
}

impl Pages {
    /// Makes the folder, if it does not exist.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn create(
        folder: &Path,
        format: SessionFormat,
        canvas: Canvas,
        outputs: Arc<Outputs>,
    ) -> Result<Self> {
        make_folder(folder)?;
        let index_format = IndexFormat::of(format);
        let mut index = create_in_folder(&outputs, &folder.join(index_format.file_name()))?;
        index_format.begin(&canvas.zone, &mut index)?;
        Ok(Self {
            folder: folder.to_owned(),
            format,
            canvas,
            outputs,
            names: PageNames::default(),
            index,
            index_format,
        })
    }
}

impl SessionWriter for Pages {
    fn add(&mut self, session: DrawnSession) -> Result<()> {
        self.draw(&session.row, &|out| out.write_all(&session.text))
    }

    fn draw(&mut self, row: &SessionRow, draw: Draw<'_>) -> Result<()> {
        let name = self.names.next(row, self.format.extension());
        let mut page = create_in_folder(&self.outputs, &self.folder.join(&name))?;
        let place = Place {
            number: 1,
            total: Some(1),
        };
        let title = index::title(row, &self.canvas.zone);
        self.format.begin(&title, &mut page)?;
        self.format
            .heading(&row.origin, place, &self.canvas, &mut page)?;
        draw(&mut page)?;
        self.format.finish(&mut page)?;
        {
            let _busy = interrupt::hold();
            page.put_in_place()?;
        }
        let zone = &self.canvas.zone;
        Ok(self.index_format.row(row, &name, zone, &mut self.index)?)
    }

    fn release(&mut self) -> Result<()> {
        Ok(())
    }

    fn flow(&self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn finish(mut self: Box<Self>, _note: &[u8]) -> Result<()> {
        // A run that showed nothing leaves the index as it was.
        if self.names.used.is_empty() {
            return Ok(());
        }
        self.index_format.finish(&mut self.index)?;
        self.index.flush()?;
        let _busy = interrupt::hold();
        self.index.put_in_place()
    }
}

/// The names of pages: when the session started, in UTC, and the start of the id of its call. They
/// are the same in every run, in the order of time, and safe on every system and in a link: nothing
/// of a stranger's id but its letters and digits is in them, and as a date comes first, none is a name
/// that Windows reserves.
#[derive(Default)]
struct PageNames {
    /// How many pages have a name, by the name without its number and extension.
    used: HashMap<String, usize>,
}

impl PageNames {
    /// The name of the page of a session: a number tells it from others with the same time and id.
    fn next(&mut self, row: &SessionRow, extension: &str) -> String {
        let start = row.start.map_or_else(
            || "undated".to_owned(),
            |start| start.strftime("%Y-%m-%d-%H%M").to_string(),
        );
        let name = format!("{start}-{}", short_id(row.call_id.as_ref()));
        let count = self.used.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => format!("{name}.{extension}"),
            count => format!("{name}-{count}.{extension}"),
        }
    }
}

/// The letters and digits that an id starts with.
fn short_id(id: Option<&Text<'_>>) -> String {
    let letters = id.map_or("", Text::as_str).chars();
    let letters = letters.filter(char::is_ascii_alphanumeric);
    let id: String = letters.take(MAX_ID).collect();
    match id.as_str() {
        "" => "session".to_owned(),
        _ => id.to_ascii_lowercase(),
    }
}
