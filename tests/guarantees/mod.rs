//! Guarantees to users. The name of each test is the guarantee that it checks.

mod bounds;
mod command_line;
mod inputs;
mod jobs;
mod json;
mod outputs;
mod signatures;
mod text;
mod verdicts;
