//! Reads saved webhooks of chatbot sessions, checks their schema and signature, and shows the
//! conversation inside.
//!
//! Data flows one way; a module uses those above it in this picture, never those below:
//!
//! ```text
//!            bytes of a record
//!                   │   capture       one file a format; finds out which
//!                   ▼
//!               Delivery              headers, body, how faithfully it was kept
//!                   │   document      the body as text: read once, with places
//!          ┌────────┴────────┐
//!          ▼                 ▼
//!     notification       signature    what is in it · whether it is genuine
//!   Session + Findings    Signature       (why not: diagnosis, where that is asked for)
//!          └────────┬────────┘
//!                   ▼   report
//!                Report               everything there is to say about one delivery
//!                   │   view
//!                   ▼
//!      tables, findings, JSON, …      for people, CI systems and programs
//! ```
//!
//! Reading is checking: one pass builds a [`notification::Session`] and records every
//! [`finding::Finding`], so that a half-broken payload still shows what it has. Untrusted text is a
//! [`Text`], which is escaped when it is displayed. The library does not print, and does not know
//! the arguments, the environment, the clock or files: that is the program's part.
//!
//! With `default-features = false` a receiver gets the library alone, with few dependencies: all
//! but the views and `contract`. Bodies that were compressed are then left as they are, and
//! nothing guesses which word was meant.
//!
//! ```
//! use chatlog::capture::{Limits, Record, deliveries};
//! use chatlog::Position;
//! use chatlog::json::Document;
//! use chatlog::{InspectOptions, Origin, Text, inspect};
//!
//! let record = Record { bytes: br#"{"messages": []}"#, terminator: b"", is_whole: true, start: Position::START };
//! let capture = deliveries(&record, None, &Limits::default());
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
        reason = "some of it serves the views alone"
    )
)]
#![warn(clippy::print_stderr, clippy::print_stdout)]

pub mod capture;
#[cfg(feature = "cli")]
pub mod contract;
pub mod delivery;
pub mod diagnosis;
pub mod finding;
pub mod json;
mod name;
pub mod notification;
mod position;
#[cfg(feature = "cli")]
mod redact;
mod report;
pub mod schema;
pub mod signature;
mod text;
#[cfg(feature = "cli")]
pub mod view;
/// What is found, in words: all that the library alone has of the views.
#[cfg(not(feature = "cli"))]
pub mod view {
    pub mod wording;
}

pub use position::Position;
pub use report::{InspectOptions, Origin, Report, VerifyFn, inspect, inspect_signature};
pub use text::Text;
