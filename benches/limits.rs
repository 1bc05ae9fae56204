//! Measures the largest inputs: peak memory against its bound, and how time grows with the input.
//!
//! `cargo bench --bench limits` measures the program; the variable `CHATLOG_BINARY` names another
//! one to compare it with. Memory and processor time are measured on Linux only; elsewhere the bench
//! measures elapsed time. Without the `--bench` that Cargo passes, as under `cargo test --benches`,
//! all inputs are small, which only shows that the bench works.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const SAMPLE: &str = include_str!("../samples/plain-chat.json");
const MIB: f64 = 1024.0 * 1024.0;
/// The most time that twice the input may take, as a multiple.
const MAX_GROWTH: f64 = 2.3;

/// An input of any size.
struct Workload {
    name: &'static str,
    /// How many parts it has: messages, keys, lines or bytes, as `name` says.
    count: usize,
    write: fn(usize, &mut dyn Write) -> io::Result<()>,
}

/// The cost of a run of the program.
struct Cost {
    time: Duration,
    /// The most memory it held, in MiB.
    memory: Option<f64>,
}

fn main() -> ExitCode {
    let scale = if std::env::args().any(|argument| argument == "--bench") {
        1
    } else {
        1000
    };
    let binary = std::env::var_os("CHATLOG_BINARY")
        .map_or_else(|| env!("CARGO_BIN_EXE_chatlog").into(), PathBuf::from);
    let bench = Bench {
        binary,
        folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits"),
        scale,
    };
    match bench.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("limits: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Single bodies with very many messages or keys.
const BODIES: [Workload; 6] = [
    Workload {
        name: "messages {}",
        count: 1_000_000,
        write: empty_messages,
    },
    Workload {
        name: "unknown keys",
        count: 1_000_000,
        write: unknown_keys,
    },
    Workload {
        name: "keys of a slot",
        count: 1_000_000,
        write: slots,
    },
    Workload {
        name: "duplicate keys",
        count: 1_000_000,
        write: duplicate_keys,
    },
    Workload {
        name: "bytes of a string",
        count: 200_000_000,
        write: long_string,
    },
    Workload {
        name: "real messages",
        count: 500_000,
        write: messages,
    },
];

const STREAMS: [Workload; 4] = [
    Workload {
        name: "values on one line",
        count: 3_000,
        write: one_line,
    },
    Workload {
        name: "lines of NDJSON",
        count: 15_000,
        write: ndjson,
    },
    Workload {
        name: "non-objects in an array",
        count: 300_000,
        write: non_objects,
    },
    Workload {
        name: "headers",
        count: 200_000,
        write: headers,
    },
];

const FORGERIES: [Workload; 3] = [
    Workload {
        name: "forged bytes",
        count: 90_000,
        write: forged_body,
    },
    Workload {
        name: "forged bytes",
        count: 15_000_000,
        write: forged_body,
    },
    Workload {
        name: "forged deliveries",
        count: 1_000,
        write: forged_deliveries,
    },
];

/// The commands whose memory is bounded.
const COMMANDS: [&[&str]; 3] = [
    &["validate", "--strict"],
    &["show"],
    &["show", "--format", "json"],
];
const VALIDATE: &[&str] = &["validate", "--quiet", "--max-size", "1024"];
const VERIFY: &[&str] = &["verify", "--secret", "chatlog-sample-secret"];

struct Bench {
    binary: PathBuf,
    folder: PathBuf,
    /// The divisor of the size of all inputs.
    scale: usize,
}

impl Bench {
    fn run(&self) -> io::Result<()> {
        println!("{}\n", self.binary.display());
        fs::create_dir_all(&self.folder)?;
        println!("Peak memory: at most 8 × input + 256 B a message or key + 32 MiB");
        for input in &BODIES {
            self.measure_memory(input)?;
        }
        println!("\nGrowth: at most {MAX_GROWTH} times the time for twice the input");
        for input in BODIES.iter().chain(&STREAMS) {
            self.measure_growth(input, VALIDATE)?;
        }
        for input in &FORGERIES {
            self.measure_growth(input, VERIFY)?;
        }
        fs::remove_dir_all(&self.folder)
    }

    fn measure_memory(&self, input: &Workload) -> io::Result<()> {
        let count = input.count.div_ceil(self.scale);
        let (path, bytes) = self.generate(input, count)?;
        // A string has no messages or keys worth counting.
        let countable = if bytes < 2 * count { 0 } else { count };
        let bound = as_mib(8 * bytes + 256 * countable) + 32.0;
        for command in COMMANDS {
            let cost = self.cost(command, &path)?;
            let memory = cost.memory.map_or_else(
                || "memory unknown".to_owned(),
                |memory| format!("{memory:7.1} MiB of {bound:7.1}{}", verdict(memory, bound)),
            );
            println!(
                "{} {:22} {memory}  {:7.2} s",
                described(input, count, bytes),
                command.join(" "),
                cost.time.as_secs_f64(),
            );
        }
        Ok(())
    }

    fn measure_growth(&self, input: &Workload, command: &[&str]) -> io::Result<()> {
        let count = input.count.div_ceil(self.scale);
        let mut times = [0.0; 2];
        let mut largest = 0;
        for (time, count) in times.iter_mut().zip([count, 2 * count]) {
            let (path, bytes) = self.generate(input, count)?;
            *time = self.shortest_time(command, &path)?.as_secs_f64();
            largest = bytes;
        }
        let [once, twice] = times;
        // Times below 10 ms are noise, and do not count as growth.
        let growth = twice.max(0.01) / once.max(0.01);
        println!(
            "{} {:10} {twice:7.2} s, half of it {once:7.2} s: {growth:5.2} times{}",
            described(input, 2 * count, largest),
            command[0],
            verdict(growth, MAX_GROWTH),
        );
        Ok(())
    }

    /// The time of the fastest of three runs, or of fewer if one takes two seconds or more.
    fn shortest_time(&self, command: &[&str], path: &Path) -> io::Result<Duration> {
        let mut shortest = self.cost(command, path)?.time;
        for _ in 1..3 {
            if shortest < Duration::from_secs(2) {
                shortest = shortest.min(self.cost(command, path)?.time);
            }
        }
        Ok(shortest)
    }

    /// Writes an input to a file. Returns the path and the size in bytes.
    fn generate(&self, input: &Workload, count: usize) -> io::Result<(PathBuf, usize)> {
        let path = self.folder.join("input");
        let mut out = BufWriter::new(File::create(&path)?);
        (input.write)(count, &mut out)?;
        out.flush()?;
        let bytes = usize::try_from(fs::metadata(&path)?.len()).unwrap_or(usize::MAX);
        Ok((path, bytes))
    }

    fn cost(&self, command: &[&str], path: &Path) -> io::Result<Cost> {
        let started = Instant::now();
        let before = children_time();
        let mut child = Command::new(&self.binary)
            .args(command)
            .arg("--no-config")
            .arg(path)
            .env_remove("CHATLOG_SECRET")
            .env_remove("CHATLOG_SCHEME")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut memory = None;
        while child.try_wait()?.is_none() {
            // The peak only grows, so the last reading counts.
            memory = peak(child.id()).or(memory);
            std::thread::sleep(Duration::from_millis(1));
        }
        let time = match (before, children_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => started.elapsed(),
        };
        Ok(Cost { time, memory })
    }
}

fn described(input: &Workload, count: usize, bytes: usize) -> String {
    format!("{:>9} {:23} {:6.1} MiB ", count, input.name, as_mib(bytes))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no input is large enough for the difference to matter"
)]
fn as_mib(bytes: usize) -> f64 {
    bytes as f64 / MIB
}

fn verdict(value: f64, limit: f64) -> &'static str {
    if value <= limit { "" } else { "  EXCEEDED" }
}

/// The peak memory of a running program in MiB.
#[cfg(target_os = "linux")]
fn peak(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(not(target_os = "linux"))]
fn peak(_: u32) -> Option<f64> {
    None
}

/// The processor time of all child processes that have ended.
#[cfg(target_os = "linux")]
fn children_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses, the state, 10 other fields, 2 times of this process, then 2 times of
    // its children.
    let (_, fields) = stat.rsplit_once(") ")?;
    let times = fields.split(' ').skip(13).take(2);
    let ticks: u64 = times.map_while(|time| time.parse::<u64>().ok()).sum();
    // Linux shows times in hundredths of a second on all of its machines.
    Some(Duration::from_millis(10 * ticks))
}

#[cfg(not(target_os = "linux"))]
fn children_time() -> Option<Duration> {
    None
}

/// Writes items with commas between them.
fn list(
    count: usize,
    out: &mut dyn Write,
    mut item: impl FnMut(usize, &mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    for number in 0..count {
        if number > 0 {
            out.write_all(b",")?;
        }
        item(number, out)?;
    }
    Ok(())
}

fn repeat(text: &str, count: usize, out: &mut dyn Write) -> io::Result<()> {
    (0..count).try_for_each(|_| out.write_all(text.as_bytes()))
}

fn empty_messages(count: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(br#"{"messages":["#)?;
    list(count, out, |_, out| out.write_all(b"{}"))?;
    out.write_all(b"]}")
}

fn unknown_keys(count: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(br#"{"messages":[],"#)?;
    list(count, out, |number, out| write!(out, r#""k{number}":1"#))?;
    out.write_all(b"}")
}

fn slots(count: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(br#"{"ner_slots":{"#)?;
    list(count, out, |number, out| write!(out, r#""k{number}":1"#))?;
    out.write_all(b"}}")
}

fn duplicate_keys(count: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(br#"{"messages":[],"#)?;
    list(count, out, |_, out| out.write_all(br#""k":1"#))?;
    out.write_all(b"}")
}

fn long_string(count: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(br#"{"messages":[{"content":{"type":"text","text":""#)?;
    io::copy(&mut io::repeat(b'x').take(count as u64), out)?;
    out.write_all(br#""}}]}"#)
}

fn messages(count: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(br#"{"messages":["#)?;
    list(count, out, |number, out| {
        write!(
            out,
            r#"{{"msg_id":"{number:032x}","sender_type":"user","timestamp":{},"status":"read","content":{{"type":"text","text":"What somebody says in message {number} of a long conversation"}}}}"#,
            1_743_573_600 + number
        )
    })?;
    out.write_all(b"]}")
}

/// The sample without line breaks.
fn sample() -> String {
    SAMPLE.lines().map(str::trim_start).collect()
}

fn one_line(count: usize, out: &mut dyn Write) -> io::Result<()> {
    repeat(&sample(), count, out)
}

fn ndjson(count: usize, out: &mut dyn Write) -> io::Result<()> {
    repeat(&(sample() + "\n"), count, out)
}

fn non_objects(count: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"[{},")?;
    list(count, out, |_, out| out.write_all(b"1"))?;
    out.write_all(b"]")
}

fn headers(count: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"POST / HTTP/1.1\r\n")?;
    for number in 0..count {
        write!(out, "X-{number}: {number}\r\n")?;
    }
    write!(out, "\r\n{}", sample())
}

/// A signature that matches no secret.
const FORGED: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn forged_body(count: usize, out: &mut dyn Write) -> io::Result<()> {
    let sample = sample();
    write!(out, "POST / HTTP/1.1\r\nX-AIRudder-Sign: {FORGED}\r\n\r\n[")?;
    list(count.div_ceil(sample.len()), out, |_, out| {
        out.write_all(sample.as_bytes())
    })?;
    out.write_all(b"]")
}

fn forged_deliveries(count: usize, out: &mut dyn Write) -> io::Result<()> {
    let body = sample().replace('\\', r"\\").replace('"', r#"\""#);
    let line = format!(r#"{{"headers":{{"X-AIRudder-Sign":"{FORGED}"}},"body":"{body}"}}"#);
    repeat(&(line + "\n"), count, out)
}
