//! The progress bar: it appears on a terminal in a run that takes long, and leaves nothing behind.
//!
//! A run takes as long as whoever reads its output wants: `later` reads after more than a second.

use std::fs;

use crate::folder::{Folder, Run, run};
use crate::terminal::{has_script, on_terminal};

const CHATLOG: &str = env!("CARGO_BIN_EXE_chatlog");
const LATER: &str = "(sleep 1.5; cat > out.txt)";

struct Terminal(Folder);

impl Terminal {
    /// A folder with an archive, the output for which fills a pipe and all buffers. `None` if there is no
    /// `script` that can be used.
    fn new(name: &str) -> Option<Self> {
        let folder = Folder::new(name);
        let sample = include_str!("../samples/every-content-type.json");
        let sample: serde_json::Value = serde_json::from_str(sample).expect("JSON");
        folder.write("big.ndjson", format!("{sample}\n").repeat(300));
        has_script().then_some(Self(folder))
    }

    /// What a command line writes to the terminal.
    fn shows(&self, line: &str) -> Shown {
        let line = line.replace("chatlog", CHATLOG).replace("later", LATER);
        let Run { stdout, .. } = run(&mut on_terminal(&self.0, &line), b"");
        Shown(String::from_utf8(stdout).expect("text"))
    }
}

/// What was written to a terminal.
struct Shown(String);

impl Shown {
    /// Whether a bar with this text was there at some time.
    fn has(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    /// What is on the terminal in the end.
    fn lines(&self) -> Vec<String> {
        let lines = self.0.lines().map(|line| {
            let (mut cells, mut column) = (Vec::new(), 0);
            for character in line.chars() {
                if character == '\r' {
                    column = 0;
                    continue;
                }
                cells.resize(cells.len().max(column + 1), ' ');
                cells[column] = character;
                column += 1;
            }
            String::from_iter(cells).trim_end().to_owned()
        });
        lines.collect()
    }

    #[track_caller]
    fn is_blank(&self) {
        let is_blank = self.lines().iter().all(String::is_empty);
        assert!(is_blank, "{:?}", self.lines());
    }
}

#[test]
fn a_bar_appears_in_a_long_run_and_disappears() {
    let Some(terminal) = Terminal::new("progress-bar") else {
        return;
    };
    let output = || fs::read(terminal.0.path().join("out.txt")).expect("a file");
    for (line, text) in [
        ("chatlog show --format json big.ndjson | later", " left"),
        ("chatlog show --format json < big.ndjson | later", " left"),
        (
            "cat big.ndjson | chatlog show --format json | later",
            "MiB, ",
        ),
    ] {
        let shown = terminal.shows(line);
        assert!(shown.has(text) && shown.has("B/s"), "{line}: {}", shown.0);
        shown.is_blank();
        let with_bar = output();
        let plain = line
            .replace("show", "show --no-progress")
            .replace("later", "cat > out.txt");
        assert_eq!(terminal.shows(&plain).0, "", "{plain}");
        assert!(output() == with_bar, "{line}: another output");
    }
}

#[test]
fn there_is_no_bar_where_nobody_wants_one() {
    let Some(terminal) = Terminal::new("progress-none") else {
        return;
    };
    for line in [
        "head -n 1 big.ndjson > one.ndjson; chatlog show --format json one.ndjson > out.txt",
        "chatlog show --no-progress --format json big.ndjson | later",
        "chatlog show --format json big.ndjson 2> err.txt | later",
        "TERM=dumb chatlog show --format json big.ndjson | later",
        "(head -n 1 big.ndjson; sleep 1.5) | chatlog show --format json > out.txt",
        "(head -n 1 big.ndjson; sleep 1.5) | chatlog validate -q",
    ] {
        let shown = terminal.shows(line);
        assert_eq!(shown.0, "", "{line}");
    }
    assert_eq!(terminal.0.read("err.txt"), "");
}

#[test]
fn lines_on_the_same_terminal_are_as_without_a_bar() {
    let Some(terminal) = Terminal::new("progress-lines") else {
        return;
    };
    let line = "chatlog show --format json big.ndjson gone.json | later";
    let shown = terminal.shows(line);
    assert!(shown.has(" left"), "{}", shown.0);
    let lines = shown.lines();
    assert!(
        lines[0].starts_with("chatlog: gone.json: cannot read: "),
        "{lines:?}"
    );
    assert!(lines[1..].iter().all(String::is_empty), "{lines:?}");

    // Records arrive steadily, so that the bar comes and goes between the lines.
    let bad = include_str!("../samples/half-broken.json");
    terminal.0.write("bad.json", bad);
    let steady = "for i in 1 2 3 4; do cat bad.json; for j in $(seq 15); do head -n 9 big.ndjson; sleep 0.05; done; done";
    let validate = "chatlog validate --no-pager --format concise --color never";
    let shown = terminal.shows(&format!("({steady}) | {validate}"));
    let plain = terminal.shows(&format!("({steady}) | {validate} --no-progress"));
    assert!(shown.has("B/s"), "{}", shown.0);
    assert_eq!(
        shown.lines().join("\n").trim_end(),
        plain.lines().join("\n")
    );
}

#[test]
fn ctrl_c_removes_the_bar() {
    let Some(terminal) = Terminal::new("progress-ctrl-c") else {
        return;
    };
    let shown = terminal
        .shows("timeout --foreground -s INT 1 chatlog show --format json big.ndjson | later");
    assert!(shown.has(" left"), "{}", shown.0);
    shown.is_blank();
}
