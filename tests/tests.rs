//! The integration tests: one binary, so that it is linked once.

// How tests run the program and make what it reads.
mod columns;
mod contract;
mod folder;
mod notifications;
mod program;
mod sample;

// What `README.md` promises people can rely on: one sentence, one test.
mod guarantees;

// What the program prints for every sample, and the contracts of its formats.
mod cli;
mod explain;
mod json_contract;
mod pages;
mod report_formats;
mod reporting;
mod screen;
mod wording;

// Commands as their users run them.
mod export;
mod filters;
#[cfg(unix)]
mod follow;
#[cfg(unix)]
mod interrupt;
mod list;
#[cfg(feature = "listen")]
mod listen;
#[cfg(feature = "listen")]
mod r#loop;
#[cfg(unix)]
mod progress;
mod redact;
#[cfg(feature = "listen")]
mod replay;
mod sample_command;
mod sharing;
mod sign;
mod stats;
#[cfg(unix)]
mod terminal;
mod verify;

// Reading: captures, the schema, signatures, and what real and hostile inputs look like.
mod archives;
mod captures;
mod encryption;
mod hostile;
mod located;
mod logs;
mod nested;
mod properties;
mod regressions;
mod schema;
mod signature;
mod tables;
mod traces;

// The documentation: every command of the README is run.
#[cfg(unix)]
mod readme;
