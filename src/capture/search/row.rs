//! Finds the request in one row of a table.
//!
//! A row is an object whose members are its cells, so it is searched like any other object. Its
//! columns have more to say than the keys of some JSON, though: a table is about one kind of thing.
//!
//! 1. A column such as `raw` may hold a whole HTTP request, as proxies export them.
//! 2. Otherwise any cell may hold a notification, whatever its column is called.
//! 3. Otherwise the column of the body holds the body, whatever that is, if the row has a signature
//!    or the cell a few of the platform's keys: a broken or another notification.
//!
//! A row that is none of these is not a delivery, and counted.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::super::body::is_notification;
use super::super::encoding::base64;
use super::super::entry_reader::EntryReader;
use super::super::http;
use super::super::json::{Object, Value};
use super::super::layout::Layout;
use super::super::record::{Record, SkippedPart};
use super::super::request::Request;
use super::form::Form;
use super::found::Found;
use super::place::Scope;
use super::read_located;
use super::sender::{self, Sender};
use super::walk::Walk;
use crate::Position;
use crate::delivery::Fidelity;

/// Columns that hold a body, the likeliest first, in lower case and without white space, `-` and `_`.
const BODY: [&str; 9] = [
    "rawbody",
    "bodyraw",
    "requestbody",
    "requestpayload",
    "body",
    "payload",
    "notification",
    "raw",
    "content",
];

/// Columns that may hold one, or any other text.
const TEXT: [&str; 8] = [
    "json",
    "data",
    "message",
    "event",
    "webhook",
    "request",
    "rawrequest",
    "text",
];

/// Endings of such names that tell how the column is encoded.
const ENCODINGS: [&str; 3] = ["base64", "b64", "hex"];

/// Those that may hold a whole request.
const REQUEST: [&str; 3] = ["raw", "rawrequest", "request"];

/// The most characters that spreadsheets keep in a cell, counted in UTF-16 as they do.
const MAX_SPREADSHEET_CELL: usize = 32_767;

/// Whether a column of this name usually holds a body or a request.
pub(in super::super) fn has_body_name(name: &str) -> bool {
    rank(name, &BODY).is_some()
}

/// Whether a column of this name may hold a body or a request, or any other text.
pub(in super::super) fn has_text_name(name: &str) -> bool {
    rank(name, &TEXT).is_some()
}

/// The place of a name among `names`, with or without the encoding of the column.
fn rank(name: &str, names: &[&str]) -> Option<usize> {
    let name = plain(name);
    let mut encodings = ENCODINGS.iter();
    let bare = encodings.find_map(|encoding| name.strip_suffix(encoding));
    let bare = bare.unwrap_or(&name);
    names.iter().position(|known| *known == bare)
}

fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace([' ', '-', '_'], "")
}

/// Reads the row that the object `cells` holds and that is at `place`, or around that. `column` gives
/// the name in the table of a column that goes by another one in `cells`.
pub(in super::super) fn read_row(
    cells: &str,
    number: usize,
    place: &[u8],
    column: impl Fn(&str) -> String,
    reader: &mut EntryReader<'_, '_>,
) {
    reader.enter(place);
    let Some(row) = Object::read(cells) else {
        return;
    };
    let of = format!(" of row {number}");
    if let Some((name, request)) = raw_request(&row) {
        let column = place_in_row(&format!("/{name}"), &column);
        return match request {
            Ok(mut request) => {
                let note = format!("the request was found {column}{of}");
                request.notes.push(note);
                reader.deliver(Ok(request));
            }
            Err(message) => {
                let what = format!("the request {column} cannot be read: {message}");
                reader.problem(Some(place), what);
            }
        };
    }
    let mut walk = Walk::new(cells.len());
    let mut found = Vec::new();
    walk.members(&row, &Scope::ROOT, &mut found);
    if found.is_empty() {
        found.extend(named_body(&row));
    }
    if found.is_empty() {
        reader.pass_over(SkippedPart::Record);
    }
    for found in found {
        let mut request = found
            .entered("")
            .into_request_at(&of, |path| place_in_row(path, &column));
        note_full_cell(&mut request);
        reader.deliver(Ok(request));
    }
    if walk.is_partial() {
        reader.problem(
            Some(place),
            "the row is nested too deeply to search all of it",
        );
    }
}

/// Reads the row that the object `cells` holds and that is at `place` where a layout says.
pub(in super::super) fn read_row_at(
    cells: &str,
    place: &[u8],
    layout: &Layout,
    reader: &mut EntryReader<'_, '_>,
) {
    reader.enter(place);
    let record = Record {
        bytes: cells.as_bytes(),
        terminator: b"",
        is_whole: false,
        start: Position::START,
    };
    let capture = read_located(&record, layout, reader.limits());
    reader.adopt(capture);
}

/// `in column x`, for a path that starts with the key of the column.
fn place_in_row(path: &str, column: impl Fn(&str) -> String) -> String {
    let path = path.strip_prefix('/').unwrap_or(path);
    let key = path.split(['/', ' ']).next().unwrap_or_default();
    let inside = &path[key.len()..];
    format!("in column `{}{inside}`", column(key))
}

/// The whole request that one of the cells holds, and the name of its column. It is as faithful as
/// the cell: exact in base64, and otherwise text.
fn raw_request<'t>(row: &Object<'t>) -> Option<(Cow<'t, str>, Result<Request<'static>, String>)> {
    row.members().find_map(|(key, value)| {
        if !REQUEST.contains(&&*plain(key)) {
            return None;
        }
        let text = value.string()?;
        let is_text = http::is_request_line(text.as_bytes());
        let bytes = if is_text {
            Cow::from(text.as_bytes())
        } else {
            base64(&text, false).ok()?.into()
        };
        let message = http::is_request_line(&bytes).then(|| http::message(&bytes))?;
        let request = match message {
            Ok((request, _)) => Ok(with_fidelity(request.into_owned(), is_text, row)),
            Err(fault) => Err(fault.message),
        };
        Some((key.clone(), request))
    })
}

fn with_fidelity(
    mut request: Request<'static>,
    is_text: bool,
    row: &Object<'_>,
) -> Request<'static> {
    if let Some(body) = &mut request.body
        && is_text
    {
        body.fidelity = body.fidelity.max(Fidelity::Text);
    }
    request.received_at = sender::time(row);
    request
}

/// What the column of the body holds, if it was certainly sent to a receiver. Where only a column of
/// any text has it, it is JSON.
fn named_body<'t>(row: &Object<'t>) -> Option<Found<'t>> {
    let sender = Sender::of(row, 1);
    let is_signed = sender.as_ref().is_some_and(Sender::is_signed);
    let cells = row.members().filter_map(|(key, value)| {
        let is_headers = sender.as_ref().is_some_and(|sender| sender.is_at(key));
        let rank = match rank(key, &BODY) {
            Some(rank) => rank,
            None => BODY.len() + rank(key, &TEXT)?,
        };
        (!is_headers && value.text() != "null").then_some((rank, key, value))
    });
    let (rank, key, value) = cells.min_by_key(|(rank, ..)| *rank)?;
    let form = form(value, rank < BODY.len())?;
    let is_sent = is_signed || is_notification(&form.body.bytes);
    is_sent.then(|| Found::new("", form, &Scope::ROOT.member(key, sender.as_ref())))
}

/// What a cell holds, in whatever form. It need not be JSON if it `may_be_text`.
fn form(value: Value<'_>, may_be_text: bool) -> Option<Form<'_>> {
    let text = || may_be_text.then(|| Form::text(value))?;
    match value.text().as_bytes().first()? {
        b'{' => Some(Form::object(value)),
        b'"' => Form::of_string(value).or_else(text),
        _ => None,
    }
}

/// Notes that a body fills a cell of a spreadsheet, which keeps no more.
fn note_full_cell(request: &mut Request<'_>) {
    let Some(body) = &mut request.body else {
        return;
    };
    let is_text = matches!(body.fidelity, Fidelity::Text | Fidelity::Truncated);
    let may_fill = MAX_SPREADSHEET_CELL..=3 * MAX_SPREADSHEET_CELL;
    if is_text
        && may_fill.contains(&body.bytes.len())
        && let Ok(text) = std::str::from_utf8(&body.bytes)
        && text.encode_utf16().count() == MAX_SPREADSHEET_CELL
        && serde_json::from_str::<IgnoredAny>(text).is_err()
    {
        body.fidelity = Fidelity::Truncated;
        let note = "the cell has 32,767 characters, which is all that a spreadsheet keeps";
        body.notes.push(note.to_owned());
    }
}
