//! `chatlog check`: the schema and the signature, in one reading.

use anyhow::Result;

use super::secrets::Verifier;
use super::{Outcome, validate};
use crate::cli::args::Check;
use crate::cli::config::Config;
use crate::cli::pipeline::Outputs;

pub(super) fn run(args: &Check, config: &Config, outputs: Outputs) -> Result<Outcome> {
    let secrets = args.signature.secrets.require(&args.validate.inputs)?;
    let verifier = Verifier::new(&args.signature, config, secrets)?;
    validate::run_with(&args.validate, config, outputs, Some(verifier))
}
