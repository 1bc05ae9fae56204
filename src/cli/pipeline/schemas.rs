//! Reads the user's own JSON Schemas (`--schema`), which may refer to other files in their folder.
//!
//! References are resolved against a made-up base URI, and only to files below the folder of the
//! schema: a schema from somebody else can neither make chatlog open a connection nor read a file
//! elsewhere.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use chatlog::contract::{Contract, NoReference};
use chatlog::json::describe_error;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::name_of;

/// The base URI of the schema's folder.
const BASE: &str = "chatlog:///";

/// Reads the schema in a file.
///
/// # Errors
/// The file cannot be read, is not JSON, or is not a valid schema.
pub(crate) fn read_contract(path: &Path) -> Result<Contract> {
    let name = name_of(path);
    let place = || format!("--schema {name}");
    let text = fs::read_to_string(path).with_context(|| format!("{}: cannot read", place()))?;
    let schema: Value =
        serde_json::from_str(&text).map_err(|error| anyhow!("{}:{}", place(), not_json(&error)))?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let folder = folder.canonicalize().with_context(place)?;
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let base = format!("{BASE}{}", utf8_percent_encode(&file, NON_ALPHANUMERIC));
    let below = move |uri: &str| read_below(&folder, uri);
    Contract::new(name.clone(), &schema, &base, below)
        .map_err(|error| anyhow!("{}: {error}", place()))
}

/// Formats an error as `LINE:COLUMN: invalid JSON: …`.
fn not_json(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!("{line}:{column}: invalid JSON: {}", describe_error(error))
}

/// Reads the file that a reference names, which must be in the folder.
fn read_below(folder: &Path, uri: &str) -> Result<Value, NoReference> {
    let Some(relative) = uri.strip_prefix(BASE) else {
        return Err("it is not in the schema's folder, and chatlog does not fetch URLs".into());
    };
    let relative = percent_decode_str(relative).decode_utf8()?;
    let path = folder.join(&*relative).canonicalize()?;
    if !path.starts_with(folder) {
        return Err("it is not in the schema's folder".into());
    }
    let text = fs::read_to_string(path)?;
    Ok(serde_json::from_str(&text).map_err(|error| not_json(&error))?)
}
