//! Notifications in the lines of logs: read behind whatever stands before them, and never believed where a
//! stranger may have written them.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chatlog::capture::{Capture, CaptureOptions, SkippedPart, deliveries};
use chatlog::delivery::{CaptureFormat, Fidelity};
use chatlog::signature::Verdict;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::folder::{Folder, run};
use crate::notifications::{any_notification, good, runner};
use crate::sample::{BODY, SECRET, SIGNATURE, record, verdict};

fn read(input: &[u8]) -> Capture<'_> {
    deliveries(&record(input), &CaptureOptions::default())
}

/// The verdict and the fidelity of each delivery in a text.
fn held(text: &str) -> Vec<(Verdict, Fidelity)> {
    let capture = read(text.as_bytes());
    let deliveries = capture.deliveries.iter();
    deliveries.map(|it| (verdict(it), it.fidelity)).collect()
}

fn envelope() -> String {
    json!({"headers": {"X-AIRudder-Sign": SIGNATURE}, "body": BODY}).to_string()
}

/// As nginx writes a variable between quotes.
fn nginx(text: &str) -> String {
    let escaped = |byte| match byte {
        b'"' | b'\\' | 0..32 | 127.. => format!("\\x{byte:02X}"),
        _ => char::from(byte).to_string(),
    };
    text.bytes().map(escaped).collect()
}

const SAMPLES: [&str; 14] = [
    "app",
    "cloudwatch",
    "compose",
    "cri",
    "heroku",
    "journal",
    "journal-export",
    "kubectl",
    "logfmt",
    "nginx",
    "pretty",
    "python",
    "reprinted",
    "syslog",
];

#[test]
fn every_sample_has_its_verdict() {
    for name in SAMPLES {
        let path = format!("samples/captures/log-{name}.txt");
        let text = std::fs::read_to_string(path).expect("the sample");
        let verdicts = |text: &str| held(text).into_iter().map(|it| it.0).collect::<Vec<_>>();
        let count = match name {
            "pretty" | "python" | "syslog" => 2,
            _ => 1,
        };
        let (genuine, forged) = match name {
            // A program printed it again.
            "reprinted" => (Verdict::Inconclusive, Verdict::Inconclusive),
            _ => (Verdict::Valid, Verdict::Invalid),
        };
        assert_eq!(verdicts(&text), vec![genuine; count], "{name}");
        let tampered = text.replace(SIGNATURE, &"0".repeat(64));
        assert_eq!(verdicts(&tampered), vec![forged; count], "{name}");
    }
}

/// A stranger chooses the name of a browser, a path, and the text of a message.
#[test]
fn what_a_stranger_wrote_on_a_line_is_never_valid() {
    let signed = envelope();
    let other = BODY.replace("closed", "opened");
    let quoted = |text: &str| json!(text).to_string();
    let mut message: Value = serde_json::from_str(BODY).expect("it is JSON");
    message["messages"][1]["content"]["text"] = json!(signed);
    let cut = &message.to_string()[..message.to_string().len() - 20];
    for line in [
        // The only notification on the line, in quotes.
        format!(r#"7 "POST / HTTP/1.1" 200 "{}" "-""#, nginx(&signed)),
        format!(r#"7 "POST / HTTP/1.1" 200 "{signed}" "-""#),
        format!("INFO agent={} body={{}}", quoted(&signed)),
        format!("INFO agent={signed:?} body={{}}"),
        // Before the real body, or behind it.
        format!(r#"7 200 "{}" "{}""#, nginx(&signed), nginx(&other)),
        format!(r#"7 200 "{}" "{}""#, nginx(&other), nginx(&signed)),
        format!("INFO agent={signed} body={other}"),
        format!("INFO agent={} body={other}", quoted(&signed)),
        // Beside a signature that the stranger wrote in quotes.
        format!(r#"7 200 "x-airudder-sign: {SIGNATURE}" "{}""#, nginx(BODY)),
        format!(
            r#"7 200 "{}" "{}""#,
            nginx(&format!("x-airudder-sign={SIGNATURE}")),
            nginx(BODY)
        ),
        format!(
            "INFO agent={} body={BODY}",
            quoted(&format!("\" x-airudder-sign={SIGNATURE}"))
        ),
        format!(
            "INFO agent={} body={BODY}",
            json!({"x": {"x-airudder-sign": SIGNATURE}})
        ),
        // Two signatures.
        format!("INFO x-airudder-sign={SIGNATURE} x-airudder-sign=00 {BODY}"),
        format!("INFO x-airudder-sign=00 x-airudder-sign={SIGNATURE} {BODY}"),
        // In the text of a message, whole or broken.
        format!("INFO x-airudder-sign=00 {message}"),
        format!("INFO {cut}"),
        format!("INFO {}", quoted(cut)),
        format!("INFO x-airudder-sign={SIGNATURE} {cut}"),
    ] {
        for text in [
            line.clone(),
            format!("2025-04-15T06:41:10Z stdout F {line}\nbye\n"),
        ] {
            let held = held(&text);
            assert!(
                held.iter().all(|it| it.0 != Verdict::Valid),
                "{held:?}\n{text}"
            );
        }
    }
    assert_eq!(
        held(&format!("INFO {signed}")),
        [(Verdict::Valid, Fidelity::Text)]
    );
}

/// Container runtimes and journals keep lines in JSON.
#[test]
fn a_line_in_json_is_read_and_never_valid() {
    for line in [
        format!("INFO got webhook {}\n", envelope()),
        format!("INFO x-airudder-sign={SIGNATURE} {BODY}"),
        format!("time=0 body={}", json!(BODY)),
    ] {
        for record in [
            json!({"log": line, "stream": "stdout", "time": "2025-04-15T06:41:10Z"}),
            json!({"MESSAGE": line, "PRIORITY": "6"}),
            json!({"headers": {"X-AIRudder-Sign": SIGNATURE}, "event": {"text": line}}),
        ] {
            let record = record.to_string();
            let capture = read(record.as_bytes());
            let [delivery] = &capture.deliveries[..] else {
                panic!("one delivery: {record}");
            };
            assert_eq!(&*delivery.body, BODY.as_bytes());
            assert_ne!(verdict(delivery), Verdict::Valid, "{record}");
        }
    }
}

#[test]
fn two_copies_on_a_line_are_one_delivery() {
    let parsed: Value = serde_json::from_str(BODY).expect("it is JSON");
    let line = format!(
        "INFO x-airudder-sign={SIGNATURE} parsed={parsed} raw={}",
        json!(BODY)
    );
    assert_eq!(held(&line).len(), 1);
}

#[test]
fn a_piece_of_a_notification_is_a_broken_body_and_other_text_is_passed_over() {
    for piece in [
        format!("INFO got {}", &BODY[..300]),
        format!("INFO body={}", &json!(BODY).to_string()[..300]),
        format!("7 200 \"{}", &nginx(BODY)[..300]),
        format!("2025-04-15T06:41:10Z stdout P {}", &BODY[..300]),
    ] {
        let text = format!("INFO start\n{piece}\nINFO end\n");
        let capture = read(text.as_bytes());
        let [delivery] = &capture.deliveries[..] else {
            panic!("one piece: {:?}", capture.deliveries);
        };
        assert_eq!(delivery.start.line, 2);
        assert_eq!(&*delivery.body, piece.as_bytes());
        let passed: usize = capture.skipped.iter().map(|it| it.count).sum();
        assert_eq!(passed, 2, "{text}");
        assert!(
            capture
                .skipped
                .iter()
                .all(|it| it.part == SkippedPart::Line)
        );
    }
    for other in [
        "INFO {\"status\": \"closed\", \"timestamp\": 7}",
        "INFO saved {\"call_id\": \"7\"}",
        "INFO {",
        "hello",
    ] {
        assert!(read(other.as_bytes()).deliveries.is_empty(), "{other}");
    }
}

/// Any text around a notification, in any of the forms that loggers write.
#[test]
fn a_notification_on_any_line_is_found_once() {
    let prefixes = vec![
        "",
        "INFO got webhook ",
        "web-1  | ",
        "[2025-04-15 06:41:10] app.INFO: webhook ",
        "<34>1 2025-04-15T06:41:10Z host app 7 - [a@1 b=\"c\"] ",
        "Apr 15 06:41:10 host app[7]: ",
        "2025-04-15T06:41:10.25Z stdout F ",
        "2025-04-15T06:41:10Z app[web.1]: got {} and ",
        "MESSAGE=",
        "level=info n={\"a\": [1]} body=",
    ];
    let cases = (
        any_notification(),
        select(prefixes),
        0..5_usize,
        "[ -z]{0,20}",
        any::<bool>(),
    );
    let outcome = runner(2_000).run(&cases, |(notification, prefix, form, behind, is_signed)| {
        let Value::Object(mut members) = good().remove(0) else {
            panic!("a good notification is an object");
        };
        members.extend(notification.as_object().cloned().unwrap_or_default());
        let body = Value::Object(members).to_string().replace('\u{fffd}', "?");
        let prefix = if prefix.is_empty() && form == 0 {
            "x "
        } else {
            prefix
        };
        let kept = match form {
            0 => body.clone(),
            1 => json!(body).to_string(),
            2 => format!("\"{}\"", nginx(&body)),
            3 => json!({"headers": {}, "body": body}).to_string(),
            _ => json!({"event": {"kept": body}}).to_string(),
        };
        let prefix = if prefix.is_empty() && form > 0 {
            "x "
        } else {
            prefix
        };
        let signature = if is_signed { " x-airudder-sign=00" } else { "" };
        let text = format!("INFO start\n{prefix}{kept}{signature} {behind}\nINFO end\n");
        let capture = read(text.as_bytes());
        prop_assert_eq!(capture.deliveries.len(), 1, "{}", text);
        let delivery = &capture.deliveries[0];
        prop_assert_eq!(&*delivery.body, body.as_bytes(), "{}", text);
        prop_assert_eq!(delivery.fidelity, Fidelity::Text);
        let passed: usize = capture.skipped.iter().map(|it| it.count).sum();
        prop_assert_eq!(passed, 2, "{}", text);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

/// Lines of a log, whole or in parts, never have something found in them that is not there.
#[test]
fn nothing_is_found_where_nothing_is() {
    const PIECES: &[&str] = &[
        "INFO ",
        "{",
        "}",
        "{\"",
        "\"",
        "\\\"",
        "\\x22",
        "\\",
        "'",
        "b'{\"",
        ": ",
        ", ",
        "[",
        "]",
        "\n",
        "web-1  | ",
        "2025-04-15T06:41:10Z stdout P ",
        "2025-04-15T06:41:10Z stderr F ",
        "7",
        "{\"status\": \"closed\"}",
        "\"headers\": {}",
        "\u{fffd}",
        "x-airudder-sign=00",
        "{\n",
    ];
    let texts = prop::collection::vec(select(PIECES), 0..40);
    let outcome = runner(50_000).run(&texts, |pieces| {
        let text = format!("x{}", pieces.concat());
        let capture = read(text.as_bytes());
        prop_assert!(capture.deliveries.is_empty(), "{}", text);
        // A line in the quotes of CSV makes it a table of one column, whose broken rows are problems.
        prop_assume!(capture.format != CaptureFormat::Table);
        let passed: usize = capture.skipped.iter().map(|it| it.count).sum();
        prop_assert_eq!(passed, text.lines().count(), "{}", text);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}

/// Reading takes time in proportion to the text, whatever a stranger puts into it.
#[test]
fn no_line_takes_long_to_read() {
    for repeated in [
        "{",
        "{\"",
        "{\\\"",
        "{\\x22",
        "{ ",
        "{\n",
        "\"{\"a",
        "'{\"a\\\\",
        "\"call_id\":",
        "x\n",
        "{}",
        "{\"a\":",
        "{\"a\":[\n",
        "2025-04-15T06:41:10Z stdout P {\n",
        "web-1  | {\n",
        "x-airudder-sign=0 ",
        "\\",
        "{\"call_id\":\n",
    ] {
        let text = format!("x {}", repeated.repeat(1_000_000 / repeated.len()));
        let start = Instant::now();
        drop(read(text.as_bytes()));
        let taken = start.elapsed();
        assert!(
            taken < Duration::from_secs(10),
            "{taken:?} for {repeated:?}"
        );
    }
    for repeated in [
        "x-airudder-sign=0 ",
        "{\"call_id\":7} ",
        "{\"x-airudder-sign\":7} ",
    ] {
        let text = format!("x {}{BODY}", repeated.repeat(1_000_000 / repeated.len()));
        let start = Instant::now();
        assert_eq!(read(text.as_bytes()).deliveries.len(), 1);
        let taken = start.elapsed();
        assert!(
            taken < Duration::from_secs(20),
            "{taken:?} for {repeated:?}"
        );
    }
    let objects = format!("x {}", format!("{BODY} ").repeat(500));
    let start = Instant::now();
    assert_eq!(read(objects.as_bytes()).deliveries.len(), 1);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_message_is_not_torn_apart_however_much_is_before_it() {
    let folder = Folder::new("logs-torn");
    let lines = "2025-04-15T06:41:10Z stdout F nothing to see here\n";
    let text = format!("got webhook {}", envelope());
    let mut parts = String::new();
    for (index, character) in text.chars().enumerate() {
        if index % 300 == 0 {
            let noise = if index > 0 {
                "\n2025-04-15T06:41:10Z stderr F a warning\n"
            } else {
                ""
            };
            parts += &format!("{noise}2025-04-15T06:41:10Z stdout P ");
        }
        parts.push(character);
    }
    parts += "\n2025-04-15T06:41:10Z stdout F \n";
    let pretty = serde_json::to_string_pretty(
        &json!({"headers": {"X-AIRudder-Sign": SIGNATURE}, "body": BODY}),
    );
    let pretty = format!("INFO got {}\n", pretty.expect("JSON"));
    for (message, step) in [(parts, 997), (pretty, 31)] {
        for before in (32_000..33_200).step_by(step) {
            let before =
                lines.repeat(before / lines.len()) + &"x".repeat(before % lines.len()) + "\n";
            folder.write("x.log", format!("{before}{message}{lines}"));
            for jobs in ["1", "2"] {
                let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
                command
                    .args(["verify", "--jobs", jobs, "x.log"])
                    .env("CHATLOG_SECRET", SECRET);
                run(&mut command, b"").is(0, &["1 delivery: 1 valid"]);
            }
        }
    }
}

#[test]
fn a_line_of_a_live_log_is_answered_at_once() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chatlog"))
        .args(["verify", "--format", "json"])
        .env("CHATLOG_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    for _ in 0..3 {
        writeln!(stdin, "INFO start\nINFO got webhook {}", envelope()).expect("it reads on");
        let mut answer = String::new();
        // This waits for ever if the program does.
        stdout.read_line(&mut answer).expect("text");
        assert!(answer.contains("\"valid\""), "{answer}");
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_foreign_file_is_named_with_what_exports_it() {
    let folder = Folder::new("foreign");
    let pcap = [&b"\xd4\xc3\xb2\xa1\x02\0\x04\0"[..], &[0; 5000]].concat();
    let cases: [(&str, &[u8], &str); 8] = [
        ("a.pcap", &pcap, "a pcap file; `tcpflow -r FILE`"),
        ("a.json", &pcap, "a pcap file; `tcpflow -r FILE`"),
        (
            "a.flow",
            b"2745:7:version;2:21#4:type;4:http;",
            "a flow file of mitmproxy; `mitmdump -nr",
        ),
        ("a.parquet", b"PAR1\x15\x04", "a Parquet file; DuckDB"),
        (
            "a.yaml",
            b"interactions:\n- request:\n    body: \"{\\\"call_id\\\": \\\"7\\\"}\"\n",
            "a YAML cassette; this converts it to JSON",
        ),
        (
            "a.log",
            b"2025-04-15 06:41:10 INFO a\n2025-04-15 06:41:10 INFO b\n",
            "a log of 2 lines",
        ),
        ("a.txt", b"hello\n", "text of 1 line"),
        (
            "a.ndjson",
            b"{\"level\":30,\"msg\":\"a\"}\n{\"level\":30,\"msg\":\"b\"}\n",
            "a log or a table of 2 records",
        ),
    ];
    for (name, bytes, want) in cases {
        folder.write(name, bytes);
        for command in ["show", "validate", "verify", "check", "extract"] {
            let mut program = folder.command(env!("CARGO_BIN_EXE_chatlog"));
            program.env("CHATLOG_SECRET", SECRET);
            let told = run(program.args([command, name]), b"");
            told.is(
                2,
                &[&format!(
                    "chatlog: {name}: no notification found: this looks like {want}"
                )],
            );
            assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
        }
        let mut program = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        run(program.args(["validate", "-"]), bytes).is(2, &["chatlog: -: no notification found: "]);
    }
    // In a folder, a file with the name of a capture fails, and others are passed over.
    let named = folder.chatlog("validate .");
    named.is(
        2,
        &[
            "a.json: no notification found",
            "a.ndjson: no notification found",
            "passed over 6 files",
        ],
    );
}

/// A pcap of gigabytes is known by its first bytes.
#[test]
fn a_binary_file_is_not_read_to_its_end() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chatlog"))
        .arg("validate")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let start = [&b"\xd4\xc3\xb2\xa1\x02\0\x04\0"[..], &[0; 8192]].concat();
    // This fills the pipe for ever if the program reads on.
    while stdin.write_all(&start).is_ok() {}
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
}

#[test]
fn what_is_no_webhook_is_passed_over_and_counted() {
    let folder = Folder::new("passed-over");
    let line = serde_json::to_string(&good()[0]).expect("JSON");
    folder.write(
        "log.ndjson",
        format!("{{\"level\": 30, \"msg\": \"a\"}}\n{line}\n{{}}\nbye\n"),
    );
    let run = folder.chatlog("validate log.ndjson");
    run.is(
        1,
        &[
            "skipped 1 record and 1 line without a notification",
            "not-a-notification",
        ],
    );
    let request = |body: &str| json!({"request": {"method": "POST", "postData": {"text": body}}});
    let archive = |bodies: &[&str]| {
        let entries: Vec<Value> = bodies.iter().map(|body| request(body)).collect();
        json!({"log": {"entries": entries}}).to_string()
    };
    folder.write("a.har", archive(&["{}", "a=b", &line, "{\"call_id\": "]));
    let run = folder.chatlog("validate a.har");
    run.is(
        1,
        &[
            "skipped 2 requests that are not webhooks: 2 × no notification",
            "2 deliveries",
        ],
    );
    folder.write("b.har", archive(&["{}"]));
    folder
        .chatlog("validate b.har")
        .is(1, &["not-a-notification"]);
    folder.write("c.har", archive(&["{}", "[]"]));
    folder
        .chatlog("validate c.har")
        .is(2, &["c.har: holds no webhook"]);
    // Garbage in JSON is no line of a log.
    folder.write("tail.json", format!("{line} tail\n"));
    folder.chatlog("validate tail.json").is(1, &["not-json"]);
    folder.write("items.json", format!("[{line},\ntail\n]\n"));
    folder.chatlog("validate items.json").is(1, &["not-json"]);
}
