//! Saved webhooks, in the shapes people save them.
//!
//! A capture format turns a [`Record`] into [`Delivery`]s. To add one, write a module beside this
//! one and give [`Format`] a variant: the compiler shows the arms.

mod body;

use std::borrow::Cow;
use std::fmt::{self, Display};

use jiff::Timestamp;
use serde::Serialize;
use serde::ser::SerializeMap;

use crate::Text;

/// How a capture is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// The body alone, without headers
    Body,
}

impl Format {
    /// The name that people give on the command line and programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
        }
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How faithfully a capture kept the body of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fidelity {
    /// The bytes as they were received.
    Exact,
    /// A string: exact if the bytes were UTF-8 and not content-encoded.
    Text,
    /// Decompressed, or decoded from another character set.
    Decoded,
    /// Parsed and written again.
    Reserialized,
    /// Cut short.
    Truncated,
}

impl Fidelity {
    /// The word people and programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Text => "text",
            Self::Decoded => "decoded",
            Self::Reserialized => "reserialized",
            Self::Truncated => "truncated",
        }
    }
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// Where a text starts.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The position that many bytes into `text`, if `text` starts here.
    pub fn after(self, text: &str) -> Self {
        match memchr::memrchr(b'\n', text.as_bytes()) {
            None => Self {
                column: self.column + text.chars().count(),
                ..self
            },
            Some(newline) => Self {
                line: self.line + memchr::memchr_iter(b'\n', text.as_bytes()).count(),
                column: 1 + text[newline + 1..].chars().count(),
            },
        }
    }
}

/// One value or message of an input: what a capture format reads.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Its bytes, without the line break that ends it.
    pub bytes: &'a [u8],
    /// The line break that ends it, where it is a line of many.
    pub terminator: &'a [u8],
    /// Where it starts in its input.
    pub start: Position,
}

/// The headers of a request, in order, with repeated names; names are compared without case.
#[derive(Debug, Clone, Default)]
pub struct Headers<'a>(Vec<(Text<'a>, Text<'a>)>);

impl<'a> Headers<'a> {
    /// Adds a header after the others.
    pub fn push(&mut self, name: impl Into<Text<'a>>, value: impl Into<Text<'a>>) {
        self.0.push((name.into(), value.into()));
    }

    /// The headers in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Text<'a>, &Text<'a>)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The values of every header of this name, in order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h Text<'a>> {
        self.iter()
            .filter(move |(known, _)| known.as_str().eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The value of the first header of this name.
    pub fn first(&self, name: &str) -> Option<&Text<'a>> {
        self.iter()
            .find(|(known, _)| known.as_str().eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Says whether the headers of this name let in: what they hold is not for showing.
    pub fn is_private(name: &str) -> bool {
        const PRIVATE: [&str; 5] = [
            "authorization",
            "proxy-authorization",
            "cookie",
            "set-cookie",
            "x-api-key",
        ];
        PRIVATE
            .iter()
            .any(|private| private.eq_ignore_ascii_case(name))
    }
}

impl<'a> FromIterator<(Text<'a>, Text<'a>)> for Headers<'a> {
    fn from_iter<I: IntoIterator<Item = (Text<'a>, Text<'a>)>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

/// An object of lower-case names; the value of a repeated one is an array. Values that let in are
/// left out.
impl Serialize for Headers<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in self.iter() {
            let name = name.as_str().to_ascii_lowercase();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut map = serializer.serialize_map(Some(names.len()))?;
        for name in &names {
            if Self::is_private(name) {
                map.serialize_entry(name, "[redacted]")?;
                continue;
            }
            let values: Vec<_> = self.all(name).collect();
            match values.as_slice() {
                [value] => map.serialize_entry(name, value)?,
                values => map.serialize_entry(name, values)?,
            }
        }
        map.end()
    }
}

/// One received webhook request.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// How it was saved.
    pub format: Format,
    /// How faithfully its body was kept.
    pub fidelity: Fidelity,
    /// The request's method, where it is known.
    pub method: Option<Text<'a>>,
    /// The request's target or URL, where it is known.
    pub target: Option<Text<'a>>,
    /// When it was received, where that is known.
    pub received_at: Option<Timestamp>,
    /// The request's headers, where they are known.
    pub headers: Headers<'a>,
    /// The body.
    pub body: Cow<'a, [u8]>,
    /// The bytes as sent, where `body` is what their content encoding holds.
    pub encoded_body: Option<Cow<'a, [u8]>>,
    /// A line break that may belong to the body: that of a line of many.
    pub terminator: &'a [u8],
    /// Where it starts in its input.
    pub start: Position,
    /// Where its body starts in its input; none where it is wrapped in a string, and has no lines
    /// of its own there.
    pub body_start: Option<Position>,
    /// What was done or assumed to read it, in words.
    pub notes: Vec<String>,
}

/// Reads the deliveries of a record.
pub fn deliveries<'a>(record: &Record<'a>) -> Vec<Delivery<'a>> {
    vec![body::read(record)]
}
