//! The arguments of `stats`.

use chatlog::archive::totals::Dimension;
use clap::{Args, ValueEnum};

use super::{DecryptArgs, DeliveryArgs, DisplayArgs, LevelArgs, SignatureArgs, ZoneArgs};
use crate::cli::completion::{Suggesting, unknown};

pub(super) const STATS_EXAMPLES: &str = "\
Examples:
  chatlog stats archive/                         how sessions went
  chatlog stats --since 7d --workflow reminder archive/
  chatlog stats --by workflow_name,day archive/  a row for each group
  chatlog stats --findings archive.ndjson.gz     also how many findings of each rule
  chatlog stats --format json part-1.ndjson > 1.json && chatlog stats --merge *.json";

#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// Count the sessions of each group: a field such as workflow_name, or day or hour
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', num_args = 1, hide_possible_values = true,
          value_parser = Suggesting { parser: dimension, values: dimensions })]
    pub(crate) by: Vec<Dimension>,

    /// Also count findings by rule, which takes longer
    #[arg(long)]
    pub(crate) findings: bool,

    /// Add up totals that `stats --format json` has written, instead of reading deliveries
    #[arg(long, conflicts_with_all = ["by", "findings", "tz", "FilterArgs"])]
    pub(crate) merge: bool,

    /// How to print the totals
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    pub(crate) format: StatsFormat,

    #[command(flatten)]
    pub(crate) zone: ZoneArgs,

    #[command(flatten)]
    pub(crate) deliveries: DeliveryArgs,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

/// How totals are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatsFormat {
    /// Tables with bars, for people
    Table,
    /// One JSON object, which --merge reads
    Json,
    /// A row for each number, or with --by for each group
    Csv,
}

fn dimension(name: &str) -> Result<Dimension, String> {
    Dimension::named(name).ok_or_else(|| unknown(name, &dimensions()))
}

fn dimensions() -> Vec<String> {
    Dimension::all().map(|it| it.name().to_owned()).collect()
}
