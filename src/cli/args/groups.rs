//! The help of the program: its commands, grouped by what people come for.

use clap::Command;

/// The commands of each group.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Look", &["show", "list", "stats"]),
    ("Check", &["validate", "verify", "check", "explain"]),
    (
        "Use",
        &[
            "extract", "sign", "sample", "redact", "export", "listen", "replay",
        ],
    ),
    ("Reference", &["schema", "completions", "man", "help"]),
];

/// The program with a help that groups its commands. clap has headings for options only.
pub(crate) fn with_grouped_help(program: Command) -> Command {
    let mut template = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for (heading, names) in GROUPS {
        template += &format!("\n{heading}:\n");
        let commands = names
            .iter()
            .filter_map(|name| program.find_subcommand(name));
        for command in commands {
            let about = command.get_about().map(ToString::to_string);
            let about = about.unwrap_or_default();
            template += &format!("  {:<11}  {about}\n", command.get_name());
        }
    }
    program.help_template(template + "\nOptions:\n{options}{after-help}")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn every_command_is_in_one_group_and_takes_one_line() {
        let mut program = Cli::command();
        program.build();
        let mut program = with_grouped_help(program);
        let help = program.render_help().to_string();
        for command in program.get_subcommands() {
            let start = format!("  {} ", command.get_name());
            let lines: Vec<_> = help
                .lines()
                .filter(|line| line.starts_with(&start))
                .collect();
            assert_eq!(lines.len(), 1, "{start}");
            assert!(lines[0].chars().count() < 80, "{lines:?}");
        }
    }
}
