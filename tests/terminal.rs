//! The program on a terminal: the pager, and hyperlinks.
//!
//! The terminal is the one of `script` from util-linux. Where there is none, these tests say so and
//! pass.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::folder::{Folder, Run, run};

const CHATLOG: &str = env!("CARGO_BIN_EXE_chatlog");
const LONG: &str = include_str!("../samples/every-content-type.json");
const BAD: &str = include_str!("../samples/half-broken.json");

/// A folder in which the program runs on a terminal of 80 columns and 24 rows.
struct Terminal(Folder);

/// Whether there is a `script` that can be used.
pub(crate) fn has_script() -> bool {
    let mut script = Command::new("script");
    let version = script.arg("--version").stderr(Stdio::null()).output();
    let version = version.map(|output| output.stdout).unwrap_or_default();
    let is_known = String::from_utf8_lossy(&version).contains("util-linux");
    if !is_known {
        eprintln!("not tested: there is no `script` from util-linux");
    }
    is_known
}

/// A command line on a terminal of 80 columns and 24 rows, whose standard output is what is written to
/// the terminal.
pub(crate) fn on_terminal(folder: &Folder, line: &str) -> Command {
    let mut command = folder.command("script");
    let line = format!("stty rows 24 cols 80; {line}");
    command
        .args(["-qec", &line, "/dev/null"])
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

impl Terminal {
    /// `None` if there is no `script` that can be used.
    fn new(name: &str) -> Option<Self> {
        if !has_script() {
            return None;
        }
        let folder = Folder::new(name);
        folder.write("long.json", LONG);
        for number in 0..24 {
            folder.write(&format!("bad/{number}.json"), BAD);
        }
        folder.write("short.json", r#"{"messages": []}"#);
        let terminal = Self(folder);
        terminal.script("pager", "cat > paged.txt; echo the pager has ended");
        Some(terminal)
    }

    /// Writes a program for the shell into the folder.
    fn script(&self, name: &str, lines: &str) {
        self.0.write(name, format!("#!/bin/sh\n{lines}\n"));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let path = path.join(self.name()).join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    fn name(&self) -> String {
        let run = run(&mut self.0.command("pwd"), b"");
        let path = run.text().trim_end().rsplit('/').next();
        path.expect("a path").to_owned()
    }

    /// What the terminal shows of a command line, with `chatlog` for the program.
    fn shows(&self, line: &str) -> Run {
        let line = line.replace("chatlog", CHATLOG);
        let mut command = on_terminal(&self.0, &line);
        command.env("CHATLOG_PAGER", "./pager");
        for name in [
            "VTE_VERSION",
            "TERM_PROGRAM",
            "COLORTERM",
            "FORCE_HYPERLINK",
        ] {
            command.env_remove(name);
        }
        let mut run = run(&mut command, b"");
        run.stdout.retain(|byte| *byte != b'\r');
        run
    }

    /// What the pager got. It is forgotten.
    fn paged(&self) -> Option<String> {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let path = path.join(self.name()).join("paged.txt");
        let paged = fs::read_to_string(&path).ok()?;
        fs::remove_file(path).expect("it is ours");
        Some(paged)
    }
}

#[test]
fn output_longer_than_the_screen_goes_to_the_pager() {
    let Some(terminal) = Terminal::new("terminal-long") else {
        return;
    };
    for arguments in [
        "show long.json",
        "explain",
        "validate bad",
        "validate --format concise bad",
        "verify --secret k bad",
    ] {
        let shown = terminal.shows(&format!("chatlog {arguments}"));
        assert_eq!(shown.text(), "the pager has ended\n", "{arguments}");
        let whole = format!("{arguments} --color always --width 80");
        let whole = run(terminal.0.command(CHATLOG).args(whole.split(' ')), b"");
        assert_eq!(
            terminal.paged().as_deref(),
            Some(whole.text()),
            "{arguments}"
        );
        assert_eq!(shown.code, whole.code, "{arguments}");
    }
}

#[test]
fn nothing_else_goes_to_the_pager() {
    let Some(terminal) = Terminal::new("terminal-short") else {
        return;
    };
    for line in [
        "chatlog show --only transcript short.json",
        "chatlog show --no-pager long.json",
        "chatlog show --format json long.json",
        "chatlog validate --format json bad",
        "CHATLOG_PAGER= chatlog show long.json",
        "CHATLOG_PAGER=cat chatlog show long.json",
        "unset CHATLOG_PAGER; PAGER=cat chatlog show long.json",
        "TERM=dumb chatlog show long.json",
        "chatlog show long.json | cat",
        "cat long.json | chatlog show",
        "cat long.json | chatlog show short.json -",
    ] {
        let shown = terminal.shows(line);
        assert_eq!(terminal.paged(), None, "{line}");
        assert!(!shown.stdout.is_empty(), "{line}");
    }
    // A project file names no pager.
    terminal.0.write("chatlog.toml", "pager = \"./pager\"\n");
    assert_eq!(terminal.shows("chatlog show long.json").code, 2);
    assert_eq!(terminal.paged(), None);
}

#[test]
fn the_command_of_the_pager_is_split_as_a_shell_does() {
    let Some(terminal) = Terminal::new("terminal-words") else {
        return;
    };
    terminal.script("a pager", "cat > paged.txt; echo \"$#: $1, $2, $LESS\"");
    let shown = terminal.shows("CHATLOG_PAGER=\"'./a pager' 'one two' 3\" chatlog explain");
    assert_eq!(shown.text(), "2: one two, 3, FRX\n");
    let shown =
        terminal.shows("LESS=-i PAGER=\"'./a pager'\" CHATLOG_PAGER=./pager chatlog explain");
    assert_eq!(shown.text(), "the pager has ended\n");
    terminal.paged().expect("it was paged");
    for (pager, why) in [
        ("./gone", "cannot run `./gone`: "),
        ("'./pager", "not a command: "),
    ] {
        let shown = terminal.shows(&format!("CHATLOG_PAGER=\"{pager}\" chatlog explain"));
        let problem = format!("chatlog: CHATLOG_PAGER: {why}");
        shown.is(
            0,
            &[&problem, "dangling-reply", "explains why a rule matters"],
        );
    }
}

#[test]
fn leaving_the_pager_early_is_no_error_and_problems_wait_for_its_end() {
    let Some(terminal) = Terminal::new("terminal-early") else {
        return;
    };
    terminal.script(
        "pager",
        "head -n 1 > /dev/null; sleep 0.2; echo the pager has ended",
    );
    for (arguments, code) in [
        ("show long.json", 0),
        ("validate bad", 1),
        ("show gone.json long.json long.json", 2),
        ("show long.json gone.json", 2),
    ] {
        let shown = terminal.shows(&format!("chatlog {arguments}"));
        assert_eq!(shown.code, code, "{arguments}: {}", shown.text());
    }
    terminal.script(
        "pager",
        "cat > paged.txt; sleep 0.2; echo the pager has ended",
    );
    let shown = terminal.shows("chatlog validate bad gone.json");
    let problem = "the pager has ended\nchatlog: gone.json: cannot read: ";
    assert!(shown.text().starts_with(problem), "{}", shown.text());
}

#[test]
fn ctrl_c_is_left_to_the_pager() {
    let Some(terminal) = Terminal::new("terminal-ctrl-c") else {
        return;
    };
    let lines =
        "trap '' INT; for i in 1 2 3; do kill -INT $PPID; sleep 0.1; done; exec cat > paged.txt";
    terminal.script("pager", lines);
    assert_eq!(terminal.shows("chatlog validate bad").code, 1);
    let paged = terminal.paged().expect("it was paged");
    assert!(paged.contains("24 deliveries"), "{paged}");
    // A report waits neither for the user to leave the pager, nor can Ctrl-C there destroy it.
    let lines = "cat > paged.txt; sleep 0.5; kill -INT $PPID; wc -l < report.json";
    terminal.script("pager", lines);
    let shown = terminal.shows("chatlog validate bad --report json=report.json");
    assert_eq!((shown.code, shown.text().trim()), (1, "24"));
}

#[test]
fn hyperlinks_are_drawn_where_the_terminal_and_the_pager_know_them() {
    let Some(terminal) = Terminal::new("terminal-links") else {
        return;
    };
    let is_linked = |line: &str| {
        let shown = terminal.shows(line);
        let text = terminal.paged().unwrap_or_else(|| shown.text().to_owned());
        text.contains("\u{1b}]8;;https://")
    };
    for (line, want) in [
        ("VTE_VERSION=7000 chatlog show --no-pager long.json", true),
        ("VTE_VERSION=7000 chatlog show long.json", false),
        (
            "VTE_VERSION=7000 chatlog show --no-pager --hyperlinks never long.json",
            false,
        ),
        ("VTE_VERSION=7000 chatlog show long.json | cat", false),
        ("chatlog show --no-pager long.json", false),
        ("chatlog show --hyperlinks always long.json", true),
        ("chatlog show --hyperlinks always long.json | cat", true),
    ] {
        assert_eq!(is_linked(line), want, "{line}");
    }
    for (version, want) in [
        ("less 580 (GNU)", false),
        ("less 581.2", true),
        ("less", false),
    ] {
        let lines = format!("[ \"$1\" = --version ] && echo '{version}' || cat > paged.txt");
        terminal.script("less", &lines);
        let line = "VTE_VERSION=7000 CHATLOG_PAGER=./less chatlog show long.json";
        assert_eq!(is_linked(line), want, "{version}");
        let always = "CHATLOG_PAGER=./less chatlog show --hyperlinks always long.json";
        assert_eq!(is_linked(always), version != "less 580 (GNU)", "{version}");
    }
}

#[test]
fn no_table_is_wider_than_is_read_comfortably_unless_a_width_is_given() {
    let Some(terminal) = Terminal::new("terminal-wide") else {
        return;
    };
    for (arguments, widest) in [
        ("show --no-pager long.json", 110),
        ("explain --no-pager", 110),
        ("show --no-pager --width 150 long.json", 150),
    ] {
        let shown = terminal.shows(&format!("stty cols 200; chatlog {arguments} --color never"));
        let widths = shown.text().lines().map(|line| line.chars().count());
        assert!(
            widths.max() <= Some(widest),
            "{arguments}: {}",
            shown.text()
        );
    }
    let rule = terminal.shows("stty cols 200; chatlog show --no-pager --color never long.json");
    let first = rule.text().lines().next().map(|line| line.chars().count());
    assert_eq!(first, Some(110), "{}", rule.text());
}
