//! The output is the same for any number of workers.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::folder::Folder;
use crate::program::samples;

/// A folder with every sample, a large file of all their records in turn, and files that are not
/// deliveries.
fn archive(name: &str) -> Folder {
    let folder = Folder::new(name);
    let mut large = Vec::new();
    for sample in samples() {
        let bytes = fs::read(&sample).expect("a sample");
        folder.write(&format!("archive/{sample}"), &bytes);
        if sample.ends_with("json") {
            large.extend_from_slice(&bytes);
            large.push(b'\n');
        }
    }
    let unsigned = "{\"headers\": {}, \"body\": \"{}\"}\n{\"method\": \"GET\", \"headers\": {}, \"body\": \"\"}\n";
    large.extend_from_slice(unsigned.as_bytes());
    folder.write("archive/large.ndjson", large.repeat(4));
    for capture in fs::read_dir("samples/captures").expect("a folder") {
        let path = capture.expect("an entry").path();
        let name = path.file_name().expect("a name").to_str().expect("text");
        folder.write(
            &format!("archive/captures/{name}"),
            fs::read(&path).expect("a sample"),
        );
    }
    folder.write("archive/empty.json", "");
    folder.write("archive/notes.txt", "nothing to see");
    folder
}

#[test]
fn the_output_is_the_same_for_any_number_of_workers() {
    let folder = archive("jobs-any");
    for command in [
        "validate",
        "validate -v --strict --format concise",
        "validate --format json",
        "validate --format gitlab --report junit=OUT.xml --report sarif=OUT.sarif",
        "validate -q --fail-fast --format github",
        "verify",
        "verify -q --diagnose all",
        "verify --format json",
        "verify --format junit",
        "check --diagnose 3",
        "check --format sarif",
        "show --width 80",
        "show --format json",
        "export --table sessions",
        "export --table messages --format csv",
        "export --table findings --format csv --no-header",
        "list --width 120",
        "list --format json --columns name,channel,findings",
        "list --format csv --sort callee:desc",
        "list --sort first_words --top 7",
    ] {
        let outcome = |jobs: usize| {
            let run = folder.chatlog(&format!(
                "{command} --jobs {jobs} archive archive/large.ndjson"
            ));
            let reports = ["OUT.xml", "OUT.sarif"].map(|report| {
                let is_written = command.contains(report);
                if is_written {
                    folder.read(report)
                } else {
                    String::new()
                }
            });
            (run.code, run.stdout, run.stderr, reports)
        };
        let one = outcome(1);
        for jobs in [2, 5] {
            assert!(outcome(jobs) == one, "{command} --jobs {jobs}");
        }
    }
}

#[test]
fn a_live_stream_stays_live_with_any_number_of_workers() {
    let folder = Folder::new("jobs-live");
    for jobs in ["1", "4"] {
        let mut child = folder
            .command(env!("CARGO_BIN_EXE_chatlog"))
            .args(["validate", "--format", "json", "--jobs", jobs])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        for number in 1..=3 {
            stdin.write_all(b"{\"messages\": []}\n").expect("it reads");
            // The writer waits for the answer before it goes on.
            let line = lines.next().expect("a line").expect("text");
            assert!(line.contains(&format!("\"index\":{number},")), "{line}");
        }
        drop(stdin);
        assert_eq!(child.wait().expect("it ends").code(), Some(1));
    }
}

#[test]
fn a_run_that_has_seen_enough_ends_while_its_stream_goes_on() {
    let folder = Folder::new("jobs-enough");
    for jobs in ["1", "4"] {
        let mut child = folder
            .command(env!("CARGO_BIN_EXE_chatlog"))
            .args(["validate", "-q", "--fail-fast", "--jobs", jobs])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(b"{\"messages\": []}\n").expect("it reads");
        let started = Instant::now();
        while child.try_wait().expect("it can be asked").is_none() {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "it waits for more"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(stdin);
    }
}

#[test]
fn records_of_any_size_keep_their_order() {
    let folder = Folder::new("jobs-order");
    let mut lines = String::new();
    for number in 0..400 {
        // Now and then one that takes a buffer of its own.
        let size = if number % 40 == 7 {
            1_500_000
        } else {
            number % 5_000
        };
        let text = "x".repeat(size);
        let _ = writeln!(
            lines,
            "{{\"call_id\": \"{number}\", \"flow_name\": \"{text}\", \"messages\": []}}"
        );
    }
    folder.write("lines.ndjson", lines);
    let run = folder.chatlog("show --format json --only summary --jobs 4 lines.ndjson");
    let ids: Vec<String> = run
        .text()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|line| {
            format!(
                "{} {}",
                line["index"], line["session"]["summary"]["call_id"]
            )
        })
        .collect();
    let want: Vec<String> = (0..400)
        .map(|number| format!("{} \"{number}\"", number + 1))
        .collect();
    assert_eq!(ids, want);
}
