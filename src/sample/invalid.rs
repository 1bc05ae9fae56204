//! Which samples are broken, and by which rules.

use std::error::Error;
use std::fmt::{self, Display};
use std::str::FromStr;

use super::random::Random;
use crate::finding::Rule;

/// Which samples are broken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Invalid {
    /// None.
    #[default]
    Nothing,
    /// All of them, by these rules in turn.
    Rules(Vec<Rule>),
    /// This share of them, by rules that the seed chooses.
    Share(Share),
}

/// A part of the samples, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

impl Share {
    const WHOLE: u32 = 1_000_000;

    /// Reads `0.05` or `5%`, to the sixth digit after the point.
    fn parse(text: &str) -> Option<Self> {
        let (number, places) = match text.strip_suffix('%') {
            Some(number) => (number, 4),
            None => (text, 6),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() > 3 || fraction.len() > places {
            return None;
        }
        let digits = format!("{whole}{fraction:0<places$}");
        let is_number = !number.starts_with('+') && digits.bytes().all(|it| it.is_ascii_digit());
        let millionths = digits.parse().ok().filter(|_| is_number)?;
        (millionths <= Self::WHOLE).then_some(Self(millionths))
    }

    /// Whether the sample with this number, from 0, is one of them. They are spread evenly, so that there
    /// are as many among the first N as the share says, rounded down.
    fn holds(self, number: u64) -> bool {
        let among = |count: u64| u128::from(count) * u128::from(self.0) / u128::from(Self::WHOLE);
        among(number) < among(number.saturating_add(1))
    }
}

impl Invalid {
    /// The rule that the sample with this number, from 0, breaks.
    pub(super) fn rule(&self, number: u64, is_signed: bool, random: &mut Random) -> Option<Rule> {
        match self {
            Self::Nothing => None,
            Self::Rules(rules) => {
                let count = u64::try_from(rules.len()).ok().filter(|count| *count > 0)?;
                Some(rules[usize::try_from(number % count).ok()?])
            }
            Self::Share(share) if !share.holds(number) => None,
            Self::Share(_) => {
                // Nobody notices a broken contract without the schema.
                let is_possible = |rule: &Rule| {
                    *rule != Rule::Contract && (is_signed || !rule.is_about_signature())
                };
                let rules: Vec<Rule> = Rule::ALL.iter().copied().filter(is_possible).collect();
                Some(random.pick(&rules))
            }
        }
    }

    /// The first of the rules that only a signed request can break.
    pub fn first_about_signatures(&self) -> Option<Rule> {
        match self {
            Self::Rules(rules) => rules.iter().copied().find(|rule| rule.is_about_signature()),
            Self::Nothing | Self::Share(_) => None,
        }
    }
}

impl FromStr for Invalid {
    type Err = InvalidError;

    fn from_str(text: &str) -> Result<Self, InvalidError> {
        if text.starts_with(|first: char| first.is_ascii_digit() || ".+-".contains(first)) {
            return Share::parse(text)
                .map(Self::Share)
                .ok_or(InvalidError::Share);
        }
        let rule = |name: &str| {
            Rule::named(name).map_err(|nearest| InvalidError::Rule {
                name: name.to_owned(),
                nearest,
            })
        };
        text.split(',')
            .map(rule)
            .collect::<Result<_, _>>()
            .map(Self::Rules)
    }
}

/// A text that says neither rules nor a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidError {
    /// There is no such rule.
    Rule {
        /// The name.
        name: String,
        /// The name of a rule that is probably meant.
        nearest: Option<&'static str>,
    },
    /// It is not a number from 0 to 1, or more precise than millionths.
    Share,
}

impl Display for InvalidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { name, nearest } => {
                write!(f, "unknown rule `{name}`")?;
                match nearest {
                    Some(nearest) => write!(f, ": did you mean `{nearest}`?"),
                    None => f.write_str(": `chatlog explain` lists the rules"),
                }
            }
            Self::Share => {
                f.write_str("expected a share from 0 to 1 such as 0.05, or a percentage such as 5%")
            }
        }
    }
}

impl Error for InvalidError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_shares_without_floats() {
        for (text, want) in [
            ("0.05", Some(50_000)),
            ("5%", Some(50_000)),
            ("0.000001", Some(1)),
            ("12.5%", Some(125_000)),
            (".5", Some(500_000)),
            ("1", Some(1_000_000)),
            ("100%", Some(1_000_000)),
            ("0", Some(0)),
            ("5", None),
            ("101%", None),
            ("0.0000001", None),
            ("-0.1", None),
            ("+0.1", None),
            ("0,1", None),
            ("1e-3", None),
            (".", Some(0)),
        ] {
            let share = text.parse::<Invalid>();
            assert_eq!(
                share.ok(),
                want.map(|it| Invalid::Share(Share(it))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_share_of_the_first_samples_is_that_share() {
        for (millionths, count, want) in [(50_000, 1000, 50), (333_333, 10, 3), (1_000_000, 7, 7)] {
            let share = Share(millionths);
            let broken = (0..count).filter(|number| share.holds(*number)).count();
            assert_eq!(broken, want);
        }
    }
}
