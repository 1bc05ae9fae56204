//! The scheme and the header of signatures, and who chose them.
//!
//! A verdict means what its scheme says, and a project file may come from whoever sent the
//! deliveries: so a choice that is not the built-in one is kept together with its source.

use anyhow::{Result, anyhow};
use chatlog::signature::{HEADER, Scheme};

use crate::cli::args::SchemeArgs;
use crate::cli::config::Config;

/// The variable that holds the scheme where no option does.
const VARIABLE: &str = "CHATLOG_SCHEME";

/// A setting, and who chose it: nobody, where it is the built-in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen<T> {
    pub(super) value: T,
    pub(super) source: Option<String>,
}

impl<T> Chosen<T> {
    fn new(value: T, is_built_in: bool, source: impl Into<String>) -> Self {
        Self {
            value,
            source: (!is_built_in).then(|| source.into()),
        }
    }
}

impl SchemeArgs {
    /// The scheme: an option beats the environment, and that the project file.
    ///
    /// # Errors
    /// Where the variable is set, and holds something else.
    pub(super) fn scheme(&self, config: &Config) -> Result<Chosen<Scheme>> {
        let (scheme, source) = match (&self.scheme, &config.scheme) {
            (Some(scheme), _) => (scheme.clone(), "--scheme".to_owned()),
            (None, configured) => match (from_environment()?, configured) {
                (Some(scheme), _) => (scheme, VARIABLE.to_owned()),
                (None, Some(scheme)) => (scheme.clone(), config.name()),
                (None, None) => (Scheme::default(), String::new()),
            },
        };
        let is_built_in = scheme == Scheme::default();
        Ok(Chosen::new(scheme, is_built_in, source))
    }

    /// The name of the header that holds the signature.
    pub(super) fn header_name(&self, config: &Config) -> Chosen<String> {
        let (name, source) = match (&self.header_name, &config.header_name) {
            (Some(name), _) => (name.as_str(), "--header-name".to_owned()),
            (None, Some(name)) => (name.as_str(), config.name()),
            (None, None) => (HEADER, String::new()),
        };
        Chosen::new(name.to_owned(), name.eq_ignore_ascii_case(HEADER), source)
    }
}

/// The scheme in the environment: a variable that is empty counts as unset.
fn from_environment() -> Result<Option<Scheme>> {
    let value = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    value
        .map(|value| value.to_string_lossy().parse())
        .transpose()
        .map_err(|error| anyhow!("{VARIABLE}: {error}"))
}
