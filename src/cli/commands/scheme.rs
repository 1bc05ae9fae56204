//! Chooses the signature scheme and header, and keeps track of where they come from.
//!
//! An option takes precedence over the environment, and that over the project file. A verdict is
//! only worth as much as its scheme, and a project file may come from whoever sent the deliveries.
//! So a choice other than the built-in one is reported together with its source.

use anyhow::{Result, anyhow};
use chatlog::signature::{HEADER, Scheme};

use crate::cli::args::SchemeArgs;
use crate::cli::config::Config;

/// The environment variable that holds the scheme.
const VARIABLE: &str = "CHATLOG_SCHEME";

/// A setting and its source, which is `None` for the built-in value.
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
    /// The signature scheme.
    ///
    /// # Errors
    /// It comes from the environment and is invalid.
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

/// The scheme in the environment. An empty variable counts as unset.
fn from_environment() -> Result<Option<Scheme>> {
    let value = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    value
        .map(|value| value.to_string_lossy().parse())
        .transpose()
        .map_err(|error| anyhow!("{VARIABLE}: {error}"))
}
