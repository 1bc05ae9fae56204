//! Reads saved webhooks of chatbot sessions, checks their schema and signature, and shows the
//! conversation inside.
//!
//! # Layers
//!
//! Data flows down this picture, one delivery at a time. A module uses the modules above it and
//! beside it, never those below:
//!
//! ```text
//!   Record                  the bytes of one line, array item or file
//!     │  capture            detects the format and reads it; one file for each format
//!     ▼
//!   Delivery                headers, body, and how faithfully the capture kept the body
//!     │  json               the body as a Document, read once, with the place of every value
//!     │  finding            rules, places, and findings of the rules at places
//!     ├──────────────────────────────┐
//!     ▼  notification                ▼  signature
//!   Session + Findings             Signature      the verdict: valid, invalid, missing, …
//!     │  content/   a message's        │  diagnosis   why it is not valid, on request
//!     │             content types      │
//!     │  transcript the messages       │
//!     │             as blocks          │
//!     └──────────────┬───────────────┘
//!                    ▼  report
//!                 Report              everything known about one delivery: see [`inspect`]
//!                    │  archive       which sessions are wanted, and many as rows or as totals
//!                    │  view          one file for each format
//!                    ▼
//!       tables, pages, findings, JSON, SARIF, …
//! ```
//!
//! The library does not print, and knows neither arguments, environment, clock, files nor threads.
//! All of that is in the program, `src/cli`:
//!
//! | module | what it does |
//! |---|---|
//! | `args`, `config` | the command line, and the project file `chatlog.toml` |
//! | `pipeline` | input → reader → framing → batches → workers → sink, in the order of the input |
//! | `commands` | one file for each sub-command: what to do with a delivery, and with the results |
//! | `output` | standard output, standard error and report files |
//! | `http` | sends deliveries to other programs |
//!
//! # Where to add things
//!
//! | to add | touch |
//! |---|---|
//! | a content type | a word in the table of `notification/content/mod.rs`; a new file there and a row if its payload is new; its fields in `redact/fields.rs` |
//! | a capture format | a new `capture/x.rs`; its name in `delivery/format.rs`, its row in `capture/readers.rs` |
//! | a rule | its row in `finding/table.rs`; a [`finding::Detail`] and its words in `view/wording.rs` if none fits; the place that notes it |
//! | a format of findings | a new `view/findings/x.rs`; a variant and an arm in its `mod.rs` |
//! | a format of sessions | a new `view/transcript/x.rs`, and one for the summary; a variant and its arms in `view/session_format.rs` |
//! | a column of an exported table | its row at the end of `view/tables/x.rs` |
//! | a measure of `stats` | its number in `archive/totals/`, its line in `view/totals/` |
//! | a column of a table | its row in `archive/column.rs` or `view/tables/` |
//! | a filter | a field and its condition in `archive/filter.rs`; its option in `cli/args/filter.rs` |
//! | a sub-command | a new `cli/commands/x.rs`; its arguments in `cli/args/`; an arm in `cli/commands/mod.rs` |
//!
//! Every addition needs a sample under `samples/`, which is also its test.
//!
//! # Ideas used throughout
//!
//! - **Reading is checking.** One pass builds a [`notification::Session`] and notes every
//!   [`finding::Finding`], and goes on after each. So a half-broken payload still shows what it has,
//!   and no second description of the payload can drift away from the reader.
//! - **Findings are data.** A finding holds its rule, its place and typed details. Its sentence is
//!   made in [`view::wording`] when it is shown.
//! - **Untrusted text is a type.** Names, messages, headers and file names are [`Text`], which
//!   escapes itself when it is displayed and serializes unchanged. A view cannot forget to escape.
//! - **Fidelity limits the verdict.** A signature covers the bytes that were sent. A
//!   [`Delivery`](delivery::Delivery) has a [`Fidelity`](delivery::Fidelity); if the capture did not
//!   keep those bytes, a mismatch is `inconclusive` and not `invalid`.
//!
//! - **Redaction comes before reading.** [`redact`] makes another delivery out of a delivery, which is
//!   then read, checked and shown like any other. No view can give away what it has never seen.
//!
//! # Features
//!
//! - `listen` (default): the commands that receive and send deliveries over HTTP. It enables `cli`.
//! - `cli`: the program, the views, [`contract`], [`redact`] and [`sample`]. It enables the others.
//! - `compression`: decodes bodies with a content encoding. Without it they are left as they are.
//! - `encryption`: decrypts encrypted callbacks, in `capture::encryption`.
//!
//! With `default-features = false`, a receiver of webhooks gets the library alone with few
//! dependencies: everything but `contract`, `redact`, `sample` and the views, of which only [`view::wording`] remains.
//! Findings then suggest no similar name for a misspelled one, and a diagnosis does not know how
//! JavaScript writes very large and very small numbers.
//!
//! # Example
//!
//! ```
//! use chatlog::capture::{CaptureOptions, Record, deliveries};
//! use chatlog::Position;
//! use chatlog::json::Document;
//! use chatlog::{InspectOptions, Origin, Text, inspect};
//!
//! let record = Record { bytes: br#"{"messages": []}"#, terminator: b"", is_whole: true, start: Position::START };
//! let capture = deliveries(&record, &CaptureOptions::default());
//! let origin = Origin { source: Text::from("example"), index: 1 };
//! let document = Document::new(&capture.deliveries[0].body);
//! let report = inspect(&origin, &capture.deliveries[0], &document, &InspectOptions::default());
//! let first = &report.findings[0];
//! assert_eq!(first.rule, chatlog::finding::Rule::MissingField);
//! assert_eq!(chatlog::view::wording::message(first), "missing field `workflow_id`");
//! ```

#![cfg_attr(
    not(feature = "cli"),
    allow(
        dead_code,
        unused_imports,
        reason = "some of it is only used by the views"
    )
)]
#![warn(clippy::print_stderr, clippy::print_stdout)]

pub mod archive;
pub mod capture;
#[cfg(feature = "cli")]
pub mod contract;
pub mod delivery;
pub mod diagnosis;
mod documented;
pub mod finding;
pub mod json;
mod name;
pub mod notification;
mod position;
#[cfg(feature = "cli")]
pub mod redact;
mod report;
#[cfg(feature = "cli")]
pub mod sample;
pub mod schema;
pub mod signature;
mod text;
#[cfg(feature = "cli")]
pub mod view;
/// The wording of findings, the only part of the views that does not need the feature `cli`.
#[cfg(not(feature = "cli"))]
pub mod view {
    pub mod wording;
}

pub use position::Position;
pub use report::{InspectOptions, Origin, Report, VerifyFn, inspect, inspect_signature};
pub use text::Text;
