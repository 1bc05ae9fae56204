//! Which findings are reported, at which level, and where to.

use std::path::PathBuf;

use chatlog::finding::{FindingLimit, Level, Rule};
use chatlog::view::findings::ReportFormat;
use clap::{ArgMatches, Args, FromArgMatches, ValueEnum, ValueHint};

use crate::cli::completion::unknown;

#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// Keep at most N findings of each rule in a delivery and count the rest; 0 keeps and lists all
    #[arg(long, value_name = "N", default_value_t = 100, value_hint = ValueHint::Other)]
    max_findings: usize,
}

impl LimitArgs {
    /// The limit on the findings of each rule in a delivery.
    pub(crate) fn limit(&self) -> FindingLimit {
        FindingLimit::new(self.max_findings)
    }

    /// Whether every finding is listed on its own, even if others say the same.
    pub(crate) fn lists_all(&self) -> bool {
        self.max_findings == 0
    }
}

pub(super) fn report(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let (format, path) = text
        .split_once('=')
        .ok_or("expected FORMAT=FILE, such as junit=report.xml")?;
    if path.is_empty() {
        return Err("expected a file after `=`".to_owned());
    }
    Ok((
        ReportFormat::from_str(format, false).map_err(|_| unknown_format(format))?,
        path.into(),
    ))
}

fn unknown_format(word: &str) -> String {
    let names = || {
        ReportFormat::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
    };
    let names: Vec<String> = names().map(|value| value.get_name().to_owned()).collect();
    format!("`{word}` is not a format: {}", unknown(word, &names))
}

/// The levels of rules in the order of the command line: for each rule, the last one counts. clap
/// alone would lose the order between `-D`, `-W` and `-A`, which is why this type reads the matches
/// itself.
#[derive(Debug, Default)]
pub(crate) struct LevelArgs {
    pub(crate) set: Vec<(Rule, Level)>,
    pub(crate) strict: bool,
}

/// The options of [`LevelArgs`] as clap knows them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
struct LevelOptions {
    /// Report findings of this rule as errors
    #[arg(
        short = 'D',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    deny: Vec<Rule>,

    /// Report findings of this rule as warnings
    #[arg(
        short = 'W',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    warn: Vec<Rule>,

    /// Do not report findings of this rule; `chatlog explain` lists the rules
    #[arg(
        short = 'A',
        long,
        value_enum,
        value_name = "RULE",
        hide_possible_values = true
    )]
    allow: Vec<Rule>,

    /// Treat all warnings as errors
    #[arg(long)]
    strict: bool,
}

impl Args for LevelArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        LevelOptions::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        LevelOptions::augment_args_for_update(command)
    }
}

impl FromArgMatches for LevelArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut args = Self::default();
        args.update_from_arg_matches(matches)?;
        Ok(args)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let options = LevelOptions::from_arg_matches(matches)?;
        let given = [
            ("deny", options.deny, Level::Deny),
            ("warn", options.warn, Level::Warn),
            ("allow", options.allow, Level::Allow),
        ];
        let mut set: Vec<(usize, Rule, Level)> = Vec::new();
        for (name, rules, level) in given {
            let places = matches.indices_of(name).into_iter().flatten();
            set.extend(places.zip(rules).map(|(place, rule)| (place, rule, level)));
        }
        set.sort_by_key(|(place, ..)| *place);
        self.set = set
            .into_iter()
            .map(|(_, rule, level)| (rule, level))
            .collect();
        self.strict = options.strict;
        Ok(())
    }
}
