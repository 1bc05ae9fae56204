//! Rewrites clap's usage errors so that they neither print a secret nor ask for one.
//!
//! clap quotes the value that it rejects, and suggests options with similar names. Next to the
//! options for secrets, that value may be the secret: `--scheme hunter2`. And a suggestion to use
//! `--secret` would put the secret where other users of the machine can see it.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

/// The help headings of the options to which a secret may be given by mistake.
const PRIVATE: [&str; 3] = ["Secret", "Signature", "Project file"];

/// Removes from an error the values that may be secrets and the suggestions that ask for one, and
/// adds the suggestion `--format json` for `--json`.
pub(crate) fn discreet(mut error: clap::Error, command: &mut Command) -> clap::Error {
    hide_value(&mut error, command);
    if error.kind() == ErrorKind::UnknownArgument {
        withhold_secret_options(&mut error, command);
        suggest_json_format(&mut error, command);
    }
    error
}

/// A part of an error's text; empty if it has none.
fn text(error: &clap::Error, kind: ContextKind) -> &str {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text,
        _ => "",
    }
}

/// The long names of the options under some headings, with their dashes.
fn options(command: &Command, is_heading: impl Fn(&str) -> bool) -> Vec<String> {
    let is_under = |arg: &&Arg| arg.get_help_heading().is_some_and(&is_heading);
    let arguments = command.get_arguments().filter(is_under);
    arguments
        .filter_map(|arg| Some(format!("--{}", arg.get_long()?)))
        .collect()
}

fn hide_value(error: &mut clap::Error, command: &Command) {
    // clap writes `--scheme <SCHEME>`.
    let argument = text(error, ContextKind::InvalidArg);
    let name = argument.split(' ').next().unwrap_or_default();
    let private = options(command, |heading| PRIVATE.contains(&heading));
    let is_private = private.iter().any(|option| option == name);
    if is_private && !text(error, ContextKind::InvalidValue).is_empty() {
        let hidden = ContextValue::String("[redacted]".to_owned());
        error.insert(ContextKind::InvalidValue, hidden);
    }
}

/// Removes suggestions of secret options, unless one of these options was mistyped.
fn withhold_secret_options(error: &mut clap::Error, command: &mut Command) {
    let secrets = options(command, |heading| heading == "Secret");
    let word = text(error, ContextKind::InvalidArg);
    let is_mistyped = |option: &String| strsim::osa_distance(word, option) <= 1;
    if word.starts_with("--secret") || secrets.iter().any(is_mistyped) {
        return;
    }
    if secrets
        .iter()
        .any(|option| option == text(error, ContextKind::SuggestedArg))
    {
        error.remove(ContextKind::SuggestedArg);
        // The usage contains the suggestion too.
        let usage = ContextValue::StyledStr(command.render_usage());
        error.insert(ContextKind::Usage, usage);
    }
    if let Some(ContextValue::StyledStrs(mut tips)) = error.remove(ContextKind::Suggested) {
        // clap writes `'verify --secret' exists`.
        tips.retain(|tip| !tip.to_string().contains(" --secret"));
        if !tips.is_empty() {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
    }
}

fn suggest_json_format(error: &mut clap::Error, command: &Command) {
    let mut arguments = command.get_arguments();
    if text(error, ContextKind::InvalidArg) == "--json"
        && arguments.any(|arg| arg.get_long() == Some("format"))
    {
        error.remove(ContextKind::SuggestedArg);
        let tip = ContextValue::StyledStrs(vec!["use '--format json'".into()]);
        error.insert(ContextKind::Suggested, tip);
    }
}
