//! Every sample of a capture yields the deliveries that it was made from, and broken ones are reported.
//!
//! The samples hold one body, whose bytes change when any tool parses it and prints it again. Their signatures are those of
//! OpenSSL: `openssl dgst -sha256 -hmac chatlog-sample-secret samples/captures/body.json`, and the
//! same over the compressed bytes where a body is sent so.

use std::path::Path;

use chatlog::Position;
use chatlog::capture::{Capture, CaptureOptions, Limits, Record, deliveries, is_text};
use chatlog::delivery::CaptureFormat;
use chatlog::delivery::Fidelity;
use chatlog::finding::Rule;
use chatlog::json::Document;
use chatlog::{Origin, Text, inspect};
use serde_json::value::RawValue;

use crate::sample::{SIGNATURE, record as alone, whole};

/// What the names of archives end with.
const ARCHIVES: [&str; 2] = [".zip", ".tar.gz"];

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new("samples/captures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir("samples/captures")
        .expect("the samples")
        .map(|entry| entry.expect("a sample").file_name())
        .map(|name| name.into_string().expect("a name"))
        // Those are not for the library; `archives` reads them.
        .filter(|name| !ARCHIVES.iter().any(|extension| name.ends_with(extension)))
        .collect();
    names.sort();
    names
}

/// The part of an input that holds one record.
fn record<'a>(input: &'a [u8], part: &str) -> Record<'a> {
    let at = part.as_ptr().addr() - input.as_ptr().addr();
    let before = std::str::from_utf8(&input[..at]).expect("the input is text");
    Record {
        bytes: &input[at..at + part.len()],
        terminator: b"",
        is_whole: false,
        start: Position::START.after(before),
    }
}

/// The records of an input, cut as far as these samples need it.
fn records(input: &[u8]) -> Vec<Record<'_>> {
    let Ok(text) = std::str::from_utf8(input) else {
        return vec![alone(input)];
    };
    let is_text = is_text(&CaptureOptions::default(), input);
    if is_text || serde_json::from_str::<Box<RawValue>>(text).is_err() {
        // A log is one run of lines.
        return if is_text || !input.starts_with(b"{") {
            vec![alone(input)]
        } else {
            text.lines().map(|line| record(input, line)).collect()
        };
    }
    match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(items) => items.iter().map(|item| record(input, item.get())).collect(),
        Err(_) => vec![alone(input)],
    }
}

fn read(input: &[u8], format: Option<CaptureFormat>) -> Vec<Capture<'_>> {
    let options = CaptureOptions {
        format,
        ..CaptureOptions::default()
    };
    let records = records(input);
    records
        .iter()
        .map(|record| deliveries(record, &options))
        .collect()
}

/// The deliveries of a sample: a line for each delivery with its format, fidelity, method, target
/// and time, its signature if that is not the body's, where the body starts, and the notes.
fn described(name: &str) -> String {
    let (input, body) = (sample(name), sample("body.json"));
    let mut lines = String::new();
    for capture in read(&input, None) {
        for delivery in &capture.deliveries {
            let is_faithful = matches!(delivery.fidelity, Fidelity::Exact | Fidelity::Text);
            let is_same = delivery.body == body;
            assert!(
                is_same || !is_faithful,
                "{name}: not the body that was sent"
            );
            let known = |text: &Option<Text<'_>>| text.as_ref().map_or("-".into(), Text::to_string);
            lines += &format!(
                "{} {} {} {}",
                capture.format,
                delivery.fidelity.name(),
                known(&delivery.method),
                known(&delivery.target),
            );
            if let Some(time) = delivery.received_at {
                lines += &format!(" {time}");
            }
            match delivery.headers.first("x-airudder-sign") {
                Some(value) if value.as_str() == SIGNATURE => {}
                value => lines += &format!(" signature {:?}", value.map(Text::as_str)),
            }
            if let Some(Position { line, column }) = delivery.body_start {
                lines += &format!(" {line}:{column}");
            }
            for note in &delivery.notes {
                lines += &format!("; {note}");
            }
            lines += "\n";
        }
        for skipped in &capture.skipped {
            let several = match skipped.count {
                1 => String::new(),
                count => format!("{count} × "),
            };
            lines += &format!("skipped: {several}{}\n", skipped.reason);
        }
        for problem in &capture.problems {
            lines += &format!("{}\n", problem.message);
        }
    }
    lines
}

#[test]
fn every_sample_is_read_as_it_was_made() {
    let found: String = names()
        .iter()
        .map(|name| format!("# {name}\n{}", described(name)))
        .collect();
    let path = "tests/captures.txt";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &found).expect("the expectation can be written");
    }
    let want = std::fs::read_to_string(path).expect("the expectation");
    assert!(
        found == want,
        "not as in {path}, which `BLESS=1` rewrites:\n{found}"
    );
}

/// The results for broken variants of every sample: problems as `line:column message`, deliveries as their
/// fidelity and body.
#[track_caller]
fn case(format: Option<CaptureFormat>, input: &str, want: &[&str]) {
    let options = CaptureOptions {
        format,
        limits: Limits { max_body: 100 },
        ..CaptureOptions::default()
    };
    // The only request of an input is a delivery, whatever it holds.
    let record = whole(input.as_bytes());
    let capture = deliveries(&record, &options);
    let mut found = Vec::new();
    for delivery in &capture.deliveries {
        let body = String::from_utf8_lossy(&delivery.body);
        found.push(format!("{} {body}", delivery.fidelity.name()));
    }
    for problem in &capture.problems {
        let Position { line, column } = problem.position.expect("a position");
        found.push(format!("{line}:{column} {}", problem.message));
    }
    assert_eq!(found, want, "{input}");
}

#[test]
fn what_is_broken_is_said_with_its_place() {
    let broken = |input, want: &str| case(None, input, &[want]);
    broken(
        "{\"Header\": {},\n \"Body\": \"eyJh!SI6MX0=\"}",
        "2:15 looks like `gh-webhook`, but `Body` is not base64: unexpected `!`",
    );
    broken(
        r#"{"request_payload_base64": 1}"#,
        "1:28 looks like `webhook-tester`, but `request_payload_base64` is not a base64 string",
    );
    broken(
        r#"{"httpMethod": "POST", "requestContext": {}, "body": {"a": 1}}"#,
        "1:54 looks like `api-gateway`, but the body is not a string",
    );
    broken(
        r#"{"headers": 7, "body": "{}"}"#,
        "1:13 looks like `envelope`, but `headers` is neither an object nor an array",
    );
    broken(
        r#"{"headers": "none", "body": "{}"}"#,
        "1:13 looks like `envelope`, but `headers` is a string without `Name: value` lines",
    );
    broken(
        "{\"headers\": [{\"name\": \"A\", \"value\": \"1\"}, {\"name\": 1}, true], \"body\": \"{}\"}",
        "1:56 looks like `envelope`, but a header is neither an object with a name and a value nor a pair",
    );
    broken(
        r#"{"headers": {}, "body": "a\qb"}"#,
        "1:25 looks like `envelope`, but the string that holds the body is invalid: invalid escape in a string",
    );
    broken(
        "{\"log\": {\"entries\": 1}}",
        "1:21 looks like `har`, but its list of requests is not an array",
    );
    broken(
        "POST /a HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n{}",
        "3:1 looks like an HTTP message, but this line is not a header",
    );
    broken(
        "POST /a HTTP/1.1\nHost: a\n",
        "2:1 looks like an HTTP message, but it has headers but no body",
    );
    broken(
        "curl -d '{}\n",
        "1:1 looks like a curl command, but a quotation mark is not closed",
    );
    broken(
        "curl -d @body.json https://example.com",
        "1:1 looks like a curl command, but `-d @body.json` names a file, which chatlog does not \
         read: replace the name with the content",
    );
    broken(
        "curl -F a=b https://example.com",
        "1:1 looks like a curl command, but `-F` does not send JSON text",
    );
    broken(
        "data: 1\n",
        "1:7 looks like `smee`, but its data is not a JSON object",
    );
    for format in [
        CaptureFormat::Har,
        CaptureFormat::Ngrok,
        CaptureFormat::Hookdeck,
        CaptureFormat::GhWebhook,
        CaptureFormat::N8n,
    ] {
        let found = read(b"{}", Some(format));
        let problems = &found[0].problems;
        assert_eq!(problems.len(), 1, "{format}: {problems:?}");
    }
}

#[test]
fn what_is_cut_off_is_still_read() {
    case(
        None,
        r#"{"headers": {}, "body": "{\"a\": \"\u00e"#,
        &[
            r#"truncated {"a": ""#,
            "1:41 looks like `envelope`, but it ends too early",
        ],
    );
    case(
        None,
        r#"{"headers": {}, "body": {"a": [1, "#,
        &[
            r#"reserialized {"a": [1, "#,
            "1:35 looks like `envelope`, but it ends too early",
        ],
    );
    case(
        None,
        r#"{"Header": {}, "Body": "eyJhIjogMX"#,
        &[
            r#"truncated {"a": "#,
            "1:35 looks like `gh-webhook`, but it ends too early",
        ],
    );
    case(
        None,
        "POST / HTTP/1.1\nContent-Length: 9\n\n{\"a\": ",
        &["truncated {\"a\": "],
    );
}

#[test]
fn one_broken_entry_hides_no_other() {
    case(
        None,
        r#"{"log": {"entries": [{}, 5, {"request": {"method": "POST", "postData": {"text": "{}"}}},
{"request": {"meth"#,
        &[
            "text {}",
            "1:22 looks like `har`, but it has no `request`",
            "1:26 looks like `har`, but this entry is not an object",
            "2:19 looks like `har`, but it ends too early",
        ],
    );
    case(
        None,
        "POST /a HTTP/1.1\nbroken\n\nx\nPOST /b HTTP/1.1\nContent-Length: 2\n\n{}",
        &[
            "exact {}",
            "2:1 looks like an HTTP message, but this line is not a header",
        ],
    );
    case(
        None,
        "POST /a HTTP/1.1\nContent-Length: 40\n\n{\"a\":\n\nPOST /b HTTP/1.1\n\n{\"messages\":1}",
        &["truncated {\"a\":", "exact {\"messages\":1}"],
    );
    case(
        None,
        "curl -d @a https://example.com\n# don't\ncurl -d {} https://example.com",
        &[
            "text {}",
            "1:1 looks like a curl command, but `-d @a` names a file, which chatlog does not \
         read: replace the name with the content",
        ],
    );
    case(
        None,
        "data: {\"body\": {\"messages\":1}, \"que\n\ndata: 5\n\ndata: {\"body\": {\"messages\":2}, \"query\": {}}\n",
        &[
            "reserialized {\"messages\":1}",
            "reserialized {\"messages\":2}",
            "1:36 looks like `smee`, but it ends too early",
            "3:7 looks like `smee`, but its data is not a JSON object",
        ],
    );
}

#[test]
fn a_body_is_no_more_faithful_than_its_headers_allow() {
    let envelope = |headers: &str, body: &str, want: &str| {
        let input = format!("{{\"headers\": {{{headers}}}, {body}}}");
        case(None, &input, &[want]);
    };
    let text = r#""body": "{}""#;
    envelope(r#""Content-Encoding": "identity""#, text, "text {}");
    envelope(r#""Content-Encoding": "gzip""#, text, "decoded {}");
    envelope(r#""Content-Type": "a/b; charset=UTF-8""#, text, "text {}");
    envelope(
        r#""Content-Type": "a/b; charset=latin1""#,
        text,
        "decoded {}",
    );
    // What is whole was not cut: the length it had before is told apart, and the verdict is open.
    envelope(r#""Content-Length": "3""#, text, "text {}");
    let cut = r#""body": "{\"a\": ""#;
    envelope(r#""Content-Length": "9""#, cut, "truncated {\"a\": ");
    envelope("", r#""body": "\ud83d""#, "decoded \u{fffd}");
    envelope("", "\"body\": \"\u{fffd}\"", "decoded \u{fffd}");
    let exact = r#""body_b64": "e30=""#;
    envelope(r#""content-encoding": "gzip""#, exact, "decoded {}");
    envelope(r#""content-encoding": "br""#, exact, "decoded {}");
    envelope(
        r#""content-type": "a/b; charset=latin1""#,
        exact,
        "exact {}",
    );
    envelope(r#""content-length": "1""#, exact, "exact {}");
}

#[test]
fn the_samples_hold_a_good_notification() {
    let body = sample("body.json");
    let capture = &read(&body, None)[0];
    let document = Document::new(&body);
    let origin = Origin {
        source: Text::from("body.json"),
        index: 1,
    };
    let report = inspect(
        &origin,
        &capture.deliveries[0],
        &document,
        &chatlog::InspectOptions::default(),
    );
    let rules: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [Rule::NumberPrecision]);
}

#[test]
fn encoded_bodies_keep_the_bytes_as_sent() {
    for name in ["http-gzip.http", "http-deflate.http"] {
        let input = sample(name);
        let capture = &read(&input, None)[0];
        let sent = capture.deliveries[0].encoded_body.as_deref();
        assert!(input.ends_with(sent.expect("the bytes as sent")), "{name}");
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let input = sample("http-gzip.http");
    let options = CaptureOptions {
        limits: Limits { max_body: 1000 },
        ..CaptureOptions::default()
    };
    let capture = deliveries(&alone(&input), &options);
    assert!(capture.deliveries.is_empty());
    assert_eq!(
        capture.problems[0].message,
        "looks like an HTTP message, but the decoded body is larger than 1000 bytes (see --max-size)"
    );
}

/// Reads an input as one record, to see that the program survives it.
fn exhaust(input: &[u8], format: Option<CaptureFormat>) {
    let options = CaptureOptions {
        format,
        ..CaptureOptions::default()
    };
    deliveries(&alone(input), &options);
}

#[test]
fn no_cut_and_no_wrong_format_panics() {
    let names = names();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| cut_and_misname(&sample(name)));
        }
    });
}

fn cut_and_misname(input: &[u8]) {
    for record in records(input) {
        let length = record.bytes.len();
        for end in (0..length).step_by(1 + length / 2_000) {
            exhaust(&record.bytes[..end], None);
        }
    }
    for format in <CaptureFormat as clap::ValueEnum>::value_variants() {
        exhaust(input, Some(*format));
        exhaust(&input[input.len() / 3..], Some(*format));
    }
}

#[test]
fn depth_and_size_do_no_harm() {
    let deep = format!("{{\"headers\": {{}}, \"body\": {}", "[".repeat(200_000));
    exhaust(deep.as_bytes(), None);
    let folders = "{\"item\": [".repeat(100_000);
    exhaust(folders.as_bytes(), Some(CaptureFormat::Postman));
    let headers = "A: b\r\n".repeat(200_000);
    exhaust(
        format!("POST / HTTP/1.1\r\n{headers}\r\n{{}}").as_bytes(),
        None,
    );
    let value = "a".repeat(10_000_000);
    exhaust(
        format!("POST / HTTP/1.1\nX-AIRudder-Sign: {value}\n\n{{}}").as_bytes(),
        None,
    );
    exhaust("POST / HTTP/1.1\n".repeat(100_000).as_bytes(), None);
    exhaust("curl a\n".repeat(100_000).as_bytes(), None);
    exhaust("data: {\"body\":1}\n\n".repeat(100_000).as_bytes(), None);
}
