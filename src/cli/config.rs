//! The project file `chatlog.toml`: the settings that a team shares.
//!
//! ```toml
//! scheme = "hmac-sha256:{body}"
//! header-name = "X-AIRudder-Sign"
//! time-zone = "Asia/Jakarta"
//! color = "auto"
//!
//! [rules]
//! message-order = "deny"
//!
//! [capture]
//! body-at = "/requests/*/body"
//! ```
//!
//! The file may come from whoever sent the deliveries next to it, so it is not trusted with
//! everything. It can name no secret, no file and no program, and it cannot change a rule that
//! keeps a forged or unreadable delivery from passing. It can say where bodies are, but a signature
//! inside a string is in doubt there as elsewhere, unless the user names the file with `--config`.
//! Options and environment variables take precedence over it.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use chatlog::Position;
use chatlog::Text;
use chatlog::capture::{Decoding, Layout, RecordPath};
use chatlog::delivery::Headers;
use chatlog::finding::{Level, Levels, Rule, nearest};
use chatlog::signature::Scheme;
use chatlog::view::Zone;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::color::Color;
use crate::cli::layout::{LayoutSettings, prefix_regex};
use crate::cli::pipeline::name_of;
use crate::cli::time_zone;

/// The name of the file that is looked for in the working folder and its parents.
const NAME: &str = "chatlog.toml";
const KEYS: [&str; 6] = [
    "rules",
    "scheme",
    "header-name",
    "time-zone",
    "color",
    "capture",
];
/// The keys of `[capture]`: the names of options.
const CAPTURE_KEYS: [&str; 6] = [
    "body-at",
    "headers-at",
    "signature-at",
    "decode",
    "columns",
    "strip-prefix",
];

/// The settings of the project file; `None` for a setting that it does not have.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file, if there is one.
    pub(crate) path: Option<PathBuf>,
    /// Whether the user named the file.
    pub(crate) is_named: bool,
    /// Where the parts of requests are.
    pub(crate) capture: LayoutSettings,
    /// The levels of rules, in the order of the file.
    pub(crate) rules: Vec<(Rule, Level)>,
    /// The signature scheme.
    pub(crate) scheme: Option<Scheme>,
    /// The header that holds the signature.
    pub(crate) header_name: Option<String>,
    /// The time zone in which times are shown.
    pub(crate) time_zone: Option<Zone>,
    /// When to use colours.
    pub(crate) color: Option<Color>,
}

impl Config {
    /// Reads the file at `path`, which [`Config::locate`] has found; without one, nothing is set.
    ///
    /// `is_named` is whether the user named the file: then errors do not repeat its name.
    pub(crate) fn load(path: Option<&Path>, is_named: bool) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let text = fs::read_to_string(path).with_context(|| {
            if is_named {
                // The name may be a secret that was given to the wrong option.
                "--config: cannot read the file".to_owned()
            } else {
                format!("{}: cannot read", name_of(path))
            }
        })?;
        let config = Self::read(&name_of(path), &text)?;
        Ok(Self {
            path: Some(path.to_owned()),
            is_named,
            ..config
        })
    }

    /// The file that the user named, or else the nearest one in the working folder and its parents;
    /// `None` if there is none or `is_disabled`.
    pub(crate) fn locate(named: Option<&Path>, is_disabled: bool) -> Option<PathBuf> {
        match named {
            _ if is_disabled => None,
            Some(path) => Some(path.to_owned()),
            None => nearest_file(),
        }
    }

    /// The name of the file, for messages about a setting that comes from it.
    pub(crate) fn name(&self) -> String {
        let path = self.path.as_deref().unwrap_or(Path::new(NAME));
        name_of(path).as_str().to_owned()
    }

    /// The levels of all rules, as the file sets them.
    pub(crate) fn levels(&self) -> Levels {
        let mut levels = Levels::default();
        for (rule, level) in &self.rules {
            levels.set_by_project(*rule, *level);
        }
        levels
    }

    fn read(name: &Text<'_>, text: &str) -> Result<Self> {
        let located = |error: ConfigError| {
            let Position { line, column } =
                Position::START.after(text.get(..error.at).unwrap_or_default());
            anyhow!("{name}:{line}:{column}: {}", error.what)
        };
        Self::parse(text).map_err(located)
    }

    fn parse(text: &str) -> Result<Self, ConfigError> {
        let table = DeTable::parse(text).map_err(|error| ConfigError {
            at: error.span().map_or(0, |span| span.start),
            // Its `Display` would quote the line, which may hold a secret.
            what: format!("invalid TOML: {}", error.message()),
        })?;
        let mut config = Self::default();
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "rules" => config.rules = rules(value)?,
                "scheme" => config.scheme = Some(parsed(value)?),
                "header-name" => config.header_name = Some(header_name(value)?),
                "time-zone" => config.time_zone = Some(time_zone(value)?),
                "color" => config.color = Some(color(value)?),
                "capture" => config.capture = capture(value)?,
                name => return Err(ConfigError::new(key, unknown(name, "key", KEYS))),
            }
        }
        Ok(config)
    }
}

/// An error in a project file.
struct ConfigError {
    /// The offset of the byte at which it is.
    at: usize,
    what: String,
}

impl ConfigError {
    fn new<T>(place: &Spanned<T>, what: String) -> Self {
        Self {
            at: place.span().start,
            what,
        }
    }
}

/// The nearest project file in the working folder and its parents, as a relative path such as
/// `../chatlog.toml`.
fn nearest_file() -> Option<PathBuf> {
    let folder = std::env::current_dir().ok()?;
    let steps = folder.ancestors().scan(PathBuf::new(), |up, _| {
        let here = up.clone();
        up.push("..");
        Some(here)
    });
    steps
        .map(|folder| folder.join(NAME))
        .find(|path| path.is_file())
}

fn rules(table: &Spanned<DeValue<'_>>) -> Result<Vec<(Rule, Level)>, ConfigError> {
    let DeValue::Table(rules) = table.get_ref() else {
        return Err(ConfigError::new(
            table,
            "`rules` must be a table: write `[rules]` above the rules".to_owned(),
        ));
    };
    let rules = rules.iter();
    rules
        .map(|(key, value)| Ok((rule(key)?, level(value)?)))
        .collect()
}

fn capture(table: &Spanned<DeValue<'_>>) -> Result<LayoutSettings, ConfigError> {
    let DeValue::Table(settings) = table.get_ref() else {
        return Err(ConfigError::new(
            table,
            "`capture` must be a table: write `[capture]` above its settings".to_owned(),
        ));
    };
    let mut capture = LayoutSettings::default();
    for (key, value) in settings {
        match key.get_ref().as_ref() {
            "body-at" => capture.body_at = Some(record_path(value)?),
            "headers-at" => capture.headers_at = Some(record_path(value)?),
            "signature-at" => capture.signature_at = Some(record_path(value)?),
            "decode" => capture.decode = Some(decoding(value)?),
            "columns" => {
                let layout = Layout::of_columns(string(value)?);
                let layout = layout.map_err(|error| ConfigError::new(value, error.to_string()))?;
                capture.columns = Some(layout);
            }
            "strip-prefix" => {
                let regex = prefix_regex(string(value)?);
                let regex = regex.map_err(|error| ConfigError::new(value, in_string(&error)))?;
                capture.strip_prefix = Some(regex);
            }
            name => return Err(ConfigError::new(key, unknown(name, "key", CAPTURE_KEYS))),
        }
    }
    // What goes together is known only with the options, but two things never do.
    if capture.columns.is_some() && capture.body_at.is_some() {
        let what = "`columns` and `body-at` both say where the body is: leave one of them out";
        return Err(ConfigError::new(table, what.to_owned()));
    }
    Ok(capture)
}

fn record_path(value: &Spanned<DeValue<'_>>) -> Result<RecordPath, ConfigError> {
    let path = string(value)?.parse::<RecordPath>();
    path.map_err(|error| ConfigError::new(value, in_string(&error.to_string())))
}

/// An error with a column, which is that of the string and not of the file.
fn in_string(error: &str) -> String {
    match error.strip_prefix("column ") {
        Some(rest) => format!("in the string, column {rest}"),
        None => error.to_owned(),
    }
}

fn decoding(value: &Spanned<DeValue<'_>>) -> Result<Decoding, ConfigError> {
    word(value, "form")
}

fn rule(key: &Spanned<Cow<'_, str>>) -> Result<Rule, ConfigError> {
    let name = key.get_ref().as_ref();
    let rule = Rule::named(name).map_err(|_| {
        let names = Rule::ALL.iter().map(|rule| rule.name());
        ConfigError::new(key, unknown(name, "rule", names))
    })?;
    if rule.is_for_projects() {
        Ok(rule)
    } else {
        Err(ConfigError::new(key, not_for_projects(rule)))
    }
}

fn level(value: &Spanned<DeValue<'_>>) -> Result<Level, ConfigError> {
    let word = string(value)?;
    let known = Level::WORDS.iter().find(|(known, _)| *known == word);
    known.map(|(_, level)| *level).ok_or_else(|| {
        let words = Level::WORDS.iter().map(|(word, _)| *word);
        ConfigError::new(value, unknown(word, "level", words))
    })
}

/// Why a rule cannot be set here: it keeps forged and unreadable deliveries from passing.
fn not_for_projects(rule: Rule) -> String {
    format!("the level of `{rule}` cannot be set here: use -A, -W or -D {rule} on the command line")
}

fn string<'v>(value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, ConfigError> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text),
        other => Err(ConfigError::new(
            value,
            format!("expected a string, found {}", kind(other)),
        )),
    }
}

/// The type of a value, with its article: `an integer`.
fn kind(value: &DeValue<'_>) -> String {
    let name = value.type_str();
    let article = if name.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}

fn parsed(value: &Spanned<DeValue<'_>>) -> Result<Scheme, ConfigError> {
    string(value)?
        .parse()
        .map_err(|error| ConfigError::new(value, format!("{error}")))
}

fn header_name(value: &Spanned<DeValue<'_>>) -> Result<String, ConfigError> {
    let name = string(value)?;
    if Headers::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(ConfigError::new(value, "expected a header name".to_owned()))
    }
}

fn time_zone(value: &Spanned<DeValue<'_>>) -> Result<Zone, ConfigError> {
    time_zone::parse(string(value)?).map_err(|error| ConfigError::new(value, error))
}

fn color(value: &Spanned<DeValue<'_>>) -> Result<Color, ConfigError> {
    word(value, "colour")
}

/// One of the words of a closed set, which are those of an option. `what` is what they stand for.
fn word<V: ValueEnum>(value: &Spanned<DeValue<'_>>, what: &str) -> Result<V, ConfigError> {
    let word = string(value)?;
    V::from_str(word, false).map_err(|_| {
        let values = V::value_variants().iter();
        let values: Vec<PossibleValue> = values.filter_map(V::to_possible_value).collect();
        let names = values.iter().map(PossibleValue::get_name);
        ConfigError::new(value, unknown(word, what, names))
    })
}

/// The message for a word that is not one of `names`, with the nearest of them.
fn unknown<'n>(word: &str, what: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    if what == "key" && word.contains("secret") {
        return "secrets do not belong in this file, which is committed and shared: use --secret-file, \
                --secret-env or the variable CHATLOG_SECRET"
            .to_owned();
    }
    let shown = Text::from(word).shortened(40).into_owned();
    let names: Vec<&str> = names.into_iter().collect();
    match nearest(word, names.iter().copied()) {
        Some(near) => format!("unknown {what} `{shown}`: did you mean `{near}`?"),
        None => format!(
            "unknown {what} `{shown}`: expected one of `{}`",
            names.join("`, `")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, at: usize, words: &str) {
        let Err(error) = Config::parse(text) else {
            panic!("{text} is taken")
        };
        assert_eq!(error.at, at, "{}", error.what);
        assert!(error.what.contains(words), "{}", error.what);
        assert!(!error.what.contains("hunter2"), "{}", error.what);
    }

    #[test]
    fn reads_what_a_team_agrees_on() {
        let text = "scheme = \"hmac-sha1:{body}\"\ntime-zone = \"Asia/Jakarta\"\n[rules]\nmessage-order = \"deny\"\n";
        let config = Config::parse(text).ok().expect("it is right");
        assert_eq!(config.rules, [(Rule::MessageOrder, Level::Deny)]);
        assert!(config.time_zone.is_some());
        assert_eq!(
            config.scheme.map(|scheme| scheme.to_string()).as_deref(),
            Some("hmac-sha1:{body}")
        );
    }

    #[test]
    fn says_what_it_does_not_know() {
        refused("sheme = \"x\"", 0, "did you mean `scheme`?");
        refused(
            "[rules]\nmessage-ordre = \"deny\"",
            8,
            "did you mean `message-order`?",
        );
        refused(
            "[rules]\nmessage-order = \"denied\"",
            24,
            "did you mean `deny`?",
        );
        refused("scheme = \"hmac-sha257\"", 9, "hmac-sha256");
        refused("scheme = \"hunter2\"", 9, "unknown algorithm");
        refused("header-name = \"hunter2: \"", 14, "expected a header name");
        refused(
            "time-zone = \"Asia/Jakrta\"",
            12,
            "did you mean `Asia/Jakarta`?",
        );
        refused("scheme = 3", 9, "expected a string, found an integer");
        refused("secret = \"hunter2\"", 0, "committed and shared");
        refused("secret = \"hunter2", 17, "invalid TOML");
    }

    #[test]
    fn sets_no_rule_that_lets_a_forged_or_unreadable_delivery_pass() {
        for rule in Rule::ALL {
            let is_refused = Config::parse(&format!("[rules]\n{rule} = \"allow\"")).is_err();
            let is_sacred = rule.name() == "not-json" || rule.name().starts_with("signature-");
            assert_eq!(is_refused, is_sacred, "{rule}");
        }
        refused(
            "[rules]\nsignature-missing = \"deny\"",
            8,
            "cannot be set here",
        );
    }

    #[test]
    fn names_no_secret_and_nothing_to_run() {
        for key in [
            "pager",
            "secret",
            "secret-file",
            "secret-env",
            "secret-stdin",
            "signature",
        ] {
            refused(&format!("{key} = \"hunter2\""), 0, "");
        }
    }
}
