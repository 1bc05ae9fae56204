//! Memory and time are bounded by the input.
