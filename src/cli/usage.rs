//! Errors in the use of the command line, which give away nothing that may be a secret.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

/// The headings of options next to which a secret may be given by mistake.
const PRIVATE: [&str; 3] = ["Secret", "Signature", "Project file"];

/// The error without values that may be secrets, and without suggestions that would ask for one.
pub(crate) fn discreet(mut error: clap::Error, command: &mut Command) -> clap::Error {
    hide_value(&mut error, command);
    if error.kind() == ErrorKind::UnknownArgument {
        withhold_secret_options(&mut error, command);
        suggest_json_format(&mut error, command);
    }
    error
}

fn text(error: &clap::Error, kind: ContextKind) -> &str {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text,
        _ => "",
    }
}

/// The names of the options under a heading, with their dashes.
fn options(command: &Command, is_heading: impl Fn(&str) -> bool) -> Vec<String> {
    let is_under = |arg: &&Arg| arg.get_help_heading().is_some_and(&is_heading);
    let arguments = command.get_arguments().filter(is_under);
    arguments
        .filter_map(|arg| Some(format!("--{}", arg.get_long()?)))
        .collect()
}

fn hide_value(error: &mut clap::Error, command: &Command) {
    // Such as `--scheme <SCHEME>`.
    let argument = text(error, ContextKind::InvalidArg);
    let name = argument.split(' ').next().unwrap_or_default();
    let private = options(command, |heading| PRIVATE.contains(&heading));
    let is_private = private.iter().any(|option| option == name);
    if is_private && !text(error, ContextKind::InvalidValue).is_empty() {
        let hidden = ContextValue::String("[redacted]".to_owned());
        error.insert(ContextKind::InvalidValue, hidden);
    }
}

/// Suggests a secret option only to those who have mistyped one.
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
        // The usage shows what was suggested, too.
        let usage = ContextValue::StyledStr(command.render_usage());
        error.insert(ContextKind::Usage, usage);
    }
    if let Some(ContextValue::StyledStrs(mut tips)) = error.remove(ContextKind::Suggested) {
        // Such as `'verify --secret' exists`.
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
