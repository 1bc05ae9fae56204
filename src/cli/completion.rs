//! Values that shell completion suggests for options that accept more than a closed set.
//!
//! clap completes the possible values of an option's parser. A parser of free text has none, so it
//! is wrapped in one that suggests some. The help does not list them (`hide_possible_values`),
//! because others are valid too.

use std::ffi::OsStr;

use chatlog::finding::Rule;
use chatlog::finding::nearest;
use chatlog::signature::Algorithm;
use chatlog::view::findings::ReportFormat;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

use crate::cli::time_zone;

/// A parser of values that also suggests some of them.
#[derive(Clone)]
pub(crate) struct Suggesting<P> {
    pub(crate) parser: P,
    pub(crate) values: fn() -> Vec<String>,
}

impl<P: TypedValueParser> TypedValueParser for Suggesting<P> {
    type Value = P::Value;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<P::Value, clap::Error> {
        self.parser.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = (self.values)();
        Some(Box::new(values.into_iter().map(PossibleValue::new)))
    }
}

/// What to say of a word that is none of some names: the nearest one, or all of them.
pub(crate) fn unknown(word: &str, names: &[String]) -> String {
    match nearest(word, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected one of {}", names.join(", ")),
    }
}

/// Accepts any text, and suggests these words.
pub(crate) fn words(values: fn() -> Vec<String>) -> Suggesting<StringValueParser> {
    Suggesting {
        parser: StringValueParser::new(),
        values,
    }
}

/// Suggests the names of time zones.
pub(crate) fn zones<P>(parser: P) -> Suggesting<P> {
    Suggesting {
        parser,
        values: time_zone::names,
    }
}

/// Suggests every algorithm, and the most common scheme with a timestamp.
pub(crate) fn schemes<P>(parser: P) -> Suggesting<P> {
    let values = || {
        let names = Algorithm::ALL.iter().map(ToString::to_string);
        names
            .chain(["hmac-sha256:{timestamp}.{body}".to_owned()])
            .collect()
    };
    Suggesting { parser, values }
}

/// Suggests the values of `--diagnose` that are not numbers.
pub(crate) fn budgets<P>(parser: P) -> Suggesting<P> {
    let values = || vec!["all".to_owned(), "none".to_owned()];
    Suggesting { parser, values }
}

/// Suggests `FORMAT=` for every format, to be followed by a file.
pub(crate) fn reports<P>(parser: P) -> Suggesting<P> {
    let values = || {
        let formats = ReportFormat::value_variants().iter();
        let values = formats.filter_map(ValueEnum::to_possible_value);
        values
            .map(|value| format!("{}=", value.get_name()))
            .collect()
    };
    Suggesting { parser, values }
}

/// Suggests every rule, which may be the first of several.
pub(crate) fn invalid<P>(parser: P) -> Suggesting<P> {
    let values = || Rule::ALL.iter().map(ToString::to_string).collect();
    Suggesting { parser, values }
}
