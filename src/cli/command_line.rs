//! Parses the command line, in which `chatlog FILE` means `chatlog show FILE`.
//!
//! clap does not know implied commands. So the arguments are looked at before clap parses them, and
//! `show` is inserted where it is meant:
//!
//! | the first argument that is not an option | meaning |
//! |---|---|
//! | the name of a command | that command |
//! | an existing file or folder, a path in such a file, or `-` | `show` |
//! | anything else | a usage error, with the nearest command: a mistyped command must not show a file |
//! | there is none, but all options belong to the program or to `show` | `show`, from standard input |
//!
//! To find that argument, options and their values must be told apart: clap's definitions of the
//! program and of `show` state which options take a value. A file with the name of a command is
//! written `./show`.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::path::Path;

use chatlog::Text;
use chatlog::finding::nearest;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};
use clap_lex::{ParsedArg, RawArgs};

use crate::cli::args::{Cli, with_grouped_help};
use crate::cli::pipeline::Input;
use crate::cli::usage;

/// The command that is meant if none is named.
const IMPLIED: &str = "show";

/// Parses the arguments, of which the first is the name of the program.
///
/// # Errors
/// The arguments are invalid, or ask for help or the version.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut program = Cli::command();
    let mut words = RawArgs::new(words);
    if !starts_with_command(&program, &words) {
        program.build();
        program = with_grouped_help(program);
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

/// Whether the first argument is a command. This is the fast path: clap builds only that command,
/// and building all of them takes a good part of a run on a small file.
fn starts_with_command(program: &Command, words: &RawArgs) -> bool {
    let mut cursor = words.cursor();
    words.next_os(&mut cursor);
    let first = words.next_os(&mut cursor);
    first.is_some_and(|word| program.find_subcommand(word).is_some())
}

/// Whether the arguments name no command and the implied one is meant.
///
/// # Errors
/// The first argument that is not an option is neither a command nor an input.
fn leaves_command_out(program: &mut Command, words: &RawArgs) -> Result<bool, clap::Error> {
    match Start::of(program, words) {
        Start::Word(word) if program.find_subcommand(word).is_some() => Ok(false),
        Start::Word(word) | Start::Escaped(word) if is_input(word) => Ok(true),
        Start::Word(word) | Start::Escaped(word) => Err(unknown_word(word, program)),
        Start::Help => Ok(false),
        Start::Nothing => Ok(!io::stdin().is_terminal()),
        Start::Options { are_known } => Ok(are_known),
    }
}

/// The command that the arguments name or imply.
fn command<'p>(program: &'p mut Command, words: &RawArgs) -> &'p mut Command {
    let name = match Start::of(program, words) {
        Start::Word(word) if program.find_subcommand(word).is_some() => word,
        _ => IMPLIED.as_ref(),
    };
    program.find_subcommand_mut(name).expect("it is a command")
}

/// Whether an argument is an input that exists, perhaps with a path in it, and with `#N` behind.
fn is_input(word: &OsStr) -> bool {
    match Input::named(Path::new(word)) {
        Ok(input) => input.path().is_none_or(is_there),
        // Its number is invalid, which reading it reports.
        Err(_) => true,
    }
}

/// Whether a path exists. One that may not be accessed counts as existing: reading it reports why.
fn is_there(path: &Path) -> bool {
    match path.try_exists() {
        Ok(is_there) => is_there,
        Err(error) => error.kind() == io::ErrorKind::PermissionDenied,
    }
}

/// The error for an argument that is neither a command nor an input.
fn unknown_word(word: &OsStr, program: &mut Command) -> clap::Error {
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

/// The first argument that is not an option.
enum Start<'w> {
    /// There are no arguments.
    Nothing,
    /// A word that may be a command or an input.
    Word(&'w OsStr),
    /// A word after `--`, which is never a command.
    Escaped(&'w OsStr),
    /// There is none: an option asks for the help or the version of the program.
    Help,
    /// There are only options.
    Options {
        /// Whether all of them belong to the program or the implied command.
        are_known: bool,
    },
}

impl<'w> Start<'w> {
    fn of(program: &Command, words: &'w RawArgs) -> Self {
        let mut options = LeadingOptions::new(program);
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
            if options.add(&word) {
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

/// What the options before the first other argument have in common.
struct LeadingOptions<'p> {
    program: &'p Command,
    implied: &'p Command,
    /// Whether all of them belong to the program or the implied command.
    are_known: bool,
    /// Whether one of them belongs to the implied command only.
    are_for_implied: bool,
    /// Whether one of them asks for help or the version.
    ask_for_help: bool,
}

impl<'p> LeadingOptions<'p> {
    fn new(program: &'p Command) -> Self {
        Self {
            program,
            implied: program.find_subcommand(IMPLIED).unwrap_or(program),
            are_known: true,
            are_for_implied: false,
            ask_for_help: false,
        }
    }

    /// Adds the options in one argument, such as `--width` or `-vq`. Returns whether the next
    /// argument is the value of the last one.
    fn add(&mut self, word: &ParsedArg<'_>) -> bool {
        if let Some((name, value)) = word.to_long() {
            let is_named = |arg: &Arg| name.is_ok_and(|name| arg.get_long() == Some(name));
            return self.add_one(is_named) && value.is_none();
        }
        let Some(mut letters) = word.to_short() else {
            return false;
        };
        while let Some(letter) = letters.next_flag() {
            let is_named = |arg: &Arg| letter.is_ok_and(|letter| arg.get_short() == Some(letter));
            if self.add_one(is_named) {
                return letters.is_empty();
            }
        }
        false
    }

    /// Adds one option. Returns whether it takes a value.
    fn add_one(&mut self, is_named: impl Fn(&Arg) -> bool) -> bool {
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
