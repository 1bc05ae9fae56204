//! Where the parts of a request are in a record, for tools whose layout a person knows.
//!
//! ```text
//! --body-at '/requests/*/request/body' --headers-at '/requests/*/request/headers'
//! --capture-columns body=payload,signature=sig
//! ```
//!
//! The search says the same of what it found, so that it can be given back as options.

use std::fmt::{self, Display};

use super::record_path::{RecordPath, Step};
use crate::Text;
use crate::finding::nearest;

/// Where a record has the parts of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Where the bodies are. One `*` in it stands for the items of one list.
    pub body: RecordPath,
    /// Where the headers are, if the record has them. Its first `*` stands for the same item as the first
    /// `*` of the body's path.
    pub headers: Option<RecordPath>,
    /// Where the signature is, if it is not among the headers. Its `*`s are the body's, too.
    pub signature: Option<RecordPath>,
    /// How the bodies are encoded; `None` to detect that.
    pub decoding: Option<Decoding>,
    /// Whether the paths were given as the names of columns.
    pub is_of_columns: bool,
    /// Whether the user vouches for the strings that the paths enter: what wrote them was the receiver
    /// and not a stranger. A signature in them may be valid then.
    pub is_vouched_for: bool,
}

/// A part of a request, whose place a layout gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The body.
    Body,
    /// The headers.
    Headers,
    /// The signature.
    Signature,
}

/// How a record keeps a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Decoding {
    /// A string that is the body, or JSON in its place
    None,
    /// A string with the body in a JSON string, once or several times
    Json,
    /// A string in base64, of either alphabet
    Base64,
    /// A string of hex digits, also after `\x` or `0x`
    Hex,
    /// A list of bytes, or a Node.js buffer
    Bytes,
}

/// Why paths make no layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutError {
    /// A path has more `*` than that of the body.
    Stars(Part),
    /// A path leads to the body or into it.
    InsideBody(Part),
}

/// Why a text names no columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnsError {
    /// This is not `PART=COLUMN`.
    Form(String),
    /// This is not a part of a request.
    UnknownPart(String),
    /// A column is named twice for this part.
    Repeated(Part),
    /// No column is named for the body.
    NoBody,
    /// The layout is wrong.
    Layout(LayoutError),
}

impl Layout {
    /// The layout with bodies at this path and nothing else.
    pub fn of_body(body: RecordPath) -> Self {
        Self {
            body,
            headers: None,
            signature: None,
            decoding: None,
            is_of_columns: false,
            is_vouched_for: false,
        }
    }

    /// The same layout, if its paths go together.
    ///
    /// # Errors
    /// The headers or the signature are inside the body, or its `*`s are not those of the body. What the
    /// sender signs cannot hold its own signature, and a signature that the body brings along would
    /// prove nothing.
    pub fn checked(self) -> Result<Self, LayoutError> {
        let others = [Part::Headers, Part::Signature];
        let paths = others.map(|part| (part, self.path(part)));
        for (part, path) in paths {
            let Some(path) = path else { continue };
            if self.body.covers(path) {
                return Err(LayoutError::InsideBody(part));
            }
            if path.stars() > self.body.stars() {
                return Err(LayoutError::Stars(part));
            }
        }
        Ok(self)
    }

    /// Whether one of its paths leads into a string.
    pub fn enters_a_string(&self) -> bool {
        let paths = Part::ALL.into_iter().filter_map(|part| self.path(part));
        let mut steps = paths.flat_map(RecordPath::steps);
        steps.any(|step| *step == Step::Enter)
    }

    /// How many steps the path to the body shares with that to the signature, or else to the headers.
    pub(super) fn shared_steps(&self) -> usize {
        let other = self.signature.as_ref().or(self.headers.as_ref());
        let steps = self.body.steps().iter();
        let pairs = other.map(|other| steps.zip(other.steps()));
        let pairs = pairs.into_iter().flatten();
        pairs.take_while(|(one, other)| one == other).count()
    }

    /// The path to a part, if it has one.
    pub fn path(&self, part: Part) -> Option<&RecordPath> {
        match part {
            Part::Body => Some(&self.body),
            Part::Headers => self.headers.as_ref(),
            Part::Signature => self.signature.as_ref(),
        }
    }

    /// The columns in `body=payload,signature=sig,headers=hdrs`, of which the body's must be there. A
    /// row is an object with a member for each column.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn of_columns(text: &str) -> Result<Self, ColumnsError> {
        let mut columns: [Option<RecordPath>; 3] = Default::default();
        for pair in text.split(',') {
            let (name, column) = pair.split_once('=').unwrap_or((pair, ""));
            if column.is_empty() {
                return Err(ColumnsError::Form(pair.to_owned()));
            }
            let part = Part::ALL.iter().find(|part| part.name() == name.trim());
            let part = part.ok_or_else(|| ColumnsError::UnknownPart(name.to_owned()))?;
            let path = RecordPath::new(vec![Step::Key(column.to_owned())]);
            if columns[*part as usize].replace(path).is_some() {
                return Err(ColumnsError::Repeated(*part));
            }
        }
        let [body, headers, signature] = columns;
        let layout = Self {
            headers,
            signature,
            is_of_columns: true,
            ..Self::of_body(body.ok_or(ColumnsError::NoBody)?)
        };
        layout.checked().map_err(ColumnsError::Layout)
    }
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::Body, Self::Headers, Self::Signature];

    /// The name in `--capture-columns`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Headers => "headers",
            Self::Signature => "signature",
        }
    }

    /// The option that gives its place, and the key of a project file with `--` in front.
    pub fn option(self) -> &'static str {
        match self {
            Self::Body => "--body-at",
            Self::Headers => "--headers-at",
            Self::Signature => "--signature-at",
        }
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InsideBody(part) => write!(
                f,
                "{} leads into the body: the {part} must be from outside the bytes that are signed",
                part.option()
            ),
            Self::Stars(part) => write!(
                f,
                "{} has more `*` than --body-at, and each stands for the item that is meant there",
                part.option()
            ),
        }
    }
}

impl std::error::Error for LayoutError {}

impl Display for ColumnsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| Text::from(text).shortened(40).to_string();
        match self {
            Self::Form(pair) => write!(
                f,
                "`{}` is not PART=COLUMN, as in body=payload,signature=sig",
                quoted(pair)
            ),
            Self::UnknownPart(name) => {
                let names = Part::ALL.map(Part::name);
                let near = nearest(name, names).map_or_else(
                    || format!("expected one of `{}`", names.join("`, `")),
                    |near| format!("did you mean `{near}`?"),
                );
                write!(f, "unknown part `{}`: {near}", quoted(name))
            }
            Self::Repeated(part) => write!(f, "`{part}` is named twice"),
            Self::NoBody => f.write_str("the column of the body is missing: add body=COLUMN"),
            Self::Layout(LayoutError::InsideBody(part)) => {
                write!(f, "the body and the {part} are in the same column")
            }
            Self::Layout(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ColumnsError {}
