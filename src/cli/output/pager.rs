//! The pager: a program that shows output longer than the screen, and lets people scroll in it.
//!
//! Standard output holds back what people read until it is longer than the screen, and only then
//! starts the pager; what fits is printed. While the pager runs, it has the terminal: Ctrl-C is its
//! affair, and problems wait until it has ended. Leaving it early is like closing a pipe.
//!
//! The command comes from the environment of the user alone, never from a project file, which would
//! let a cloned repository run programs.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::{env, mem};

use chatlog::view::visible_width;

use super::progress::{Hidden, hide};
use super::{hold_problems, release_problems, report_problem};
use crate::cli::interrupt::{self, LeftToPager};

/// The variables that name the pager, the first of them that is set.
const VARIABLES: [&str; 2] = ["CHATLOG_PAGER", "PAGER"];
/// What pagers need to know, unless the user has told them: `less` shows colours, leaves at once if
/// everything fits, and leaves the text on the screen, as in git; `lv` shows colours.
const SETTINGS: [(&str, &str); 3] = [("LESS", "FRX"), ("LESSCHARSET", "utf-8"), ("LV", "-c")];

/// A pager that may be started.
#[derive(Debug)]
pub(crate) struct Pager {
    program: String,
    arguments: Vec<String>,
    /// The variable that names it; `None` for the default.
    variable: Option<&'static str>,
}

impl Pager {
    /// The pager for this terminal. `None` if standard output is not a terminal that can scroll, or
    /// if the user wants none.
    pub(crate) fn of_terminal() -> Option<Self> {
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        if is_dumb || !io::stdout().is_terminal() {
            return None;
        }
        let set = |name: &'static str| env::var_os(name).map(|command| (name, command));
        match VARIABLES.into_iter().find_map(set) {
            Some((name, command)) => Self::named(name, command),
            None => Self::default_of_system(),
        }
    }

    /// The pager in a variable. An empty command and `cat` mean none.
    fn named(variable: &'static str, command: OsString) -> Option<Self> {
        let words = command.into_string().map_err(drop);
        let words = words.and_then(|command| shell_words::split(&command).map_err(drop));
        let Ok(words) = words else {
            report_problem(&variable, "not a command: its quotes do not match");
            return None;
        };
        let mut words = words.into_iter();
        let program = words.next().filter(|program| program != "cat")?;
        Some(Self {
            program,
            arguments: words.collect(),
            variable: Some(variable),
        })
    }

    /// Windows has no pager that shows colours and UTF-8, so the user has to name one.
    fn default_of_system() -> Option<Self> {
        let less = || Self {
            program: "less".to_owned(),
            arguments: Vec::new(),
            variable: None,
        };
        cfg!(not(windows)).then(less)
    }

    /// The version of `less`; `None` if it is another pager.
    pub(crate) fn less_version(&self) -> Option<u32> {
        if Path::new(&self.program).file_stem()? != "less" {
            return None;
        }
        let mut command = Command::new(&self.program);
        let printed = command
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let printed = String::from_utf8_lossy(&printed.stdout);
        let version = printed.split_whitespace().nth(1)?;
        version.split('.').next()?.parse().ok()
    }

    fn start(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped());
        for (name, setting) in SETTINGS {
            if env::var_os(name).is_none() {
                command.env(name, setting);
            }
        }
        command.spawn()
    }

    /// Starts it. `None` if that fails, which is a problem only if the user has named it.
    fn open(&self) -> Option<OpenPager> {
        let left_to_pager = interrupt::leave_to_pager();
        let hidden = hide();
        match self.start() {
            Ok(mut child) => {
                hold_problems();
                Some(OpenPager {
                    input: child.stdin.take(),
                    child,
                    _left_to_pager: left_to_pager,
                    _hidden: hidden,
                })
            }
            Err(error) => {
                drop(left_to_pager);
                if let Some(variable) = self.variable {
                    let what = format!("cannot run `{}`: {error}", self.program);
                    report_problem(&variable, &what);
                }
                None
            }
        }
    }
}

/// A running pager. Dropping it waits until the user leaves it.
pub(super) struct OpenPager {
    child: Child,
    input: Option<ChildStdin>,
    _left_to_pager: LeftToPager,
    _hidden: Hidden,
}

impl OpenPager {
    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut input = self.input.as_ref();
        input
            .as_mut()
            .map_or(Ok(()), |input| input.write_all(bytes))
    }
}

impl Drop for OpenPager {
    fn drop(&mut self) {
        self.input = None;
        // How it ended says nothing about the output.
        drop(self.child.wait());
        release_problems();
    }
}

/// Where the output of a terminal goes.
pub(super) enum Paging {
    /// To the terminal.
    Off,
    /// It is held back until it is longer than the screen.
    Waiting(Screenful),
    /// To the pager.
    On(OpenPager),
}

impl Paging {
    pub(super) fn new(pager: Option<Pager>) -> Self {
        let size = terminal_size::terminal_size();
        match pager.zip(size) {
            Some((pager, (width, height))) => Self::Waiting(Screenful {
                pager,
                columns: usize::from(width.0).max(1),
                rows: usize::from(height.0),
                filled: 0,
                counted: 0,
            }),
            None => Self::Off,
        }
    }

    /// Whether to hold back the output so far. Starts the pager once it is longer than the screen.
    pub(super) fn holds(&mut self, output: &[u8]) -> bool {
        let Self::Waiting(screenful) = self else {
            return false;
        };
        if !screenful.is_exceeded(output) {
            return true;
        }
        let opened = screenful.pager.open();
        *self = opened.map_or(Self::Off, Self::On);
        false
    }

    /// Prints what was held back to the terminal, and all that follows.
    pub(super) fn stop_waiting(&mut self) {
        if matches!(self, Self::Waiting(_)) {
            *self = Self::Off;
        }
    }

    /// Waits until the user leaves the pager, if it runs.
    pub(super) fn finish(&mut self) {
        drop(mem::replace(self, Self::Off));
    }
}

/// A screen that is being filled, in front of a pager.
pub(super) struct Screenful {
    pager: Pager,
    columns: usize,
    rows: usize,
    /// The rows that the output fills so far.
    filled: usize,
    /// How many bytes of the output were looked at.
    counted: usize,
}

impl Screenful {
    /// Whether the output does not fit, with a row for the prompt of the shell.
    fn is_exceeded(&mut self, output: &[u8]) -> bool {
        while let Some(end) = memchr::memchr(b'\n', &output[self.counted..]) {
            let line = &output[self.counted..self.counted + end];
            let width = visible_width(&String::from_utf8_lossy(line));
            self.filled += width.div_ceil(self.columns).max(1);
            self.counted += end + 1;
        }
        self.filled >= self.rows || output.len() >= super::BLOCK
    }
}
