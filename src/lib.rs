//! Reads chatbot session webhooks that were saved or piped, and says what is in them.

#![warn(clippy::print_stderr, clippy::print_stdout)]

pub mod capture;
pub mod contract;
pub mod document;
pub mod explanation;
pub mod finding;
pub mod notification;
mod report;
pub mod schema;
pub mod signature;
mod text;
pub mod view;

pub use report::{Origin, Report, inspect};
pub use text::Text;
