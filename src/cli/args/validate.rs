//! The arguments of `validate` and `check`.

use std::path::{Path, PathBuf};

use chatlog::view::findings::ReportFormat;
use clap::{Args, ValueHint};

use super::findings::report;
use super::{
    DecryptArgs, DeliveryArgs, DisplayArgs, FollowArgs, LevelArgs, LimitArgs, RedactArgs,
    SignatureArgs,
};
use crate::cli::completion::reports;

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  CHATLOG_SECRET=… chatlog check request.http    schema and signature
  chatlog check --format github tests/fixtures   in CI: annotations
  chatlog check --secret-file key --report junit=report.xml tests/fixtures
  chatlog check --secret-file key --format json a.ndjson | jq 'select(.findings != [])'";

pub(super) const VALIDATE_EXAMPLES: &str = "\
Examples:
  chatlog validate session.json                  every finding and a count
  chatlog validate -q fixtures/ || exit 1        in a script: print only problems
  chatlog validate --format json a.ndjson | jq 'select(.findings != [])'";

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// How to print the findings
    #[arg(long, value_enum, default_value_t = ReportFormat::Full)]
    pub(crate) format: ReportFormat,

    /// Print only errors, and nothing if there are none
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Also write the findings to a file, such as sarif=findings.sarif; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", hide_possible_values = true,
          value_hint = ValueHint::Other, value_parser = reports(report))]
    pub(crate) report: Vec<(ReportFormat, PathBuf)>,

    /// Also check against your own JSON Schema; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) schema: Vec<PathBuf>,

    /// Stop at the first delivery that fails
    #[arg(long)]
    pub(crate) fail_fast: bool,

    #[command(flatten)]
    pub(crate) limit: LimitArgs,

    #[command(flatten)]
    pub(crate) deliveries: DeliveryArgs,

    #[command(flatten)]
    pub(crate) follow: FollowArgs,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    #[command(flatten)]
    pub(crate) decrypt: DecryptArgs,

    #[command(flatten)]
    pub(crate) redact: RedactArgs,

    #[command(flatten)]
    pub(crate) look: DisplayArgs,
}

impl Validate {
    pub(super) fn named_files(&self) -> Vec<(&'static str, &Path)> {
        let schemas = self.schema.iter();
        let schemas = schemas.map(|path| ("--schema", path.as_path()));
        let keys = [self.decrypt.named(), self.redact.named()].concat();
        schemas.chain(keys).collect()
    }
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) validate: Validate,

    #[command(flatten)]
    pub(crate) signature: SignatureArgs,
}
