//! `--follow`: a file that grows, and is truncated and replaced meanwhile.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::folder::Folder;

/// How long a delivery may take to be shown, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longer than the program takes to look at the file again.
const PAUSE: Duration = Duration::from_millis(400);

/// A notification with this id, on a line.
fn line(id: usize) -> String {
    format!("{{\"call_id\": \"{id}\", \"callee\": \"+62\", \"messages\": []}}\n")
}

/// A run that follows a file.
struct Follower {
    child: Child,
    lines: Receiver<String>,
}

impl Follower {
    fn start(folder: &Folder, arguments: &str) -> Self {
        let mut child = folder
            .command(env!("CARGO_BIN_EXE_chatlog"))
            .args(arguments.split(' '))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines() {
                // Nobody waits for what comes after the end of a test.
                drop(sender.send(line.expect("text")));
            }
        });
        Self { child, lines }
    }

    /// The id of the next delivery.
    #[track_caller]
    fn next(&self) -> usize {
        let line = self.lines.recv_timeout(PATIENCE).expect("a delivery");
        let line: Value = serde_json::from_str(&line).expect("JSON");
        let id = line["session"]["summary"]["call_id"].as_str();
        id.and_then(|id| id.parse().ok()).unwrap_or(usize::MAX)
    }

    /// Whether nothing more is shown.
    fn is_quiet(&self) -> bool {
        self.lines.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout)
    }

    /// Interrupts the run, and returns its exit code and what it said on standard error.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let mut kill = Command::new("kill");
        let kill = kill.args(["-s", "INT", &self.child.id().to_string()]);
        assert!(kill.status().expect("there is a kill").success());
        let status = self.child.wait().expect("it ends");
        let mut said = String::new();
        let stderr = self.child.stderr.as_mut().expect("a pipe");
        stderr.read_to_string(&mut said).expect("text");
        (status.code(), said)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // It has ended already, unless a test failed.
        drop(self.child.kill());
    }
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .expect("a file");
    file.write_all(text.as_bytes()).expect("it is written");
}

fn path(folder: &Folder) -> PathBuf {
    folder.path().join("a.ndjson")
}

#[test]
fn each_delivery_is_shown_as_it_is_appended() {
    let folder = Folder::new("follow-append");
    let path = path(&folder);
    append(&path, &(line(1) + &line(2)));
    let follower = Follower::start(&folder, "show --format json --follow a.ndjson");
    assert_eq!([follower.next(), follower.next()], [1, 2]);
    append(&path, &line(3));
    assert_eq!(follower.next(), 3);
    let whole = line(4);
    let (start, end) = whole.split_at(20);
    append(&path, start);
    assert!(follower.is_quiet());
    append(&path, &end.replace('\n', "\r\n"));
    assert_eq!(follower.next(), 4);
    assert_eq!(follower.interrupt(), (Some(130), String::new()));
}

#[test]
fn a_file_may_be_truncated_replaced_and_late() {
    let folder = Folder::new("follow-rotated");
    let path = path(&folder);
    let follower = Follower::start(&folder, "show --format json --follow a.ndjson");
    thread::sleep(PAUSE);
    append(&path, &(line(1) + &line(2)));
    assert_eq!([follower.next(), follower.next()], [1, 2]);
    fs::write(&path, line(3)).expect("it is truncated");
    assert_eq!(follower.next(), 3);
    // The rest of the old file comes before the new one, and half a line ends with its file.
    append(&path, &(line(4) + "{\"call_id\": \"5"));
    fs::rename(&path, path.with_extension("1")).expect("it is renamed");
    assert_eq!(follower.next(), 4);
    append(&path, &line(6));
    assert_eq!(
        [follower.next(), follower.next()],
        [usize::MAX, 6],
        "the broken one and the next"
    );
    fs::remove_file(&path).expect("it is there");
    thread::sleep(PAUSE);
    append(&path, &line(7));
    assert_eq!(follower.next(), 7);
    let (code, said) = follower.interrupt();
    assert_eq!(code, Some(130));
    let parts: Vec<_> = said
        .lines()
        .filter(|line| line.contains("--follow"))
        .collect();
    assert_eq!(
        parts,
        [
            "chatlog: --follow: waiting for the file to appear",
            "chatlog: --follow: the file was truncated: reading it from its start",
            "chatlog: --follow: the file was replaced: reading the new one",
            "chatlog: --follow: the file was replaced: reading the new one",
        ]
    );
}

#[test]
fn no_delivery_is_lost_or_shown_twice() {
    let folder = Folder::new("follow-sequence");
    let path = path(&folder);
    append(&path, &line(0));
    let follower = Follower::start(&folder, "show --format json --follow a.ndjson");
    assert_eq!(follower.next(), 0);
    let mut random = 7_u64;
    for id in 1..60 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        match random >> 60 {
            0 => {
                fs::rename(&path, path.with_extension("old")).expect("it is renamed");
                append(&path, &line(id));
            }
            1 => {
                fs::write(&path, "").expect("it is truncated");
                thread::sleep(PAUSE);
                append(&path, &line(id));
            }
            2 => {
                let whole = line(id);
                let (start, end) = whole.split_at(9);
                append(&path, start);
                thread::sleep(Duration::from_millis(5));
                append(&path, end);
            }
            _ => append(&path, &line(id)),
        }
        assert_eq!(follower.next(), id);
    }
    assert!(follower.is_quiet());
    assert_eq!(follower.interrupt().0, Some(130));
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let folder = Folder::new("follow-refused");
    append(&path(&folder), &line(1));
    fs::create_dir(folder.path().join("in")).expect("a folder");
    folder.write(
        "a.gz",
        [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ],
    );
    for (arguments, words) in [
        ("show --follow a.ndjson a.ndjson", "--follow reads one file"),
        ("list --follow in", "--follow reads one file"),
        ("verify --follow a.ndjson#1", "--follow reads one file"),
        ("show --follow a.gz", "only a file of text can be followed"),
        (
            "list --follow --sort start a.ndjson",
            "--follow never ends, and --sort is written at the end",
        ),
        (
            "validate --follow --format sarif a.ndjson",
            "this --format is written at the end",
        ),
        (
            "check --follow --report junit=x.xml a.ndjson",
            "--report is written at the end",
        ),
        (
            "show --follow --dedupe a.ndjson",
            "--dedupe is written at the end",
        ),
        (
            "export --table sessions --follow --output x.csv a.ndjson",
            "--output is written at the end",
        ),
    ] {
        folder.chatlog(arguments).is(2, &[words]);
    }
}

#[test]
fn lists_verdicts_and_findings_follow_too() {
    let folder = Folder::new("follow-commands");
    for arguments in [
        "list --format json",
        "list --width 80",
        "validate --format json",
        "validate --format concise",
        "export --table sessions",
        "verify --secret x --format json",
    ] {
        let path = path(&folder);
        fs::write(&path, line(1)).expect("a file");
        let follower = Follower::start(&folder, &format!("{arguments} --follow a.ndjson"));
        follower.lines.recv_timeout(PATIENCE).expect(arguments);
        while !follower.is_quiet() {}
        append(&path, &line(2));
        follower.lines.recv_timeout(PATIENCE).expect(arguments);
        assert_eq!(follower.interrupt().0, Some(130), "{arguments}");
    }
}
