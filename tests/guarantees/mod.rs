//! What people can rely on, stated as sentences: the name of each test is the guarantee, and the
//! test fails where it is broken.

mod bounds;
mod command_line;
mod inputs;
mod jobs;
mod json;
mod outputs;
mod signatures;
mod text;
mod verdicts;
