//! `chatlog redact`: writes notifications of the same shape without the people in them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use chatlog::Text;
use chatlog::redact::{Redacted, Redactor};

use super::folder::{create_in_folder, make_folder};
use super::redaction::{redact, redactor};
use super::selection::DeliverySelection;
use super::{read_options, zone_of_project};
use crate::cli::args::{OUTPUT, Redact};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::{ReportFile, Stdout, report_problem};
use crate::cli::pipeline::{self, Buffering, IncomingDelivery, Outputs, Processor, Sink};

pub(super) fn run(args: &Redact, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let mut redaction = Notifications {
        redactor: redactor(&args.options)?,
        selection: DeliverySelection::new(&args.filter, &zone_of_project(config), false)?,
    };
    let options =
        read_options(&args.inputs, config, Buffering::Eager, false)?.with_progress(&args.progress);
    redaction.selection.find_superseded(&options, &outputs)?;
    let mut destination = Destination::open(args, &outputs)?;
    let outcome = pipeline::run(&options, &outputs, &redaction, &mut destination)?;
    // Windows cannot replace a file that is still open.
    drop(outputs);
    if outcome == Outcome::Trouble && !redaction.selection.has_accepted() {
        // Nothing could be read: what was written before stays.
        return Ok(outcome);
    }
    destination.finish()?;
    redaction.selection.report_if_all_left_out();
    Ok(outcome)
}

/// Redacts every notification.
struct Notifications {
    redactor: Redactor,
    selection: DeliverySelection,
}

/// A notification that was redacted.
struct Notification {
    /// Its file in a folder, without the ending.
    name: String,
    body: Vec<u8>,
}

impl Processor for Notifications {
    type Output = Vec<Notification>;

    fn process(
        &self,
        incoming: &IncomingDelivery<'_>,
        output: &mut Self::Output,
    ) -> Result<ControlFlow<Outcome, Outcome>> {
        if !self.selection.accepts(incoming) {
            return Ok(self.selection.left_out());
        }
        if !Redactor::is_json(&incoming.delivery.body) {
            let why = "not JSON: nothing tells its values apart, so nothing of it is written";
            let name = incoming.origin.to_string();
            report_problem(&self.redactor.text(&name), why);
            return Ok(self
                .selection
                .after(ControlFlow::Continue(Outcome::Trouble)));
        }
        output.push(Notification::of(redact(&self.redactor, incoming)?));
        Ok(self.selection.after(ControlFlow::Continue(Outcome::Clean)))
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        Cow::Owned(self.redactor.text(text))
    }
}

impl Notification {
    fn of(redacted: Redacted) -> Self {
        let mut name = file_stem(redacted.origin.source.as_str());
        if redacted.origin.index > 1 {
            name += &format!("-{}", redacted.origin.index);
        }
        let mut body = redacted.delivery.body.into_owned();
        if !body.ends_with(b"\n") {
            body.push(b'\n');
        }
        Self { name, body }
    }
}

/// The name of a source as that of a file on any system: without its folder and its ending.
fn file_stem(source: &str) -> String {
    let name = source.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let plain = |c: char| {
        if c.is_alphanumeric() || "-_.+".contains(c) {
            c
        } else {
            '-'
        }
    };
    let stem: String = stem.chars().map(plain).take(100).collect();
    match stem.trim_matches(['.', '-']) {
        "" => "notification".to_owned(),
        stem => stem.to_owned(),
    }
}

/// Where notifications are written.
enum Destination {
    Stdout(Stdout),
    File(ReportFile),
    Folder {
        path: PathBuf,
        /// What is read, and must not be replaced.
        outputs: Arc<Outputs>,
        /// The names of its files so far, in lower case.
        names: HashSet<String>,
    },
}

impl Destination {
    /// # Errors
    /// It cannot be written.
    fn open(args: &Redact, outputs: &Arc<Outputs>) -> Result<Self> {
        if let Some(path) = args.folder() {
            make_folder(path)?;
            return Ok(Self::Folder {
                path: path.to_owned(),
                outputs: Arc::clone(outputs),
                names: HashSet::new(),
            });
        }
        Ok(match args.file() {
            Some(path) => Self::File(ReportFile::create(OUTPUT, path)?),
            None => Self::Stdout(Stdout::new()),
        })
    }

    fn write(&mut self, notification: Notification) -> Result<()> {
        let Notification { name, body } = notification;
        match self {
            Self::Stdout(out) => out.write_all(&body)?,
            Self::File(file) => file.write_all(&body)?,
            Self::Folder {
                path,
                outputs,
                names,
            } => {
                let path = path.join(free_name(&name, names) + ".json");
                let mut file = create_in_folder(outputs, &path)?;
                file.write_all(&body)?;
                file.put_in_place()?;
            }
        }
        Ok(())
    }

    fn flow(&self) -> ControlFlow<()> {
        match self {
            Self::Stdout(out) => out.flow(),
            Self::File(_) | Self::Folder { .. } => ControlFlow::Continue(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(_) | Self::Folder { .. } => Ok(()),
        }
    }

    /// Completes the output.
    fn finish(mut self) -> Result<()> {
        self.flush()?;
        match self {
            Self::File(file) => file.put_in_place(),
            Self::Stdout(_) | Self::Folder { .. } => Ok(()),
        }
    }
}

impl Sink<Vec<Notification>> for Destination {
    fn write(
        &mut self,
        notifications: Vec<Notification>,
        _source: &Text<'_>,
        is_live: bool,
    ) -> Result<ControlFlow<()>> {
        for notification in notifications {
            Self::write(self, notification)?;
        }
        if is_live {
            self.flush()?;
        }
        Ok(self.flow())
    }
}

/// The name, with a number if there is such a file already.
fn free_name(name: &str, names: &mut HashSet<String>) -> String {
    let mut numbered = name.to_owned();
    let mut number = 2;
    while !names.insert(numbered.to_lowercase()) {
        numbered = format!("{name}-{number}");
        number += 1;
    }
    numbered
}
