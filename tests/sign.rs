//! `chatlog sign` and `chatlog extract` write the body byte for byte.
//!
//! The signatures are those of OpenSSL 3: `openssl dgst -sha256 -hmac swordfish-42 body`.

use std::path::Path;

use crate::folder::{Folder, run};
use serde_json::Value;

const BODY: &str = r#"{"timestamp": 1744699269, "text": "Ol\u00e1 👋 a/b", "score": 1.0, "order": 9007199254740993}"#;
const SIGNATURE: &str = "3b672a278dab2d2922f95f18d688a17a6f8fd54c48bf095ede6634eb5ddf1ac4";
const BASE64: &str = "O2cqJ42rLSki+V8Y1oihem+P1UxIvwle3mY0613fGsQ=";

#[test]
fn writes_the_signature_as_it_is_asked_for() {
    let folder = Folder::new("sign");
    folder.write("body.json", BODY);
    for (arguments, want) in [
        ("", format!("X-AIRudder-Sign: {SIGNATURE}\n")),
        ("--as value", format!("{SIGNATURE}\n")),
        ("--as value --encoding base64", format!("{BASE64}\n")),
        ("--header-name X-Hook", format!("X-Hook: {SIGNATURE}\n")),
        (
            "--as value --scheme hmac-sha256:{timestamp}.{body}",
            "aa20eae902a2f4664527fb35ad03720947c7216702ec3016b57a1479701a9a46\n".to_owned(),
        ),
        (
            "--as http --url https://a.example/hook?b=c",
            format!(
                "POST /hook?b=c HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\nContent-Length: {}\r\nX-AIRudder-Sign: {SIGNATURE}\r\n\r\n{BODY}",
                BODY.len()
            ),
        ),
    ] {
        let run = folder.chatlog(&format!("sign body.json {arguments}"));
        run.is(0, &[]);
        assert_eq!(run.text(), want);
    }
    folder.write("two.ndjson", "{\"n\": 1}\n{\"n\": 2}\n");
    folder.chatlog("sign --as value two.ndjson").is(0, &[
        "c4c16d1ef078d31f4cb1fa241a132052acf29b73f3da2b774bff80a959479ff9\n547e0146c8af17d839bb74a7789ee4cb806e9f2b79b2133b4f244f4d0fc86606\n",
    ]);
}

#[test]
fn says_what_it_cannot_sign() {
    let folder = Folder::new("cannot-sign");
    folder.write("body.json", BODY);
    folder.write("nul.txt", "{a\0b");
    for (arguments, words) in [
        (
            "body.json --url hook",
            "--url: expected a URL such as http://",
        ),
        (
            "body.json --scheme hmac-sha256:{header:nonce}{body}",
            "the header `nonce`",
        ),
        (
            "nul.txt --scheme hmac-sha256:{timestamp}{body}",
            "the body's own `timestamp`",
        ),
        (
            "nul.txt --as curl",
            "a curl command cannot contain the NUL byte in the body: use --as http",
        ),
        ("gone.json", "cannot read"),
    ] {
        let run = folder.chatlog(&format!("sign {arguments}"));
        run.is(2, &["chatlog: ", words]);
        assert_eq!(run.text(), "");
    }
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    run(command.args(["sign", "body.json"]), b"").is(2, &["no secret"]);
}

/// Bodies that shells, editors and terminals trip over.
#[rustfmt::skip]
const AWKWARD: &[&[u8]] = &[
    BODY.as_bytes(),
    b"it's \"quoted\" `id` $HOME $(id) %41",
    b"a\nb\n",
    b" \n x \n\n",
    b"a\rb\r\n",
    b"@file",
    b"@'\n\x1b",
    b"-d",
    b"!x! !! \\! '!'",
    b"a\\b\\n\\\\'\\",
    "👋 é \u{2028} \u{202e} \u{feff}".as_bytes(),
    b"\xef\xbb\xbf{}",
    b"a\x1b[31mb\x07\x7f\xc2\x85",
];
const NOT_TEXT: &[u8] = b"{\"a\": \"\xff\xfe\x80\x01\"}";

#[test]
fn what_it_writes_is_verified_and_is_the_body() {
    let folder = Folder::new("round-trips");
    for body in AWKWARD {
        for kind in ["http", "curl"] {
            round_trip(&folder, body, kind);
        }
    }
    round_trip(&folder, NOT_TEXT, "http");
    round_trip(&folder, b"a\0b", "http");

    // A capture is text, so a command with other bytes in it is as doubtful as any other.
    folder.write("body", NOT_TEXT);
    let command = folder.chatlog("sign --input body --as curl body");
    folder.write("request.curl", &command.stdout);
    folder.chatlog("verify request.curl").is(
        2,
        &[
            "inconclusive",
            "U+FFFD in the body may replace bytes that were not UTF-8",
        ],
    );
}

#[track_caller]
fn round_trip(folder: &Folder, body: &[u8], kind: &str) {
    folder.write("body", body);
    let written = folder.chatlog(&format!("sign --input body --as {kind} body"));
    written.is(0, &[]);
    folder.write("request", &written.stdout);
    folder.chatlog("verify request").is(0, &["1 valid"]);
    let extracted = folder.chatlog("extract request");
    assert_eq!(extracted.stdout, body, "{:?}", written.stdout.utf8_chunks());
}

/// A fake curl that writes the body that it would send. Like the real one, it reads a file for `@`.
#[cfg(unix)]
const CURL: &str = r#"curl() {
    while [ $# -gt 0 ]; do
        case $1 in
            --data-binary)
                case $2 in
                    @*) echo "the content of a file" ;;
                    *) printf %s "$2" ;;
                esac ;;
            --data-raw) printf %s "$2" ;;
        esac
        shift
    done
}
"#;

#[cfg(unix)]
#[test]
fn a_shell_reads_the_body_out_of_the_command() {
    let folder = Folder::new("shell");
    for body in AWKWARD.iter().chain([&NOT_TEXT]) {
        folder.write("body", body);
        let command = folder.chatlog("sign --input body --as curl body");
        command.is(0, &[]);
        let mut script = CURL.as_bytes().to_vec();
        script.extend(&command.stdout);
        folder.write("script", script);
        let mut bash = folder.command("bash");
        let sent = run(bash.arg("script"), b"");
        let body = String::from_utf8_lossy(body);
        assert_eq!(
            String::from_utf8_lossy(&sent.stdout),
            body,
            "{:?}",
            command.text()
        );
        let acts = |byte: &u8| byte.is_ascii_control() && *byte != b'\n';
        assert!(!command.stdout.iter().any(acts), "{:?}", command.text());
    }
}

#[test]
fn extracts_the_very_body_of_every_capture() {
    let folder = Folder::new("extract");
    let samples = Path::new("samples/captures")
        .canonicalize()
        .expect("the samples");
    let body = std::fs::read(samples.join("body.json")).expect("the body");
    let mut faithful = 0;
    for entry in samples.read_dir().expect("the samples") {
        let path = entry.expect("a sample").path();
        let path = path.to_str().expect("a name");
        let listed = folder.chatlog(&format!("verify --format json {path}"));
        for line in listed.text().lines() {
            let delivery: Value = serde_json::from_str(line).expect("JSON");
            let is_exact = ["exact", "text"]
                .iter()
                .any(|fidelity| delivery["capture"]["fidelity"] == *fidelity);
            // The path itself, or that of a file in an archive.
            let source = delivery["source"].as_str().expect("a name");
            let select = format!("extract {source} --decoded --select {}", delivery["index"]);
            let extracted = folder.chatlog(&select);
            assert_eq!(extracted.stdout == body, is_exact, "{select}");
            faithful += usize::from(is_exact);
        }
    }
    assert!(
        faithful > 30,
        "the samples hold {faithful} bodies as they were"
    );
}

#[test]
fn extracts_what_is_selected() {
    let folder = Folder::new("select");
    folder.write("two.ndjson", "{\"n\": 1}\n{\"n\": 2}\n");
    folder.write("one.json", "{\"n\": 1}\n");
    folder.write("empty.json", "");
    folder.write(
        "headers.http",
        "POST / HTTP/1.1\r\nHost: a\r\nAUTHORIZATION: Bearer hunter2\r\nCookie: hunter2\r\nhost: b\r\n\r\n{}",
    );
    for (arguments, want) in [
        ("one.json", "{\"n\": 1}\n"),
        ("two.ndjson --select 2", "{\"n\": 2}"),
        (
            "headers.http --headers",
            "Host: a\nAUTHORIZATION: Bearer hunter2\nCookie: hunter2\nhost: b\n",
        ),
    ] {
        let run = folder.chatlog(&format!("extract {arguments}"));
        run.is(0, &[]);
        assert_eq!(run.text(), want);
    }
    for (arguments, words) in [
        (
            "two.ndjson",
            "holds 2 deliveries: choose one with --select 1 to 2",
        ),
        (
            "two.ndjson --select 3",
            "--select 3: the input holds only 2 deliveries",
        ),
        (
            "one.json --select 2",
            "--select 2: the input holds only 1 delivery",
        ),
        ("one.json --select 0", "invalid value '0'"),
        ("empty.json", "is empty: no delivery to read"),
        ("gone.json", "cannot read"),
    ] {
        let run = folder.chatlog(&format!("extract {arguments}"));
        run.is(2, &[words]);
        assert_eq!(run.text(), "");
    }
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    let piped = run(command.arg("extract"), b"{\"n\":  3}\n");
    assert_eq!(piped.text(), "{\"n\":  3}\n");
}

#[test]
fn extracts_the_bytes_that_were_sent_or_what_they_hold() {
    let folder = Folder::new("encoded");
    let path = Path::new("samples/captures")
        .canonicalize()
        .expect("the samples");
    let sample = path.join("http-gzip.http");
    let sample = sample.to_str().expect("a name");
    let sent = folder.chatlog(&format!("extract {sample}")).stdout;
    assert!(sent.starts_with(b"\x1f\x8b"));
    let message = std::fs::read(sample).expect("the sample");
    assert!(message.ends_with(&sent));
    let decoded = folder
        .chatlog(&format!("extract --decoded {sample}"))
        .stdout;
    assert_eq!(
        decoded,
        std::fs::read(path.join("body.json")).expect("the body")
    );
}
