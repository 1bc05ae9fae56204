//! What completion offers for values that are not a closed set.

use std::ffi::OsStr;

use chatlog::signature::Algorithm;
use chatlog::view::findings::ReportFormat;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

use crate::cli::time_zone;

/// A parser of values that also offers some of them.
#[derive(Clone)]
pub(crate) struct Offering<P> {
    pub(crate) parser: P,
    pub(crate) values: fn() -> Vec<String>,
}

impl<P: TypedValueParser> TypedValueParser for Offering<P> {
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

/// Time zones by name.
pub(crate) fn zones<P>(parser: P) -> Offering<P> {
    Offering {
        parser,
        values: time_zone::names,
    }
}

/// Every algorithm alone, and the usual way to sign a time with the body.
pub(crate) fn schemes<P>(parser: P) -> Offering<P> {
    let values = || {
        let names = Algorithm::ALL.iter().map(ToString::to_string);
        names
            .chain(["hmac-sha256:{timestamp}.{body}".to_owned()])
            .collect()
    };
    Offering { parser, values }
}

/// How many failures are explained, where that is not a number.
pub(crate) fn budgets<P>(parser: P) -> Offering<P> {
    let values = || vec!["all".to_owned(), "none".to_owned()];
    Offering { parser, values }
}

/// `FORMAT=` of every format, which a file follows.
pub(crate) fn reports<P>(parser: P) -> Offering<P> {
    let values = || {
        let formats = ReportFormat::value_variants().iter();
        let values = formats.filter_map(ValueEnum::to_possible_value);
        values
            .map(|value| format!("{}=", value.get_name()))
            .collect()
    };
    Offering { parser, values }
}
