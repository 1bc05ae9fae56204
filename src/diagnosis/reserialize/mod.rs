//! What a program would have printed if it had parsed the body and written it again.
//!
//! The commonest reason for a mismatch is a proxy, a log or an editor that re-serialized the body:
//! the saved JSON means what the signed JSON meant, but its bytes differ. This module works
//! backwards. It writes the saved body in each style that programs use, and the caller checks
//! whether the signature matches one of the results.
//!
//! - [`catalogue`] is the table of styles: Python, PHP, Go, JavaScript and the like, a row each.
//! - [`tokens`] cuts the body into tokens, once for all styles, and sorts them by key.
//! - [`mod@print`] writes the tokens in one style, with [`strings`] and [`numbers`] for the two kinds
//!   of token that have more than one spelling.
//!
//! It works on tokens rather than on parsed values, so that whatever a style does not touch keeps
//! its bytes: `1.0`, an integer beyond 2^53, a repeated key, half of a surrogate pair.

mod catalogue;
mod numbers;
mod print;
mod strings;
mod tokens;

pub(super) use self::catalogue::JsonStyle;
pub(super) use self::tokens::{JsonTokens, MAX_BODY};
