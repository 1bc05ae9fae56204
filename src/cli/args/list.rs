//! The arguments of `list`.

use std::num::NonZeroUsize;

use chatlog::archive::{Column, Sorting};
use chatlog::view::list::ListFormat;
use clap::{Args, ValueHint};

use super::{
    DecryptArgs, DeliveryArgs, DisplayArgs, FollowArgs, LevelArgs, RedactArgs, SignatureArgs,
    ZoneArgs,
};
use crate::cli::completion::{Suggesting, unknown};

pub(super) const LIST_EXAMPLES: &str = "\
A narrow table leaves columns out in this order: rounds, messages, intention, hand_over, workflow,
findings, duration, verdict, callee, start, end_reason. Without findings, a `!` marks errors.

Examples:
  chatlog list archive/                          a row for each session
  chatlog list --end-reason agent --since 7d archive/
  chatlog list --sort duration:desc --top 10 archive.ndjson.gz
  chatlog list --columns name,callee,channel,first_words archive/
  tail -f captures.ndjson | chatlog list         each session as it arrives
  chatlog list --format csv archive/ > sessions.csv";

#[derive(Debug, Args)]
pub(crate) struct List {
    /// How to print the list
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,

    /// Show these columns in this order, such as name,start,channel
    ///
    /// The columns are name, kind, start, duration, callee, workflow, end_reason, intention, rounds,
    /// messages, hand_over, verdict, findings and first_words, and every other short field of the
    /// session by the vendor's name: workflow_id, workflow_name, nodetask_id, nodetask_name,
    /// waba_task_id, wfdetail_uuid, channel, channel_id, call_id, robot_id and status. A column can also
    /// be named by a key that it has in JSON, such as session_start_time or errors.
    #[arg(long = "columns", value_name = "NAME,…", value_delimiter = ',', num_args = 1, hide_possible_values = true,
          value_parser = Suggesting { parser: column, values: columns })]
    pub(crate) chosen: Vec<Column>,

    /// Sort by this column, such as duration:desc; sessions without a value come last
    ///
    /// Sessions with the same value stay in the order of the input. Rows are held in memory until the
    /// last one is read, about a kilobyte each; with --top, no more than are wanted.
    #[arg(long, value_name = "NAME[:desc]", hide_possible_values = true,
          value_parser = Suggesting { parser: sorting, values: sortings })]
    pub(crate) sort: Option<Sorting>,

    /// List only the first N sessions in the order of --sort
    #[arg(long, value_name = "N", requires = "sort", value_hint = ValueHint::Other)]
    pub(crate) top: Option<NonZeroUsize>,

    /// Write texts to CSV as they are, even if a spreadsheet would execute them
    ///
    /// Without this option, a text that looks like a formula starts with an apostrophe, and characters
    /// that act on a terminal are spelled out, as in \u{1b}.
    #[arg(long)]
    pub(crate) raw: bool,

    #[command(flatten)]
    pub(crate) zone: ZoneArgs,

    #[command(flatten)]
    pub(crate) deliveries: DeliveryArgs,

    #[command(flatten)]
    pub(crate) follow: FollowArgs,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) redact: RedactArgs,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

fn column(name: &str) -> Result<Column, String> {
    Column::named(name).ok_or_else(|| unknown(name, &columns()))
}

fn columns() -> Vec<String> {
    Column::all().map(|it| it.name().to_owned()).collect()
}

fn sorting(text: &str) -> Result<Sorting, String> {
    let (name, is_descending) = match text.split_once(':') {
        None | Some((_, "asc")) => (text.trim_end_matches(":asc"), false),
        Some((name, "desc")) => (name, true),
        Some(_) => return Err("expected `asc` or `desc` after the colon".to_owned()),
    };
    let column = column(name)?;
    Ok(Sorting {
        column,
        is_descending,
    })
}

fn sortings() -> Vec<String> {
    let names = columns().into_iter();
    names
        .flat_map(|name| [name.clone(), format!("{name}:desc")])
        .collect()
}
