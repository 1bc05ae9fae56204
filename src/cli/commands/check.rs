//! `chatlog check`: checks the schema and the signature in one pass.

use std::sync::Arc;

use anyhow::Result;

use super::validate;
use super::verifier::Verifier;
use crate::cli::args::Check;
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::pipeline::Outputs;

pub(super) fn run(args: &Check, config: &Config, outputs: Arc<Outputs>) -> Result<Outcome> {
    let secrets = args
        .signature
        .secrets
        .require(&args.validate.deliveries.inputs)?;
    let verifier = Verifier::new(&args.signature, config, secrets)?;
    validate::run_with(&args.validate, config, outputs, Some(verifier))
}
