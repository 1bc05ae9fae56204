//! The arguments of `stats`.

use chatlog::archive::totals::Dimension;
use chatlog::finding::nearest;
use chatlog::view::Zone;
use clap::{Args, ValueEnum};

use super::{
    DecryptArgs, DisplayArgs, FilterArgs, Inputs, JobsArgs, LevelArgs, ProgressArgs, SignatureArgs,
};
use crate::cli::completion::{Suggesting, zones};
use crate::cli::time_zone;

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

    /// Count days and hours in this zone: UTC, local, an offset such as +07:00 or a name such as
    /// Asia/Jakarta [default: UTC]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_possible_values = true,
          value_parser = zones(time_zone::parse))]
    pub(crate) tz: Option<Zone>,

    #[command(flatten)]
    pub(crate) inputs: Inputs,

    #[command(flatten)]
    pub(crate) jobs: JobsArgs,

    #[command(flatten)]
    pub(crate) progress: ProgressArgs,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

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
    Dimension::named(name).ok_or_else(|| {
        let names = dimensions();
        match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected one of {}", names.join(", ")),
        }
    })
}

fn dimensions() -> Vec<String> {
    Dimension::all().map(|it| it.name().to_owned()).collect()
}
