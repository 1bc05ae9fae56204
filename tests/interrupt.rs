//! Ctrl-C at any moment: what was finished is on standard output, no line is cut, and the run ends soon.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::{Folder, run};

const CHATLOG: &str = env!("CARGO_BIN_EXE_chatlog");
const SAMPLES: [&str; 2] = [
    include_str!("../samples/every-content-type.json"),
    include_str!("../samples/half-broken.json"),
];
/// How often each command is interrupted.
const ROUNDS: u32 = 30;
/// The longest time from the signal to the end. It is below 0.1 s unless the machine is busy.
const SOON: Duration = Duration::from_secs(1);

/// NDJSON of so many lines, half of them with problems.
fn archive(lines: usize) -> String {
    let line = |sample| serde_json::from_str::<Value>(sample).expect("JSON");
    let lines = SAMPLES.iter().cycle().take(lines);
    lines.map(|sample| format!("{}\n", line(sample))).collect()
}

fn start(folder: &Folder, arguments: &str) -> Child {
    folder
        .command(CHATLOG)
        .args(arguments.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

/// Interrupts a run. Returns how it ended, and after how long.
fn interrupt(child: &mut Child) -> (ExitStatus, Duration) {
    let started = Instant::now();
    let mut kill = Command::new("kill");
    kill.args(["-s", "INT", &child.id().to_string()]);
    // It may have ended already.
    kill.stderr(Stdio::null())
        .status()
        .expect("there is a kill");
    loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            return (status, started.elapsed());
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Reads the output of a run to its end, with a pause after each read.
fn read(child: &mut Child, pause: Duration) -> JoinHandle<Vec<u8>> {
    let mut stdout = child.stdout.take().expect("a pipe");
    thread::spawn(move || {
        let (mut output, mut block) = (Vec::new(), [0; 16 * 1024]);
        while let Ok(length @ 1..) = stdout.read(&mut block) {
            output.extend_from_slice(&block[..length]);
            thread::sleep(pause);
        }
        output
    })
}

/// The output is the start of the whole output, and ends with a line.
#[track_caller]
fn assert_intact(output: &[u8], whole: &[u8], what: &str) {
    assert!(whole.starts_with(output), "{what}: not the start");
    let is_intact = output.last().is_none_or(|last| *last == b'\n');
    assert!(is_intact, "{what}: half a line");
}

/// Numbers below 1 that look random and are the same in each run.
fn moments() -> impl Iterator<Item = f64> {
    let mut state = 20_251_020_u32;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state) / f64::from(u32::MAX)
    })
}

#[test]
fn a_run_that_is_interrupted_at_any_moment_ends_soon_with_whole_lines() {
    let folder = Folder::new("interrupt-moments");
    folder.write("big.ndjson", archive(300));
    let mut moments = moments();
    for arguments in [
        "show --format json big.ndjson",
        "validate --format json big.ndjson",
        "validate --format concise big.ndjson",
    ] {
        let started = Instant::now();
        let whole = run(folder.command(CHATLOG).args(arguments.split(' ')), b"");
        let time = started.elapsed();
        if arguments.contains("--format json") {
            for line in whole.text().lines() {
                serde_json::from_str::<Value>(line).expect("a line of JSON");
            }
        }
        let (mut latest, mut cut) = (Duration::ZERO, 0);
        for round in 0..ROUNDS {
            let is_fast = round % 2 == 0;
            let mut child = start(&folder, arguments);
            let pause = if is_fast { 0 } else { 2 };
            let reader = read(&mut child, Duration::from_millis(pause));
            thread::sleep(time.mul_f64(moments.next().expect("it has no end")));
            let (status, latency) = interrupt(&mut child);
            let output = reader.join().expect("it reads");
            assert_intact(&output, &whole.stdout, arguments);
            match status.code() {
                Some(130) => cut += 1,
                // The signal came before the program could know of it.
                None => assert!(output.is_empty()),
                Some(code) => {
                    assert_eq!(code, whole.code, "{arguments}");
                    assert_eq!(output, whole.stdout, "{arguments}");
                }
            }
            if is_fast {
                latest = latest.max(latency);
            }
        }
        println!("{arguments}: {cut} of {ROUNDS} interrupted, the latest ended after {latest:?}");
        assert!(latest < SOON, "{arguments}: {latest:?}");
        assert!(cut > ROUNDS / 4, "{arguments}: {cut} interrupted");
    }
}

#[test]
fn what_was_finished_is_printed() {
    let folder = Folder::new("interrupt-finished");
    folder.write("bad.ndjson", archive(4));
    let arguments = "validate --format json bad.ndjson";
    let whole = run(folder.command(CHATLOG).args(arguments.split(' ')), b"");
    // It waits for its standard input, and the four lines are too few for a write.
    let mut child = start(&folder, &format!("{arguments} -"));
    thread::sleep(Duration::from_secs(1));
    let (status, _) = interrupt(&mut child);
    let output = read(&mut child, Duration::ZERO).join().expect("it reads");
    assert_eq!(status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output), whole.text());
}

#[test]
fn a_run_whose_output_nobody_reads_ends_too() {
    let folder = Folder::new("interrupt-unread");
    folder.write("big.ndjson", archive(300));
    let mut child = start(&folder, "show --format json big.ndjson");
    thread::sleep(Duration::from_secs(1));
    let (status, latency) = interrupt(&mut child);
    assert_eq!(status.code(), Some(130));
    assert!(latency < Duration::from_secs(10), "{latency:?}");
}

#[test]
fn the_totals_so_far_are_printed_and_marked_as_partial() {
    let folder = Folder::new("interrupt-totals");
    folder.write("some.ndjson", archive(4));
    let mut child = start(&folder, "stats --format json some.ndjson -");
    thread::sleep(Duration::from_secs(1));
    let (status, _) = interrupt(&mut child);
    let output = read(&mut child, Duration::ZERO).join().expect("it reads");
    assert_eq!(status.code(), Some(130));
    let totals: Value = serde_json::from_slice(&output).expect("JSON");
    assert_eq!(totals["is_partial"], true, "{totals}");
    let whole = run(
        folder
            .command(CHATLOG)
            .args(["stats", "--format", "json", "some.ndjson"]),
        b"",
    );
    let whole: Value = serde_json::from_str(whole.text()).expect("JSON");
    assert_eq!(totals["sessions"], whole["sessions"]);
}
