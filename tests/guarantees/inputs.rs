//! Inputs are read to their end, in time and memory bounded by their size. Complete records are
//! processed at once. Nothing that could block for ever is opened unless the user names it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::folder::{Folder, Run, SECRET, run};
use crate::notifications::session;

/// A notification on one line.
fn line(name: &str) -> String {
    let mut session = session(Value::Array(Vec::new()));
    session["workflow_name"] = name.into();
    session.to_string()
}

fn in_folder(folder: &Folder, arguments: &[&str]) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    run(command.args(arguments), b"")
}

/// The program with its standard input open.
fn start(arguments: &[&str]) -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chatlog"))
        .args(arguments)
        .env("CHATLOG_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let stdin = child.stdin.take().expect("it is piped");
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    (child, stdin, stdout)
}

/// Waits for a program, but not for ever.
#[track_caller]
fn ends_within(child: &mut Child, limit: Duration, what: &str) {
    let start = Instant::now();
    while child.try_wait().expect("it can be asked").is_none() {
        if start.elapsed() > limit {
            child.kill().expect("it can be stopped");
            panic!("{what}: takes longer than {limit:?}");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn twice_the_input_takes_twice_the_time_however_it_is_laid_out() {
    // With a search of the whole line, or of the rest of the file, for each value, the sizes here
    // take minutes to hours.
    let large_body = format!(r#","body":[1{}]}}"#, ",1".repeat(100_000));
    let layouts = [
        ("values on a line", "", r#"{"a":1}"#, "", 300_000),
        ("spaced values", "", r#"{"a":1} "#, "", 300_000),
        ("numbers behind an object", "[{},", "1,", "1]", 500_000),
        ("strings behind an object", "[{},", r#""a","#, "1]", 500_000),
        ("arrays behind an object", "[{},", "[1],", "1]", 500_000),
        ("values that never close", "", "[[\n{}\n", "", 100_000),
        ("items that never close", "", "[\n{}\n", "", 100_000),
        (
            "members that never close",
            "",
            "{\"a\":[\n{}\n,\n",
            "",
            100_000,
        ),
        (
            "values cut off at the end",
            "",
            "[[\n{}\n",
            "]\n{}\n",
            100_000,
        ),
        (
            "bodies of one envelope",
            r#"{"headers":{}"#,
            r#","body":"{}""#,
            "}",
            300_000,
        ),
        (
            "bodies beside a large one",
            r#"{"headers":{}"#,
            r#","body":1"#,
            &large_body,
            100_000,
        ),
    ];
    let folder = Folder::new("layouts");
    for (name, before, repeated, after, count) in layouts {
        folder.write(
            "x.json",
            format!("{before}{}{after}", repeated.repeat(count)),
        );
        let mut child = folder
            .command(env!("CARGO_BIN_EXE_chatlog"))
            .args(["extract", "--select", "4000000000", "x.json"])
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        ends_within(&mut child, Duration::from_mins(1), name);
    }
}

#[test]
fn max_size_is_exact_for_records_bodies_and_whole_captures() {
    const LIMIT: usize = 1 << 20;
    let folder = Folder::new("max-size");
    let json = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
    let http = |size: usize| {
        let head = "POST / HTTP/1.1\r\nA: b\r\n\r\n";
        format!("{head}{}", json(size - head.len()))
    };
    let encoded = |size: usize| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(json(size).as_bytes()).expect("memory");
        let body = gzip.finish().expect("memory");
        let head = "POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length:";
        [format!("{head} {}\r\n\r\n", body.len()).into_bytes(), body].concat()
    };
    for (name, fits, too_large) in [
        (
            "a.json",
            json(LIMIT).into_bytes(),
            json(LIMIT + 1).into_bytes(),
        ),
        (
            "a.http",
            http(LIMIT).into_bytes(),
            http(LIMIT + 1).into_bytes(),
        ),
        ("b.http", encoded(LIMIT), encoded(LIMIT + 1)),
    ] {
        folder.write(name, fits);
        let run = in_folder(&folder, &["extract", "--max-size", "1", name]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        folder.write(name, too_large);
        let run = in_folder(&folder, &["extract", "--max-size", "1", name]);
        assert_eq!(run.code, 2, "{name}");
        assert!(run.stdout.is_empty(), "{name}");
        assert!(run.stderr.contains("--max-size"), "{name}: {}", run.stderr);
    }
}

#[test]
fn a_record_that_is_too_large_is_named_and_the_next_one_is_read() {
    let folder = Folder::new("too-large");
    let large = "x".repeat(3 << 20);
    let first = line("first");
    let last = line("last");
    for (name, large) in [
        ("one line", format!("{{\"a\":\"{large}\"}}")),
        (
            "several lines",
            format!("{{\n\"a\":\"{large}\",\n\"b\":{{\n\"c\":1}}\n}}"),
        ),
        ("no JSON", large),
    ] {
        folder.write("x.ndjson", format!("{first}\n{large}\n{last}\n"));
        let run = in_folder(
            &folder,
            &["show", "--format", "json", "--max-size", "1", "x.ndjson"],
        );
        run.is(
            2,
            &[
                "\"first\"",
                "\"last\"",
                "x.ndjson:2:1:",
                "1 MiB (see --max-size)",
            ],
        );
        assert_eq!(run.text().lines().count(), 2, "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_more_is_held_than_max_size_allows() {
    let peak = |child: &Child| -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let mut words = line.expect("memory is counted").split_whitespace();
        let number = words.nth(1).expect("a number");
        number.parse().expect("a number")
    };
    for repeated in [r#"{"a":1}  "#, r#"{"a":1},"#, r#"{"a":[""#, "x", "[", "\n"] {
        let mut peaks = [0, 0];
        for (peak_of, size) in peaks.iter_mut().zip([2 << 20, 10 << 20]) {
            let arguments = ["extract", "--select", "4000000000", "--max-size", "1"];
            let (mut child, mut stdin, _stdout) = start(&arguments);
            let some = repeated.repeat((1 << 20) / repeated.len());
            for _ in 0..size >> 20 {
                stdin.write_all(some.as_bytes()).expect("it reads on");
            }
            *peak_of = peak(&child);
            drop(stdin);
            child.wait().expect("it ends");
        }
        let [small, large] = peaks;
        assert!(
            large < small + 3 * 1024,
            "`{repeated}`: {small} kB, then {large} kB"
        );
    }
}

#[test]
fn a_complete_line_is_answered_before_the_next_one_comes() {
    for arguments in [
        &["verify"][..],
        &["verify", "--format", "json"],
        &["validate", "--format", "concise"],
        &["validate", "--format", "json"],
        &["show", "--format", "json"],
        &["show", "--only", "summary"],
    ] {
        let (mut child, mut stdin, mut stdout) = start(arguments);
        for number in 1..4 {
            writeln!(stdin, "{{\"n\":{number}}}").expect("it reads on");
            let mut answer = String::new();
            // This waits for ever if the program does.
            stdout.read_line(&mut answer).expect("text");
            assert!(!answer.is_empty(), "{arguments:?}");
        }
        drop(stdin);
        std::io::copy(&mut stdout, &mut std::io::sink()).expect("it can be read");
        child.wait().expect("it ends");
    }
}

#[test]
fn swapped_signatures_are_told_at_the_end_of_a_stream_that_waited_for_nothing() {
    let folder = Folder::new("swapped-live");
    let bodies = [r#"{"n": 1}"#, r#"{"n": 2}"#];
    let signatures = bodies.map(|body| {
        folder.write("body", body);
        let run = folder.chatlog("sign --as value body");
        run.text().trim().to_owned()
    });
    let envelope = |body: &str, signature: &str| {
        serde_json::json!({"headers": {"x-airudder-sign": signature}, "body": body}).to_string()
    };
    let stream = envelope(bodies[0], &signatures[1]) + "\n" + &envelope(bodies[1], &signatures[0]);
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    command.arg("verify").env("CHATLOG_SECRET", SECRET);
    let run = run(&mut command, stream.as_bytes());
    run.is(1, &["invalid      - ", "invalid      -#2 "]);
    let why = "chatlog: -#1: the signatures of this delivery and `-#2` are swapped";
    assert!(run.stderr.starts_with(why), "{}", run.stderr);
    assert!(run.stderr.contains("explain 1 more"), "{}", run.stderr);
}

#[test]
fn what_was_selected_is_written_although_the_stream_never_ends() {
    for arguments in [&["extract", "--select", "2"][..], &["extract", "-#2"]] {
        let (mut child, mut stdin, mut stdout) = start(arguments);
        let writer = thread::spawn(move || {
            let mut number = 0;
            while writeln!(stdin, "{{\"n\":{number}}}").is_ok() {
                number += 1;
            }
        });
        ends_within(&mut child, Duration::from_mins(1), "extract");
        let mut body = String::new();
        stdout.read_line(&mut body).expect("text");
        assert_eq!(body, "{\"n\":1}");
        writer.join().expect("the pipe was closed");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_opened_only_if_it_is_named() {
    let folder = Folder::new("pipes");
    folder.write("a/good.json", line("good"));
    let pipes = "mkfifo a/pipe.json a/good.json.sig && ln -s pipe.json a/link.json";
    assert!(run(folder.command("sh").args(["-c", pipes]), b"").code == 0);
    let command = |arguments: &[&str]| {
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        command.args(arguments).env("CHATLOG_SECRET", SECRET);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program starts")
    };
    let limit = Duration::from_mins(1);
    ends_within(
        &mut command(&["validate", "a"]),
        limit,
        "a folder with a pipe",
    );
    ends_within(
        &mut command(&["verify", "a/good.json"]),
        limit,
        "a pipe NAME.sig",
    );

    let mut reader = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    let reader = reader
        .args(["extract", "a/pipe.json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let write = "printf '{\"n\":1}' > a/pipe.json";
    assert!(run(folder.command("sh").args(["-c", write]), b"").code == 0);
    let output = reader.wait_with_output().expect("it ends");
    assert_eq!(output.stdout, b"{\"n\":1}");
}

#[test]
fn a_folder_is_read_by_what_its_files_hold_and_the_rest_is_counted() {
    let folder = Folder::new("walk");
    for name in ["in/b.json", "in/saved", "in/notes.txt", "in/sub/c.ndjson"] {
        folder.write(name, line(name));
    }
    folder.write("in/request", "POST / HTTP/1.1\r\nA: b\r\n\r\n{\"a\":1}");
    // Nobody's captures.
    for name in [
        "in/.git/x.json",
        "in/.hidden.json",
        "in/node_modules/a/x.json",
        "in/CVS/x.json",
    ] {
        folder.write(name, "not JSON");
    }
    // What lies about beside captures.
    folder.write("in/README.md", "# Captures\n");
    folder.write("in/photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00");
    folder.write("in/settings", "{\"editor\": {\"tabs\": 4}}");
    folder.write("in/Cargo.toml", "[package]\nname = \"x\"\n");
    folder.write("in/empty.json", "");
    folder.write("in/b.json.sig", "5f1c");

    let run = in_folder(&folder, &["show", "--format", "json", "in"]);
    let sources: Vec<String> = run
        .text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["source"].to_string())
        .map(|name| name.replace("\\\\", "/"))
        .collect();
    let want = ["b.json", "notes.txt", "request", "saved", "sub/c.ndjson"];
    assert_eq!(sources, want.map(|name| format!("\"in/{name}\"")));
    assert_eq!(
        run.stderr,
        "chatlog: in: passed over 5 files without a delivery (-v names them)\n"
    );
    let verbose = in_folder(&folder, &["show", "-v", "--only", "summary", "in"]);
    verbose.is(1, &["photo.jpg: passed over: holds no delivery"]);

    // A folder that is named is read, whatever its name.
    folder.write("in/.git/x.json", line("hidden"));
    in_folder(&folder, &["validate", "in/.git"]).is(0, &["1 delivery"]);
    // A broken capture fails, and so does an empty one that is named.
    folder.write("in/truncated.json", &line("truncated")[..40]);
    in_folder(&folder, &["validate", "in"]).is(1, &["truncated.json"]);
    in_folder(&folder, &["validate", "in/empty.json"]).is(2, &["is empty"]);
}

#[test]
fn a_folder_without_a_delivery_is_an_error() {
    let folder = Folder::new("walk-nothing");
    folder.write("in/README.md", "# Captures\n");
    folder.write("in/empty.json", "");
    for arguments in [
        &["validate", "in"][..],
        &["validate", "-q", "in"],
        &["verify", "in"],
    ] {
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        let run = run(command.args(arguments).env("CHATLOG_SECRET", SECRET), b"");
        run.is(
            2,
            &["chatlog: in: holds no delivery: passed over 2 files (-v names them)"],
        );
    }
}

#[test]
fn a_number_behind_an_input_names_one_delivery() {
    let folder = Folder::new("numbered");
    let lines = ["one", "two", "three"].map(line).join("\n");
    folder.write("x.ndjson", &lines);
    let show = |input: &str| in_folder(&folder, &["show", "--only", "summary", input]);
    show("x.ndjson#2").is(0, &[" x.ndjson#2 ", "two"]);
    show("x.ndjson#1").is(0, &[" x.ndjson ", "one"]);
    assert!(!show("x.ndjson#2").text().contains("three"));
    in_folder(&folder, &["validate", "x.ndjson#3"]).is(0, &["1 delivery"]);
    assert_eq!(
        in_folder(&folder, &["extract", "x.ndjson#3"]).text(),
        line("three")
    );
    let sign = folder.chatlog("sign --as value x.ndjson#2");
    folder.write("two.json", line("two"));
    assert_eq!(
        sign.text(),
        folder.chatlog("sign --as value two.json").text()
    );
    folder
        .chatlog("verify x.ndjson#2")
        .is(1, &["missing      x.ndjson#2 "]);
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    let piped = run(command.args(["extract", "-#2"]), lines.as_bytes());
    assert_eq!(piped.text(), line("two"));

    show("x.ndjson#9").is(
        2,
        &["chatlog: x.ndjson: holds 3 deliveries; there is no #9\n"],
    );
    show("x.ndjson#0").is(
        2,
        &["chatlog: x.ndjson#0: deliveries are numbered from #1\n"],
    );
    show("y.ndjson#2").is(2, &["chatlog: y.ndjson#2: cannot read: "]);
    // Reading stops there: what comes behind it is somebody else's.
    folder.write("x.ndjson", format!("{lines}\nbroken"));
    in_folder(&folder, &["validate", "x.ndjson#3"]).is(0, &["1 delivery"]);
}

#[test]
fn an_existing_path_wins_over_a_number() {
    let folder = Folder::new("not-numbered");
    folder.write("x", format!("{}\n{}", line("one"), line("two")));
    folder.write("x#2", line("a file"));
    let run = in_folder(&folder, &["extract", "x#2"]);
    assert_eq!(run.text(), line("a file"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_number_stands_behind_any_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("numbered-bytes");
    let write = "printf '{\"n\":1}\\n{\"n\":2}\\n' > \"$(printf 'f\\377.json')\"";
    assert!(run(folder.command("sh").args(["-c", write]), b"").code == 0);
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    let run = run(
        command
            .arg("extract")
            .arg(OsStr::from_bytes(b"f\xff.json#2")),
        b"",
    );
    assert_eq!(run.text(), "{\"n\":2}", "{}", run.stderr);
}

#[test]
fn what_comes_before_the_place_where_an_input_cannot_be_read_on_is_inspected() {
    let folder = Folder::new("inputs-cut");
    let lines: String = (1..=3)
        .map(|n| format!("{{\"call_id\":\"{n}\"}}\n"))
        .collect();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(lines.as_bytes()).expect("memory");
    let gzip = gzip.finish().expect("memory");
    // Only the length behind the data is cut.
    folder.write("lines.ndjson.gz", &gzip[..gzip.len() - 3]);
    for jobs in [1, 3] {
        let run = folder.chatlog(&format!(
            "validate --format json --jobs {jobs} lines.ndjson.gz"
        ));
        run.is(2, &["lines.ndjson.gz: cannot read: "]);
        assert_eq!(run.text().lines().count(), 3, "{}", run.text());
    }
}
