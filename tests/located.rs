//! Bodies, headers and signatures where the user says they are: by options, and by `[capture]` in the
//! project file.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chatlog::Text;
use chatlog::capture::{
    Capture, CaptureOptions, ColumnsError, Layout, LayoutError, Part, deliveries,
};
use chatlog::delivery::Fidelity;
use chatlog::signature::{Checks, Encoding, Scheme, Secret, Verdict, sign, verify};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::folder::{self, Folder, Run, SECRET};
use crate::notifications::runner;
use crate::sample::{BODY, record};

/// The signature of `body` with the secret of these tests.
fn signature_of(body: &str) -> String {
    let options = CaptureOptions::for_format(chatlog::delivery::CaptureFormat::Body);
    let capture = deliveries(&record(body.as_bytes()), &options);
    let secret = Secret::new(SECRET).expect("it is not empty");
    let delivery = &capture.deliveries[0];
    sign(delivery, &Scheme::default(), &secret, Encoding::Hex).expect("it is signed")
}

/// The layout with these paths, for which the user vouches. An empty path to the headers or the
/// signature stands for none.
fn layout(body: &str, headers: &str, signature: &str) -> Result<Layout, LayoutError> {
    let path = |path: &str| path.parse().expect("a path");
    let side = |text: &str| Some(text).filter(|text| !text.is_empty()).map(path);
    let layout = Layout {
        headers: side(headers),
        signature: side(signature),
        is_vouched_for: true,
        ..Layout::of_body(path(body))
    };
    layout.checked()
}

fn read<'a>(text: &'a str, layout: &Layout) -> Capture<'a> {
    let options = CaptureOptions {
        layout: Some(layout.clone()),
        ..CaptureOptions::default()
    };
    deliveries(&record(text.as_bytes()), &options)
}

/// The verdicts and bodies in a record, read with a layout of these paths.
fn verdicts(value: &Value, body: &str, headers: &str) -> Vec<Verdict> {
    let text = value.to_string();
    let layout = layout(body, headers, "").expect("a layout");
    let secret = Secret::new(SECRET).expect("it is not empty");
    let checks = Checks::new(Scheme::default(), [secret]);
    let capture = read(&text, &layout);
    let deliveries = capture.deliveries.iter();
    deliveries.map(|it| verify(it, &checks).verdict).collect()
}

/// Runs the program in a folder, with arguments that contain blanks.
fn chatlog(folder: &Folder, arguments: &[&str]) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    folder::run(command.env("CHATLOG_SECRET", SECRET).args(arguments), b"")
}

/// A folder with `log.ndjson`: a line whose tool nobody knows, with other names than the search knows.
fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    let signature = signature_of(BODY);
    let line = json!({"evt": {"hdr": {"X-AIRudder-Sign": signature}, "raw": [{"part": BODY}]}});
    folder.write("log.ndjson", format!("{line}\n"));
    folder
}

const PLACES: [&str; 4] = ["--body-at", "/evt/raw/*/part", "--headers-at", "/evt/hdr"];

#[test]
fn every_command_that_reads_takes_the_places() {
    let folder = folder("located-commands");
    for (command, says) in [
        (
            vec!["show", "--details"],
            "the body was read at `/evt/raw/0/part`, as text",
        ),
        (vec!["validate"], "1 delivery"),
        (vec!["verify"], "valid        log.ndjson (nested, text)"),
        (vec!["check"], "1 delivery"),
        (vec!["sign"], "X-AIRudder-Sign: "),
        (vec!["extract"], "\"workflow_id\""),
        (vec!["redact", "--output", "-"], "\"workflow_id\""),
    ] {
        let arguments = [&command[..], &PLACES, &["log.ndjson"]].concat();
        chatlog(&folder, &arguments).is(0, &[says]);
    }
    // The search does not take `hdr` for headers, so nothing was signed as far as it can tell.
    chatlog(&folder, &["verify", "log.ndjson"]).is(1, &["missing "]);
    let extracted = chatlog(
        &folder,
        &[&["extract"], &PLACES[..], &["log.ndjson"]].concat(),
    );
    assert_eq!(extracted.text(), BODY);
}

#[test]
fn a_wrong_place_is_answered_with_the_nearest_one() {
    let folder = folder("located-wrong");
    let log = json!({"log": json!({"payload": BODY}).to_string(), "stream": "stdout"});
    folder.write("docker.ndjson", log.to_string());
    folder.write(
        "list.json",
        json!([{"raw": BODY}, {"raw": BODY}]).to_string(),
    );
    folder.write("text.txt", "GET / 200\n");
    for (file, path, says) in [
        ("log.ndjson", "/evt/raw/*/prt", "log.ndjson:1:1"),
        (
            "log.ndjson",
            "/evt/raw/*/prt",
            "there is no `/evt/raw/*/prt` in this record (see --body-at): the nearest is `/evt/raw/*/part`",
        ),
        (
            "log.ndjson",
            "/evnt/raw/*/part",
            "the nearest is `/evt/raw/*/part`",
        ),
        (
            "log.ndjson",
            "/evt/raw/part",
            "the nearest is `/evt/raw/*/part`",
        ),
        ("log.ndjson", "/x", "a notification is at `/evt/raw/*/part`"),
        (
            "docker.ndjson",
            "/log/payload",
            "the nearest is `/log > /payload`",
        ),
        (
            "docker.ndjson",
            "/stream > /payload",
            "a notification is at `/log > /payload`",
        ),
        ("list.json", "/*/raw", "the nearest is `/raw`"),
        ("list.json", "/0/raw", "the nearest is `/raw`"),
        (
            "text.txt",
            "/raw",
            "text.txt:1:1: this is not JSON, so there is no `/raw` in it (see --body-at)",
        ),
    ] {
        let run = chatlog(&folder, &["verify", "--body-at", path, file]);
        run.is(2, &[says]);
        assert!(run.stdout.is_empty(), "{}", run.text());
    }
    folder.write("other.json", json!({"a": {"b": 1, "c": [2]}}).to_string());
    for (path, says) in [
        ("/a/xyz", "the keys of `/a` are `b`, `c`"),
        ("/a/b/c", "`/a/b` is a number"),
        ("/a/b > /c", "`/a/b` is a number"),
        ("/a/c/7", "`/a/c` is a list"),
        ("/a/b/*", "`/a/b` is a number"),
    ] {
        chatlog(&folder, &["validate", "--body-at", path, "other.json"]).is(2, &[says]);
    }
    let wrong = [
        "verify",
        "--body-at",
        "/evt/raw/*/part",
        "--headers-at",
        "/evt/hdrs",
        "log.ndjson",
    ];
    chatlog(&folder, &wrong).is(
        2,
        &["there is no `/evt/hdrs` in this record (see --headers-at): the nearest is `/evt/hdr`"],
    );
}

/// A log has other lines, too.
#[test]
fn records_without_the_place_are_passed_over_and_counted() {
    let folder = folder("located-others");
    let line = folder.read("log.ndjson");
    folder.write(
        "log.ndjson",
        format!("{{\"evt\": 1}}\n{line}started\n{{}}\n{line}"),
    );
    let run = chatlog(
        &folder,
        &[&["verify"], &PLACES[..], &["log.ndjson"]].concat(),
    );
    run.is(
        0,
        &["log.ndjson: passed over 3 records without `/evt/raw/*/part`\n"],
    );
    run.is(0, &["2 deliveries: 2 valid"]);
    let quiet = chatlog(
        &folder,
        &[&["verify", "--quiet"], &PLACES[..], &["log.ndjson"]].concat(),
    );
    assert_eq!((quiet.code, &*quiet.stderr), (0, ""));
    // One thread or several: the same.
    let many = format!("{}{}", "{\"evt\": 1}\n".repeat(120_000), line.repeat(50));
    folder.write("many.ndjson", many);
    let runs = ["1", "3"].map(|jobs| {
        let arguments = [&["validate", "--jobs", jobs], &PLACES[..], &["many.ndjson"]].concat();
        let run = chatlog(&folder, &arguments);
        (run.code, run.text().to_owned(), run.stderr)
    });
    assert_eq!(runs[0], runs[1]);
    assert!(
        runs[0].2.contains("passed over 120000 records"),
        "{}",
        runs[0].2
    );
}

#[test]
fn options_that_do_not_go_together_are_usage_errors() {
    let folder = folder("located-usage");
    for (arguments, says) in [
        (vec!["--body-at", "evt"], "column 1: expected `/` and a key"),
        (
            vec!["--body-at", "/a/b~2"],
            "column 5: `~` must be followed by",
        ),
        (vec!["--headers-at", "/a"], "--headers-at needs --body-at"),
        (
            vec!["--signature-at", "/a"],
            "--signature-at needs --body-at",
        ),
        (vec!["--decode", "hex"], "--decode needs --body-at"),
        (
            vec!["--decode", "hexx", "--body-at", "/a"],
            "invalid value 'hexx'",
        ),
        (
            vec!["--body-at", "/a", "--capture-columns", "body=a"],
            "cannot be used with",
        ),
        (
            vec!["--body-at", "/a", "--input", "har"],
            "--input har says where the body is",
        ),
        (
            vec!["--body-at", "/a", "--headers-at", "/a > /h"],
            "--headers-at leads into the body",
        ),
        (
            vec!["--body-at", "", "--signature-at", "/sig"],
            "--signature-at leads into the body",
        ),
        (
            vec!["--body-at", "/*/b", "--headers-at", "/*/h/*"],
            "--headers-at has more `*` than --body-at",
        ),
        (
            vec!["--capture-columns", "payload"],
            "`payload` is not PART=COLUMN",
        ),
        (
            vec!["--capture-columns", "signature=sig"],
            "the column of the body is missing",
        ),
        (vec!["--capture-columns", "bdy=x"], "did you mean `body`?"),
        (
            vec!["--capture-columns", "body=x,body=y"],
            "`body` is named twice",
        ),
        (
            vec!["--capture-columns", "body=x,headers=x"],
            "the body and the headers are in the same column",
        ),
        (vec!["--strip-prefix", "a("], "column 2: unclosed group"),
    ] {
        let all = [&["verify"], &arguments[..], &["log.ndjson"]].concat();
        let run = chatlog(&folder, &all);
        run.is(2, &[says]);
        assert!(run.stdout.is_empty());
    }
    // Nested is what is read at a place, so naming it says nothing else.
    chatlog(
        &folder,
        &[
            &["verify", "--input", "nested"],
            &PLACES[..],
            &["log.ndjson"],
        ]
        .concat(),
    )
    .is(0, &[]);
}

#[test]
fn columns_are_keys_of_rows() {
    let folder = Folder::new("located-columns");
    let row =
        |signature: String| json!({"id": 1, "payload": STANDARD.encode(BODY), "sig": signature});
    let rows = json!([row(signature_of(BODY)), row("0".repeat(64))]);
    folder.write("rows.json", rows.to_string());
    chatlog(
        &folder,
        &[
            "verify",
            "--capture-columns",
            "body=payload,signature=sig",
            "rows.json",
        ],
    )
    .is(1, &["2 deliveries: 1 valid, 1 invalid"]);
    chatlog(
        &folder,
        &["verify", "--capture-columns", "body=playload", "rows.json"],
    )
    .is(
        2,
        &["there is no column `playload` in this record (see --capture-columns): the nearest is `payload`"],
    );
    folder.write("http.txt", "POST / HTTP/1.1\r\n\r\n{}");
    chatlog(
        &folder,
        &["verify", "--capture-columns", "body=payload", "http.txt"],
    )
    .is(
        2,
        &["there is no column `payload` in this record (see --capture-columns): the columns of the record are `POST / HTTP/1.1`"],
    );
    assert_eq!(
        Layout::of_columns("body=a,signature=a"),
        Err(ColumnsError::Layout(LayoutError::InsideBody(
            Part::Signature
        )))
    );
}

/// A row of a table is read at its columns, in a table of any kind, with or without a header.
#[test]
fn columns_are_those_of_a_table() {
    let folder = Folder::new("located-table");
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let (body, signature) = (quoted(BODY), signature_of(BODY));
    let forged =
        quoted(&json!({"headers": {"X-AIRudder-Sign": signature}, "body": BODY}).to_string());
    folder.write(
        "named.csv",
        format!(
            "id,aa,bb,cc\n1,{signature},{body},\n2,00,{body},{forged}\n3,{signature},,{body}\n"
        ),
    );
    folder.write("bare.csv", format!("1;{signature};{body}\n2;;{body}\n"));
    chatlog(
        &folder,
        &[
            "verify",
            "--capture-columns",
            "body=bb,signature=aa",
            "named.csv",
        ],
    )
    .is(
        1,
        &[
            "valid        named.csv (table, text)",
            "invalid      named.csv#2 (table, text)",
            "skipped 1 request that is not a webhook: 1 × no body",
            "2 deliveries: 1 valid, 1 invalid",
        ],
    );
    chatlog(
        &folder,
        &[
            "verify",
            "--capture-columns",
            "body=3,signature=2",
            "bare.csv",
        ],
    )
    .is(1, &["2 deliveries: 1 valid, 1 missing"]);
    chatlog(
        &folder,
        &["verify", "--capture-columns", "body=b", "named.csv"],
    )
    .is(2, &["named.csv:2:1: there is no column `b` in this record"]);
}

/// The signature that was read at a place is that of the header which the user named.
#[test]
fn a_signature_has_the_name_of_the_header() {
    let folder = Folder::new("located-header-name");
    let row = json!({"headers": {"X-Hook-Sign": "0", "Host": "a"}, "kept": BODY, "mac": signature_of(BODY)});
    folder.write("row.json", row.to_string());
    let places = ["--body-at", "/kept", "--signature-at", "/mac"];
    for header in ["X-AIRudder-Sign", "X-Other"] {
        let arguments = [
            &["verify", "--header-name", header],
            &places[..],
            &["row.json"],
        ]
        .concat();
        chatlog(&folder, &arguments).is(0, &["1 valid"]);
    }
}

#[test]
fn a_project_file_names_the_places_and_options_beat_it() {
    let folder = folder("located-project");
    folder.write(
        "chatlog.toml",
        "[capture]\nbody-at = '/evt/raw/*/part'\nheaders-at = '/evt/hdr'\n",
    );
    folder.chatlog("verify log.ndjson").is(0, &["1 valid"]);
    folder
        .chatlog("extract log.ndjson")
        .is(0, &["\"workflow_id\""]);
    folder
        .chatlog("verify --no-config log.ndjson")
        .is(1, &["1 missing"]);
    folder
        .chatlog("verify --headers-at /evt log.ndjson")
        .is(1, &["1 missing"]);
    folder
        .chatlog("verify --capture-columns body=x log.ndjson")
        .is(2, &["there is no column `x`"]);
    // A format that was named has its own places.
    folder.write(
        "request.http",
        format!(
            "POST / HTTP/1.1\r\nX-AIRudder-Sign: {}\r\n\r\n{BODY}",
            signature_of(BODY)
        ),
    );
    folder
        .chatlog("verify request.http")
        .is(2, &["this is not JSON"]);
    folder
        .chatlog("verify --input http request.http")
        .is(0, &["1 valid"]);
    // What reads nothing is not asked where.
    folder.chatlog("explain not-json").is(0, &[]);

    for (text, says) in [
        (
            "[capture]\nbody-att = '/a'",
            "chatlog.toml:2:1: unknown key `body-att`: did you mean `body-at`?",
        ),
        (
            "[capture]\nbody-at = 'a'",
            "chatlog.toml:2:11: in the string, column 1: expected `/`",
        ),
        (
            "[capture]\nbody-at = 3",
            "chatlog.toml:2:11: expected a string, found an integer",
        ),
        (
            "[capture]\nbody-at = '/a'\ndecode = 'hexx'",
            "chatlog.toml:3:10: unknown form `hexx`: did you mean `hex`?",
        ),
        (
            "[capture]\ncolumns = 'body'",
            "chatlog.toml:2:11: `body` is not PART=COLUMN",
        ),
        (
            "[capture]\nstrip-prefix = '('",
            "chatlog.toml:2:16: in the string, column 1: unclosed group",
        ),
        (
            "capture = '/a'",
            "chatlog.toml:1:11: `capture` must be a table",
        ),
        (
            "[capture]\ncolumns = 'body=a'\nbody-at = '/a'",
            "both say where the body is",
        ),
        (
            "[capture]\nheaders-at = '/a'",
            "--headers-at needs --body-at",
        ),
    ] {
        folder.write("chatlog.toml", text);
        folder.chatlog("verify log.ndjson").is(2, &[says]);
    }
}

/// A project file may come with the captures, so what it enters is not vouched for.
#[test]
fn only_a_user_can_vouch_for_a_string() {
    let folder = Folder::new("located-vouched");
    let inner = json!({"headers": {"X-AIRudder-Sign": signature_of(BODY)}, "body": BODY});
    folder.write(
        "docker.ndjson",
        json!({"log": inner.to_string()}).to_string(),
    );
    let doubted = "the notification was found inside the string at `/log`";
    folder
        .chatlog("verify docker.ndjson")
        .is(2, &["inconclusive", doubted]);
    folder.write(
        "chatlog.toml",
        "[capture]\nbody-at = '/log > /body'\nheaders-at = '/log > /headers'\n",
    );
    folder
        .chatlog("verify docker.ndjson")
        .is(2, &["inconclusive", doubted]);
    folder
        .chatlog("verify --config chatlog.toml docker.ndjson")
        .is(0, &["1 valid"]);
    let body = ["--body-at", "/log > /body"];
    let half = [&["verify"], &body[..], &["docker.ndjson"]].concat();
    chatlog(&folder, &half).is(2, &["inconclusive"]);
    let both = [
        &["verify"],
        &body[..],
        &["--headers-at", "/log > /headers", "docker.ndjson"],
    ];
    chatlog(&folder, &both.concat()).is(0, &["1 valid"]);
}

/// The user says where to look, and a stranger who fills that place still cannot make it valid.
#[test]
fn a_signed_envelope_inside_what_was_posted_is_never_valid() {
    let good = signature_of(BODY);
    let signed = json!({"headers": {"X-AIRudder-Sign": good}, "body": BODY});
    let posted = signed.to_string();
    let bad = json!({"X-AIRudder-Sign": "0".repeat(64)});
    let request = json!({"headers": bad, "rawBody": posted, "body": signed, "query": signed});
    for (body, headers) in [
        ("/rawBody", "/headers"),
        ("/rawBody > /body", "/rawBody > /headers"),
        ("/body/body", "/body/headers"),
        ("/body/body", "/headers"),
        ("/query/body", "/query/headers"),
    ] {
        for (around, value) in [
            ("", request.clone()),
            ("/req", json!({"req": request})),
            ("/log > ", json!({"log": request.to_string()})),
        ] {
            let paths = [body, headers].map(|path| format!("{around}{path}"));
            // What is not a signature for it at all may be called invalid.
            let found = verdicts(&value, &paths[0], &paths[1]);
            assert_eq!(found.len(), 1, "{paths:?}");
            assert!(!found.contains(&Verdict::Valid), "{paths:?}");
        }
    }
    // A query alone, without the headers of its request.
    let found = verdicts(&json!({"query": signed}), "/query/body", "/query/headers");
    assert_eq!(found, [Verdict::Inconclusive]);
    // Two keys of one name: some readers take the first.
    let text = format!(
        "{{\"headers\": {}, \"kept\": \"{{}}\", \"kept\": {}}}",
        json!({"X-AIRudder-Sign": good}),
        json!(BODY)
    );
    let capture = read(&text, &layout("/kept", "/headers", "").expect("a layout"));
    let checks = Checks::new(Scheme::default(), [Secret::new(SECRET).expect("a secret")]);
    assert_eq!(
        verify(&capture.deliveries[0], &checks).verdict,
        Verdict::Inconclusive
    );
}

/// Lines of headers end where a message's body starts, which may say anything.
#[test]
fn lines_of_headers_end_at_an_empty_one() {
    let raw = format!(
        "POST / HTTP/1.1\r\nHost: a\r\n\r\n{{\nX-AIRudder-Sign: {}\n}}",
        signature_of(BODY)
    );
    let found = verdicts(&json!({"kept": BODY, "raw": raw}), "/kept", "/raw");
    assert_eq!(found, [Verdict::Missing]);
}

#[test]
fn a_star_is_the_same_item_in_all_paths() {
    let bodies = ["a", "b", "c"].map(|word| BODY.replace("closed", word));
    let signatures = bodies.each_ref().map(|body| signature_of(body));
    let headers = signatures
        .each_ref()
        .map(|it| json!({"X-AIRudder-Sign": it}));
    let beside = json!({"bodies": bodies, "headers": headers});
    assert_eq!(
        verdicts(&beside, "/bodies/*", "/headers/*"),
        [Verdict::Valid; 3]
    );
    let fewer = json!({"bodies": bodies, "headers": [headers[0], null]});
    let found = verdicts(&fewer, "/bodies/*", "/headers/*");
    assert_eq!(found, [Verdict::Valid, Verdict::Missing, Verdict::Missing]);
    let named = |values: [Value; 3]| json!({"x": values[0], "y": values[1], "z": values[2]});
    let mut reversed = headers.clone();
    reversed.reverse();
    let by_name = json!({
        "bodies": named(bodies.clone().map(Value::from)),
        "headers": {"z": reversed[0], "y": reversed[1], "x": reversed[2]},
    });
    assert_eq!(
        verdicts(&by_name, "/bodies/*", "/headers/*"),
        [Verdict::Valid; 3]
    );
    let inside: Vec<Value> = bodies.iter().zip(&headers).map(|(body, headers)| {
        json!({"more": [{"log": json!({"h": headers, "b": body}).to_string()}]})
    }).collect();
    let inside = json!({"list": inside});
    assert_eq!(
        verdicts(&inside, "/list/*/more/* > ", "").len(),
        0,
        "an object is not entered"
    );
    assert_eq!(
        verdicts(
            &inside,
            "/list/*/more/*/log > /b",
            "/list/*/more/*/log > /h"
        ),
        [Verdict::Valid; 3]
    );
}

#[test]
fn a_body_is_decoded_as_the_user_says() {
    let folder = Folder::new("located-decode");
    let packed = STANDARD.encode([0x1f, 0x8b, 0x08, 0x00]);
    let values = json!({
        "text": BODY, "json": json!(BODY).to_string(), "base64": STANDARD.encode(BODY),
        "hex": format!("\\x{}", hex::encode(BODY)), "bytes": BODY.as_bytes(), "packed": packed,
    });
    folder.write("a.json", values.to_string());
    for (place, form) in [
        ("/text", "none"),
        ("/json", "json"),
        ("/base64", "base64"),
        ("/hex", "hex"),
        ("/bytes", "bytes"),
    ] {
        let run = chatlog(
            &folder,
            &["extract", "--body-at", place, "--decode", form, "a.json"],
        );
        assert_eq!((run.code, run.text()), (0, BODY), "{place}: {}", run.stderr);
        let run = chatlog(&folder, &["extract", "--body-at", place, "a.json"]);
        assert_eq!((run.code, run.text()), (0, BODY), "{place}: {}", run.stderr);
    }
    let as_it_is = [
        "extract",
        "--body-at",
        "/base64",
        "--decode",
        "none",
        "a.json",
    ];
    assert_eq!(chatlog(&folder, &as_it_is).text(), STANDARD.encode(BODY));
    for (place, form, says) in [
        (
            "/text",
            "json",
            "the body at `/text` is not JSON in a JSON string (see --decode)",
        ),
        ("/text", "base64", "`/text` is not base64: unexpected `{`"),
        (
            "/text",
            "hex",
            "the body at `/text` is not a string of hex digits (see --decode)",
        ),
        (
            "/hex",
            "bytes",
            "the body at `/hex` is not a list of bytes (see --decode)",
        ),
    ] {
        chatlog(
            &folder,
            &["validate", "--body-at", place, "--decode", form, "a.json"],
        )
        .is(2, &[says]);
    }
    // Bytes that are not JSON are found only where somebody says that they are bytes.
    let run = chatlog(
        &folder,
        &[
            "extract",
            "--body-at",
            "/packed",
            "--decode",
            "base64",
            "a.json",
        ],
    );
    assert_eq!(run.stdout, [0x1f, 0x8b, 0x08, 0x00]);
    // A file that is nothing but base64.
    folder.write("b.txt", format!("{}\n", STANDARD.encode(BODY)));
    let run = chatlog(
        &folder,
        &["extract", "--body-at", "", "--decode", "base64", "b.txt"],
    );
    assert_eq!(run.text(), BODY);
    // The whole record is the body, byte for byte.
    folder.write("c.json", BODY);
    chatlog(&folder, &["show", "--details", "--body-at", "", "c.json"]).is(1, &["body, exact"]);
}

#[test]
fn what_a_logger_writes_before_json_is_cut_off() {
    let folder = Folder::new("located-prefix");
    let signature = signature_of(BODY);
    let parsed = json!({"headers": {"X-AIRudder-Sign": signature}, "rawBody": BODY});
    let pretty = serde_json::to_string_pretty(&parsed).expect("JSON");
    let compact = parsed.to_string();
    let with = |prefix: &str, text: &str| -> String {
        text.lines()
            .map(|line| format!("{prefix}{line}\n"))
            .collect()
    };
    let regex = r"\S+ web-1 +\| (INFO got )?";
    let prefix = "2025-04-15T06:41:10Z web-1  | INFO got ";
    let first = "2025-04-15T06:41:10Z web-1  | ";
    for (name, log) in [
        ("lines", with(prefix, &compact)),
        ("every-line", with(first, &pretty)),
        ("first-line", format!("{prefix}{pretty}\n")),
        (
            "both",
            with(prefix, &compact) + &with(first, &pretty) + &compact + "\n",
        ),
    ] {
        folder.write("app.log", &log);
        let run = chatlog(&folder, &["verify", "--strip-prefix", regex, "app.log"]);
        let count = log.matches("X-AIRudder-Sign").count();
        run.is(0, &[&format!("{count} valid")]);
        assert!(!run.text().contains("invalid"), "{name}");
    }
    // Places are those in the file.
    folder.write(
        "app.log",
        with(prefix, "{\"headers\": 7, \"body\": \"{}\"}"),
    );
    chatlog(&folder, &["verify", "--strip-prefix", regex, "app.log"]).is(
        2,
        &[&format!(
            "app.log:1:{}: looks like `envelope`",
            prefix.len() + 13
        )],
    );
    // A body that a logger printed is text.
    folder.write("app.log", with(prefix, BODY));
    chatlog(
        &folder,
        &["show", "--details", "--strip-prefix", regex, "app.log"],
    )
    .is(
        1,
        &["body, text", "read after what --strip-prefix cuts off"],
    );
    // In a folder, and from the project file.
    folder.write("logs/app.log", with(prefix, &compact));
    folder.write(
        "chatlog.toml",
        format!("[capture]\nstrip-prefix = '{regex}'\n"),
    );
    folder.chatlog("verify logs").is(0, &["1 valid"]);
    folder.chatlog("verify logs/app.log").is(0, &["1 valid"]);
}

/// What `-v` prints, pasted into a shell.
#[cfg(unix)]
#[test]
fn what_verbose_prints_can_be_pasted() {
    let folder = Folder::new("located-pasted");
    let signature = signature_of(BODY);
    let request = json!({"h'~/*": {"headers": {"X-AIRudder-Sign": signature}, "a > b": [{"\u{1b}[2J$(id)": BODY}]}});
    let other = json!({"*": {"signature": signature, "~": BODY}});
    folder.write("odd.ndjson", format!("{request}\n{request}\n{other}\n"));
    let run = folder.chatlog("verify -v odd.ndjson");
    run.is(0, &["odd.ndjson: read 3 × nested\n"]);
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
    let lines = run.stderr.lines();
    let found: Vec<_> = lines
        .filter_map(|line| line.split_once(" × found at "))
        .collect();
    let [(first, most), (second, least)] = found[..] else {
        panic!("{}", run.stderr)
    };
    assert_eq!(
        (first, second),
        ("chatlog: odd.ndjson: 2", "chatlog: odd.ndjson: 1")
    );
    assert_eq!(least, "--body-at '/~*/~0' --signature-at '/~*/signature'");
    for (options, count) in [(most, 2), (least, 1)] {
        let mut shell = folder.command("bash");
        let line = format!(
            "{} verify odd.ndjson {options}",
            env!("CARGO_BIN_EXE_chatlog")
        );
        let run = folder::run(shell.env("CHATLOG_SECRET", SECRET).args(["-c", &line]), b"");
        run.is(0, &[&format!("{count} valid")]);
    }
    // A place in a string is marked, because whoever gives it vouches for the string.
    let inner = json!({"signature": signature, "kept": BODY}).to_string();
    folder.write("docker.ndjson", json!({"log": inner}).to_string());
    let marked = "1 × found in a string, which these options vouch for: --body-at '/log > /kept' --signature-at '/log > /signature'";
    folder.chatlog("verify -v docker.ndjson").is(2, &[marked]);
    // Four places are three and a count.
    let four = (0..4).map(|number| json!({format!("k{number}"): [BODY]}).to_string() + "\n");
    folder.write("four.ndjson", four.collect::<String>());
    let run = folder.chatlog("validate -v four.ndjson");
    assert_eq!(run.stderr.matches("1 × found at --body-at '/k").count(), 3);
    run.is(0, &["four.ndjson: 1 × found at other places"]);
}

/// Reading at places takes time in proportion to the record, whatever its shape and the paths.
#[test]
fn no_record_takes_long_to_read_at_places() {
    let many = json!({"a": vec![json!({"b": "{}", "h": {"x": "y"}}); 20_000], "h": vec![json!({"x": "y"}); 20_000]});
    let many = many.to_string();
    let headers: serde_json::Map<String, Value> =
        (0..20_000).map(|it| (it.to_string(), json!(""))).collect();
    let shared = json!({"h": headers, "a": vec!["{}"; 20_000]}).to_string();
    let mut strings = json!({"b": "{}"});
    for _ in 0..12 {
        strings = json!({"a": strings.to_string()});
    }
    let strings = strings.to_string();
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let key = "k".repeat(500_000);
    let keys = json!({key: vec![json!({"b": 1}); 10_000]}).to_string();
    let lists = "[".repeat(100_000);
    for (record, body, headers) in [
        (&many, "/a/*/b", "/a/*/h"),
        (&many, "/a/*/b", "/h/*"),
        (&many, "/a/*/c", "/h/*"),
        (&shared, "/a/*", "/h"),
        (&strings, &*format!("{}/b", "/a > ".repeat(12)), ""),
        (&deep, &*"/a".repeat(64), ""),
        (&deep, "/x", "/y"),
        (&keys, "/*/*/b", ""),
        (&keys, "/*/*/c", "/*/*/d"),
        (&lists, &*"/*".repeat(64), ""),
    ] {
        let layout = layout(body, headers, "").expect("a layout");
        let start = Instant::now();
        drop(read(record, &layout));
        let taken = start.elapsed();
        assert!(
            taken < Duration::from_secs(5),
            "{taken:?} for {body} in {record:.60}"
        );
    }
    // What is not copied for each body is said.
    let capture = read(&shared, &layout("/a/*", "/h", "").expect("a layout"));
    let said = "its headers and strings are too large to copy for each body";
    assert!(capture.problems.iter().any(|it| it.message.contains(said)));
}

/// A body is no more faithful than the place where it is.
#[test]
fn a_place_makes_no_body_more_faithful() {
    let parsed: Value = serde_json::from_str(BODY).expect("JSON");
    for (value, fidelity) in [
        (json!({"a": parsed}), Fidelity::Reserialized),
        (json!({"a": BODY}), Fidelity::Text),
        (json!({"a": format!("{BODY}\u{fffd}")}), Fidelity::Decoded),
        (json!({"a": BODY[..BODY.len() - 9]}), Fidelity::Truncated),
        (json!({"a": STANDARD.encode(BODY)}), Fidelity::Exact),
        (json!({"a": [1, 2]}), Fidelity::Exact),
        (json!({"a": [parsed]}), Fidelity::Reserialized),
        (json!({"a": 7}), Fidelity::Reserialized),
    ] {
        let text = value.to_string();
        let capture = read(&text, &layout("/a", "", "").expect("a layout"));
        let found: Vec<_> = capture.deliveries.iter().map(|it| it.fidelity).collect();
        assert_eq!(found, [fidelity], "{value:.80}");
    }
    // A capture that ends too early is said to.
    let cut = format!("{{\"a\": {}", json!(BODY));
    let capture = read(&cut, &layout("/a", "", "").expect("a layout"));
    assert_eq!(capture.deliveries.len(), 1);
    assert_eq!(
        capture.problems[0].message,
        "read as `nested`, but it ends too early"
    );
}

/// Whatever the record and the paths are: nothing panics, and what is said is safe to print and true.
#[test]
fn any_paths_can_be_read_in_any_record() {
    let step = select(vec!["/a", "/b", "/0", "/1", "/*", " > ", "/"]);
    let path = || prop::collection::vec(step.clone(), 0..5).prop_map(|steps| steps.concat());
    let leaf = prop_oneof![
        Just(json!(null)),
        Just(json!("{}")),
        Just(json!("\u{1b}[31m")),
        Just(json!([123, 125])),
        Just(json!({"HTTP_A": "b"})),
        any::<u8>().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(5, 30, 4, |inner| {
        let key = select(vec!["a", "b", "", "headers", "\u{1b}"]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key, inner.clone(), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            inner.clone().prop_map(|value| json!(value.to_string())),
            inner.prop_map(|value| json!(STANDARD.encode(value.to_string()))),
        ]
    });
    let cases = (value, path(), path(), path(), 0..60_usize);
    let outcome = runner(5_000).run(&cases, |(value, body, headers, signature, cut)| {
        let Ok(layout) = layout(&body, &headers, &signature) else {
            return Ok(());
        };
        let text = value.to_string();
        for text in [
            &*text,
            &text[..text.floor_char_boundary(text.len().saturating_sub(cut))],
        ] {
            let mut capture = read(text, &layout);
            for delivery in &capture.deliveries {
                for remark in delivery.remarks() {
                    prop_assert!(!Text::from(remark).needs_escaping(), "{remark:?}");
                }
            }
            for problem in &capture.problems {
                prop_assert!(
                    !Text::from(&*problem.message).needs_escaping(),
                    "{problem:?}"
                );
            }
            let Some(mut places) = capture.places.take() else {
                continue;
            };
            let found = places.of(Part::Body).found;
            let read = capture.deliveries.len() + capture.skipped.len() + capture.problems.len();
            prop_assert!(found <= read, "{body} in {text}: {capture:?}");
            for part in Part::ALL {
                let tally = places.of(part);
                prop_assert_eq!(tally.missing > 0, tally.first_missing.is_some());
                if let Some(first) = &tally.first_missing {
                    prop_assert!(!Text::from(&*first.message).needs_escaping(), "{first:?}");
                }
            }
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it is not ok"));
}
