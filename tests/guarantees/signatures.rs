//! A signature verdict cannot be bought.
//!
//! The signatures are those of OpenSSL 3, over the bytes that each is named after:
//! `openssl dgst -sha256 -hmac swordfish-42`.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chatlog::Position;
use chatlog::capture::{CaptureOptions, Record, deliveries};
use chatlog::delivery::Headers;
use chatlog::signature::{Checks, Encoding, Scheme, Secret, Verdict, sign, verify_request};
use serde_json::{Value, json};

use crate::folder::{Folder, Run, run};

const BODY: &str = r#"{"n": 1}"#;
const SIGNATURE: &str = "c4c16d1ef078d31f4cb1fa241a132052acf29b73f3da2b774bff80a959479ff9";
const OTHER: &str = r#"{"n": 2}"#;
const OF_OTHER: &str = "547e0146c8af17d839bb74a7789ee4cb806e9f2b79b2133b4f244f4d0fc86606";

/// The signatures of a run, one for each delivery.
fn signatures(run: &Run) -> Vec<Value> {
    let line = |line: &str| -> Value { serde_json::from_str(line).expect("a line is JSON") };
    run.text()
        .lines()
        .map(|text| line(text)["signature"].clone())
        .collect()
}

/// The verdict on the one delivery of a file, and its reason.
#[track_caller]
fn verdict(folder: &Folder, name: &str, code: i32, verdict: &str, reason: &str) {
    let run = folder.chatlog(&format!("verify --format json {name}"));
    assert_eq!(run.code, code, "{name}: {run:?}");
    let signature = &signatures(&run)[0];
    assert_eq!(signature["verdict"], verdict, "{name}: {signature}");
    let got = signature["reason"].as_str().unwrap_or_default();
    assert!(got.contains(reason), "{name}: {got:?} lacks {reason:?}");
    let human = folder.chatlog(&format!("verify {name}"));
    human.is(code, &[verdict, reason]);
}

/// A file of one body.
fn record(body: &str) -> Record<'_> {
    Record {
        bytes: body.as_bytes(),
        terminator: b"",
        is_whole: true,
        start: Position::START,
    }
}

/// A raw request with these headers beside its signature.
fn request(signature: &str, headers: &str, body: &str) -> String {
    format!("POST /hook HTTP/1.1\r\nX-AIRudder-Sign: {signature}\r\n{headers}\r\n{body}")
}

/// An envelope of the signature's header and these members.
fn envelope(signature: &str, members: &str) -> String {
    format!(r#"{{"headers": {{"x-airudder-sign": "{signature}"}}, {members}}}"#)
}

#[test]
fn a_forged_signature_is_refused_as_fast_as_a_right_one_is_accepted() {
    let checks = Checks::new(
        Scheme::default(),
        [Secret::new("swordfish-42").expect("not empty")],
    );
    let body = vec![b' '; 4 << 20];
    let of_body = "0af14b94d0b829313d4c1ee6dbdbedc3141ead56e812ba8004f2705cc6f7c670";
    let fastest = |signature: &str| -> Duration {
        let mut headers = Headers::default();
        headers.push("X-AIRudder-Sign", signature.to_owned());
        let times = (0..5).map(|_| {
            let start = Instant::now();
            let signature = verify_request(&headers, &body, &checks);
            assert!(signature.hints.is_empty() && signature.tried.is_empty());
            start.elapsed()
        });
        times.min().expect("it ran")
    };
    let forged = fastest(SIGNATURE);
    assert!(forged < 3 * fastest(of_body), "{forged:?}");
}

#[test]
fn explaining_failures_has_a_budget_that_does_not_depend_on_speed() {
    let folder = Folder::new("diagnosis-budget");
    let mut lines = String::new();
    for n in 0..30 {
        let body = format!("{{\"n\":{n}}}\n");
        let line = json!({"headers": {"x-airudder-sign": "00".repeat(32)}, "body": body});
        writeln!(lines, "{line}").expect("strings take everything");
    }
    folder.write("forged.ndjson", lines);
    let more = "10 more failures are not explained; --diagnose all explains them";
    folder.chatlog("verify forged.ndjson").is(1, &[more]);
    let ten = "verify --diagnose 28 forged.ndjson";
    folder.chatlog(ten).is(1, &["2 more failures"]);
    for all in ["--diagnose all", "--diagnose none"] {
        let run = folder.chatlog(&format!("verify {all} forged.ndjson"));
        run.is(1, &["30 invalid"]);
        assert!(!run.text().contains("more failure"), "{run:?}");
    }
    folder
        .chatlog("verify --diagnose some forged.ndjson")
        .is(2, &["expected all, none or a number"]);
}

#[test]
fn a_scheme_that_leaves_the_body_out_is_refused_wherever_it_comes_from() {
    let folder = Folder::new("uncovered-schemes");
    // With each of these a forged body would be valid.
    folder.write("forged.json", envelope(SIGNATURE, r#""body": "{}""#));
    let refused = "must hold `{body}` or `{encoded_body}`";
    for scheme in [
        "hmac-sha256:{header:X-Note}",
        "hmac-sha256:{path}",
        "md5:{secret}",
    ] {
        folder
            .chatlog(&format!("verify --scheme {scheme} forged.json"))
            .is(2, &[refused]);
        let mut command = folder.command(env!("CARGO_BIN_EXE_chatlog"));
        command
            .args(["verify", "--secret", "key", "forged.json"])
            .env("CHATLOG_SCHEME", scheme);
        run(&mut command, b"").is(2, &[refused]);
        folder.write("cloned/chatlog.toml", format!("scheme = \"{scheme}\"\n"));
        folder
            .chatlog("verify --config cloned/chatlog.toml forged.json")
            .is(2, &["chatlog.toml:1:10: ", refused]);
        assert!(scheme.parse::<Scheme>().is_err());
    }
    // The signature is that of `7`: `--discover` does not propose what would be refused.
    let of_timestamp = "124172efd7073878cfb7488b24b8428d9ff421b0316458a933fa2af00bc2bf98";
    folder.write(
        "stamp.http",
        request(of_timestamp, "", r#"{"timestamp": 7}"#),
    );
    folder
        .chatlog("verify --discover stamp.http")
        .is(1, &["no known scheme"]);
}

#[test]
fn the_body_as_sent_can_be_demanded() {
    let folder = Folder::new("encoded-body");
    let plain = request(SIGNATURE, "Content-Length: 8\r\n", BODY);
    folder.write("plain.http", plain);
    let scheme = "--scheme hmac-sha256:{encoded_body}";
    folder
        .chatlog(&format!("verify {scheme} plain.http"))
        .is(0, &["1 valid"]);
    // The signature is that of the decoded bytes, so `{body}` takes it.
    let gzip = "1f8b08000000000002ffab56ca53b25230ac0500423cf70a08000000";
    let gzip = hex::decode(gzip).expect("hex");
    let head = request(
        SIGNATURE,
        "Content-Encoding: gzip\r\nContent-Length: 28\r\n",
        "",
    );
    folder.write("gzip.http", [head.as_bytes(), &gzip].concat());
    folder
        .chatlog("verify gzip.http")
        .is(0, &["the decoded bytes match"]);
    folder
        .chatlog(&format!("verify {scheme} gzip.http"))
        .is(1, &["invalid"]);
    let decoded = json!({"body": BODY,
        "headers": {"content-encoding": "gzip", "x-airudder-sign": SIGNATURE}});
    folder.write("decoded.json", decoded.to_string());
    folder
        .chatlog(&format!("verify {scheme} decoded.json"))
        .is(2, &["inconclusive", "the capture kept it decoded only"]);
}

#[test]
fn a_body_of_another_length_than_was_sent_is_never_invalid() {
    let folder = Folder::new("lengths");
    let reformatted = "{\n  \"n\": 1\n}";
    let longer = "12 bytes were saved, but 8 were sent: was the body reformatted?";
    let har = json!({"log": {"entries": [{"request": {"method": "POST", "url": "/",
        "headers": [{"name": "X-AIRudder-Sign", "value": SIGNATURE}], "bodySize": 8,
        "postData": {"text": reformatted}}}]}});
    folder.write("longer.har", har.to_string());
    let head = |length: &str| format!("Content-Length: {length}\r\n");
    folder.write("longer.http", request(SIGNATURE, &head("8"), reformatted));
    folder.write("shorter.http", request(OF_OTHER, &head("12"), BODY));
    folder.write("cut.http", request(OF_OTHER, &head("12"), "{\"n\": "));
    let two = head("8") + &head("9");
    folder.write("two.http", request(OF_OTHER, &two, BODY));
    folder.write("odd.http", request(OF_OTHER, &head("eight"), BODY));
    folder.write(
        "size.json",
        envelope(OF_OTHER, r#""size": 5177, "body": "{\"n\": 1}""#),
    );
    folder.write("right.http", request(OF_OTHER, &head("8"), BODY));
    verdict(&folder, "longer.har", 2, "inconclusive", longer);
    verdict(&folder, "longer.http", 2, "inconclusive", longer);
    let shorter = "8 bytes were saved, but 12 were sent";
    verdict(&folder, "shorter.http", 2, "inconclusive", shorter);
    verdict(&folder, "cut.http", 2, "inconclusive", "cut the body short");
    let several =
        "the lengths given for the body differ: 8 in `Content-Length`, 9 in `Content-Length`";
    verdict(&folder, "two.http", 2, "inconclusive", several);
    let saved = "8 bytes were saved, but 5,177 were sent: was the body reformatted?";
    verdict(&folder, "size.json", 2, "inconclusive", saved);
    verdict(&folder, "right.http", 1, "invalid", "");
    let late = head("eight") + &head("12");
    folder.write("late.http", request(OF_OTHER, &late, BODY));
    verdict(&folder, "late.http", 2, "inconclusive", shorter);
    let odd = "note: `Content-Length` is not a number: `eight`";
    folder.chatlog("verify odd.http").is(1, &[odd]);
    // What matches is what was sent, whatever else is said of it.
    folder.write("valid.http", request(SIGNATURE, &two, BODY));
    verdict(&folder, "valid.http", 0, "valid", several);
}

#[test]
fn the_response_that_follows_a_request_is_not_part_of_its_body() {
    let folder = Folder::new("responses");
    let response = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"ok\": true}\n";
    let length = "Content-Length: 8\r\n";
    folder.write(
        "with.http",
        request(SIGNATURE, length, BODY) + "\n\n" + response,
    );
    folder.write(
        "without.http",
        request(SIGNATURE, "", BODY) + "\n\n" + response,
    );
    let next = request(OF_OTHER, length, OTHER);
    let both = request(SIGNATURE, length, BODY) + "\r\n\r\n" + response + "\r\n" + &next;
    folder.write("both.http", both + "\n\n" + response);
    folder.chatlog("verify with.http").is(0, &["1 valid"]);
    folder.chatlog("verify without.http").is(0, &["1 valid"]);
    folder
        .chatlog("verify both.http")
        .is(0, &["2 deliveries: 2 valid"]);
    folder
        .chatlog("show --format json with.http")
        .is(1, &["left out the response after the request"]);
    let extracted = folder.chatlog("extract with.http");
    assert_eq!(extracted.text(), BODY);
}

#[test]
fn the_line_break_at_the_end_of_a_file_belongs_to_the_file() {
    let folder = Folder::new("line-breaks");
    let verify = |name: &str, content: &str, code: i32, words: &[&str]| {
        folder.write(name, content);
        let arguments = format!("verify {name} --signature {SIGNATURE}");
        folder.chatlog(&arguments).is(code, words);
        let json = folder.chatlog(&format!("{arguments} --format json"));
        signatures(&json).remove(0)
    };
    let without = "without the line break at the end of the file";
    for (name, line_break) in [("lf.json", "\n"), ("crlf.json", "\r\n")] {
        let signature = verify(
            name,
            &format!("{BODY}{line_break}"),
            0,
            &["1 valid", without],
        );
        assert!(
            signature["reason"]
                .as_str()
                .is_some_and(|reason| reason.contains(without))
        );
    }
    let signature = verify("none.json", BODY, 0, &["1 valid"]);
    assert_eq!(signature["reason"], Value::Null);
    // One line break belongs to the file, and no more.
    verify("two.json", &format!("{BODY}\n\n"), 1, &["1 invalid"]);

    // What is shown is what matched; `extract`, which knows no secret, writes the file.
    let notification = std::fs::read_to_string("samples/captures/body.json").expect("a sample");
    folder.write("file.json", notification.clone() + "\n");
    let key = "chatlog-sample-secret";
    let signed = folder.chatlog(&format!("sign --as value --secret {key} file.json"));
    let of_file = signed.text().trim().to_owned();
    folder.write("body.json", &notification);
    let signed = folder.chatlog(&format!("sign --as value --secret {key} body.json"));
    let of_body = signed.text().trim().to_owned();
    let show = |signature: &str| {
        folder.chatlog(&format!(
            "show --only summary --details --width 200 --secret {key} --signature {signature} file.json"
        ))
    };
    let sum = "d4004dbbb027f2f01c2f2ddd21f3e9bbae85ec9ba9b39009bc61f5bc5572373f";
    let trimmed = format!("1637 bytes {without} · SHA-256 {sum}");
    show(&of_body).is(0, &[&trimmed, "valid"]);
    show(&of_file).is(0, &["1638 bytes · SHA-256", "valid"]);
    let extracted = folder.chatlog("extract file.json");
    assert_eq!(extracted.text(), notification + "\n");
}

#[test]
fn the_line_break_after_a_request_of_unknown_length_may_be_anyones() {
    let folder = Folder::new("unknown-lengths");
    // openssl dgst -sha256 -hmac swordfish-42 <<< '{"n": 1}'
    let of_line = "89cd3fe92e7299ccbd7fea8933c9251ee436e2c915f3852c42591f128a0c3cab";
    let alone = request(SIGNATURE, "", BODY);
    let without = "the body matches without the line break at the end of the file";
    for (name, end) in [("unix.http", "\n"), ("windows.http", "\r\n")] {
        folder.write(name, format!("{alone}{end}"));
        verdict(&folder, name, 0, "valid", without);
    }
    let line = request(of_line, "", BODY) + "\n";
    folder.write("line.http", &line);
    verdict(&folder, "line.http", 0, "valid", "");
    let with = "with its line break";
    folder.write("lines.http", line.repeat(2));
    verdict(&folder, "lines.http", 0, "valid", with);
    folder.write("answered.http", line + "\n\nHTTP/1.1 200 OK\r\n\r\nok\n");
    verdict(&folder, "answered.http", 0, "valid", with);
}

#[test]
fn bytes_behind_the_length_that_a_request_states_are_always_said() {
    let folder = Folder::new("left-out");
    let head = "Content-Length: 8\r\n";
    let behind = "left out 8 bytes after `Content-Length`";
    folder.write("valid.http", request(SIGNATURE, head, BODY) + OTHER);
    verdict(&folder, "valid.http", 0, "valid", behind);
    folder.write("other.http", request(OF_OTHER, head, BODY) + OTHER);
    verdict(&folder, "other.http", 2, "inconclusive", behind);
}

#[test]
fn of_two_requests_in_the_place_of_one_neither_is_trusted() {
    let folder = Folder::new("two-requests");
    let text = |body: &str| json!(body).to_string();
    let (good, other) = (text(BODY), text(OTHER));
    let case = |name: &str, content: String, reason: &str| {
        folder.write(name, content);
        verdict(&folder, name, 2, "inconclusive", reason);
        let run = folder.chatlog(&format!("verify {name}"));
        assert!(!run.text().contains("swapped-deliveries"), "{run:?}");
    };
    let members = format!(r#""payload": {other}, "payload": {good}"#);
    let twice = "two `payload` keys differ, and either may have been sent";
    case("payload.json", envelope(SIGNATURE, &members), twice);
    let members = format!(
        r#""body": {good}, "isBase64Encoded": true, "isBase64Encoded": false, "requestContext": {{"http": {{"method": "POST"}}}}, "version": "2.0""#
    );
    let encodings = "two `isBase64Encoded` keys differ, and either may have been sent";
    case("gateway.json", envelope(SIGNATURE, &members), encodings);

    let requests = "two `request` keys differ, and either may have been sent";
    let har = |body: &str| {
        format!(
            r#""request": {{"method": "POST", "url": "/", "headers": [{{"name": "X-AIRudder-Sign", "value": "{SIGNATURE}"}}], "postData": {{"text": {body}}}}}"#
        )
    };
    let entry = format!("{{{}, {}}}", har(&other), har(&good));
    let log = |entry: &str| format!(r#""log": {{"entries": [{entry}]}}"#);
    case("entry.har", format!("{{{}}}", log(&entry)), requests);
    let archives = [&other, &good].map(|body| log(&format!("{{{}}}", har(body))));
    folder.write("logs.har", format!("{{{}}}", archives.join(", ")));
    folder
        .chatlog("verify logs.har")
        .is(2, &["two `log` keys differ, and only the last one is read"]);
    let sent = |body: &str| {
        json!({"method": "POST", "uri": "/", "proto": "HTTP/1.1", "headers": {"x-airudder-sign": [SIGNATURE]},
            "raw": STANDARD.encode(body)})
    };
    let (other, good) = (sent(OTHER), sent(BODY));
    let twice = format!(r#"{{"uri": "/", "request": {other}, "request": {good}}}"#);
    case("ngrok.json", twice, requests);
}

#[test]
fn an_empty_member_hides_no_body() {
    let folder = Folder::new("empty-member");
    let members = r#""rawBody": "", "body": "{\"n\": 1}""#;
    folder.write("forged.json", envelope(OF_OTHER, members));
    verdict(&folder, "forged.json", 1, "invalid", "");
    folder.write("valid.json", envelope(SIGNATURE, members));
    verdict(&folder, "valid.json", 0, "valid", "");
}

#[test]
fn however_many_bodies_differ_that_is_said_once() {
    let folder = Folder::new("many-bodies");
    let members = [BODY, OTHER, BODY, OTHER].map(|body| format!(r#""body": {}"#, json!(body)));
    folder.write("bodies.json", envelope(SIGNATURE, &members.join(", ")));
    let run = folder.chatlog("show --format json --secret key bodies.json");
    let line: Value = serde_json::from_str(run.text()).expect("JSON");
    let notes = line["capture"]["notes"].as_array().expect("notes");
    assert_eq!(notes.len(), 1, "{notes:?}");
}

#[test]
fn what_a_capture_says_in_two_ways_is_always_said() {
    let folder = Folder::new("ambiguities");
    let text = |body: &str| serde_json::json!(body).to_string();
    let (good, other) = (text(BODY), text(OTHER));
    let case = |name: &str, content: String, code: i32, word: &str, reason: &str| {
        folder.write(name, content);
        verdict(&folder, name, code, word, reason);
        let note = folder.chatlog(&format!("show --format json --secret key {name}"));
        let said = note.text();
        assert!(
            reason.contains("header") || said.contains(&reason.replace('"', "\\\"")),
            "{said}"
        );
    };
    let twice = format!("X-AIRudder-Sign: {OF_OTHER}\r\nContent-Length: 8\r\n");
    let one = "2 signature headers, 1 matches";
    case(
        "headers.http",
        request(SIGNATURE, &twice, BODY),
        0,
        "valid",
        one,
    );
    let none = "2 signature headers, none matches";
    case(
        "neither.http",
        request(&"00".repeat(32), &twice, BODY),
        1,
        "invalid",
        none,
    );

    // Nothing tells which of two equally faithful bodies was sent: neither verdict is to be had.
    let two = "two `body` keys differ, and either may have been sent";
    for members in [
        format!(r#""body": {other}, "body": {good}"#),
        format!(r#""body": {good}, "body": {other}"#),
    ] {
        case(
            "bodies.json",
            envelope(SIGNATURE, &members),
            2,
            "inconclusive",
            two,
        );
    }
    let members = format!(r#""rawBody": {good}, "body": {other}"#);
    let undecided = "`rawBody` and `body` differ, and either may have been sent";
    case(
        "raw.json",
        envelope(SIGNATURE, &members),
        2,
        "inconclusive",
        undecided,
    );

    // The more faithful one decides, and is the one that is shown.
    let base64 = format!(r#""body": {other}, "body_b64": "eyJuIjogMX0=""#);
    let exact = "`body` differs from `body_b64`, which was read because it is more faithful";
    case(
        "base64.json",
        envelope(SIGNATURE, &base64),
        0,
        "valid",
        exact,
    );
    case(
        "forged.json",
        envelope(OF_OTHER, &base64),
        1,
        "invalid",
        exact,
    );
    assert_eq!(folder.chatlog("extract base64.json").text(), BODY);
    let parsed = format!(r#""rawBody": {good}, "body": {{"n": 2}}"#);
    let faithful = "`body` differs from `rawBody`, which was read because it is more faithful";
    case(
        "parsed.json",
        envelope(SIGNATURE, &parsed),
        0,
        "valid",
        faithful,
    );
    let parsed = format!(r#""rawBody": {good}, "body": {{ "n" : 1.0 }}"#);
    folder.write("same.json", envelope(SIGNATURE, &parsed));
    let same = folder.chatlog("verify --format json same.json");
    assert_eq!(signatures(&same)[0]["reason"], Value::Null);

    let headers = format!(
        r#"{{"headers": {{"x-airudder-sign": "00"}}, "headers": {{"x-airudder-sign": "{OF_OTHER}"}}, "body": {good}}}"#
    );
    let last = "two `headers` keys differ: the last one was read";
    folder.write("two-headers.json", headers);
    verdict(&folder, "two-headers.json", 2, "inconclusive", last);
}

#[test]
fn a_byte_order_mark_in_a_secret_file_is_named() {
    let folder = Folder::new("secret-marks");
    folder.write(
        "signed.http",
        request(SIGNATURE, "Content-Length: 8\r\n", BODY),
    );
    let secret = "\u{feff}swordfish-42\r\n";
    folder.write("utf-8", secret);
    let units = secret.encode_utf16();
    folder.write(
        "utf-16",
        units.clone().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
    );
    folder.write(
        "utf-16be",
        units.flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
    );
    for name in ["utf-8", "utf-16", "utf-16be"] {
        folder
            .chatlog(&format!("verify --secret-file {name} signed.http"))
            .is(
                1,
                &[
                    "1 invalid",
                    "hint[secret-bom]",
                    "without the byte order mark",
                ],
            );
    }
}

#[test]
fn one_cause_of_many_failures_is_one_sentence() {
    let folder = Folder::new("common-cause");
    let lines = |signature: &dyn Fn(usize) -> String| -> String {
        let line = |n: usize| json!({"headers": {"x-airudder-sign": signature(n)}, "body": format!("{{\"n\":{n}}}")});
        (0..1068).map(|n| format!("{}\n", line(n))).collect()
    };
    folder.write("secret.ndjson", lines(&|n| format!("{n:064x}")));
    let all = "all 1,068 fail the same way: the secret is probably wrong";
    let run = folder.chatlog("verify secret.ndjson");
    run.is(1, &[all, "1068 invalid"]);
    let said = |words: &str| run.text().matches(words).count();
    assert_eq!(said("the signature does not match the body"), 1);
    assert_eq!(said("nothing matched; tried"), 1);

    // With one that is valid, it is not the secret.
    let good = json!({"headers": {"x-airudder-sign": SIGNATURE}, "body": BODY});
    folder.write("good.ndjson", format!("{good}\n"));
    let run = folder.chatlog("verify secret.ndjson good.ndjson");
    assert!(!run.text().contains("the secret is"), "{run:?}");

    // What would match is said once as well; what was not explained may be something else.
    let checked = Secret::new("swordfish-42").expect("not empty");
    let quoted = |n: usize| -> Value {
        let body = format!("{{\"n\":{n}}}");
        let record = record(&body);
        let delivery = &deliveries(&record, &CaptureOptions::default()).deliveries[0];
        let made = sign(delivery, &Scheme::default(), &checked, Encoding::Hex);
        json!({"headers": {"x-airudder-sign": made.expect("it needs the body alone")}, "body": body})
    };
    let lines: String = (0..25).map(|n| format!("{}\n", quoted(n))).collect();
    folder.write("quotes.ndjson", lines);
    let hint =
        "fail the same way: the body would match with the secret without the quotes around it";
    let run = folder.chatlog("verify --secret 'swordfish-42' quotes.ndjson");
    run.is(
        1,
        &[
            &format!("the 20 that were explained {hint}"),
            "5 more failures",
        ],
    );
    assert_eq!(run.text().matches("hint[secret-quotes]").count(), 1);
    let run = folder.chatlog("verify --secret 'swordfish-42' --diagnose all quotes.ndjson");
    run.is(1, &[&format!("all 25 {hint}")]);

    folder.write("missing.ndjson", "{\"n\": 1}\n{\"n\": 2}\n{\"n\": 3}\n");
    folder.chatlog("verify missing.ndjson").is(
        1,
        &["all 3 fail the same way: there is no header `X-AIRudder-Sign`"],
    );
}

#[test]
fn thirty_two_signatures_are_tried_however_they_are_written() {
    let checks = Checks::new(
        Scheme::default(),
        [Secret::new("swordfish-42").expect("not empty")],
    );
    let right = hex::decode(SIGNATURE).expect("hex");
    let base64 = "xMFtHvB40x9MsfokGhMgUqzym3Pz2it3S/+AqVlHn/k=";
    for last in [hex::encode(&right), base64.to_owned()] {
        for wrong in [31, 32] {
            let others = (0..wrong).map(|n| hex::encode([n; 32]));
            let value: Vec<String> = others.chain([last.clone()]).collect();
            let mut headers = Headers::default();
            headers.push("X-AIRudder-Sign", value.join(","));
            let verdict = verify_request(&headers, BODY.as_bytes(), &checks).verdict;
            let want = if wrong < 32 {
                Verdict::Valid
            } else {
                Verdict::Invalid
            };
            assert_eq!(verdict, want, "{wrong} before {last}");
        }
    }
}
