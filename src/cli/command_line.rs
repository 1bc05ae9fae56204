//! The words of the command line: `chatlog FILE` is `chatlog show FILE`.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::path::Path;

use chatlog::Text;
use chatlog::finding::nearest;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};
use clap_lex::{ParsedArg, RawArgs};

use crate::cli::args::Cli;
use crate::cli::pipeline::Input;
use crate::cli::usage;

/// The command that is meant if none is named.
const IMPLIED: &str = "show";

/// Reads the words of the command line, of which the first is the program's own name.
///
/// # Errors
/// Where they make no sense, or ask for help or the version.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut program = Cli::command();
    let mut words = RawArgs::new(words);
    if !starts_with_command(&program, &words) {
        program.build();
        if leaves_command_out(&mut program, &words)? {
            let mut start = words.cursor();
            words.next_os(&mut start);
            words.insert(&start, [IMPLIED]);
        }
    }
    program
        .try_get_matches_from_mut(words.remaining(&mut words.cursor()))
        .and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches))
        .map_err(|error| {
            program.build();
            usage::discreet(error, command(&mut program, &words))
        })
}

/// Says whether the first word is a command. Then only that one has to be built, which is a good
/// part of what a run on a small file costs.
fn starts_with_command(program: &Command, words: &RawArgs) -> bool {
    let mut cursor = words.cursor();
    words.next_os(&mut cursor);
    let first = words.next_os(&mut cursor);
    first.is_some_and(|word| program.find_subcommand(word).is_some())
}

/// Says whether the words name no command, and the implied one is meant.
fn leaves_command_out(program: &mut Command, words: &RawArgs) -> Result<bool, clap::Error> {
    match Start::of(program, words) {
        Start::Word(word) if program.find_subcommand(word).is_some() => Ok(false),
        Start::Word(word) | Start::Escaped(word) if is_input(word) => Ok(true),
        Start::Word(word) | Start::Escaped(word) => Err(neither(word, program)),
        Start::Help => Ok(false),
        Start::Nothing => Ok(!io::stdin().is_terminal()),
        Start::Options { are_known } => Ok(are_known),
    }
}

/// The command that the words name or imply.
fn command<'p>(program: &'p mut Command, words: &RawArgs) -> &'p mut Command {
    let name = match Start::of(program, words) {
        Start::Word(word) if program.find_subcommand(word).is_some() => word,
        _ => IMPLIED.as_ref(),
    };
    program.find_subcommand_mut(name).expect("it is a command")
}

/// Says whether a word names something that can be read, perhaps one delivery of it.
fn is_input(word: &OsStr) -> bool {
    match Input::named(Path::new(word)) {
        Ok(input) => input.path().is_none_or(is_there),
        // Reading it says what is wrong with its number.
        Err(_) => true,
    }
}

/// Says whether a path exists. What may not be looked at does: reading it says why it cannot be.
fn is_there(path: &Path) -> bool {
    match path.try_exists() {
        Ok(is_there) => is_there,
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    }
}

fn neither(word: &OsStr, program: &mut Command) -> clap::Error {
    let word = word.to_string_lossy();
    let names = program.get_subcommands().map(Command::get_name);
    let tip = nearest(&word, names).map_or_else(String::new, |name| {
        format!("\n\n  tip: a similar command exists: '{name}'")
    });
    let word = Text::from(word);
    let word = word.shortened(64);
    let message = format!("'{word}' is neither a command nor an existing file{tip}");
    program.error(ErrorKind::InvalidSubcommand, message)
}

/// What the words of a command line start with, options aside.
enum Start<'w> {
    /// There is no word.
    Nothing,
    /// A word that may name a command or an input.
    Word(&'w OsStr),
    /// A word after `--`, which is never a command.
    Escaped(&'w OsStr),
    /// The help or the version of the program itself is asked for.
    Help,
    /// There are only options.
    Options {
        /// Whether the program or the implied command has all of them.
        are_known: bool,
    },
}

impl<'w> Start<'w> {
    fn of(program: &Command, words: &'w RawArgs) -> Self {
        let mut options = Options::new(program);
        let mut cursor = words.cursor();
        words.next_os(&mut cursor);
        if words.is_end(&cursor) {
            return Self::Nothing;
        }
        while let Some(word) = words.next(&mut cursor) {
            if word.is_escape() {
                break;
            }
            if !word.is_long() && !word.is_short() {
                return Self::Word(word.to_value_os());
            }
            if options.needs_value(&word) {
                words.next_os(&mut cursor);
            }
            if options.ask_for_help && !options.are_for_implied {
                return Self::Help;
            }
        }
        match words.next_os(&mut cursor) {
            Some(word) => Self::Escaped(word),
            None => Self::Options {
                are_known: options.are_known,
            },
        }
    }
}

/// The options before the first word that is not one.
struct Options<'p> {
    program: &'p Command,
    implied: &'p Command,
    are_known: bool,
    are_for_implied: bool,
    ask_for_help: bool,
}

impl<'p> Options<'p> {
    fn new(program: &'p Command) -> Self {
        Self {
            program,
            implied: program.find_subcommand(IMPLIED).unwrap_or(program),
            are_known: true,
            are_for_implied: false,
            ask_for_help: false,
        }
    }

    /// Takes in a word of options; says whether the next word is the value of one.
    fn needs_value(&mut self, word: &ParsedArg<'_>) -> bool {
        if let Some((name, value)) = word.to_long() {
            let is_named = |arg: &Arg| name.is_ok_and(|name| arg.get_long() == Some(name));
            return self.takes_value(is_named) && value.is_none();
        }
        let Some(mut letters) = word.to_short() else {
            return false;
        };
        while let Some(letter) = letters.next_flag() {
            let is_named = |arg: &Arg| letter.is_ok_and(|letter| arg.get_short() == Some(letter));
            if self.takes_value(is_named) {
                return letters.is_empty();
            }
        }
        false
    }

    /// Takes in an option; says whether it takes a value.
    fn takes_value(&mut self, is_named: impl Fn(&Arg) -> bool) -> bool {
        let find = |command: &'p Command| command.get_arguments().find(|arg| is_named(arg));
        let of_program = find(self.program);
        let Some(option) = of_program.or_else(|| find(self.implied)) else {
            self.are_known = false;
            return false;
        };
        self.are_for_implied |= of_program.is_none();
        self.ask_for_help |= matches!(
            option.get_action(),
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
        );
        option.get_action().takes_values()
    }
}
