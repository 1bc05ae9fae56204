//! `chatlog verify`, and secrets in `show` and `check`: verdicts, exit codes, hints, and secrets that
//! must never be printed.
//!
//! The signatures are those of OpenSSL 3, over the bytes that each is named after:
//! `openssl dgst -sha256 -hmac swordfish-42 body`, for a plain hash `cat body secret | openssl dgst`.

use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::contract::{Formats, Validator};
use crate::folder::{Folder, Run, SECRET, run};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

/// A body that changes when any tool parses it and prints it again.
const BODY: &str = r#"{"timestamp": 1744699269, "text": "Ol\u00e1 👋 a/b", "score": 1.0, "order": 9007199254740993}"#;
const COMPACT: &str =
    r#"{"timestamp":1744699269,"text":"Ol\u00e1 👋 a/b","score":1.0,"order":9007199254740993}"#;
const SIGNATURE: &str = "3b672a278dab2d2922f95f18d688a17a6f8fd54c48bf095ede6634eb5ddf1ac4";
const OF_BODY_AND_LF: &str = "a963f8f51f92a2692fbbf407fbdc45d1b0dae6c3e7c33c0478ef79f881b69a85";
const OF_COMPACT: &str = "8b030cd9ea4f18586afade2e352c680ecdb195aa8e9b2df8893502949c543992";
const SHA_1: &str = "6525e1e21ed30e6cbdb67c4d198c57c213afaec8";
/// The body in the gzip of `gzip -nc`, and the signature over these bytes.
const GZIP: &str = "H4sIAAAAAAAAA6tWKsnMTS0uScwtULJSMDQ3MTGztDQys9RRUCpJrSgBiin558SUGhikGip8mD+xWyFRP0kJKFmcnF+UCtKhZwDk5RelpBYBeZYGBuaGQP2mJuYmBpaWxrUANEpko18AAAA=";
const OF_GZIP: &str = "7eee8a5678144d01d0931d5650d5f8047a201b445893ea57c25b99566020e859";

/// `{"n": 1}` and `{"n": 2}`, without and with a line break.
const ONE: &str = "c4c16d1ef078d31f4cb1fa241a132052acf29b73f3da2b774bff80a959479ff9";
const TWO: &str = "547e0146c8af17d839bb74a7789ee4cb806e9f2b79b2133b4f244f4d0fc86606";
const ONE_LF: &str = "89cd3fe92e7299ccbd7fea8933c9251ee436e2c915f3852c42591f128a0c3cab";
const TWO_CRLF: &str = "36c940dce104e6dc54acb98a7e63e5bc7d141f76f3da71f53c87c1c03fde6d38";

/// A raw request with these headers.
fn request(headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut message = format!(
        "POST /hook?a=b HTTP/1.1\r\nContent-Length: {}\r\n",
        body.len()
    );
    for header in headers {
        message += header;
        message += "\r\n";
    }
    message += "\r\n";
    [message.as_bytes(), body].concat()
}

/// A request with this signature.
fn signed(signature: &str, body: &str) -> Vec<u8> {
    request(&[&format!("X-AIRudder-Sign: {signature}")], body)
}

/// An envelope that keeps the body as a string.
fn envelope(signature: &str, body: &str) -> String {
    json!({"headers": {"x-airudder-sign": signature}, "body": body}).to_string()
}

fn objects(run: &Run) -> Vec<Value> {
    run.text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

#[test]
fn every_verdict_has_its_exit_code_and_the_worst_wins() {
    let folder = Folder::new("verdicts");
    let reserialized = json!({"headers": {"x-airudder-sign": SIGNATURE}, "body": {"n": 1}});
    folder.write("valid.http", signed(SIGNATURE, BODY));
    folder.write("invalid.http", signed(OF_COMPACT, "{}"));
    folder.write("missing.json", BODY);
    folder.write("inconclusive.json", reserialized.to_string());
    folder.chatlog("verify valid.http").is(0, &["1 valid"]);
    folder.chatlog("verify invalid.http").is(
        1,
        &[
            "invalid      invalid.http (http, exact)\n",
            "nothing matched; tried: ",
        ],
    );
    folder
        .chatlog("verify missing.json")
        .is(1, &["there is no header `X-AIRudder-Sign`"]);
    folder
        .chatlog("verify inconclusive.json")
        .is(2, &["inconclusive.json (envelope, reserialized)"]);
    folder
        .chatlog("verify invalid.http inconclusive.json valid.http missing.json")
        .is(
            2,
            &["\n4 deliveries: 1 valid, 1 invalid, 1 missing, 1 inconclusive\n"],
        );
    folder
        .chatlog("verify valid.http gone.http invalid.http")
        .is(
            2,
            &[
                "chatlog: gone.http: cannot read: ",
                "2 deliveries: 1 valid, 1 invalid\n",
            ],
        );

    let quiet = folder.chatlog("verify -q valid.http");
    quiet.is(0, &[]);
    assert_eq!((quiet.text(), &*quiet.stderr), ("", ""));
    let quiet = folder.chatlog("verify -q valid.http missing.json");
    assert!(quiet.text().starts_with("missing "), "{quiet:?}");
    assert!(!quiet.text().contains("delivery"), "{quiet:?}");
}

#[test]
fn another_notification_is_verified_and_counted_like_any_other() {
    const OTHER: &str =
        r#"{"workflow_id":"4cb9","workflow_name":"Reminder","status":"finished","actions":[]}"#;
    const OF_OTHER: &str = "5cdb5926a07abfa8f2e4edb1d43faaaf329247d99c1a70e7581dc60b1ddaa397";
    let folder = Folder::new("another");
    folder.write("other.http", signed(OF_OTHER, OTHER));
    folder.write("forged.http", signed(SIGNATURE, OTHER));
    folder.chatlog("verify other.http").is(0, &["1 valid"]);
    folder.chatlog("verify forged.http").is(1, &["1 invalid"]);
    folder.chatlog("check other.http").is(
        0,
        &[
            "warning[other-notification]",
            "1 delivery: 1 warning · signatures: 1 valid · 1 other notification\n",
        ],
    );
    folder
        .chatlog("check -A other-notification forged.http")
        .is(1, &["1 error", "1 invalid", "1 other notification\n"]);
    // Also where a file has no name of a capture.
    folder.write("inbox/0001", OTHER);
    folder
        .chatlog("validate inbox")
        .is(0, &["1 delivery: 1 warning · 1 other notification\n"]);
    for format in ["table", "text", "markdown", "html"] {
        folder
            .chatlog(&format!("show --format {format} other.http"))
            .is(0, &["workflow", "finished", "other-notification", "valid"]);
    }
    let shown = objects(&folder.chatlog("show --format json other.http"));
    assert_eq!(shown[0]["other_notification"]["status"], "finished");
    assert_eq!(shown[0]["signature"]["verdict"], "valid");
    assert_eq!(shown[0]["session"], Value::Null);
}

#[test]
fn json_holds_what_is_promised_and_no_more() {
    let folder = Folder::new("json");
    folder.write("one.http", signed(SIGNATURE, BODY));
    folder.write("two.json", format!("{BODY}\n\n"));
    let run = folder.chatlog(&format!(
        "verify --format json one.http two.json --header X-AIRudder-Sign:{SIGNATURE}"
    ));
    run.is(1, &[]);
    let objects = objects(&run);
    let schema = serde_json::from_str(chatlog::schema::OUTPUT).expect("it is JSON");
    let validator = Validator::new(&schema, Formats::Checked);
    for object in &objects {
        assert_eq!(validator.fault(object), None, "{object}");
        assert_eq!(
            keys(object),
            [
                "capture",
                "findings",
                "findings_omitted",
                "index",
                "signature",
                "source"
            ]
        );
        assert_eq!(
            keys(&object["capture"]),
            [
                "fidelity",
                "format",
                "headers",
                "line",
                "method",
                "received_at",
                "target"
            ]
        );
    }
    assert_eq!(
        objects[0]["signature"],
        json!({"verdict": "valid", "scheme": "hmac-sha256:{body}", "scheme_source": null,
            "header": "X-AIRudder-Sign", "header_source": null, "reason": null, "hints": [],
            "secret": 1})
    );
    assert_eq!(objects[0]["findings"], json!([]));
    assert_eq!(objects[0]["capture"]["target"], "/hook?a=b");
    let failed = &objects[1]["signature"];
    assert_eq!(failed["verdict"], "invalid");
    assert_eq!(failed["secret"], Value::Null);
    assert_eq!(failed["hints"][0]["code"], "final-newline-added");
    assert_eq!(keys(&failed["hints"][0]), ["code", "difference", "message"]);
    let end = &BODY[BODY.len() - 24..];
    assert_eq!(
        failed["hints"][0]["difference"],
        json!({"offset": BODY.len(), "before": format!("…{end}"), "received": "\n\n", "signed": ""})
    );
    assert_eq!(
        objects[1]["findings"],
        json!([{"rule": "signature-invalid", "severity": "error", "pointer": "", "line": 1,
            "column": 1, "message": failed["reason"], "help": failed["hints"][0]["message"]}])
    );
}

#[test]
fn finds_the_signature_where_it_is() {
    let folder = Folder::new("signature-places");
    folder.write("body.json", BODY);
    folder.write(
        "other.http",
        request(&[&format!("X-Other: v1={SIGNATURE}")], BODY),
    );
    folder.write(
        "repeated.http",
        request(
            &[
                "x-airudder-sign: deadbeef",
                &format!("X-AIRUDDER-SIGN: {SIGNATURE}"),
            ],
            BODY,
        ),
    );
    folder.write("wrong.http", signed("00", BODY));
    folder.write("wrong.http.sig", SIGNATURE);
    folder.write("captures/body.json", BODY);
    folder.write("captures/body.json.sig", format!("{SIGNATURE}\n"));

    let case = |arguments: &str, code: i32| folder.chatlog(arguments).is(code, &[]);
    case("verify other.http", 1);
    case("verify other.http --header-name x-other", 0);
    case("verify repeated.http", 0);
    let base64 = "O2cqJ42rLSki+V8Y1oihem+P1UxIvwle3mY0613fGsQ=";
    for value in [
        SIGNATURE,
        &SIGNATURE.to_uppercase(),
        &format!("sha256={SIGNATURE}"),
        &format!("00,{SIGNATURE}"),
        base64,
        &format!("v1,{}", base64.replace('+', "-").replace('/', "_")),
    ] {
        case(&format!("verify body.json --signature {value}"), 0);
        case(
            &format!("verify body.json --header X-AIRudder-Sign:{value}"),
            0,
        );
    }
    case("verify captures", 0);
    case("verify captures/body.json --signature 00", 1);
    case("verify captures/body.json --header x-airudder-sign:00", 1);
    folder
        .chatlog("show captures")
        .is(1, &["\nvalid        captures/body.json (body, exact)\n"]);
    folder
        .chatlog("check captures")
        .is(1, &[" · signatures: 1 valid\n"]);
    // What a delivery came with counts for more than what lies beside it.
    case("verify wrong.http", 1);
    case(&format!("verify wrong.http --signature {SIGNATURE}"), 0);
    case(
        &format!("verify wrong.http --header X-AIRudder-Sign:{SIGNATURE}"),
        0,
    );
    // What `openssl dgst` and the `>` of PowerShell write.
    folder.write(
        "body.json.sig",
        format!("HMAC-SHA2-256(body.json)= {SIGNATURE}\n"),
    );
    case("verify body.json", 0);
    let units = format!("\u{feff}{SIGNATURE}\r\n");
    let utf_16: Vec<u8> = units.encode_utf16().flat_map(u16::to_le_bytes).collect();
    folder.write("body.json.sig", utf_16);
    case("verify body.json", 0);
    folder.write("body.json.sig", b"\x01\xff\xfe\x80");
    folder
        .chatlog("verify body.json")
        .is(1, &["the signature is neither hex nor base64"]);
}

/// A run with secrets from anywhere but a variable that is always set.
fn with_secret(folder: &Folder, arguments: &[&str], stdin: &str, variable: Option<&str>) -> Run {
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    command.args(["verify", "signed.http"]).args(arguments);
    if let Some(value) = variable {
        command.env("CHATLOG_SECRET", value);
    }
    run(command.env("KEY", SECRET), stdin.as_bytes())
}

/// Arguments, standard input, the variable; the expected exit code and message.
type SecretCase<'c> = (&'c [&'c str], &'c str, Option<&'c str>, i32, &'c str);

#[test]
fn takes_the_secret_from_wherever_it_is_kept() {
    let folder = Folder::new("secret-places");
    folder.write("signed.http", signed(SIGNATURE, BODY));
    folder.write("plain", SECRET);
    folder.write("lf", format!("{SECRET}\n"));
    folder.write("crlf", format!("{SECRET}\r\n"));
    folder.write("two-lines", format!("{SECRET}\n\n"));
    folder.write("empty", "");
    folder.write("line-break", "\n");
    let lines = format!("{SECRET}\r\n");
    let none = "no secret: use --secret-file";
    let empty = "the secret is empty";
    #[rustfmt::skip]
    let cases: [SecretCase<'_>; 21] = [
        (&["--secret-file", "plain"], "", None, 0, "1 valid"),
        (&["--secret-file", "lf"], "", None, 0, "1 valid"),
        (&["--secret-file", "crlf"], "", None, 0, "1 valid"),
        (&["--secret-file", "two-lines"], "", None, 1, "hint[secret-white-space]"),
        (&["--secret-env", "KEY"], "", None, 0, "1 valid"),
        (&[], "", Some(SECRET), 0, "1 valid"),
        (&["--secret", SECRET], "", None, 0, "1 valid"),
        (&["--secret-stdin"], SECRET, None, 0, "1 valid"),
        (&["--secret-stdin"], &lines, None, 0, "1 valid"),
        (&["--secret-stdin", "-"], SECRET, None, 2, "standard input is already the input"),
        (&[], "", None, 2, none),
        (&[], "", Some(""), 2, none),
        (&["--secret", ""], "", Some(SECRET), 2, empty),
        (&["--secret-file", "empty"], "", None, 2, empty),
        (&["--secret-file", "line-break"], "", None, 2, empty),
        (&["--secret-stdin"], "", None, 2, empty),
        (&["--secret-file", "gone"], "", None, 2, "--secret-file: cannot read the file: "),
        (&["--secret-env", "GONE"], "", None, 2, "the variable is not set"),
        // The variable is for want of another.
        (&["--secret", "wrong"], "", Some(SECRET), 1, "1 invalid"),
        (&["--secret", "wrong", "--secret", SECRET], "", None, 0, "\n  secret 2 matches\n"),
        (&["--secret", SECRET, "--secret-file", "empty"], "", None, 2, empty),
    ];
    for (arguments, stdin, variable, code, words) in cases {
        with_secret(&folder, arguments, stdin, variable).is(code, &[words]);
    }
    with_secret(&folder, &["--secret", SECRET, "--secret", "new"], "", None)
        .is(0, &["\n  secret 1 matches\n"]);
    let rotated = [
        "--format",
        "json",
        "--secret-file",
        "empty.not",
        "--secret",
        SECRET,
    ];
    folder.write("empty.not", "old");
    let run = with_secret(&folder, &rotated, "", None);
    assert_eq!(objects(&run)[0]["signature"]["secret"], 2);
}

#[test]
fn follows_the_scheme_that_is_named() {
    let folder = Folder::new("schemes");
    folder.write("body.json", BODY);
    #[rustfmt::skip]
    let cases = [
        ("hmac-md5", "461c9e3ee06116e7413d4d8dbf7501e7"),
        ("hmac-sha1", SHA_1),
        ("HMAC-SHA256", SIGNATURE),
        ("hmac-sha384", "ada5b61f5bf56cbeac55c95fd82f0ffab75de4c7ea81cfa3065c350ecf578b755b94004b7e78960ea6e9c9064ee548ef"),
        ("hmac-sha512", "2a5466426dc0887b13c698bdbeaa4c5b8d858ecb2c9986263247b4aa5bfce68a6b8db5b09b47828fa40b46fad983292894c38018a0beed267b761dc302b866ab"),
        ("md5", "6ea1d959b33114fb222de4838a73999e"),
        ("sha1", "84b51e92d1d8bed00d6b606992cbca142b981d73"),
        ("sha256:{body}{secret}", "f7320c7447c7987ead6ccb6f40aa7e5788591966dd509cb6248fe61277ef89d2"),
        ("sha384", "556c6cb6aa0c8b1fead15b2c3cf67e1a2a5f77d3566b829d16e12a4f7b11dc576865a197c313e9aefe7b6fa1d8031814"),
        ("sha512", "d71e777e52a18f85e63eacced0768ea8714c30babbec5b29c406c1f2d4cfb05f030c0bcd089fff4220341324299c6ff5372786fa14b0ed9cab4ad2b35a809993"),
        ("sha512:{secret}{timestamp}{body}", "9a79d20381282ad0f8affd14419100cc67c8dfe2f49160685ac7862ffb24e85adc5f32aaa0e02320c1a19517b01e4652f4507ab47e33e0851472a5d4875b62b9"),
        ("hmac-sha256:{timestamp}.{body}", "aa20eae902a2f4664527fb35ad03720947c7216702ec3016b57a1479701a9a46"),
    ];
    for (scheme, signature) in cases {
        let arguments = format!("verify body.json --signature {signature}");
        folder
            .chatlog(&format!("{arguments} --scheme {scheme}"))
            .is(0, &[]);
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        command
            .args(arguments.split(' '))
            .args(["--secret", SECRET]);
        run(command.env("CHATLOG_SCHEME", scheme), b"").is(0, &[]);
    }

    let of_request = "0b3253e3f6f5bafa8da73b007997243fcdd6d732a638a901ebd559315f14b28e";
    folder.write(
        "request.http",
        request(
            &["Nonce: n-7", &format!("X-AIRudder-Sign: {of_request}")],
            BODY,
        ),
    );
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    let scheme = "hmac-sha256:v1 {method} {path} {header:nonce}:{body}";
    command.args([
        "verify",
        "request.http",
        "--secret",
        SECRET,
        "--scheme",
        scheme,
    ]);
    run(&mut command, b"").is(0, &[]);
    folder
        .chatlog("verify body.json --signature 00 --scheme hmac-sha256:{path}{body}")
        .is(
            2,
            &[
                "inconclusive",
                "the scheme signs the path, which the capture did not keep",
            ],
        );
}

#[test]
fn says_what_is_wrong_with_a_scheme() {
    let folder = Folder::new("bad-schemes");
    folder.write("body.json", BODY);
    for (scheme, words) in [
        ("hmac-sha25", "did you mean `hmac-sha256`?"),
        (
            "hmac-sha256:{bodi}",
            "at character 13: did you mean `{body}`?",
        ),
        ("hmac-sha256:", "nothing follows the colon"),
        (
            "hmac-sha256:{body",
            "is unmatched; write a literal brace twice",
        ),
        (
            "sha256:{body}",
            "must hold `{secret}`, as `sha256:{body}{secret}` does",
        ),
    ] {
        folder
            .chatlog(&format!("verify body.json --scheme {scheme}"))
            .is(2, &[words]);
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        command
            .args(["show", "body.json"])
            .env("CHATLOG_SCHEME", scheme);
        run(&mut command, b"").is(2, &[words]);
    }
}

#[test]
fn the_verdict_follows_from_how_the_body_was_kept() {
    let folder = Folder::new("fidelity");
    let gzip = STANDARD.decode(GZIP).expect("base64");
    let encoded = |signature: &str| {
        let signature = format!("X-AIRudder-Sign: {signature}");
        request(&["Content-Encoding: gzip", &signature], &gzip)
    };
    folder.write("as-sent.http", encoded(OF_GZIP));
    folder.write("decoded.http", encoded(SIGNATURE));
    folder.write("neither.http", encoded(OF_COMPACT));
    let reserialized = |signature: &str| {
        format!(r#"{{"headers":{{"x-airudder-sign":"{signature}"}},"body":{COMPACT}}}"#)
    };
    folder.write("reserialized.json", reserialized(SIGNATURE));
    let cut = "POST / HTTP/1.1\r\nContent-Length: 99\r\nX-AIRudder-Sign: ";
    folder.write(
        "truncated.http",
        format!("{cut}{SIGNATURE}\r\n\r\n{{\"n\": "),
    );
    let decoded = json!({"body": BODY,
        "headers": {"content-encoding": "gzip", "x-airudder-sign": OF_GZIP}});
    folder.write("lost.json", decoded.to_string());
    folder.write("text.json", envelope(OF_COMPACT, "{}"));

    #[rustfmt::skip]
    let cases: [(&str, i32, &[&str]); 7] = [
        ("as-sent.http", 0, &["the bytes as sent match"]),
        ("decoded.http", 0, &["the decoded bytes match"]),
        ("neither.http", 1, &["invalid"]),
        // The re-print that matches is a hint, and the bytes that were sent stay unknown.
        ("reserialized.json", 2, &["inconclusive", "hint[reprinted-indented]"]),
        ("truncated.http", 2, &["inconclusive", "(http, truncated)"]),
        ("lost.json", 2, &["inconclusive", "(envelope, decoded)"]),
        ("text.json", 1, &["invalid", "exact only if it was sent as UTF-8 and not compressed"]),
    ];
    for (name, code, words) in cases {
        folder.chatlog(&format!("verify {name}")).is(code, words);
    }
}

/// The only hint of a run over one delivery.
#[track_caller]
fn hint(run: &Run) -> Value {
    assert_eq!(run.code, 1, "{run:?}");
    let object = &objects(run)[0];
    assert_eq!(object["signature"]["verdict"], "invalid");
    let hints = object["signature"]["hints"].as_array().expect("hints");
    assert_eq!(hints.len(), 1, "{object}");
    hints[0].clone()
}

#[test]
fn says_what_was_done_to_the_body() {
    let folder = Folder::new("body-hints");
    let pretty = "{\n    \"timestamp\": 1744699269,\n    \"text\": \"Ol\\u00e1 👋 a/b\",\n    \"score\": 1.0,\n    \"order\": 9007199254740993\n}";
    let lines = "df8998796bd21e7e8fcc44ee8fd5797d0bb9587cc9aad3df7b8b88d185f693cb";
    let sorted = "dbfb582d30d260f4365a48dd798d94296d3eb3b8c39221081a6809cbb4c79629";
    let ascii = "aebb0919fc6aa1a96de514a0bc0d298f33f2daa14ebaadcf73faeba8bf078398";
    let slash = "02f621312d540b51f15a9aea0765adb5ae8dcfaffea0e4c70e9dab14ef5b0274";
    let compact_and_lf = "f7f70f9910c59825251328ae03c15eb6b212611967a58d51fdd46f3075d3b5ea";
    let of_body_and_crlf = "386a18b4beaf586b97054998786c799ea5b945fb3a575bf8f1d49c65e2d514c2";
    let mut wrapped_base64 = STANDARD.encode(BODY);
    wrapped_base64.insert(76, '\n');
    let spelled = r#"{\x0a  "a": 1\x0A}"#.to_owned();
    #[rustfmt::skip]
    let cases = [
        // One line break would be the file's own.
        (format!("{BODY}\n\n"), SIGNATURE, "final-newline-added", "without the white space at its end"),
        (BODY.to_owned(), OF_BODY_AND_LF, "final-newline-lost", "(LF)"),
        (BODY.to_owned(), of_body_and_crlf, "final-newline-lost", "(CRLF)"),
        ("{\r\n  \"a\": 1\r\n}".to_owned(), lines, "crlf-line-endings", "LF line endings"),
        (format!("\u{feff}{BODY}"), SIGNATURE, "bom", "without its byte order mark"),
        (format!("\u{feff}{BODY}\r\n"), SIGNATURE, "bom", "without its final line break and"),
        (STANDARD.encode(BODY), SIGNATURE, "content-encoding", "decoded from base64"),
        (json!(URL_SAFE_NO_PAD.encode(BODY)).to_string(), SIGNATURE, "content-encoding", "decoded from base64"),
        (wrapped_base64, SIGNATURE, "content-encoding", "decoded from base64"),
        (format!("\\x{}\n", hex::encode(BODY)), SIGNATURE, "content-encoding", "decoded from hex"),
        (spelled, lines, "literal-escapes", r"escapes such as `\x0a`"),
        (pretty.to_owned(), OF_COMPACT, "reprinted-compact", "printed compactly"),
        (format!("{pretty}\n"), compact_and_lf, "reprinted-compact", "and with a final line break"),
        (COMPACT.to_owned(), SIGNATURE, "reprinted-indented", "a space after each comma and colon"),
        (pretty.to_owned(), SIGNATURE, "reprinted-indented", "a space after each comma and colon"),
        (BODY.to_owned(), sorted, "reprinted-sorted", "with its keys sorted"),
        (BODY.to_owned(), ascii, "reprinted-ascii", "outside ASCII escaped"),
        (BODY.to_owned(), slash, "reprinted-ascii", "with `/` escaped"),
        (BODY.to_owned(), SHA_1, "other-algorithm", "`hmac-sha1:{body}`"),
    ];
    for (index, (body, signature, code, words)) in cases.iter().enumerate() {
        let name = format!("{index}.json");
        folder.write(&name, body);
        let arguments = format!("verify {name} --signature {signature}");
        let hint = hint(&folder.chatlog(&format!("{arguments} --format json")));
        assert_eq!(hint["code"], *code, "{name}: {hint}");
        let message = hint["message"].as_str().expect("a message");
        assert!(message.contains(words), "{name}: {message}");
        let human = folder.chatlog(&arguments);
        human.is(1, &[&format!("\n  hint[{code}]: {message}")]);
        assert!(!human.text().contains("tried"), "{human:?}");
    }
}

/// What mitmproxy's `export.clip curl` writes for a body with line breaks and a tab.
#[test]
fn names_the_export_that_spells_line_breaks() {
    let body =
        "{\r\n\t\"callee\": \"+62 800 0000 0042\",\n\t\"text\": \"it's \\\\x0a \\\"fine\\\"\"\n}";
    let signature = "9b3c64dae3c1a2c5a1c8a2ac2a4f2ae9";
    let command = format!(
        r#"curl -H 'content-type: application/json' -H 'x-airudder-sign: {signature}' -X POST https://hooks.example.com/hook -d '{{\x0d\x0a\x09"callee": "+62 800 0000 0042",\x0a\x09"text": "it'"'"'s \\x0a \"fine\""\x0a}}'"#
    );
    let folder = Folder::new("mitmproxy");
    folder.write("signed.http", signed(signature, body));
    let sign = folder.chatlog("sign --as value signed.http");
    folder.write("curl.sh", command.replace(signature, sign.text().trim()));
    folder.chatlog("verify curl.sh").is(
        2,
        &[
            "inconclusive curl.sh (curl, decoded)",
            "hint[literal-escapes]: the body with bytes in the place of escapes such as `\\x0a` would match",
            "export the request as `raw_request` instead",
        ],
    );
    // A backslash that JSON escapes is nothing special.
    let plain = command
        .replace(r"\x0d", "")
        .replace(r"\x0a\x09", "")
        .replace(r"\x0a}", "}");
    folder.write("plain.sh", plain.replace(r"\x09", ""));
    folder
        .chatlog("verify plain.sh")
        .is(1, &["plain.sh (curl, text)"]);
}

/// smee-client sends what an event of smee.io has as headers, and prints the parsed body again.
#[test]
fn names_a_forwarder_that_writes_json_again() {
    let folder = Folder::new("forwarder");
    let printed = COMPACT.replace("1.0", "1").replace("\\u00e1", "á");
    let printed = printed.replace("993}", "992}");
    let sign = format!("X-AIRudder-Sign: {SIGNATURE}");
    folder.write(
        "smee.http",
        request(&[&sign, "timestamp: 1744699270250"], &printed),
    );
    folder.chatlog("verify smee.http").is(
        1,
        &[
            "hint[forwarder]: the header `timestamp` tells that smee-client forwarded the request",
            "nothing matched; tried: ",
        ],
    );
    // Other headers of the name are not its own.
    folder.write(
        "other.http",
        request(&[&sign, "timestamp: 1744699270"], &printed),
    );
    let other = folder.chatlog("verify other.http");
    other.is(1, &["nothing matched; tried: "]);
    assert!(!other.text().contains("forwarder"), "{other:?}");
    // What arrived was printed in a style that is not the signed one.
    let reprinted = request(&[&format!("X-AIRudder-Sign: {OF_COMPACT}")], BODY);
    folder.write("printed.http", reprinted);
    folder.chatlog("verify printed.http").is(
        1,
        &[
            "hint[reprinted-compact]: ",
            "hint[forwarder]: the capture keeps what arrives",
        ],
    );
    // It may have been swapped as well: that explains more.
    let swapped = |signature: &str, body| {
        let sign = format!("X-AIRudder-Sign: {signature}");
        request(&[&sign, "timestamp: 1744699270250"], body)
    };
    folder.write(
        "pair.http",
        [swapped(TWO, r#"{"n": 1}"#), swapped(ONE, r#"{"n": 2}"#)].concat(),
    );
    let pair = folder.chatlog("verify pair.http");
    pair.is(1, &["hint[swapped-deliveries]"]);
    assert!(!pair.text().contains("smee-client"), "{pair:?}");
}

#[test]
fn shows_where_the_received_and_the_signed_body_differ() {
    let folder = Folder::new("differences");
    let shown = |body: &str, words: &[&str]| {
        folder.write("body.json", body);
        let arguments = format!("verify body.json --signature {SIGNATURE} --width 60");
        let run = folder.chatlog(&arguments);
        run.is(1, words);
        let mut lines = run.text().lines().skip(1);
        assert!(lines.all(|line| line.chars().count() <= 60), "{run:?}");
    };
    shown(
        COMPACT,
        &[
            "\n    received  {\"timestamp\":1744699269,\"text\"…   at offset 13\n",
            "\n    signed    {\"timestamp\": 1744699269, \"tex…\n",
        ],
    );
    shown(
        &format!("{BODY}\n\n"),
        &[
            "…rder\": 9007199254740993}\\n\\n   at offset 95\n",
            "…rder\": 9007199254740993}‹end›\n",
        ],
    );
    shown(
        &format!("\u{feff}{BODY}"),
        &[
            "\n    received  \\u{feff}{\"timestamp\"",
            "\n    signed    {\"timestamp\": ",
        ],
    );
    // A body that would match as it is differs nowhere.
    folder.write("body.json", BODY);
    let arguments = ["--signature", SIGNATURE, "--secret", "'swordfish-42'"];
    let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
    let run = run(command.args(["verify", "body.json"]).args(arguments), b"");
    run.is(1, &["hint[secret-quotes]"]);
    assert!(!run.text().contains("at offset"), "{run:?}");
}

#[test]
fn says_what_was_done_to_the_secret() {
    let folder = Folder::new("secret-hints");
    folder.write("signed.http", signed(SIGNATURE, BODY));
    for (secret, code) in [
        (format!(" {SECRET}\t"), "secret-white-space"),
        (format!("\"{SECRET}\""), "secret-quotes"),
        (format!("'{SECRET}'\n"), "secret-quotes"),
        ("73776F7264666973682d3432".to_owned(), "secret-hex"),
        ("c3dvcmRmaXNoLTQy".to_owned(), "secret-base64"),
    ] {
        let arguments = ["--format", "json", "--secret", &secret];
        let hint = hint(&with_secret(&folder, &arguments, "", None));
        assert_eq!(hint["code"], code, "{hint}");
    }
}

#[test]
fn finds_signatures_that_were_swapped_whichever_comes_first() {
    let folder = Folder::new("swapped");
    let (one, two) = (r#"{"n": 1}"#, r#"{"n": 2}"#);
    folder.write(
        "pair.ndjson",
        envelope(TWO, one) + "\n" + &envelope(ONE, two),
    );
    folder.write("later/1.http", signed(TWO, one));
    folder.write("later/2.http", signed(SIGNATURE, BODY));
    folder.write("later/3.http", signed(TWO, two));
    let both = |arguments: &str, words: &[&str]| {
        folder.chatlog(arguments).is(1, words);
        let run = folder.chatlog(&format!("{arguments} --format json"));
        let objects = objects(&run);
        let hints = objects
            .iter()
            .flat_map(|object| object["signature"]["hints"].as_array().expect("hints"));
        for (hint, words) in hints.zip(words) {
            assert_eq!(hint["code"], "swapped-deliveries");
            assert!(
                hint["message"]
                    .as_str()
                    .is_some_and(|text| text.contains(words)),
                "{hint}"
            );
        }
        assert!(objects.is_sorted_by_key(|object| {
            (object["source"].to_string(), object["index"].as_u64())
        }));
    };
    both(
        "verify pair.ndjson",
        &[
            "the signatures of this delivery and `pair.ndjson#2` are swapped",
            "the signatures of this delivery and `pair.ndjson#1` are swapped",
        ],
    );
    both("verify later", &["`later/3.http#1` has this signature too"]);
    // A signature that the user gave for all of them was not swapped.
    folder.write("two.ndjson", format!("{one}\n{two}\n"));
    let shared = folder.chatlog(&format!("verify two.ndjson --signature {TWO}"));
    shared.is(1, &["nothing matched; tried", "1 valid, 1 invalid"]);
    assert!(!shared.text().contains("swapped"), "{shared:?}");
}

#[test]
fn what_was_signed_of_an_input_is_what_its_receiver_saw() {
    let folder = Folder::new("records");
    let (one, two) = (r#"{"n": 1}"#, r#"{"n": 2}"#);
    folder.write("lines.ndjson", format!("{one}\n{two}\r\n"));
    folder.write("one.json", format!("{one}\n"));
    folder.write("values.json", format!("{one} {two}"));
    folder.write("array.json", format!("[{one} ,\n{two}]"));
    let with_break = "the line matches with its line break";
    #[rustfmt::skip]
    let cases: [(&str, &str, &[&str]); 7] = [
        ("lines.ndjson", ONE, &["valid        lines.ndjson (", "1 valid, 1 invalid"]),
        ("lines.ndjson", ONE_LF, &["valid        lines.ndjson (", with_break]),
        ("lines.ndjson", TWO, &["valid        lines.ndjson#2 ("]),
        ("lines.ndjson", TWO_CRLF, &["valid        lines.ndjson#2 (", with_break]),
        ("values.json", TWO, &["valid        values.json#2 ("]),
        ("array.json", ONE, &["valid        array.json ("]),
        ("array.json", TWO, &["valid        array.json#2 ("]),
    ];
    for (name, signature, words) in cases {
        let arguments = format!("verify {name} --signature {signature}");
        folder.chatlog(&arguments).is(1, words);
    }
    // A file of one value is that body, with or without the line break at its end.
    let without = "without the line break at the end of the file";
    folder
        .chatlog(&format!("verify one.json --signature {ONE}"))
        .is(0, &["valid        one.json", without]);
    let whole = folder.chatlog(&format!("verify one.json --signature {ONE_LF}"));
    whole.is(0, &[]);
    assert!(!whole.text().contains("line break"), "{whole:?}");
}

#[test]
fn discovers_the_scheme_of_good_deliveries() {
    let folder = Folder::new("discover");
    let first = "219c9f9ce3d01bdb0db262ca337ad937873f32d47afe830fad63a60017db5483";
    let second = "183881fd006a0ffad43fce8793980678f5ded67a69094276992aa08c8cb72c10";
    folder.write("1.http", signed(first, r#"{"timestamp": 7}"#));
    folder.write("2.json", r#"{"timestamp": 8}"#);
    folder.write("2.json.sig", second);
    folder.write("3.http", signed(SIGNATURE, BODY));
    let found = "--scheme 'hmac-sha256:{timestamp}.{body}'\n";
    folder
        .chatlog("verify --discover 1.http")
        .is(0, &[found, "add another to be sure"]);
    folder
        .chatlog("verify --discover 1.http 2.json")
        .is(0, &[found, "the scheme fits all of them"]);
    folder
        .chatlog("verify --discover 1.http 3.http")
        .is(1, &["no known scheme"]);
    let quiet = folder.chatlog("verify --discover -q 1.http 2.json");
    assert_eq!(quiet.text(), found);
    let json = folder.chatlog("verify --discover --format json 1.http 2.json");
    assert_eq!(
        objects(&json),
        [json!({"scheme": "hmac-sha256:{timestamp}.{body}"})]
    );
    let json = folder.chatlog("verify --discover --format json 1.http 3.http");
    json.is(1, &[]);
    assert_eq!(json.text(), "");
}

#[test]
fn show_and_check_tell_the_verdict_when_there_is_a_secret() {
    let folder = Folder::new("reports");
    let notification = std::fs::read("samples/captures/http.http").expect("the sample");
    folder.write("good.http", &notification);
    let key = "chatlog-sample-secret";
    let case = |arguments: &str, secret: Option<&str>, code: i32, words: &[&str]| {
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        command.args(arguments.split(' ')).arg("good.http");
        if let Some(secret) = secret {
            command.env("CHATLOG_SECRET", secret);
        }
        let run = run(&mut command, b"");
        run.is(code, words);
        run
    };
    for command in ["show", "check"] {
        case(command, Some(key), 0, &["valid"]);
        case(command, Some("other"), 1, &["invalid"]);
        let run = case(&format!("{command} --format json"), Some(key), 0, &[]);
        assert_eq!(objects(&run)[0]["signature"]["verdict"], "valid");
    }
    let run = case("show --format json", None, 0, &[]);
    assert_eq!(objects(&run)[0]["signature"]["verdict"], "unchecked");
    case("check", None, 2, &["no secret"]);
    let run = case("show", None, 0, &[]);
    assert!(!run.text().contains("Signature"), "{run:?}");
    case("check -q", Some("other"), 1, &["error[signature-invalid]"]);
    let run = case("check -q", Some(key), 0, &[]);
    assert!(!run.text().contains("valid"), "{run:?}");
}

/// Runs that fail and runs that succeed, in every way that may print something.
const RUNS: &[&str] = &[
    "verify signed.http",
    "verify signed.http --format json",
    "verify wrong.http",
    "verify wrong.http -q --format json",
    "verify wrong.http --scheme sha512:{secret}.{body}",
    "verify wrong.http --scheme hmac-sha999",
    "verify wrong.http gone.http",
    "verify wrong.http --secret swordfish-42 --bad",
    "verify wrong.http --secret swordfish-42 --secret-file gone",
    "verify wrong.http --secret swordfish-42 --secret-env GONE",
    "verify wrong.http --secret=swordfish-42 --secret-stdin -",
    "verify wrong.http --secert=swordfish-42",
    "verify --discover wrong.http",
    "verify --discover wrong.http --format json",
    "verify --help",
    "sign --help",
    "show wrong.http",
    "show wrong.http --format json",
    "check wrong.http",
    "check wrong.http --format json",
    "check wrong.http --format sarif",
    "validate wrong.http",
    "validate wrong.http --secret swordfish-42",
    "validate wrong.http --secret=swordfish-42",
    "validate wrong.http --format json",
    "extract wrong.http --headers",
    "sign gone.http --secret swordfish-42",
];

#[test]
fn secrets_and_expected_signatures_are_never_shown() {
    let folder = Folder::new("secrets");
    // Nothing of these runs came with the right signature, or it would be shown as the header it is.
    folder.write("wrong.http", signed(OF_COMPACT, BODY));
    folder.write("signed.http", signed(SIGNATURE, BODY));
    for arguments in RUNS {
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        command
            .args(arguments.split(' '))
            .env("CHATLOG_SECRET", SECRET)
            .env("RUST_BACKTRACE", "full")
            .env("RUST_LOG", "trace");
        let run = run(&mut command, b"");
        let all = String::from_utf8_lossy(&run.stdout) + &*run.stderr;
        assert!(!all.contains(SECRET), "{arguments}: {all}");
        assert!(
            arguments.contains("signed.http") || !all.contains(SIGNATURE),
            "{arguments}: {all}"
        );
        assert!(!all.contains("panicked"), "{arguments}: {all}");
    }
}

#[test]
fn credentials_of_requests_are_never_shown() {
    let folder = Folder::new("credentials");
    let signature = format!("X-AIRudder-Sign: {SIGNATURE}");
    let private = [
        "authorization: Bearer hunter2",
        "Cookie: id=hunter2",
        "Proxy-Authorization: hunter2",
    ];
    let headers = [&private[..], &[&signature]].concat();
    folder.write("a.http", request(&headers, BODY));
    for arguments in [
        "show",
        "show --format json",
        "verify",
        "verify --format json",
        "validate --format json",
    ] {
        let run = folder.chatlog(&format!("{arguments} a.http"));
        assert!(!run.text().contains("hunter2"), "{arguments}: {run:?}");
        assert!(run.text().contains("a.http"), "{run:?}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory is written");
    encoder.finish().expect("memory is written")
}

#[test]
fn bad_input_is_refused_with_its_reason_and_does_no_harm() {
    let folder = Folder::new("bad-input");
    folder.write("base64.json", r#"{"headers":{"a":"b"},"body_b64":"e30!"}"#);
    folder.write("head.http", "POST / HTTP/1.1\r\nHost: a\r\n");
    let bomb = gzip(&vec![b'a'; 3 << 20]);
    folder.write("bomb.http", request(&["Content-Encoding: gzip"], &bomb));
    folder.write("bomb.json.gz", gzip(&vec![b'a'; 3 << 20]));
    let text = "a".repeat(2 << 20);
    folder.write(
        "large.har",
        format!(r#"{{"log":{{"entries":[{{"request":{{"method":"POST","url":"/","headers":[],"postData":{{"text":"{text}"}}}}}}]}}}}"#),
    );
    folder.write("header.http", signed(&"a".repeat(10_000_000), BODY));
    folder.write("commas.http", signed(&"0,".repeat(500_000), BODY));
    #[rustfmt::skip]
    let cases: [(&str, i32, &[&str]); 11] = [
        ("verify base64.json", 2, &["chatlog: base64.json:1:", "`body_b64` is not base64: unexpected `!`"]),
        ("verify head.http", 2, &["looks like an HTTP message, but it has headers but no body"]),
        ("verify bomb.http --max-size 1", 2, &["the decoded body is larger than 1048576 bytes (see --max-size)"]),
        ("verify bomb.json.gz --max-size 1", 2, &["larger than 1 MiB (see --max-size)"]),
        ("verify large.har --max-size 1", 2, &["larger than 1 MiB (see --max-size)"]),
        ("verify large.har --max-size 3", 1, &["missing      large.har (har, text)"]),
        ("verify header.http", 1, &["the signature is 10000000 characters long"]),
        ("verify commas.http", 1, &["invalid"]),
        ("verify head.http --signature 0! --input body", 1, &["neither hex nor base64"]),
        ("verify head.http --signature abcd --input body", 1, &["the signature has 2 bytes, but `hmac-sha256` makes 32"]),
        ("verify head.http --signature 00 --input body", 1, &["the signature has 1 byte, "]),
    ];
    for (arguments, code, words) in cases {
        let start = Instant::now();
        folder.chatlog(arguments).is(code, words);
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "{arguments} takes its time"
        );
    }
}

#[test]
fn files_are_read_as_they_were_before_they_were_packed() {
    let folder = Folder::new("packed");
    let request = signed(SIGNATURE, BODY);
    let utf_16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let units = text.encode_utf16();
        std::iter::once(0xfeff)
            .chain(units)
            .flat_map(bytes)
            .collect()
    };
    let lines = envelope(SIGNATURE, BODY) + "\r\n" + &envelope(TWO, r#"{"n": 2}"#) + "\r\n";
    folder.write("a.http.gz", gzip(&request));
    folder.write(
        "b.http.zst",
        compress_to_vec(&*request, CompressionLevel::Fastest),
    );
    folder.write("c.ndjson", utf_16(&lines, u16::to_le_bytes));
    folder.write("d.ndjson", utf_16(&lines, u16::to_be_bytes));
    folder.write("e.ndjson.gz", gzip(&utf_16(&lines, u16::to_le_bytes)));
    folder.write("f.http", [&b"\xef\xbb\xbf"[..], &request].concat());
    folder.write("g.json", "\u{feff}".to_owned() + &envelope(SIGNATURE, BODY));
    folder.write("h.har", "\u{feff}".to_owned() + r#"{"log":{"entries":[{"request":{"method":"POST","url":"/","headers":[{"name":"X-AIRudder-Sign","value":"547e0146c8af17d839bb74a7789ee4cb806e9f2b79b2133b4f244f4d0fc86606"}],"postData":{"text":"{\"n\": 2}"}}}]}}"#);
    folder.chatlog("verify -v .").is(
        0,
        &[
            "11 deliveries: 11 valid",
            "gzip decoded, UTF-16 decoded",
            "h.har: read 1 × har",
        ],
    );
    // A body is what it was, though its file is not.
    let body: Vec<u8> = utf_16(BODY, u16::to_le_bytes);
    folder.write("body.json", body);
    folder
        .chatlog(&format!(
            "verify body.json --signature {SIGNATURE} --format json"
        ))
        .is(0, &["\"fidelity\":\"text\"", "decoded from UTF-16"]);
    folder.write("cut.http.gz", &gzip(&request)[..60]);
    folder
        .chatlog("verify cut.http.gz")
        .is(2, &["chatlog: cut.http.gz: cannot read: "]);
}

#[test]
fn a_named_format_is_taken_at_its_word() {
    let samples = [
        ("body", "body.json"),
        ("http", "http.http"),
        ("har", "har.har"),
        ("webhook-site", "webhook-site.json"),
        ("ngrok", "ngrok.json"),
        ("api-gateway", "api-gateway.json"),
        ("api-gateway-v2", "api-gateway-v2.json"),
        ("webhook-tester", "webhook-tester.json"),
        ("smee", "smee.sse"),
        ("hookdeck", "hookdeck.json"),
        ("gh-webhook", "gh-webhook.json"),
        ("curl", "curl.sh"),
        ("curl-trace", "curl-trace.txt"),
        ("socat", "socat-hex.txt"),
        ("n8n", "n8n.json"),
        ("postman", "postman.json"),
        ("table", "sqlite.csv"),
        ("envelope", "envelope.ndjson"),
    ];
    let verify = |format: &str, name: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chatlog"));
        command
            .args(["verify", "--format", "json", "--input", format])
            .arg(format!("samples/captures/{name}"))
            .env("CHATLOG_SECRET", "chatlog-sample-secret");
        run(&mut command, b"")
    };
    for (format, name) in samples {
        let run = verify(format, name);
        assert_eq!(objects(&run)[0]["capture"]["format"], format, "{run:?}");
        // Nothing else is a body of its own with just these keys.
        let wrong = verify(format, "body.json");
        if format != "body" {
            wrong.is(2, &["chatlog: samples/captures/body.json:"]);
            assert_eq!(wrong.text(), "", "{format}");
        }
    }
    verify("hra", "har.har").is(
        2,
        &["invalid value 'hra' for '--input <FORMAT>'", "webhook-site"],
    );
}
