//! The arguments of `verify`.

use std::path::PathBuf;
use std::sync::LazyLock;

use chatlog::view::findings::ReportFormat;
use clap::builder::PossibleValue;
use clap::{ArgAction, Args, ValueEnum, ValueHint};

use super::findings::report;
use super::{
    DecryptArgs, DeliveryArgs, DisplayArgs, FollowArgs, LevelArgs, RedactArgs, SignatureArgs,
};
use crate::cli::completion::reports;

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  CHATLOG_SECRET=… chatlog verify request.http   the signature in its header
  chatlog verify --secret-file key --signature 5f1c… body.json
  chatlog verify --discover --secret-file key good.http
  chatlog verify --scheme 'hmac-sha512:{timestamp}.{body}' --secret-env KEY captures/";

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// How to print the verdicts
    #[arg(long, value_enum, default_value_t = VerifyFormat::Human)]
    pub(crate) format: VerifyFormat,

    /// Print only errors, and nothing if there are none
    #[arg(short, long, action = ArgAction::SetTrue)]
    pub(crate) quiet: bool,

    /// Also write the findings to a file, such as junit=report.xml; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", hide_possible_values = true,
          value_hint = ValueHint::Other, value_parser = reports(report))]
    pub(crate) report: Vec<(ReportFormat, PathBuf)>,

    /// Find the scheme, out of a list of common ones, under which every delivery is valid
    #[arg(long, conflicts_with = "report")]
    pub(crate) discover: bool,

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

/// How verdicts are printed: as a list of their own, or in a format of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerifyFormat {
    Human,
    Findings(ReportFormat),
}

/// The formats that write verdicts to standard output, and not findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerifyScreen {
    Human,
    Json,
}

impl VerifyFormat {
    /// What is written to standard output, unless that is findings.
    pub(crate) fn screen(self) -> Option<VerifyScreen> {
        match self {
            Self::Human => Some(VerifyScreen::Human),
            Self::Findings(ReportFormat::Json) => Some(VerifyScreen::Json),
            Self::Findings(_) => None,
        }
    }

    /// Whether its output is one document, which is only complete at the end.
    pub(crate) fn is_one_document(self) -> bool {
        matches!(self, Self::Findings(format) if format.is_one_document())
    }
}

impl ValueEnum for VerifyFormat {
    fn value_variants<'a>() -> &'a [Self] {
        static VARIANTS: LazyLock<Vec<VerifyFormat>> = LazyLock::new(|| {
            let formats = ReportFormat::value_variants().iter().copied();
            std::iter::once(VerifyFormat::Human)
                .chain(formats.map(VerifyFormat::Findings))
                .collect()
        });
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Human => {
                Some(PossibleValue::new("human").help("One line for each delivery, for people"))
            }
            Self::Findings(format) => format.to_possible_value(),
        }
    }
}
