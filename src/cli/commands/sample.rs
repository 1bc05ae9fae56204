//! `chatlog sample`: writes notifications that are made up.

use std::io::Write;

use anyhow::{Result, anyhow, bail};
use chatlog::sample::{Invalid, Sample, Samples, Signing};

use crate::cli::args::{self, SampleAs};
use crate::cli::config::Config;
use crate::cli::outcome::Outcome;
use crate::cli::output::Stdout;

pub(super) fn run(args: &args::Sample, config: &Config) -> Result<Outcome> {
    let signing = signing(args, config)?;
    let invalid = args.invalid.clone().unwrap_or_default();
    check(&invalid, args, signing.as_ref())?;
    let samples = Samples::new(args.seed, invalid, signing.is_some());
    let mut out = Stdout::new();
    let mut line = Vec::new();
    for (sample, _) in samples.zip(0..args.count) {
        line.clear();
        write(&sample, args.write_as, signing.as_ref(), &mut line)?;
        out.write_all(&line)?;
        if out.flow().is_break() {
            break;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// How to sign: not at all if there is no secret, or nothing to put a signature into.
///
/// # Errors
/// The user named a secret for bodies, or it cannot be read.
fn signing(args: &args::Sample, config: &Config) -> Result<Option<Signing>> {
    if args.write_as == SampleAs::Body {
        if args.secrets.are_named() {
            bail!(
                "--as body: a body has no header for a signature: use --as http or --as envelope"
            );
        }
        return Ok(None);
    }
    let secrets = args.secrets.read_without_input()?;
    let Some(secret) = secrets.into_iter().next() else {
        return Ok(None);
    };
    Ok(Some(Signing {
        secret,
        scheme: args.scheme.scheme(config)?.value,
        header: args.scheme.header_name(config).value,
    }))
}

/// Fails if a rule is to be broken that only a signed request can break.
fn check(invalid: &Invalid, args: &args::Sample, signing: Option<&Signing>) -> Result<()> {
    match invalid.first_about_signatures() {
        Some(rule) if args.write_as == SampleAs::Body => {
            bail!("--invalid {rule}: a body has no signature: use --as http or --as envelope")
        }
        Some(rule) if signing.is_none() => {
            bail!(
                "--invalid {rule}: there is no secret to sign with: use --secret-file or --secret-env"
            )
        }
        _ => Ok(()),
    }
}

fn write(
    sample: &Sample,
    write_as: SampleAs,
    signing: Option<&Signing>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let request = || {
        let request = sample.request(signing);
        request.map_err(|unfilled| anyhow!("cannot sign: {unfilled}"))
    };
    match write_as {
        SampleAs::Body => {
            out.extend_from_slice(&sample.body);
            out.push(b'\n');
        }
        SampleAs::Http => request()?.write_http(out)?,
        SampleAs::Envelope => request()?.write_envelope(out),
    }
    Ok(())
}
