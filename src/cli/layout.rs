//! Where the body is in a record, as the user says it: by options or in `[capture]` of the project
//! file, which have the same names.

use anyhow::{Result, bail};
use chatlog::capture::{Decoding, Layout, Part, RecordPath};
use regex::bytes::{Regex, RegexBuilder};

use crate::cli::quoting::quoted;

/// The most bytes of a compiled regular expression. Matching takes time in proportion to it.
const MAX_REGEX: usize = 1 << 20;

/// What options or a project file say about where the parts of requests are.
#[derive(Debug, Clone, Default)]
pub(crate) struct LayoutSettings {
    /// The path to the body.
    pub(crate) body_at: Option<RecordPath>,
    /// The path to the headers.
    pub(crate) headers_at: Option<RecordPath>,
    /// The path to the signature.
    pub(crate) signature_at: Option<RecordPath>,
    /// How the body is encoded.
    pub(crate) decode: Option<Decoding>,
    /// The names of columns.
    pub(crate) columns: Option<Layout>,
    /// What is cut off at the start of each line.
    pub(crate) strip_prefix: Option<Regex>,
}

impl LayoutSettings {
    /// These settings, and those of a project file where they do not decide.
    pub(crate) fn over(self, file: &Self) -> Self {
        let has_paths =
            self.body_at.is_some() || self.headers_at.is_some() || self.signature_at.is_some();
        let paths = file.clone().without_paths_if(self.columns.is_some());
        Self {
            body_at: self.body_at.or(paths.body_at),
            headers_at: self.headers_at.or(paths.headers_at),
            signature_at: self.signature_at.or(paths.signature_at),
            decode: self.decode.or(file.decode),
            columns: self.columns.or(paths.columns.filter(|_| !has_paths)),
            strip_prefix: self.strip_prefix.or(paths.strip_prefix),
        }
    }

    fn without_paths_if(self, is_without: bool) -> Self {
        if !is_without {
            return self;
        }
        Self {
            decode: self.decode,
            strip_prefix: self.strip_prefix,
            ..Self::default()
        }
    }

    /// The settings that apply to an input of a format that is not searched.
    pub(crate) fn without_places(self) -> Self {
        Self {
            strip_prefix: self.strip_prefix,
            ..Self::default()
        }
    }

    /// Whether these settings say where something is.
    pub(crate) fn has_places(&self) -> bool {
        self.body_at.is_some()
            || self.headers_at.is_some()
            || self.signature_at.is_some()
            || self.columns.is_some()
            || self.decode.is_some()
    }

    /// Whether every place in these settings is in `others`, too.
    pub(crate) fn has_only_places_of(&self, others: &Self) -> bool {
        let places = |it: &Self| {
            [
                it.body_at.is_some(),
                it.headers_at.is_some(),
                it.signature_at.is_some(),
                it.columns.is_some(),
            ]
        };
        places(self) == places(others)
    }

    /// The layout that they describe, if they describe one.
    ///
    /// # Errors
    /// They do not go together.
    pub(crate) fn layout(&self, is_vouched_for: bool) -> Result<Option<Layout>> {
        let layout = match (&self.columns, &self.body_at) {
            (Some(columns), _) => columns.clone(),
            (None, Some(body)) => Layout {
                headers: self.headers_at.clone(),
                signature: self.signature_at.clone(),
                ..Layout::of_body(body.clone())
            },
            (None, None) => match self.option_without_body() {
                Some(option) => bail!("{option} needs --body-at, the path to the body"),
                None => return Ok(None),
            },
        };
        let layout = Layout {
            decoding: self.decode,
            is_vouched_for,
            ..layout
        };
        Ok(Some(layout.checked()?))
    }

    fn option_without_body(&self) -> Option<&'static str> {
        let options = [
            (Part::Headers.option(), self.headers_at.is_some()),
            (Part::Signature.option(), self.signature_at.is_some()),
            ("--decode", self.decode.is_some()),
        ];
        let mut given = options.into_iter().filter(|(_, is_given)| *is_given);
        given.next().map(|(option, _)| option)
    }
}

/// A layout as options that can be typed in a shell.
pub(crate) fn as_options(layout: &Layout) -> String {
    let options = Part::ALL.into_iter().filter_map(|part| {
        let path = layout.path(part)?.to_string();
        Some(format!("{} {}", part.option(), quoted(path.as_bytes())))
    });
    options.collect::<Vec<_>>().join(" ")
}

/// The regular expression of `--strip-prefix`.
///
/// # Errors
/// What is wrong with it, and where.
pub(crate) fn prefix_regex(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text).size_limit(MAX_REGEX).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
        error => described(&error.to_string()),
    })
}

/// The place and the reason in the drawing of an error, whose lines begin with four blanks.
fn described(drawing: &str) -> String {
    let reason = drawing.rsplit_once("error: ");
    let reason = reason.map_or(drawing, |(_, reason)| reason);
    let mut lines = drawing.lines();
    let mark =
        lines.find(|line| !line.trim().is_empty() && line.trim_matches([' ', '^']).is_empty());
    let column = mark.and_then(|mark| mark.find('^')?.checked_sub(3));
    match column {
        Some(column) => format!("column {column}: {reason}"),
        None => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_regular_expression_is_explained_in_one_line() {
        for (text, want) in [
            ("[a-z", "column 1: unclosed character class"),
            ("ab(c", "column 3: unclosed group"),
            ("a{1000}{1000}{1000}", "the regular expression is too large"),
        ] {
            assert_eq!(prefix_regex(text).expect_err(text), want);
        }
    }
}
