//! The project file: what a team has agreed on, in `chatlog.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use chatlog::Position;
use chatlog::Text;
use chatlog::delivery::Headers;
use chatlog::finding::{Level, Levels, Rule, nearest};
use chatlog::signature::Scheme;
use chatlog::view::Zone;
use clap::ValueEnum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::args::{Color, ConfigArgs};
use crate::cli::pipeline::name_of;
use crate::cli::time_zone;

/// The file that is looked for in the working folder and in those above it.
const NAME: &str = "chatlog.toml";
const KEYS: [&str; 5] = ["rules", "scheme", "header-name", "time-zone", "color"];

/// What the project file says: `None` where it does not set something.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file, if there is one.
    pub(crate) path: Option<PathBuf>,
    /// The levels of rules, in the order they are written.
    pub(crate) rules: Vec<(Rule, Level)>,
    /// The scheme of signatures.
    pub(crate) scheme: Option<Scheme>,
    /// The header that holds the signature.
    pub(crate) header_name: Option<String>,
    /// The time zone that times are shown in.
    pub(crate) time_zone: Option<Zone>,
    /// When to use colours.
    pub(crate) color: Option<Color>,
}

impl Config {
    /// Reads the file at [`Config::path`], if there is one.
    pub(crate) fn load(path: Option<&Path>, args: &ConfigArgs) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let text = fs::read_to_string(path).with_context(|| match args.config {
            // Somebody may have given a secret for its name.
            Some(_) => "--config: cannot read the file".to_owned(),
            None => format!("{}: cannot read", name_of(path)),
        })?;
        let config = Self::read(&name_of(path), &text)?;
        Ok(Self {
            path: Some(path.to_owned()),
            ..config
        })
    }

    /// The file that was named, or the nearest one upward from the working folder.
    pub(crate) fn path(args: &ConfigArgs) -> Option<PathBuf> {
        match &args.config {
            _ if args.no_config => None,
            Some(path) => Some(path.clone()),
            None => nearest_file(),
        }
    }

    /// The file's name, for saying what comes from it.
    pub(crate) fn name(&self) -> String {
        let path = self.path.as_deref().unwrap_or(Path::new(NAME));
        name_of(path).as_str().to_owned()
    }

    /// What is to be done about each rule.
    pub(crate) fn levels(&self) -> Levels {
        let mut levels = Levels::default();
        for (rule, level) in &self.rules {
            levels.set_by_project(*rule, *level);
        }
        levels
    }

    fn read(name: &Text<'_>, text: &str) -> Result<Self> {
        let fault = |fault: Fault| {
            let Position { line, column } =
                Position::START.after(text.get(..fault.at).unwrap_or_default());
            anyhow!("{name}:{line}:{column}: {}", fault.what)
        };
        Self::parse(text).map_err(fault)
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        let table = DeTable::parse(text).map_err(|error| Fault {
            at: error.span().map_or(0, |span| span.start),
            // The error's own words quote the line, in which there may be anything.
            what: format!("not TOML: {}", error.message()),
        })?;
        let mut config = Self::default();
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "rules" => config.rules = rules(value)?,
                "scheme" => config.scheme = Some(parsed(value)?),
                "header-name" => config.header_name = Some(header_name(value)?),
                "time-zone" => config.time_zone = Some(time_zone(value)?),
                "color" => config.color = Some(color(value)?),
                name => return Err(Fault::new(key, unknown(name, "key", KEYS))),
            }
        }
        Ok(config)
    }
}

/// What is wrong with a project file, and the byte it is at.
struct Fault {
    at: usize,
    what: String,
}

impl Fault {
    fn new<T>(place: &Spanned<T>, what: String) -> Self {
        Self {
            at: place.span().start,
            what,
        }
    }
}

/// The nearest file upward, as a path from the working folder: `../chatlog.toml`, say.
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

fn rules(table: &Spanned<DeValue<'_>>) -> Result<Vec<(Rule, Level)>, Fault> {
    let DeValue::Table(rules) = table.get_ref() else {
        return Err(Fault::new(
            table,
            "`rules` must be a table: write `[rules]` above the rules".to_owned(),
        ));
    };
    rules
        .iter()
        .map(|(key, value)| {
            let name = key.get_ref().as_ref();
            let names = Rule::ALL.iter().map(|rule| rule.name());
            let rule =
                Rule::named(name).map_err(|_| Fault::new(key, unknown(name, "rule", names)))?;
            if !rule.is_for_projects() {
                return Err(Fault::new(key, not_for_projects(rule)));
            }
            let word = string(value)?;
            let level = Level::WORDS
                .iter()
                .find(|(known, _)| *known == word)
                .map(|(_, level)| *level);
            let words = Level::WORDS.iter().map(|(word, _)| *word);
            Ok((
                rule,
                level.ok_or_else(|| Fault::new(value, unknown(word, "level", words)))?,
            ))
        })
        .collect()
}

/// Whoever writes this file may not decide that a forged or an unreadable delivery passes.
fn not_for_projects(rule: Rule) -> String {
    format!(
        "the level of `{rule}` cannot be set here: give -A, -W or -D {rule} on the command line"
    )
}

fn string<'v>(value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, Fault> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text),
        other => Err(Fault::new(
            value,
            format!("expected a string, found {}", kind(other)),
        )),
    }
}

/// What a value is, with its article.
fn kind(value: &DeValue<'_>) -> String {
    let name = value.type_str();
    let article = if name.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}

fn parsed(value: &Spanned<DeValue<'_>>) -> Result<Scheme, Fault> {
    string(value)?
        .parse()
        .map_err(|error| Fault::new(value, format!("{error}")))
}

fn header_name(value: &Spanned<DeValue<'_>>) -> Result<String, Fault> {
    let name = string(value)?;
    if Headers::is_name(name) {
        Ok(name.to_owned())
    } else {
        Err(Fault::new(value, "expected a header name".to_owned()))
    }
}

fn time_zone(value: &Spanned<DeValue<'_>>) -> Result<Zone, Fault> {
    time_zone::parse(string(value)?).map_err(|error| Fault::new(value, error))
}

fn color(value: &Spanned<DeValue<'_>>) -> Result<Color, Fault> {
    let word = string(value)?;
    Color::from_str(word, false)
        .map_err(|_| Fault::new(value, unknown(word, "colour", ["auto", "always", "never"])))
}

fn unknown<'n>(word: &str, what: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    if what == "key" && word.contains("secret") {
        return "secrets do not belong here, because this file is committed and shared: use --secret-file, \
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
        let Err(fault) = Config::parse(text) else {
            panic!("{text} is taken")
        };
        assert_eq!(fault.at, at, "{}", fault.what);
        assert!(fault.what.contains(words), "{}", fault.what);
        assert!(!fault.what.contains("hunter2"), "{}", fault.what);
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
        refused("secret = \"hunter2", 17, "not TOML");
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
