//! Writing output never destroys an input or leaves an incomplete report.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::{Folder, Run, run};

const CHATLOG: &str = env!("CARGO_BIN_EXE_chatlog");
const GOOD: &str = include_str!("../../samples/plain-chat.json");
const BAD: &str = include_str!("../../samples/half-broken.json");

/// A folder with a good and a bad notification, and its path.
fn folder(name: &str) -> (Folder, PathBuf) {
    let folder = Folder::new(name);
    folder.write("good.json", GOOD);
    folder.write("bad.json", BAD);
    (folder, Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
}

/// Many bad deliveries, a line each.
fn archive(lines: usize) -> String {
    let line: Value = serde_json::from_str(BAD).expect("the sample is JSON");
    format!("{line}\n").repeat(lines)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs the program with arguments that are split at spaces, and without a secret.
fn chatlog(folder: &Folder, arguments: &str) -> Run {
    run(folder.command(CHATLOG).args(arguments.split(' ')), b"")
}

/// The names of the entries of a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry.expect("an entry")))
        .collect();
    names.sort();
    names
}

/// Runs the program to its end, or fails if it does not end in time.
#[track_caller]
fn ends(command: &mut Command) -> (i32, String) {
    let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let started = Instant::now();
    while child.try_wait().expect("it can be waited for").is_none() {
        if started.elapsed() > Duration::from_mins(1) {
            child.kill().expect("it can be ended");
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it has ended");
    let stderr = String::from_utf8(output.stderr).expect("text");
    (output.status.code().expect("no signal ends it"), stderr)
}

fn append_to(path: &Path) -> File {
    let mut options = OpenOptions::new();
    options.append(true).open(path).expect("it can be written")
}

#[test]
fn a_named_input_that_is_also_an_output_is_refused_and_unchanged() {
    let (folder, path) = folder("outputs-refused");
    folder.write("chatlog.toml", "[rules]\n");
    folder.write("schema.json", "{}");
    folder.write("key", "swordfish-42");
    fs::hard_link(path.join("bad.json"), path.join("hard.json")).expect("links are supported");
    #[cfg(unix)]
    std::os::unix::fs::symlink("bad.json", path.join("soft.json")).expect("links are supported");
    #[cfg(not(unix))]
    fs::hard_link(path.join("bad.json"), path.join("soft.json")).expect("links are supported");
    let before = |name: &str| read(&path.join(name));
    let contents = ["bad.json", "schema.json", "key", "chatlog.toml"].map(before);
    for arguments in [
        "validate bad.json --report sarif=bad.json",
        "validate good.json bad.json --report sarif=./bad.json",
        "validate bad.json --report json=hard.json",
        "validate hard.json --report json=soft.json",
        "validate good.json --schema schema.json --report json=schema.json",
        "check good.json --secret-file key --report json=key",
        "validate good.json --report json=chatlog.toml",
        "validate good.json --config schema.json --report json=schema.json",
        "validate good.json --report json=bad.json --report sarif=hard.json",
        "validate good.json --report json=new.json --report sarif=./new.json",
    ] {
        let refused = chatlog(&folder, arguments);
        assert_eq!(
            (refused.code, refused.text()),
            (2, ""),
            "{arguments}: {}",
            refused.stderr
        );
        assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    }
    let (bad, key) = (path.join("bad.json"), path.join("key"));
    for (arguments, output) in [
        (&["show", "bad.json"][..], &bad),
        (&["validate", "hard.json"], &bad),
        (&["verify", "bad.json", "--secret-file", "key"], &bad),
        (&["sign", "bad.json", "--secret-file", "key"], &bad),
        (&["sign", "bad.json", "--secret-file", "key"], &key),
        (&["extract", "bad.json"], &bad),
        (
            &["validate", "good.json", "--report", "json=bad.json"],
            &bad,
        ),
    ] {
        let mut command = folder.command(CHATLOG);
        let (code, said) = ends(command.args(arguments).stdout(append_to(output)));
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(
            said.contains("standard output: write to another file")
                || said.contains("is also standard output"),
            "{said}"
        );
    }
    for arguments in [&["validate"][..], &["show", "-"], &["extract"]] {
        let stdin = File::open(&bad).expect("it is there");
        let mut command = folder.command(CHATLOG);
        let (code, said) = ends(command.args(arguments).stdin(stdin).stdout(append_to(&bad)));
        assert_eq!(code, 2, "{arguments:?}: {said}");
    }
    assert_eq!(
        ["bad.json", "schema.json", "key", "chatlog.toml"].map(before),
        contents
    );
    assert!(!path.join("new.json").exists());
}

#[test]
fn a_folder_walk_passes_over_what_the_run_writes() {
    let (folder, path) = folder("outputs-walked");
    for round in ["new files", "the files of the last run"] {
        let mut command = folder.command(CHATLOG);
        let out = File::create(path.join("out.json")).expect("it can be written");
        let arguments = [
            "validate",
            "--format",
            "json",
            "--report",
            "json=report.json",
            ".",
        ];
        let (code, said) = ends(command.args(arguments).stdout(out));
        assert_eq!(code, 1, "{round}: {said}");
        for name in ["out.json", "report.json"] {
            let lines = read(&path.join(name));
            assert_eq!(lines.lines().count(), 2, "{round}: {name} holds {lines}");
        }
        let out = Path::new(".").join("out.json");
        assert!(
            said.contains(&format!(
                "{}: not read: this file is standard output",
                out.display()
            )),
            "{said}"
        );
        assert_eq!(
            said.contains("this file is --report report.json"),
            round != "new files",
            "{said}"
        );
    }
    assert_eq!(
        names(&path),
        ["bad.json", "good.json", "out.json", "report.json"]
    );
}

/// A signature file that this run writes is not read as a signature.
#[test]
fn a_signature_file_that_is_written_is_not_read() {
    let (folder, path) = folder("outputs-sidecar");
    let sidecar = path.join("good.json.sig");
    let sign = || {
        let mut command = folder.command(CHATLOG);
        let out = File::create(&sidecar).expect("it can be written");
        let arguments = ["sign", "--as", "value", "--secret", "k", "good.json"];
        ends(command.args(arguments).stdout(out))
    };
    assert_eq!(sign(), (0, String::new()));
    assert_eq!(sign(), (0, String::new()));
    let verified = chatlog(&folder, "verify --secret k good.json");
    assert_eq!(verified.code, 0, "{}", verified.text());
}

#[test]
fn a_report_that_cannot_be_completed_leaves_the_old_one() {
    let (folder, path) = folder("outputs-old");
    folder.write("old.json", "old");
    folder.write("big.ndjson", archive(200));
    let failed = chatlog(
        &folder,
        "validate bad.json --report json=old.json --report sarif=no/r.sarif",
    );
    assert_eq!((failed.code, failed.text()), (2, ""), "{}", failed.stderr);
    assert!(
        failed
            .stderr
            .starts_with("chatlog: --report no/r.sarif: cannot write: "),
        "{}",
        failed.stderr
    );
    if Path::new("/dev/full").exists() {
        let failed = chatlog(
            &folder,
            "validate bad.json --report json=old.json --report sarif=/dev/full",
        );
        failed.is(2, &["--report /dev/full: cannot write: "]);
        let (code, said) = ends(
            folder
                .command("sh")
                .args(["-c", &format!("trap '' XFSZ; ulimit -f 8; exec {CHATLOG} validate -q big.ndjson --report json=old.json >/dev/null")]),
        );
        assert_eq!(code, 2);
        assert!(
            said.starts_with("chatlog: --report old.json: cannot write: "),
            "{said}"
        );
        let (code, said) = ends(
            folder
                .command(CHATLOG)
                .args(["validate", "bad.json", "--report", "json=old.json"])
                .stdout(
                    OpenOptions::new()
                        .write(true)
                        .open("/dev/full")
                        .expect("it is there"),
                ),
        );
        assert_eq!(code, 2, "{said}");
        assert!(
            said.starts_with("chatlog: standard output: cannot write: "),
            "{said}"
        );
    }
    assert_eq!(read(&path.join("old.json")), "old");
    assert_eq!(
        names(&path),
        ["bad.json", "big.ndjson", "good.json", "old.json"]
    );
    chatlog(&folder, "validate bad.json --report json=old.json").is(1, &[]);
    assert_eq!(read(&path.join("old.json")).lines().count(), 1);
}

/// Killed at any moment: old reports stay, or new ones are complete; output ends with a line.
#[cfg(unix)]
#[test]
fn an_interrupted_run_finishes_no_half_line_and_replaces_no_report() {
    let (folder, path) = folder("outputs-killed");
    let lines = 800;
    folder.write("big.ndjson", archive(lines));
    let arguments = [
        "validate",
        "--format",
        "json",
        "big.ndjson",
        "--report",
        "json=old.json",
    ];
    let start = |out: File| {
        folder
            .command(CHATLOG)
            .args(arguments)
            .stdout(out)
            .spawn()
            .expect("it starts")
    };
    let create = || File::create(path.join("out.txt")).expect("it can be written");
    let started = Instant::now();
    start(create()).wait().expect("it ends");
    let whole = started.elapsed();
    let mut interrupted = 0;
    for round in 1..=16_u32 {
        folder.write("old.json", "old");
        let mut child = start(create());
        std::thread::sleep(whole * round / 16);
        let (signal, want) = if round % 2 == 0 {
            ("INT", 130)
        } else {
            ("TERM", 143)
        };
        let id = child.id().to_string();
        drop(
            Command::new("kill")
                .args(["-s", signal, &id])
                .stderr(Stdio::null())
                .status(),
        );
        let status = child.wait().expect("it ends");
        let out = read(&path.join("out.txt"));
        assert!(
            out.is_empty() || out.ends_with('\n'),
            "half a line: …{:?}",
            &out[out.len().saturating_sub(80)..]
        );
        let report = read(&path.join("old.json"));
        match status.code() {
            Some(1) => assert_eq!(report.lines().count(), lines),
            // A signal may come before the program can know of it.
            None => assert_eq!((report.as_str(), out.as_str()), ("old", "")),
            Some(code) => {
                interrupted += 1;
                assert_eq!(code, want);
                assert!(report == "old" || report.lines().count() == lines);
            }
        }
        assert_eq!(
            names(&path),
            ["bad.json", "big.ndjson", "good.json", "old.json", "out.txt"]
        );
    }
    assert!(interrupted > 2, "{interrupted} of 16 were interrupted");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_run_that_waits_for_input() {
    let (folder, _) = folder("outputs-waiting");
    for arguments in [
        &["show"][..],
        &["validate", "--format", "json"],
        &["extract"],
    ] {
        let mut child = folder
            .command(CHATLOG)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        // Waiting for the program would close it.
        let stdin = child.stdin.take();
        std::thread::sleep(Duration::from_millis(500));
        let id = child.id().to_string();
        Command::new("kill")
            .args(["-s", "INT", &id])
            .status()
            .expect("there is a kill");
        let started = Instant::now();
        assert_eq!(
            child.wait().expect("it ends").code(),
            Some(130),
            "{arguments:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(10), "{arguments:?}");
        drop(stdin);
    }
}

#[test]
fn what_could_not_be_read_is_told_inside_a_complete_report() {
    let (folder, path) = folder("outputs-told");
    let formats = [
        "full", "concise", "github", "gitlab", "sarif", "junit", "json",
    ];
    let reports = formats
        .map(|format| format!("--report {format}=report.{format}"))
        .join(" ");
    for format in formats {
        folder.write(&format!("report.{format}"), "old");
    }
    chatlog(&folder, &format!("validate gone.json good.json {reports}"))
        .is(2, &["gone.json: cannot read: "]);
    let report = |format: &str| read(&path.join(format!("report.{format}")));
    for format in &formats[..6] {
        assert!(
            report(format).contains("cannot read: "),
            "{format}: {}",
            report(format)
        );
        assert!(
            report(format).contains("gone.json"),
            "{format}: {}",
            report(format)
        );
    }
    assert!(
        report("full").ends_with("1 delivery: 1 input problem\n"),
        "{}",
        report("full")
    );
    assert!(
        report("github").starts_with("::error file=gone.json,"),
        "{}",
        report("github")
    );
    assert!(
        report("junit").contains("errors=\"1\""),
        "{}",
        report("junit")
    );
    let sarif: Value = serde_json::from_str(&report("sarif")).expect("SARIF is JSON");
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    let location = &notification["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "gone.json");
    let issues: Value = serde_json::from_str(&report("gitlab")).expect("an array of issues");
    assert_eq!(issues[0]["location"]["path"], "gone.json");
    // A line for each delivery, and nothing else.
    assert_eq!(report("json").lines().count(), 1);
    let screen = chatlog(&folder, "validate gone.json good.json");
    assert_eq!(screen.text(), "1 delivery: 1 input problem\n");
}

/// Runs the program with a reader that reads one line and closes the pipe.
fn with_a_short_reader(folder: &Folder, arguments: &str) -> i32 {
    let mut child = folder
        .command(CHATLOG)
        .args(arguments.split(' '))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let mut reader = BufReader::with_capacity(1, child.stdout.take().expect("a pipe"));
    reader.read_line(&mut line).expect("it can be read");
    drop(reader);
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut said).expect("it can be read");
    assert_eq!(said, "", "{arguments}");
    child
        .wait()
        .expect("it ends")
        .code()
        .expect("no signal ends it")
}

#[test]
fn what_was_found_until_a_reader_left_decides_the_exit_code() {
    let (folder, path) = folder("outputs-head");
    let lines = 400;
    folder.write("big.ndjson", archive(lines));
    for (arguments, code) in [
        ("validate big.ndjson", 1),
        ("validate --format json big.ndjson", 1),
        ("show big.ndjson", 1),
        ("show --format json big.ndjson", 1),
        ("verify --secret k big.ndjson", 1),
        ("sign --secret k --as curl big.ndjson", 0),
        ("extract --select 1 big.ndjson", 0),
        ("--help", 0),
    ] {
        assert_eq!(with_a_short_reader(&folder, arguments), code, "{arguments}");
    }
    let arguments = "validate --report json=report.json big.ndjson";
    assert_eq!(with_a_short_reader(&folder, arguments), 1);
    assert_eq!(read(&path.join("report.json")).lines().count(), lines);
}

#[cfg(unix)]
#[test]
fn an_output_that_cannot_be_written_is_exit_2_and_never_a_panic() {
    let (folder, _) = folder("outputs-full");
    let shell = |words: &str| {
        let mut command = folder.command("sh");
        run(
            command.args(["-c", &words.replace("chatlog", CHATLOG)]),
            b"",
        )
    };
    if Path::new("/dev/full").exists() {
        for words in [
            "chatlog --help > /dev/full",
            "chatlog --version > /dev/full",
            "chatlog validate --help > /dev/full",
            "chatlog validate bad.json > /dev/full",
            "chatlog show good.json > /dev/full",
            "chatlog verify --secret k good.json > /dev/full",
            "chatlog sign --secret k good.json > /dev/full",
            "chatlog extract good.json > /dev/full",
            "chatlog explain > /dev/full",
            "chatlog man > /dev/full",
        ] {
            let run = shell(words);
            run.is(2, &["chatlog: standard output: cannot write: "]);
            assert_eq!(run.stderr.lines().count(), 1, "{words}: {}", run.stderr);
        }
        shell("chatlog validate gone.json good.json 2> /dev/full").is(2, &["1 delivery"]);
        shell("chatlog --nonsense 2> /dev/full").is(2, &[]);
        shell("chatlog verify good.json 2> /dev/full").is(2, &[]);
    }
    for words in [
        "chatlog validate gone.json 2>&-",
        "chatlog --nonsense 2>&-",
        "chatlog validate gone.json >&- 2>&-",
        "chatlog validate <&-",
        "chatlog validate gone.json <&- >&- 2>&-",
    ] {
        assert_eq!(shell(words).code, 2, "{words}");
    }
    assert_eq!(shell("chatlog validate bad.json >&-").code, 1);
}

#[cfg(unix)]
#[test]
fn a_report_keeps_the_permissions_links_and_pipes_of_its_target() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let (folder, path) = folder("outputs-targets");
    let mode = |name: &str| {
        let metadata = fs::metadata(path.join(name)).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    folder.write("old.json", "old");
    let permissions = fs::Permissions::from_mode(0o640);
    fs::set_permissions(path.join("old.json"), permissions).expect("it is ours");
    fs::create_dir(path.join("inner")).expect("a folder");
    symlink("inner/target.json", path.join("link.json")).expect("links are supported");
    fs::write(path.join("any"), "").expect("a file");
    let validate =
        "validate bad.json --report json=old.json --report json=new.json --report json=link.json";
    chatlog(&folder, validate).is(1, &[]);
    assert_eq!((mode("old.json"), mode("new.json")), (0o640, mode("any")));
    let link = fs::symlink_metadata(path.join("link.json")).expect("it is there");
    assert!(link.is_symlink());
    assert_eq!(
        read(&path.join("inner/target.json")),
        read(&path.join("new.json"))
    );
    // Pipes and devices are written as they are.
    let pipe = path.join("pipe");
    Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("there is a mkfifo");
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || read(&pipe)
    });
    chatlog(
        &folder,
        "validate bad.json --report json=pipe --report json=/dev/null",
    )
    .is(1, &[]);
    assert_eq!(
        reader.join().expect("it was read"),
        read(&path.join("new.json"))
    );
    assert!(
        fs::metadata(&pipe)
            .expect("it is there")
            .file_type()
            .is_fifo()
    );
    let direct = chatlog(
        &folder,
        "validate -q good.json --format github --report json=/dev/stdout",
    );
    assert_eq!((direct.code, direct.text().lines().count()), (0, 1));
}
