//! A folder that a command writes files to, one for each delivery.
//!
//! Its files are replaced by name once they are complete, and nothing else in it is touched.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cli::args::OUTPUT;
use crate::cli::output::ReportFile;
use crate::cli::pipeline::{Outputs, name_of};

/// Makes the folder, if it does not exist.
///
/// # Errors
/// It cannot be made.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    let place = || format!("{OUTPUT} {}: cannot make this folder", name_of(folder));
    fs::create_dir_all(folder).with_context(place)
}

/// Opens a file of the folder.
///
/// # Errors
/// It is read, or cannot be written.
pub(super) fn create_in_folder(outputs: &Outputs, path: &Path) -> Result<ReportFile> {
    if outputs.is_read(path) {
        let name = name_of(path);
        bail!("{OUTPUT} {name}: this file is also read: write to another folder");
    }
    ReportFile::create_in_folder(OUTPUT, path)
}
